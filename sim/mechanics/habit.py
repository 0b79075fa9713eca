"""Habit: buying on air makes buying on air more natural."""

from __future__ import annotations

import numpy as np

from sim.fields import CHANNELS, PRIVATE, PRIVATE_SLOT, Array, add, own, param, read
from sim.kernels.compiled import compiled, rows_with
from sim.mechanic import Mechanic


class Habit(Mechanic):
    """A smoothed record of live purchases raises the worth of live offers, of private ones that of private offers.

    habit'   = habit + speed * (bought on air - habit)        (loyalty term of Guadagni & Little 1983)
    utility += weight * habit
    """

    speed = param(0.025, unit="1/week", bounds=(0, 1), source="form:guadagni1983", doc="weight of the last week in a habit")
    live_weight = param(2.2, unit="util", bounds=(0, 16), source="form:guadagni1983", doc="worth of a full live habit; free in both worlds")
    private_weight = param(1.0, unit="util", bounds=(0, 8), source="form:guadagni1983", doc="worth of a full private habit")
    live_at_start = param(0.10, unit="share", bounds=(0, 1), source="assumption", doc="live habit of users at the start")

    private_at_start = param(
        0.07,
        unit="share",
        bounds=(0, 1),
        source="history:private_domain_gmv_100EC",
        doc="private habit at the start: 0.8 of 11.8 trillion in 2020",
    )

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
        add_habit(self.utility, self.p.live_weight, self.live_habit, self.p.private_weight, self.private_habit)

    def learn(self, ctx):
        learn_habits(self.chosen, self.outlet_channel, self.online, self.p.speed, self.live_habit, self.private_habit)


@compiled
def add_habit(utility: Array, live_weight: float, live: Array, private_weight: float, private: Array) -> None:
    """Add weight * habit to the live slots and to the private slot of utility (n, slots)."""
    for k in range(PRIVATE_SLOT):
        worth = utility[:, k]
        for i in range(live.size):
            worth[i] += np.float32(live_weight) * live[i]
    worth = utility[:, PRIVATE_SLOT]
    for i in range(live.size):
        worth[i] += np.float32(private_weight) * private[i]


@compiled
def learn_habits(chosen: Array, channel: Array, online: Array, speed: float, live: Array, private: Array) -> None:
    """Move the habits of those online, (n,), towards what they did this week."""
    pace = np.float32(speed)
    bought_live = np.zeros(CHANNELS + 1, np.float32)  # by channel; the last is for nothing bought
    bought_private = np.zeros(CHANNELS + 1, np.float32)
    bought_private[PRIVATE] = 1.0
    for c in range(PRIVATE):
        bought_live[c] = 1.0
    at = np.empty(chosen.size, np.int8)
    for i in range(chosen.size):
        at[i] = CHANNELS
    for i in rows_with(chosen):
        at[i] = channel[np.uintp(chosen[i])]
    for i in range(chosen.size):  # those who are not online stay as they are, at a pace of 0
        where, mine = np.uintp(at[i]), pace * np.float32(online[i])
        live[i] += mine * (bought_live[where] - live[i])
        private[i] += mine * (bought_private[where] - private[i])
