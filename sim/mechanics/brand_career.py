"""Brand career: brands that lose money for long leave; others take their place."""

from __future__ import annotations

from sim.fields import FIRST_RESULTS, Array, last, own, param
from sim.kernels.compiled import compiled
from sim.kernels.market import logistic
from sim.mechanic import Mechanic

MARGIN_AT_START = 0.1  # profit margin with which a brand begins [share]; source: assumption
MOST_MARGIN = 2.0  # largest margin, of profit or of loss, that is remembered of a week [share]; source: assumption


class BrandCareer(Mechanic):
    """Exit follows the remembered profit margin; an empty place is filled again after a while."""

    exit_rate = param(0.006, unit="1/week", bounds=(0, 1), source="assumption", doc="loss-making brands that leave each week")
    entry_rate = param(0.02, unit="1/week", bounds=(0, 1), source="assumption", doc="empty places filled each week")
    tolerance = param(0.03, unit="share", bounds=(0.001, 1), source="assumption", doc="margin over which exit fades")
    memory = param(0.04, unit="1/week", bounds=(0.001, 1), source="assumption", doc="weight of the last week in the remembered margin")

    brand_active: Array = own("brand", unit="1", at="enforce", init=1.0, bounds=(0, 1), doc="in business")
    brand_margin: Array = own("brand", unit="share", at="enforce", init=MARGIN_AT_START, bounds=(-10, 10), doc="remembered profit margin")
    brand_exits: Array = own("brand", unit="1", at="enforce", bounds=(0, 1), doc="left this week")

    brand_profit: Array = last()
    brand_net_sales: Array = last()

    def enforce(self, ctx):
        p = self.p
        leave, come = ctx.uniform("brand", words=2)
        move(
            self.brand_active, self.brand_exits, self.brand_margin, self.brand_profit, self.brand_net_sales, leave, come,
            p.memory if ctx.step > FIRST_RESULTS else 0.0, p.exit_rate, p.entry_rate, p.tolerance,
        )  # fmt: skip


@compiled
def move(active: Array, exits: Array, margin: Array, profit: Array, sales: Array, leave: Array, come: Array,
         memory: float, exit_rate: float, entry_rate: float, tolerance: float) -> None:  # fmt: skip
    """Remember the week's margin; who is in business may leave, and an empty place may be filled.

    Args:
        active, exits: (brands,) 0 or 1, the first changed, the other written. margin: (brands,) remembered, changed.
        profit, sales: (brands,) CNY a week. leave, come: (brands,) draws in [0, 1).
        memory: weight of the week. exit_rate, entry_rate: most that leave or come. tolerance: margin over which exit fades.
    """
    for b in range(active.size):
        if sales[b] > 0.0:
            margin[b] += memory * (min(max(profit[b] / max(sales[b], 1e-9), -MOST_MARGIN), MOST_MARGIN) - margin[b])
        exits[b] = active[b] > 0.0 and leave[b] < exit_rate * logistic(-(margin[b] + tolerance) / tolerance)
        if exits[b] > 0.0:
            active[b] = 0.0
        elif active[b] <= 0.0 and come[b] < entry_rate:
            active[b], margin[b] = 1.0, MARGIN_AT_START
