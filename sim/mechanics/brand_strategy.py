"""Brand strategy: brands split their marketing budget by what each lever returned."""

from __future__ import annotations

import numpy as np

from sim.fields import OWN_ROOMS, PAID_TRAFFIC, Array, last, own, param, read
from sim.mechanic import Mechanic

WEEKS_A_MONTH = 4


class BrandStrategy(Mechanic):
    """A brand spends a share of its live and private sales on marketing and learns which lever pays.

    lever_share' ~ lever_share * exp(learning * (log return - mean log return)),  never below a floor
    presence     = s / (s + half_presence),  s = spending on own rooms / sales of the brand
    """

    uses = ("actors",)

    marketing_ratio = param(0.15, unit="share", bounds=(0, 0.6), source="assumption", doc="marketing budget against live and private sales")
    paid_at_start = param(0.34, unit="share", bounds=(0, 1), source="claim:5.1-d", doc="budget share of paid traffic at the start")
    own_rooms_at_start = param(0.15, unit="share", bounds=(0, 1), source="assumption", doc="budget share of own rooms at the start")
    private_at_start = param(0.15, unit="share", bounds=(0, 1), source="assumption", doc="budget share of private operation at the start")
    learning = param(0.01, unit="1/week", bounds=(0, 1), source="assumption", doc="pull of returns on budget shares")
    floor = param(0.03, unit="share", bounds=(0.001, 0.25), source="assumption", doc="least share of a lever")
    paid_value = param(
        5.0, unit="1", bounds=(0.1, 30), source="assumption", doc="value of a sale through bought traffic: the customer comes back"
    )
    streamer_value = param(
        0.5, unit="1", bounds=(0.1, 10), source="assumption", doc="value of a sale in a streamer's room: commission is paid on it"
    )
    private_bias = param(1.0, unit="1", bounds=(0.1, 10), source="assumption", doc="value of a sale to a member")
    half_presence = param(
        0.006,
        unit="share",
        bounds=(1e-4, 1),
        source="assumption",
        doc="own-room spending over sales at which a brand is on air half the time",
    )
    later_margin = param(
        0.6, unit="1", bounds=(0, 10), source="assumption", doc="what a leading brand earns in the end for each CNY of a first sale"
    )
    memory = param(
        0.08, unit="1/week", bounds=(0.001, 1), source="assumption", doc="weight of the last week in remembered sales and returns"
    )

    lever_share: Array = own(
        "brand",
        "lever",
        unit="share",
        at="plan",
        init=0.25,
        bounds=(0, 1),
        doc="budget shares: paid traffic, streamers, own rooms, private operation",
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

    def found(self, ctx):
        p = self.p
        rest = max(0.0, 1.0 - p.paid_at_start - p.own_rooms_at_start - p.private_at_start)
        share = np.array([p.paid_at_start, rest, p.own_rooms_at_start, p.private_at_start])
        share = np.maximum(share, p.floor)
        self.lever_share[...] = share / share.sum()

    def plan(self, ctx):
        p = self.p
        sales = self.brand_channel_gmv.sum(axis=1)
        content = self.brand_channel_gmv[:, :3].sum(axis=1)
        weight = p.memory if ctx.step > 4 else 1.0 / (ctx.step + 1)
        self.brand_sales += weight * (sales - self.brand_sales)
        self.marketing_base += weight * (content - self.marketing_base)
        self.lever_return += weight * (self.brand_lever_gmv - self.lever_return)
        if ctx.step > 8:
            self.lever_share[...] = reallocate(
                self.lever_share, self.lever_return, p.learning, p.floor, np.array([p.paid_value, p.streamer_value, 1.0, p.private_bias])
            )
        total = p.marketing_ratio * self.marketing_base * (self.brand_active > 0)
        if ctx.step and ctx.step % WEEKS_A_MONTH == 0:
            self._ask_leaders(ctx)
        self.budget[...] = total[:, None] * self.lever_share
        self.budget[:, PAID_TRAFFIC] *= self.ad_budget_multiplier
        spent = self.budget[:, OWN_ROOMS] / np.maximum(self.brand_sales, 1e-9)
        self.presence[...] = (self.brand_active > 0) * spent / (spent + p.half_presence)

    def _ask_leaders(self, ctx) -> None:
        """Leading brands decide on their advertising as Mesa actors."""
        largest = np.argsort(-self.brand_size, kind="stable")
        for actor in ctx.service("actors")["leading_brand"]:
            row = largest[actor.row]
            spent = self.budget[row, PAID_TRAFFIC]
            if spent > 0:
                view = {"ad_budget_multiplier": float(self.ad_budget_multiplier[row]), "margin": self.p.later_margin,
                        "roi": float(self.lever_return[row, PAID_TRAFFIC] / spent), "week": ctx.step}  # fmt: skip
                self.ad_budget_multiplier[row] = actor.decide(view).get("ad_budget_multiplier", self.ad_budget_multiplier[row])


def reallocate(share: Array, sales: Array, learning: float, floor: float, worth: Array) -> Array:
    """Budget shares after a week of learning from the worth of sales per unit spent; rows sum to 1.

    Args:
        share, sales: (brands, levers). learning: pull a week. floor: least share. worth: (levers,) value of a sale.
    """
    value = sales * worth
    total = value.sum(axis=1, keepdims=True)
    earned = np.where(total > 0, (value + 0.01 * total) / np.maximum(total, 1e-12), share)
    gain = np.log(np.maximum(earned, 1e-9) / share)
    moved = share * np.exp(learning * (gain - (share * gain).sum(axis=1, keepdims=True)).clip(-2, 2))
    moved = np.maximum(moved / moved.sum(axis=1, keepdims=True), floor)
    return moved / moved.sum(axis=1, keepdims=True)
