"""Advertising: attention is sold by auction to budget-bound bidders; the price of a thousand impressions emerges."""

from __future__ import annotations

import numpy as np

from sim.fields import PAID_TRAFFIC, Array, last, own, param, read
from sim.kernels.auction import price_among, share_units
from sim.kernels.compiled import compiled
from sim.kernels.sections import sections_of
from sim.mechanic import Mechanic

UNKNOWN = 1e6  # value to a bidder without results, whom his budget alone binds [CNY an impression]; source: assumption


class Advertising(Mechanic):
    """Platforms sell impressions at one price: the lowest at which demand fits supply.

        supply  = users * minutes a week * impressions a minute * load * traffic level
        demand  = sum over bidders with value > price of min(budget / price, limit)

    A bidder's value of an impression is a part of remembered paid sales per impression, shrunk to the market's.
    Reference: Vickrey 1961; Varian 2007; Balseiro, Besbes & Weintraub 2015.
    """

    impressions_per_minute = param(
        4.0, unit="impressions/minute", bounds=(0.1, 60), source="assumption", doc="items a user sees in a minute"
    )
    worth = param(
        0.875, unit="1", bounds=(0, 10), source="assumption", doc="most that is bid for the sales an impression is expected to bring"
    )
    memory = param(0.05, unit="1/week", bounds=(0.001, 1), source="assumption", doc="weight of the last week in remembered results")
    shrinkage = param(0.7, unit="share", bounds=(0, 1), source="assumption", doc="weight of the market's mean in a bidder's estimate")
    own_first = param(
        3.0, unit="1", bounds=(0, 100), source="assumption", doc="bought traffic a brand sends to its own room against a streamer's"
    )
    limit = param(
        0.1, unit="share", bounds=(0.001, 1), source="assumption", doc="largest share of a platform's impressions one bidder takes"
    )
    spread = param(0.6, unit="1", bounds=(0, 3), source="assumption", doc="log standard deviation of bidders' values")

    cpm: Array = own("platform", unit="CNY per thousand impressions", at="traffic", bounds=(0, 1e9), doc="price of a thousand impressions")
    impressions: Array = own("platform", unit="impressions/week", at="traffic", bounds=(0, 1e18), doc="impressions sold")
    supply: Array = own("platform", unit="impressions/week", at="traffic", bounds=(0, 1e18), doc="impressions for sale")
    ad_spend: Array = own("brand", "platform", unit="CNY/week", at="traffic", bounds=(0, 1e15), doc="paid for impressions")
    bought: Array = own("brand", unit="impressions/week", at="traffic", init=0.0, bounds=(0, 1e18), doc="remembered impressions of a brand")
    paid_sales: Array = own("brand", unit="CNY/week", at="traffic", init=0.0, bounds=(0, 1e15), doc="remembered sales from impressions")
    idiosyncrasy: Array = own("brand", unit="1", at="found", init=1.0, bounds=(0, 1e6), doc="a bidder's value against the mean")
    paid_cdf: Array = own("room", unit="share", at="traffic", bounds=(0, 1 + 1e-9), doc="cumulative paid impressions by platform")
    paid_guide: Array = own("platform", "cell", unit="1", at="traffic", dtype=np.int32, doc="where to begin looking in paid_cdf")
    paid_members: Array = own("room", unit="1", at="traffic", dtype=np.int32, doc="room of each entry of paid_cdf")

    ad_load: Array = read()
    traffic_level: Array = read()
    app_minutes: Array = read()
    users: Array = last()
    budget: Array = read()
    outlet_brand: Array = read()
    outlet_platform: Array = read()
    outlet_home: Array = read()
    on_air: Array = read()
    room_main: Array = read()
    brand_lever_gmv: Array = last()

    def found(self, ctx):
        self.idiosyncrasy[...] = np.exp(self.p.spread * ctx.normal("brand") - 0.5 * self.p.spread**2)

    def traffic(self, ctx):
        p, rooms = self.p, self.room_main.size
        self.supply[...] = self.users * self.app_minutes[0] * p.impressions_per_minute * self.ad_load * self.traffic_level[0]
        self.paid_sales += p.memory * (self.brand_lever_gmv[:, PAID_TRAFFIC] - self.paid_sales)
        value = bidders_value(self.paid_sales, self.bought, p.shrinkage) * self.idiosyncrasy * p.worth
        worth = np.where(value > 0, np.minimum(value, UNKNOWN), UNKNOWN)
        got = np.empty(self.ad_spend.shape)
        auctions(self.cpm, self.ad_spend, got, worth, np.sort(worth)[::-1], self.budget[:, PAID_TRAFFIC], self.supply, p.limit)
        self.impressions[...] = got.sum(axis=0)
        self.bought += p.memory * (got.sum(axis=1) - self.bought)
        brand, platform = self.outlet_brand[:rooms], self.outlet_platform[:rooms]
        weight = paid_weights(got, brand, platform, self.outlet_home[:rooms], self.on_air, self.room_main, p.own_first)
        platforms, cells = self.paid_guide.shape
        self.paid_cdf[...], self.paid_guide[...], self.paid_members[...] = sections_of(weight, platform, platforms, cells)


