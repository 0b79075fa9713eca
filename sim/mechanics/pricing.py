"""Pricing: list prices, discounts on air, and the price war that sameness feeds."""

from __future__ import annotations

import numpy as np

from sim.fields import FEN, Array, last, own, param, read
from sim.kernels.compiled import compiled
from sim.mechanic import Mechanic

MOST_DISCOUNT = 0.9  # largest discount that a brand aims at [share]; source: assumption
LEAST_PRICE = 0.01  # lowest price of which a logarithm is taken [CNY/order]; source: definition (a fen)


class Pricing(Mechanic):
    """Where rooms look alike, price is what is left to compete with.

    discount' = discount + speed * (base + war * max(0, similarity - 1/2) * 2 - discount)
    utility  -= sensitivity of the consumer * ln(price / sector price * mean price / usual mean price)
    """

    base_discount = param(0.15, unit="share", bounds=(0, 0.9), source="assumption", doc="discount on air without sameness")
    war = param(
        0.20,
        unit="share",
        bounds=(0, 0.9),
        source="form:claim:5.2-d",
        doc="further discount on air where all rooms are alike: 35% for one air conditioner, shrunk",
    )
    private_part = param(0.7, unit="share", bounds=(0, 1), source="assumption", doc="part of the discount that members get")
    shelf_part = param(0.3, unit="share", bounds=(0, 1), source="assumption", doc="part of the discount on the shelf")
    speed = param(0.04, unit="1/week", bounds=(0, 1), source="assumption", doc="speed at which discounts follow")
    goods_cost = param(0.45, unit="share", bounds=(0, 1), source="assumption", doc="cost of goods and delivery against the list price")
    usual_mean = param(
        141.7,
        unit="CNY/order",
        bounds=(1, 1e6),
        source="parcels2020",
        doc="mean price of an order to which people are used, 2020: NBS over parcels is 141, and the sectors' prices average to this",
    )

    discount: Array = own("brand", unit="share", at="plan", init=0.15, bounds=(0, 0.95), doc="discount on air")
    outlet_price: Array = own("outlet", unit="CNY/order", at="traffic", bounds=(0, 1e7), doc="price of an order")
    unit_cost: Array = own("brand", unit="CNY/order", at="plan", bounds=(0, 1e7), doc="cost of goods and delivery of an order")
    log_price: Array = own("outlet", unit="1", at="traffic", bounds=(-30, 30), doc="log of the price against what people are used to")

    outlet_brand: Array = read()
    outlet_channel: Array = read()
    brand_sector: Array = read()
    brand_price: Array = read()
    sector_price: Array = read()
    sector_orders: Array = read()
    similarity: Array = last()
    price_level: Array = read()
    outlet_sector: Array = read()

    def found(self, ctx):
        self.discount[...] = self.p.base_discount

    def plan(self, ctx):
        p = self.p
        sameness = np.maximum(0.0, self.similarity[self.brand_sector] - 0.5) * 2.0
        wanted = np.minimum(p.base_discount + p.war * sameness, MOST_DISCOUNT)
        self.discount += p.speed * (wanted - self.discount)
        self.unit_cost[...] = p.goods_cost * self.brand_price * self.price_level[0]

    def traffic(self, ctx):
        part = np.array([1.0, 1.0, self.p.private_part, self.p.shelf_part])
        dearness = (self.sector_orders * self.sector_price).sum() / self.p.usual_mean
        dear = price_tags(
            self.outlet_price, self.outlet_brand, self.outlet_channel, self.outlet_sector,
            self.brand_price, self.discount, self.sector_price, part, self.price_level[0],
        )  # fmt: skip
        np.log(dear * dearness, out=self.log_price)


@compiled
def price_tags(price: Array, brand: Array, channel: Array, sector: Array, list_price: Array, discount: Array, sector_price: Array,
               part: Array, level: float) -> Array:  # fmt: skip
    """What an order costs in each outlet; returns it against what its sector costs on average, (outlets,).

    Args:
        price: (outlets,), written, CNY in fen. brand, channel, sector: (outlets,). list_price, discount: (brands,), on air.
        sector_price: (sectors,) CNY. part: (channels,) part of the discount. level: of prices.
    """
    against = np.empty(price.size)
    for j in range(price.size):
        tag = list_price[brand[j]] * level * (1.0 - part[channel[j]] * discount[brand[j]])
        price[j] = np.rint(tag * FEN) / FEN
        against[j] = max(price[j], LEAST_PRICE) / (sector_price[sector[j]] * level)
    return against
