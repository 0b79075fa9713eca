"""Exposure: who is shown what: feed, paid traffic, followed rooms, a private message, the shelf."""

from __future__ import annotations

import numpy as np

from sim.fields import ACTIVE, FEED, FOLLOWED_SLOT, PAID_SLOT, PRIVATE_SLOT, SECOND_FEED, SHELF, SHELF_SLOT, Array, last, own, param, read
from sim.kernels.compiled import compiled
from sim.kernels.sections import guide_of, pick_from_sections, place_among, sections_of
from sim.mechanic import Mechanic


class Exposure(Mechanic):
    """A consumer's week: two rooms from feeds, one paid room, followed rooms on air, one private message, one shelf.

    Only those who have taken up live shopping meet rooms. The second feed is of a platform drawn by its live sales.
    """

    shelf_growth = param(0.02, unit="1/week", bounds=(0, 1), source="assumption", doc="weight of last week's sales in the shelf's ranking")
    shelf_power = param(1.0, unit="1", bounds=(0, 2), source="assumption", doc="exponent of past sales in the shelf's ranking")
    message_reach = param(
        0.55, unit="share", bounds=(0, 1), source="assumption", doc="probability that a message is noticed, for each push a week"
    )

    online: Array = own("consumer", unit="1", at="offer", dtype=np.bool_, lasting=False, doc="shops online this week")
    offered: Array = own(
        "consumer", "slot", unit="1", at="offer", init=-1, dtype=np.int32, lasting=False, doc="outlet in each slot, -1 for none"
    )
    need: Array = own("consumer", unit="1", at="offer", dtype=np.int8, lasting=False, doc="sector a consumer has in mind this week")
    shelf_popularity: Array = own("brand", unit="1", at="traffic", init=1.0, bounds=(0, 1e12), doc="remembered sales on the shelf")
    shelf_cdf: Array = own("brand", unit="share", at="traffic", bounds=(0, 1 + 1e-9), doc="cumulative shelf ranking by sector")
    shelf_guide: Array = own("sector", "cell", unit="1", at="traffic", dtype=np.int32, doc="where to begin looking in shelf_cdf")
    shelf_starts: Array = own("sector_edge", unit="1", at="traffic", dtype=np.int64, doc="where each sector's brands begin")
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
    feed_cdf: Array = read()
    feed_starts: Array = read()
    feed_guide: Array = read()
    feed_members: Array = read()
    paid_cdf: Array = read()
    paid_starts: Array = read()
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
        if ctx.step > 4:
            self.shelf_popularity += self.p.shelf_growth * (sales / max(sales.mean(), 1e-12) - self.shelf_popularity)
        weight = (self.brand_active > 0) * (self.shelf_popularity + 0.01) ** self.p.shelf_power
        self.shelf_cdf[...], self.shelf_starts[...], self.shelf_members[...] = sections_of(
            weight, self.brand_sector, self.sector_orders.size
        )
        self.shelf_guide[...] = guide_of(self.shelf_cdf, self.shelf_starts, self.shelf_guide.shape[1])
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
        place_among(np.cumsum(self.sector_orders), need, self.need)
        second = np.empty(live.size, np.int8)
        place_among(self.platform_pull, elsewhere, second)
        feeds = self.feed_cdf, self.feed_starts, self.feed_guide
        ads = self.paid_cdf, self.paid_starts, self.paid_guide
        none = np.int8(-1)
        main = self.habit_platform
        pick_from_sections(*feeds, np.where(live & feed_shown, main, none), feed, self.feed_members, 0, self.offered[:, FEED])
        pick_from_sections(*feeds, np.where(live & other_shown, second, none), other, self.feed_members, 0, self.offered[:, SECOND_FEED])
        pick_from_sections(*ads, np.where(live & paid_shown, main, none), paid, self.paid_members, 0, self.offered[:, PAID_SLOT])
        offer_followed(self.followed, self.on_air, watch, live, self.offered)
        heard = -np.expm1(-self.p.message_reach * self.push_rate)
        offer_message(self.bond_brand, self.bond_state, heard, message, online, rooms, self.offered)
        wanted = np.where(online, self.need, np.int8(-1))
        shelves = self.shelf_cdf, self.shelf_starts, self.shelf_guide
        pick_from_sections(*shelves, wanted, shelf, self.shelf_members, rooms + brands, self.offered[:, SHELF_SLOT])


@compiled
def offer_followed(followed: Array, on_air: Array, u: Array, live: Array, offered: Array) -> None:
    """Followed rooms that are on air, into the followed slots of offered (n, slots)."""
    for i in range(u.size):
        if live[i]:
            for t in range(followed.shape[1]):
                room = followed[i, t]
                if room >= 0 and on_air[room] > u[i]:
                    offered[i, FOLLOWED_SLOT + t] = room


@compiled
def offer_message(brand: Array, state: Array, heard: Array, u: Array, online: Array, first: int, offered: Array) -> None:
    """The private message noticed this week, into the private slot of offered (n, slots).

    Each active membership is noticed with probability heard[brand]; one draw u decides whether and which.
    """
    for i in range(u.size):
        if not online[i]:
            continue
        silent, cumulative = 1.0, 0.0
        for t in range(brand.shape[1]):
            if brand[i, t] >= 0 and state[i, t] == ACTIVE:
                cumulative += silent * heard[brand[i, t]]
                silent *= 1.0 - heard[brand[i, t]]
                if u[i] < cumulative:
                    offered[i, PRIVATE_SLOT] = first + brand[i, t]
                    break
