"""Purchase choice: one choice a week among the offers and buying nothing."""

from __future__ import annotations

import numpy as np

from sim.fields import Array, own, param, read
from sim.kernels.choice import gumbel_argmax
from sim.mechanic import Mechanic


class PurchaseChoice(Mechanic):
    """A logit draw with noise that belongs to (consumer, outlet), so that runs with and without a change are paired.

    Whoever shops online buys from the best offer unless buying nothing is better; demand swings with the season.
    """

    nothing = param(2.2, unit="util", bounds=(-6, 8), source="assumption", doc="utility of buying nothing in a week")

    chosen_slot: Array = own(
        "consumer", unit="1", at="choose", dtype=np.int8, init=None, lasting=False, doc="slot bought from, -1 for nothing"
    )
    chosen: Array = own(
        "consumer", unit="1", at="choose", dtype=np.int32, init=None, lasting=False, doc="outlet bought from, -1 for nothing"
    )

    offered: Array = read()
    utility: Array = read()
    season: Array = read()

    def choose(self, ctx):
        outside = self.p.nothing - np.log(self.season[0])
        gumbel_argmax(self.utility, self.offered, outside, ctx.key(), ctx.step, ctx.first, self.chosen_slot, self.chosen)
