"""Who is shown what, what each offer is worth, and whom one follows for it: rules over consumers by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.fields import ACTIVE, BONDS, DORMANT, LEFT, PRIVATE_SLOT, SHELF_SLOT, STRANGER
from sim.kernels.sections import sections_of
from sim.mechanics.brand_trust import add_trust as add_brand_trust
from sim.mechanics.exposure import show
from sim.mechanics.preference import weigh
from sim.mechanics.streamer_trust import add_trust, follow
from sim.model import build
from tests.small import small


def floats(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def rows(*values: list[float], dtype: type = np.float32) -> np.ndarray:
    return np.array(values, dtype)


def counts(size: int) -> np.ndarray:
    return np.zeros(size, np.int64)


def slots(**given: object) -> np.ndarray:
    """What three consumers are shown in a market of two platforms, two sectors, four rooms and two brands.

    Platform 0 has rooms 0 (a quarter of the feed) and 1, platform 1 rooms 2 and 3, of which 3 alone advertises;
    sector 0 has brand 0, sector 1 brand 1. All draws are 0.5 unless given; feed slots are filled below draws of 0.8
    on platform 0 and 0.6 on platform 1, paid slots below 0.7.
    """
    half = np.full((4, 3), 0.5, np.float32)
    feed = sections_of(np.array([1.0, 3.0, 1.0, 1.0]), np.array([0, 0, 1, 1]), 2, 8)
    paid = sections_of(np.array([0.0, 0.0, 0.0, 1.0]), np.array([0, 0, 1, 1]), 2, 8)
    shelf = sections_of(np.array([1.0, 1.0]), np.array([0, 1]), 2, 8)
    offered, need = np.full((3, 8), -1, np.int32), np.zeros(3, np.int8)
    show(
        offered,
        np.zeros(3, np.bool_),
        need,
        given.get("slots", half),
        given.get("week", half),
        given.get("shown", half[:3]),
        np.array([0.8, 0.6]),
        np.array([0.7, 0.7]),
        given.get("rank", floats(0.1, 0.2, 0.3)),
        0.5,
        given.get("adopted", np.ones(3, np.uint8)),
        np.array([0, 1, 1], np.int8),
        np.array([0.6, 1.0]),
        np.array([0.4, 1.0]),
        *feed,
        *paid,
        *shelf,
        given.get("followed", np.full((3, 3), -1, np.int32)),
        given.get("on_air", np.ones(4)),
        given.get("bond_brand", np.full((3, BONDS), -1, np.int16)),
        given.get("bond_state", np.zeros((3, BONDS), np.int8)),
        np.array([0.4, 0.5]),
        4,
        2,
    )
    return offered


def test_a_week_of_offers_by_hand() -> None:
    """Feeds of the main platform and, at 0.5 beyond 0.4, of platform 1; adverts there alone; the shelf for all."""
    assert slots().tolist() == [
        [1, 3, -1, -1, -1, -1, -1, 6],
        [3, 3, 3, -1, -1, -1, -1, 6],
        [3, 3, 3, -1, -1, -1, -1, 6],
    ]


def test_who_is_offline_sees_nothing_and_who_does_not_watch_the_shelf_alone() -> None:
    offered = slots(rank=floats(0.1, 0.6, 0.3), adopted=np.array([1, 1, 0], np.uint8))
    assert offered[1].tolist() == [-1] * 8
    assert offered[2].tolist() == [-1] * 7 + [6]


def test_slots_are_filled_as_often_as_platforms_fill_them() -> None:
    """Rows of `shown`: the feed of the main platform (0, 1, 1), the second feed (of platform 1), the paid slot.

    Platform 0 fills a feed slot below 0.8 and platform 1 below 0.6; a paid slot below 0.7, where somebody advertises.
    """
    shown = rows([0.79, 0.61, 0.59], [0.79, 0.59, 0.61], [0.69, 0.69, 0.71])
    assert slots(shown=shown)[:, :3].tolist() == [[1, -1, -1], [-1, 3, 3], [3, -1, -1]]


@pytest.mark.parametrize(("traffic", "organic"), [(1.0, 0.56), (0.5, 0.28)])
def test_advertising_takes_room_in_the_feed(traffic: float, organic: float) -> None:
    """Of those who watch, feed slots are filled with probability 0.8 * traffic * (1 - load): 0.8 * 0.7 = 0.56, at half the traffic 0.28.

    A paid slot is filled with 1 - exp(-reach * load * part of the impressions that is sold * traffic), for each platform.
    """
    values = {
        "adoption": {"users_at_start": 710.0, "innovation": 0.0},
        "calendar": {"online_shoppers": 710.0},
        "exposure": {"ad_reach": 4.0},
        "platform_policy": {"load": 0.3},
        "public_traffic": {"multiplier": traffic},
    }
    engine = build(small(8, consumers=4000, people=7.1e8, parameters=values, block=4096), 7).run()
    watching = engine.arrays["adopted"] == 1
    filled = engine.workspaces[0].buffers["offered"].block(0, 4000)[:, :3][watching] >= 0
    assert filled[:, :2].mean(axis=0) == pytest.approx([organic, organic], abs=0.03)
    sold = engine.observe("impressions") / engine.observe("supply")
    platform = engine.arrays["habit_platform"][watching]
    paid = [filled[platform == row, 2].mean() for row in range(3)]
    expected = 1.0 - np.exp(-4.0 * 0.3 * sold[:3] * traffic)
    assert paid == pytest.approx(expected, abs=0.05)
    assert (expected > 0.1).any()


def test_followed_rooms_are_met_while_on_air() -> None:
    """Draw 0.5: room 0 on air all week is met, room 1 on air for 0.4 of it is not."""
    followed = rows([0, -1, 1], [1, 1, 1], [-1, 0, -1], dtype=np.int32)
    offered = slots(followed=followed, on_air=np.array([1.0, 0.4, 0.0, 0.0]))
    assert offered[:, 3:6].tolist() == [[0, -1, -1], [-1, -1, -1], [-1, 0, -1]]


def test_one_message_is_noticed_by_hand() -> None:
    """Heard at 0.4 and 0.5: brand 0 up to a draw of 0.4, then brand 1 up to 0.4 + 0.6 * 0.5 = 0.7, then none."""
    week = np.full((4, 3), 0.5, np.float32)
    week[1] = 0.39, 0.69, 0.71
    both = rows(*[[0, 1, -1, -1]] * 3, dtype=np.int16)
    active = rows(*[[ACTIVE, ACTIVE, STRANGER, STRANGER]] * 3, dtype=np.int8)
    assert slots(week=week, bond_brand=both, bond_state=active)[:, PRIVATE_SLOT].tolist() == [4, 5, -1]
    asleep = active.copy()
    asleep[:, :2] = [DORMANT, ACTIVE], [LEFT, ACTIVE], [ACTIVE, DORMANT]
    assert slots(week=week, bond_brand=both, bond_state=asleep)[:, PRIVATE_SLOT].tolist() == [5, -1, -1]


def test_offers_are_weighed_by_hand() -> None:
    """Appeal, less the price by one's own sensitivity (2 and 1), 0.5 for the sector in mind, and the fit in rooms 0 and 1.

    Consumer 0: 1 - 0.2 + 0.5 + 1.2, 2 + 0.4 - 1.6, on the shelf 3 - 1; consumer 1: 1 - 0.1 + 2, on the shelf 3 - 0.5 + 0.5.
    """
    utility = np.zeros((2, 8), np.float32)
    offered = rows([0, 1] + [-1] * 5 + [2], [-1, 0] + [-1] * 5 + [2], dtype=np.int32)
    taste, style = rows([0.6, 0.8, 0, 0], [1.0, 0, 0, 0]), rows([2.0, 0, 0, 0], [0, -2.0, 0, 0])
    sector, need = np.array([0, 1, 1], np.int32), np.array([0, 1], np.int8)
    appeal, log_price, sensitivity = floats(1.0, 2.0, 3.0), floats(0.1, -0.2, 0.5), floats(2.0, 1.0)
    weigh(utility, appeal, log_price, sensitivity, sector, offered, need, 0.5, taste, style)
    assert utility[offered >= 0] == pytest.approx([2.5, 0.8, 2.0, 2.9, 3.0])


@given(st.integers(0, 500))
def test_trust_in_brands_is_that_of_the_bond_or_a_strangers(seed: int) -> None:
    """Against a plain loop: brands without a bond, empty bonds; an empty slot has no worth that matters."""
    rng = np.random.default_rng(seed)
    brand_of = rng.integers(0, 5, 6).astype(np.int32)
    offered = rng.integers(-1, 6, (4, 8)).astype(np.int32)
    bonds = np.array([rng.permutation(7)[:BONDS] - 1 for _ in range(4)], np.int16)
    trust, utility = rng.random((4, BONDS), np.float32), np.zeros((4, 8), np.float32)
    add_brand_trust(utility, 2.0, offered, brand_of, bonds, trust, 0.25)
    for i, k in np.argwhere(offered >= 0):
        tied = np.flatnonzero(bonds[i] == brand_of[offered[i, k]])
        expected = trust[i, tied[0]] if len(tied) else np.float32(0.25)
        assert utility[i, k] == np.float32(2.0) * expected


def test_belief_in_hosts_is_weighed_by_hand() -> None:
    """In feeds by reputation, in followed slots by one's own trust, at weight 2 against 1/2."""
    utility = np.zeros((1, 8), np.float32)
    offered = np.array([[0, 1, 0, 1, 0, 1, 2, 3]], np.int32)
    add_trust(utility, 2.0, offered, np.array([0.75, 0.25]), rows([0.5, 1.0, 0.0]))
    assert utility[0] == pytest.approx([0.5, -0.5, 0.5, 0.0, 1.0, -1.0, 0.0, 0.0])


