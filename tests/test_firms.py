"""What firms, platforms and hosts reckon with, by hand: values, budgets, shares of a feed, and the price of being caught."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.concentration import gini, tail_exponent, top_share
from sim.mechanics.advertising import bidders_value
from sim.mechanics.brand_strategy import reallocate
from sim.mechanics.featuring import draw_brands
from sim.mechanics.misconduct import violation_probability
from sim.mechanics.ranking import exploration_shares, success_on_air


def test_a_bidder_values_an_impression_by_results_and_the_market() -> None:
    """The market sold 40 for 100 impressions, 0.4 each; bidder 0 earns 0.3, bidder 1 0.6; bidder 2 has no results."""
    sales, impressions = np.array([18.0, 22.0, 0.0]), np.array([60.0, 40.0, 0.0])
    assert bidders_value(sales, impressions, 0.5) == pytest.approx([0.35, 0.475, 0.4])
    assert bidders_value(np.zeros(2), np.zeros(2), 0.5).tolist() == [0.0, 0.0]


def test_budgets_move_to_what_returns_more() -> None:
    """Equal shares and sales 3 to 1: the first lever gains; without sales nothing moves; at pace 0 neither."""
    share, sales = np.full((2, 2), 0.5), np.array([[3.0, 1.0], [0.0, 0.0]])
    moved = reallocate(share, sales, 0.1, 0.05, np.ones(2))
    gain = np.log(np.array([(3 + 0.04) / 4, (1 + 0.04) / 4]) / 0.5)
    first = np.exp(0.1 * (gain - gain.mean())) * 0.5
    assert moved[0] == pytest.approx(first / first.sum())
    assert moved[1].tolist() == [0.5, 0.5]
    assert reallocate(share, sales, 0.0, 0.05, np.ones(2)) == pytest.approx(share)
    assert reallocate(share, sales, 0.1, 0.05, np.array([1.0, 9.0]))[0, 1] > 0.5


@given(st.integers(0, 10_000))
def test_budget_shares_are_shares_and_keep_the_floor(seed: int) -> None:
    rng = np.random.default_rng(seed)
    share = rng.dirichlet(np.ones(4), 6) * 0.8 + 0.05
    for _ in range(30):
        share = reallocate(share, rng.choice([0.0, 1.0, 1e6], (6, 4)), 0.5, 0.05, np.ones(4))
    assert share.sum(axis=1) == pytest.approx(np.ones(6))
    assert (share > 0.05 / 1.2).all()


def test_a_feed_is_shared_by_merit_and_by_time_on_air() -> None:
    """Platform 0, a tenth to the pool: 0.9 * 3/4 + 0.1 * 1/2, and the rest; a room alone on platform 1 has it all."""
    shares = exploration_shares(np.array([3.0, 1.0, 0.2]), np.array([1.0, 1.0, 0.5]), np.array([0, 0, 1]), np.array([0.1, 0.3]))
    assert shares == pytest.approx([0.725, 0.275, 1.0])


def test_success_is_counted_per_time_on_air() -> None:
    """Rooms sold 30 and 10 in full and half time: 30 and 20 an hour against 40 / 1.5; the silent room counts 0."""
    assert success_on_air(np.array([30.0, 10.0, 5.0]), np.array([1.0, 0.5, 0.0])) == pytest.approx([30.0 / 30.0, 20.0 / 30.0, 0.0])
    assert success_on_air(np.zeros(2), np.ones(2)).tolist() == [0.0, 0.0]


def test_brands_are_drawn_from_the_sector_by_budget() -> None:
    """Sector 1 has brands 1 and 2 with budgets 1 and 3; sector 2 has none."""
    brand_sector, weight = np.array([0, 1, 1]), np.array([5.0, 1.0, 3.0])
    u = np.array([0.9, 0.2, 0.3, 0.5], np.float32)
    assert draw_brands(np.array([0, 1, 1, 2]), u, brand_sector, weight, 3).tolist() == [0, 1, 2, -1]


def test_the_price_of_being_caught_by_hand() -> None:
    """Caught with 1 - exp(-0.4) = 0.33 in a term: gain 0.2 against 0.33 * (0.5 + 0.1) = 0.198, hardly worth it."""
    caught = 1.0 - np.exp(-0.4)
    chance = violation_probability(np.array([1000.0, 1e9]), np.array([0.1, 0.0]), 0.2, 500.0, 0.1, 4.0, 0.05, 0.0)
    assert chance[0] == pytest.approx(1.0 / (1.0 + np.exp(-(0.2 - caught * 0.6) / 0.05)))
    assert chance[1] == pytest.approx(1.0 / (1.0 + np.exp(-4.0)))


@given(st.floats(0.0, 0.9), st.floats(1.0, 1e6), st.floats(1.0, 5.0))
def test_risk_and_fines_deter(risk: float, fine: float, more: float) -> None:
    def chance(risk: float, fine: float) -> float:
        return violation_probability(np.array([5e4]), np.array([risk]), 0.1, fine, 0.2, 4.0, 0.1, 0.5)[0]

    assert chance(min(risk * more, 1.0), fine) <= chance(risk, fine)
    assert chance(risk, fine * more) <= chance(risk, fine)


def test_concentration_by_hand() -> None:
    """Gini of 1, 2, 3 is 2/9; of equals 0; of one who has all of n, (n - 1)/n."""
    assert gini(np.array([3.0, 1.0, 2.0])) == pytest.approx(2 / 9)
    assert gini(np.ones(5)) == pytest.approx(0.0)
    assert gini(np.array([0.0, 0.0, 0.0, 7.0])) == pytest.approx(0.75)
    assert np.isnan(gini(np.zeros(4)))


@pytest.mark.parametrize(("slope", "share"), [(0.89, 0.196), (1.0, 0.36), (1.18, 0.65)])
def test_the_share_of_a_hundred_among_real_sellers(slope: float, share: float) -> None:
    """Sizes fall as rank^-slope, and 1.1 million sell: the mapping that does not depend on rows simulated."""
    assert top_share(1.0 / slope) == pytest.approx(share, abs=0.005)
    ranks = np.arange(1, 1_100_001, dtype=float) ** -slope
    assert top_share(1.0 / slope) == pytest.approx(ranks[:100].sum() / ranks.sum(), rel=1e-4)


@pytest.mark.parametrize("alpha", [0.9, 1.0, 1.3])
def test_the_tail_exponent_is_found_again(alpha: float) -> None:
    """In 20,000 Pareto draws by quantiles, whatever the scale."""
    sizes = (np.arange(1, 20_001) / 20_001.0) ** (-1.0 / alpha)
    assert tail_exponent(sizes) == pytest.approx(alpha, rel=0.02)
    assert tail_exponent(1e6 * sizes) == pytest.approx(tail_exponent(sizes))
    assert np.isnan(tail_exponent(np.ones(50)))
    assert np.isnan(tail_exponent(sizes[:5]))
