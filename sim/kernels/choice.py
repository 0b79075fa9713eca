"""Choice among indexed alternatives with noise that belongs to (row, alternative), never to a position."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.kernels.compiled import compiled

HALF_STEP = np.float32(2.0**-23)
GOLDEN = np.uint32(0x9E3779B1)
ROOT_HALF = np.int32(0x3F3504F3)  # the bits of the square root of 1/2
LOG_2 = np.float32(np.log(2.0))
A, B, C, D, E, F = np.array([0.33334691, -0.24980574, 0.19910238, -0.17166906, 0.16141179, -0.10224207], np.float32)
LOG2_E = np.float32(np.log2(np.e))
LOG_2_HIGH, LOG_2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)  # together log 2; products with the first are exact
ROUND = np.float32(1.5 * 2**23)  # added to a number up to 2**22, it leaves the nearest whole number in the low bits
EXPONENT = np.int32(127 - 0x4B400000)  # the exponent of 1 less the bits of ROUND
P0, P1, P2, P3, P4, P5 = np.array(
    [5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3, 1.9875691500e-4], np.float32
)
NEVER = np.float32(-1e30)
WIDTH = 8  # alternatives of a row at most: a known number makes the loops fast
CHUNK = 512  # rows whose noise is made at once: stays in the first-level cache


@njit(inline="always")
def mix(x: Any) -> Any:
    """One round of splitmix64: a good 64-bit hash (Steele, Lea & Flood 2014)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(inline="always")
def log32(x: Any) -> Any:
    """Natural logarithm of a positive normal float32 without branches, within 4e-7 relative or 2e-6 absolute.

    A minimax polynomial after f - f^2 / 2, in Estrin's order: its terms do not wait for each other.
    """
    bits = np.float32(x).view(np.int32)
    exponent = np.int32(np.int32(bits - ROOT_HALF) >> np.int32(23))
    f = np.int32(bits - np.int32(exponent << np.int32(23))).view(np.float32) - np.float32(1.0)
    square = f * f
    tail = (A + B * f) + (C + D * f) * square + (E + F * f) * (square * square)
    return (np.float32(exponent) * LOG_2 + f) + square * (f * tail - np.float32(0.5))


@njit(inline="always")
def exp32(x: Any) -> Any:
    """Exponential of a float32 without branches, within 2e-7 relative; beyond -87 and 88 as there.

    The polynomial of the Cephes library after the nearest power of two is taken out. Give it a loop of its own:
    beside table look-ups a compiler does not work on eight numbers at a time.
    """
    x = min(max(np.float32(x), np.float32(-87.0)), np.float32(88.0))
    shifted = np.float32(x * LOG2_E + ROUND)
    power = shifted - ROUND
    r = (x - power * LOG_2_HIGH) - power * LOG_2_LOW
    tail = ((((P5 * r + P4) * r + P3) * r + P2) * r + P1) * r + P0
    bits = np.int32(np.int32(np.float32(shifted).view(np.int32) + EXPONENT) << np.int32(23))
    return (tail * (r * r) + r + np.float32(1.0)) * np.int32(bits).view(np.float32)


@njit(inline="always")
def gumbel(row: Any, alternative: Any) -> Any:
    """Standard Gumbel noise of a row's hash (uint32) and an alternative (int32), finished by fmix32."""
    h = np.uint32(row ^ np.uint32(np.uint32(alternative) * GOLDEN))
    h = np.uint32(np.uint32(h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    h = np.uint32(np.uint32(h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    h = np.uint32(h ^ (h >> np.uint32(16)))
    u = (np.float32(np.int32(h >> np.uint32(9))) + np.float32(0.5)) * HALF_STEP
    return -log32(-log32(u))


@compiled
def add_noise(utility: Any, index: Any, row: Any, value: Any) -> None:
    """Utility (n,) and noise of the alternatives index (n,), where there is one, for rows with hashes row (n,), into value (n,)."""
    for i in range(value.size):
        noisy = utility[i] + gumbel(row[i], index[i])
        value[i] = noisy if index[i] >= 0 else NEVER


@compiled
def first_of_most(value: Any, nothing: Any, place: Any) -> None:
    """The first of the greatest of value (WIDTH, n) that exceeds nothing (n,), into place (n,); -1 if none does."""
    for i in range(place.size):
        best, at = nothing[i], -1
        for k in range(WIDTH):
            better = value[k, i] > best
            best = value[k, i] if better else best
            at = k if better else at
        place[i] = at


@compiled
def gumbel_argmax(utility: Any, index: Any, outside: float, key: Any, step: int, first: int, place: Any, chosen: Any) -> None:
    """A logit draw for each row, chunk by chunk in the first-level cache, and column by column in vector registers.

    Args:
        utility: (n, WIDTH) float32, columns contiguous.
        index: (n, WIDTH) int32, the alternative in each position; -1 where there is none.
        outside: utility of choosing nothing.
        key, step, first: stream key, week and number of the first row.
        place: (n,) int8, written: the position chosen, -1 for nothing.
        chosen: (n,) int32, written: the alternative chosen, -1 for nothing.
    """
    week = mix(key ^ np.uint64(step))
    row = np.empty(CHUNK, np.uint32)
    nothing = np.empty(CHUNK, np.float32)
    value = np.empty((WIDTH, CHUNK), np.float32)
    for begin in range(0, place.size, CHUNK):
        end = min(begin + CHUNK, place.size)
        size = end - begin
        for i in range(size):
            row[i] = np.uint32(mix(week ^ np.uint64(first + begin + i)) >> np.uint64(32))
        for i in range(size):
            nothing[i] = np.float32(outside) + gumbel(row[i], np.int32(-1))
        for k in range(WIDTH):
            add_noise(utility[begin:end, k], index[begin:end, k], row, value[k, :size])
        first_of_most(value, nothing, place[begin:end])
    for i in range(place.size):
        alternative = index[i, max(place[i], 0)]
        chosen[i] = alternative if place[i] >= 0 else np.int32(-1)
