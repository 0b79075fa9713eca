"""Draws in proportion to weights inside sections (a platform's rooms, a sector's brands)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.kernels.compiled import compiled


@compiled
def sections_of(weight: Any, section: Any, sections: int, cells: int) -> Any:
    """What `pick` needs to draw in proportion to `weight`, section by section, in order of the rows.

    Args:
        weight: (m,) not negative, m at least 1. section: (m,) int in [0, sections). sections: how many there are.
        cells: length of the guide, a power of two, so that shares of it are exact; the more cells, the fewer steps a draw takes.

    Returns:
        cdf (m,) float64, cumulative shares, each section ending at 1 (all 1 where it has no weight, so that no search runs on);
        guide (sections, cells) int32, the first entry whose cdf exceeds g / cells, -1 where a section has no weight;
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
    for i in range(section.size):
        members[filled[section[i]]] = i
        filled[section[i]] += 1
    guide = np.full((sections, cells), -1, np.int32)
    for s in range(sections):
        begin, end, total = starts[s], starts[s + 1], 0.0
        for at in range(begin, end):
            total += weight[members[at]]
            cdf[at] = total
        if 0.0 < total < np.inf:
            guide[s, 0] = begin
            for at in range(begin, end):  # each sends the cells that it does not reach on to the next; of several, the last counts
                cdf[at] /= total
                unreached = np.int64(np.ceil(cdf[at] * cells))
                if unreached < cells:
                    guide[s, unreached] = at + 1
            for g in range(1, cells):
                guide[s, g] = max(guide[s, g], guide[s, g - 1])
        else:
            for at in range(begin, end):
                cdf[at] = 1.0
    return cdf, guide, members


@njit(inline="always")
def pick(cdf: Any, guide: Any, members: Any, section: Any, u: Any) -> Any:
    """A member of a section drawn in proportion to weight, -1 where there is none.

    Arrays one by one: numba counts references to each array of a tuple at every call, which takes ten times the draw.

    Args:
        cdf, guide, members: from `sections_of`. section: which. u: a draw in [0, 1).
    """
    start = guide[np.uintp(section), np.uintp(np.int32(u * np.float32(guide.shape[1])))]
    at = np.uintp(max(start, np.int32(0)))  # an unsigned index needs no look at its sign
    at += np.uintp(cdf[at] <= u)  # one step more at most, almost always; without a branch
    while cdf[at] <= u:
        at += np.uintp(1)
    return members[at] if start >= 0 else np.int32(-1)


@compiled
def places_of(edges: Any, u: Any, place: Any) -> None:
    """Number of edges (k,), ascending and without the last, that are <= u (n,), into place (n,) int8."""
    place[:] = 0
    for e in range(edges.size - 1):
        edge = np.float32(edges[e])
        for i in range(u.size):
            place[i] += np.int8(edge <= u[i])


@compiled
def pick_each(cdf: Any, guide: Any, members: Any, section: Any, u: Any, out: Any) -> None:
    """`pick` for each row: section (n,) integer, u (n,), out (n,) integer, written."""
    for i in range(u.size):
        out[i] = pick(cdf, guide, members, section[i], u[i])


@compiled
def pick_in_order(cdf: Any, guide: Any, u: Any, out: Any) -> None:
    """A row drawn in proportion to weight for each u, where there is one section: a third of the time of `pick_each`.

    Args:
        cdf: (m,) float32 and guide (cells,) int32, both from `sections_of` with one section; its last entry is 1.
        u: (n,) float32, draws in [0, 1) in steps of 2**-24. out: (n,) uint32, written: places in `cdf`.

    Raises:
        ValueError: nothing has weight, so nothing can be drawn.
    """
    if guide[0] < 0:
        raise ValueError("no row has a weight to be drawn by")
    cells = np.float32(guide.size)
    for i in range(u.size):
        at = np.uintp(guide[np.uintp(np.int32(u[i] * cells))])  # an unsigned index needs no look at its sign
        at += np.uintp(cdf[at] <= u[i])
        while cdf[at] <= u[i]:
            at += np.uintp(1)
        out[i] = np.uint32(at)
