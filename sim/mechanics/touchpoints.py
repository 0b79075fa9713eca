"""Touchpoints: which buyers met both a live session and a private message of late."""

from __future__ import annotations

import numpy as np

from sim.fields import Array, own, param, read
from sim.kernels.sums import tally
from sim.mechanic import Mechanic


class Touchpoints(Mechanic):
    """Counts orders whose buyer met a live session and a private message within the window of the prediction."""

    window = param(13, unit="weeks", bounds=(1, 100), source="prediction:1.2.2-p3", doc="the 90 days in which both channels count as met")

    weeks_since_live: Array = own("consumer", unit="weeks", at="choose", init=100, dtype=np.uint8, doc="weeks since a room was met, at most 100")
    weeks_since_message: Array = own("consumer", unit="weeks", at="choose", init=100, dtype=np.uint8, doc="weeks since a message was met, at most 100")
    touched_orders: Array = own("touch", unit="baskets", at="settle", gather="sum", doc="baskets, of which the buyer met both channels")

    offered: Array = read()
    private_bond: Array = read()
    chosen: Array = read()

    def choose(self, ctx):
        met_live = (self.offered[:, :6] >= 0).any(axis=1)
        self.weeks_since_live[...] = np.where(met_live, 0, np.minimum(self.weeks_since_live, 99) + 1)
        self.weeks_since_message[...] = np.where(self.private_bond >= 0, 0, np.minimum(self.weeks_since_message, 99) + 1)

    def settle(self, ctx):
        buys = self.chosen >= 0
        both = buys & (self.weeks_since_live < self.p.window) & (self.weeks_since_message < self.p.window)
        tally(self.touched_orders, np.arange(2), np.array([buys.sum(), both.sum()], dtype=np.float64))
