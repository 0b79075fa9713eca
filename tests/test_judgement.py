"""Intervals and sample sizes worked by hand, and the words that follow from them."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.predictions.judgement import effective_size, jeffreys, kish, mean_interval, share_of, status


def test_jeffreys_by_hand() -> None:
    # One hit worth half of one member: Beta(1, 1) is uniform.
    assert jeffreys(0.5, 1) == pytest.approx((0.05, 0.95))
    # Three quarters of two: Beta(2, 1), distribution x^2. A quarter: Beta(1, 2), distribution 1 - (1 - x)^2.
    assert jeffreys(0.75, 2) == pytest.approx((0.05**0.5, 0.95**0.5))
    assert jeffreys(0.25, 2) == pytest.approx((1 - 0.95**0.5, 1 - 0.05**0.5))
    # None of one: Beta(1/2, 3/2), distribution (2/pi)(asin(s) + s sqrt(1 - s^2)) with s^2 = x.
    low, high = jeffreys(0.0, 1)
    assert low == 0
    assert 2 / np.pi * (np.arcsin(high**0.5) + (high * (1 - high)) ** 0.5) == pytest.approx(0.95)
    assert jeffreys(1.0, 1) == pytest.approx((1 - high, 1.0))
    # A share outside 0-1 by rounding is clipped.
    assert jeffreys(1 + 1e-12, 8) == jeffreys(1.0, 8)
    assert jeffreys(-1e-12, 8) == jeffreys(0.0, 8)


def test_effective_size_by_hand() -> None:
    even, apart = np.full(4, 0.25), np.arange(4)
    assert kish(even) == pytest.approx(4)
    assert kish(np.array([0.5, 0.25, 0.25])) == pytest.approx(1 / 0.375)
    # Draws of one seed each: Kish size of the members.
    assert effective_size(np.array([1.0, 0, 1, 1]), even, apart) == pytest.approx(4)
    # Two draws whose seeds agree are worth two members; seeds of one draw, or no difference, four.
    twins = np.array([0, 0, 1, 1])
    assert effective_size(np.array([1.0, 1, 0, 0]), even, twins) == pytest.approx(2)
    assert effective_size(np.array([1.0, 0, 1, 0]), even, twins) == pytest.approx(4)
    assert effective_size(np.array([1.0, 1, 0, 0]), even, np.zeros(4)) == pytest.approx(4)
    assert effective_size(np.ones(4), even, twins) == pytest.approx(4)


def test_mean_interval_by_hand() -> None:
    # Values 1 and 3: mean 2, variance 2, standard error 1; t(0.95, 1) is 6.3138.
    mean, low, high = mean_interval(np.array([1.0, 3.0]), np.full(2, 0.5), np.arange(2))
    assert (mean, low, high) == pytest.approx((2, 2 - 6.3138, 2 + 6.3138), abs=1e-3)
    assert mean_interval(np.array([5.0]), np.ones(1), np.zeros(1)) == (5.0, -np.inf, np.inf)


def test_status_rules() -> None:
    assert status(0.51, 0.9, 0.5) == "holds"
    assert status(0.1, 0.49, 0.5) == "fails"
    assert status(0.4, 0.6, 0.5) == "undecided"
    assert status(0.5, 0.6, 0.5) == "undecided"
    assert status(0.8, 0.89, 0.9) == "fails"


def test_all_is_exactly_all_whatever_the_weights() -> None:
    weights = np.full(11, 1 / 11)
    assert share_of(np.ones(11), weights * 0.3, np.arange(11)).value == 1.0
    # A failing member without weight does not count.
    share = share_of(np.array([1.0, 1, 0]), np.array([0.5, 0.5, 0]), np.arange(3))
    assert (share.value, share.high) == (1.0, 1.0)
    assert share.effective == pytest.approx(2)
