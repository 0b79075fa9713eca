"""What is not ruled out is a small and crooked part of the space; points are spread evenly over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

Array = npt.NDArray[Any]
CUT = 3.0
"""Implausibility from which on a point is ruled out (Pukelsheim 1994, the three sigma rule)."""


@dataclass(frozen=True)
class Region:
    """Points spread evenly over what is not ruled out.

    Attributes:
        unit: (n, d) points. level: their greatest implausibility; over the cut where nothing is left below it.
        volume: share of the space between the bounds.
    """

    unit: Array
    level: float
    volume: float


def not_ruled_out(
    badness: Callable[[Array], Array],
    dimensions: int,
    random: np.random.Generator,
    cut: float = CUT,
    count: int = 400,
    rounds: int = 40,
    walkers: int = 300,
    first: int = 2048,
) -> Region:
    """Points with badness below `cut`, evenly spread, found by shrinking a population level by level.

    Subset simulation: keep the better part, copy it, and move each point along differences of others as long as it
    stays below the level (ter Braak 2006 for the moves). Stops where the level hardly falls any more; only then the
    population grows from `walkers` to `count`.
    """
    unit = qmc.Sobol(dimensions, seed=random).random(first)
    found = badness(unit)
    share, best = 1.0, [float(found.min())]
    for _ in range(rounds):
        level = max(cut, float(np.quantile(found, 0.2)))
        inside = np.flatnonzero(found <= level)
        share *= len(inside) / len(found)
        unit, found = _spread(unit[inside], found[inside], walkers, level, badness, random)
        best.append(float(found.min()))
        if level <= cut or (len(best) > 6 and best[-6] - best[-1] < 0.01 and level < 1.02 * best[-1] + 0.02):
            break
    if count > walkers:
        unit, found = _spread(unit, found, count, level, badness, random)
    return Region(unit, level, share)


SWEEPS = 6


def _spread(
    unit: Array, found: Array, count: int, level: float, badness: Callable[[Array], Array], random: np.random.Generator
) -> tuple[Array, Array]:
    """Copy points up to `count` and let all of them wander below the level."""
    rows = random.choice(len(unit), count, replace=len(unit) < count)
    unit, found = unit[rows], found[rows]
    for _ in range(SWEEPS):
        unit, found = _move(unit, found, level, badness, random)
    return unit, found


def _move(unit: Array, found: Array, level: float, badness: Callable[[Array], Array], random: Any) -> tuple[Array, Array]:
    """One step for each point, half of them at a time along differences of the other half."""
    n, d = unit.shape
    order = random.permutation(n)
    unit, found = unit.copy(), found.copy()
    for moving, still in ((order[: n // 2], order[n // 2 :]), (order[n // 2 :], order[: n // 2])):
        first, second = random.choice(still, len(moving)), random.choice(still, len(moving))
        stride = 2.38 / np.sqrt(2 * d) * random.choice([0.25, 0.5, 1.0], len(moving))
        step = stride[:, None] * (unit[first] - unit[second]) + 0.003 * random.standard_normal((len(moving), d))
        proposed = unit[moving] + step
        allowed = ((proposed >= 0) & (proposed <= 1)).all(axis=1)
        value = np.full(len(moving), np.inf)
        if allowed.any():
            value[allowed] = badness(proposed[allowed])
        taken = value <= level
        unit[moving[taken]], found[moving[taken]] = proposed[taken], value[taken]
    return unit, found
