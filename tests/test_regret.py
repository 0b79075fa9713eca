"""Regret, satisficing and dominance, by hand."""

import numpy as np
import pytest

from experiments.analysis.regret import choices, dominated, regrets, satisfied
from sim.errors import DataError

NAMES = ["bold", "plain", "safe"]
PAYOFFS = np.array([[10.0, 0.0, 4.0], [6.0, 3.0, 4.0], [5.0, 5.0, 1.0]])
EVEN = np.full(3, 1 / 3)


def test_regret_is_what_the_best_of_each_future_brings_more():
    assert regrets(PAYOFFS).tolist() == [[0, 5, 0], [4, 2, 0], [5, 0, 3]]


def test_choices_come_with_the_least_regretted_first():
    """Mean regrets 5/3, 2 and 8/3; in the third future two are best and share it."""
    found = choices(NAMES, PAYOFFS, EVEN)
    assert [each.name for each in found] == NAMES
    assert [each.regret for each in found] == pytest.approx([5 / 3, 2, 8 / 3])
    assert [each.worst_regret for each in found] == [5, 4, 5]
    assert [each.best for each in found] == pytest.approx([1.5 / 3, 0.5 / 3, 1 / 3])
    assert [each.payoff for each in found] == pytest.approx([14 / 3, 13 / 3, 11 / 3])


def test_weights_count():
    """A future that weighs nothing is no regret of anybody."""
    found = {each.name: each for each in choices(NAMES, PAYOFFS, np.array([0.0, 1.0, 0.0]))}
    assert (found["bold"].regret, found["bold"].worst_regret, found["safe"].best) == (5, 5, 1)


def test_satisficing_asks_for_all_thresholds():
    """Two objectives; bold reaches both in one of three futures, plain in two, safe in one."""
    payoffs = np.array([PAYOFFS, [[1, 1, 0], [1, 1, 0], [0, 1, 1]]])
    shares = satisfied(payoffs, np.array([3.0, 1.0]), EVEN, np.arange(3))
    assert [each.value for each in shares] == pytest.approx([1 / 3, 2 / 3, 1 / 3])
    assert all(each.low < each.value < each.high for each in shares)


def test_dominance_needs_a_resolved_advantage_and_no_resolved_drawback():
    """Better by 1 in every future in the first objective; the second is the same, or worse for certain."""
    random = np.random.default_rng(1)
    base = random.normal(size=20)
    first, same, worse = np.array([base, base + 1]), np.array([base, base]), np.array([base, base - 1])
    weights, draws = np.full(20, 1 / 20), np.arange(20)
    assert dominated(["a", "b"], np.array([first, same]), weights, draws) == {"a": ["b"], "b": []}
    assert dominated(["a", "b"], np.array([first, worse]), weights, draws) == {"a": [], "b": []}
    noisy = np.array([base, base + random.normal(0, 5, 20)])
    assert dominated(["a", "b"], np.array([noisy]), weights, draws) == {"a": [], "b": []}


def test_noise_makes_no_dominance():
    """Five strategies, three objectives, eight draws of three seeds, all noise: of 40 tries at most a tenth or so find any dominance."""
    random, draws = np.random.default_rng(5), np.repeat(np.arange(8), 3)
    names, weights = list("abcde"), np.full(24, 1 / 24)
    claimed = sum(any(dominated(names, random.normal(size=(3, 5, 24)), weights, draws).values()) for _ in range(40))
    assert claimed <= 8


def test_gaps_are_refused_by_name():
    payoffs = PAYOFFS.copy()
    payoffs[1, 2] = np.nan
    with pytest.raises(DataError, match="'plain' has no payoff in 1 of 3 futures, first in number 2"):
        choices(NAMES, payoffs, EVEN)
