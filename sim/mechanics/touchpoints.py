"""Touchpoints: which buyers met both a live session and a private message of late."""

from __future__ import annotations

import numpy as np

from sim.fields import PRIVATE_SLOT, Array, own, param, read
from sim.kernels.compiled import compiled
from sim.mechanic import Mechanic

LONGEST = 100  # weeks beyond which it does not matter when a channel was met [weeks]; source: definition (the longest window)


class Touchpoints(Mechanic):
    """Counts orders whose buyer met a live session and a private message within the window of the prediction."""

    window = param(
        13, unit="weeks", bounds=(1, LONGEST), source="prediction:1.2.2-p3", doc="the 90 days in which both channels count as met"
    )

    weeks_since_live: Array = own(
        "consumer", unit="weeks", at="choose", init=LONGEST, dtype=np.uint8, doc="weeks since a room was met, at most 100"
    )
    weeks_since_message: Array = own(
        "consumer", unit="weeks", at="choose", init=LONGEST, dtype=np.uint8, doc="weeks since a message was met, at most 100"
    )
    touched_orders: Array = own("touch", unit="baskets", at="settle", gather="sum", doc="baskets, of which the buyer met both channels")

    offered: Array = read()
    chosen: Array = read()

    def choose(self, ctx):
        meet(self.offered, self.weeks_since_live, self.weeks_since_message)

    def settle(self, ctx):
        count_touched(self.chosen, self.weeks_since_live, self.weeks_since_message, self.p.window, self.touched_orders)


@compiled
def meet(offered: Array, since_live: Array, since_message: Array) -> None:
    """Weeks since a room and since a message was met, (n,), at most 100."""
    for i in range(since_live.size):
        met = offered[i, 0]
        for k in range(1, PRIVATE_SLOT):
            met = max(met, offered[i, k])
        since_live[i] = 0 if met >= 0 else min(since_live[i] + 1, LONGEST)
        since_message[i] = 0 if offered[i, PRIVATE_SLOT] >= 0 else min(since_message[i] + 1, LONGEST)


@compiled
def count_touched(chosen: Array, since_live: Array, since_message: Array, window: float, total: Array) -> None:
    """Count baskets, and those whose buyer met both channels less than `window` weeks ago, into total (2,)."""
    weeks, baskets, touched = np.int64(np.ceil(window)), 0, 0
    for i in range(chosen.size):
        baskets += chosen[i] >= 0
        touched += (chosen[i] >= 0) & (since_live[i] < weeks) & (since_message[i] < weeks)
    total[0] += 10_000 * baskets
    total[1] += 10_000 * touched
