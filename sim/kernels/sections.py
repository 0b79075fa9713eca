"""Draws in proportion to weights inside sections (a platform's rooms, a sector's brands)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def sections_of(weight: Any, section: Any, sections: int) -> Any:
    """Concatenated cumulative shares of `weight`, section by section, in order of the rows.

    Args:
        weight: (m,) not negative. section: (m,) int in [0, sections). sections: how many there are.

    Returns:
        cdf (m,) float64, each section ending at 1 (all 0 where it has no weight); starts (sections + 1,) int64;
        members (m,) int32, the row each entry stands for.
    """
    starts = np.zeros(sections + 1, np.int64)
    for i in range(section.size):
        starts[section[i] + 1] += 1
    for s in range(sections):
        starts[s + 1] += starts[s]
    cdf = np.empty(section.size)
    members = np.empty(section.size, np.int32)
    filled = starts[:-1].copy()
    running = np.zeros(sections)
    for i in range(section.size):
        s = section[i]
        running[s] += weight[i]
        cdf[filled[s]] = running[s]
        members[filled[s]] = i
        filled[s] += 1
    for s in range(sections):
        for at in range(starts[s], starts[s + 1]):
            cdf[at] = cdf[at] / running[s] if running[s] > 0.0 else 0.0
    return cdf, starts, members


@njit(nogil=True, cache=True)
def guide_of(cdf: Any, starts: Any, cells: int) -> Any:
    """Where to begin looking: for each section and cell g, the first entry whose cdf exceeds g / cells, (sections, cells) int32."""
    guide = np.zeros((starts.size - 1, cells), np.int32)
    for section in range(starts.size - 1):
        at, last = starts[section], starts[section + 1] - 1
        for g in range(cells):
            while at < last and cdf[at] <= g / cells:
                at += 1
            guide[section, g] = max(at, 0)
    return guide


@njit(inline="always")
def pick(sections: Any, section: Any, u: Any) -> Any:
    """A member of a section drawn in proportion to weight, -1 where there is none.

    Args:
        sections: cdf, starts, guide and members, from `sections_of` and `guide_of`.
        section: which. u: a draw in [0, 1).
    """
    cdf, starts, guide, members = sections
    last = starts[section + 1] - 1
    if last < starts[section] or cdf[last] <= 0.0:
        return np.int32(-1)
    at = np.int64(guide[section, np.int64(u * np.float32(guide.shape[1]))])
    while at < last and cdf[at] <= u:
        at += 1
    return members[at]


@njit(inline="always")
def place_of(edges: Any, u: Any) -> Any:
    """Number of edges (k,), ascending and without the last, that are <= u."""
    place = 0
    for e in range(edges.size - 1):
        place += edges[e] <= u
    return place


@njit(nogil=True, cache=True)
def pick_each(sections: Any, section: Any, u: Any, out: Any) -> None:
    """`pick` for each row: section (n,) integer, u (n,), out (n,) int32, written."""
    for i in range(u.size):
        out[i] = pick(sections, section[i], u[i])
