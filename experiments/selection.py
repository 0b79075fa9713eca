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

Proposal = tuple[Array, float, int, Array, Array]
ROUNDS, CANDIDATES = 2, 4
SPARE, DRAWINGS = 1.5, 3  # candidates run for each draw wanted, and how often at most
LEAST, MOST = 0.2, 5.0  # how much a draw's weight may be corrected
DIGITS = 5  # of a weight: what is written is what is used


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
) -> tuple[list[Draw], Region, Knowledge]:
    """Draws of the posterior, each run again in full size; also what is left, and the emulators that know these runs.

    Draws whose own run is implausible are dropped; where too few are kept, the emulators learn from them and draw
    again. Weights correct for what the runs taught the emulators. Where nothing is below the usual cut the least
    implausible region serves, and its level says so.
    """
    proposed: list[Proposal] = []
    for number in range(1, DRAWINGS + 1):
        region = not_ruled_out(knowledge.implausibility, knowledge.runs.unit.shape[1], random, count=3000)
        count = int(np.ceil(SPARE * wanted))
        unit = posterior(knowledge, region, random).choose(count, random)
        rows, values, scaled = run(unit, np.resize(seeds, count), f"draws, round {number}")
        unit, seed = unit[rows], np.resize(seeds, count)[rows]
        likely = _log_likelihood(knowledge, unit)
        knowledge = Knowledge.from_runs(knowledge.goal, knowledge.runs + Runs(unit, seed, np.ones(len(rows), bool), scaled))
        correction = np.exp((_log_likelihood(knowledge, unit) - likely).clip(-50, 50))
        weight = (correction / np.median(correction)).clip(LEAST, MOST)
        each = zip(unit, weight, seed, values, knowledge.of_values(scaled), strict=True)
        proposed = [(point, float(heavy), int(chance), *rest) for point, heavy, chance, *rest in each] + proposed
        cut = max(CUT, region.level)
        if sum(implausible.max() <= cut for *_, implausible in proposed) >= wanted:
            break
    proposed.sort(key=lambda one: max(float(one[4].max()), cut))  # those below the cut in their order, then the others
    chosen = proposed[:wanted]
    total = sum(one[1] for one in chosen)
    return [Draw(point, round(heavy / total, DIGITS), *rest) for point, heavy, *rest in chosen], region, knowledge


def _log_likelihood(knowledge: Knowledge, unit: Array) -> Array:
    mean, variance = knowledge.expected(unit)
    total = knowledge.goal.fixed_variance + knowledge.run_variance + variance
    return -0.5 * ((knowledge.goal.centre - mean) ** 2 / total + np.log(total)).sum(axis=1)
