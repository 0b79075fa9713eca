"""What should rise rises and what should fall falls, in the same market with the same luck."""

from __future__ import annotations

import json
from functools import lru_cache

import numpy as np
import pytest
import xarray as xr

from sim.kernels.auction import clearing_price
from tests.small import market

Values = dict[str, dict[str, float]]
SEEDS = range(1, 5)


@lru_cache
def annual(seed: int, weeks: int, parameters: str) -> xr.Dataset:
    """A market by its parameters as JSON, run once for all tests that look at it."""
    return market(seed, weeks, parameters=json.loads(parameters))


def paired(name: str, cause: Values, weeks: int = 52, base: Values | None = None, seeds: range = SEEDS) -> np.ndarray:
    """With the cause less without it, in the last year: one difference a seed, (seeds,)."""
    texts = [json.dumps(parameters) for parameters in (cause, base or {})]
    values = [[annual(seed, weeks, text)[f"{name}_annual"].values[-1] for seed in seeds] for text in texts]
    return np.subtract(*values)


def standing(differences: np.ndarray) -> float:
    """Mean of differences in units of its standard error: beyond 2 it is hardly chance."""
    return float(differences.mean() / differences.std(ddof=1) * np.sqrt(differences.size))


def test_larger_budgets_raise_the_price_of_attention() -> None:
    """Three times the budget for the same impressions."""
    spending = {"brand_strategy": {"marketing_ratio": 0.45}}
    assert (paired("cpm", spending) > 0).all()


def test_more_room_for_advertising_lowers_the_price_of_attention() -> None:
    scarce, ample = {"platform_policy": {"load": 0.04}}, {"platform_policy": {"load": 0.4}}
    assert (paired("cpm", ample, base=scarce) < 0).all()


def test_more_advertisers_raise_the_price_of_attention() -> None:
    """12, 48 and 192 brands for the same consumers and hosts: up on average at each step, and from end to end with each seed.

    Seeds share the draws of consumers and hosts; those of firms differ with their number.
    """
    prices = np.array([[market(seed, 52, brands=brands)["cpm_annual"].values[-1] for seed in SEEDS] for brands in (12, 48, 192)])
    assert (np.diff(prices.mean(axis=1)) > 0).all()
    assert (prices[-1] > prices[0]).all()


@pytest.mark.parametrize("budget", [1e9, 3.0])
def test_more_bidders_raise_the_price_of_an_auction(budget: float) -> None:
    """The same slots among 20, 40 and 80 bidders, with and without binding budgets."""
    value = np.exp(np.random.default_rng(1).normal(size=80))
    prices = [clearing_price(value[:n], np.full(n, budget), np.full(n, 5.0), 50.0) for n in (20, 40, 80)]
    assert prices[0] < prices[1] < prices[2]


@pytest.mark.parametrize(("few", "many"), [(40, 400_000), (4_000, 16_000)])
def test_more_inspectors_make_fewer_violations(few: int, many: int) -> None:
    """The extremes, and four times as many as there are, over two years of learning what happens to others: on average of 16 seeds.

    With 30 streamers a year has a few convictions, so that a seed may go the other way.
    """
    less, more = ({"regulation": {"inspectors": number}} for number in (few, many))
    assert standing(paired("violation_rate", more, weeks=104, base=less, seeds=range(1, 17))) < -2.0


def test_without_a_private_domain_fewer_buy_again() -> None:
    closed = {"private_domain": {"opening": 0.0, "members_at_start": 0.0}}
    assert (paired("repeat_gmv_share", closed) < 0).all()


def test_imitation_makes_content_alike_and_stays_short() -> None:
    """Sameness raises the hazard of leaving: more imitation, more alike, shorter visits."""
    copying = {"style": {"imitation_rate": 0.2, "innovation_rate": 0.0}}
    assert (paired("content_similarity_unweighted", copying) > 0).all()
    assert paired("watch_time", copying).mean() < 0


def test_a_cut_of_public_traffic_cuts_live_sales() -> None:
    assert (paired("live_gmv", {"public_traffic": {"multiplier": 0.5}}) < 0).all()


def test_disappointing_goods_are_sent_back_and_cost_trust() -> None:
    bad = {"orders": {"bad_rate": 0.4}}
    assert (paired("return_rate", bad) > 0).all()
    assert (paired("trust_brand", bad) < 0).all()
    assert (paired("complaint_count", bad) > 0).all()


def test_calls_for_scarcity_bring_returns() -> None:
    """Impulse of the minute-by-minute room is sent back later: a constant call against none."""
    calm = {"persuasion": {"scarcity": 0.0, "spread": 0.0}}
    constant = {"persuasion": {"scarcity": 1.0, "spread": 0.0}}
    assert standing(paired("return_rate", constant, base=calm, seeds=range(1, 17))) > 2.0


def test_more_people_stand_for_more_sales_and_the_same_shares() -> None:
    """Scale: twice the people a consumer stands for, shoppers and users alike, gives twice the sales."""
    shoppers = {"calendar": {"online_shoppers": 700.0}, "adoption": {"users_at_start": 200.0}}
    half = {
        "calendar": {"online_shoppers": 350.0},
        "adoption": {"users_at_start": 100.0, "shoppers_at_start": 350.0},
    }
    one = market(weeks=8, parameters=shoppers)
    other = market(weeks=8, parameters=half, people=5e8)
    ratio = one.shelf_gmv.values / other.shelf_gmv.values
    assert ratio == pytest.approx(np.full(ratio.size, 2.0), rel=0.05)
