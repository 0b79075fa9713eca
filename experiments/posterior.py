"""What is not ruled out is weighted by closeness to the targets and moved onto them by local regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.calibration import Knowledge
from experiments.regions import Region

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Sample:
    """Weighted parameters: unit values (n, d), weights (n,) that sum to 1."""

    unit: Array
    weight: Array

    def interval(self, share: float = 0.9) -> Array:
        """Central interval of each parameter, (2, d), in unit values."""
        ends = []
        for column in self.unit.T:
            order = np.argsort(column)
            place = np.cumsum(self.weight[order]) - 0.5 * self.weight[order]
            ends.append(np.interp([(1 - share) / 2, (1 + share) / 2], place, column[order]))
        return np.array(ends).T

    def choose(self, count: int, random: np.random.Generator) -> Array:
        """`count` points in proportion to weight, spread along the sample's longest axis, (count, d)."""
        centred = self.unit - self.weight @ self.unit
        axis = np.linalg.svd(centred * np.sqrt(self.weight)[:, None], full_matrices=False)[2][0]
        order = np.argsort(centred @ axis)
        ticks = (np.arange(count) + random.random()) / count
        return self.unit[order[np.searchsorted(np.cumsum(self.weight[order]), ticks).clip(0, len(order) - 1)]]


def posterior(knowledge: Knowledge, region: Region, random: np.random.Generator, accepted: float = 0.3) -> Sample:
    """What is left, weighted by closeness to the targets and moved to them along local linear regressions.

    Each point gets summaries that it could have produced: the emulator's mean with its variance, the difference
    between runs, discrepancy and observation error. The summaries are first condensed to one for each parameter
    (Fearnhead & Prangle 2012), the closest are accepted with Epanechnikov weights, and their parameters, on a
    logit scale, are moved by the regression on all summaries.
    """
    goal = knowledge.goal
    mean, variance = knowledge.expected(region.unit)
    own = np.sqrt(variance + knowledge.run_variance + goal.discrepancy)
    shared = np.linalg.cholesky(goal.observation + 1e-12 * np.eye(len(goal.names)))
    could = mean + own * random.standard_normal(mean.shape) + random.standard_normal(mean.shape) @ shared.T
    scale = np.maximum(could.std(axis=0), 1e-12)
    gap = (could - goal.centre) / scale
    edge = 1e-3
    inner = np.log((region.unit + edge) / (1 - region.unit + edge))
    condensed = gap @ _slopes(gap, inner, np.ones(len(gap)))
    distance = np.sqrt(((condensed / np.maximum(condensed.std(axis=0), 1e-12)) ** 2).sum(axis=1))
    limit = np.quantile(distance, accepted)
    near = distance < limit
    weight = 1.0 - (distance[near] / limit) ** 2
    adjusted = inner[near] - gap[near] @ _slopes(gap[near], inner[near], weight)
    power = np.exp(adjusted)
    unit = ((power * (1 + edge) - edge) / (1 + power)).clip(0, 1)
    return Sample(unit, weight / weight.sum())


def _slopes(summaries: Array, parameters: Array, weight: Array) -> Array:
    """Weighted least-squares slopes of parameters (n, d) on summaries (n, k), with a slight ridge: (k, d)."""
    centre = weight / weight.sum()
    x, y = summaries - centre @ summaries, parameters - centre @ parameters
    inner = (x * centre[:, None]).T @ x
    return np.linalg.solve(inner + 1e-4 * np.eye(len(inner)) * np.trace(inner) / len(inner), (x * centre[:, None]).T @ y)
