"""Orders: what a purchase costs, whether it disappoints, and whether it is sent back."""

from __future__ import annotations

import numpy as np

from sim.fields import FEN, PAID_SLOT, Array, own, param, read
from sim.kernels.compiled import compiled, quanta, rows_with
from sim.mechanic import Mechanic


class Orders(Mechanic):
    """A week's choice is a basket of orders from one outlet, delivered good or bad and sometimes returned.

        amount      = price * orders * income ^ income_power                                 (rounded to fen)
        orders      ~ orders_per_basket * spending * season ^ stocking_up * (mean price / sector price) ^ thrift
        P(bad)      = bad_rate * exp(-quality) + harm of a violation
        P(returned) = shelf rate, or live rate + impulse of the room + blame if bad

    Live return rates: Feng et al. 2024.
    """

    orders_per_basket = param(
        3.2, unit="orders/week", bounds=(0.1, 20), source="form:parcels2020", doc="orders of a week in which one buys"
    )
    thrift = param(0.7, unit="1", bounds=(0, 1), source="assumption", doc="elasticity of the orders of a basket to the sector's price")
    stocking_up = param(0.5, unit="1", bounds=(0, 2), source="assumption", doc="elasticity of a basket to the season")
    income_power = param(0.6, unit="1", bounds=(0, 2), source="assumption", doc="elasticity of the basket to income")
    bad_rate = param(0.08, unit="share", bounds=(0, 1), source="assumption", doc="baskets that disappoint at mean quality")
    harm = param(0.25, unit="share", bounds=(0, 1), source="assumption", doc="further baskets that disappoint where claims are false")
    shelf_returns = param(0.10, unit="share", bounds=(0, 1), source="assumption", doc="returns of what was searched for")
    private_returns = param(0.08, unit="share", bounds=(0, 1), source="assumption", doc="returns of what was bought from a private message")
    live_returns = param(
        0.28,
        unit="share",
        bounds=(0, 1),
        source="form:feng2024",
        doc="returns of calm live purchases; of all at one firm below 39%, as 11.68 points are over 30% of them",
    )
    impulse_returns = param(
        0.30,
        unit="share",
        bounds=(0, 1),
        source="form:feng2024",
        doc="further returns of purchases made on impulse: interaction adds up to 11.68 points for each standard deviation",
    )
    blame = param(0.35, unit="share", bounds=(0, 1), source="assumption", doc="further returns of what disappoints")

    outlet_basket: Array = own("outlet", unit="orders", at="traffic", bounds=(0, 1e4), doc="orders of a basket at mean income")
    outlet_return_rate: Array = own("outlet", unit="share", at="traffic", bounds=(0, 2), doc="baskets sent back, before blame")
    outlet_bad_rate: Array = own("outlet", unit="share", at="traffic", bounds=(0, 1), doc="baskets that disappoint")
    spending_power: Array = own("consumer", unit="1", at="populate", init=1.0, bounds=(0, 1e4), doc="multiple of the usual basket")
    outcome: Array = own("consumer", unit="1", at="settle", dtype=np.int8, lasting=False, bounds=(-1, 1), doc="1 good, -1 bad, 0 no order")
    amount: Array = own(
        "consumer", unit="CNY", at="settle", dtype=np.float64, lasting=False, bounds=(0, 1e9), doc="value of this week's basket"
    )
    outlet_orders: Array = own("outlet", unit="orders", at="settle", gather="sum", doc="orders of simulated consumers")
    outlet_baskets: Array = own("outlet", unit="baskets", at="settle", gather="sum", doc="baskets of simulated consumers")
    outlet_gmv: Array = own("outlet", unit="CNY", at="settle", gather="sum", doc="value of baskets of simulated consumers")
    outlet_half_gmv: Array = own(
        "outlet", unit="CNY", at="settle", gather="sum", doc="value of baskets of every second simulated consumer: half of the sample"
    )
    outlet_refunds: Array = own("outlet", unit="CNY", at="settle", gather="sum", doc="value that will be refunded")
    outlet_bad: Array = own("outlet", unit="baskets", at="settle", gather="sum", doc="baskets that disappoint")
    outlet_paid_gmv: Array = own("outlet", unit="CNY", at="settle", gather="sum", doc="value of baskets that bought traffic brought")

    chosen: Array = read()
    chosen_slot: Array = read()
    outlet_price: Array = read()
    outlet_channel: Array = read()
    outlet_brand: Array = read()
    outlet_violation: Array = read()
    outlet_impulse: Array = read()
    brand_quality: Array = read()
    income: Array = read()
    spending_level: Array = read()
    season: Array = read()
    sector_price: Array = read()
    sector_orders: Array = read()
    outlet_sector: Array = read()

    def populate(self, ctx):
        self.spending_power[...] = self.income**self.p.income_power

    def traffic(self, ctx):
        p = self.p
        orders = p.orders_per_basket * float(self.spending_level[0] * self.season[0] ** p.stocking_up)
        usual = basket_orders(self.sector_price, self.sector_orders, orders, p.thrift)
        calm = np.array([p.live_returns, p.live_returns, p.private_returns, p.shelf_returns])
        expect(
            self.outlet_basket, self.outlet_return_rate, self.outlet_bad_rate, self.outlet_sector, self.outlet_channel, self.outlet_brand,
            usual, calm, p.impulse_returns, self.outlet_impulse, p.bad_rate * np.exp(-self.brand_quality), p.harm, self.outlet_violation,
        )  # fmt: skip

    def settle(self, ctx):
        luck, back = ctx.uniform(label="delivery", words=2)
        deliver(
            self.chosen, self.chosen_slot, self.spending_power, luck, back, self.outlet_price, self.outlet_basket,
            self.outlet_bad_rate, self.outlet_return_rate, self.p.blame, self.outcome, self.amount,
            self.outlet_gmv, self.outlet_half_gmv, self.outlet_baskets, self.outlet_orders, self.outlet_bad, self.outlet_refunds,
            self.outlet_paid_gmv, ctx.first,
        )  # fmt: skip


