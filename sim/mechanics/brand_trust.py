"""Brand trust: consumers remember a few brands they bought; trust in a brand outlives a scandal of its host."""

from __future__ import annotations

import numpy as np

from sim.fields import ACTIVE, BONDS, DORMANT, PAID_SLOT, SLOTS, Array, add, last, own, param, read
from sim.kernels.compiled import compiled, quanta, rows_with
from sim.mechanic import Mechanic

MEMBER_RANK = 10.0  # what membership adds to trust where a bond must go [1]; source: definition (above any trust)


class BrandTrust(Mechanic):
    """A bond is a brand one bought; its trust grows with good baskets and falls faster with bad ones.

    A new brand takes the place of the least trusted bond that is no membership. Where a host sold it, the host takes
    part of the blame: a scandal destroys trust in the streamer, not fully that in the brand.

        trust' = trust + gain * good * (1 - trust) - loss * blame * bad * trust - fade * (trust - stranger)
    """

    gain = param(0.08, unit="1/basket", bounds=(0, 1), source="form:joesang2002", doc="pull of a good basket")
    loss = param(0.20, unit="1/basket", bounds=(0, 1), source="form:slovic1993", doc="pull of a bad basket")
    weight = param(1.2, unit="util", bounds=(0, 10), source="form:guadagni1983", doc="effect of trust on an offer's worth")
    stranger = param(0.40, unit="1", bounds=(0, 1), source="assumption", doc="trust in a brand never bought")
    fade = param(0.003, unit="1/week", bounds=(0, 1), source="form:joesang2002", doc="pull of trust back to a stranger's")
    blame_in_rooms = param(0.6, unit="share", bounds=(0, 1), source="assumption", doc="brand's part of the blame for what a host sold")
    trust_at_start = param(0.5, unit="1", bounds=(0, 1), source="assumption", doc="trust in brands known at the start")
    known_at_start = param(0.5, unit="share", bounds=(0, 1), source="assumption", doc="bonds filled at the start")

    bond_brand: Array = own("consumer", "bond", unit="1", at="learn", init=-1, dtype=np.int16, doc="brands remembered, -1 for none")
    bond_trust: Array = own("consumer", "bond", unit="1", at="learn", init=0.4, bounds=(0, 1), doc="trust in a remembered brand")
    bond_place: Array = own(
        "consumer", unit="1", at="settle", dtype=np.int8, init=None, lasting=False, doc="bond this week's basket belongs to, -1 for none"
    )
    bond_new: Array = own("consumer", unit="1", at="settle", dtype=np.bool_, init=None, lasting=False, doc="whether that bond is new")
    outlet_new_customers: Array = own(
        "outlet", unit="people", at="learn", gather="sum", doc="simulated consumers who bought a brand they did not remember"
    )
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
        for bond in range(BONDS):
            brand = np.minimum(np.searchsorted(edges, which[bond]), edges.size - 1)
            fresh = (known[bond] < self.p.known_at_start) & ~(self.bond_brand[:, :bond] == brand[:, None]).any(axis=1)
            self.bond_brand[:, bond] = np.where(fresh, brand, -1)
        self.bond_trust[...] = self.p.trust_at_start

    def appraise(self, ctx):
        p = self.p
        add_trust(self.utility, p.weight, self.offered, self.outlet_brand, self.bond_brand, self.bond_trust, p.stranger)

    def settle(self, ctx):
        find_bonds(self.chosen, self.outlet_brand, self.bond_brand, self.bond_trust, self.bond_state, self.bond_place, self.bond_new)

    def learn(self, ctx):
        p = self.p
        learn_brands(
            self.bond_brand, self.bond_trust, self.bond_place, self.bond_new, self.chosen, self.chosen_slot, self.outcome, self.amount,
            self.outlet_brand, self.outlet_home, p.stranger, p.fade, p.gain, p.loss, p.blame_in_rooms,
            self.outlet_new_customers, self.outlet_repeat_gmv, self.paid_new_customers, self.trust_total, self.bond_count,
        )  # fmt: skip


@compiled
def add_trust(utility: Array, weight: float, offered: Array, brand_of: Array, bond_brand: Array, trust: Array, stranger: float) -> None:
    """Add weight * trust in the brand of each offer, or in a stranger where one has no bond with it, to utility (n, slots).

    Args:
        offered: (n, slots) outlets, -1 for none. brand_of: (outlets,). bond_brand, trust: (n, bonds). stranger: trust without a bond.
    """
    brand = np.empty(offered.shape[0], bond_brand.dtype)
    for k in range(SLOTS):
        outlet, worth = offered[:, k], utility[:, k]
        for i in range(brand.size):
            brand[i] = brand_of[max(outlet[i], 0)]
        for i in range(brand.size):
            found = np.float32(stranger)
            for t in range(BONDS):
                found = trust[i, t] if bond_brand[i, t] == brand[i] else found
            worth[i] += np.float32(weight) * found


