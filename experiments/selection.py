"""After the waves: weighted draws of what is not ruled out, and the point that actual runs find best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.calibration import Knowledge, least_missing, missed, settled
from experiments.emulators import Runs
from experiments.posterior import posterior
from experiments.regions import CUT, Region

Array = npt.NDArray[Any]
RunFull = Callable[[Array, Array, str], tuple[list[int], Array, Array]]
"""(unit (n, d), seeds (n,), name) -> rows run, values of all anchors (rows, all), scaled targets (rows, targets)"""

Proposal = tuple[Array, float, int, Array, Array]
ROUNDS, CANDIDATES, FINALISTS = 3, 6, 4
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
    """Run what the emulators think best, learn, look again; then let the finalists run with all seeds.

    The best has the least miss of its mean over seeds; the tolerance of targets that give way is widened by what
    they miss at least. Finalists come from all points run so far in full size.
    """
    tolerance = np.sqrt(tolerance**2 + knowledge.goal.allowance)
    for number in range(1, ROUNDS + 1):
        unit = least_missing(knowledge, tolerance, random, CANDIDATES)
        seed = random.choice(seeds, len(unit))
        rows, _, scaled = run(unit, seed, f"best point, round {number}")
        knowledge = knowledge.with_runs(Runs(unit[rows], seed[rows], np.ones(len(rows), bool), scaled))
    points = np.unique(knowledge.runs.unit[knowledge.runs.full], axis=0)
    likely = missed(knowledge.means(points), knowledge.goal.centre, tolerance)
    points = points[np.argsort(likely)[:FINALISTS]]
    unit, seed = np.repeat(points, len(seeds), axis=0), np.tile(seeds, len(points))
    rows, values, scaled = run(unit, seed, "finalists")
    found: list[tuple[float, Best]] = []
    for first in range(0, len(rows), len(seeds)):
        part = slice(first, first + len(seeds))
        mean = knowledge.goal.squashed(scaled[part].mean(axis=0, keepdims=True))
        badness = float(missed(mean, knowledge.goal.centre, tolerance)[0])
        implausible = knowledge.of_values(scaled[part].mean(axis=0, keepdims=True), len(seeds))[0]
        found.append((badness, Best(unit[rows[first]], values[part], implausible)))
    best = min(found, key=lambda each: each[0])[1]
    return best, knowledge.with_runs(Runs(unit[rows], seed[rows], np.ones(len(rows), bool), scaled))


def weighted_draws(
    knowledge: Knowledge,
    run: RunFull,
    seeds: Sequence[int],
    wanted: int,
    random: np.random.Generator,
    late: Callable[[], bool] = lambda: False,
) -> tuple[list[Draw], Region, Knowledge]:
    """Draws of the posterior, each run again in full size; also what is left, and the emulators that know these runs.

    Draws whose own run is implausible are dropped; where too few are kept, the emulators learn from them and draw
    again unless it is `late`, and at last runs of the search that are not ruled out fill up. Weights correct for
    what the runs taught the emulators. Where nothing is below the usual cut the least implausible region serves,
    and its level says so.
    """
    proposed: list[Proposal] = []
    for number in range(1, DRAWINGS + 1):
        knowledge, region = settled(knowledge, random, count=3000)
        count = int(np.ceil(SPARE * wanted))
        unit = posterior(knowledge, region, random).choose(count, random)
        rows, values, scaled = run(unit, np.resize(seeds, count), f"draws, round {number}")
        unit, seed = unit[rows], np.resize(seeds, count)[rows]
        likely = _log_likelihood(knowledge, unit)
        knowledge = knowledge.with_runs(Runs(unit, seed, np.ones(len(rows), bool), scaled))
        correction = np.exp((_log_likelihood(knowledge, unit) - likely).clip(-50, 50))
        weight = (correction / np.median(correction)).clip(LEAST, MOST)
        each = zip(unit, weight, seed, values, knowledge.of_values(scaled), strict=True)
        proposed = [(point, float(heavy), int(chance), *rest) for point, heavy, chance, *rest in each] + proposed
        cut = max(CUT, region.level)
        if sum(implausible.max() <= cut for *_, implausible in proposed) >= wanted or late():
            break
    proposed += _earlier(knowledge, run, cut, wanted - sum(each[4].max() <= cut for each in proposed), proposed)
    proposed.sort(key=lambda one: max(float(one[4].max()), cut))  # those below the cut in their order, then the others
    chosen = proposed[:wanted]
    total = sum(one[1] for one in chosen)
    return [Draw(point, round(heavy / total, DIGITS), *rest) for point, heavy, *rest in chosen], region, knowledge


def _earlier(knowledge: Knowledge, run: RunFull, cut: float, missing: int, proposed: Sequence[Proposal]) -> list[Proposal]:
    """As many of the best runs of the search below the cut as draws are missing, weighted by likelihood against their mean."""
    runs = knowledge.runs
    worst = np.where(runs.full, knowledge.of_values(runs.values).max(axis=1), np.inf)
    taken = {(*each[0].tolist(), each[2]) for each in proposed}
    order = [at for at in np.argsort(worst) if worst[at] <= cut and (*runs.unit[at].tolist(), int(runs.seed[at])) not in taken]
    places = np.array(order[: max(0, missing)], int)
    if not len(places):
        return []
    rows, values, scaled = run(runs.unit[places], runs.seed[places], "runs of the search")
    unit, seed = runs.unit[places][rows], runs.seed[places][rows]
    likely = _log_likelihood(knowledge, unit)
    weight = np.exp(likely - np.median(likely)).clip(LEAST, MOST)
    return [
        (point, float(heavy), int(chance), told, implausible)
        for point, heavy, chance, told, implausible in zip(unit, weight, seed, values, knowledge.of_values(scaled), strict=True)
    ]


def _log_likelihood(knowledge: Knowledge, unit: Array) -> Array:
    mean, variance = knowledge.expected(unit)
    total = knowledge.goal.fixed_variance + knowledge.run_variance + variance
    return -0.5 * ((knowledge.goal.centre - mean) ** 2 / total + np.log(total)).sum(axis=1)
