"""Airtime: a room is on air while its host is in business, present and not suspended."""

from __future__ import annotations

from sim.fields import HOURS_PER_WEEK, MONTH, Array, last, own, read
from sim.kernels.compiled import compiled
from sim.kernels.market import largest, middle
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
        if ctx.step and ctx.step % MONTH == 0:
            self._ask_leaders(ctx)
        broadcast(
            self.on_air, self.outlet_host, self.outlet_home, self.hours_multiplier, self.streamer_active, self.presence,
            self.suspended_weeks,
        )  # fmt: skip

    def _ask_leaders(self, ctx) -> None:
        """Leading hosts stay on air longer while an hour earns more than the staff it needs, as Mesa actors."""
        typical = middle(self.streamer_income[self.streamer_active > 0], 0.0)
        leaders = ctx.service("actors")["leading_streamer"]
        best = largest(self.streamer_talent, len(leaders))
        for actor in leaders:
            row = best[actor.row]
            view = {"broadcast_hours_multiplier": float(self.hours_multiplier[row]), "week": ctx.step,
                    "profit_per_hour": max(float(self.streamer_income[row]), 0.0) / HOURS_PER_WEEK,
                    "required_profit_per_hour": max(typical, 1.0) / HOURS_PER_WEEK}  # fmt: skip
            wish = actor.decide(view)
            self.hours_multiplier[row] = wish.get("broadcast_hours_multiplier", self.hours_multiplier[row])


@compiled
def broadcast(on_air: Array, host: Array, home: Array, hours: Array, active: Array, presence: Array, suspended: Array) -> None:
    """Time on air of each room.

    Args:
        on_air: (rooms,), written. host, home: (outlets,) streamer, or else brand, of a room. hours, active: (streamers,) multiple of
            full time, and above 0 if in business. presence: (brands,) share of the time. suspended: (rooms,) weeks.
    """
    for r in range(on_air.size):
        if suspended[r] > 0.0:
            on_air[r] = 0.0
        elif host[r] < 0:
            on_air[r] = presence[home[r]]
        else:
            on_air[r] = hours[host[r]] if active[host[r]] > 0.0 else 0.0
