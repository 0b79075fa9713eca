"""Takings: what each outlet, brand, room and platform sold this week, in CNY of real people."""

from __future__ import annotations

import numpy as np

from sim.fields import BRAND_ROOM, OWN_ROOMS, PAID_TRAFFIC, PRIVATE, PRIVATE_OPERATION, STREAMER_FEES, STREAMER_ROOM, Array, own, read
from sim.kernels.compiled import compiled
from sim.mechanic import Mechanic


class Takings(Mechanic):
    """Adds up the sales of simulated consumers and scales them to the people they stand for; nothing else is scaled."""

    room_gmv: Array = own("room", unit="CNY/week", at="enforce", bounds=(0, 1e15), doc="sales of a room")
    room_minutes: Array = own("room", unit="minutes/week", at="enforce", bounds=(0, 1e15), doc="minutes watched in a room")
    platform_gmv: Array = own("platform", unit="CNY/week", at="enforce", bounds=(0, 1e15), doc="live sales on a platform")
    users: Array = own("platform", unit="people", at="enforce", bounds=(0, 2e9), doc="users of live shopping by main platform")
    brand_channel_gmv: Array = own(
        "brand",
        "channel",
        unit="CNY/week",
        at="enforce",
        bounds=(0, 1e15),
        doc="sales by streamers' rooms, own rooms, private store, shelf",
    )
    brand_lever_gmv: Array = own(
        "brand",
        "lever",
        unit="CNY/week",
        at="enforce",
        bounds=(0, 1e15),
        doc="sales that each lever brought: what came through bought traffic counts there only",
    )

    outlet_gmv: Array = read()
    outlet_paid_gmv: Array = read()
    outlet_minutes: Array = read()
    outlet_brand: Array = read()
    outlet_channel: Array = read()
    outlet_platform: Array = read()
    users_count: Array = read()

    def enforce(self, ctx):
        np.multiply(self.users_count, ctx.people, out=self.users)
        add_up(
            self.room_gmv, self.room_minutes, self.platform_gmv, self.brand_channel_gmv, self.brand_lever_gmv, self.outlet_gmv,
            self.outlet_paid_gmv, self.outlet_minutes, self.outlet_brand, self.outlet_channel, self.outlet_platform, ctx.people,
        )  # fmt: skip


@compiled
def add_up(room_gmv: Array, room_minutes: Array, platform_gmv: Array, channel_gmv: Array, lever_gmv: Array, sales: Array,
           paid: Array, minutes: Array, brand: Array, channel: Array, platform: Array, people: float) -> None:  # fmt: skip
    """Sales and minutes of simulated consumers, each of whom is so many people, by room, platform, brand and lever.

    Args:
        room_gmv, room_minutes: (rooms,), platform_gmv: (platforms,), channel_gmv: (brands, channels), lever_gmv: (brands, levers):
            written. sales, paid, minutes: (outlets,), paid is what bought traffic brought. brand, channel, platform: (outlets,).
    """
    bought: Array = np.zeros(channel_gmv.shape)
    for k in range(platform_gmv.size):
        platform_gmv[k] = 0.0
    for b in range(bought.shape[0]):
        for c in range(bought.shape[1]):
            channel_gmv[b, c] = 0.0
    for j in range(sales.size):
        channel_gmv[brand[j], channel[j]] += sales[j] * people
        bought[brand[j], channel[j]] += paid[j] * people
    for r in range(room_gmv.size):
        room_gmv[r], room_minutes[r] = sales[r] * people, minutes[r] * people
        platform_gmv[platform[r]] += room_gmv[r]
    for b in range(bought.shape[0]):
        lever_gmv[b, PAID_TRAFFIC] = bought[b].sum()
        lever_gmv[b, STREAMER_FEES] = max(channel_gmv[b, STREAMER_ROOM] - bought[b, STREAMER_ROOM], 0.0)
        lever_gmv[b, OWN_ROOMS] = max(channel_gmv[b, BRAND_ROOM] - bought[b, BRAND_ROOM], 0.0)
        lever_gmv[b, PRIVATE_OPERATION] = channel_gmv[b, PRIVATE]
