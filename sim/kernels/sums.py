"""Exact sums from many rows into few, and shares among a row's neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

PER_UNIT = 1e4  # counts a unit; the inverse of sim.fields.QUANTUM


@njit(nogil=True, cache=True)
def tally(total: Any, index: Any, value: Any) -> None:
    """Count value[i] (in units) into total[index[i]] (int64, in 1e-4 units); negative indices are passed over."""
    for i in range(index.size):
        j = index[i]
        if j >= 0:
            total[j] += np.int64(np.rint(np.float64(value[i]) * PER_UNIT))


@njit(nogil=True, cache=True)
def tally_ones(total: Any, index: Any) -> None:
    """Count 1 into total[index[i]] (int64, in 1e-4 units); negative indices are passed over."""
    for i in range(index.size):
        j = index[i]
        if j >= 0:
            total[j] += np.int64(10_000)


@njit(nogil=True, cache=True)
def shares_among(one: Any, other: Any, table: Any, first: int, out_one: Any, out_other: Any) -> None:
    """Shares of the rows table[first + i] (n, degree) whose flag (0 or 1) is set in `one` and in `other`; writes (n,) each."""
    degree = table.shape[1]
    for i in range(out_one.size):
        hits = others = 0
        for k in range(degree):
            hits += one[table[first + i, k]]
            others += other[table[first + i, k]]
        out_one[i] = np.float32(hits) / np.float32(degree)
        out_other[i] = np.float32(others) / np.float32(degree)


@njit(nogil=True, cache=True)
def total_if_valid(values: Any) -> float:
    """Sum of values (n,), or nan if one of them is negative or not finite."""
    total = 0.0
    for i in range(values.size):
        if not (values[i] >= 0.0 and values[i] < np.inf):
            return np.nan
        total += values[i]
    return total


@njit(nogil=True, cache=True)
def add_at(balance: Any, index: Any, values: Any, sign: float) -> bool:
    """balance[index[i]] += sign * values[i], in order of i; False, and nothing done, if an index does not exist."""
    if index.size != values.size:
        return False
    for i in range(index.size):
        if not 0 <= index[i] < balance.size:
            return False
    for i in range(values.size):
        balance[index[i]] += sign * values[i]
    return True
