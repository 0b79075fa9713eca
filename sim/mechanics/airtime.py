"""Airtime: a room is on air while its host is in business, present and not suspended."""

from __future__ import annotations

import numpy as np

from sim.fields import HOURS_PER_WEEK, MONTH, Array, last, own, read
from sim.kernels.market import middle
from sim.mechanic import Mechanic


class Airtime(Mechanic):
    """Streamers broadcast full time; a brand's own room as much as the brand pays for; nobody while suspended."""

    uses = ("actors",)

    on_air: Array = own("room", unit="share", at="govern", init=1.0, bounds=(0, 2), doc="time on air against full time")
    hours_multiplier: Array = own(
        "streamer", unit="1", at="govern", init=1.0, bounds=(0, 2), doc="a leading host's own multiple of full time"
    )

    outlet_host: Array = read()
    outlet_home: Array = read()
    streamer_talent: Array = read()
    streamer_income: Array = last()
    streamer_active: Array = last()
    presence: Array = last()
    suspended_weeks: Array = last()

    def govern(self, ctx):
        rooms = self.on_air.size
        host, home = self.outlet_host[:rooms], self.outlet_home[:rooms]
        if ctx.step and ctx.step % MONTH == 0:
            self._ask_leaders(ctx)
        streaming = self.hours_multiplier[host] * (self.streamer_active[host] > 0)
        self.on_air[...] = np.where(host >= 0, streaming, self.presence[home]) * (self.suspended_weeks <= 0)

    def _ask_leaders(self, ctx) -> None:
        """Leading hosts stay on air longer while an hour earns more than the staff it needs, as Mesa actors."""
        typical = middle(self.streamer_income[self.streamer_active > 0], 0.0)
        best = np.argsort(-self.streamer_talent, kind="stable")
        for actor in ctx.service("actors")["leading_streamer"]:
            row = best[actor.row]
            view = {"broadcast_hours_multiplier": float(self.hours_multiplier[row]), "week": ctx.step,
                    "profit_per_hour": max(float(self.streamer_income[row]), 0.0) / HOURS_PER_WEEK,
                    "required_profit_per_hour": max(typical, 1.0) / HOURS_PER_WEEK}  # fmt: skip
            wish = actor.decide(view)
            self.hours_multiplier[row] = wish.get("broadcast_hours_multiplier", self.hours_multiplier[row])
