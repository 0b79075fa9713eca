"""Preference: what each offer is worth to a consumer before trust, habit and fatigue."""

from __future__ import annotations

import numpy as np

from sim.fields import BRAND_ROOM, PRIVATE, SHELF, STREAMER_ROOM, Array, own, param, read
from sim.kernels.compiled import compiled
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
        2.2, unit="util", bounds=(-8, 6), source="assumption", doc="appeal of buying from a private message; free in both worlds"
    )
    shelf = param(1.9, unit="util", bounds=(-8, 6), source="assumption", doc="appeal of searching on the shelf")
    need_match = param(0.8, unit="util", bounds=(0, 6), source="assumption", doc="an offer in the sector one has in mind")
    style_weight = param(0.6, unit="util", bounds=(0, 6), source="assumption", doc="a room in the style one likes")
    quality_weight = param(1.0, unit="1", bounds=(0, 5), source="assumption", doc="weight of quality of goods")
    talent_weight = param(0.6, unit="1", bounds=(0, 5), source="assumption", doc="weight of a host's talent")

    outlet_appeal: Array = own("outlet", unit="util", at="traffic", gather="sum", doc="what an outlet is worth to everybody")
    utility: Array = own(
        "consumer", "slot", unit="util", at="appraise", gather="sum", lasting=False, doc="what an offer is worth to a consumer"
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
        channel = np.empty(4)
        channel[[STREAMER_ROOM, BRAND_ROOM, PRIVATE, SHELF]] = p.streamer_room, p.brand_room, p.private, p.shelf
        talent = np.where(self.outlet_host >= 0, self.streamer_talent[self.outlet_host.clip(0)], 0.0)
        self.outlet_appeal += (
            channel[self.outlet_channel] + p.quality_weight * self.brand_quality[self.outlet_brand] + p.talent_weight * talent
        )

    def appraise(self, ctx):
        weigh(
            self.utility, self.outlet_appeal, self.log_price, self.price_sensitivity, self.outlet_sector, self.offered, self.need,
            self.p.need_match, self.p.style_weight, self.taste, self.room_style,
        )  # fmt: skip


@compiled
def weigh(utility: Array, appeal: Array, log_price: Array, sensitivity: Array, sector: Array, offered: Array, need: Array,
          match: float, style: float, taste: Array, styles: Array) -> None:  # fmt: skip
    """Add to utility (n, slots) an outlet's appeal less its price, `match` in the sector in mind, and style * <taste, room's style>.

    Args:
        appeal, log_price, sector: (outlets,). sensitivity, need: (n,). offered: (n, slots), -1 for none.
        taste: (n, axes). styles: (rooms, axes).
    """
    for i in range(need.size):
        for k in range(offered.shape[1]):
            j = offered[i, k]
            if j < 0:
                continue
            room = min(j, styles.shape[0] - 1)
            fit = np.float32(0.0)
            for d in range(styles.shape[1]):
                fit += taste[i, d] * np.float32(styles[room, d])
            worth = np.float32(appeal[j]) - sensitivity[i] * np.float32(log_price[j]) + np.float32(match) * np.float32(sector[j] == need[i])
            utility[i, k] += worth + np.float32(style) * fit * np.float32(j == room)