def followers(followed: np.ndarray, trust: np.ndarray, **given: object) -> None:
    """A week of following in a market of five rooms, whose hosts stay unless given."""
    people = followed.shape[0]
    follow(
        followed,
        trust,
        given.get("offered", np.full((people, 8), -1, np.int32)),
        given.get("chosen", np.full(people, -1, np.int32)),
        given.get("outcome", np.zeros(people, np.int8)),
        given.get("leave", np.ones(people, np.float32)),
        given.get("meet", np.ones(people, np.float32)),
        given.get("which", np.zeros(people, np.float32)),
        given.get("gone", np.zeros(7, np.bool_)),
        5,
        0.1,
        0.4,
        0.2,
        0.6,
        0.05,
        0.5,
    )


def test_trust_in_hosts_is_learned_by_hand() -> None:
    """Room 2 bought from: good 0.5 -> 0.55, bad 0.5 -> 0.30; from the shelf (outlet 6) nothing is learned."""
    followed = np.tile(np.array([2, 4, -1], np.int32), (3, 1))
    trust = np.full((3, 3), 0.5, np.float32)
    followers(followed, trust, chosen=np.array([2, 2, 6], np.int32), outcome=np.array([1, -1, 1], np.int8))
    assert trust[:, 0] == pytest.approx([0.55, 0.30, 0.5])
    assert (trust[:, 1:] == 0.5).all()
    assert followed.tolist() == [[2, 4, -1]] * 3


