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


@njit(nogil=True, cache=True)
def pick_from_sections(cdf: Any, starts: Any, section: Any, u: Any, members: Any, out: Any) -> None:
    """Draw a member from the section of each row.

    Args:
        cdf, starts, members: from `sections_of`.
        section: (n,) integer; -1 draws nothing.
        u: (n,) float32 in [0, 1).
        out: (n,) int32, written; -1 where nothing is drawn.
    """
    for i in range(u.size):
        s = section[i]
        out[i] = -1
        if s < 0:
            continue
        low = starts[s]
        high = starts[s + 1]
        if high <= low or cdf[high - 1] <= 0.0:
            continue
        last = high - 1
        while low < high:
            middle = (low + high) >> 1
            if cdf[middle] <= u[i]:
                low = middle + 1
            else:
                high = middle
        out[i] = members[min(low, last)]
