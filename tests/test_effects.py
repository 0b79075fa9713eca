"""Paired effects: numbers by hand, intervals that hold what they say, and what pairing saves."""

import numpy as np
import pytest
from scipy.special import stdtrit

from experiments.analysis.effects import least, matched, paired_effect, paired_share


def alone(count):
    """Weights and draws of pairs that all come from draws of their own."""
    return np.full(count, 1 / count), np.arange(count)


def test_numbers_by_hand():
    """Differences 1, 2, 3, 2: mean 2, standard deviation 0.8165, t of three degrees at 95% 2.3534: 2 -+ 0.9608."""
    base, other = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 4.0, 6.0, 6.0])
    effect = paired_effect(base, other, *alone(4))
    assert effect.estimate == pytest.approx(2.0)
    assert (effect.low, effect.high) == pytest.approx((2 - 0.9608, 2 + 0.9608), abs=1e-3)
    assert effect.relative == pytest.approx(2 / 2.5)
    assert effect.resolved
    assert (effect.pairs, effect.left_out) == (4, 0)
    assert effect.pairs_needed == 3, "t of 1 degree is 6.31: two pairs do not do, 2.92 * 0.8165 / sqrt(3) = 1.38 does"


def test_pairs_needed_would_resolve_it():
    """At the number that is named the interval just excludes zero, at one less it does not."""
    random = np.random.default_rng(1)
    difference = random.normal(0.2, 1.0, 30)
    base = np.zeros(30)
    effect = paired_effect(base, difference, *alone(30))
    assert not effect.resolved
    spread = difference.std(ddof=1)
    needed = effect.pairs_needed
    assert stdtrit(needed - 1, 0.95) * spread / np.sqrt(needed) < abs(difference.mean())
    assert stdtrit(needed - 2, 0.95) * spread / np.sqrt(needed - 1) >= abs(difference.mean())


def test_intervals_hold_the_truth_in_nine_of_ten_tries():
    random = np.random.default_rng(2)
    held = 0
    for _ in range(1000):
        shared = random.normal(0, 3, 12)
        effect = paired_effect(shared + random.normal(0, 1, 12), shared + random.normal(0.5, 1, 12), *alone(12))
        held += effect.low <= 0.5 <= effect.high
    assert 0.87 <= held / 1000 <= 0.93


def test_pairing_saves_runs_where_chance_is_shared_and_costs_where_it_is_opposed():
    """Correlation 0.9: the variance of the difference is a tenth of that of unpaired runs, so 2 n 9 more would have been needed."""
    random = np.random.default_rng(3)
    n, shared = 4000, np.random.default_rng(4).normal(size=4000)
    one, two = (np.sqrt(0.9) * shared + np.sqrt(0.1) * random.normal(size=n) for _ in range(2))
    assert paired_effect(one, two, *alone(n)).runs_saved == pytest.approx(2 * n * 9, rel=0.1)
    assert paired_effect(one, -two, *alone(n)).runs_saved < 0


def test_seeds_of_one_draw_are_no_pairs_of_their_own():
    """Four draws of ten equal seeds each are worth four pairs: the interval is wider than that of forty."""
    difference = np.repeat([1.0, 2.0, 3.0, 4.0], 10)
    weights = np.full(40, 1 / 40)
    clustered = paired_effect(np.zeros(40), difference, weights, np.repeat(np.arange(4), 10))
    single = paired_effect(np.zeros(40), difference, weights, np.arange(40))
    assert clustered.high - clustered.low > 3 * (single.high - single.low)


def test_what_cannot_be_compared_is_left_out_and_counted():
    base, other = np.array([1.0, np.nan, 3.0, 4.0]), np.array([2.0, 2.0, np.inf, 6.0])
    effect = paired_effect(base, other, *alone(4))
    assert (effect.pairs, effect.left_out) == (2, 2)
    assert effect.estimate == pytest.approx(1.5)
    nothing = paired_effect(np.full(3, np.nan), np.ones(3), *alone(3))
    assert nothing.pairs == 0
    assert not nothing.resolved


@pytest.mark.parametrize(("count", "resolved"), [(1, False), (2, True)])
def test_the_same_difference_everywhere_is_resolved_from_two_pairs_on(count, resolved):
    effect = paired_effect(np.zeros(count), np.ones(count), *alone(count))
    assert effect.resolved == resolved


def test_no_difference_at_all_is_none():
    effect = paired_effect(np.ones(5), np.ones(5), *alone(5))
    assert (effect.estimate, effect.resolved, effect.pairs_needed) == (0.0, False, None)


def test_shares_by_hand():
    """40 pairs, 12 gained and 2 lost: cells plus a half, 12.5 and 2.5 of 42: 0.238 -+ 1.645 sqrt((0.357 - 0.0567) / 42)."""
    base = np.array([0] * 12 + [1] * 2 + [1] * 13 + [0] * 13, bool)
    other = np.array([1] * 12 + [0] * 2 + [1] * 13 + [0] * 13, bool)
    effect = paired_share(base, other, *alone(40))
    assert effect.estimate == pytest.approx(0.25)
    assert (effect.low, effect.high) == pytest.approx((0.0990, 0.3772), abs=2e-4)
    assert effect.resolved
    assert effect.pairs_needed < 40


def test_shares_that_do_not_differ_are_not_resolved_by_any_number():
    base = np.array([True, False] * 10)
    effect = paired_share(base, base, *alone(20))
    assert (effect.estimate, effect.resolved, effect.pairs_needed) == (0.0, False, None)
    assert effect.low < 0 < effect.high


def test_intervals_of_shares_hold_the_truth():
    random = np.random.default_rng(5)
    held = 0
    for _ in range(1000):
        both = random.random(30)
        low, high = matched(float(np.mean(both < 0.3)), float(np.mean(both > 0.9)), 30)
        held += low <= 0.2 <= high
    assert 0.87 <= held / 1000 <= 0.94


def test_least_number():
    assert least(lambda count: count >= 137) == 137
    assert least(lambda count: True) == 2
    assert least(lambda count: False) is None
