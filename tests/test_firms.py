"""What firms, platforms and hosts reckon with, by hand: values, budgets, shares of a feed, and the price of being caught."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.concentration import concentration, gini, gini_of_samples, tail_exponent, top_share
from sim.mechanics.advertising import bidders_value
from sim.mechanics.brand_strategy import BrandStrategy, pursued
from sim.mechanics.featuring import draw_brands
from sim.mechanics.misconduct import violation_probability
from sim.mechanics.orders import Orders
from sim.mechanics.pricing import Pricing
from sim.mechanics.ranking import an_hour, exploration_shares, success
from sim.mechanics.regulation import Regulation, sentence


def test_a_bidder_values_an_impression_by_results_and_the_market() -> None:
    """The market sold 40 for 100 impressions, 0.4 each; bidder 0 earns 0.3, bidder 1 0.6; bidder 2 has no results."""
    sales, impressions = np.array([18.0, 22.0, 0.0]), np.array([60.0, 40.0, 0.0])
    assert bidders_value(sales, impressions, 0.5) == pytest.approx([0.35, 0.475, 0.4])
    assert bidders_value(np.zeros(2), np.zeros(2), 0.5).tolist() == [0.0, 0.0]


def test_spending_follows_return() -> None:
    """A lever that sells 8 for 2 is worth 0.5 * 8 / 2 = 2 for each CNY spent; one that sells 1 for 2 is worth 1/4."""
    intensity, spent, sales = np.array([[0.1, 0.1]]), np.array([[2.0, 2.0]]), np.array([[8.0, 1.0]])
    worth = np.array([0.5, 0.5])
    assert pursued(intensity, spent, sales, worth, 0.1, 0.0, 0.001, 1.0) == pytest.approx(0.1 * np.array([[2.0**0.1, 0.25**0.1]]))
    assert pursued(intensity, spent, sales, worth, 0.0, 0.0, 0.001, 1.0) == pytest.approx(intensity)


def test_a_brand_without_results_goes_by_the_market() -> None:
    """The market sells 6 for 2: who spends nothing expects 3 for 1; half shrunk, who sold 2 for 2 expects 2 for 1."""
    spent, sales = np.array([[0.0], [2.0]]), np.array([[4.0], [2.0]])
    moved = pursued(np.full((2, 1), 0.1), spent, sales, np.array([1.0]), 1.0, 0.5, 0.001, 1.0)
    assert moved == pytest.approx(np.array([[0.3], [0.2]]))


@given(st.integers(0, 10_000))
def test_spending_keeps_between_the_floor_and_what_one_can_afford(seed: int) -> None:
    rng = np.random.default_rng(seed)
    intensity = rng.uniform(0.001, 0.1, (6, 4))
    for _ in range(30):
        sales, spent = rng.choice([0.0, 1.0, 1e6], (2, 6, 4))
        intensity = pursued(intensity, spent, sales, np.full(4, 0.2), 0.5, 0.3, 0.001, 0.4)
    assert (intensity.sum(axis=1) <= 0.4 + 1e-12).all()
    assert (intensity > 0).all()


def test_a_feed_is_shared_by_merit_and_by_time_on_air() -> None:
    """Platform 0, a tenth to the pool: 0.9 * 3/4 + 0.1 * 1/2, and the rest; a room alone on platform 1 has it all."""
    shares = exploration_shares(np.array([3.0, 1.0, 0.2]), np.array([1.0, 1.0, 0.5]), np.array([0, 0, 1]), np.array([0.1, 0.3]))
    assert shares == pytest.approx([0.725, 0.275, 1.0])


def test_success_is_counted_per_time_on_air() -> None:
    """Rooms sold 30 and 10 in full and half time: 30 and 20 an hour against 40 / 1.5; where nobody sold anything all had 0."""
    usual = an_hour(np.array([30.0, 10.0, 0.0]), np.array([1.0, 0.5, 0.0]))
    assert usual == pytest.approx(40.0 / 1.5)
    assert [success(30.0, 1.0, usual), success(10.0, 0.5, usual)] == pytest.approx([30.0 / usual, 20.0 / usual])
    assert success(0.0, 1.0, 0.0) == 0.0


def test_brands_are_drawn_from_the_sector_by_budget() -> None:
    """Sector 1 has brands 1 and 2 with budgets 1 and 3; sector 2 has none."""
    brand_sector, weight = np.array([0, 1, 1]), np.array([5.0, 1.0, 3.0])
    u = np.array([0.9, 0.2, 0.3, 0.5], np.float32)
    assert draw_brands(np.array([0, 1, 1, 2]), u, brand_sector, weight, 3).tolist() == [0, 1, 2, -1]


def test_the_price_of_being_caught_by_hand() -> None:
    """Caught with 1 - exp(-0.4) = 0.33 in a term: gain 0.2 against 0.33 * (0.5 + 0.1) = 0.198, hardly worth it."""
    caught = 1.0 - np.exp(-0.4)
    chance = violation_probability(np.array([1000.0, 1e9]), np.array([0.1, 0.0]), 0.2, np.full(2, 500.0), 0.1, 4.0, 0.05, 0.0)
    assert chance[0] == pytest.approx(1.0 / (1.0 + np.exp(-(0.2 - caught * 0.6) / 0.05)))
    assert chance[1] == pytest.approx(1.0 / (1.0 + np.exp(-4.0)))


def test_a_fine_is_a_multiple_of_sales_up_to_a_limit() -> None:
    """Fines of 1.5 times 1,000 CNY and of the limit of 500 against 10,000: 1.5 and 0.05 of the term's sales."""
    sales, caught = np.array([1000.0, 10_000.0]), 1.0 - np.exp(-0.4)
    fine = np.minimum(500.0 * np.array([3.0, 1.0]), 1.5 * sales)
    chance = violation_probability(sales, np.full(2, 0.1), 0.2, fine, 0.1, 4.0, 0.05, 3.0)
    assert chance == pytest.approx(1.0 / (1.0 + np.exp(-(0.2 - caught * np.array([1.6, 0.15])) / 0.05 + 3.0)))


