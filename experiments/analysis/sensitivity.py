"""Which parameters an output depends on: Morris screening first, then Sobol indices of the few that matter.

    morris_points -> runs -> morris -> important -> sobol_points -> runs -> sobol

Points are rows in the factors' units; outputs are one number a row, in the order of the rows. A screening takes about
ten runs a factor and says how far an output moves over a factor's range (Morris 1991; Campolongo, Cariboni & Saltelli
2007). Sobol indices take some hundreds a factor and share the output's variance out among factors (Sobol 1993; Saltelli
et al. 2010). Intervals are of `LEVEL`, symmetric, from a bootstrap's standard error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample
from scipy.stats import f as fisher

from experiments.designs import Factor, ends, sample_faults, written
from scenarios.predictions.judgement import LEVEL
from scenarios.predictions.trajectory import ROUNDING
from sim.errors import DataError

Array = npt.NDArray[Any]

LEVELS = 4  # levels of a screening's grid; source: Campolongo, Cariboni & Saltelli 2007
RESAMPLES = 200  # bootstrap samples; source: Efron & Tibshirani 1993 (enough for a standard error)
STEP_ERROR = 1e-4  # share of a range by which written values may miss a screening's step; source: definition (above designs.RESOLUTION)
SMALL_HALF = 0.1  # half of a share's interval up to which the share is resolved whatever it is; source: assumption
WIDE_HALF = 0.5  # and above which it is not, for it may then be nearly anything; source: assumption
KEPT = 2  # fewest factors that a screening keeps; source: definition (fewer have no interaction)
FIRST_ROWS = 5  # faulty rows that a message names; source: definition


@dataclass(frozen=True)
class Screening:
    """Elementary effects of factors on one output, each over the factor's whole range, in the output's unit; all (d,).

    Attributes:
        names: the factors.
        mu: mean effect; near 0 with a large `mu_star` if the sign changes.
        mu_star: mean size of the effect.
        mu_star_conf: half the width of the interval of `mu_star`.
        sigma: standard deviation of the effects, large if a factor is not linear or interacts.
        standardised: `mu_star` in standard deviations of the output over all points, to compare outputs.
        constant: whether the output is the same at all points; every number is 0 then.
    """

    names: tuple[str, ...]
    mu: Array
    mu_star: Array
    mu_star_conf: Array
    sigma: Array
    standardised: Array
    constant: bool

    @property
    def standardised_conf(self) -> Array:
        """Half the width of the interval of `standardised`, (d,)."""
        return self.mu_star_conf * np.divide(self.standardised, self.mu_star, out=np.zeros(len(self.mu_star)), where=self.mu_star > 0)


@dataclass(frozen=True)
class Indices:
    """Shares of an output's variance; 0 to 1 but for errors of estimation.

    Attributes:
        names: the factors.
        first_order, total_order: by a factor alone, and with all its interactions, (d,): S1 and ST.
        second_order: by the interaction of two factors, symmetric, 0 on the diagonal, (d, d): S2; None if not asked for.
        first_order_conf, total_order_conf, second_order_conf: half the widths of their intervals.
        constant: whether the output is the same at all base points; every number is 0 then.
    """

    names: tuple[str, ...]
    first_order: Array
    first_order_conf: Array
    total_order: Array
    total_order_conf: Array
    second_order: Array | None
    second_order_conf: Array | None
    constant: bool


@dataclass(frozen=True)
class ChanceShare:
    """Share of the variance of single runs that is chance, not parameters, with its interval."""

    value: float
    low: float
    high: float


def runs_of(method: str, dimensions: int, samples: int, second_order: bool = False) -> int:
    """Runs that `morris` (samples are trajectories) or `sobol` takes, before replicates."""
    block = {"morris": dimensions + 1, "sobol": (2 if second_order else 1) * dimensions + 2}
    return samples * block[method]


def morris_points(factors: Sequence[Factor], trajectories: int, seed: int, levels: int = LEVELS) -> Array:
    """Points (trajectories * (d + 1), d): in each trajectory every factor moves once, by levels / (2 (levels - 1)) of its range.

    Raises:
        DataError: for fewer than two trajectories, or for an odd number of levels, which would sample unevenly.
    """
    faults = factor_count_faults(factors)
    if trajectories < 2:
        faults.append(f"trajectories = {trajectories}, but effects are averaged over at least 2; 10 to 50 are usual.")
    if levels < 2 or levels % 2:
        faults.append(f"levels = {levels} is no even number from 2; {LEVELS} is usual.")
    if faults:
        raise DataError(faults)
    unit = morris_sample.sample(problem(factors), trajectories, num_levels=levels, seed=np.random.default_rng(seed))
    return written(unit, factors)


def morris(factors: Sequence[Factor], points: Array, outputs: Array, seed: int, levels: int = LEVELS) -> Screening:
    """Elementary effects from outputs (n,) at the points (n, d) of `morris_points`; `seed` is the bootstrap's.

    Raises:
        DataError: if outputs are not finite, or points are no trajectories of these factors and levels.
    """
    points, outputs, names, none = np.asarray(points, float), np.asarray(outputs, float), names_of(factors), np.zeros(len(factors))
    faults = factor_count_faults(factors) or output_faults(outputs, len(points))
    if factors and not trajectories_of(factors, points, levels):
        said = f"{len(factors)} factors and {levels} levels"
        faults.append(f"points: rows are no trajectories of {said}. Give those of morris_points in their order, with the same levels.")
    if faults:
        raise DataError(faults)
    if not varies(outputs):
        return Screening(names, none, none, none, none, none, True)
    found = morris_analysis.analyze(
        problem(factors), points, outputs, RESAMPLES, LEVEL, num_levels=levels, seed=np.random.default_rng(seed)
    )
    mu, mu_star, conf, sigma = (np.asarray(found[name], float) for name in ("mu", "mu_star", "mu_star_conf", "sigma"))
    return Screening(names, mu, mu_star, conf, sigma, mu_star / outputs.std(), False)


def trajectories_of(factors: Sequence[Factor], points: Array, levels: int) -> bool:
    """Whether points are two or more trajectories in which each factor moves once, by the step of so many levels."""
    d = len(factors)
    if points.shape[1:] != (d,) or len(points) % (d + 1) or len(points) < 2 * (d + 1):
        return False
    low, high = ends(factors)
    steps = np.abs(np.diff(((points - low) / (high - low)).reshape(-1, d + 1, d), axis=1)) / (levels / 2 / (levels - 1))
    moved = steps > STEP_ERROR
    each_once = (moved.sum(axis=1) == 1).all() and (moved.sum(axis=2) == 1).all()
    return bool(each_once and np.abs(steps - moved).max() <= STEP_ERROR)


def important(screening: Screening, share: float) -> tuple[str, ...]:
    """Factors to keep, the greatest `mu_star` first: those whose upper bound reaches a share of the greatest.

    Two at least are kept if there are two, and no more if the output is constant.
    """
    if not 0 <= share <= 1:
        raise DataError(f"share = {share!r} is outside [0, 1]; give the least share of the greatest effect that matters.")
    order = np.argsort(-screening.mu_star, kind="stable")
    upper = (screening.mu_star + screening.mu_star_conf)[order]
    reached = (upper >= share * screening.mu_star.max()) & (not screening.constant)
    reached[:KEPT] = True
    return tuple(screening.names[number] for number in order[reached])


def leaders(values: Array, half: Array) -> list[int]:
    """Places of the greatest value and of all that are not told apart from it, the greatest first: their intervals reach its own.

    Args:
        values: (d,). half: half the widths of their intervals, (d,); one without a number reaches everything.
    """
    order = np.argsort(-values, kind="stable")
    apart = values + half < values[order[0]] - half[order[0]]
    return [int(place) for place in order if not apart[place]]


def resolved_shares(shares: Array, half: Array) -> Array:
    """Which shares of a variance say something: their interval is narrow, or leaves out 0 and is not wider than the whole, (d,)."""
    return (half <= SMALL_HALF) | ((half < shares) & (half <= WIDE_HALF))


def sobol_points(factors: Sequence[Factor], samples: int, second_order: bool, seed: int) -> Array:
    """Points (`runs_of`, d): samples, a power of two from 2, of two base points each and their crossings (Saltelli 2002).

    Raises:
        DataError: for another number of samples.
    """
    faults = factor_count_faults(factors) + sample_faults("sobol", samples)
    if samples == 1:
        faults.append("samples = 1, but a variance needs at least 2; 256 to 4096 are usual.")
    if faults:
        raise DataError(faults)
    unit = sobol_sample.sample(problem(factors), samples, calc_second_order=second_order, seed=np.random.default_rng(seed))
    return written(unit, factors)


def sobol(factors: Sequence[Factor], outputs: Array, second_order: bool, seed: int) -> Indices:
    """Sobol indices from outputs (n,) at the points of `sobol_points` with the same `second_order`; `seed` is the bootstrap's.

    Raises:
        DataError: if outputs are not finite, or are not as many as those points.
    """
    outputs, names, d = np.asarray(outputs, float), names_of(factors), len(factors)
    block = runs_of("sobol", d, 1, second_order)
    faults = factor_count_faults(factors) or output_faults(outputs, outputs.size)
    samples, rest = divmod(outputs.size, block)
    if rest or samples < 2 or samples & (samples - 1):
        said = f"the {block} runs that {d} factors take {'with' if second_order else 'without'} second order"
        faults.append(f"outputs: {outputs.size} are no power of two from 2 times {said}. Give one for each of sobol_points.")
    if faults:
        raise DataError(faults)
    if not varies(outputs.reshape(-1, block)[:, [0, -1]]):
        none, pairs = np.zeros(d), np.zeros((d, d)) if second_order else None
        return Indices(names, none, none, none, none, pairs, pairs, True)
    generator = np.random.default_rng(seed)  # a bare 0 would draw from numpy's global state
    found = sobol_analysis.analyze(problem(factors), outputs, second_order, RESAMPLES, LEVEL, seed=generator)
    both = [symmetric(found[name]) if second_order else None for name in ("S2", "S2_conf")]
    return Indices(names, found["S1"], found["S1_conf"], found["ST"], found["ST_conf"], *both, False)


def chance_share(outputs: Array) -> ChanceShare:
    """How much of the variance of single runs is chance, by outputs (n points, r replicates), with its `LEVEL` interval.

    One less the intraclass correlation of the one-way analysis of variance, its interval by Fisher's F for normal
    outputs (Shrout & Fleiss 1979). 0 where nothing varies.

    Raises:
        DataError: for fewer than two points or two replicates, or outputs that are not finite.
    """
    outputs = np.asarray(outputs, float)
    if outputs.ndim != 2 or min(outputs.shape) < 2:
        raise DataError(f"outputs: their shape is {outputs.shape}; give (points, replicates), at least two of each.")
    if faults := finite_faults(outputs):
        raise DataError(faults)
    points, replicates = outputs.shape
    if not varies(outputs):
        return ChanceShare(0.0, 0.0, 0.0)
    within = outputs.var(axis=1, ddof=1).mean()
    between = replicates * outputs.mean(axis=1).var(ddof=1)
    freedom = (points - 1, points * (replicates - 1))
    ratio = np.array([1.0, *fisher.ppf([(1 - LEVEL) / 2, (1 + LEVEL) / 2], *freedom)])
    # E between = chance + replicates * parameters, E within = chance
    shares = replicates * within * ratio / (between + (replicates - 1) * within * ratio)
    return ChanceShare(*(float(share) for share in np.minimum(shares, 1.0)))


def varies(outputs: Array) -> bool:
    """Whether outputs differ by more than rounding."""
    return bool(np.ptp(outputs) > ROUNDING * np.abs(outputs).max())


def output_faults(outputs: Array, rows: int) -> list[str]:
    """Faults of outputs that are not one finite number for each point."""
    if outputs.shape != (rows,):
        return [f"outputs: their shape is {outputs.shape}; give one number for each of {rows} points, in the order of the points."]
    return finite_faults(outputs)


def finite_faults(outputs: Array) -> list[str]:
    """The fault of outputs, (n,) or (n, r), in rows that hold what is no finite number."""
    wrong = np.flatnonzero(~np.isfinite(outputs).reshape(len(outputs), -1).all(axis=1))
    if not wrong.size:
        return []
    said = ", ".join(map(str, wrong[:FIRST_ROWS])) + (", ..." if wrong.size > FIRST_ROWS else "")
    return [f"outputs: {wrong.size} of {len(outputs)} rows hold no finite number: {said}, from 0. Run them again, or narrow the ranges."]


def factor_count_faults(factors: Sequence[Factor]) -> list[str]:
    """The fault of no factors at all."""
    return [] if factors else ["factors: there are none; a sensitivity needs at least one range."]


def problem(factors: Sequence[Factor]) -> dict[str, Any]:
    """The factors as SALib takes them; it writes into its copy."""
    return {"num_vars": len(factors), "names": list(names_of(factors)), "bounds": [[factor.low, factor.high] for factor in factors]}


def names_of(factors: Sequence[Factor]) -> tuple[str, ...]:
    """The factors' names."""
    return tuple(factor.name for factor in factors)


def symmetric(upper: Array) -> Array:
    """Values above the diagonal (d, d), also below it; 0 on it."""
    above = np.triu(upper, 1)
    return above + above.T
