"""Public traffic: how much of a week's feed consumers meet; the place where a cut of public traffic enters."""

from __future__ import annotations

from sim.fields import Array, own, param
from sim.mechanic import Mechanic


class PublicTraffic(Mechanic):
    """A platform's feed reaches a consumer in a slot with this probability; a cut of public traffic lowers it."""

    presence = param(0.8, unit="share", bounds=(0, 1), source="assumption", doc="probability that a feed slot of the week is filled")
    multiplier = param(
        1.0,
        unit="1",
        bounds=(0, 1.25),
        source="form:claim:4.2-i",
        doc="public traffic against normal, 1 by what it means; the claim's cut of 12% is 0.88",
    )

    traffic_level: Array = own(unit="1", at="govern", init=1.0, bounds=(0, 2), doc="public traffic against normal, organic and for sale")
    feed_presence: Array = own(unit="share", at="govern", bounds=(0, 1), doc="probability that a feed slot is filled")

    def govern(self, ctx):
        self.traffic_level[...] = self.p.multiplier
        self.feed_presence[...] = min(1.0, self.p.presence * self.p.multiplier)
