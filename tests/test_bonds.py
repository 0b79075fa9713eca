"""Bonds and memberships by hand: who is remembered, trusted, joined and left, and what is counted of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.fields import ACTIVE, BONDS, DORMANT, LEFT, PAID_SLOT, PRIVATE_SLOT, STRANGER
from sim.mechanics.brand_trust import find_bonds, learn_brands
from sim.mechanics.private_domain import belong, moved
from sim.model import build
from tests.small import small


def floats(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def rows(*values: list[float], dtype: type = np.float32) -> np.ndarray:
    return np.array(values, dtype)


def padded(values: np.ndarray, rest: float) -> np.ndarray:
    """As many bonds as there are, those beyond the given ones with the value `rest`."""
    return np.pad(values, ((0, 0), (0, BONDS - values.shape[1])), constant_values=rest)


def counts(size: int) -> np.ndarray:
    return np.zeros(size, np.int64)


def test_a_basket_finds_its_bond_by_hand() -> None:
    """Known: its bond. New: an empty bond; without one the least trusted that is no membership."""
    bonds = rows([3, -1], [3, -1], [3, 5], [3, 5], [3, 5], dtype=np.int16)
    trust = rows([0.9, 0.5], [0.9, 0.5], [0.6, 0.2], [0.6, 0.2], [0.6, 0.2])
    state = rows([0, 0], [0, 0], [0, 0], [0, ACTIVE], [DORMANT, ACTIVE], dtype=np.int8)
    place, new = np.empty(5, np.int8), np.empty(5, np.bool_)
    full = padded(bonds, 9), padded(trust, 1.0), padded(state, ACTIVE)  # further bonds are memberships of a trusted brand
    find_bonds(np.array([1, 0, 0, 0, -1], np.int32), np.array([7, 3], np.int32), *full, place, new)
    assert place.tolist() == [0, 1, 1, 0, -1]
    assert new.tolist() == [False, True, True, True, False]


def test_trust_in_brands_is_learned_by_hand() -> None:
    """A good basket of a known brand, then bad ones of new brands: in a streamer's room and in one's own.

    0.5 + 0.1 * 0.5 = 0.55; with half of the blame 0.4 * (1 - 0.4 * 0.5) = 0.32; with all of it 0.4 * 0.6 = 0.24.
    """
    bonds = padded(rows([3, -1], [3, -1], [-1, 5], dtype=np.int16), -1)
    trust = padded(rows([0.5, 0.4], [0.5, 0.4], [0.4, 0.5]), 0.4)
    newcomers, repeat = counts(2), counts(2)
    paid, total, number = counts(8), counts(8), counts(8)
    learn_brands(
        bonds,
        trust,
        np.array([0, 1, 0], np.int8),
        np.array([False, True, True]),
        np.array([0, 1, 0], np.int32),
        np.array([0, PAID_SLOT, 0], np.int8),
        np.array([1, -1, -1], np.int8),
        np.array([12.5, 3.0, 7.0]),
        np.array([3, 7], np.int32),
        np.array([3, -1], np.int32),
        0.4,
        0.0,
        0.1,
        0.4,
        0.5,
        newcomers,
        repeat,
        paid,
        total,
        number,
    )
    assert bonds[:, :2].tolist() == [[3, -1], [3, 7], [3, 5]]
    assert trust[:, :2] == pytest.approx(rows([0.55, 0.4], [0.5, 0.32], [0.24, 0.5]))
    assert newcomers.tolist() == [10_000, 10_000]
    assert repeat.tolist() == [125_000, 0]
    assert paid.tolist() == [0] * 7 + [10_000]
    assert total[[3, 5, 7]].tolist() == [5_500 + 5_000 + 2_400, 5_000, 3_200]
    assert number[[3, 5, 7]].tolist() == [30_000, 10_000, 10_000]


@pytest.mark.parametrize(
    ("state", "draw", "trust", "after"),
    [
        (ACTIVE, 0.0999, 0.0, LEFT),  # leaves at 0.1 without trust
        (ACTIVE, 0.0999, 1.0, DORMANT),  # at trust 1 leaves at 0.0368, then falls asleep up to 0.2368
        (ACTIVE, 0.23, 1.0, DORMANT),
        (ACTIVE, 0.24, 1.0, ACTIVE),
        (DORMANT, 0.0, 1.0, LEFT),
        (DORMANT, 0.15, 1.0, ACTIVE),  # wakes at 0.3 with full trust
        (DORMANT, 0.15, 0.2, DORMANT),  # with little trust at 0.06 only
    ],
)
def test_a_member_moves_by_hand(state: int, draw: float, trust: float, after: int) -> None:
    assert moved(state, draw, trust, 0.2, 0.3, 0.1) == after


def week_of_belonging(state: np.ndarray, brand: np.ndarray, place: np.ndarray, new: np.ndarray, **given: object) -> dict:
    """A week for rows of two bonds in a market of four brands that sell through outlets of their own number."""
    state, brand, given_state = padded(state, STRANGER), padded(brand, -1), state
    people = state.shape[0]
    chosen = np.where(place >= 0, given.get("bought", np.zeros(people, np.int32)), -1).astype(np.int32)
    fields = {
        "elsewhere": np.zeros(state.shape, np.bool_),
        "idle": np.full(state.shape, 10, np.uint8),
        "happy": np.zeros(people, np.uint8),
    }
    sums = {name: counts(size) for name, size in {"members": 4, "exits": 4, "joins": 4, "carrier": 2, "activity": 2, "value": 5}.items()}
    belong(
        state,
        *fields.values(),
        brand,
        np.full(state.shape, 0.5, np.float32),
        place,
        new,
        chosen,
        np.where(place >= 0, PRIVATE_SLOT, -1).astype(np.int8),
        given.get("outcome", np.ones(people, np.int8)),
        np.where(place >= 0, 10.0, 0.0),
        np.zeros(people, np.float32),
        given.get("luck", np.full((BONDS, people), 0.99, np.float32)),
        given.get("enter", np.zeros(people, np.float32)),
        np.ones(people, np.float32),
        np.full(4, 0.2),
        np.full(4, 0.3),
        np.full(4, 0.1),
        np.full(4, 0.5),
        np.arange(4, dtype=np.int32),
        np.full(4, 2, np.int32),
        0.4,
        0.0,
        0.0,
        *sums.values(),
    )
    given_state[...] = state[:, :2]
    assert (state[:, 2:] == STRANGER).all()
    return {**fields, **sums, "idle": fields["idle"][:, :2]}


def test_buyers_join_and_wake_by_hand() -> None:
    """0 joins brand 2 in an empty bond; 1 disappointed stays a stranger; 2 wakes up by buying from brand 1."""
    state = rows([0, 0], [0, 0], [DORMANT, 0], dtype=np.int8)
    brand = rows([0, -1], [0, -1], [1, -1], dtype=np.int16)
    found = week_of_belonging(
        state,
        brand,
        np.array([1, 1, 0], np.int8),
        np.array([True, True, False]),
        bought=np.array([2, 2, 1], np.int32),
        outcome=np.array([1, -1, -1], np.int8),
    )
    assert state.tolist() == [[0, ACTIVE], [0, 0], [ACTIVE, 0]]
    assert found["joins"].tolist() == [0, 0, 10_000, 0]
    assert found["exits"].tolist() == [0, 0, 0, 0]
    assert found["members"].tolist() == [0, 10_000, 0, 0]
    assert found["happy"].tolist() == [1, 0, 1]
    assert found["idle"].tolist() == [[11, 0], [11, 200], [0, 11]]
    assert found["value"].tolist() == [200_000, 20_000, 100_000, 30_000, 20_000]
    assert found["activity"].tolist() == [20_000, 20_000]
    assert found["carrier"].tolist() == [300_000, 0]


def test_a_bond_taken_over_ends_a_membership() -> None:
    """Brand 3 takes the bond of an active member of brand 0, who does not join this time."""
    state, brand = rows([ACTIVE, LEFT], dtype=np.int8), rows([0, 1], dtype=np.int16)
    found = week_of_belonging(state, brand, np.array([0], np.int8), np.array([True]), bought=np.array([3]), enter=floats(0.99))
    assert state.tolist() == [[STRANGER, LEFT]]
    assert found["members"].tolist() == found["exits"].tolist() == [10_000, 0, 0, 0]
    assert found["joins"].sum() == 0


@given(st.integers(0, 10_000))
def test_members_are_a_stock(seed: int) -> None:
    """Members at the start, plus joins, less exits, are the members at the end, brand by brand."""
    rng = np.random.default_rng(seed)
    people = 30
    brand = np.array([rng.permutation(5)[:2] - 1 for _ in range(people)], np.int16)
    state = np.where(brand >= 0, rng.integers(0, 4, (people, 2)), STRANGER).astype(np.int8)
    place = rng.integers(-1, 2, people).astype(np.int8)
    bought = rng.integers(0, 4, people).astype(np.int32)
    held = brand[np.arange(people), place.clip(0)]
    new = (place >= 0) & (held != bought)
    before = members_of(state, brand)
    found = week_of_belonging(
        state,
        brand,
        place,
        new,
        bought=bought,
        outcome=rng.choice(np.array([-1, 1], np.int8), people),
        luck=rng.random((BONDS, people), np.float32),
        enter=rng.random(people, np.float32),
    )
    brand[new, place[new]] = bought[new]
    assert found["members"].tolist() == before.tolist()
    assert members_of(state, brand).tolist() == (before + found["joins"] - found["exits"]).tolist()
    assert found["value"][[0, 2]].sum() == 100_000 * (place >= 0).sum()
    assert found["activity"][0] == members_of(state, brand).sum() == found["value"][1]
    assert (found["happy"] == (state == ACTIVE).any(axis=1)).all()


def members_of(state: np.ndarray, brand: np.ndarray) -> np.ndarray:
    """Active and dormant members of four brands, in quanta."""
    return 10_000 * np.bincount(brand[(state == ACTIVE) | (state == DORMANT)], minlength=4)


def test_members_in_a_market_are_a_stock_of_brands() -> None:
    """Each membership belongs to a brand, and what is counted of a brand is what its bonds hold."""
    engine = build(small(10), 7)
    while not engine.finished:
        state, brand = engine.observe("bond_state"), engine.observe("bond_brand")
        members = (state == ACTIVE) | (state == DORMANT)
        assert (brand[members] >= 0).all()
        engine.step()
        found = np.bincount(brand[members], minlength=engine.sizes["brand"])
        assert engine.observe("brand_members").tolist() == found.tolist()
