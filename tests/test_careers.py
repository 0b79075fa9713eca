"""Hosts and brands stay while it pays; rules on bare arrays with numbers worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sim.kernels.market import logistic, middle
from sim.mechanics import brand_career, streamer_career


def test_the_logistic_is_flat_where_it_would_overflow() -> None:
    assert logistic(0.0) == 0.5
    assert logistic(math.log(3.0)) == pytest.approx(0.75)
    assert logistic(1e9) == logistic(50.0)
    assert 0.0 < logistic(-1e9) < 1e-21


@given(hnp.arrays(float, st.integers(1, 9), elements=st.floats(-1e9, 1e9)))
def test_the_middle_is_numpys_median(values: np.ndarray) -> None:
    assert middle(values, 7.0) == pytest.approx(np.median(values))


def test_nobody_has_no_middle() -> None:
    assert middle(np.empty(0), 7.0) == 7.0


def test_hosts_leave_at_a_shortfall_and_come_where_others_earn() -> None:
    """Other work pays 100. Half of 0.2 leave at no shortfall: 0.1, drawn 0.09 and 0.11; entry at hope 100 is half of 0.4.

    Host 0 goes, host 1 stays; place 2 is filled (0.19) and place 3 not (0.21); what the newcomer hopes for is the 100 at least.
    """
    active, income = np.array([1.0, 1.0, 0.0, 0.0]), np.array([100.0, 130.0, 5.0, 5.0])
    commitment, exits, entries = np.array([0.0, 30.0, 9.0, 9.0]), np.zeros(4), np.zeros(4)
    leave, come = np.array([0.09, 0.11, 0.0, 0.0]), np.array([0.0, 0.0, 0.19, 0.21])
    streamer_career.move(active, exits, entries, income, commitment, leave, come, 0.2, 0.4, 4.0, 100.0, 100.0)
    assert active.tolist() == [0.0, 1.0, 1.0, 0.0]
    assert exits.tolist() == [1.0, 0.0, 0.0, 0.0]
    assert entries.tolist() == [0.0, 0.0, 1.0, 0.0]
    assert income.tolist() == [100.0, 130.0, 100.0, 5.0]
    assert commitment.tolist() == [0.0, 30.0, 0.0, 9.0]


def test_sales_of_rooms_belong_to_their_hosts() -> None:
    """Host 1 keeps half of 2 and 20, and gets a tenth of what each half bought: 7 and 25, 3 and 5."""
    apart = np.array([[1.0, 2.0], [0.0, 20.0]])
    sales, second_half = np.array([10.0, 99.0, 30.0]), np.array([3.0, 99.0, 5.0])
    streamer_career.remember_sales(apart, np.array([1, -1, 1]), sales, second_half, 0.5, 0.1)
    assert apart == pytest.approx(np.array([[0.5, 1.0 + 0.7 + 2.5], [0.0, 10.0 + 0.3 + 0.5]]))


def test_a_brand_without_sales_remembers_its_margin_and_an_empty_place_is_filled() -> None:
    """Margin -0.03 at a tolerance of 0.03: half of 0.1 leave. A week at -2 or worse counts as -2: 0.1 + 0.5 * (-2.1) = -0.95."""
    active, exits = np.array([1.0, 1.0, 0.0]), np.zeros(3)
    margin = np.array([-0.03, 0.1, -1.0])
    profit, sales = np.array([5.0, -500.0, 0.0]), np.array([0.0, 100.0, 0.0])
    brand_career.move(active, exits, margin, profit, sales, np.array([0.049, 0.11, 0.0]), np.array([0.0, 0.0, 0.01]), 0.5, 0.1, 0.02, 0.03)
    assert exits.tolist() == [1.0, 0.0, 0.0]
    assert active.tolist() == [0.0, 1.0, 1.0]
    assert margin == pytest.approx([-0.03, -0.95, 0.1])
