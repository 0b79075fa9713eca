"""Exposure: who is shown what: feed, paid traffic, followed rooms, a private message, the shelf."""

from __future__ import annotations

import numpy as np

from sim.fields import (
    ACTIVE,
    BONDS,
    FEED,
    FIRST_SALES,
    FOLLOWED_SLOT,
    PAID_SLOT,
    PRIVATE_SLOT,
    SECOND_FEED,
    SHELF,
    SHELF_SLOT,
    TIES,
    Array,
    last,
    own,
    param,
    read,
)
from sim.kernels.compiled import compiled, rows_where
from sim.kernels.sections import pick, places_of, sections_of
from sim.mechanic import Mechanic


class Exposure(Mechanic):
    """A consumer's week: two rooms from feeds, one paid room, followed rooms on air, one private message, one shelf.

    Only those who have taken up live shopping meet rooms. The second feed is of a platform drawn by its live sales.
    """

    shelf_growth = param(0.02, unit="1/week", bounds=(0, 1), source="assumption", doc="weight of last week's sales in the shelf's ranking")
    shelf_least = param(0.01, unit="1", bounds=(0, 10), source="assumption", doc="popularity on the shelf that a brand has without sales")
    platform_least = param(
        0.02, unit="share", bounds=(0, 1), source="assumption", doc="part of the mean live sales that draws the second feed to any platform"
    )
    ad_reach = param(
        20.0, unit="1", bounds=(0, 100), source="assumption", doc="paid rooms met in a week, for each unit of advertising load"
    )
    message_reach = param(
        0.55, unit="share", bounds=(0, 1), source="assumption", doc="probability that a message is noticed, for each push a week"
    )

    online: Array = own("consumer", unit="1", at="offer", dtype=np.bool_, init=None, lasting=False, doc="shops online this week")
    offered: Array = own(
        "consumer", "slot", unit="1", at="offer", dtype=np.int32, init=None, lasting=False, doc="outlet in each slot, -1 for none"
    )
    need: Array = own(
        "consumer", unit="1", at="offer", dtype=np.int8, init=None, lasting=False, doc="sector a consumer has in mind this week"
    )
    shelf_popularity: Array = own("brand", unit="1", at="traffic", init=1.0, bounds=(0, 1e12), doc="remembered sales on the shelf")
    shelf_cdf: Array = own("brand", unit="share", at="traffic", bounds=(0, 1 + 1e-9), doc="cumulative shelf ranking by sector")
    shelf_guide: Array = own("sector", "cell", unit="1", at="traffic", dtype=np.int32, doc="where to begin looking in shelf_cdf")
    shelf_members: Array = own("brand", unit="1", at="traffic", dtype=np.int32, doc="brand of each entry of shelf_cdf")
    platform_pull: Array = own(
        "platform", unit="share", at="traffic", bounds=(0, 1 + 1e-9), doc="cumulative share of live sales by platform"
    )

    brand_size: Array = read()
    brand_sector: Array = read()
    brand_active: Array = last()
    brand_channel_gmv: Array = last()
    platform_gmv: Array = last()
    sector_orders: Array = read()
    feed_presence: Array = read()
    ad_load: Array = read()
    traffic_level: Array = read()
    impressions: Array = read()
    supply: Array = read()
    feed_cdf: Array = read()
    feed_guide: Array = read()
    feed_members: Array = read()
    paid_cdf: Array = read()
    paid_guide: Array = read()
    paid_members: Array = read()
    on_air: Array = read()
    push_rate: Array = read()
    habit_platform: Array = read()
    online_rank: Array = read()
    shoppers_online: Array = read()
    adopted: Array = last()
    followed: Array = last()
    bond_brand: Array = last()
    bond_state: Array = last()

    def found(self, ctx):
        self.shelf_popularity[...] = self.brand_size

    def traffic(self, ctx):
        sales = self.brand_channel_gmv[:, SHELF]
        if ctx.step > FIRST_SALES:
            self.shelf_popularity += self.p.shelf_growth * (sales / max(sales.mean(), 1e-12) - self.shelf_popularity)
        weight = (self.brand_active > 0) * (self.shelf_popularity + self.p.shelf_least)
        self.shelf_cdf[...], self.shelf_guide[...], self.shelf_members[...] = sections_of(
            weight, self.brand_sector, *self.shelf_guide.shape
        )
        pull = self.platform_gmv + self.p.platform_least * self.platform_gmv.mean() + 1e-12
        self.platform_pull[...] = np.cumsum(pull) / pull.sum()

    def offer(self, ctx):
        rooms, brands = self.on_air.size, self.brand_active.size
        slots, week = ctx.uniform(label="slots", words=4), ctx.uniform(label="week", words=4)
        shown = ctx.uniform(label="shown", words=3)
        organic = self.feed_presence[0] * (1.0 - self.ad_load)
        sold = self.impressions / np.maximum(self.supply, 1e-12)
        paid_share = -np.expm1(-self.p.ad_reach * self.ad_load * sold * self.traffic_level[0])
        online = self.shoppers_online[0] * 1e6 / (ctx.size("consumer") * ctx.people)
        heard = -np.expm1(-self.p.message_reach * self.push_rate)
        need_edges = np.cumsum(self.sector_orders)
        show(
            self.offered, self.online, self.need, slots, week, shown, organic, paid_share,
            self.online_rank, online, self.adopted, self.habit_platform,
            need_edges, self.platform_pull, self.feed_cdf, self.feed_guide, self.feed_members, self.paid_cdf, self.paid_guide,
            self.paid_members, self.shelf_cdf, self.shelf_guide, self.shelf_members,
            self.followed, self.on_air, self.bond_brand, self.bond_state, heard,
            rooms, brands,
        )  # fmt: skip


