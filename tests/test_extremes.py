"""At the edges of its ranges the market does what must be: nobody buys, nobody dares, nothing is alike."""

import numpy as np
import pytest

import sim
from sim.mechanics.brand_trust import BrandTrust
from sim.mechanics.streamer_trust import StreamerTrust
from sim.model import build, registry
from tests.small import differing, market, small


def baskets(engine) -> np.ndarray:
    """Baskets by outlet over all weeks of an engine."""
    total = np.zeros(engine.sizes["outlet"])
    while not engine.finished:
        engine.step()
        total += engine.observe("outlet_baskets")
    return total


def test_without_users_nothing_is_sold() -> None:
    """One in a hundred thousand shops online, so nobody of 400 does; shares of nothing are no numbers."""
    nobody = {"calendar": {"online_shoppers": 1.0}, "adoption": {"users_at_start": 0.0}}
    dataset = market(weeks=12, people=1e11, parameters=nobody, checked=True)
    for name in ("live_gmv", "private_domain_gmv", "shelf_gmv", "ad_revenue", "complaint_count"):
        assert dataset[name].sum() == 0.0
    assert dataset.live_users.max() == 0.0
    assert dataset.live_share_of_online_retail.isnull().all()
    assert dataset.ltv_ratio.isnull().all()


def test_without_live_users_rooms_sell_nothing_and_shelves_do() -> None:
    nobody = {"adoption": {"users_at_start": 0.0, "innovation": 0.0}}
    dataset = market(parameters=nobody, checked=True)
    assert dataset.live_gmv.sum() == 0.0
    assert dataset.shelf_gmv.sum() > 0.0


def test_without_trust_nobody_joins_a_private_domain() -> None:
    """No brand known, trust 0 and no gain from good baskets: no joins, no members, no private sales."""
    without = {
        "brand_trust": {"stranger": 0.0, "gain": 0.0, "known_at_start": 0.0},
        "private_domain": {"stranger_trust": 0.0, "members_at_start": 0.0},
    }
    dataset = market(parameters=without, checked=True)
    assert dataset.private_domain_users.max() == 0.0
    assert dataset.private_domain_gmv.sum() == 0.0
    assert dataset.live_gmv.sum() > 0.0


def test_trust_without_weight_is_worth_nothing() -> None:
    """At weight 0 neither belief in a host nor in a brand adds to an offer."""
    utility = np.zeros((2, 8), np.float32)
    offered = np.array([[0, 1, -1, 0, -1, -1, 2, 3], [1, -1, 0, 1, 0, -1, -1, 3]], np.int32)
    trust = np.array([[0.9, 0.1, 0.5], [0.2, 1.0, 0.0]], np.float32)
    StreamerTrust.standalone(
        {"weight": 0.0},
        utility=utility,
        offered=offered,
        room_reputation=np.array([0.9, 0.1]),
        follow_trust=trust,
    ).appraise(None)
    BrandTrust.standalone(
        {"weight": 0.0},
        utility=utility,
        offered=offered,
        outlet_brand=np.array([0, 1, 0, 1], np.int32),
        bond_brand=np.array([[0, -1, -1, -1], [1, 0, -1, -1]], np.int16),
        bond_trust=np.full((2, 4), 0.9, np.float32),
    ).appraise(None)
    assert (utility == 0.0).all()


def test_without_a_marketing_budget_platforms_earn_nothing_from_advertising() -> None:
    dataset = market(parameters={"brand_strategy": {"marketing_ratio": 0.0, "floor": 0.0}}, checked=True)
    assert dataset.ad_revenue.sum() == 0.0
    assert dataset.service_revenue.sum() == 0.0
    assert dataset.commission_revenue.sum() > 0.0


def test_without_advertising_load_there_is_no_advertising_until_platforms_raise_it() -> None:
    """Platforms decide anew after 13 weeks; until then no impression is for sale."""
    dataset = market(weeks=13, parameters={"platform_policy": {"load": 0.0}}, checked=True)
    assert dataset.ad_revenue.sum() == 0.0
    assert market(weeks=13).ad_revenue.sum() > 0.0


def test_endless_fines_and_inspectors_leave_no_violation() -> None:
    endless = {"regulation": {"max_penalty_value": 1e12, "penalty_multiple": 1e6, "inspectors": 1e7}}
    dataset = market(weeks=40, parameters=endless, checked=True)
    assert dataset.violation_rate.max() < 1.0
    assert market(weeks=40).violation_rate.mean() > 5.0


