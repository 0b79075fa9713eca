"""After the waves: the point that actual runs find best, and weighted draws of what is not ruled out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.calibration import Knowledge, least_implausible
from experiments.emulators import Runs
from experiments.posterior import posterior
from experiments.regions import CUT, Region, not_ruled_out

Array = npt.NDArray[Any]
RunFull = Callable[[Array, Array, str], tuple[list[int], Array, Array]]
"""(unit (n, d), seeds (n,), name) -> rows run, values of all anchors (rows, all), scaled targets (rows, targets)"""

ROUNDS, CANDIDATES = 2, 4
SPARE = 1.5  # candidates run for each draw wanted
LEAST, MOST = 0.2, 5.0  # how much a draw's weight may be corrected


@dataclass(frozen=True)
class Best:
    """The point with the least miss in actual runs: its place (d,), its runs' values (seeds, all), implausibility."""

    unit: Array
    values: Array
    implausibility: Array


@dataclass(frozen=True)
class Draw:
    """One draw: its place (d,), weight, the seed and values of its run, implausibility of that run by target."""

    unit: Array
    weight: float
    seed: int
    values: Array
    implausibility: Array


def best_point(
    knowledge: Knowledge, run: RunFull, seeds: Sequence[int], tolerance: Array, random: np.random.Generator
) -> tuple[Best, Knowledge]:
    """Run what the emulators and the runs so far think best with all seeds, learn, and look once more.

    The best has the least greatest miss, in tolerances, of the mean over seeds; the tolerance of targets that
    give way is widened by what they miss at least.
    """
    tolerance = np.sqrt(tolerance**2 + knowledge.goal.allowance)
    found: list[tuple[float, Best]] = []
    for number in range(ROUNDS):
        points = least_implausible(knowledge, random, CANDIDATES)
        if number == 0:
            points = np.concatenate([points, _best_so_far(knowledge, tolerance)])
        else:
            points = np.concatenate([points, _around(found[0][1].unit, points, random)])
        unit, seed = np.repeat(points, len(seeds), axis=0), np.tile(seeds, len(points))
        rows, values, scaled = run(unit, seed, f"best point, round {number + 1}")
        for first in range(0, len(rows), len(seeds)):
            part = slice(first, first + len(seeds))
            mean = scaled[part].mean(axis=0)
            miss = np.abs(mean - knowledge.goal.centre) / tolerance
            badness = float(np.nan_to_num(miss, nan=99.0).max() + 0.1 * np.nan_to_num(miss, nan=99.0).mean())
            implausible = knowledge.of_values(mean[None], len(seeds))[0]
            found.append((badness, Best(unit[rows[first]], values[part], implausible)))
        found.sort(key=lambda each: each[0])
        more = Runs(unit[rows], seed[rows], np.ones(len(rows), bool), scaled)
        knowledge = Knowledge.from_runs(knowledge.goal, knowledge.runs + more)
    return found[0][1], knowledge


def _best_so_far(knowledge: Knowledge, tolerance: Array) -> Array:
    """The two full-size runs that came closest, (2, d)."""
    runs = knowledge.runs.take(np.flatnonzero(knowledge.runs.full))
    miss = np.nan_to_num(np.abs(runs.values - knowledge.goal.centre) / tolerance, nan=99.0).max(axis=1)
    return runs.unit[np.argsort(miss)[:2]]


def _around(unit: Array, others: Array, random: np.random.Generator) -> Array:
    """Two points near the best, on the way to others."""
    chosen = others[random.choice(len(others), 2)]
    return (unit + 0.3 * (chosen - unit)).clip(0, 1)


def weighted_draws(
    knowledge: Knowledge, run: RunFull, seeds: Sequence[int], wanted: int, random: np.random.Generator
) -> tuple[list[Draw], Region, float]:
    """Draws of the posterior, each run again in full size; also what is left and the cut that was used.

    Draws whose own run is implausible are dropped. Weights correct for what these runs taught the emulators.
    Where nothing is below the usual cut the least implausible region serves, and the cut says so.
    """
    dimensions = knowledge.runs.unit.shape[1]
    region = not_ruled_out(knowledge.implausibility, dimensions, random, count=3000)
    cut = max(CUT, region.level)
    count = int(np.ceil(SPARE * wanted))
    unit = posterior(knowledge, region, random).choose(count, random)
    seed = np.resize(seeds, count)
    rows, values, scaled = run(unit, seed, "draws")
    unit, seed = unit[rows], seed[rows]
    learned = Knowledge.from_runs(knowledge.goal, knowledge.runs + Runs(unit, seed, np.ones(len(rows), bool), scaled))
    implausible = learned.of_values(scaled)
    worst = implausible.max(axis=1)
    kept = np.flatnonzero(worst <= cut)[:wanted]
    if len(kept) < wanted:  # the least implausible of the others fill up, and their own numbers tell
        others = [row for row in np.argsort(worst) if row not in set(kept.tolist())]
        kept = np.concatenate([kept, np.array(others[: wanted - len(kept)], int)])
    correction = np.exp(_log_likelihood(learned, unit[kept]) - _log_likelihood(knowledge, unit[kept]))
    weight = (correction / np.median(correction)).clip(LEAST, MOST)
    weight /= weight.sum()
    draws = [Draw(unit[row], float(weight[place]), int(seed[row]), values[row], implausible[row]) for place, row in enumerate(kept)]
    return draws, region, cut


def _log_likelihood(knowledge: Knowledge, unit: Array) -> Array:
    mean, variance = knowledge.expected(unit)
    total = knowledge.goal.fixed_variance + knowledge.run_variance + variance
    return -0.5 * ((knowledge.goal.centre - mean) ** 2 / total + np.log(total)).sum(axis=1)