def test_rooms_are_followed_by_hand() -> None:
    """Bought well from room 1: followed below a draw of 0.6 in the empty place; badly: never; met only: below 0.2.

    Without an empty place the least trusted host makes room.
    """
    followed = rows([0, -1, 3], [0, -1, 3], [0, -1, 3], [0, 2, 3], dtype=np.int32)
    trust = rows([0.9, 0.4, 0.8], [0.9, 0.4, 0.8], [0.9, 0.4, 0.8], [0.9, 0.4, 0.8])
    offered = np.full((4, 8), -1, np.int32)
    offered[:, 0] = 1
    followers(
        followed,
        trust,
        offered=offered,
        chosen=np.array([1, 1, -1, -1], np.int32),
        outcome=np.array([1, -1, 0, 0], np.int8),
        meet=floats(0.59, 0.0, 0.21, 0.19),
    )
    assert followed.tolist() == [[0, 1, 3], [0, -1, 3], [0, -1, 3], [0, 1, 3]]
    assert trust[[0, 3], 1].tolist() == [0.5, 0.5]


def test_ties_end_by_hand() -> None:
    """Three ties at 0.05 each: one ends below a draw of 0.15, the middle one at 0.5; and all to a host who left."""
    followed = np.tile(np.array([0, 1, 2], np.int32), (3, 1))
    gone = np.zeros(7, np.bool_)
    gone[2] = True
    followers(
        followed,
        np.full((3, 3), 0.5, np.float32),
        leave=floats(0.14, 0.16, 0.0),
        which=floats(0.5, 0.5, 0.99),
        gone=gone,
    )
    assert followed.tolist() == [[0, -1, -1], [0, 1, -1], [0, 1, -1]]


@given(st.integers(0, 10_000))
def test_nobody_follows_a_room_twice_and_trust_stays_in_range(seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = 20
    followed = np.array([rng.permutation(6)[:3] - 1 for _ in range(people)], np.int32)
    trust = rng.random((people, 3), np.float32)
    for _ in range(5):
        offered = rng.integers(-1, 5, (people, 8)).astype(np.int32)
        followers(
            followed,
            trust,
            offered=offered,
            chosen=rng.integers(-1, 7, people).astype(np.int32),
            outcome=rng.choice(np.array([-1, 1], np.int8), people),
            **{name: rng.random(people, np.float32) for name in ("leave", "meet", "which")},
        )
        for row in followed:
            real = row[row >= 0]
            assert len(set(real.tolist())) == real.size
    assert trust.min() >= 0.0
    assert trust.max() <= 1.0


def test_every_slot_shows_its_kind_of_outlet_in_a_market() -> None:
    """Rooms in the live slots, private stores in the private slot, shelves in the last, week after week."""
    engine = build(small(8), 7)
    rooms, brands = engine.sizes["room"], engine.sizes["brand"]
    seen = np.zeros(3, np.int64)
    while not engine.finished:
        engine.step()
        offered = engine.workspaces[0].buffers["offered"].block(0, engine.sizes["consumer"])
        kinds = offered[:, :PRIVATE_SLOT], offered[:, PRIVATE_SLOT], offered[:, SHELF_SLOT]
        edges = 0, rooms, rooms + brands, rooms + 2 * brands
        for place, shown in enumerate(kinds):
            shown = shown[shown >= 0]
            seen[place] += shown.size
            assert ((edges[place] <= shown) & (shown < edges[place + 1])).all()
    assert (seen > 20).all()