def basket_orders(price: Array, share: Array, orders: float, thrift: float) -> Array:
    """Orders of a basket by sector, (sectors,): fewer of what is dear, with the mean value of a basket unchanged.

    Args:
        price: CNY an order, (sectors,). share: share of baskets, sums to 1. orders: at the mean price.
        thrift: elasticity of orders to the sector's price, 0 to 1.
    """
    mean = (share * price).sum()
    relative = (mean / price) ** thrift
    return orders * relative * mean / (share * price * relative).sum()


@compiled
def expect(basket: Array, return_rate: Array, bad_rate: Array, sector: Array, channel: Array, brand: Array, usual: Array,
           calm: Array, impulsive: float, impulse: Array, bad: Array, harm: float, violation: Array) -> None:  # fmt: skip
    """What a basket of each outlet will be like.

    Args:
        basket, return_rate, bad_rate: (outlets,), written. sector, channel, brand: (outlets,). usual: (sectors,) orders.
        calm: (channels,) share sent back of what was bought calmly. impulsive: further share of what was bought on impulse.
        impulse: (outlets,) share of purchases. bad: (brands,) share that disappoints. harm: further share where
            violation (outlets,) is 1.
    """
    for j in range(basket.size):
        basket[j] = usual[sector[j]]
        return_rate[j] = calm[channel[j]] + impulsive * impulse[j]
        bad_rate[j] = min(max(bad[brand[j]] + harm * violation[j], 0.0), 1.0)


@compiled
def deliver(chosen: Array, slot: Array, means: Array, luck: Array, back: Array, price: Array, orders: Array, bad_rate: Array,
            return_rate: Array, blame: float, outcome: Array, amount: Array, gmv: Array, half_gmv: Array, baskets: Array, ordered: Array,
            bad: Array, refunds: Array, paid_gmv: Array, first: int) -> None:  # fmt: skip
    """Deliver this week's baskets: amounts in fen, outcomes, returns, and exact sums by outlet.

    Args:
        chosen, slot: (n,) outlet and slot, -1 for nothing. means: (n,) multiple of the basket. luck, back: (n,) in [0, 1).
        price, orders, bad_rate, return_rate: (outlets,) CNY an order, orders a basket, shares. blame: further returns if bad.
        outcome, amount: (n,), written. gmv to paid_gmv: (outlets,) exact sums, half_gmv over consumers of odd numbers.
        first: number of the first consumer.
    """
    further = np.array([0.0, blame])  # looked up, as a branch would be guessed wrong
    for i in rows_with(chosen):
        j = np.uintp(chosen[i])
        value = np.rint(price[j] * orders[j] * means[i] * FEN) / FEN
        disappoints = np.int64(luck[i] < bad_rate[j])
        returned = back[i] < return_rate[j] + further[disappoints]
        amount[i] = value
        outcome[i] = 1 - 2 * disappoints
        gmv[j] += quanta(value)
        half_gmv[j] += quanta(value) * np.int64((np.uintp(first) + i) & np.uintp(1))
        ordered[j] += quanta(orders[j] * means[i])
        baskets[j] += 10_000
        bad[j] += 10_000 * disappoints
        refunds[j] += quanta(value) * returned
        paid_gmv[j] += quanta(value) * (slot[i] == PAID_SLOT)
