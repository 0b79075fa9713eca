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
        source="form:claim:5.2-b",
        doc="mean intensity of scarcity calls, 0 calm to 1 constant: 60% of rooms, taken as intensity and shrunk",
    )
    spread = param(0.2, unit="share", bounds=(0, 1), source="assumption", doc="spread of intensity over rooms")

    outlet_impulse: Array = own("outlet", unit="share", at="plan", bounds=(0, 1), doc="part of purchases made on impulse")
    intensity: Array = own("room", unit="share", at="plan", bounds=(0, 1), doc="intensity of scarcity calls")
    urgency: Array = own("room", unit="util", at="plan", bounds=(-30, 30), doc="log of what scarcity calls multiply purchases by")
    inclination: Array = own("room", unit="1", at="found", bounds=(-10, 10), doc="a host's inclination to call for scarcity")
    outlet_appeal: Array = add()

    def found(self, ctx):
        self.inclination[...] = ctx.normal("room")

    def plan(self, ctx):
        intensity = np.clip(self.p.scarcity + self.p.spread * self.inclination, 0.0, 1.0)
        if ctx.step == 0 or not np.array_equal(intensity, self.intensity):  # dated values change it
            curves = ctx.service("room_curves")
            self.intensity[...] = intensity
            self.outlet_impulse[: intensity.size] = curves.impulse_at(intensity)
            self.urgency[...] = np.log(curves.conversion_at(intensity))

    def traffic(self, ctx):
        self.outlet_appeal[: self.urgency.size] += self.urgency
