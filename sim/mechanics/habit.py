"""Habit: buying on air makes buying on air more natural."""

from __future__ import annotations

import numpy as np

from sim.fields import PRIVATE, PRIVATE_SLOT, Array, add, own, param, read
from sim.mechanic import Mechanic


class Habit(Mechanic):
    """A smoothed record of live purchases raises the worth of live offers, of private ones that of private offers.

        habit'   = habit + speed * (bought on air - habit)        (loyalty term of Guadagni & Little 1983)
        utility += weight * habit
    """

    speed = param(0.025, unit="1/week", bounds=(0, 1), source="guadagni1983", doc="weight of the last week in a habit")
    live_weight = param(2.2, unit="util", bounds=(0, 8), source="guadagni1983", doc="worth of a full live habit; free in both worlds")
    private_weight = param(1.0, unit="util", bounds=(0, 8), source="guadagni1983", doc="worth of a full private habit")
    live_at_start = param(0.10, unit="share", bounds=(0, 1), source="assumption", doc="live habit of users at the start")

    private_at_start = param(0.07, unit="share", bounds=(0, 1), source="history:private_domain_gmv_100EC", doc="private habit at the start: 0.8 of 11.8 trillion in 2020")

    live_habit: Array = own("consumer", unit="share", at="learn", bounds=(0, 1), doc="smoothed share of weeks with a live purchase")
    private_habit: Array = own("consumer", unit="share", at="learn", bounds=(0, 1), doc="smoothed share of weeks with a private purchase")
    utility: Array = add()

    chosen: Array = read()
    outlet_channel: Array = read()
    online: Array = read()

    def populate(self, ctx):
        self.live_habit[...] = self.p.live_at_start
        self.private_habit[...] = self.p.private_at_start

    def appraise(self, ctx):
        self.utility[:, :PRIVATE_SLOT] += (self.p.live_weight * self.live_habit)[:, None]
        self.utility[:, PRIVATE_SLOT] += self.p.private_weight * self.private_habit

    def learn(self, ctx):
        channel = np.where(self.chosen >= 0, self.outlet_channel[self.chosen.clip(0)], -1)
        pace = self.p.speed * self.online
        self.live_habit += pace * (((channel >= 0) & (channel < PRIVATE)) - self.live_habit)
        self.private_habit += pace * ((channel == PRIVATE) - self.private_habit)
