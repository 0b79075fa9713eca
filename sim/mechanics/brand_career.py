"""Brand career: brands that lose money for long leave; others take their place."""

from __future__ import annotations

import numpy as np

from sim.fields import Array, last, own, param
from sim.mechanic import Mechanic


class BrandCareer(Mechanic):
    """Exit follows the remembered profit margin; an empty place is filled again after a while."""

    exit_rate = param(0.006, unit="1/week", bounds=(0, 1), source="assumption", doc="loss-making brands that leave each week")
    entry_rate = param(0.02, unit="1/week", bounds=(0, 1), source="assumption", doc="empty places filled each week")
    tolerance = param(0.03, unit="share", bounds=(0.001, 1), source="assumption", doc="margin over which exit fades")
    memory = param(0.04, unit="1/week", bounds=(0.001, 1), source="assumption", doc="weight of the last week in the remembered margin")

    brand_active: Array = own("brand", unit="1", at="enforce", init=1.0, bounds=(0, 1), doc="in business")
    brand_margin: Array = own("brand", unit="share", at="enforce", init=0.1, bounds=(-10, 10), doc="remembered profit margin")
    brand_exits: Array = own("brand", unit="1", at="enforce", bounds=(0, 1), doc="left this week")

    brand_profit: Array = last()
    brand_net_sales: Array = last()

    def enforce(self, ctx):
        p = self.p
        leave, come = ctx.uniform("brand", words=2)
        known = self.brand_net_sales > 0
        margin = np.where(known, self.brand_profit / np.maximum(self.brand_net_sales, 1e-9), 0.0).clip(-2, 2)
        if ctx.step > 8:
            self.brand_margin += p.memory * (margin - self.brand_margin) * known
        on = self.brand_active > 0
        exits = on & (leave < p.exit_rate / (1.0 + np.exp(((self.brand_margin + p.tolerance) / p.tolerance).clip(-30, 30))))
        entries = ~on & (come < p.entry_rate)
        self.brand_exits[...] = exits
        self.brand_active[exits] = 0.0
        self.brand_active[entries] = 1.0
        self.brand_margin[entries] = 0.1
