"""Brand trust: consumers remember a few brands they bought; trust in a brand outlives a scandal of its host."""

from __future__ import annotations

import numpy as np

from sim.fields import ACTIVE, DORMANT, PAID_SLOT, Array, add, last, own, param, read
from sim.kernels.sums import tally, tally_ones
from sim.kernels.ties import place_in_ties, tied_value_add
from sim.mechanic import Mechanic


class BrandTrust(Mechanic):
    """A bond is a brand one bought; its trust grows with good baskets and falls faster with bad ones.

    A new brand takes the place of the least trusted bond that is no membership. Where a host sold it, the host takes
    part of the blame: a scandal destroys trust in the streamer, not fully that in the brand.

        trust' = trust + gain * good * (1 - trust) - loss * blame * bad * trust - fade * (trust - stranger)
    """

    gain = param(0.08, unit="1/basket", bounds=(0, 1), source="joesang2002", doc="pull of a good basket")
    loss = param(0.20, unit="1/basket", bounds=(0, 1), source="slovic1993", doc="pull of a bad basket")
    weight = param(1.2, unit="util", bounds=(0, 10), source="guadagni1983", doc="effect of trust on an offer's worth")
    stranger = param(0.40, unit="1", bounds=(0, 1), source="assumption", doc="trust in a brand never bought")
    fade = param(0.003, unit="1/week", bounds=(0, 1), source="joesang2002", doc="pull of trust back to a stranger's")
    blame_in_rooms = param(0.6, unit="share", bounds=(0, 1), source="assumption", doc="brand's part of the blame for what a host sold")
    known_at_start = param(0.5, unit="share", bounds=(0, 1), source="assumption", doc="bonds filled at the start")

    bond_brand: Array = own("consumer", "bond", unit="1", at="learn", init=-1, dtype=np.int16, doc="brands remembered, -1 for none")
    bond_trust: Array = own("consumer", "bond", unit="1", at="learn", init=0.4, bounds=(0, 1), doc="trust in a remembered brand")
    bond_place: Array = own("consumer", unit="1", at="settle", init=-1, dtype=np.int8, lasting=False, doc="bond this week's basket belongs to, -1 for none")
    bond_new: Array = own("consumer", unit="1", at="settle", dtype=np.bool_, lasting=False, doc="whether that bond is new")
    outlet_new_customers: Array = own("outlet", unit="people", at="learn", gather="sum", doc="simulated consumers who bought a brand they did not remember")
    outlet_repeat_gmv: Array = own("outlet", unit="CNY", at="learn", gather="sum", doc="value of baskets of brands remembered")
    paid_new_customers: Array = own("brand", unit="people", at="learn", gather="sum", doc="new customers through bought traffic")
    trust_total: Array = own("brand", unit="1", at="learn", gather="sum", doc="sum of trust over bonds")
    bond_count: Array = own("brand", unit="bonds", at="learn", gather="sum", doc="bonds of simulated consumers")
    utility: Array = add()

    offered: Array = read()
    outlet_brand: Array = read()
    outlet_home: Array = read()
    brand_size: Array = read()
    chosen: Array = read()
    chosen_slot: Array = read()
    outcome: Array = read()
    amount: Array = read()
    bond_state: Array = last()

    def populate(self, ctx):
        edges = np.cumsum(self.brand_size) / self.brand_size.sum()
        known = ctx.uniform(label="known", words=4)
        which = ctx.uniform(label="which", words=4)
        for bond in range(self.bond_brand.shape[1]):
            brand = np.minimum(np.searchsorted(edges, which[bond]), edges.size - 1)
            fresh = (known[bond] < self.p.known_at_start) & ~(self.bond_brand[:, :bond] == brand[:, None]).any(axis=1)
            self.bond_brand[:, bond] = np.where(fresh, brand, -1)
        self.bond_trust[...] = 0.5

    def appraise(self, ctx):
        p = self.p
        tied_value_add(self.utility, p.weight, self.offered, self.outlet_brand, self.bond_brand, self.bond_trust, p.stranger)

    def settle(self, ctx):
        brand = np.where(self.chosen >= 0, self.outlet_brand[self.chosen.clip(0)], -1).astype(np.int32)
        member = (self.bond_state == ACTIVE) | (self.bond_state == DORMANT)
        place_in_ties(brand, self.bond_brand, self.bond_trust, member, self.bond_place, self.bond_new)

    def learn(self, ctx):
        p = self.p
        self.bond_trust -= p.fade * (self.bond_trust - p.stranger)
        rows = np.flatnonzero(self.bond_place >= 0)
        place, outlet = self.bond_place[rows], self.chosen[rows]
        brand = self.outlet_brand[outlet]
        trust = np.where(self.bond_new[rows], p.stranger, self.bond_trust[rows, place])
        blame = np.where(self.outlet_home[outlet] < 0, p.blame_in_rooms, 1.0)
        good = self.outcome[rows] > 0
        self.bond_brand[rows, place] = brand
        self.bond_trust[rows, place] = np.where(good, trust + p.gain * (1 - trust), trust * (1 - p.loss * blame))
        first = self.bond_new[rows]
        tally_ones(self.outlet_new_customers, np.where(first, outlet, -1))
        tally(self.outlet_repeat_gmv, np.where(first, -1, outlet), self.amount[rows])
        tally_ones(self.paid_new_customers, np.where(first & (self.chosen_slot[rows] == PAID_SLOT), brand, -1))
        tally(self.trust_total, self.bond_brand.ravel(), self.bond_trust.ravel())
        tally_ones(self.bond_count, self.bond_brand.ravel())
