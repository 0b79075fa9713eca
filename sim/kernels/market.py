"""Small functions that rules of the market side share."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.kernels.compiled import compiled


@compiled
def logistic(x: float) -> float:
    """1 / (1 + exp(-x)), flat beyond 50 units so that nothing overflows."""
    return 1.0 / (1.0 + math.exp(-min(max(x, -50.0), 50.0)))


def middle(values: Any, otherwise: float) -> float:
    """Median of values (n,), or another number where there are none. `numpy.median` takes ten times as long."""
    if values.size == 0:
        return otherwise
    low, high = (values.size - 1) // 2, values.size // 2
    ranked = np.partition(values, (low, high))
    return float(0.5 * (ranked[low] + ranked[high]))


def largest(values: Any, count: int) -> Any:
    """Rows of the largest values (n,), falling, of equals the first; `count` of them, or all there are."""
    if count < values.size:
        rows = np.flatnonzero(values >= np.partition(values, -count)[-count])
        return rows[np.argsort(-values[rows], kind="stable")][:count]
    return np.argsort(-values, kind="stable")
