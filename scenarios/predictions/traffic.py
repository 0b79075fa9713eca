"""Predictions on traffic: its price, who gets it, depends on it or earns by it (4.2, 5.1, 6.2, 12.1)."""

from __future__ import annotations

import numpy as np
import xarray as xr

from scenarios.predictions.judgement import share_of_seeds
from scenarios.predictions.market import private_share
from scenarios.predictions.prediction import IncomparableError, Start, prediction
from scenarios.predictions.trajectory import (
    SINCE_2024,
    above,
    annual,
    growth,
    of_brands,
    quarterly_mean,
    ratio,
    yearly_sum,
)

SHOCK_YEAR = 2026  # the cut lasts from January to March; losses are counted over the year's four quarters


def acquisition_cost_of_2024(run: xr.Dataset) -> float:
    """Cost of winning a customer in 2024, in CNY."""
    return float(annual(run, "customer_acquisition_cost", (2024,))[0])


def real_cpm_growth(run: xr.Dataset) -> float:
    """Median of the six yearly growth rates of CPM at constant prices, 2025 over 2024 to 2030 over 2029."""
    return float(np.median(growth(annual(run, "real_cpm", SINCE_2024), "real_cpm")))


def dearer(run: xr.Dataset) -> bool:
    """Whether that median is above zero by more than rounding."""
    return above(1 + real_cpm_growth(run), 1.0)


@prediction("4.2-p1", variants=("base_detail", "traffic_shock"))
def private_domain_as_buffer(run: xr.Dataset, *, base_detail: xr.Dataset, traffic_shock: xr.Dataset) -> dict[str, bool]:
    """When platforms send 12% less traffic, brands with users of their own lose less than half as much.

    'Any quarter' is tried in one, the first of 2026. Brands that sold anything in the four quarters before it
    are ranked by the private share of that GMV in the base run; the loss of a third is 1 - GMV(shock) /
    GMV(base) over the four quarters from the cut. Where the bottom third loses nothing there is no loss to
    halve: not met.
    """
    before, private = (
        of_brands(base_detail, name, (SHOCK_YEAR - 1,), monthly=True).sum(axis=0) for name in ("brand_gmv", "brand_private_gmv")
    )
    base, shock = (of_brands(each, "brand_gmv", (SHOCK_YEAR,), monthly=True).sum(axis=0) for each in (base_detail, traffic_shock))
    sold = np.flatnonzero(before > 0)
    third = len(sold) // 3
    if third == 0:
        raise IncomparableError(f"thirds need at least 3 brands with sales in {SHOCK_YEAR - 1}, found {len(sold)}")
    ranked = sold[np.argsort(private[sold] / before[sold], kind="stable")]
    left = {
        word: float(ratio(shock[brands].sum(), base[brands].sum(), f"sales left to the {word} third"))
        for word, brands in (("bottom", ranked[:third]), ("top", ranked[-third:]))
    }
    return {
        "bottom third of private share loses": above(1.0, left["bottom"]),
        "top third loses less than half of that": above((1 - left["bottom"]) / 2, 1 - left["top"]),
    }


@prediction(
    "5.1-p1",
    verdict=share_of_seeds(0.9),
    starts=(Start("customer acquisition cost of 2024", 80.0, acquisition_cost_of_2024),),
)
def traffic_prices_go_on_rising(run: xr.Dataset) -> dict[str, bool]:
    """Public attention gets dearer in real terms, and a new customer never gets cheaper than in 2024.

    'Its 2024 level of 80 CNY' is the run's own annual value of 2024. A quarter's cost is the plain mean of
    its months, at current prices as the words do not deflate it. The 90% of seeds must meet both.
    """
    cost = quarterly_mean(run, "customer_acquisition_cost")
    return {
        "median real CPM growth above 0": dearer(run),
        "acquisition cost above 2024 in all quarters": above(float(cost.min()), acquisition_cost_of_2024(run)),
    }


@prediction("5.1-p2")
def concentration_intensifies(run: xr.Dataset) -> dict[str, bool]:
    """The big streamers win a larger part of the trade.

    Uses the Gini of streamers' GMV, which the words allow; a top-100 share depends on the number simulated.
    The exception for a fairness rule is not tried: the scenarios scored must not hold one.
    """
    first, last = annual(run, "streamer_gmv_gini", (2025, 2030))
    return {"Gini of 2030 above 2025": above(last, first)}


@prediction("5.1-p3", variants=("interaction_ranking",))
def the_middle_thins_out(run: xr.Dataset, *, interaction_ranking: xr.Dataset) -> dict[str, bool]:
    """Mid-tier streamers get fewer and poorer, less so where ranking looks at interaction instead of sales.

    'Over 2025-2030' is from the year 2024, which the pair shares, to the year 2030. Relative changes are
    compared; a rise under the variant counts as falling less. Income is the median at current prices.
    """
    met = {}
    for word, name in (("number", "mid_tier_streamer_count"), ("income", "mid_tier_streamer_income")):
        levels = np.array([annual(each, name, (2024, 2030)) for each in (run, interaction_ranking)])
        base, variant = ratio(levels[:, 1], levels[:, 0], f"change of {name}")
        met[f"{word} falls"] = above(1.0, base)
        met[f"{word} falls less under interaction ranking"] = above(variant, base)
    return met


@prediction("5.1-p4")
def two_engines(run: xr.Dataset) -> dict[str, bool]:
    """Brands with a public and a private channel stand dear traffic better than those with one alone.

    Rises and falls are from the year 2024 to 2030; margins fall in points of revenue, and that of public-only
    brands must fall, else there is nothing to fall less than. 'After three years' is the annual value of
    2027.
    """
    share = private_share(run)
    dual = annual(run, "dual_channel_margin", (2024, 2030))
    public = annual(run, "public_only_margin", (2024, 2030))
    worth = float(annual(run, "ltv_ratio", (2027,))[0])
    return {
        "median real CPM growth above 0": dearer(run),
        "private share rises": above(share[-1], share[0]),
        "public-only margin falls": above(public[0], public[1]),
        "dual-channel margin falls less": above(dual[1] - dual[0], public[1] - public[0]),
        "ltv ratio of 2027 within 2.5-4": 2.5 <= worth <= 4,
    }


@prediction("6.2-p6")
def value_made_together(run: xr.Dataset) -> dict[str, bool]:
    """Platforms live less on selling exposure and more on services.

    Exposure is advertising revenue, service is service revenue, both as shares of advertising, commission and
    service revenue of platforms in 2030 against 2024. Brands' own revenue, subscriptions and co-creation are
    not modelled: this is the platforms' half of the prediction.
    """
    names = ("ad_revenue", "commission_revenue", "service_revenue")
    flows = np.array([yearly_sum(run, name, (2024, 2030)) for name in names])
    exposure, _, service = ratio(flows, flows.sum(axis=0), "shares of platform revenue")
    return {
        "exposure's share falls": above(exposure[0], exposure[1]),
        "service's share rises": above(service[1], service[0]),
    }


@prediction("12.1-p1")
def owned_users_replace_bought_traffic(run: xr.Dataset) -> dict[str, bool]:
    """Brands spend less of their budgets on public traffic and earn more with each user they keep.

    Annual values of 2030 against 2025, spend per user at current prices.
    """
    spend, worth = (annual(run, name, (2025, 2030)) for name in ("paid_public_spend_share", "gmv_per_retained_user"))
    return {
        "public traffic's share of spend falls": above(spend[0], spend[1]),
        "GMV per retained user rises": above(worth[1], worth[0]),
    }
