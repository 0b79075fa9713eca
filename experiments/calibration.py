"""Parameters that cannot give the published numbers are ruled out, wave by wave; what is left is weighted.

History matching: a point x is ruled out if for any target k

    I_k(x) = |z_k - E f_k(x)| / sqrt(observation + discrepancy + run + emulator variance) > 3

(Craig et al. 1997; Vernon, Goldstein & Bower 2010). Each wave runs points not ruled out so far, so that the
emulators become sharper where it matters. Of what is left a sample is weighted and adjusted by local linear
regression (Beaumont, Zhang & Balding 2002): it is the posterior under a uniform prior between the bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from experiments.emulators import Emulator, Runs, fit_emulator
from experiments.regions import CUT, Region, not_ruled_out

Array = npt.NDArray[Any]
Simulate = Callable[[Array, Array, bool, str], Runs]
"""(unit parameters (n, d), seeds (n,), whether of full size, name of the wave) -> the runs that were made."""


@dataclass(frozen=True)
class Space:
    """Free parameters and their bounds; a unit value runs from 0 to 1, logarithmically where `log` says so."""

    names: tuple[str, ...]
    low: Array
    high: Array
    log: Array

    @classmethod
    def between(cls, free: Mapping[str, tuple[float, float, bool]]) -> Space:
        """From name -> (low, high, logarithmic)."""
        low, high, log = (np.array([each[part] for each in free.values()]) for part in range(3))
        return cls(tuple(free), low.astype(float), high.astype(float), log.astype(bool))

    def _ends(self) -> tuple[Array, Array]:
        return np.where(self.log, self._log(self.low), self.low), np.where(self.log, self._log(self.high), self.high)

    def values(self, unit: Array) -> Array:
        """Parameters of unit values, the same shape."""
        low, high = self._ends()
        between = low + np.asarray(unit) * (high - low)
        return np.where(self.log, np.exp(np.where(self.log, between, 0.0)), between)

    def unit(self, values: Array) -> Array:
        """Unit values of parameters, the same shape."""
        low, high = self._ends()
        given = np.where(self.log, self._log(np.asarray(values, float)), values)
        return (given - low) / (high - low)

    def _log(self, values: Array) -> Array:
        return np.log(np.where(self.log, values, 1.0))


@dataclass(frozen=True)
class Goal:
    """What runs should give, on the scale that is emulated.

    Far from its target a summary counts less and less, so that emulators spend their care near it:
    y' = z + c asinh((y - z) / c), which leaves y as it is near z.

    Attributes:
        names, centre: targets, (k,).
        observation: covariance of their observation errors, (k, k).
        discrepancy: variance of what the model cannot give, (k,).
        allowance: further variance, (k,), of targets that give way as they cannot be met with the others.
    """

    names: tuple[str, ...]
    centre: Array
    observation: Array
    discrepancy: Array
    allowance: Array = field(default_factory=lambda: np.zeros(1))

    @property
    def fixed_variance(self) -> Array:
        """Variance of observation, discrepancy and allowance of each target, (k,)."""
        return np.diag(self.observation) + self.discrepancy + self.allowance

    @property
    def width(self) -> Array:
        """The distance c from which on a summary counts less, (k,)."""
        return 8.0 * np.sqrt(np.diag(self.observation) + self.discrepancy)

    def squashed(self, values: Array) -> Array:
        """Summaries (n, k) on the scale that is emulated."""
        return self.centre + self.width * np.arcsinh((values - self.centre) / self.width)

    def unsquashed(self, values: Array) -> Array:
        """The inverse of `squashed`, (n, k)."""
        return self.centre + self.width * np.sinh((values - self.centre) / self.width)

    @property
    def aside(self) -> tuple[str, ...]:
        """The targets that give way."""
        given = np.broadcast_to(self.allowance, len(self.names))
        return tuple(name for name, more in zip(self.names, given, strict=True) if more > 0)


@dataclass
class Knowledge:
    """What the runs made so far say: one emulator for each target."""

    goal: Goal
    emulators: Sequence[Emulator]
    runs: Runs

    @classmethod
    def from_runs(cls, goal: Goal, runs: Runs) -> Knowledge:
        """Emulators of all targets from raw summaries."""
        near = Runs(runs.unit, runs.seed, runs.full, goal.squashed(runs.values))
        return cls(goal, [fit_emulator(near, k) for k in range(len(goal.names))], runs)

    def with_runs(self, more: Runs) -> Knowledge:
        """The same emulators, lengths and variances kept, that know more runs."""
        runs = self.runs + more
        near = Runs(runs.unit, runs.seed, runs.full, self.goal.squashed(runs.values))
        emulators = [fit_emulator(near, k, before) for k, before in enumerate(self.emulators)]
        return Knowledge(self.goal, emulators, runs)

    @property
    def run_variance(self) -> Array:
        """Variance between single runs at one point, (k,)."""
        return np.array([each.run_variance for each in self.emulators])

    def expected(self, unit: Array) -> tuple[Array, Array]:
        """Means and emulator variances of the summaries at `unit` (n, d): two arrays (n, k)."""
        answers = [each.predict(unit) for each in self.emulators]
        return np.stack([a[0] for a in answers], 1), np.stack([a[1] for a in answers], 1)

    def means(self, unit: Array) -> Array:
        """Means alone, which are quicker, (n, k)."""
        return np.stack([each.mean(unit) for each in self.emulators], 1)

    def implausibilities(self, unit: Array) -> Array:
        """Implausibility of each point (n, d) for each target, (n, k)."""
        mean, variance = self.expected(unit)
        total = self.goal.fixed_variance + self.run_variance + variance
        return np.abs(self.goal.centre - mean) / np.sqrt(total)

    def implausibility(self, unit: Array) -> Array:
        """The worst over the targets, (n,)."""
        return self.implausibilities(unit).max(axis=1)

    def of_values(self, values: Array, repeats: int = 1) -> Array:
        """Implausibility of actual summaries (n, k), each a mean of `repeats` runs: (n, k); nan counts as 99."""
        total = self.goal.fixed_variance + self.run_variance / repeats
        found = np.abs(self.goal.centre - self.goal.squashed(values)) / np.sqrt(total)
        return np.where(np.isfinite(found), found, 99.0)


def missed(means: Array, centre: Array, tolerance: Array) -> Array:
    """How badly targets are missed together, (n,), by means (n, k) on the scale that is emulated.

    With m the miss of one target in tolerances, the sum of m^2 / (1 + m^2 / 9) (Geman & McClure 1987): where not
    all can be met, one that is missed by far weighs no more than nine, and the others are met all the better.
    """
    squares = np.nan_to_num(((means - centre) / tolerance) ** 2, nan=1e6)
    return np.asarray((squares / (1.0 + squares / 9.0)).sum(axis=1))


def least_missing(knowledge: Knowledge, tolerance: Array, random: np.random.Generator, count: int) -> Array:
    """Points (count, d) that miss the targets least, as far as the emulators know; the first is the best."""

    def badness(unit: Array) -> Array:
        return missed(knowledge.means(unit), knowledge.goal.centre, tolerance)

    region = not_ruled_out(badness, knowledge.runs.unit.shape[1], random, cut=0.0, walkers=200, count=200, rounds=20)
    found = np.sort(badness(region.unit))
    best = region.unit[np.argsort(badness(region.unit))]
    near = max(1, int((found <= found[0] + 0.5).sum()))
    others = random.choice(near, min(count - 1, near), replace=False)
    return best[np.unique(np.concatenate([[0], others]))][:count]


ENOUGH = 2.0
"""Implausibility at which all targets are met within tolerance; where no point has less, targets give way."""


def settled(knowledge: Knowledge, random: np.random.Generator, count: int = 400) -> tuple[Knowledge, Region]:
    """What is not ruled out, after targets that keep the others from being met within tolerance have given way.

    They give way one after the other, the one first that serves the others most, of several that serve as well the
    one of the widest tolerance. Each gets an allowance: the square of the least miss left when the others are met.
    """
    goal = replace(knowledge.goal, allowance=np.zeros(len(knowledge.goal.names)))
    knowledge = Knowledge(goal, knowledge.emulators, knowledge.runs)
    dimensions, aside = knowledge.runs.unit.shape[1], np.zeros(len(goal.names), bool)

    def without(mask: Array) -> Region:
        return not_ruled_out(
            lambda unit: knowledge.implausibilities(unit)[:, ~mask].max(axis=1),
            dimensions,
            random,
            cut=ENOUGH,
            walkers=150,
            count=150,
            rounds=20,
        )

    nearest = without(aside)
    while nearest.level > ENOUGH and aside.sum() < len(aside) // 2:
        worst = np.where(aside, -1.0, np.median(knowledge.implausibilities(nearest.unit), axis=0))
        tried = []
        for target in [k for k in np.argsort(-worst)[:4] if not aside[k]]:
            left = without(aside | (np.arange(len(aside)) == target))
            tried.append((left.level, -goal.discrepancy[target], target, left))
        _, _, target, nearest = min(tried, key=lambda each: each[:2])
        aside[target] = True
    if aside.any():
        miss = np.abs(goal.centre - knowledge.means(nearest.unit)).min(axis=0)
        knowledge.goal = replace(goal, allowance=np.where(aside, miss**2, 0.0))
    return knowledge, not_ruled_out(knowledge.implausibility, dimensions, random, count=count)


def match_history(
    simulate: Simulate,
    goal: Goal,
    dimensions: int,
    waves: Sequence[tuple[int, bool]],
    seeds: Sequence[int],
    random: np.random.Generator,
    told: Callable[[str], None] = print,
    pairs: int = 12,
) -> tuple[Knowledge, Region]:
    """Run the waves, each (points, full size), where nothing is ruled out yet; returns emulators and what is left.

    The first points of a first wave of small size are run in full size too, so that the emulators know the
    effect of size before the second wave.
    """
    knowledge: Knowledge | None = None
    region: Region | None = None
    runs = Runs.none(dimensions, len(goal.names))
    count = max(400, *(points for points, _ in waves))
    for number, (points, full) in enumerate(waves, start=1):
        if knowledge is None or region is None:
            unit = qmc.Sobol(dimensions, seed=random).random(2 ** int(np.ceil(np.log2(max(points, 2)))))[:points]
        else:
            tolerance = 2.0 * np.sqrt(goal.discrepancy + knowledge.goal.allowance)
            better = least_missing(knowledge, tolerance, random, max(1, points // 2))
            spread = region.unit[random.choice(len(region.unit), points - len(better), replace=False)]
            unit = random.permutation(np.concatenate([spread, better]))
        made = simulate(unit, np.resize(seeds, points), full, f"wave {number}")
        if knowledge is None and not full:
            both = unit[:pairs]
            made = made + simulate(both, np.resize(seeds, len(both)), True, "pairs of sizes")
        if len(made) == 0:
            break
        runs = runs + made
        knowledge = Knowledge.from_runs(goal, runs)
        knowledge, region = settled(knowledge, random, count)
        told(
            f"wave {number}: {len(made)} runs; not ruled out: {region.volume:.2g} of the space"
            + (f", at implausibility {region.level:.2f} at best" if region.level > CUT else "")
            + (f"; given up: {', '.join(knowledge.goal.aside)}" if knowledge.goal.aside else "")
        )
    if knowledge is None or region is None:
        raise ValueError("No wave could run a single point; raise the budget.")
    return knowledge, region
