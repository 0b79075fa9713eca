"""A row's few ties to members of a large set: look-ups and places for new ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def tied_value_add(out: Any, weight: float, index: Any, group: Any, ties: Any, value: Any, default: float) -> None:
    """out[i, k] += weight * (value of the tie to group[index[i, k]], or default where there is none).

    Args:
        out: (n, k) float32. index: (n, k) int32, -1 for nothing. group: (m,) int32.
        ties: (n, t) integer, -1 for none. value: (n, t) float32.
    """
    rows, width = index.shape
    for i in range(rows):
        for k in range(width):
            if index[i, k] < 0:
                continue
            who = group[index[i, k]]
            found = np.float32(default)
            for t in range(ties.shape[1]):
                found = value[i, t] if ties[i, t] == who else found
            out[i, k] += np.float32(weight) * found
