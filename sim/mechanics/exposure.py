"""Exposure: who is shown what: feed, paid traffic, followed rooms, a private message, the shelf."""

from __future__ import annotations

import numpy as np

from sim.fields import FEED, FOLLOWED_SLOT, PAID_SLOT, PRIVATE_SLOT, SECOND_FEED, SHELF, SHELF_SLOT, Array, last, own, param, read
from sim.kernels.sections import pick_from_sections, sections_of
from sim.mechanic import Mechanic


class Exposure(Mechanic):
    """A consumer's week: two rooms from feeds, one paid room, followed rooms on air, one private message, one shelf.

    Only those who have taken up live shopping meet rooms. The second feed is of a platform drawn by its live sales.
    """

    shelf_growth = param(0.02, unit="1/week", bounds=(0, 1), source="assumption", doc="weight of last week's sales in the shelf's ranking")
    shelf_power = param(1.0, unit="1", bounds=(0, 2), source="assumption", doc="exponent of past sales in the shelf's ranking")
    message_reach = param(0.55, unit="share", bounds=(0, 1), source="assumption", doc="probability that a message is noticed, for each push a week")

    online: Array = own("consumer", unit="1", at="offer", dtype=np.bool_, lasting=False, doc="shops online this week")
    offered: Array = own("consumer", "slot", unit="1", at="offer", init=-1, dtype=np.int32, lasting=False, doc="outlet in each slot, -1 for none")
    need: Array = own("consumer", unit="1", at="offer", dtype=np.int8, lasting=False, doc="sector a consumer has in mind this week")
    private_bond: Array = own("consumer", unit="1", at="offer", init=-1, dtype=np.int8, lasting=False, doc="bond whose brand wrote this week, -1 for none")
    shelf_popularity: Array = own("brand", unit="1", at="traffic", init=1.0, bounds=(0, 1e12), doc="remembered sales on the shelf")
    shelf_cdf: Array = own("brand", unit="share", at="traffic", bounds=(0, 1 + 1e-9), doc="cumulative shelf ranking by sector")
    shelf_starts: Array = own("sector_edge", unit="1", at="traffic", dtype=np.int64, doc="where each sector's brands begin")
    shelf_members: Array = own("brand", unit="1", at="traffic", dtype=np.int32, doc="brand of each entry of shelf_cdf")
    platform_pull: Array = own("platform", unit="share", at="traffic", bounds=(0, 1 + 1e-9), doc="cumulative share of live sales by platform")

    brand_size: Array = read()
    brand_sector: Array = read()
    brand_active: Array = last()
    brand_channel_gmv: Array = last()
    platform_gmv: Array = last()
    sector_orders: Array = read()
    feed_presence: Array = read()
    feed_cdf: Array = read()
    feed_starts: Array = read()
    feed_members: Array = read()
    paid_cdf: Array = read()
    paid_starts: Array = read()
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
        if ctx.step > 4:
            self.shelf_popularity += self.p.shelf_growth * (sales / max(sales.mean(), 1e-12) - self.shelf_popularity)
        weight = (self.brand_active > 0) * (self.shelf_popularity + 0.01) ** self.p.shelf_power
        self.shelf_cdf[...], self.shelf_starts[...], self.shelf_members[...] = sections_of(weight, self.brand_sector, self.sector_orders.size)
        pull = self.platform_gmv + 0.02 * self.platform_gmv.mean() + 1e-12
        self.platform_pull[...] = np.cumsum(pull) / pull.sum()

    def offer(self, ctx):
        rooms, brands = self.on_air.size, self.brand_active.size
        feed, other, paid, shelf = ctx.uniform(label="slots", words=4)
        need, message, elsewhere, watch = ctx.uniform(label="week", words=4)
        feed_shown, other_shown, paid_shown = ctx.uniform(label="shown", words=3) < self.feed_presence[0]
        self.online[...] = self.online_rank * (ctx.size("consumer") * ctx.people / 1e6) < self.shoppers_online[0]
        online = self.online
        live = online & (self.adopted > 0)
        self.need[...] = np.minimum(np.searchsorted(np.cumsum(self.sector_orders), need, side="right"), self.sector_orders.size - 1)
        out = np.empty(live.size, np.int32)
        main = self.habit_platform.astype(np.int32)
        second = np.minimum(np.searchsorted(self.platform_pull, elsewhere, side="right"), 3).astype(np.int32)
        for slot, cdf, starts, members, platform, u, shown in (
            (FEED, self.feed_cdf, self.feed_starts, self.feed_members, main, feed, feed_shown),
            (SECOND_FEED, self.feed_cdf, self.feed_starts, self.feed_members, second, other, other_shown),
            (PAID_SLOT, self.paid_cdf, self.paid_starts, self.paid_members, main, paid, paid_shown),
        ):
            pick_from_sections(cdf, starts, np.where(live & shown, platform, -1), u, members, out)
            self.offered[:, slot] = out
        for tie in range(self.followed.shape[1]):
            room = self.followed[:, tie]
            shown = live & (room >= 0) & (self.on_air[room.clip(0)] > watch)
            self.offered[:, FOLLOWED_SLOT + tie] = np.where(shown, room, -1)
        choose_message(self.bond_brand, self.bond_state, self.push_rate, self.p.message_reach, message, online, self.private_bond)
        wrote = self.private_bond >= 0
        brand = self.bond_brand[np.arange(wrote.size), self.private_bond.clip(0)]
        self.offered[:, PRIVATE_SLOT] = np.where(wrote, rooms + brand, -1)
        pick_from_sections(self.shelf_cdf, self.shelf_starts, np.where(online, self.need, -1), shelf, self.shelf_members, out)
        self.offered[:, SHELF_SLOT] = np.where(out >= 0, rooms + brands + out, -1)


def choose_message(brand, state, push_rate, reach, u, online, chosen):  # type: ignore[no-untyped-def]  # arrays
    """Which bond's brand is noticed this week: each active member notices with probability 1 - exp(-reach * pushes).

    Writes the place of the bond, or -1, into `chosen` (n,); one draw u decides whether and which.
    """
    heard = np.where((brand >= 0) & (state == 1), -np.expm1(-reach * push_rate[np.maximum(brand, 0)]), 0.0)
    silent = np.cumprod(1.0 - heard, axis=1)
    before = np.concatenate([np.ones((u.size, 1)), silent[:, :-1]], axis=1)
    cumulative = np.cumsum(before * heard, axis=1)
    place = (u[:, None] >= cumulative).sum(axis=1)
    chosen[...] = np.where(online & (place < brand.shape[1]), place, -1)
