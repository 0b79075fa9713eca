"""Orders: what a purchase costs, whether it disappoints, and whether it is sent back."""

from __future__ import annotations

import numpy as np

from sim.fields import PAID_SLOT, Array, own, param, read
from sim.kernels.sums import tally, tally_ones
from sim.mechanic import Mechanic


class Orders(Mechanic):
    """A week's choice is a basket of orders from one outlet, delivered good or bad and sometimes returned.

        amount      = price * orders_per_basket * spending * income ^ income_power           (rounded to fen)
        P(bad)      = bad_rate * exp(-quality) + harm of a violation
        P(returned) = shelf rate, or live rate + impulse of the room + blame if bad

    Live return rates: Feng et al. 2024.
    """

    orders_per_basket = param(2.35, unit="orders/week", bounds=(0.1, 20), source="parcels2020", doc="orders of a week in which one buys")
    income_power = param(0.6, unit="1", bounds=(0, 2), source="assumption", doc="elasticity of the basket to income")
    bad_rate = param(0.08, unit="share", bounds=(0, 1), source="assumption", doc="baskets that disappoint at mean quality")
    harm = param(0.25, unit="share", bounds=(0, 1), source="assumption", doc="further baskets that disappoint where claims are false")
    shelf_returns = param(0.10, unit="share", bounds=(0, 1), source="assumption", doc="returns of what was searched for")
    private_returns = param(0.08, unit="share", bounds=(0, 1), source="assumption", doc="returns of what was bought from a private message")
    live_returns = param(0.28, unit="share", bounds=(0, 1), source="feng2024", doc="returns of calm live purchases")
    impulse_returns = param(0.30, unit="share", bounds=(0, 1), source="feng2024", doc="further returns of purchases made on impulse")
    blame = param(0.35, unit="share", bounds=(0, 1), source="assumption", doc="further returns of what disappoints")

    outcome: Array = own("consumer", unit="1", at="settle", dtype=np.int8, lasting=False, bounds=(-1, 1), doc="1 good, -1 bad, 0 no order")
    amount: Array = own("consumer", unit="CNY", at="settle", dtype=np.float64, lasting=False, bounds=(0, 1e9), doc="value of this week's basket")
    outlet_orders: Array = own("outlet", unit="orders", at="settle", gather="sum", doc="orders of simulated consumers")
    outlet_baskets: Array = own("outlet", unit="baskets", at="settle", gather="sum", doc="baskets of simulated consumers")
    outlet_gmv: Array = own("outlet", unit="CNY", at="settle", gather="sum", doc="value of baskets of simulated consumers")
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

    def settle(self, ctx):
        p = self.p
        luck, back = ctx.uniform(label="delivery", words=2)
        buys = self.chosen >= 0
        outlet = self.chosen.clip(0)
        orders = p.orders_per_basket * float(self.spending_level[0])
        self.amount[...] = np.where(buys, np.round(self.outlet_price[outlet] * orders * self.income**p.income_power, 2), 0.0)
        bad_by_outlet = (p.bad_rate * np.exp(-self.brand_quality[self.outlet_brand]) + p.harm * self.outlet_violation).clip(0, 1)
        calm = np.array([p.live_returns, p.live_returns, p.private_returns, p.shelf_returns])[self.outlet_channel]
        calm = calm + p.impulse_returns * self.outlet_impulse
        bad = luck < bad_by_outlet[outlet]
        returned = buys & (back < calm[outlet] + p.blame * bad)
        self.outcome[...] = np.where(buys, np.where(bad, -1, 1), 0)
        tally(self.outlet_gmv, self.chosen, self.amount)
        tally_ones(self.outlet_baskets, self.chosen)
        tally(self.outlet_orders, self.chosen, np.full(ctx.count, orders))
        tally_ones(self.outlet_bad, np.where(bad, self.chosen, -1))
        tally(self.outlet_refunds, np.where(returned, self.chosen, -1), self.amount)
        tally(self.outlet_paid_gmv, np.where(self.chosen_slot == PAID_SLOT, self.chosen, -1), self.amount)
