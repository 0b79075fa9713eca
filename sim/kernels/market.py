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
    ranked = np.sort(values)
    return float(0.5 * (ranked[(values.size - 1) // 2] + ranked[values.size // 2]))