@compiled
def show(offered: Array, online: Array, need: Array, slots: Array, week: Array, shown: Array, organic: Array, paid_share: Array,
         rank: Array, online_share: float, adopted: Array, platform: Array, need_edges: Array, pull: Array,
         feed: Array, feed_guide: Array, feed_members: Array, paid: Array, paid_guide: Array, paid_members: Array,
         shelf: Array, shelf_guide: Array, shelf_members: Array,
         followed: Array, on_air: Array, bond_brand: Array, bond_state: Array, heard: Array, rooms: int, brands: int) -> None:  # fmt: skip
    """Fill the slots of every consumer who is online.

    Args:
        offered: (n, slots), written, -1 for none. online, need: (n,), written.
        slots, week, shown: (4, n), (4, n), (3, n) draws in [0, 1).
        organic, paid_share: (platforms,) probabilities that a feed slot and the paid slot are filled.
        rank, adopted, platform: (n,). online_share: share of consumers online. need_edges, pull: cumulative shares.
        feed, paid, shelf: cumulative shares by section, each with its guide and members, from `sections_of`.
        followed: (n, ties). on_air: (rooms,). bond_brand, bond_state: (n, bonds). heard: (brands,) probabilities.
    """
    second = np.empty(rank.size, np.int8)
    viewer = np.empty(rank.size, np.bool_)
    places_of(need_edges, week[0], need)
    places_of(pull, week[2], second)
    for i in range(rank.size):
        online[i] = rank[i] < online_share
        viewer[i] = online[i] & (adopted[i] > 0)
    draw(offered[:, FEED], viewer, organic, shown[0], platform, feed, feed_guide, feed_members, slots[0], 0)
    draw(offered[:, SECOND_FEED], viewer, organic, shown[1], second, feed, feed_guide, feed_members, slots[1], 0)
    draw(offered[:, PAID_SLOT], viewer, paid_share, shown[2], platform, paid, paid_guide, paid_members, slots[2], 0)
    always = np.ones(need_edges.size)
    draw(offered[:, SHELF_SLOT], online, always, week[0], need, shelf, shelf_guide, shelf_members, slots[3], rooms + brands)
    known = np.empty(rank.size)
    for t in range(TIES):
        revisit(offered[:, FOLLOWED_SLOT + t], viewer, followed[:, t], on_air, week[3], known)
    hear(offered[:, PRIVATE_SLOT], online, bond_brand, bond_state, heard, week[1], rooms)


@compiled
def draw(slot: Array, present: Array, filled: Array, shown: Array, section: Array, cdf: Array, guide: Array, members: Array,
         u: Array, first: int) -> None:  # fmt: skip
    """Fill a slot (n,) of those present with a draw from their section; `first` is added to the member drawn.

    The slot is filled where the draw shown (n,) is below filled (sections,); the others, who are most, are left out of the drawing.
    """
    seen = np.empty(u.size, np.bool_)
    for i in range(u.size):
        seen[i] = present[i] & (shown[i] < filled[np.uintp(section[i])])
        slot[i] = -1
    for i in rows_where(seen):
        member = pick(cdf, guide, members, section[i], u[i])
        slot[i] = first + member if member >= 0 else -1


@compiled
def revisit(slot: Array, viewer: Array, room: Array, on_air: Array, u: Array, known: Array) -> None:
    """Fill a slot (n,) of viewers with a room that they follow, where it is on air.

    Args:
        on_air: (rooms,) share of the time. u: (n,) draws. known: (n,), written: that share of each one's room. It is looked up first:
            only a loop without look-ups compares many numbers at once, and none of them by a branch that luck would decide.
    """
    for i in range(u.size):
        known[i] = on_air[np.uintp(max(room[i], 0))]
    for i in range(u.size):
        slot[i] = room[i] if viewer[i] & (known[i] > u[i]) else -1


@compiled
def hear(slot: Array, online: Array, bond_brand: Array, bond_state: Array, heard: Array, u: Array, rooms: int) -> None:
    """Fill a slot (n,) with the private channel of a brand one is an active member of: one draw decides whether, and whose.

    The message of each bond is noticed with probability heard (brands,); the first that is noticed counts.
    """
    member = np.empty(u.size, np.bool_)
    for i in range(u.size):
        active = False
        for t in range(BONDS):
            active |= bond_state[i, t] == ACTIVE
        member[i] = online[i] & active
        slot[i] = -1
    for i in rows_where(member):
        silent, place = 1.0, 0
        for t in range(BONDS):
            silent *= 1.0 - heard[max(bond_brand[i, t], 0)] if bond_state[i, t] == ACTIVE else 1.0
            place += 1.0 - u[i] <= silent
        if place < BONDS:
            slot[i] = rooms + bond_brand[i, place]
