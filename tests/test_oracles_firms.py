"""Rules of firms, hosts, platforms and the law against plain numpy: one firm, no sales, ties, certainty, billions."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.mechanics import (
    advertising,
    airtime,
    brand_career,
    brand_strategy,
    misconduct,
    orders,
    payments,
    preference,
    pricing,
    ranking,
    regulation,
    streamer_career,
    streamer_trust,
    style,
    takings,
)
from tests.adversarial import FIRMS, FLOAT64, PROBABILITY, SEEDS, Draws, agree

MODEST = settings(max_examples=40)
CNY = {"rtol": 1e-10, "atol": 1e-5}
"""Sums of up to twelve amounts of a billion, of which some are taken back: roundings of 1e-7 each."""


@MODEST
@given(SEEDS, FIRMS, st.integers(1, 4), st.sampled_from([0.001, 0.125, 1.0]))
def test_advertising(seed: int, bidders: int, platforms: int, limit: float) -> None:
    """No budgets, nothing for sale on some platforms or all, values alike; budgets lie in a column of a matrix of levers.

    Values, budgets and supplies are exact in float64 where the price would jump else; prices to 1e-9 as in the auction.
    """
    draw = Draws(seed)
    cpm, spend, got = np.empty(platforms), np.empty((bidders, platforms)), np.empty((bidders, platforms))
    worth, supply = draw.among((0.5, 1.0, 1.0, 2.0, 1e6), bidders), draw.among((0.0, 1.0, 1.0, 2.0, 4.0), platforms)
    budget = np.ascontiguousarray(draw.among((0.0, 0.0, 1.0, 2.0, 1e9), (bidders, 4)))[:, 0]
    ranked = np.sort(worth)[::-1]
    agree(advertising.auctions, cpm, spend, got, worth, ranked, budget, supply, limit, tolerance={"rtol": 1e-9, "atol": 1e-9})


@MODEST
@given(SEEDS, FIRMS, PROBABILITY)
def test_values_of_impressions(seed: int, bidders: int, shrinkage: float) -> None:
    draw = Draws(seed)
    agree(advertising.bidders_value, draw.money(bidders), draw.money(bidders), shrinkage, tolerance=FLOAT64)


@MODEST
@given(SEEDS, FIRMS, st.integers(1, 4), PROBABILITY)
def test_feeds(seed: int, rooms: int, platforms: int, exploration: float) -> None:
    """Platforms without rooms, rooms off air, nobody with merit."""
    draw = Draws(seed)
    aired = draw.among((0.0, 0.01, 0.03, 0.5, 1.0), rooms)
    agree(ranking.an_hour, draw.money(rooms), aired, tolerance=FLOAT64)
    for usual in (0.0, 1e-9, 40.0):
        agree(ranking.success, float(draw.money(1)[0]), float(aired[0]), usual, tolerance=FLOAT64)
    merit, platform, explored = draw.money(rooms) * aired, draw.rows(platforms, rooms), draw.parts(platforms)
    agree(ranking.exploration_shares, merit, aired, platform, explored, tolerance=FLOAT64)
    host, entries, sales, minutes = draw.rows(3, rooms, missing=True), draw.among((0.0, 1.0), 3), draw.money(rooms), draw.money(rooms)
    engagement, conversion = draw.money(rooms), draw.parts(platforms)
    agree(
        ranking.remember, engagement, aired, minutes, sales, host, entries, platform, conversion, 0.96, 0.2, tolerance=FLOAT64
    )  # fmt: skip
    brand, home = draw.rows(3, rooms), draw.rows(3, rooms, missing=True)
    got = np.ascontiguousarray(draw.money((3, platforms)))
    agree(advertising.paid_weights, got, brand, platform, home, aired, draw.parts(rooms), 3.0, tolerance=FLOAT64)


@MODEST
@given(SEEDS, FIRMS, FIRMS, FIRMS, st.integers(1, 4))
def test_what_an_outlet_is_to_everybody(seed: int, rooms: int, brands: int, hosts: int, sectors: int) -> None:
    """More outlets than rooms, outlets without host, prices below a fen, nothing sold, newcomers, suspended rooms."""
    draw = Draws(seed)
    outlets = rooms + 2
    brand, channel, sector = draw.rows(brands, outlets), draw.rows(4, outlets), draw.rows(sectors, outlets)
    host = draw.rows(hosts, outlets, missing=True)
    home = np.where(host >= 0, -1, draw.rows(brands, outlets))
    active, entries, rates = draw.among((0.0, 1.0), hosts), draw.among((0.0, 1.0), hosts), np.array([0.28, 0.28, 0.08, 0.10])
    worth = [draw.among((0.0, 1.0, -2.5), count) for count in (4, brands, hosts)]
    agree(preference.appeal, np.zeros(outlets), channel, brand, host, *worth, tolerance=FLOAT64)
    listed, discount, usual = draw.among((0.001, 80.0, 1e5), brands), draw.parts(brands), draw.among((1.0, 141.7), sectors)
    part = np.array([1.0, 1.0, 0.5, 0.0])
    agree(pricing.price_tags, np.empty(outlets), brand, channel, sector, listed, discount, usual, part, 1.25, tolerance=FLOAT64)
    bad, violation = draw.among((0.0, 0.1, 3.0), brands), draw.among((0.0, 1.0), outlets)
    agree(
        orders.expect, *np.empty((3, outlets)), sector, channel, brand, usual, rates, 0.3, draw.parts(outlets), bad, 0.25, violation,
        tolerance=FLOAT64,
    )  # fmt: skip
    baskets = draw.among((0.0, 1.0, 40.0), outlets)
    agree(
        streamer_trust.tell, draw.parts(rooms), baskets, baskets * draw.parts(outlets), baskets.mean(), host, entries, 0.06, 0.2, 0.4,
        tolerance=FLOAT64,
    )  # fmt: skip
    suspended = draw.among((0.0, 0.0, 0.5, 6.0), rooms)
    agree(airtime.broadcast, np.empty(rooms), host, home, draw.parts(hosts), active, draw.parts(brands), suspended)


@MODEST
@given(SEEDS, FIRMS, FIRMS, st.integers(1, 4), st.sampled_from([1.0, 5e4]))
def test_takings(seed: int, rooms: int, brands: int, platforms: int, people: float) -> None:
    """Brands and platforms without sales, all sales through bought traffic or none."""
    draw = Draws(seed)
    outlets = rooms + 2 * brands
    sales, platform = draw.money(outlets), np.append(draw.rows(platforms, rooms), np.full(2 * brands, -1))
    channel = np.concatenate([draw.rows(2, rooms), np.repeat([2, 3], brands)])
    paid = sales * draw.parts(outlets) * (channel < 2)
    agree(
        takings.add_up, np.empty(rooms), np.empty(rooms), np.empty(platforms), np.empty((brands, 4)), np.empty((brands, 4)), sales, paid,
        draw.money(outlets), draw.rows(brands, outlets), channel, platform, people, tolerance={"rtol": 1e-10, "atol": 1e-1},
    )  # fmt: skip


@MODEST
@given(SEEDS, FIRMS, st.sampled_from([0.0, 0.01, 1.0]), PROBABILITY, st.sampled_from([0.01, 0.4, 1.0]))
def test_spending(seed: int, brands: int, learning: float, shrinkage: float, most: float) -> None:
    draw = Draws(seed)
    intensity = np.ascontiguousarray(draw.among((0.001, 0.001, 0.025, 0.4), (brands, 4)))
    worth = draw.among((0.005, 0.35, 2.0), 4)
    spent, sales = draw.money((brands, 4)), draw.money((brands, 4))
    agree(brand_strategy.pursued, intensity, spent, sales, worth, learning, shrinkage, 0.001, most, tolerance=FLOAT64)


@MODEST
@given(SEEDS, FIRMS, st.sampled_from([0.0, 0.075, 1.0]), st.sampled_from([1.0, 4.0, 52.0]), st.sampled_from([0.001, 0.06, 5.0]))
def test_false_claims(seed: int, rooms: int, gain: float, term: float, temperature: float) -> None:
    draw = Draws(seed)
    sales, risk, fine = draw.money(rooms), draw.parts(rooms), draw.money(rooms)
    sector, violates, convicted = draw.rows(3, rooms), draw.among((0.0, 1.0), rooms), draw.among((0.0, 1.0), rooms)
    seen = np.ascontiguousarray(draw.among((0.0, 0.5, 1e3), (3, 2)))
    agree(misconduct.look_round, seen, np.empty(3), sector, violates, convicted, 0.03, 2.0, 0.01, tolerance=FLOAT64)
    agree(misconduct.violation_probability, sales, risk, gain, fine, 0.1, term, temperature, 3.0, tolerance=FLOAT64)


@MODEST
@given(SEEDS, FIRMS, st.integers(1, 4), PROBABILITY)
def test_styles(seed: int, rooms: int, sectors: int, step: float) -> None:
    """Equal success, one room in a sector or none, rooms exactly alike or opposite; likeness to 1e-9, as squares are subtracted."""
    draw = Draws(seed)
    sector, success = draw.rows(sectors, rooms), draw.among((0.0, 1.0, 1.0, 5.0), rooms)
    agree(style.leaders, success, sector, sectors)
    points = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, -1.0, 0.0, 0.0], [0.5, 0.5, 0.5, 0.5], [-1.0, 0.0, 0.0, 0.0], [0.6, 0.0, 0.8, 0.0]])
    where = np.ascontiguousarray(points[draw.rows(len(points), rooms)])
    weight = draw.among((0.0, 0.0, 1.0, 1.0, 2.5, 0.01), rooms)
    for asked in (rooms, 0):
        agree(style.likeness, where, sector, weight, np.empty(sectors), np.empty(asked), tolerance={"rtol": 0.0, "atol": 1e-9})
    leader = style.leaders(success, sector, sectors)
    agree(style.movers, draw.draws(rooms), sector, leader, step, 0.3)
    moving, ahead = style.movers(draw.draws(rooms), sector, leader, 0.5, 0.3)
    error = np.ascontiguousarray(draw.among((0.0, 1.0, -2.0, 0.3), (4, moving.size), np.float32))
    agree(style.move, where, moving, ahead, error, step, 0.1, 1.0, tolerance=FLOAT64)


@MODEST
@given(SEEDS, FIRMS, PROBABILITY, PROBABILITY, st.sampled_from([0.0, 4.0, 50.0]), st.sampled_from([-1e9, 0.0, 100.0, 1e9]))
def test_hosts(seed: int, hosts: int, exit_rate: float, entry_rate: float, sharpness: float, hope: float) -> None:
    """Incomes of nothing, of other work, of billions and of debts; who comes in and goes out at certain and impossible rates."""
    draw = Draws(seed)
    active, income = draw.among((0.0, 1.0), hosts), draw.among((100.0, 100.0, 0.0, -1e9, 1e9, 130.0), hosts)
    agree(
        streamer_career.move,
        active,
        np.empty(hosts),
        np.empty(hosts),
        income,
        draw.among((0.0, 30.0, 1e9), hosts),
        draw.draws(hosts),
        draw.draws(hosts),
        exit_rate,
        entry_rate,
        sharpness,
        100.0,
        hope,
        tolerance=FLOAT64,
    )
    rooms = 2 * hosts
    half = draw.money(rooms)
    sales, apart = half + draw.money(rooms), np.ascontiguousarray(draw.money((2, hosts)))
    agree(streamer_career.remember_sales, apart, draw.rows(hosts, rooms, missing=True), sales, half, 0.08, 0.3, tolerance=CNY)
    incomes = [draw.among((100.0, 0.0, -1e9, 1e9), hosts) for _ in range(3)]
    agree(streamer_career.look_back, *incomes, 40.0, entry_rate, exit_rate, 0.65, tolerance=CNY)


@MODEST
@given(SEEDS, FIRMS, PROBABILITY, PROBABILITY, PROBABILITY)
def test_brands(seed: int, brands: int, memory: float, exit_rate: float, entry_rate: float) -> None:
    draw = Draws(seed)
    profit = draw.money(brands) * draw.among((1.0, -1.0), brands)
    sales = draw.money(brands) * draw.among((1.0, -1.0, 0.0), brands)
    active, margin = draw.among((0.0, 1.0), brands), draw.among((-0.03, -2.0, 0.1, 2.0), brands)
    agree(
        brand_career.move,
        active,
        np.empty(brands),
        margin,
        profit,
        sales,
        draw.draws(brands),
        draw.draws(brands),
        memory,
        exit_rate,
        entry_rate,
        0.03,
        tolerance=FLOAT64,
    )


@MODEST
@given(SEEDS, FIRMS, st.sampled_from([0.0, 1e-6, 0.02, 0.5, 1.0, 1e9]), PROBABILITY)
def test_cases(seed: int, rooms: int, complaints: float, by_lot: float) -> None:
    draw = Draws(seed)
    bad = draw.among((0.0, 0.0, 1.0, 40.0), rooms)
    agree(regulation.suspects, bad, complaints, draw.draws(rooms), by_lot, draw.draws(rooms))
    luck = np.linspace(0.0, 1.0, 200, endpoint=False, dtype=np.float32)  # on both sides of the probability, however near
    agree(regulation.suspects, np.full(200, bad[0]), complaints, luck, 0.0, luck)


@MODEST
@given(SEEDS, FIRMS, PROBABILITY, PROBABILITY, st.sampled_from([0.0, 0.25, 1.0]), st.sampled_from([0.0, 500.0, 1e12]))
def test_sentences(seed: int, rooms: int, proven: float, evidence: float, fade: float, most: float) -> None:
    """Rooms decided twice in a week, without sales, without evidence; fines of nothing and without end."""
    draw = Draws(seed)
    decided = draw.rows(rooms, draw.rng.integers(0, 4), np.int64)
    agree(
        regulation.sentence,
        np.empty(rooms),
        draw.among((0.0, 0.5, 6.0), rooms),
        np.empty(rooms),
        draw.money(rooms),
        draw.among((0.0, 0.3, 4.0), rooms),
        draw.among((0.0, 1.0), rooms),
        draw.money(rooms),
        0.5,
        decided,
        draw.draws(rooms),
        proven,
        evidence,
        fade,
        6.0,
        most,
        1.4,
        tolerance=FLOAT64,
    )


@MODEST
@given(SEEDS, FIRMS, FIRMS, FIRMS, st.integers(1, 4))
def test_what_rooms_owe(seed: int, rooms: int, brands: int, hosts: int, platforms: int) -> None:
    """Brands without hosts, hosts without sales, own rooms only; fees lie in a column of a matrix of levers."""
    draw = Draws(seed)
    sales, back = draw.money(rooms), draw.money(rooms)
    agree(
        payments.settle_rooms,
        *np.empty((5, rooms)),
        *np.zeros((2, hosts)),
        *np.zeros((2, platforms)),
        sales,
        back,
        draw.rows(hosts, rooms, missing=True),
        draw.rows(brands, rooms),
        draw.rows(platforms, rooms),
        draw.rows(2, hosts, missing=True),
        draw.parts(platforms),
        0.2,
        0.3,
        draw.money((brands, 4))[:, 1],
        tolerance=CNY,
    )


@MODEST
@given(SEEDS, FIRMS, FIRMS, st.sampled_from([1.0, 5e4]))
def test_what_orders_cost(seed: int, outlets: int, brands: int, people: float) -> None:
    """Outlets that sold nothing, or had all sent back."""
    draw = Draws(seed)
    gross = draw.money(outlets)
    agree(
        payments.settle_outlets,
        np.empty(outlets),
        np.empty(outlets),
        np.zeros(brands),
        gross * people,
        draw.money(outlets),
        draw.rows(brands, outlets),
        draw.rows(brands, outlets),
        draw.rows(4, outlets),
        np.array([0.0, 0.0, 0.006, 1.0]),
        draw.among((0.0, 1.0, 37.5), outlets),
        gross,
        gross * draw.parts(outlets),
        people,
        draw.money(brands),
        12.0,
        tolerance=CNY,
    )
