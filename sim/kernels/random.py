"""Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011), one counter an agent and week."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from sim.kernels.compiled import compiled

UNIT = np.float32(5.9604644775390625e-08)  # 2**-24
TWO_PI = np.float32(2.0 * math.pi)


@njit(inline="always")
def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """Four random 32-bit words from a 128-bit counter and a 64-bit key."""
    for _ in range(10):
        p0 = np.uint64(0xD2511F53) * np.uint64(c0)
        p1 = np.uint64(0xCD9E8D57) * np.uint64(c2)
        h0 = np.uint32(p0 >> np.uint64(32))
        l0 = np.uint32(p0)
        h1 = np.uint32(p1 >> np.uint64(32))
        l1 = np.uint32(p1)
        c0 = np.uint32(np.uint32(h1 ^ c1) ^ k0)
        c1 = l1
        c2 = np.uint32(np.uint32(h0 ^ c3) ^ k1)
        c3 = l0
        k0 = np.uint32(k0 + np.uint32(0x9E3779B9))
        k1 = np.uint32(k1 + np.uint32(0xBB67AE85))
    return c0, c1, c2, c3


@njit(inline="always")
def unit_float(word: Any) -> Any:
    """A float32 in [0, 1) from a 32-bit word."""
    return np.float32(np.int32(word >> np.uint32(8))) * UNIT


@njit(inline="always")
def low_bytes(a: Any, b: Any, c: Any) -> Any:
    """A float32 in [0, 1) from the low bytes of three words, which `unit_float` leaves over: a fifth draw from the same four words."""
    low = np.uint32(255)
    bits = np.uint32(np.uint32(np.uint32(a & low) << np.uint32(16)) | np.uint32(np.uint32(b & low) << np.uint32(8)))
    return np.float32(np.int32(np.uint32(bits | np.uint32(c & low)))) * UNIT


@njit(inline="always")
def words_of(agent: Any, step: int, key: Any) -> Any:
    """Four words of an agent in a week."""
    low, high = np.uint32(agent), np.uint32(np.uint64(agent) >> np.uint64(32))
    return philox(low, high, np.uint32(step), np.uint32(0), np.uint32(key), np.uint32(key >> np.uint64(32)))


@njit(inline="always")
def normal_pair(radius: Any, angle: Any) -> Any:
    """Two standard normals from two words (Box & Muller 1958)."""
    length = math.sqrt(np.float32(-2.0) * math.log(np.float32(1.0) - unit_float(radius)))
    turn = TWO_PI * unit_float(angle)
    return length * math.cos(turn), length * math.sin(turn)


@compiled
def fill_five(one: Any, two: Any, three: Any, four: Any, five: Any, key: Any, step: int, first: int) -> None:
    """Fill five rows (count,) with uniforms from four words an agent, the first of which is agent `first`."""
    for i in range(one.size):
        a, b, c, d = words_of(np.uint64(first + i), step, key)
        one[i] = unit_float(a)
        two[i] = unit_float(b)
        three[i] = unit_float(c)
        four[i] = unit_float(d)
        five[i] = low_bytes(a, b, c)


@compiled
def fill_uniform(out: Any, key: Any, step: int, first: int) -> None:
    """Fill out (words <= 5, count) with uniforms; column i belongs to agent first + i."""
    words, count = out.shape
    if words == 5:
        fill_five(out[0], out[1], out[2], out[3], out[4], key, step, first)
        return
    for i in range(count):
        a, b, c, d = words_of(np.uint64(first + i), step, key)
        out[0, i] = unit_float(a)
        if words > 1:
            out[1, i] = unit_float(b)
        if words > 2:
            out[2, i] = unit_float(c)
        if words > 3:
            out[3, i] = unit_float(d)


@compiled
def fill_normal(out: Any, key: Any, step: int, agents: Any) -> None:
    """Fill out (words <= 4, count) with standard normals; column i belongs to agent agents[i]."""
    words = out.shape[0]
    for i in range(agents.size):
        a, b, c, d = words_of(np.uint64(agents[i]), step, key)
        one, two = normal_pair(a, b)
        out[0, i] = one
        if words > 1:
            out[1, i] = two
        if words > 2:
            one, two = normal_pair(c, d)
            out[2, i] = one
            if words > 3:
                out[3, i] = two
