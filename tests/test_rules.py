"""Rules over consumers by hand: what a basket, a visit, a message or a week does to the few rows of an example."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.fields import PAID_SLOT, PRIVATE_SLOT, SHELF_SLOT
from sim.mechanics.adoption import take_up
from sim.mechanics.exposure import revisit
from sim.mechanics.habit import add_habit, learn_habits
from sim.mechanics.orders import basket_orders, deliver
from sim.mechanics.style import leaders, likeness, move
from sim.mechanics.touchpoints import count_touched, meet
from sim.mechanics.watching import bore, watch


def floats(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def rows(*values: list[float], dtype: type = np.float32) -> np.ndarray:
    return np.array(values, dtype)


def counts(size: int) -> np.ndarray:
    return np.zeros(size, np.int64)


def test_baskets_are_delivered_by_hand() -> None:
    """Consumer 0 buys nothing; 1 buys a good basket of 20.00 CNY that is kept; 2 a bad one of 30.02 sent back.

    Rows 1 and 2 have means 1 and 1.5004 of 2.5 orders at 8.00 and 8.004 CNY, 20 and 20.01 CNY: 30.023004, rounded to the fen 30.02.
    They hold 2.5 and 2.5 * 1.5004 = 3.751 orders.
    """
    chosen, slot = np.array([-1, 0, 1], np.int32), np.array([-1, 0, PAID_SLOT], np.int8)
    outcome, amount = np.zeros(3, np.int8), np.zeros(3)
    gmv, half_gmv, baskets, ordered, bad, refunds, paid = (counts(2) for _ in range(7))
    deliver(
        chosen,
        slot,
        floats(1, 1, 1.5004),
        floats(0, 0.5, 0.05),
        floats(0, 0.9, 0.6),
        np.array([8.0, 8.004]),
        np.array([2.5, 2.5]),
        np.array([0.1, 0.1]),
        np.array([0.3, 0.3]),
        0.4,
        outcome,
        amount,
        gmv,
        half_gmv,
        baskets,
        ordered,
        bad,
        refunds,
        paid,
        100,
    )
    assert outcome.tolist() == [0, 1, -1]
    assert amount.tolist() == [0.0, 20.0, 30.02]
    assert gmv.tolist() == [200_000, 300_200]
    assert half_gmv.tolist() == [200_000, 0]  # consumer 101 is one of odd numbers, 102 is not
    assert baskets.tolist() == [10_000, 10_000]
    assert ordered.tolist() == [25_000, 37_510]
    assert bad.tolist() == [0, 10_000]
    assert refunds.tolist() == paid.tolist() == [0, 300_200]


def test_baskets_hold_fewer_of_what_is_dear_by_hand() -> None:
    """Prices 100 and 400 with half of the baskets each, two orders at the mean of 250 CNY.

    At thrift 1 every basket is worth 500 CNY: 5 orders of the one, 1.25 of the other; at thrift 0 both hold 2.
    """
    price, share = np.array([100.0, 400.0]), np.array([0.5, 0.5])
    assert basket_orders(price, share, 2.0, 1.0) == pytest.approx([5.0, 1.25])
    assert basket_orders(price, share, 2.0, 0.0) == pytest.approx([2.0, 2.0])
    between = basket_orders(price, share, 2.0, 0.4)
    assert (share * price * between).sum() == pytest.approx(500.0)
    assert 1.25 < between[1] < 2.0 < between[0] < 5.0


def test_a_room_is_visited_by_hand() -> None:
    """Fresh viewers stay 5 and 2 minutes, of which 2.5 and 2 tire; half as long where fatigue halves the stay."""
    offered = np.full((2, 8), -1, np.int32)
    offered[0, 0], offered[0, 3], offered[1, 1], offered[0, SHELF_SLOT] = 0, 1, 1, 2
    minutes, views, watched, tiring = counts(3), counts(3), floats(0, 0), floats(0, 0)
    watch(offered, floats(1, 0.5), np.array([[5.0, 2.5], [2.0, 2.0]]), minutes, views, watched, tiring)
    assert minutes.tolist() == [50_000, 30_000, 0]
    assert views.tolist() == [10_000, 20_000, 0]
    assert watched.tolist() == [7.0, 1.0]
    assert tiring.tolist() == [4.5, 1.0]


def test_tired_viewers_value_live_offers_less() -> None:
    utility = np.zeros((2, 8), np.float32)
    bore(utility, 0.5, floats(1.0, 0.5))
    assert utility[0].tolist() == [-0.5] * PRIVATE_SLOT + [0.0, 0.0]
    assert utility[1].tolist() == [-0.25] * PRIVATE_SLOT + [0.0, 0.0]


def test_habits_form_by_hand() -> None:
    """At speed 0.1 from 0.5: a purchase on air gives 0.55, none 0.45; who is offline keeps the habit."""
    chosen = np.array([0, 2, -1, 0], np.int32)
    channel, online = np.array([0, 1, 2, 3], np.int32), np.array([True, True, True, False])
    live, private = np.full(4, 0.5, np.float32), np.full(4, 0.2, np.float32)
    learn_habits(chosen, channel, online, 0.1, live, private)
    assert live == pytest.approx([0.55, 0.45, 0.45, 0.5])
    assert private == pytest.approx([0.18, 0.28, 0.18, 0.2])


def test_habits_are_worth_something_by_hand() -> None:
    utility = np.ones((2, 8), np.float32)
    add_habit(utility, 2.0, floats(0.5, 0.0), 3.0, floats(0.0, 0.5))
    assert utility.tolist() == [[2.0] * 6 + [1.0, 1.0], [1.0] * 6 + [2.5, 1.0]]


def test_both_channels_are_met_by_hand() -> None:
    """Consumer 0 meets a room, 1 a message, 2 nothing; then 0 buys with both within 13 weeks, 1 without a room."""
    offered = np.full((3, 8), -1, np.int32)
    offered[0, 2], offered[1, PRIVATE_SLOT] = 5, 9
    since_live, since_message = np.array([7, 99, 100], np.uint8), np.array([11, 3, 100], np.uint8)
    meet(offered, since_live, since_message)
    assert since_live.tolist() == [0, 100, 100]
    assert since_message.tolist() == [12, 0, 100]
    total = counts(2)
    count_touched(np.array([4, 4, -1], np.int32), since_live, since_message, 13.0, total)
    assert total.tolist() == [20_000, 10_000]


def test_live_shopping_is_taken_up_by_hand() -> None:
    """Hazards (0.1 + 0.4 * friends) * ease: 0.3 at half of the friends; 0.15 where the ease is half."""
    adopted, users = np.array([0, 0, 0, 1, 1], np.uint8), counts(2)
    take_up(
        adopted,
        np.array([True, True, False, True, False]),
        floats(0.5, 0.5, 1.0, 0.0, 0.0),
        np.array([1, 2, 1, 1, 1], np.int8),
        np.array([0, 1, 1, 1, 0], np.int8),
        floats(0.29, 0.16, 0.0, 0.04, 0.06),
        np.array([1.3, 1.0, 0.5]),
        0.1,
        0.4,
        0.05,
        users,
    )
    assert adopted.tolist() == [1, 0, 0, 0, 1]
    assert users.tolist() == [20_000, 0]


def test_likeness_by_hand() -> None:
    """Rooms 0 and 1 at right angles, room 2 opposite to 0, in one sector: cosines 0, -1, 0; room 3 is alone. Two axes of four are used."""
    style = np.pad([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [1.0, 0.0]], ((0, 0), (0, 2)))
    sector = np.array([0, 0, 0, 1])
    similarity, by_room = np.empty(3), np.empty(4)
    likeness(style, sector, np.ones(4), similarity, by_room)
    assert similarity == pytest.approx([0.5 - 0.5 / 3, 0.5, 0.5])
    assert by_room == pytest.approx([0.5, 0.5 + 0.5 / 3, 0.5, 1.0])
    likeness(style, sector, np.array([1.0, 0.0, 1.0, 1.0]), similarity, by_room)
    assert similarity[0] == pytest.approx(0.0)


@given(st.integers(0, 10_000))
def test_likeness_is_the_mean_over_pairs(seed: int) -> None:
    """Against a plain loop over pairs, with weights of zero and rooms alike."""
    rng = np.random.default_rng(seed)
    style = rng.normal(size=(9, 4))
    style[4] = style[3]
    style /= np.linalg.norm(style, axis=1, keepdims=True)
    sector, weight = rng.integers(0, 3, 9), rng.choice([0.0, 1.0, 2.5], 9)
    similarity, by_room = np.empty(3), np.empty(9)
    likeness(style, sector, weight, similarity, by_room)
    for s in range(3):
        inside = np.flatnonzero(sector == s)
        pairs = [(i, j) for i in inside for j in inside if i != j]
        weights = np.array([weight[i] * weight[j] for i, j in pairs])
        if weights.sum() > 0:
            cosine = sum(w * style[i] @ style[j] for w, (i, j) in zip(weights, pairs, strict=True))
            assert similarity[s] == pytest.approx(0.5 + 0.5 * cosine / weights.sum(), abs=1e-9)
        else:
            assert similarity[s] == 0.5


def test_the_leader_sold_most() -> None:
    assert leaders(np.array([1.0, 5.0, 2.0]), np.array([0, 0, 2]), 4).tolist() == [1, -1, 2, -1]


def test_imitators_go_part_of_the_way_and_innovators_jump() -> None:
    """Room 0 goes half way from (1, 0) to room 1 at (0, 1), which itself jumps by 1 along (-1, 0) to the diagonal; room 2 stays."""
    style = np.pad([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], ((0, 0), (0, 2)))
    error = np.pad([[0.0, -1.0], [0.0, 0.0]], ((0, 2), (0, 0)))
    move(style, np.array([0, 1]), np.array([1, -1]), error, 0.5, 0.3, 1.0)
    half = np.sqrt(0.5)
    assert style[:, :2] == pytest.approx(np.array([[half, half], [-half, half], [1.0, 0.0]]))
    assert not style[:, 2:].any()


def test_nobody_revisits_a_room_that_is_off_air() -> None:
    """A draw of 0 does not reach a room on air for none of the time; any draw reaches one that always is; not by who is no viewer."""
    slot, most = np.full(5, 7, np.int32), np.float32(1.0 - 2.0**-24)
    viewer, room = np.array([True, True, True, False, True]), np.array([0, 1, 1, 1, -1], np.int32)
    revisit(slot, viewer, room, np.array([0.0, 1.0]), np.array([0.0, 0.0, most, 0.0, 0.0], np.float32), np.empty(5))
    assert slot.tolist() == [-1, 1, 1, -1, -1]


def test_a_style_that_errs_back_to_nothing_stays_a_number() -> None:
    """A jump that takes away all of a room's style leaves zeros, not a division by nothing."""
    style = np.array([[1.0, 0.0, 0.0, 0.0]])
    move(style, np.array([0]), np.array([-1]), np.array([[-1.0], [0.0], [0.0], [0.0]], np.float32), 0.35, 0.1, 1.0)
    assert style.tolist() == [[0.0, 0.0, 0.0, 0.0]]


def test_a_room_of_next_to_no_weight_makes_no_pair() -> None:
    """Two opposite rooms, of 1 and of 1e-14 minutes: what is left of the difference of squares is rounding, so nobody is like anybody."""
    similarity = np.empty(1)
    likeness(
        np.array([[1.0, 0.0, 0.0, 0.0], [-1.0, 0.0, 0.0, 0.0]]), np.zeros(2, np.int64), np.array([1.0, 1e-14]), similarity, np.empty(0)
    )
    assert similarity.tolist() == [0.5]
