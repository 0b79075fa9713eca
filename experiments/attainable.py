"""Which published numbers can be met alone, two by two and all together, as far as the emulators know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from experiments.calibration import Knowledge
from experiments.regions import not_ruled_out

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Attainable:
    """How closely targets can be met: alone, in pairs, and with one of them given up, by the emulators.

    Misses are in tolerances: 1 is a target met just within its tolerance.
    """

    alone: Mapping[str, tuple[float, float]]
    """name -> (least miss, summary there)"""
    pairs: Sequence[tuple[str, str, float, float, float]]
    """(first, second, least common miss, closest first with the second met, closest second with the first met)"""
    without: Mapping[str, float]
    """name -> least greatest miss of all other targets"""
    all_together: float
    """least greatest miss of all targets"""


def attainable(knowledge: Knowledge, tolerance: Array, random: np.random.Generator) -> Attainable:
    """Search for points that meet targets alone, two by two, and all but one."""
    names, centre = knowledge.goal.names, knowledge.goal.centre
    d = knowledge.runs.unit.shape[1]

    def misses(unit: Array) -> Array:
        return np.abs(knowledge.means(unit) - centre) / tolerance

    pools = [qmc.Sobol(d, seed=random).random(4096)]
    searches: list[Callable[[Array], Array]] = [lambda unit: misses(unit).max(axis=1)]
    for k in range(len(names)):
        searches.append(lambda unit, k=k: misses(unit)[:, k])
        if len(names) <= 12:
            searches.append(lambda unit, k=k: np.delete(misses(unit), k, axis=1).max(axis=1))
    for search in searches:
        pools.append(not_ruled_out(search, d, random, cut=0.5, walkers=120, count=120, rounds=8, first=1024).unit)
    unit = np.concatenate(pools)
    miss, value = misses(unit), knowledge.goal.unsquashed(knowledge.means(unit))
    found = []
    for i, j in combinations(range(len(names)), 2):
        together = float(miss[:, [i, j]].max(axis=1).min())
        closest = [_closest(miss, value, a, b) for a, b in ((i, j), (j, i))]
        found.append((names[i], names[j], together, *closest))
    return Attainable(
        {name: (float(miss[:, k].min()), float(value[miss[:, k].argmin(), k])) for k, name in enumerate(names)},
        found,
        {name: float(np.delete(miss, k, axis=1).max(axis=1).min()) for k, name in enumerate(names)},
        float(miss.max(axis=1).min()),
    )


def _closest(miss: Array, value: Array, wanted: int, given: int) -> float:
    """The summary closest to one target among points that meet another, nan if none does."""
    met = np.flatnonzero(miss[:, given] <= 1.0)
    return float(value[met[miss[met, wanted].argmin()], wanted]) if met.size else float("nan")
