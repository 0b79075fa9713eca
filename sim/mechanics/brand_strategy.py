"""Brand strategy: brands split their marketing budget by what each lever returned."""

from __future__ import annotations

import numpy as np

from sim.fields import FIRST_RESULTS, FIRST_SALES, MONTH, OWN_ROOMS, PAID_TRAFFIC, SHELF, Array, last, own, param, read
from sim.kernels.compiled import compiled
from sim.kernels.market import largest
from sim.mechanic import Mechanic

MOST_PULL = 2.0  # largest log of return over cost that a brand learns from in a week [1]; source: assumption


class BrandStrategy(Mechanic):
    """A brand spends more on a lever while it returns more than it costs, and less when it does not.

        budget     = intensity * sales * (live and private sales + prior * their share of the market) / (sales + prior)
        intensity' = intensity * exp(learning * log(worth * sales of the lever / budget)),  between a floor and what one can afford
        presence   = s / (s + half_presence),  s = spending on own rooms / sales of the brand

    All sales are remembered ones. Where it settles, a lever costs its worth. A brand's return is shrunk to the market's, and
    its share of live and private sales by the few simulated baskets behind it: without, a brand whose few customers all bought
    elsewhere would leave live commerce for good, and the fewer consumers, the more brands would. Dorfman & Steiner 1954.
    """

    uses = ("actors",)

    marketing_ratio = param(
        0.065,
        unit="share",
        bounds=(0, 0.6),
        source="assumption",
        doc="marketing against live and private sales at the start; free in data_world",
    )
    paid_at_start = param(
        0.34,
        unit="share",
        bounds=(0, 1),
        source="claim:5.1-d",
        doc="budget share of paid traffic at the start: 34% at a maker of clothes, three years before its 62%",
    )
    own_rooms_at_start = param(0.15, unit="share", bounds=(0, 1), source="assumption", doc="budget share of own rooms at the start")
    private_at_start = param(0.15, unit="share", bounds=(0, 1), source="assumption", doc="budget share of private operation at the start")
    learning = param(0.01, unit="1/week", bounds=(0, 1), source="assumption", doc="pull of returns on spending")
    floor = param(0.001, unit="share", bounds=(0, 0.1), source="assumption", doc="least spending on a lever against sales")
    most = param(0.40, unit="share", bounds=(0.01, 1), source="assumption", doc="most marketing against live and private sales")
    paid_worth = param(
        0.35,
        unit="1",
        bounds=(0.01, 2),
        source="assumption",
        doc="what a brand is ready to pay for a CNY of sales through bought traffic; free in both worlds",
    )
    streamer_worth = param(0.06, unit="1", bounds=(0.005, 2), source="assumption", doc="likewise in a streamer's room, besides commission")
    own_rooms_worth = param(0.10, unit="1", bounds=(0.005, 2), source="assumption", doc="likewise in its own rooms")
    private_worth = param(0.06, unit="1", bounds=(0.005, 2), source="assumption", doc="likewise to members")
    shrinkage = param(0.5, unit="share", bounds=(0, 1), source="assumption", doc="weight of the market's return in a brand's estimate")
    prior_baskets = param(
        10,
        unit="baskets",
        bounds=(0, 1e5),
        source="form:buhlmann1969",
        doc="remembered baskets that tell as much of a brand's share of live and private sales as the market's share does: 8, were "
        "that share 10% and its spread between brands as large",
    )
    half_presence = param(
        0.004,
        unit="share",
        bounds=(1e-4, 1),
        source="assumption",
        doc="own-room spending over sales at which a brand is on air half the time",
    )
    memory = param(
        0.08, unit="1/week", bounds=(0.001, 1), source="assumption", doc="weight of the last week in remembered sales and returns"
    )

    lever_intensity: Array = own(
        "brand",
        "lever",
        unit="share",
        at="plan",
        init=0.025,
        bounds=(0, 1),
        doc="spending against sales: paid traffic, streamers, own rooms, private operation",
    )
    lever_return: Array = own("brand", "lever", unit="CNY", at="plan", bounds=(0, 1e15), doc="remembered weekly sales of each lever")
    brand_sales: Array = own("brand", unit="CNY/week", at="plan", bounds=(0, 1e15), doc="remembered sales over all channels")
    marketing_base: Array = own("brand", unit="CNY/week", at="plan", bounds=(0, 1e15), doc="remembered live and private sales")
    budget: Array = own("brand", "lever", unit="CNY/week", at="plan", bounds=(0, 1e15), doc="planned spending by lever")
    ad_budget_multiplier: Array = own(
        "brand", unit="1", at="plan", init=1.0, bounds=(0, 10), doc="a leading brand's own multiple of its budget for paid traffic"
    )
    presence: Array = own("brand", unit="share", at="plan", bounds=(0, 1), doc="time on air of the brand's own room")

    brand_size: Array = read()
    brand_active: Array = last()
    brand_channel_gmv: Array = last()
    brand_lever_gmv: Array = last()
    outlet_baskets: Array = last()

    def found(self, ctx):
        p = self.p
        rest = max(0.0, 1.0 - p.paid_at_start - p.own_rooms_at_start - p.private_at_start)
        share = np.array([p.paid_at_start, rest, p.own_rooms_at_start, p.private_at_start])
        self.lever_intensity[...] = np.maximum(p.marketing_ratio * share, p.floor)

    def plan(self, ctx):
        p = self.p
        sales = self.brand_channel_gmv.sum(axis=1)
        content = self.brand_channel_gmv[:, :SHELF].sum(axis=1)
        weight = p.memory if ctx.step > FIRST_SALES else 1.0 / (ctx.step + 1)
        self.brand_sales += weight * (sales - self.brand_sales)
        self.marketing_base += weight * (content - self.marketing_base)
        self.lever_return += weight * (self.brand_lever_gmv - self.lever_return)
        if ctx.step > FIRST_RESULTS:
            worth = np.array([p.paid_worth, p.streamer_worth, p.own_rooms_worth, p.private_worth])
            self.lever_intensity[...] = pursued(
                self.lever_intensity, self.budget, self.lever_return, worth, p.learning, p.shrinkage, p.floor, p.most
            )
        base = self.live_and_private() * (self.brand_active > 0)
        if ctx.step and ctx.step % MONTH == 0:
            self._ask_leaders(ctx)
        self.budget[...] = base[:, None] * self.lever_intensity
        self.budget[:, PAID_TRAFFIC] *= self.ad_budget_multiplier
        spent = self.budget[:, OWN_ROOMS] / np.maximum(self.brand_sales, 1e-9)
        self.presence[...] = (self.brand_active > 0) * spent / (spent + p.half_presence)

    def live_and_private(self) -> Array:
        """Live and private sales a week that each brand reckons with, (brands,) CNY."""
        market = max(self.brand_sales.sum(), 1e-12)
        prior = self.p.prior_baskets * self.p.memory * market / max(self.outlet_baskets.sum(), 1.0)  # as a week's sales
        share = (self.marketing_base + prior * self.marketing_base.sum() / market) / np.maximum(self.brand_sales + prior, 1e-12)
        return share * self.brand_sales

    def _ask_leaders(self, ctx) -> None:
        """Leading brands decide on their advertising as Mesa actors."""
        leaders = ctx.service("actors")["leading_brand"]
        rows = largest(self.brand_size, len(leaders))
        for actor in leaders:
            row = rows[actor.row]
            spent = self.budget[row, PAID_TRAFFIC]
            if spent > 0:
                view = {"ad_budget_multiplier": float(self.ad_budget_multiplier[row]), "margin": self.p.paid_worth,
                        "roi": float(self.lever_return[row, PAID_TRAFFIC] / spent), "week": ctx.step}  # fmt: skip
                self.ad_budget_multiplier[row] = actor.decide(view).get("ad_budget_multiplier", self.ad_budget_multiplier[row])