@compiled
def find_bonds(chosen: Array, brand_of: Array, bond_brand: Array, bond_trust: Array, state: Array, place: Array, new: Array) -> None:
    """Which bond this week's basket belongs to, or takes over: an empty one, else the least trusted that is no membership.

    Args:
        chosen: (n,) outlets, -1 for none. brand_of: (outlets,). bond_brand, bond_trust, state: (n, bonds).
        place: (n,), written, -1 for none. new: (n,), written: whether the bond changes hands.
    """
    brand = np.empty(chosen.size, bond_brand.dtype)
    for i in range(chosen.size):
        brand[i] = brand_of[max(chosen[i], 0)]
    for i in range(chosen.size):
        at, holder, lowest = -1, np.int16(-1), np.float32(1e9)
        for t in range(BONDS):
            rank = bond_trust[i, t] if bond_brand[i, t] >= 0 else np.float32(-1.0)
            rank = rank + np.float32(MEMBER_RANK) if (state[i, t] == ACTIVE) | (state[i, t] == DORMANT) else rank
            rank = np.float32(-1e9) if bond_brand[i, t] == brand[i] else rank
            lower = rank < lowest
            lowest = rank if lower else lowest
            holder = bond_brand[i, t] if lower else holder
            at = t if lower else at
        place[i] = at if chosen[i] >= 0 else -1
        new[i] = (chosen[i] >= 0) & (holder != brand[i])


@compiled
def learn_brands(bond_brand: Array, bond_trust: Array, place: Array, new: Array, chosen: Array, slot: Array, outcome: Array,
                 amount: Array, brand_of: Array, home: Array, stranger: float, fade: float, gain: float, loss: float,
                 blame: float,
                 newcomers: Array, repeat_gmv: Array, paid_newcomers: Array, trust_total: Array, bonds: Array) -> None:  # fmt: skip
    """Fade all bonds, learn from this week's basket, and count customers, repeat sales and trust.

    Args:
        bond_brand, bond_trust: (n, bonds), changed. place, new: (n,) the bond of the basket and whether it is new.
        chosen, slot, outcome, amount: (n,). brand_of, home: (outlets,). blame: brand's part of it in a streamer's room.
        newcomers, repeat_gmv: (outlets,), paid_newcomers, trust_total, bonds: (brands,) exact sums.
    """
    for t in range(BONDS):
        belief = bond_trust[:, t]
        for i in range(chosen.size):
            belief[i] -= np.float32(fade) * (belief[i] - np.float32(stranger))
    goal = np.array([1.0, 0.0, 0.0], np.float32)  # after a good basket, a bad one, and a bad one that a host sold
    pull = np.array([gain, loss, loss * blame], np.float32)
    before = np.array([0.0, stranger], np.float32)
    for i in rows_with(place):
        j, here = np.uintp(chosen[i]), np.uintp(place[i])
        brand, fresh, news = brand_of[j], np.int64(new[i]), (outcome[i] <= 0) * (1 + (home[j] < 0))
        before[0] = bond_trust[i, here]
        bond_brand[i, here] = brand
        bond_trust[i, here] = before[fresh] + pull[news] * (goal[news] - before[fresh])
        newcomers[j] += 10_000 * fresh
        paid_newcomers[brand] += 10_000 * fresh * (slot[i] == PAID_SLOT)
        repeat_gmv[j] += quanta(amount[i]) * (1 - fresh)
    total, held = np.zeros(bonds.size + 1, np.int64), np.zeros(bonds.size + 1, np.int64)  # entry 0 is for empty bonds
    belief = np.empty(chosen.size, np.int32)
    for t in range(BONDS):
        for i in range(chosen.size):
            belief[i] = np.int32(np.rint(np.float64(bond_trust[i, t]) * 1e4))  # quanta, eight at a time
        for i in range(chosen.size):
            b = np.uintp(bond_brand[i, t] + 1)
            total[b] += belief[i]
            held[b] += 10_000
    for k in range(bonds.size):
        trust_total[k] += total[k + 1]
        bonds[k] += held[k + 1]
