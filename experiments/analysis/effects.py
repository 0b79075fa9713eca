"""Two scenarios are compared run by run: each pair has the same parameter draw and the same seed.

Intervals hold 90%. Seeds of one draw resemble each other, so pairs count as many as `effective_size` says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

from scenarios.predictions.judgement import LEVEL, effective_size, mean_interval

Array = npt.NDArray[Any]
RESOLVED, OPEN, SAME = "resolved", "not resolved", "the same in every run"
FEWEST = 4  # pairs, below which a ratio of variances says nothing; source: assumption
MOST_PAIRS = 1_000_000  # more are called none: nobody runs them
ADDED = 2.0  # pairs, half of one to each of the four cells; source: Agresti & Min 2005, Statistics in Medicine 24, 729-740


@dataclass(frozen=True)
class Effect:
    """What one scenario changes against another.

    Attributes:
        estimate, low, high: mean difference over pairs with its interval, in the unit of the values.
        relative: the estimate as a share of the base's mean; nan where that is 0.
        resolved: whether the interval excludes 0.
        pairs: how many were compared; left_out: pairs without a number on one side.
        pairs_needed: pairs of this kind after which it would be resolved; None where no number of them would.
        runs_saved: further runs with unpaired seeds that the same precision would have taken; negative where pairing hurts;
            nan where that cannot be told, as from fewer than four pairs.
    """

    estimate: float
    low: float
    high: float
    relative: float
    resolved: bool
    pairs: int
    left_out: int
    pairs_needed: int | None
    runs_saved: float

    @property
    def verdict(self) -> str:
        """Whether it is resolved, or no pair differs at all."""
        if self.pairs > 0 and self.estimate == self.low == self.high == 0:
            return SAME
        return RESOLVED if self.resolved else OPEN


def paired_effect(base: Array, other: Array, weights: Array, draws: Array, comparisons: int = 1) -> Effect:
    """The mean difference other - base over pairs.

    Who takes the greatest of many differences finds one in noise too. Told among how many it was chosen, the interval is so wide that
    those of all of them hold together (Bonferroni's inequality; Dunn 1961, Journal of the American Statistical Association 56, 52-64),
    and each draw counts once, by the mean of its seeds: a size reckoned from the differences would be chosen along with them.

    Args:
        base, other: (pair,). weights: (pair,), at least 0. draws: (pair,), the number of the parameter draw.
        comparisons: among how many differences this one was chosen after looking at them; 1 where it was not.
    """
    base, other, weights, draws, left_out = whole(base, other, weights, draws)
    pairs = len(base)
    if pairs == 0:
        return Effect(np.nan, np.nan, np.nan, np.nan, False, 0, left_out, None, np.nan)
    sample = other - base, weights, draws
    if comparisons > 1:
        sample = by_draw(*sample)
    level = 1 - (1 - LEVEL) / comparisons
    mean, low, high = mean_interval(*sample, level)
    size = effective_size(*sample)
    spread = deviation(*sample[:2], size)
    before = float(weights @ base / weights.sum())
    needed = None
    if mean != 0 and np.isfinite(spread):
        tail = (1 + level) / 2
        wanted = least(lambda count: stdtrit(count - 1, tail) * spread / np.sqrt(count) < abs(mean))
        needed = None if wanted is None else int(np.ceil(wanted * pairs / size))
    return Effect(
        mean, low, high,
        relative=mean / before if before else np.nan,
        resolved=pairs > 1 and (low > 0 or high < 0),
        pairs=pairs,
        left_out=left_out,
        pairs_needed=needed,
        runs_saved=saved(base, other, weights, draws),
    )  # fmt: skip


def paired_share(base: Array, other: Array, weights: Array, draws: Array) -> Effect:
    """The difference of two shares of the same pairs, by Agresti and Min's adjusted interval for matched pairs.

    Args:
        base, other: (pair,) of truths: whether something holds in each run.
    """
    base, other, weights, draws, left_out = whole(np.asarray(base, float), np.asarray(other, float), weights, draws)
    pairs = len(base)
    if pairs == 0:
        return Effect(np.nan, np.nan, np.nan, np.nan, False, 0, left_out, None, np.nan)
    share = weights / weights.sum()
    gained, lost = float(share @ (other > base)), float(share @ (other < base))
    size = effective_size(other - base, weights, draws)
    low, high = matched(gained, lost, size)
    needed = least(lambda count: np.multiply(*matched(gained, lost, count)) > 0) if gained != lost else None
    level = float(share @ base)
    return Effect(
        gained - lost, low, high,
        relative=(gained - lost) / level if level else np.nan,
        resolved=low > 0 or high < 0,
        pairs=pairs,
        left_out=left_out,
        pairs_needed=None if needed is None else int(np.ceil(needed * pairs / size)),
        runs_saved=saved(base, other, weights, draws),
    )  # fmt: skip


def whole(base: Array, other: Array, weights: Array, draws: Array) -> tuple[Array, Array, Array, Array, int]:
    """The pairs with a number on both sides and a weight, and how many have none."""
    there = np.isfinite(base) & np.isfinite(other)
    counted = there & (weights > 0)
    return base[counted], other[counted], weights[counted], draws[counted], int((~there).sum())


def by_draw(values: Array, weights: Array, draws: Array) -> tuple[Array, Array, Array]:
    """One value for each draw, the mean of its seeds, with its weight and the draw; seeds of a single draw stay as they are."""
    names, owner = np.unique(draws, return_inverse=True)
    if len(names) == 1:
        return values, weights, draws
    mass = np.bincount(owner, weights)
    return np.bincount(owner, weights * values) / mass, mass, names


def deviation(values: Array, weights: Array, size: float) -> float:
    """Weighted standard deviation, corrected for a sample worth `size`; nan where it is worth no more than one."""
    if size <= 1 + 1e-9:
        return np.nan
    share = weights / weights.sum()
    return float(np.sqrt(share @ (values - share @ values) ** 2 * size / (size - 1)))


def saved(base: Array, other: Array, weights: Array, draws: Array) -> float:
    """2 n (ratio - 1): ratio of the variances of the mean difference with seeds of their own and with shared ones."""
    errors = []
    for values in (base, other, other - base):
        size = effective_size(values, weights, draws)
        errors.append(deviation(values, weights, size) ** 2 / size)
    if len(base) < FEWEST or not np.isfinite(errors).all() or errors[2] <= 0:
        return np.nan
    return 2 * len(base) * ((errors[0] + errors[1]) / errors[2] - 1)


def matched(gained: float, lost: float, size: float) -> tuple[float, float]:
    """Ends of the interval of a difference of matched shares: what was gained less what was lost, of so many pairs."""
    more, less = ((size * share + ADDED / 4) / (size + ADDED) for share in (gained, lost))
    half = float(ndtri((1 + LEVEL) / 2)) * np.sqrt((more + less - (more - less) ** 2) / (size + ADDED))
    return max(-1.0, more - less - half), min(1.0, more - less + half)


def least(enough: Callable[[int], bool]) -> int | None:
    """The least number from two on, up to a million, that is enough, where more are enough too; None if none is."""
    low, high = 1, 2
    while not enough(high):
        low, high = high, 2 * high
        if high > MOST_PAIRS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
