"""Persuasion: urgency on air sells now and is sent back later; repeated calls wear off."""

from __future__ import annotations

import numpy as np

from sim.fields import Array, add, own, param
from sim.mechanic import Mechanic


class Persuasion(Mechanic):
    """Hosts call for scarcity; the minute-by-minute room tells how much that sells and how much of it is impulse."""

    uses = ("room_curves",)

    scarcity = param(
        0.4,
        unit="share",
        bounds=(0, 1),
        source="claim:5.2-b",
        doc="mean intensity of scarcity calls, 0 calm to 1 constant; a share of rooms, taken as intensity and shrunk",
    )
    spread = param(0.2, unit="share", bounds=(0, 1), source="assumption", doc="spread of intensity over rooms")

    outlet_impulse: Array = own("outlet", unit="share", at="plan", bounds=(0, 1), doc="part of purchases made on impulse")
    intensity: Array = own("room", unit="share", at="plan", bounds=(0, 1), doc="intensity of scarcity calls")
    inclination: Array = own("room", unit="1", at="found", bounds=(-10, 10), doc="a host's inclination to call for scarcity")
    outlet_appeal: Array = add()

    def found(self, ctx):
        self.inclination[...] = ctx.normal("room")

    def plan(self, ctx):
        curves = ctx.service("room_curves")
        self.intensity[...] = (self.p.scarcity + self.p.spread * self.inclination).clip(0, 1)
        self.outlet_impulse[: self.intensity.size] = curves.impulse_at(self.intensity)

    def traffic(self, ctx):
        curves = ctx.service("room_curves")
        self.outlet_appeal[: self.intensity.size] += np.log(curves.conversion_at(self.intensity))
