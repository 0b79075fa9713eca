"""Preference: what each offer is worth to a consumer before trust, habit and fatigue."""

from __future__ import annotations

import numpy as np

from sim.fields import BRAND_ROOM, CHANNELS, PRIVATE, PRIVATE_SLOT, SHELF, SLOTS, STREAMER_ROOM, TASTES, Array, own, param, read
from sim.kernels.compiled import compiled, rows_with
from sim.mechanic import Mechanic


class Preference(Mechanic):
    """Offers differ by channel, quality and fit; fit is the sector in mind and the style that one likes.

        utility += appeal(outlet) - price sensitivity * log price + sector match + style weight * <taste, style>

    A mixed logit (McFadden 1974; Train 2009): consumers differ in taste, place, income and history.
    """

    streamer_room = param(
        -1.1, unit="util", bounds=(-8, 6), source="assumption", doc="appeal of buying from a streamer; free in both worlds"
    )
    brand_room = param(-0.3, unit="util", bounds=(-8, 6), source="assumption", doc="appeal of buying in a brand's own room")
    private = param(
        2.2, unit="util", bounds=(-8, 8), source="assumption", doc="appeal of buying from a private message; free in both worlds"
    )
    shelf = param(1.9, unit="util", bounds=(-8, 6), source="assumption", doc="appeal of searching on the shelf")
    need_match = param(0.8, unit="util", bounds=(0, 6), source="assumption", doc="an offer in the sector one has in mind")
    style_weight = param(0.6, unit="util", bounds=(0, 6), source="assumption", doc="a room in the style one likes")
    quality_weight = param(1.0, unit="1", bounds=(0, 5), source="assumption", doc="weight of quality of goods")
    talent_weight = param(0.6, unit="1", bounds=(0, 5), source="assumption", doc="weight of a host's talent")

    outlet_appeal: Array = own("outlet", unit="util", at="traffic", gather="sum", doc="what an outlet is worth to everybody")
    style_worth: Array = own(
        "room", "taste", unit="util", at="traffic", dtype=np.float32, bounds=(-6, 6), doc="a room's style to one who likes nothing else"
    )
    utility: Array = own(
        "consumer",
        "slot",
        unit="util",
        at="appraise",
        gather="sum",
        lasting=False,
        doc="what an offer is worth to a consumer; no meaning in an empty slot",
    )

    outlet_channel: Array = read()
    outlet_brand: Array = read()
    outlet_host: Array = read()
    outlet_sector: Array = read()
    brand_quality: Array = read()
    streamer_talent: Array = read()
    offered: Array = read()
    need: Array = read()
    taste: Array = read()
    price_sensitivity: Array = read()
    log_price: Array = read()
    room_style: Array = read()

    def traffic(self, ctx):
        p = self.p
        channel = np.empty(CHANNELS)
        channel[[STREAMER_ROOM, BRAND_ROOM, PRIVATE, SHELF]] = p.streamer_room, p.brand_room, p.private, p.shelf
        quality, talent = p.quality_weight * self.brand_quality, p.talent_weight * self.streamer_talent
        appeal(self.outlet_appeal, self.outlet_channel, self.outlet_brand, self.outlet_host, channel, quality, talent)
        self.style_worth[...] = p.style_weight * self.room_style

    def appraise(self, ctx):
        weigh(
            self.utility, self.outlet_appeal, self.log_price, self.price_sensitivity, self.outlet_sector, self.offered, self.need,
            self.p.need_match, self.taste, self.style_worth,
        )  # fmt: skip


@compiled
def appeal(worth: Array, channel: Array, brand: Array, host: Array, by_channel: Array, quality: Array, talent: Array) -> None:
    """Add to the worth of each outlet (outlets,) what its channel, its brand's goods and its host are worth to everybody.

    Args:
        channel, brand, host: (outlets,), the host -1 for none. by_channel, quality, talent: (channels,), (brands,), (streamers,) util.
    """
    for j in range(worth.size):
        worth[j] += by_channel[channel[j]] + quality[brand[j]] + (talent[host[j]] if host[j] >= 0 else 0.0)


@compiled
def weigh(utility: Array, appeal: Array, log_price: Array, sensitivity: Array, sector: Array, offered: Array, need: Array,
          match: float, taste: Array, style: Array) -> None:  # fmt: skip
    """Add to utility (n, slots), where offered, an outlet's appeal less its price, `match` in the sector in mind, and <taste, style>.

    Args:
        appeal, log_price, sector: (outlets,). sensitivity, need: (n,). offered: (n, slots), -1 for none; rooms in the live ones.
        taste: (n, axes). style: (rooms, axes), weighted.
    """
    bonus = np.array([0.0, match], np.float32)  # looked up, as a branch would be guessed wrong
    for k in range(SLOTS):
        outlet, worth = offered[:, k], utility[:, k]
        filled = rows_with(outlet)
        for i in filled:
            j = np.uintp(outlet[i])
            dear = sensitivity[i] * np.float32(log_price[j])
            worth[i] += np.float32(appeal[j]) - dear + bonus[np.int64(sector[j] == need[i])]
        if k < PRIVATE_SLOT:
            for i in filled:
                j, likes = np.uintp(outlet[i]), np.float32(0.0)
                for d in range(TASTES):
                    likes += taste[i, d] * style[j, d]
                worth[i] += likes
