"""A row's few ties to members of a large set: look-ups and places for new ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def tied_value_add(
    out: Any, weight: float, index: Any, group: Any, ties: Any, value: Any, default: float
) -> None:
    """out[i, k] += weight * (value of the tie to group[index[i, k]], or default where there is none).

    Args:
        out: (n, k) float32. index: (n, k) int32, -1 for nothing. group: (m,) int32.
        ties: (n, t) integer, -1 for none. value: (n, t) float32.
    """
    rows, width = index.shape
    for i in range(rows):
        for k in range(width):
            j = index[i, k]
            if j < 0:
                continue
            who = group[j]
            found = np.float32(default)
            for t in range(ties.shape[1]):
                if ties[i, t] == who:
                    found = value[i, t]
            out[i, k] += np.float32(weight) * found


@njit(nogil=True, cache=True)
def place_in_ties(who: Any, ties: Any, value: Any, kept: Any, place: Any, new: Any) -> None:
    """Where a row's tie to who[i] is, or which one it may take.

    A new tie takes an empty place, else the place of least value among those not `kept`, else of least value.

    Args:
        who: (n,) int32, -1 for nobody. ties: (n, t). value: (n, t). kept: (n, t) bool.
        place: (n,) int8, written, -1 for nobody. new: (n,) bool, written.
    """
    for i in range(who.size):
        place[i] = -1
        new[i] = False
        if who[i] < 0:
            continue
        best = np.float32(1e9)
        at = 0
        for t in range(ties.shape[1]):
            if ties[i, t] == who[i]:
                at = t
                best = np.float32(-1e9)
                break
            rank = np.float32(-1e3) if ties[i, t] < 0 else value[i, t] + (np.float32(10.0) if kept[i, t] else np.float32(0.0))
            if rank < best:
                best = rank
                at = t
        place[i] = at
        new[i] = ties[i, at] != who[i]
