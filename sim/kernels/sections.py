"""Draws in proportion to weights inside sections (a platform's rooms, a sector's brands)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


def sections_of(weight: Any, section: Any, sections: int) -> tuple[Any, Any, Any]:
    """Concatenated cumulative shares of `weight`, section by section.

    Args:
        weight: (m,) not negative. section: (m,) int, -1 for rows that belong nowhere. sections: how many there are.

    Returns:
        cdf (members,) float64, each section ending at 1 (0 where it has no weight); starts (sections + 1,) int64;
        members (members,) int32, the row each entry stands for.
    """
    members = np.argsort(section, kind="stable")
    members = members[section[members] >= 0].astype(np.int32)
    of = section[members]
    starts = np.searchsorted(of, np.arange(sections + 1)).astype(np.int64)
    running = np.concatenate([[0.0], np.cumsum(weight[members])])
    base = running[starts[:-1]]
    total = running[starts[1:]] - base
    cdf = np.where(total[of] > 0, (running[1:] - base[of]) / np.where(total[of] > 0, total[of], 1.0), 0.0)
    return cdf, starts, members


def guide_of(cdf: Any, starts: Any, cells: int) -> Any:
    """Where to begin looking: for each section and cell g, the first entry whose cdf exceeds g / cells, (sections, cells) int32."""
    grid = np.arange(cells) / cells
    guide = np.zeros((starts.size - 1, cells), np.int32)
    for section in range(starts.size - 1):
        low, high = starts[section], starts[section + 1]
        if high > low:
            guide[section] = np.minimum(low + np.searchsorted(cdf[low:high], grid, side="right"), high - 1)
    return guide


@njit(nogil=True, cache=True)
def pick_from_sections(
    cdf: Any, starts: Any, guide: Any, section: Any, u: Any, members: Any, offset: int, out: Any
) -> None:
    """Draw a member from the section of each row, in proportion to weight.

    Args:
        cdf, starts, members: from `sections_of`. guide: from `guide_of`.
        section: (n,) integer; -1 draws nothing.
        u: (n,) float32 in [0, 1).
        offset: added to what is drawn.
        out: (n,) int32, written; -1 where nothing is drawn.
    """
    cells = np.float32(guide.shape[1])
    for i in range(u.size):
        s = section[i]
        out[i] = -1
        if s < 0:
            continue
        last = starts[s + 1] - 1
        if last < starts[s] or cdf[last] <= 0.0:
            continue
        at = np.int64(guide[s, np.int64(u[i] * cells)])
        while at < last and cdf[at] <= u[i]:
            at += 1
        out[i] = members[at] + offset


@njit(nogil=True, cache=True)
def place_among(edges: Any, u: Any, out: Any) -> None:
    """out[i] = number of edges (k,), ascending, that are <= u[i], at most k - 1."""
    for i in range(u.size):
        at = 0
        while at < edges.size - 1 and edges[at] <= u[i]:
            at += 1
        out[i] = at
