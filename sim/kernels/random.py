"""Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011), one counter an agent and week."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

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


@njit(nogil=True, cache=True)
def fill_uniform(out: Any, key: Any, step: int, first: int) -> None:
    """Fill out (words <= 4, count) with uniforms; column i belongs to agent first + i."""
    words, count = out.shape
    k0 = np.uint32(key)
    k1 = np.uint32(key >> np.uint64(32))
    for i in range(count):
        agent = np.uint64(first + i)
        a, b, c, d = philox(np.uint32(agent), np.uint32(agent >> np.uint64(32)), np.uint32(step), np.uint32(0), k0, k1)
        out[0, i] = unit_float(a)
        if words > 1:
            out[1, i] = unit_float(b)
        if words > 2:
            out[2, i] = unit_float(c)
        if words > 3:
            out[3, i] = unit_float(d)


@njit(nogil=True, cache=True)
def fill_normal(out: Any, key: Any, step: int, first: int) -> None:
    """Fill out (words <= 4, count) with standard normals (Box-Muller); column i belongs to agent first + i."""
    words, count = out.shape
    k0 = np.uint32(key)
    k1 = np.uint32(key >> np.uint64(32))
    for i in range(count):
        agent = np.uint64(first + i)
        a, b, c, d = philox(np.uint32(agent), np.uint32(agent >> np.uint64(32)), np.uint32(step), np.uint32(0), k0, k1)
        radius = math.sqrt(np.float32(-2.0) * math.log(np.float32(1.0) - unit_float(a)))
        angle = TWO_PI * unit_float(b)
        out[0, i] = radius * math.cos(angle)
        if words > 1:
            out[1, i] = radius * math.sin(angle)
        if words > 2:
            radius = math.sqrt(np.float32(-2.0) * math.log(np.float32(1.0) - unit_float(c)))
            angle = TWO_PI * unit_float(d)
            out[2, i] = radius * math.cos(angle)
            if words > 3:
                out[3, i] = radius * math.sin(angle)