@compiled
def auctions(cpm: Array, spend: Array, got: Array, worth: Array, ranked: Array, budget: Array, supply: Array, limit: float) -> None:
    """Every platform sells its impressions; a bidder's budget is split by what the platforms have for sale.

    Args:
        cpm: (platforms,), written, CNY a thousand. spend, got: (bidders, platforms), written, CNY and impressions.
        worth: (bidders,) CNY an impression. ranked: the same, falling. budget: (bidders,) CNY. supply: (platforms,).
        limit: largest share of a bidder.
    """
    everything = 1e-300
    for k in range(supply.size):
        everything += supply[k]
    money, most, units = np.empty(worth.size), np.empty(worth.size), np.empty(worth.size)
    for k in range(supply.size):
        for b in range(worth.size):
            money[b], most[b] = budget[b] * (supply[k] / everything), limit * supply[k]
        price = price_among(ranked, worth, money, most, supply[k], 0.0)
        share_units(units, worth, money, most, supply[k], price)
        for b in range(worth.size):
            got[b, k], spend[b, k] = units[b], price * units[b]
        cpm[k] = 1000.0 * price


@compiled
def paid_weights(got: Array, brand: Array, platform: Array, home: Array, on_air: Array, main: Array, own_first: float) -> Array:
    """Impressions that each room gets of those its brand bought on its platform, by time on air, (rooms,).

    Args:
        got: (brands, platforms). brand, platform: (rooms,). home: (rooms,) brand whose own room it is, -1 for a streamer's.
        on_air, main: (rooms,), their product is the time on air. own_first: weight of a brand's own room.
    """
    there, everywhere = np.empty(brand.size), np.zeros(got.shape)
    for r in range(brand.size):
        there[r] = on_air[r] * main[r] * (own_first if home[r] >= 0 else 1.0) + 1e-9
        everywhere[brand[r], platform[r]] += there[r]
    for r in range(brand.size):
        there[r] = got[brand[r], platform[r]] * (there[r] / everywhere[brand[r], platform[r]])
    return there


@compiled
def bidders_value(sales: Array, impressions: Array, shrinkage: float) -> Array:
    """Sales an impression brings each bidder, shrunk to the market's mean: CNY an impression, (bidders,).

    Without any results yet the value is 0, which the auction reads as unknown.
    """
    everybody = sales.sum() / max(impressions.sum(), 1e-300)
    value = np.empty(sales.size)
    for b in range(sales.size):
        alone = sales[b] / impressions[b] if impressions[b] > 0.0 else everybody
        value[b] = shrinkage * everybody + (1.0 - shrinkage) * alone
    return value
