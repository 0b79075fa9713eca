"""Takings: what each outlet, brand, room and platform sold this week, in CNY of real people."""

from __future__ import annotations

import numpy as np

from sim.fields import CHANNELS, OWN_ROOMS, PAID_TRAFFIC, PRIVATE, PRIVATE_OPERATION, STREAMER_FEES, Array, own, read
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
        rooms, brands = self.room_gmv.size, self.brand_channel_gmv.shape[0]
        sales = self.outlet_gmv * ctx.people
        self.room_gmv[...] = sales[:rooms]
        self.room_minutes[...] = self.outlet_minutes[:rooms] * ctx.people
        self.platform_gmv[...] = np.bincount(self.outlet_platform[:rooms], sales[:rooms], self.platform_gmv.size)
        self.users[...] = self.users_count * ctx.people
        pair = self.outlet_brand * CHANNELS + self.outlet_channel
        self.brand_channel_gmv[...] = np.bincount(pair, sales, CHANNELS * brands).reshape(brands, CHANNELS)
        paid = self.outlet_paid_gmv * ctx.people
        bought = np.bincount(pair, paid, CHANNELS * brands).reshape(brands, CHANNELS)
        self.brand_lever_gmv[:, PAID_TRAFFIC] = bought.sum(axis=1)
        self.brand_lever_gmv[:, STREAMER_FEES] = self.brand_channel_gmv[:, 0] - bought[:, 0]
        self.brand_lever_gmv[:, OWN_ROOMS] = self.brand_channel_gmv[:, 1] - bought[:, 1]
        self.brand_lever_gmv[:, PRIVATE_OPERATION] = self.brand_channel_gmv[:, PRIVATE]
        np.maximum(self.brand_lever_gmv, 0.0, out=self.brand_lever_gmv)
