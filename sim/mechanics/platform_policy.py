"""Platform policy: what platforms decide: advertising load, commission, exploration, help for stores, ranking rule."""

from __future__ import annotations

import numpy as np

from sim.fields import QUARTER, Array, last, own, param
from sim.mechanic import Mechanic

QUARTERS_PER_YEAR = 4  # quarters of a year, over which the growth of one is told [1/year]; source: definition
MOST_GROWTH = 10.0  # largest growth that a platform's actor is told [1/year]; source: assumption
LEVERS = ("ad_load", "commission_rate", "exploration", "brand_boost")


class PlatformPolicy(Mechanic):
    """Platforms follow dated rules and, each quarter, their actors' decisions.

    The ranking rule weighs interaction against closed sales; the report dates its turn to sales to 2024.
    """

    uses = ("actors",)

    load = param(0.12, unit="share", bounds=(0, 1), source="assumption", doc="impressions that are advertisements, at the start")
    commission = param(
        0.0115,
        unit="share",
        bounds=(0, 0.3),
        source="history:kuaishou_other_services_to_gmv",
        doc="commission on live sales, refunded on returns: mean of 1.01% and 1.29% at Kuaishou in 2022 and 2023",
    )
    exploration_share = param(0.12, unit="share", bounds=(0, 1), source="assumption", doc="feed given to rooms regardless of success")
    store_boost = param(0.0, unit="util", bounds=(-3, 3), source="assumption", doc="help for brands' own rooms in ranking")
    weight_conversion = param(
        0.35,
        unit="share",
        bounds=(0, 1),
        source="form:claim:5.1-i",
        doc="weight of closed sales in ranking; the rest is interaction; the claim says only that it rose in 2024",
    )

    ad_load: Array = own("platform", unit="share", at="plan", bounds=(0, 1), doc="impressions that are advertisements")
    commission_rate: Array = own("platform", unit="share", at="plan", bounds=(0, 0.5), doc="commission on live sales")
    exploration: Array = own("platform", unit="share", at="plan", bounds=(0, 1), doc="feed given regardless of success")
    brand_boost: Array = own("platform", unit="util", at="plan", bounds=(-5, 5), doc="help for brands' own rooms in ranking")
    conversion_weight: Array = own("platform", unit="share", at="plan", bounds=(0, 1), doc="weight of closed sales in ranking")
    departure: Array = own(
        "platform",
        "policy",
        unit="as the lever",
        at="plan",
        bounds=(-5, 5),
        doc="how far the actor went from the dated values of load, commission, exploration and boost",
    )
    quarter: Array = own(
        "platform", "result", unit="CNY", at="plan", bounds=(-1e18, 1e18), doc="sales and revenue of this quarter, sales of the last"
    )

    platform_gmv: Array = last()
    platform_revenue: Array = last()

    def plan(self, ctx):
        p = self.p
        base = np.array([p.load, p.commission, p.exploration_share, p.store_boost])
        self.quarter[:, 0] += self.platform_gmv
        self.quarter[:, 1] += self.platform_revenue
        if ctx.step and ctx.step % QUARTER == 0:
            self._decide(ctx, base)
            self.quarter[:, 2] = self.quarter[:, 0]
            self.quarter[:, :2] = 0.0
        levers = base + self.departure
        self.ad_load[...], self.commission_rate[...] = levers[:, 0].clip(0, 1), levers[:, 1].clip(0, 0.5)
        self.exploration[...], self.brand_boost[...] = levers[:, 2].clip(0, 1), levers[:, 3]
        self.conversion_weight[...] = p.weight_conversion

    def _decide(self, ctx, base: Array) -> None:
        """Ask each platform's actor; it sees its levers and its quarter."""
        for row, actor in enumerate(ctx.service("actors")["platform"]):
            gmv, profit, before = self.quarter[row]
            levers = dict(zip(LEVERS, (base + self.departure[row]).tolist(), strict=True))
            growth = (gmv / before) ** QUARTERS_PER_YEAR - 1 if before > 0 else 0.0
            view = {
                "gmv": gmv,
                "profit": profit,
                "growth": min(growth, MOST_GROWTH),
                "market": max(self.quarter[:, 0].sum(), 1.0),
                "week": ctx.step,
            }
            wish = actor.decide({**levers, **view})
            self.departure[row] = [wish.get(name, levers[name]) - base[place] for place, name in enumerate(LEVERS)]
