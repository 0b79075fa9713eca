"""Exact sums from many rows into few, and look-ups from few into many."""

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
def look_up_add(out: Any, table: Any, index: Any) -> None:
    """out[i, k] += table[index[i, k]] where index is not negative; out (n, k) float32, table (m,)."""
    rows, width = index.shape
    for i in range(rows):
        for k in range(width):
            j = index[i, k]
            if j >= 0:
                out[i, k] += np.float32(table[j])


@njit(nogil=True, cache=True)
def inner_add(out: Any, weight: float, vectors: Any, table: Any, index: Any) -> None:
    """out[i, k] += weight * <vectors[i], table[index[i, k]]> where 0 <= index < rows of table."""
    rows, width = index.shape
    for i in range(rows):
        for k in range(width):
            j = index[i, k]
            if 0 <= j < table.shape[0]:
                product = np.float32(0.0)
                for d in range(table.shape[1]):
                    product += vectors[i, d] * np.float32(table[j, d])
                out[i, k] += np.float32(weight) * product


@njit(nogil=True, cache=True)
def mean_of_rows(values: Any, table: Any, first: int, mask: int, out: Any) -> None:
    """out[i] = share of the rows table[first + i] whose byte in `values` has a bit of `mask` set."""
    degree = table.shape[1]
    for i in range(out.size):
        hits = 0
        for k in range(degree):
            hits += (values[table[first + i, k]] & mask) != 0
        out[i] = np.float32(hits) / np.float32(degree)