def test_what_is_fined_and_what_a_host_expects_by_hand() -> None:
    """Rooms stand for 10 hosts each; a week of rooms 0, 1, 2 sells 100, 400 and 0 CNY a real host, 0 and 2 deceive.

    Room 0 has remembered illicit sales of 100 * 0.75 + 100 = 175 and is convicted: min(1000, 2 * 175) = 350 for each of
    10 hosts. Of a week's violators (0 * 0.5 + 2 * 0.5 = 1 remembered) 0.5 are convicted, with the prior
    (0.5 + 0.02) / (1 + 1) = 0.26; the fines of rooms that sell would be min(1000, 2 * 100 / 0.25) = 800 and 1000: 0.26 * 900.
    """
    desk = SimpleNamespace(
        set_capacity=lambda *_: None,
        open=lambda *_: None,
        advance=lambda step: SimpleNamespace(subject=np.array([0]), delay_weeks=np.array([3.0])),
    )
    context = SimpleNamespace(
        step=0,
        people=10.0,
        size=lambda dim: 3,
        uniform=lambda dim, words: np.zeros((words, 3), np.float32),
        service=lambda name: desk,
    )
    market = Regulation.standalone(
        {"evidence_fade": 0.25, "memory": 0.5, "prior_hits": 0.02},
        real_hosts=np.array([30.0]),
        outlet_gmv=np.array([100.0, 400.0, 0.0]),
        outlet_bad=np.zeros(3),
        violates=np.array([1.0, 0.0, 1.0]),
        outlet_violation=np.array([1.0, 0.0, 1.0, 0.0]),
        illicit_sales=np.array([100.0, 0.0, 0.0]),
        illicit_weeks=np.array([1.0, 0.0, 0.0]),
        max_penalty=np.array([1000.0]),
        fine_multiple=np.array([2.0]),
        inspectors_now=np.array([4000.0]),
        stance=np.array([1.0, 1.0, 0.5]),
        hit_rate=np.zeros(2),
        **{name: np.zeros(3) for name in ("convicted", "suspended_weeks", "room_penalty")},
        **{name: np.zeros(1) for name in ("live_sales", "complaints", "case_delay", "penalty_per_violation")},
    )
    market.enforce(context)
    assert market.convicted.tolist() == [1.0, 0.0, 0.0]
    assert market.room_penalty == pytest.approx([3500.0, 0.0, 0.0])
    assert market.illicit_sales.tolist() == [0.0, 0.0, 0.0]
    assert market.illicit_weeks.tolist() == [0.0, 0.0, 1.0]
    assert market.hit_rate.tolist() == [0.5, 1.0]
    assert market.penalty_per_violation == pytest.approx([0.26 * 900.0])
    assert market.case_delay.tolist() == [1.5]


