"""Choice among indexed alternatives with noise that belongs to (row, alternative), never to a position."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

HALF_STEP = np.float32(2.0**-23)
GOLDEN = np.uint32(0x9E3779B1)
NEVER = np.float32(-1e30)
WIDTH = 8  # alternatives of a row at most: a known number makes the loops fast
CHUNK = 256  # rows whose noise is made at once: stays in the first-level cache


@njit(inline="always")
def mix(x: Any) -> Any:
    """One round of splitmix64: a good 64-bit hash (Steele, Lea & Flood 2014)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(inline="always")
def log32(x: Any) -> Any:
    """Natural logarithm of a positive normal float32 without branches (Cephes polynomial), within 2 units in the last place."""
    bits = np.float32(x).view(np.int32)
    exponent = (bits - np.int32(0x3F3504F3)) >> np.int32(23)
    f = np.int32(bits - np.int32(exponent << np.int32(23))).view(np.float32) - np.float32(1.0)
    y = np.float32(7.0376836292e-2)
    y = y * f - np.float32(1.1514610310e-1)
    y = y * f + np.float32(1.1676998740e-1)
    y = y * f - np.float32(1.2420140846e-1)
    y = y * f + np.float32(1.4249322787e-1)
    y = y * f - np.float32(1.6668057665e-1)
    y = y * f + np.float32(2.0000714765e-1)
    y = y * f - np.float32(2.4999993993e-1)
    y = y * f + np.float32(3.3333331174e-1)
    square = f * f
    y = y * f * square
    e = np.float32(exponent)
    y = y - e * np.float32(2.12194440e-4) - np.float32(0.5) * square
    return f + y + e * np.float32(0.693359375)


@njit(nogil=True, cache=True)
def fill_gumbel(base: Any, noise: Any, size: int) -> None:
    """Standard Gumbel noise from hashes (uint32), finished by fmix32; free of branches, so it runs in vector registers."""
    for j in range(np.uintp(size)):
        h = base[j]
        h = np.uint32(np.uint32(h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
        h = np.uint32(np.uint32(h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
        h = np.uint32(h ^ (h >> np.uint32(16)))
        u = (np.float32(np.int32(h >> np.uint32(9))) + np.float32(0.5)) * HALF_STEP
        noise[j] = -log32(-log32(u))


@njit(nogil=True, cache=True)
def gumbel_argmax(utility: Any, index: Any, outside: Any, key: Any, step: int, first: int, place: Any, chosen: Any) -> None:
    """A logit draw for each row.

    Args:
        utility: (n, WIDTH) float32.
        index: (n, WIDTH) int32, the alternative in each position; -1 where there is none.
        outside: (n,) float32, utility of choosing nothing.
        key, step, first: stream key, week and number of the first row.
        place: (n,) int8, written: the position chosen, -1 for nothing.
        chosen: (n,) int32, written: the alternative chosen, -1 for nothing.
    """
    rows = utility.shape[0]
    week = mix(key ^ np.uint64(step))
    base = np.empty(CHUNK * (WIDTH + 1) + 1, np.uint32)
    noise = np.empty(CHUNK * (WIDTH + 1), np.float32)
    for begin in range(0, rows, CHUNK):
        size = min(CHUNK, rows - begin)
        filled = 0
        for i in range(size):  # noise for real offers and for nothing, one after the other
            row = np.uint32(mix(week ^ np.uint64(first + begin + i)) >> np.uint64(32))
            for k in range(WIDTH):
                j = index[begin + i, k]
                base[filled] = row ^ np.uint32(np.uint32(j) * GOLDEN)
                filled += j >= 0
            base[filled] = row ^ np.uint32(np.uint32(np.int32(-1)) * GOLDEN)
            filled += 1
        fill_gumbel(base, noise, filled)
        at_noise = 0
        for i in range(size):
            row_at = begin + i
            best = NEVER
            at = -1
            for k in range(WIDTH):
                there = index[row_at, k] >= 0
                value = utility[row_at, k] + noise[at_noise] if there else NEVER
                at_noise += there
                better = value > best
                best = value if better else best
                at = k if better else at
            if outside[row_at] + noise[at_noise] >= best:
                at = -1
            at_noise += 1
            place[row_at] = at
            chosen[row_at] = index[row_at, at] if at >= 0 else np.int32(-1)
