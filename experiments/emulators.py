"""A few hundred runs stand for all others: a Gaussian process says what a run would give, and how surely.

A summary y of a run at the parameters x (in [-1, 1]^d), with seed s and of size z (0 small, 1 full) is

    y = f(x) + z * delta(x) + seed effect(s, z) + noise(z)

f is a linear trend plus a smooth part (squared exponential, one length for each parameter) or a quadratic,
whichever foretells left-out runs better; delta is linear (Kennedy & O'Hagan 2000 with factor one). Seeds are
shared between points (common random numbers), so their effect is told apart from that of the parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

Array = npt.NDArray[Any]

KINDS = ("smooth", "quadratic")
FOR_LENGTHS, MOST = 180, 260
"""Runs from which lengths and variances are estimated, and runs that are then used with them: the latest."""
JITTER = 1e-8


@dataclass(frozen=True)
class Runs:
    """Runs in rows: unit parameters (n, d), seeds (n,), whether of full size (n,), summaries (n, k), nan if none."""

    unit: Array
    seed: Array
    full: Array
    values: Array

    @classmethod
    def none(cls, dimensions: int, summaries: int) -> Runs:
        """No runs yet."""
        return cls(np.zeros((0, dimensions)), np.zeros(0, np.int64), np.zeros(0, bool), np.zeros((0, summaries)))

    def __len__(self) -> int:
        return len(self.unit)

    def __add__(self, other: Runs) -> Runs:
        names = ("unit", "seed", "full", "values")
        return Runs(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in names))

    def take(self, rows: Array) -> Runs:
        """Some of the runs."""
        return Runs(self.unit[rows], self.seed[rows], self.full[rows], self.values[rows])


@dataclass
class Emulator:
    """What one summary would be, learned from runs; see the module for the equation.

    Attributes:
        kind: smooth or quadratic.
        score: mean log density of left-out runs, in units of the summary.
        share_explained: 1 - mean squared error of left-out runs / variance of the summary.
        run_variance: variance between single full-size runs at one point.
        inflation: by how much errors of left-out runs exceed what was expected. seeds: how many were used.
    """

    kind: str
    unit: Array
    centre: float
    scale: float
    lengths: Array
    parts: dict[str, float]
    weights: Array
    inverse: Array
    full: Array
    score: float
    share_explained: float
    run_variance: float
    inflation: float
    seeds: int

    def mean(self, unit: Array) -> Array:
        """Expected summary of full-size runs at `unit` (m, d), (m,)."""
        return self.centre + self.scale * (self._cross(2.0 * np.atleast_2d(unit) - 1.0) @ self.weights)

    def _cross(self, points: Array) -> Array:
        full = np.ones(len(points), bool)
        return structure(self.kind, points, self.unit, self.lengths, self.parts, full, self.full)

    def predict(self, unit: Array) -> tuple[Array, Array]:
        """Mean and variance of the expected summary of full-size runs at `unit` (m, d): two arrays (m,)."""
        points = 2.0 * np.atleast_2d(unit) - 1.0
        cross = self._cross(points)
        mean = cross @ self.weights
        prior = structure_diagonal(self.kind, points, self.lengths, self.parts)
        variance = np.maximum(prior - np.einsum("ij,ij->i", cross @ self.inverse, cross), 0.0)
        variance = self.scale**2 * (self.inflation * variance + self.parts["seed"] / self.seeds)
        return self.centre + self.scale * mean, variance


def fit_emulator(runs: Runs, summary: int, before: Emulator | None = None) -> Emulator:
    """An emulator of one summary (its column) from the latest runs.

    Without `before` the better of both kinds is taken, by the density of left-out runs; with it, its kind, lengths
    and variances are kept and only the runs are new.
    """
    chosen = runs.take(np.flatnonzero(np.isfinite(runs.values[:, summary]))[-MOST:])
    values = chosen.values[:, summary]
    if before is not None:
        return _condition(before.kind, chosen, values, before.lengths, before.parts, before.centre, before.scale)
    return max((_fit(kind, chosen, values) for kind in KINDS), key=lambda each: each.score)


def structure(kind: str, a: Array, b: Array, lengths: Array, parts: dict[str, float], full_a: Array, full_b: Array) -> Array:
    """Covariance of the expected summaries at points a (n, d) and b (m, d), (n, m)."""
    scaled_a, scaled_b = a / lengths, b / lengths
    linear = 1.0 + a @ b.T
    if kind == "smooth":
        covariance = parts["trend"] * linear + parts["curve"] * np.exp(-0.5 * _squares(scaled_a, scaled_b))
    else:
        covariance = parts["trend"] * linear + parts["curve"] * (1.0 + scaled_a @ scaled_b.T) ** 2
    return covariance + parts["delta"] * linear * np.outer(full_a, full_b)


def structure_diagonal(kind: str, points: Array, lengths: Array, parts: dict[str, float]) -> Array:
    """Prior variance of the expected full-size summary at each point (n, d), (n,)."""
    linear = 1.0 + (points**2).sum(axis=1)
    curve = 1.0 if kind == "smooth" else (1.0 + ((points / lengths) ** 2).sum(axis=1)) ** 2
    return (parts["trend"] + parts["delta"]) * linear + parts["curve"] * curve


def _squares(a: Array, b: Array) -> Array:
    return np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1)[None, :] - 2.0 * a @ b.T, 0.0)


NAMES = ("curve", "seed", "noise_small", "noise_full", "delta")
BOUNDS = {
    "curve": (1e-3, 30.0),
    "seed": (1e-6, 3.0),
    "noise_small": (1e-6, 3.0),
    "noise_full": (1e-6, 3.0),
    "delta": (1e-6, 10.0),
}
START = {"curve": 1.0, "seed": 0.01, "noise_small": 0.05, "noise_full": 0.05, "delta": 0.05}


def _fit(kind: str, runs: Runs, values: Array) -> Emulator:
    centre, scale = float(values.mean()), float(values.std()) or 1.0
    part = np.random.default_rng(0).permutation(len(values))[:FOR_LENGTHS]
    points = 2.0 * runs.unit[part] - 1.0
    lengths, parts = _most_likely(kind, points, (values[part] - centre) / scale, runs.seed[part], runs.full[part].astype(bool))
    return _condition(kind, runs, values, lengths, parts, centre, scale)


def _condition(kind: str, runs: Runs, values: Array, lengths: Array, parts: dict[str, float], centre: float, scale: float) -> Emulator:
    """The emulator of given lengths and variances that knows these runs."""
    points, full = 2.0 * runs.unit - 1.0, runs.full.astype(bool)
    standard = (values - centre) / scale
    covariance = structure(kind, points, points, lengths, parts, full, full) + _disturbance(runs.seed, full, parts)
    inverse = np.linalg.inv(covariance)
    weights = inverse @ standard
    left_out_variance = 1.0 / np.diag(inverse)
    error = weights * left_out_variance
    score = float(np.mean(-0.5 * np.log(left_out_variance) - 0.5 * error**2 / left_out_variance))
    return Emulator(
        kind=kind,
        unit=points,
        centre=centre,
        scale=scale,
        lengths=lengths,
        parts=parts,
        weights=weights,
        inverse=inverse,
        full=full,
        score=score - float(np.log(scale)),
        share_explained=float(1.0 - np.mean(error**2) / (np.var(standard) or 1.0)),
        run_variance=scale**2 * (parts["seed"] + parts["noise_full"]),
        inflation=float(np.clip(np.mean(error**2 / left_out_variance), 1.0, 9.0)),
        seeds=len(np.unique(runs.seed)),
    )


def _same_seed(seed: Array, full: Array) -> Array:
    """Which runs share seed and size, (n, n), less its mean over seeds: effects of seeds sum to zero in each size.

    Else the effect of size, which is the same for all seeds, could pass for one of seeds.
    """
    alike = full[:, None] == full[None, :]
    return (seed[:, None] == seed[None, :]) * alike - alike / len(np.unique(seed))


def _disturbance(seed: Array, full: Array, parts: dict[str, float]) -> Array:
    """Covariance of what seeds and noise add, (n, n)."""
    same = _same_seed(seed, full)
    return parts["seed"] * same + np.diag(np.where(full, parts["noise_full"], parts["noise_small"]) + JITTER)


def _most_likely(kind: str, points: Array, standard: Array, seed: Array, full: Array) -> tuple[Array, dict[str, float]]:
    """Lengths and variances of greatest likelihood, with weak priors that keep them in reach."""
    n, d = points.shape
    same = _same_seed(seed, full)
    linear = 1.0 + points @ points.T
    both = linear * np.outer(full, full)
    start = np.log([START[name] for name in NAMES] + [2.0] * d)
    bounds = [tuple(np.log(BOUNDS[name])) for name in NAMES] + [(np.log(0.3), np.log(30.0))] * d
    trend = 1.0

    def loss(log_values: Array) -> tuple[float, Array]:
        curve, seeds, small, large, delta = np.exp(log_values[:5])
        scaled = points / np.exp(log_values[5:])
        inner = 1.0 + scaled @ scaled.T
        shape = np.exp(-0.5 * _squares(scaled, scaled)) if kind == "smooth" else inner**2
        covariance = trend * linear + curve * shape + delta * both + seeds * same
        covariance[np.diag_indices(n)] += np.where(full, large, small) + JITTER
        try:
            factor = cho_factor(covariance, lower=True)
        except np.linalg.LinAlgError:
            return 1e10, np.zeros_like(log_values)
        inverse = cho_solve(factor, np.eye(n))
        weights = inverse @ standard
        pull = 0.5 * (np.outer(weights, weights) - inverse)  # derivative of the log likelihood
        own = np.diag(pull)
        gradient = np.empty_like(log_values)
        gradient[0] = curve * (pull * shape).sum()
        gradient[1] = seeds * (pull * same).sum()
        gradient[2], gradient[3] = small * own[~full].sum(), large * own[full].sum()
        gradient[4] = delta * (pull * both).sum()
        if kind == "smooth":  # sum of pull * shape * (x_i - x_j)^2
            moved = pull * shape
            gradient[5:] = curve * 2.0 * (moved.sum(1) @ scaled**2 - (scaled * (moved @ scaled)).sum(0))
        else:
            gradient[5:] = -4.0 * curve * (scaled * ((pull * inner) @ scaled)).sum(0)
        likelihood = -0.5 * standard @ weights - np.log(np.diag(factor[0])).sum()
        away = (log_values - start) / 2.0  # a normal prior of two log units on everything
        return -likelihood + 0.5 * (away**2).sum(), -gradient + away / 2.0

    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 50})
    values = np.exp(found.x)
    return values[5:], dict(zip(NAMES, values[:5].tolist(), strict=True)) | {"trend": trend}
