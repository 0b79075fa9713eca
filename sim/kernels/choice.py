"""Choice among indexed alternatives with noise that belongs to (row, alternative), never to a position."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from sim.kernels.random import UNIT


@njit(inline="always")
def mix(x: Any) -> Any:
    """One round of splitmix64: a good 64-bit hash (Steele, Lea & Flood 2014)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(inline="always")
def pair_gumbel(base: Any, alternative: Any) -> Any:
    """Standard Gumbel noise of one pair; `base` is the hash of the row."""
    word = mix(base ^ (np.uint64(alternative) * np.uint64(0xD1342543DE82EF95)))
    u = (np.float32(np.int32(word >> np.uint64(40))) + np.float32(0.5)) * UNIT
    return -np.float32(math.log(-np.float32(math.log(u))))


@njit(nogil=True, cache=True)
def gumbel_argmax(
    utility: Any, index: Any, outside: Any, key: Any, step: int, first: int, place: Any, chosen: Any
) -> None:
    """A logit draw for each row.

    Args:
        utility: (n, k) float32.
        index: (n, k) int32, the alternative in each position; -1 where there is none.
        outside: (n,) float32, utility of choosing nothing.
        key, step, first: stream key, week and number of the first row.
        place: (n,) int8, written: the position chosen, -1 for nothing.
        chosen: (n,) int32, written: the alternative chosen, -1 for nothing.
    """
    rows, width = utility.shape
    week = mix(key ^ np.uint64(step))
    for i in range(rows):
        base = mix(week ^ np.uint64(first + i))
        best = outside[i] + pair_gumbel(base, np.int64(-1))
        at = -1
        who = np.int32(-1)
        for k in range(width):
            j = index[i, k]
            if j >= 0:
                value = utility[i, k] + pair_gumbel(base, np.int64(j))
                if value > best:
                    best = value
                    at = k
                    who = j
        place[i] = at
        chosen[i] = who