def test_without_gain_from_false_claims_only_errors_are_left() -> None:
    """No gain, no scruple and no fear of penalties: the logit error alone, every second room."""
    idle = {
        "misconduct": {"uplift": 0.0, "scruple": 0.0, "reputation": 0.0},
        "regulation": {"max_penalty_value": 0.0, "suspension_weeks": 0.0},
    }
    dataset = market(weeks=30, parameters=idle)
    assert dataset.violation_rate.values[-3:].mean() == pytest.approx(500.0, abs=80.0)


def test_without_imitation_content_is_as_alike_as_random_points() -> None:
    """The mean cosine of random directions is 0, which is 1/2 on the scale; nothing moves it."""
    still = {"style": {"imitation_rate": 0.0, "innovation_rate": 0.0}}
    one = market(weeks=30, consumers=100, brands=40, streamers=80, parameters=still).content_similarity_unweighted
    assert np.ptp(one.values) == pytest.approx(0.0, abs=1e-12)
    assert one.values[-1] == pytest.approx(0.5, abs=0.04)
    busy = {"style": {"imitation_rate": 0.0, "innovation_rate": 0.3}}
    other = market(weeks=30, consumers=100, brands=40, streamers=80, parameters=busy)
    assert other.content_similarity_unweighted.values[-1] == pytest.approx(0.5, abs=0.06)


def test_with_imitation_alone_all_become_alike() -> None:
    copying = {"style": {"imitation_rate": 0.5, "innovation_rate": 0.0, "noise": 0.0}}
    dataset = market(weeks=40, parameters=copying)
    assert dataset.content_similarity_unweighted.values[-1] > 0.95


def test_ten_times_the_price_sells_a_fraction() -> None:
    """All brands at ten times the usual price sell below a fifth of the baskets; so does one that is dear alone.

    So does a market in which every sector is: 2.6 log(10) is 6 utils against buying nothing, though all are alike.
    """
    prices = {name: 10.0 * each.default for name, each in registry()["venues"].parameters.items() if name.endswith("_price")}
    assert len(prices) == 6
    dear_sectors = build(small(parameters={"venues": prices}), 7)
    usual = build(small(), 7)
    dear = build(small(), 7)
    dear.arrays["brand_price"] *= 10.0
    one_dear = build(small(), 7)
    one_dear.arrays["brand_price"][3] *= 10.0
    normal = baskets(usual)
    assert 0 < baskets(dear).sum() < 0.2 * normal.sum()
    assert 0 < baskets(dear_sectors).sum() < 0.2 * normal.sum()
    rooms = usual.sizes["room"]
    own = usual.observe("outlet_home")[rooms:] == 3
    assert baskets(one_dear)[rooms:][own].sum() < 0.2 * normal[rooms:][own].sum()


def test_a_worthless_market_sells_nothing() -> None:
    """Where nothing is the best buy by far, few buy; where every offer is, nearly everybody online does."""
    no_one = market(parameters={"purchase_choice": {"nothing": 6.0}, "pricing": {"base_discount": 0.0}})
    everyone = market(parameters={"purchase_choice": {"nothing": -6.0}})
    assert no_one.online_retail_total.sum() < 0.2 * everyone.online_retail_total.sum()


def test_without_feeds_and_advertising_a_new_market_has_no_live_sales() -> None:
    """Nobody is shown a room, so nobody follows one or buys in one."""
    dark = {
        "public_traffic": {"presence": 0.0},
        "exposure": {"ad_reach": 0.0},
        "streamer_trust": {"followed_at_start": 0.0},
    }
    dataset = market(parameters=dark, checked=True)
    assert dataset.live_gmv.sum() == 0.0
    assert dataset.shelf_gmv.sum() > 0.0


def test_without_noise_in_behaviour_seeds_still_differ_in_who_is_who() -> None:
    """Seeds draw people and firms: two seeds are two markets, and one seed is one market, twice."""
    quiet = {"venues": {"quality_spread": 0.0, "talent_spread": 0.0}, "advertising": {"spread": 0.0}}
    one, again, other = (market(seed=seed, weeks=8, parameters=quiet) for seed in (1, 1, 2))
    assert differing(one, again) == []
    assert differing(one, other) != []


def test_the_smallest_market_runs() -> None:
    """Ten consumers, six brands, six streamers, one week."""
    dataset = market(weeks=1, consumers=10, brands=6, streamers=6, checked=True)
    assert dataset.sizes["month"] == 1
    with pytest.raises(sim.ConfigError, match=r"consumers = 9 is outside \[10, "):
        small(1, consumers=9)