def test_few_simulated_sales_neither_clear_a_room_nor_drive_a_brand_out_of_live_commerce() -> None:
    """By hand. Room 0 deceives and none of its few simulated consumers bought: its case is proved by the weeks, and fined nothing.

    Two brands sell 300 and 100 CNY a week, the first 40 of it live and the second none; 40 baskets a week are 10 CNY each, and
    5 remembered baskets of a memory of 0.1 a week are worth 5. The market's share is 40 / 400 = 10%, so the brands reckon with
    (40 + 0.5) / 305 * 300 and 0.5 / 105 * 100.
    """
    rooms = {name: np.zeros(1) for name in ("convicted", "suspended", "fine", "illicit", "illicit_weeks")}
    sentence(*rooms.values(), np.ones(1), np.zeros(1), 10.0, np.array([0]), np.zeros(1), 0.85, 0.3, 0.25, 6.0, 1e6, 1.4)
    assert rooms["convicted"] == rooms["illicit_weeks"] + 1.0 == [1.0]
    assert rooms["fine"] == [0.0]
    brands = BrandStrategy.standalone(
        {"prior_baskets": 5, "memory": 0.1},
        brand_sales=np.array([300.0, 100.0]),
        marketing_base=np.array([40.0, 0.0]),
        outlet_baskets=np.array([10.0, 30.0]),
    )
    assert brands.live_and_private() == pytest.approx([40.5 / 305.0 * 300.0, 0.5 / 105.0 * 100.0])


def test_a_price_is_felt_against_its_sector_and_what_one_is_used_to() -> None:
    """Brand 0 lists 80 in a sector of 100, brand 1 600 in one of 400, at a price level of 2 and discounts of a quarter and none.

    On air 80 * 2 * 0.75 = 120 against 200, on the shelf with 0.4 of the discount 144. People are used to 125 CNY an order
    where an order now costs 0.5 * 100 + 0.5 * 400 = 250 on average, so that all is twice as dear.
    """
    market = Pricing.standalone(
        {"shelf_part": 0.4, "usual_mean": 125.0},
        outlet_brand=np.array([0, 0, 1]),
        outlet_channel=np.array([0, 3, 2]),
        outlet_sector=np.array([0, 0, 1]),
        brand_price=np.array([80.0, 600.0]),
        sector_price=np.array([100.0, 400.0]),
        sector_orders=np.array([0.5, 0.5]),
        price_level=np.array([2.0]),
        discount=np.array([0.25, 0.0]),
        outlet_price=np.zeros(3),
        log_price=np.zeros(3),
    )
    market.traffic(None)
    assert market.outlet_price.tolist() == [120.0, 144.0, 1200.0]
    assert np.exp(market.log_price) == pytest.approx([2 * 0.6, 2 * 0.72, 2 * 1.5])


