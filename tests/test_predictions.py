"""Each prediction on made-up runs: one that must hold, and one for each way in which it must not."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest
import xarray as xr

from scenarios.predictions import NOT_MODELLED, PREDICTIONS
from scenarios.predictions.prediction import IncomparableError
from scenarios.predictions.regulation import cohort_by_compliance
from scenarios.predictions.trajectory import quarterly_mean, quarterly_sum, rises, slope, yearly_sum
from sim.errors import DataError
from tests.trajectories import ALIKE, BRANDS, cut, made_up, made_up_brands

COUNT, INCOME = "mid_tier_streamer_count", "mid_tier_streamer_income"
BOTH = "share_of_orders_touching_both_channels"
LIVE = np.array([4.9 * 1.12**k for k in range(7)])
LAX = {"brand_trust": [[0.6] * 6] * 7, "brand_customers": [[0.5] * 6] * 7, "brand_active": [[1.0] * 6] * 7}


def slower(years: int) -> list[float]:
    """The live market when growth is 2 points below 12% for some years from 2025 on."""
    rates = [0.10] * years + [0.12] * (6 - years)
    return [4.9, *(4.9 * np.cumprod(1 + np.array(rates)))]


def steps(*values: float) -> list[float]:
    """Seven yearly values 2024-2030."""
    assert len(values) == 7
    return list(values)


def ranked(count: tuple[float, float], income: tuple[float, float]) -> dict[str, xr.Dataset]:
    """A run under interaction ranking with these numbers and incomes of mid-tier streamers."""
    return {"interaction_ranking": made_up(**{COUNT: count, INCOME: income})}


def watched(first: np.ndarray, last: np.ndarray) -> dict[str, xr.Dataset]:
    """A run without innovation with these watch times of the sectors in 2024 and 2030."""
    return {"no_innovation": made_up(watch_time_sector=(first, last))}


PAIRS: dict[str, dict[str, xr.Dataset]] = {
    "4.2-p1": {"base_detail": made_up_brands(), "traffic_shock": cut([0.10, 0.10, 0.08, 0.08, 0.04, 0.04])},
    "5.1-p3": ranked((200, 180), (8000, 7000)),
    "5.2-p1": {"no_innovation": made_up()},
    "8.1-p1": {"strict_regulation": made_up(live_gmv=slower(2))},
    "8.2-p1": {"strict_regulation": made_up_brands(), "lax_regulation": made_up_brands(**LAX)},
}
BASE: dict[str, dict[str, Any]] = {"1.2.1-p1": {"live_gmv": [4.9, 5.52, *LIVE[2:]]}}

# What must fail, by id: a word for it and the changes to the base run, or to the variants.
FAILING_BASE: list[tuple[str, str, dict[str, Any]]] = [
    ("1.1.1-p1", "shelf gains", {"shelf_gmv": (6, 14)}),
    ("1.1.1-p1", "live and private lose", {"live_gmv": (4.9, 5.0), "private_domain_gmv": (3.2, 3.2)}),
    ("1.2.1-p1", "12% gives 5.49", {"live_gmv": LIVE}),
    ("1.2.1-p2", "too slow", {"live_gmv": 4.9 * 1.09 ** np.arange(7)}),
    ("1.2.1-p2", "too fast", {"live_gmv": 4.9 * 1.15 ** np.arange(7)}),
    ("1.2.1-p3", "ends below 2024", {"private_domain_gmv": (3.2, 4.0)}),
    ("1.2.1-p3", "one jump, five falls", {"private_domain_gmv": steps(3, 19, 17, 15, 13, 11, 9)}),
    ("1.2.2-p1", "falls", {"brand_self_broadcast_share": (0.35, 0.30)}),
    ("1.2.2-p2", "WeChat loses the lead", {"wechat_share_of_private_domain": (0.70, 0.45)}),
    ("1.2.2-p2", "others lose", {"wechat_share_of_private_domain": (0.70, 0.75)}),
    ("1.2.2-p3", "one flat year", {BOTH: steps(0.2, 0.3, 0.3, 0.4, 0.5, 0.6, 0.7)}),
    ("1.2.2-p3", "falls", {BOTH: (0.4, 0.3)}),
    ("1.3.2-p1", "stays a minority", {"repeat_gmv_share": (0.30, 0.49)}),
    ("1.3.2-p1", "a shrinking majority", {"repeat_gmv_share": (0.80, 0.60)}),
    ("1.5.3-p1", "never", {"closed_loop_adoption_share": (0.30, 0.49)}),
    ("1.5.3-p1", "only in 2030", {"closed_loop_adoption_share": steps(0.3, 0.3, 0.4, 0.4, 0.4, 0.5, 0.7)}),
    ("5.1-p1", "real price falls", {"real_cpm": (20, 18)}),
    ("5.1-p1", "cheaper in one year", {"customer_acquisition_cost": steps(80, 90, 95, 79, 90, 90, 90)}),
    ("5.1-p2", "flat", {"streamer_gmv_gini": (0.8, 0.8)}),
    ("5.1-p2", "falls", {"streamer_gmv_gini": (0.8, 0.7)}),
    ("5.1-p3", "number grows", {COUNT: (200, 210)}),
    ("5.1-p3", "income grows", {INCOME: (8000, 8100)}),
    ("5.1-p4", "real price falls", {"real_cpm": (20, 18)}),
    ("5.1-p4", "private share falls", {"private_domain_gmv": (3.2, 4.0)}),
    ("5.1-p4", "dual falls more", {"dual_channel_margin": (0.10, 0.03)}),
    ("5.1-p4", "nothing falls", {"public_only_margin": (0.08, 0.09), "dual_channel_margin": (0.10, 0.15)}),
    ("5.1-p4", "ltv ratio too high", {"ltv_ratio": (3.0, 5.2)}),
    ("5.1-p4", "ltv ratio too low", {"ltv_ratio": (2.0, 2.6)}),
    ("5.3-p2", "one looser year", {"regulation_intensity": steps(0.5, 0.6, 0.7, 0.69, 0.8, 0.8, 0.8)}),
    ("5.3-p2", "cheaper", {"expected_cost_per_violation": (1e4, 9e3)}),
    ("6.2-p6", "exposure gains", {"ad_revenue": (0.30, 2.0)}),
    ("6.2-p6", "only commission gains", {"service_revenue": (0.02, 0.02)}),
    ("8.1-p1", "base grows fast beside it", {"live_gmv": 4.9 * 1.15 ** np.arange(7)}),
    ("12.1-p1", "spend stays", {"paid_public_spend_share": (0.6, 0.6)}),
    ("12.1-p1", "users worth less", {"gmv_per_retained_user": (300, 290)}),
]  # fmt: skip
FAILING_PAIRS: list[tuple[str, str, dict[str, xr.Dataset]]] = [
    ("4.2-p1", "exactly half", {"traffic_shock": cut([0.10, 0.10, 0.08, 0.08, 0.05, 0.05])}),
    ("4.2-p1", "top loses most", {"traffic_shock": cut([0.02, 0.02, 0.08, 0.08, 0.20, 0.20])}),
    ("4.2-p1", "bottom loses nothing", {"traffic_shock": cut([0, 0, 0, 0, -0.04, -0.04])}),
    ("5.1-p3", "number falls as much", ranked((200, 140), (8000, 7000))),
    ("5.1-p3", "income falls more", ranked((200, 180), (8000, 4000))),
    ("5.2-p1", "watch time grows", watched(4 - 2 * ALIKE, 5 - 2 * ALIKE)),
    ("5.2-p1", "profit grows", {"no_innovation": made_up(unit_profit_sector=(8 - ALIKE, 20 - ALIKE))}),
    ("5.2-p1", "alike is watched longer", watched(3 + 2 * ALIKE, 2 + 2 * ALIKE)),
    ("5.2-p1", "sectors do not differ", watched(5 + 0 * ALIKE, 4 + 0 * ALIKE)),
    ("8.1-p1", "violations rise", {"strict_regulation": made_up(violation_rate=(30, 31))}),
    ("8.1-p1", "three slow years", {"strict_regulation": made_up(live_gmv=slower(3))}),
    ("8.2-p1", "trust lower", {"strict_regulation": made_up_brands(brand_trust=[[0.9] * 3 + [0.5] * 3] * 7)}),
    ("8.2-p1", "spend lower", {"strict_regulation": made_up_brands(brand_customers=[[1] * 3 + [2] * 3] * 7)}),
    ("8.2-p1", "nobody leaves", {"strict_regulation": made_up_brands(brand_active=[[1.0] * 6] * 7)}),
    ("8.2-p1", "the same under lax rules", {"lax_regulation": made_up_brands()}),
]  # fmt: skip


def test_quarters_years_and_trends_by_hand() -> None:
    assert slope(np.array([1.0, 2.0, 4.0])) == pytest.approx(1.5)
    assert slope(0.1 + np.zeros(24)) == 0
    assert slope(np.array([1.0, 1.0 + 1e-15] * 12)) == 0
    run = made_up(shelf_gmv=steps(12, 24, 36, 36, 36, 36, 48), repeat_gmv_share=(0.40, 0.52))
    assert quarterly_sum(run, "shelf_gmv")[[0, 3, 4, -1]] == pytest.approx([6, 6, 9, 12])
    assert yearly_sum(run, "shelf_gmv", (2024, 2030)) == pytest.approx([12, 48])
    # 0.02 a year is 0.005 a quarter; the mean of 2024 is 0.40, so its last quarter lies 1.5 quarters above.
    assert quarterly_mean(run, "repeat_gmv_share")[0] == pytest.approx(0.40 + 2.5 * 0.005)
    assert slope(quarterly_mean(run, "repeat_gmv_share")) == pytest.approx(0.005)
    assert rises([1, 2, 2, 1]) == [True, False, False]


@pytest.mark.parametrize("id", PREDICTIONS)
def test_holds_on_a_run_made_for_it(id: str) -> None:
    conditions = PREDICTIONS[id].conditions(made_up(**BASE.get(id, {})), **PAIRS.get(id, {}))
    assert all(conditions.values()), conditions
    assert PREDICTIONS[id].holds(made_up(**BASE.get(id, {})), **PAIRS.get(id, {}))


@pytest.mark.parametrize(("id", "why", "changes"), FAILING_BASE, ids=lambda part: str(part)[:30])
def test_fails_when_the_base_run_says_otherwise(id: str, why: str, changes: dict[str, Any]) -> None:
    assert not PREDICTIONS[id].holds(made_up(**changes), **PAIRS.get(id, {}))


@pytest.mark.parametrize(("id", "why", "changes"), FAILING_PAIRS, ids=lambda part: str(part)[:30])
def test_fails_when_a_paired_run_says_otherwise(id: str, why: str, changes: dict[str, xr.Dataset]) -> None:
    conditions = PREDICTIONS[id].conditions(made_up(), **{**PAIRS[id], **changes})
    assert list(conditions.values()).count(False) == 1 or id == "4.2-p1", conditions
    assert not PREDICTIONS[id].holds(made_up(), **{**PAIRS[id], **changes})


def test_every_condition_is_seen_to_fail() -> None:
    failed: set[tuple[str, str]] = set()
    for id, _, changes in FAILING_BASE:
        met = PREDICTIONS[id].conditions(made_up(**changes), **PAIRS.get(id, {}))
        failed |= {(id, name) for name, value in met.items() if not value}
    for id, _, pairs in FAILING_PAIRS:
        met = PREDICTIONS[id].conditions(made_up(), **{**PAIRS[id], **pairs})
        failed |= {(id, name) for name, value in met.items() if not value}
    known = {(id, name) for id, test in PREDICTIONS.items() for name in test.conditions(made_up(), **PAIRS.get(id, {}))}
    assert known == failed


def test_the_twenty_have_tests_and_the_thirty_a_reason() -> None:
    words = """1.1.1-p1 1.2.1-p1 1.2.1-p2 1.2.1-p3 1.2.2-p1 1.2.2-p2 1.2.2-p3 1.3.2-p1 1.5.3-p1 4.2-p1
        5.1-p1 5.1-p2 5.1-p3 5.1-p4 5.2-p1 5.3-p2 6.2-p6 8.1-p1 8.2-p1 12.1-p1"""
    assert set(PREDICTIONS) == set(words.split())
    assert len(NOT_MODELLED) == 30
    assert not set(NOT_MODELLED) & set(PREDICTIONS)
    assert all(len(test.note) > 80 for test in PREDICTIONS.values())


@pytest.mark.parametrize("id", [id for id in PREDICTIONS if id not in PAIRS])
def test_a_gap_in_the_data_is_an_error(id: str) -> None:
    """A run without a variable that the test reads, or with its values missing, never counts as a 'no'."""
    run = made_up(**BASE.get(id, {}))
    read = []
    for name in run.data_vars:
        with contextlib.suppress(DataError):
            PREDICTIONS[id].holds(run.drop_vars(name))
            continue
        read.append(name)
    assert read
    for name in read:
        with pytest.raises(DataError, match=f"no variable '{name}'"):
            PREDICTIONS[id].holds(run.drop_vars(name))
        with pytest.raises(DataError, match=f"'{name} 20.*' has .* values missing or infinite"):
            PREDICTIONS[id].holds(run.assign({name: run[name] * np.nan}))


def test_one_missing_value_is_an_error() -> None:
    run = made_up()
    last = run.month < run.month[-1]
    with pytest.raises(DataError, match=r"'live_gmv 2024-2030' has 1 of 84 values missing or infinite"):
        PREDICTIONS["1.2.1-p2"].holds(run.assign(live_gmv=run.live_gmv.where(last)))
    damaged = run.assign(watch_time_sector=run.watch_time_sector.where(last))
    with pytest.raises(DataError, match=r"'watch_time_sector 2025-2030' has 6 of 144 values missing"):
        PREDICTIONS["5.2-p1"].holds(run, no_innovation=damaged)


def test_a_missing_month_or_year_is_an_error() -> None:
    run = made_up()
    with pytest.raises(DataError, match="'live_gmv' needs each of these months exactly once: 2030-12"):
        PREDICTIONS["1.2.1-p2"].holds(run.isel(month=slice(0, -1)))
    with pytest.raises(DataError, match=r"'brand_self_broadcast_share_annual' needs each of the years \[2030\]"):
        PREDICTIONS["1.2.2-p1"].holds(run.isel(year=slice(0, -1)))
    with pytest.raises(DataError, match=r"no variable 'live_gmv'\. Did you mean 'life_gmv'"):
        PREDICTIONS["1.2.1-p2"].holds(run.rename(live_gmv="life_gmv"))


def test_brands_that_have_left_may_have_gaps_and_others_not() -> None:
    gone = np.array(BRANDS["brand_trust"], dtype=float)
    gone[6, 0] = np.nan
    pairs = {**PAIRS["8.2-p1"], "strict_regulation": made_up_brands(brand_trust=gone)}
    assert PREDICTIONS["8.2-p1"].holds(made_up(), **pairs)
    gone[6, 1] = np.nan
    pairs["strict_regulation"] = made_up_brands(brand_trust=gone)
    with pytest.raises(DataError, match="brand_trust 2030 of other brands"):
        PREDICTIONS["8.2-p1"].holds(made_up(), **pairs)
    with pytest.raises(DataError, match="detail=True"):
        PREDICTIONS["8.2-p1"].holds(made_up(), **{**pairs, "strict_regulation": made_up()})


def test_brands_that_nobody_remembers_are_left_out() -> None:
    """In business to the end but without customers, a brand has no trust: neither its gap nor its sales count."""
    customers, trust, sales = (np.array(BRANDS[name], dtype=float) for name in ("brand_customers", "brand_trust", "brand_gmv"))
    customers[6, 3], trust[6, 3], sales[6, 3] = 0.0, np.nan, 1e6
    forgotten = made_up_brands(brand_customers=customers, brand_trust=trust, brand_gmv=sales)
    found = cohort_by_compliance(forgotten)
    assert found["trust"] == pytest.approx(((0.7 + 0.8) / 2, (0.4 + 0.5) / 2))  # brand 0 has left by 2030
    assert found["spend per user"] == pytest.approx((1000 * 24 / 0.4, 1000 * 24 / 1.0))
    assert found["survival"] == pytest.approx((1.0, 2 / 3))
    pairs = {**PAIRS["8.2-p1"], "strict_regulation": forgotten}
    assert PREDICTIONS["8.2-p1"].holds(made_up(), **pairs)
    customers[6, 3:] = 0.0
    with pytest.raises(IncomparableError, match="of 3 compliant brands active in 2030 none has customers"):
        cohort_by_compliance(made_up_brands(brand_customers=customers))


def test_brands_without_an_opposite_cannot_be_compared() -> None:
    alike = made_up_brands(brand_violations=[[0] * 6] * 7)
    with pytest.raises(IncomparableError, match="of 0 other brands of 2024 none is active in 2030"):
        PREDICTIONS["8.2-p1"].holds(made_up(), **{**PAIRS["8.2-p1"], "strict_regulation": alike})
    idle = made_up_brands(brand_gmv=[[12, 12, 0, 0, 0, 0]] * 7)
    with pytest.raises(IncomparableError, match="at least 3 brands"):
        PREDICTIONS["4.2-p1"].holds(made_up(), base_detail=idle, traffic_shock=idle)
