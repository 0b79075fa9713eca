"""Observables: registered reductions of the market's fields, each with a name, a unit and one line of meaning.

Names are the metric names of the report's data. Kinds: a `flow` is summed over a month, a `ratio` divides sums, a
`mean` averages weeks, a `level` is the value of the period's last week, `derived` follows from other series.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.clock import WEEKS_PER_YEAR
from sim.concentration import gini_of_samples, tail_exponent, top_share
from sim.fields import BRAND_ROOM, PRIVATE, PRIVATE_OPERATION, SHELF, STREAMER_FEES, Array
from sim.kernels.market import middle
from sim.mechanics.regulation import Regulation

TRILLION, BILLION, MILLION = 1e12, 1e9, 1e6
MID_TIER = (100_000.0, 1_000_000.0)  # sales of a mid-tier host [CNY a month, prices of 2020]; source: assumption
WEEKS_PER_MONTH = WEEKS_PER_YEAR / 12
LOOP = 0.10  # least share of live and of private sales of a brand that runs a closed loop [share]; source: assumption
DUAL = 0.15  # least share of private sales of a dual-channel brand [share]; source: assumption


def once(value: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A value that several observables use: worked out once a week."""

    def of_this_week(market: Any) -> Any:
        return market.known(value)

    return of_this_week