@compiled
def pursued(
    intensity: Array, spent: Array, sales: Array, worth: Array, learning: float, shrinkage: float, floor: float, most: float
) -> Array:
    """Spending against sales after a week of learning from the return on each lever, (brands, levers).

    Args:
        intensity: (brands, levers) spending against sales. spent, sales: (brands, levers) through each lever, CNY a week.
        worth: (levers,) what a CNY of sales is worth.
        learning: pull a week. shrinkage: weight of the market's return. floor, most: least of a lever, most of all.
    """
    brands, levers = intensity.shape
    moved, altogether = np.empty((brands, levers)), np.zeros(brands)
    for k in range(levers):
        sold, paid = 0.0, 0.0
        for b in range(brands):
            sold += sales[b, k]
            paid += spent[b, k]
        market = sold / max(paid, 1e-12)
        for b in range(brands):
            alone = sales[b, k] / spent[b, k] if spent[b, k] > 0.0 else market
            profit = np.log(max(worth[k] * (shrinkage * market + (1.0 - shrinkage) * alone), 1e-9))
            moved[b, k] = max(intensity[b, k] * np.exp(learning * min(max(profit, -MOST_PULL), MOST_PULL)), floor)
            altogether[b] += moved[b, k]
    for b in range(brands):
        for k in range(levers):
            moved[b, k] *= min(1.0, most / max(altogether[b], 1e-12))
    return moved