def test_a_festival_fills_baskets_by_hand() -> None:
    """Season 1.44 at elasticity 0.5 is 1.2 times the usual two orders, half as many again at a spending level of 1.5: 3.6.

    Returns on air 0.28 + 0.3 * 0.5 = 0.43; bad 0.08 * exp(-ln 2) + 0.25 = 0.29 in the room that deceives, 0.04 else.
    """
    market = Orders.standalone(
        {"orders_per_basket": 2.0, "thrift": 0.0, "stocking_up": 0.5, "live_returns": 0.28, "impulse_returns": 0.3, "bad_rate": 0.08},
        spending_level=np.array([1.5]),
        season=np.array([1.44]),
        sector_price=np.array([100.0, 400.0]),
        sector_orders=np.array([0.5, 0.5]),
        outlet_sector=np.array([0, 1]),
        outlet_channel=np.array([0, 3]),
        outlet_impulse=np.array([0.5, 0.0]),
        outlet_brand=np.array([0, 0]),
        outlet_violation=np.array([1.0, 0.0]),
        brand_quality=np.array([np.log(2.0)]),
        **{name: np.zeros(2) for name in ("outlet_basket", "outlet_return_rate", "outlet_bad_rate")},
    )
    market.traffic(None)
    assert market.outlet_basket == pytest.approx([3.6, 3.6])
    assert market.outlet_return_rate == pytest.approx([0.43, 0.10])
    assert market.outlet_bad_rate == pytest.approx([0.29, 0.04])


@given(st.floats(0.0, 0.9), st.floats(1.0, 1e6), st.floats(1.0, 5.0))
def test_risk_and_fines_deter(risk: float, fine: float, more: float) -> None:
    def chance(risk: float, fine: float) -> float:
        return violation_probability(np.array([5e4]), np.array([risk]), 0.1, np.array([fine]), 0.2, 4.0, 0.1, 0.5)[0]

    assert chance(min(risk * more, 1.0), fine) <= chance(risk, fine)
    assert chance(risk, fine * more) <= chance(risk, fine)


def test_concentration_by_hand() -> None:
    """Gini of 1, 2, 3 is 2/9; of equals 0; of one who has all of n, (n - 1)/n."""
    assert gini(np.array([3.0, 1.0, 2.0])) == pytest.approx(2 / 9)
    assert gini(np.ones(5)) == pytest.approx(0.0)
    assert gini(np.array([0.0, 0.0, 0.0, 7.0])) == pytest.approx(0.75)
    assert np.isnan(gini(np.zeros(4)))
    assert concentration(np.array([3.0, 1.0, 2.0]), np.array([1.0, 3.0, 2.0])) == pytest.approx(-2 / 9)
    sold = np.array([0.0, 5.0, 5.0, 90.0])
    assert gini_of_samples(sold, 2.0 * sold) == pytest.approx(gini(sold))
    assert np.isnan(gini_of_samples(np.zeros(4), sold))


@pytest.mark.parametrize("spread", [0.8, 1.2])
@pytest.mark.parametrize("baskets", [10, 30, 100])
def test_chance_adds_nothing_to_the_gini_coefficient_of_two_samples(spread: float, baskets: int) -> None:
    """800 hosts of log-normal sizes, a basket of log-normal value at a time: the plain coefficient is too large, that of samples is not."""
    rng = np.random.default_rng(baskets)
    size = rng.lognormal(0.0, spread, 800)
    bias = []
    for _ in range(30):
        one, other = (
            np.array([rng.lognormal(0.0, 0.8, sold).sum() for sold in rng.poisson(size / size.mean() * baskets / 2)]) for _ in range(2)
        )
        bias.append([gini(one + other) / gini(size) - 1.0, gini_of_samples(one, other) / gini(size) - 1.0])
    plain, samples = np.mean(bias, axis=0)
    assert plain > 0.006
    assert abs(samples) < plain / 4


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
