"""Featuring: which brand a streamer's room sells; brands with a larger budget for streamers are sold more."""

from __future__ import annotations

import numpy as np

from sim.fields import STREAMER_FEES, Array, own, param, read
from sim.kernels.sections import pick_each, sections_of
from sim.mechanic import Mechanic

LEAST_BUDGET = 1e-3  # part of the mean budget for streamers that is credited to every brand [share]; source: assumption
CELLS = 64
"""Entries of the guide into cumulative budgets."""


class Featuring(Mechanic):
    """Every few weeks a streamer signs a brand of its sector, drawn by budgets for streamers ^ concavity.

    The more hosts a brand has, the less another one brings: with a concavity of 1 a single brand would take a sector.
    """

    weeks = param(4, unit="weeks", bounds=(1, 52), source="assumption", doc="length of a contract")
    concavity = param(0.5, unit="1", bounds=(0, 1), source="assumption", doc="elasticity of contracts to the budget for streamers")

    outlet_brand: Array = own("outlet", unit="1", at="plan", dtype=np.int32, init=0, doc="brand whose goods an outlet sells")
    signing_budget: Array = own(
        "brand",
        unit="CNY/week",
        at="enforce",
        init=1.0,
        bounds=(0, 1e15),
        doc="budget for streamers on which contracts of next week are signed",
    )

    outlet_home: Array = read()
    outlet_sector: Array = read()
    brand_sector: Array = read()
    brand_size: Array = read()
    sector_orders: Array = read()
    budget: Array = read()

    def found(self, ctx):
        self.signing_budget[...] = self.brand_size
        self.outlet_brand[...] = self.outlet_home
        self._sign(ctx, np.flatnonzero(self.outlet_home < 0))

    def plan(self, ctx):
        weeks, rooms = int(self.p.weeks), ctx.size("room")
        due = np.arange(-ctx.step % weeks, rooms, weeks)
        self._sign(ctx, due[self.outlet_home[due] < 0])

    def _sign(self, ctx, due):
        weight = self.signing_budget**self.p.concavity
        drawn = draw_brands(self.outlet_sector[due], ctx.uniform("room")[due], self.brand_sector, weight, self.sector_orders.size)
        self.outlet_brand[due] = np.where(drawn >= 0, drawn, self.outlet_brand[due].clip(0))

    def enforce(self, ctx):
        self.signing_budget[...] = self.budget[:, STREAMER_FEES] + LEAST_BUDGET * self.budget[:, STREAMER_FEES].mean() + 1e-9


def draw_brands(sector: Array, u: Array, brand_sector: Array, weight: Array, sectors: int) -> Array:
    """A brand of each given sector, drawn in proportion to weight, (n,) int32; -1 where the sector has none."""
    cdf, guide, members = sections_of(weight, brand_sector, sectors, CELLS)
    out = np.empty(sector.size, np.int32)
    pick_each(cdf, guide, members, sector, u, out)
    return out