class Market:
    """The fields of a running market by name, read-only."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._known: dict[Any, Any] = {}
        self._week = -1
        self.people = float(engine.people)
        self.rooms = int(engine.sizes["room"])

    def __getattr__(self, name: str) -> Array:
        self.__dict__[name] = self._engine.observe(name)  # a view of the same array every week
        return self.__dict__[name]

    def known(self, value: Callable[[Market], Any]) -> Any:
        """A value of this week, worked out the first time it is asked for."""
        if self._week != self._engine.week:
            self._week = self._engine.week
            self._known.clear()
        if value not in self._known:
            self._known[value] = value(self)
        return self._known[value]

    @property
    @once
    def live(self) -> float:
        """Live sales of the week, CNY."""
        return float(self.room_gmv.sum())

    @property
    @once
    def by_channel(self) -> Array:
        """Sales of the week by channel, CNY, (channel,)."""
        return self.brand_channel_gmv.sum(axis=0)

    @property
    @once
    def ads(self) -> float:
        """Spending on bought traffic in the week, CNY."""
        return float(self.ad_spend.sum())

    @property
    @once
    def income(self) -> Array:
        """Income of all platforms in the week from advertising, commission and services, CNY, (3,)."""
        return self.platform_income.sum(axis=0)

    @property
    def private(self) -> float:
        """Private sales of the week, CNY."""
        return float(self.by_channel[PRIVATE])

    @property
    @once
    def streamer_sales(self) -> Array:
        """Remembered sales of a real host, CNY a week, (streamer,)."""
        return self.streamer_sales_apart.sum(axis=0)

    @property
    @once
    def middling(self) -> Array:
        """Streamers whose sales lie in the middle, in business or just gone, (streamer,) bool."""
        sales = self.streamer_sales * WEEKS_PER_MONTH / self.price_level[0]
        return (sales >= MID_TIER[0]) & (sales <= MID_TIER[1])

    @property
    @once
    def tail(self) -> float:
        """Pareto exponent of the largest tenth of streamers."""
        return tail_exponent(self.streamer_sales[self.streamer_active > 0])

    @property
    @once
    def mid_tier(self) -> Array:
        """Streamers in business whose sales lie in the middle, (streamer,) bool."""
        return (self.streamer_active > 0) & self.middling

    def by_sector(self, outlet_values: Array) -> Array:
        """Sums of an outlet field by sector, (sector,)."""
        return np.bincount(self.outlet_sector[: outlet_values.size], outlet_values, self.sector_price.size)


Value = Callable[[Market], Any]


@dataclass(frozen=True)
class Observable:
    """A reduction of the market, recorded each week."""

    name: str
    unit: str
    meaning: str
    kind: str
    value: Value
    over: Value | None = None
    dims: tuple[str, ...] = ()
    factor: float = 1.0
    detail: bool = False


def _flow(name: str, unit: str, meaning: str, value: Value, dims: tuple[str, ...] = (), detail: bool = False) -> Observable:
    return Observable(name, unit, meaning, "flow", value, dims=dims, detail=detail)


def _ratio(
    name: str, unit: str, meaning: str, value: Value, over: Value, factor: float = 1.0, dims: tuple[str, ...] = (), detail: bool = False
) -> Observable:
    return Observable(name, unit, meaning, "ratio", value, over, dims, factor, detail)


def _level(name: str, unit: str, meaning: str, value: Value, dims: tuple[str, ...] = (), detail: bool = False) -> Observable:
    return Observable(name, unit, meaning, "level", value, dims=dims, detail=detail)


def _mean(name: str, unit: str, meaning: str, value: Value, dims: tuple[str, ...] = (), detail: bool = False) -> Observable:
    return Observable(name, unit, meaning, "mean", value, dims=dims, detail=detail)


@once
def _all_sales(m: Market) -> float:
    return float(m.by_channel.sum())


def _closed_loop(m: Market) -> Array:
    """Brands that bring people in on air, keep them and sell to them again, (brand,) bool."""
    sales = np.maximum(m.brand_sales, 1e-9)
    live = (m.lever_return[:, :PRIVATE_OPERATION].sum(axis=1)) / sales > LOOP
    again = m.lever_return[:, PRIVATE_OPERATION] / sales > LOOP
    return live & again & (m.presence > LOOP) & (m.push_rate > 0)


@once
def _dual(m: Market) -> Array:
    return m.lever_return[:, PRIVATE_OPERATION] / np.maximum(m.brand_sales, 1e-9) > DUAL


@once
def _sector_minutes(m: Market) -> Array:
    return m.by_sector(m.outlet_minutes)


def _regulation_intensity(m: Market) -> float:
    inspectors, fine = (Regulation.parameters[name].default for name in ("inspectors", "max_penalty_value"))
    return float(np.sqrt(m.inspectors_now[0] / inspectors * m.max_penalty[0] / fine))


# fmt: off
OBSERVABLES: tuple[Observable, ...] = (
    _flow("live_gmv", "CNY_trillion", "sales in live rooms, returns included", lambda m: m.live / TRILLION),
    _flow("private_domain_gmv", "CNY_trillion", "sales in private stores, returns included", lambda m: m.private / TRILLION),
    _flow("shelf_gmv", "CNY_trillion", "sales by search and shelf, returns included", lambda m: m.by_channel[SHELF] / TRILLION),
    _flow("online_retail_total", "CNY_trillion", "all online sales, returns included", lambda m: _all_sales(m) / TRILLION),
    _flow("brand_room_gmv", "CNY_trillion", "sales in brands' own rooms", lambda m: m.by_channel[BRAND_ROOM] / TRILLION),
    _flow("live_gmv_platform", "CNY_trillion", "live sales by platform", lambda m: m.platform_gmv / TRILLION, ("platform",)),
    _ratio("live_share_of_online_retail", "share", "live sales in all online sales", lambda m: m.live, _all_sales),
    _ratio("private_domain_share", "share", "private sales in all online sales", lambda m: m.private, _all_sales),
    _ratio("shelf_channel_gmv_share", "share", "shelf sales in all online sales", lambda m: m.by_channel[SHELF], _all_sales),
    _ratio("brand_self_broadcast_share", "share", "brands' own rooms in live sales", lambda m: m.by_channel[BRAND_ROOM], lambda m: m.live),
    _ratio("repeat_gmv_share", "share", "sales to buyers who remember the brand", lambda m: m.outlet_repeat_gmv.sum(), lambda m: m.outlet_gmv.sum()),
    _ratio("wechat_share_of_private_domain", "share", "private sales through WeChat", lambda m: m.carrier_gmv[0], lambda m: m.carrier_gmv.sum()),
    _ratio("share_of_orders_touching_both_channels", "share", "orders whose buyer met a room and a private message within 90 days", lambda m: m.touched_orders[1], lambda m: m.touched_orders[0]),
    _ratio("return_rate", "share", "live sales sent back", lambda m: m.outlet_refunds[: m.rooms].sum(), lambda m: m.outlet_gmv[: m.rooms].sum()),
    _ratio("paid_public_spend_share", "share", "bought traffic in marketing spending", lambda m: m.ads, lambda m: m.ads + m.budget[:, STREAMER_FEES:].sum()),
    _ratio("traffic_revenue_share", "share", "exposure in platforms' revenue", lambda m: m.income[0], lambda m: m.income.sum()),
    _ratio("ad_to_gmv", "share", "advertising against live sales", lambda m: m.ads, lambda m: m.live),
    _ratio("community_active_rate", "share", "members active within the last four weeks", lambda m: m.member_activity[1], lambda m: m.member_activity[0]),
    _ratio("private_domain_share_top3_sectors", "share", "beauty, apparel and food in private sales", lambda m: (m.brand_channel_gmv[:, PRIVATE] * (m.brand_sector < 3)).sum(), lambda m: m.private),
    _ratio("closed_loop_adoption_share", "share", "sales of brands that win on air, keep and sell again", lambda m: (m.brand_sales * _closed_loop(m)).sum(), lambda m: m.brand_sales.sum()),
    _ratio("cpm", "CNY per thousand impressions", "price of attention", lambda m: m.ads, lambda m: m.impressions.sum(), 1000.0),
    _ratio("real_cpm", "CNY per thousand impressions", "price of attention in prices of 2020", lambda m: m.ads / m.price_level[0], lambda m: m.impressions.sum(), 1000.0),
    _ratio("customer_acquisition_cost", "CNY_per_user", "advertising for each new customer it won", lambda m: m.ads, lambda m: m.paid_new_customers.sum() * m.people),
    _ratio("watch_time", "minutes", "stay of a visit to a live room", lambda m: m.outlet_minutes.sum(), lambda m: m.outlet_views.sum()),
    _ratio("content_similarity", "1", "likeness of content, weighted by minutes; no independent data", lambda m: (_sector_minutes(m) * m.similarity).sum(), lambda m: _sector_minutes(m).sum()),
    _mean("content_similarity_beauty_apparel", "1", "likeness of content in beauty and apparel", lambda m: 0.5 * (m.similarity[0] + m.similarity[1])),
    _mean("content_similarity_unweighted", "1", "likeness of content, all rooms alike", lambda m: m.similarity_unweighted.sum() / m.similarity_unweighted.size),
    _mean("content_similarity_sector", "1", "likeness of content by sector", lambda m: m.similarity, ("sector",)),
    _ratio("watch_time_sector", "minutes", "stay of a visit by sector", _sector_minutes, lambda m: m.by_sector(m.outlet_views), dims=("sector",)),
    _ratio("unit_profit_sector", "CNY/order", "brands' profit an order by sector", lambda m: np.bincount(m.brand_sector, m.brand_profit, m.sector_price.size), lambda m: m.by_sector(m.outlet_orders) * m.people, dims=("sector",)),
    _level("live_users", "million", "users of live shopping", lambda m: m.users.sum() / MILLION),
    _level("private_domain_users", "million", "people who are members of some private domain", lambda m: m.value_sums[4] * m.people / MILLION),
    _level("online_shoppers", "million", "people who shop online (input)", lambda m: m.shoppers_online[0]),
    _level("streamer_gmv_gini", "1", "Gini coefficient of active streamers' sales, without most of what chance adds", lambda m: gini_of_samples(*m.streamer_sales_apart[:, m.streamer_active > 0])),
    _level("streamer_tail_exponent", "1", "Pareto exponent of the largest tenth of streamers", lambda m: m.tail),
    _level("top100_gmv_share", "share", "share of the 100 largest of 1.1 million real sellers, mapped by the tail exponent", lambda m: top_share(m.tail)),
    _level("streamers_active", "thousand", "real hosts in business", lambda m: m.streamer_active.sum() * m.real_hosts[0] / m.streamer_active.size / 1e3),
    _level("mid_tier_streamer_count", "thousand", "real hosts selling 0.1 to 1 million CNY a month in prices of 2020", lambda m: m.mid_tier.sum() * m.real_hosts[0] / m.streamer_active.size / 1e3),
    _level("mid_tier_streamer_income", "CNY/month", "median income of mid-tier hosts, current prices", lambda m: middle(m.remembered_income[m.mid_tier], np.nan) * WEEKS_PER_MONTH),
    _ratio("streamer_exit_rate", "1/year", "mid-tier hosts who leave in a year", lambda m: (m.streamer_exits * m.middling).sum(), lambda m: m.mid_tier.sum(), WEEKS_PER_YEAR),
    _ratio("violation_rate", "per thousand sessions", "sessions with false claims", lambda m: (m.violates * m.on_air).sum(), lambda m: m.on_air.sum(), 1000.0),
    _flow("complaint_count", "thousand", "complaints about live sales", lambda m: m.complaints[0] / 1e3),
    _flow("penalty_total", "CNY_billion", "fines in live commerce", lambda m: m.room_penalty.sum() / BILLION),
    _level("expected_cost_per_violation", "CNY", "fine expected for a week of violation by a real host", lambda m: m.penalty_per_violation[0]),
    _level("regulation_intensity", "1", "inspectors times upper fine against 2020, geometric mean", _regulation_intensity),
    _mean("perceived_risk", "1/week", "believed probability of a penalty in a week of violation", lambda m: m.perceived_risk.sum() / m.perceived_risk.size),
    _ratio("trust_streamer", "1", "reputation of rooms, weighted by minutes", lambda m: (m.room_reputation * m.room_minutes).sum(), lambda m: m.room_minutes.sum()),
    _ratio("trust_brand", "1", "trust in remembered brands", lambda m: m.trust_total.sum(), lambda m: m.bond_count.sum()),
    _ratio("_member_spend", "CNY/week", "spending of a member bond", lambda m: m.value_sums[0], lambda m: m.value_sums[1]),
    _ratio("_other_spend", "CNY/week", "spending of another customer's bond", lambda m: m.value_sums[2], lambda m: m.value_sums[3]),
    _ratio("gmv_per_retained_user", "CNY_per_user_and_year", "yearly spending of private-domain users with their brands", lambda m: m.value_sums[0], lambda m: m.value_sums[4], WEEKS_PER_YEAR),
    _ratio("dual_channel_margin", "share", "profit margin of brands with over 15% private sales", lambda m: (m.brand_profit * _dual(m)).sum(), lambda m: (m.brand_net_sales * _dual(m)).sum()),
    _ratio("public_only_margin", "share", "profit margin of other brands", lambda m: (m.brand_profit * ~_dual(m)).sum(), lambda m: (m.brand_net_sales * ~_dual(m)).sum()),
    _flow("ad_revenue", "CNY_trillion", "platforms' revenue from advertising", lambda m: m.income[0] / TRILLION),
    _flow("commission_revenue", "CNY_trillion", "platforms' revenue from commission, after returns", lambda m: m.income[1] / TRILLION),
    _flow("service_revenue", "CNY_trillion", "platforms' revenue from tools and services", lambda m: m.income[2] / TRILLION),
    _ratio("brand_exit_rate", "1/year", "brands that leave in a year", lambda m: m.brand_exits.sum(), lambda m: m.brand_active.sum(), WEEKS_PER_YEAR),
    _mean("innovation_share", "share", "rooms that try something else in a week", lambda m: m.innovating[0]),
    _level("price_level", "1", "price index of goods, 2020 = 1 (input)", lambda m: m.price_level[0]),
    _flow("brand_gmv", "CNY_billion", "sales of a brand", lambda m: m.brand_channel_gmv.sum(axis=1) / BILLION, ("brand",), detail=True),
    _flow("brand_private_gmv", "CNY_billion", "private sales of a brand", lambda m: m.brand_channel_gmv[:, PRIVATE] / BILLION, ("brand",), detail=True),
    _flow("brand_violations", "sessions", "weeks of false claims in rooms that sell a brand", lambda m: np.bincount(m.outlet_brand[: m.rooms], m.violates * m.on_air, m.brand_active.size), ("brand",), detail=True),
    _flow("brand_sessions", "sessions", "weeks on air of rooms that sell a brand", lambda m: np.bincount(m.outlet_brand[: m.rooms], m.on_air, m.brand_active.size), ("brand",), detail=True),
    _ratio("brand_trust", "1", "trust of those who remember a brand", lambda m: m.trust_total, lambda m: m.bond_count, dims=("brand",), detail=True),
    _level("brand_customers", "million", "bonds with a brand", lambda m: m.bond_count * m.people / MILLION, ("brand",), detail=True),
    _mean("brand_active", "share", "part of the period in business", lambda m: m.brand_active, ("brand",), detail=True),
)
# fmt: on
DERIVED: dict[str, tuple[str, str, Callable[[dict[str, Array]], Array]]] = {
    "ltv_ratio": (
        "ratio",
        "spending of a member bond against another customer's, lapsed ones included",
        lambda s: np.divide(
            s["_member_spend"], s["_other_spend"], out=np.full(s["_member_spend"].shape, np.nan), where=s["_other_spend"] > 0
        ),
    ),
}
