"""Venues: brands, streamers and the outlets where goods are sold: rooms, private stores and shelves."""

from __future__ import annotations

import numpy as np

from sim.fields import BRAND_ROOM, PLATFORMS, PRIVATE, SECTORS, SHELF, STREAMER_ROOM, STREAMERS_PER_SECOND_ROOM, Array, own, param
from sim.mechanic import Mechanic

GOLDEN_RATIO = 0.6180339887498949  # step that spreads points evenly over a circle [1]; source: definition


class Venues(Mechanic):
    """Firms and their outlets at the start. Outlets are rooms first, then a private store and a shelf a brand.

    A room is a host on a platform: multi-homing is just rows.
    """

    uses = ("agency_ties",)

    beauty_orders = param(0.12, unit="share", bounds=(0.001, 1), source="assumption", doc="share of online orders")
    apparel_orders = param(0.30, unit="share", bounds=(0.001, 1), source="assumption", doc="share of online orders")
    food_orders = param(0.25, unit="share", bounds=(0.001, 1), source="assumption", doc="share of online orders")
    appliance_orders = param(0.10, unit="share", bounds=(0.001, 1), source="assumption", doc="share of online orders")
    home_orders = param(0.13, unit="share", bounds=(0.001, 1), source="assumption", doc="share of online orders")
    baby_orders = param(0.10, unit="share", bounds=(0.001, 1), source="assumption", doc="share of online orders")
    beauty_price = param(125, unit="CNY/order", bounds=(1, 1e4), source="form:parcels2020", doc="price of an order in 2020")
    apparel_price = param(105, unit="CNY/order", bounds=(1, 1e4), source="form:parcels2020", doc="price of an order in 2020")
    food_price = param(65, unit="CNY/order", bounds=(1, 1e4), source="form:parcels2020", doc="price of an order in 2020")
    appliance_price = param(450, unit="CNY/order", bounds=(1, 1e5), source="form:parcels2020", doc="price of an order in 2020")
    home_price = param(165, unit="CNY/order", bounds=(1, 1e5), source="form:parcels2020", doc="price of an order in 2020")
    baby_price = param(125, unit="CNY/order", bounds=(1, 1e4), source="form:parcels2020", doc="price of an order in 2020")
    price_spread = param(0.25, unit="log CNY", bounds=(0, 1.5), source="assumption", doc="spread of brands' prices inside a sector")
    size_spread = param(1.0, unit="1", bounds=(0, 3), source="assumption", doc="log standard deviation of brands' sizes at the start")
    quality_spread = param(0.20, unit="util", bounds=(0, 3), source="assumption", doc="standard deviation of quality of goods")
    talent_spread = param(0.60, unit="util", bounds=(0, 3), source="assumption", doc="standard deviation of hosts' talent")
    douyin_rooms = param(
        0.36,
        unit="share",
        bounds=(0, 1),
        source="form:history:douyin_ecom_gmv",
        doc="rooms whose main platform it is: 35% by sales of 2020, less a tenth of all for WeChat",
    )
    kuaishou_rooms = param(0.28, unit="share", bounds=(0, 1), source="form:history:kuaishou_gmv_annual", doc="likewise: 27%")
    taobao_rooms = param(0.26, unit="share", bounds=(0, 1), source="form:history:taobao_live_gmv", doc="likewise: 28%; the rest is WeChat")
    second_platform_gap = param(0.5, unit="share", bounds=(0, 1), source="assumption", doc="presence in a second room against the main one")

    outlet_channel: Array = own(
        "outlet", unit="1", at="found", dtype=np.int32, bounds=(0, 3), doc="0 streamer room, 1 brand room, 2 private, 3 shelf"
    )
    outlet_platform: Array = own("outlet", unit="1", at="found", dtype=np.int32, doc="platform of a room, -1 for others")
    outlet_host: Array = own("outlet", unit="1", at="found", dtype=np.int32, doc="streamer of a room, -1 where the brand itself sells")
    outlet_home: Array = own("outlet", unit="1", at="found", dtype=np.int32, doc="brand that runs the outlet, -1 for streamers' rooms")
    outlet_sector: Array = own("outlet", unit="1", at="found", dtype=np.int32, doc="sector of the outlet")
    room_main: Array = own("room", unit="share", at="found", init=1, bounds=(0, 1), doc="time on air against a host's main room")
    room_skill: Array = own(
        "room",
        unit="util",
        at="found",
        bounds=(-10, 10),
        doc="talent of the host, or quality of the goods of the brand whose own room it is",
    )
    brand_sector: Array = own("brand", unit="1", at="found", dtype=np.int32, doc="sector of a brand")
    brand_quality: Array = own("brand", unit="util", at="found", bounds=(-10, 10), doc="quality of a brand's goods")
    brand_price: Array = own("brand", unit="CNY/order", at="found", bounds=(0, 1e6), doc="list price of an order in 2020")
    brand_size: Array = own("brand", unit="1", at="found", init=1, bounds=(0, 1e9), doc="size at the start, mean 1")
    streamer_sector: Array = own("streamer", unit="1", at="found", dtype=np.int32, doc="sector of a streamer")
    streamer_talent: Array = own("streamer", unit="util", at="found", bounds=(-10, 10), doc="talent of a host")
    streamer_agency: Array = own("streamer", unit="1", at="found", dtype=np.int32, doc="agency of a streamer, -1 for none")
    sector_orders: Array = own("sector", unit="share", at="found", bounds=(0, 1), doc="share of online orders by sector, sums to 1")
    sector_price: Array = own("sector", unit="CNY/order", at="found", bounds=(0, 1e6), doc="mean price of an order in 2020")

    def found(self, ctx):
        brands, streamers, rooms = ctx.size("brand"), ctx.size("streamer"), ctx.size("room")
        share = np.array([getattr(self.p, f"{sector}_orders") for sector in SECTORS])
        self.sector_orders[...] = share / share.sum()
        self.sector_price[...] = [getattr(self.p, f"{sector}_price") for sector in SECTORS]
        sector_edges = np.cumsum(self.sector_orders)
        self.brand_sector[...] = _spread_evenly(sector_edges, brands)
        self.streamer_sector[...] = _spread_evenly(sector_edges, streamers)
        z = ctx.normal("brand", words=3)
        self.brand_quality[...] = self.p.quality_spread * z[0]
        self.brand_price[...] = self.sector_price[self.brand_sector] * np.exp(self.p.price_spread * z[1])
        size = np.exp(self.p.size_spread * z[2])
        self.brand_size[...] = size / size.mean()
        self.streamer_talent[...] = self.p.talent_spread * ctx.normal("streamer")
        self.streamer_agency[...] = ctx.service("agency_ties")

        hosts = np.concatenate([np.arange(streamers), np.full(brands, -1)])
        homes = np.concatenate([np.full(streamers, -1), np.arange(brands)])
        others = np.argsort(ctx.uniform("streamer", "second"))[: streamers // STREAMERS_PER_SECOND_ROOM]
        brand_others = np.argsort(ctx.uniform("brand", "second"))[: rooms - streamers - brands - others.size]
        hosts = np.concatenate([hosts, others, np.full(brand_others.size, -1)])
        homes = np.concatenate([homes, np.full(others.size, -1), brand_others])
        self.room_main[streamers + brands :] = self.p.second_platform_gap
        edges = np.cumsum([self.p.douyin_rooms, self.p.kuaishou_rooms, self.p.taobao_rooms])
        main = np.searchsorted(edges, ctx.uniform("room", "platform"), side="right").clip(0, len(PLATFORMS) - 1).astype(np.int32)
        for row in range(streamers + brands, rooms):  # a second room is on another platform than the first
            first = hosts[row] if hosts[row] >= 0 else streamers + homes[row]
            main[row] = (main[first] + 1 + row % (len(PLATFORMS) - 1)) % len(PLATFORMS)
        self.outlet_host[...] = -1
        self.outlet_host[:rooms] = hosts
        self.outlet_home[:rooms] = homes
        self.outlet_home[rooms:] = np.tile(np.arange(brands), 2)
        self.outlet_platform[...] = -1
        self.outlet_platform[:rooms] = main
        self.outlet_channel[:rooms] = np.where(hosts >= 0, STREAMER_ROOM, BRAND_ROOM)
        self.outlet_channel[rooms : rooms + brands] = PRIVATE
        self.outlet_channel[rooms + brands :] = SHELF
        run_by_brand = self.outlet_home >= 0
        self.outlet_sector[run_by_brand] = self.brand_sector[self.outlet_home[run_by_brand]]
        self.outlet_sector[~run_by_brand] = self.streamer_sector[self.outlet_host[~run_by_brand]]
        self.room_skill[...] = np.where(hosts >= 0, self.streamer_talent[hosts], self.brand_quality[homes])


def _spread_evenly(edges: Array, count: int) -> Array:
    """Sectors of `count` firms in proportion to the shares whose cumulative sums are `edges`, (count,) int."""
    return np.searchsorted(edges, (np.arange(count) * GOLDEN_RATIO + 0.5) % 1.0, side="right").clip(0, edges.size - 1)
