"""After the waves: weighted draws of what is not ruled out, and the point that actual runs find best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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

ROUNDS, CANDIDATES, FINALISTS = 3, 6, 4
SPARE, DRAWINGS = 1.5, 4  # candidates run for each draw wanted, and how often at most
DIGITS = 5  # of a weight: what is written is what is used


@dataclass(frozen=True)
class Best:
    """The point with the least miss in actual runs: its place (d,), its runs' values (seeds, all), implausibility."""

    unit: Array
    values: Array
    implausibility: Array


@dataclass(frozen=True)
class Draw:
    """One draw: its place (d,), weight, the seed of its run, implausibility of that run by target."""

    unit: Array
    weight: float
    seed: int
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
    """Parameters whose own runs of full size are not ruled out; also what is left, and the emulators that know these runs.

    The first round asks the emulators' posterior, the next ones look between runs that are not ruled out where the
    emulators expect no other (population Monte Carlo, Beaumont et al. 2009), until it is `late`. Of all such runs,
    those of the search among them, the draws are drawn by their closeness to the targets, as many of each seed. Where
    fewer than `wanted` are below the usual cut, the implausibility of the last that is needed serves as cut.
    """
    for number in range(1, DRAWINGS + 1):
        count = int(np.ceil(SPARE * wanted))
        if number == 1:
            knowledge, region = settled(knowledge, random, count=3000)
            unit = posterior(knowledge, region, random).choose(count, random)
        else:
            unit = between(knowledge, *plausible(knowledge, wanted), count, random)
        seed = np.resize(seeds, len(unit))
        rows, _, scaled = run(unit, seed, f"draws, round {number}")
        knowledge = knowledge.with_runs(Runs(unit[rows], seed[rows], np.ones(len(rows), bool), scaled))
        if late():
            break
    good, cut = plausible(knowledge, wanted)
    good = random.permutation(good)
    good = good[np.unique(knowledge.runs.unit[good], axis=0, return_index=True)[1]]  # a point that ran with several seeds, with one of them
    likelihood = closeness(knowledge.of_values(knowledge.runs.values[good]))
    chosen = good[by_closeness(likelihood, knowledge.runs.seed[good], seeds, wanted, random)]
    unit, seed = knowledge.runs.unit[chosen], knowledge.runs.seed[chosen]
    rows, _, scaled = run(unit, seed, "draws, chosen")
    each = zip(unit[rows], seed[rows], knowledge.of_values(scaled), strict=True)
    region = replace(settled(knowledge, random)[1], level=cut)
    return [Draw(point, round(1.0 / len(rows), DIGITS), int(chance), far) for point, chance, far in each], region, knowledge


def closeness(implausibility: Array) -> Array:
    """Log likelihood of runs, (n,), if misses were normal and independent: - sum of squared implausibilities / 2."""
    return np.asarray(-0.5 * (implausibility**2).sum(axis=1))


def by_closeness(likelihood: Array, seed: Array, seeds: Sequence[int], wanted: int, random: np.random.Generator) -> Array:
    """`wanted` places drawn without replacement in proportion to exp(likelihood (n,)), as many of each seed as there are.

    Gumbel noise and the greatest sums (Yellott 1977): they stand for what is plausible, all with the same weight.
    """
    order = np.argsort(-(likelihood + random.gumbel(size=len(likelihood))))
    rank = np.zeros(len(order), int)
    for each in seeds:
        mine = order[seed[order] == each]
        rank[mine] = np.arange(len(mine))
    return order[np.argsort(rank[order], kind="stable")][:wanted]


def plausible(knowledge: Knowledge, wanted: int) -> tuple[Array, float]:
    """Rows of runs of full size that are not ruled out, the best first and each once, and the cut that leaves at least `wanted`."""
    runs = knowledge.runs
    worst = np.where(runs.full, knowledge.of_values(runs.values).max(axis=1), np.inf)
    _, once = np.unique(np.column_stack([runs.unit, runs.seed]), axis=0, return_index=True)
    order = once[np.argsort(worst[once], kind="stable")]
    order = order[np.isfinite(worst[order])]
    cut = max(CUT, float(worst[order][min(wanted, len(order)) - 1]))
    return order[worst[order] <= cut], cut


def between(knowledge: Knowledge, good: Array, cut: float, count: int, random: np.random.Generator) -> Array:
    """At most `count` points (n, d) along differences of good runs, where the emulators' means are not ruled out."""
    unit = knowledge.runs.unit[good]
    base, first, second = (unit[random.integers(len(unit), size=200 * count)] for _ in range(3))
    stride = 2.38 / np.sqrt(2 * unit.shape[1]) * random.choice([0.5, 1.0], (len(base), 1))
    moved = base + stride * (first - second) + 0.01 * random.standard_normal(base.shape)
    moved = moved[((moved >= 0) & (moved <= 1)).all(axis=1)]
    spread = np.sqrt(knowledge.goal.fixed_variance + knowledge.run_variance)
    expected = (np.abs(knowledge.goal.centre - knowledge.means(moved)) / spread).max(axis=1)
    inside = np.flatnonzero(expected <= cut)
    if len(inside) < count:
        return moved[np.argsort(expected)[:count]]
    return moved[random.choice(inside, count, replace=False)]
