"""Exact sums, shares among a row's neighbours, and transfers between accounts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.kernels.compiled import compiled


@compiled
def take_counts(counts: Any, unit: float, total: Any) -> None:
    """What was counted (n,), in units, as numbers into total (n,), written; counting begins at 0 again."""
    for i in range(counts.size):
        total[i] = counts[i] * unit
        counts[i] = 0


@njit(inline="always")
def _begin(tile: Any, size: int, larger: int) -> Any:
    """First person of a tile."""
    return tile * size + min(tile, larger)


@compiled
def _lead_away(one: Any, other: Any, here: Any, there: Any, leads: Any, tile: int, size: int, larger: int, low: int, high: int,
               shift: int, out_one: Any, out_other: Any) -> None:  # fmt: skip
    """One end of each seam counts the other end in the tile it leads to, instead of the one in its own: people low to high - 1."""
    kind = np.int64(tile >= larger)
    for s in range(here.shape[1]):
        end = np.int64(here[kind, s])
        if low <= end < high:
            to: Any = np.int64(leads[tile, s])
            old = _begin(tile, size, larger) + there[kind, s]
            new = _begin(to, size, larger) + there[np.int64(to >= larger), s]
            out_one[shift + end] += np.float32(one[new]) - np.float32(one[old])
            out_other[shift + end] += np.float32(other[new]) - np.float32(other[old])


@compiled
def shares_among(one: Any, other: Any, templates: Any, near: Any, far: Any, target: Any, source: Any, size: int, larger: int,
                 first: int, out_one: Any, out_other: Any) -> None:  # fmt: skip
    """Shares of one's neighbours whose flag is set, for the people first to first + n - 1.

    Args:
        one, other: (people,) flags, 0 or 1, of everybody. templates to larger: see `sim.networks.Neighbours`.
        out_one, out_other: (n,), written.
    """
    degree, place = templates.shape[2], 0
    both = np.empty(size + 1, np.int32)  # both flags of a tile in one number, so that a neighbour is looked up once
    while place < out_one.size:  # tile by tile; first as if all ties stayed in it
        person = first + place
        within = larger * (size + 1)
        tile = person // (size + 1) if person < within else larger + (person - within) // size
        kind, begin = np.int64(tile >= larger), _begin(tile, size, larger)
        low = person - begin
        high = min(size + 1 - kind, low + out_one.size - place)
        template, shift = templates[kind], place - low
        mine, theirs = one[begin : begin + size + 1], other[begin : begin + size + 1]
        for i in range(mine.size):
            both[i] = np.int32(mine[i]) + np.int32(np.int32(theirs[i]) << np.int32(16))
        for i in range(low, high):
            hits = np.int32(0)
            for k in range(degree):
                hits = np.int32(hits + both[template[i, k]])
            out_one[shift + i] = np.int32(hits & np.int32(0xFFFF))
            out_other[shift + i] = np.int32(hits >> np.int32(16))
        # then each seam leads its two ends elsewhere
        _lead_away(one, other, near, far, target, tile, size, larger, low, high, shift, out_one, out_other)
        _lead_away(one, other, far, near, source, tile, size, larger, low, high, shift, out_one, out_other)
        place += high - low
    for i in range(out_one.size):
        out_one[i] /= np.float32(degree)
        out_other[i] /= np.float32(degree)


BY_INDEX, EACH, TOGETHER = 0, 1, 2
"""How amounts meet accounts in `transfer`: by an index, one by one, or all in the one account."""


@njit(inline="always")
def _unknown(balance: Any, index: Any, how: int, count: int) -> bool:
    if how != BY_INDEX:
        return False
    if index.size != count:
        return True
    lowest, highest = 0, -1
    for i in range(count):
        lowest = min(lowest, index[i])
        highest = max(highest, index[i])
    return lowest < 0 or highest >= balance.size


@njit(inline="always")
def _post(balance: Any, index: Any, how: int, amounts: Any, total: float, sign: float) -> None:
    if how == TOGETHER:
        balance[0] += sign * total
        return
    for i in range(amounts.size):
        balance[index[i] if how == BY_INDEX else i] += sign * amounts[i]


@compiled
def transfer(payer: Any, payer_index: Any, payer_how: int, payee: Any, payee_index: Any, payee_how: int, amounts: Any) -> float:
    """Take amounts (n,) from some accounts and give them to others, in order of the entries; returns their sum.

    Nothing is done and nan returned if an amount is negative or not finite, -1 if an account of the payer does not
    exist or the index has another length, -2 likewise for the payee.

    Args:
        payer, payee: balances. payer_index, payee_index: (n,), read where `how` is BY_INDEX.
        payer_how, payee_how: BY_INDEX, EACH or TOGETHER.
    """
    total, wrong, whole = 0.0, 0, amounts.size - amounts.size % 4
    first = second = third = fourth = 0.0  # four sums at once, as one waits for its last addition
    for i in range(0, whole, 4):
        first, second, third, fourth = first + amounts[i], second + amounts[i + 1], third + amounts[i + 2], fourth + amounts[i + 3]
    for i in range(whole, amounts.size):
        total += amounts[i]
    total += (first + second) + (third + fourth)
    for i in range(amounts.size):
        wrong += not (amounts[i] >= 0.0 and amounts[i] < np.inf)
    if wrong:
        return np.nan
    if _unknown(payer, payer_index, payer_how, amounts.size):
        return -1.0
    if _unknown(payee, payee_index, payee_how, amounts.size):
        return -2.0
    if total == 0.0:  # as fines are in most weeks
        return total
    _post(payer, payer_index, payer_how, amounts, total, -1.0)
    _post(payee, payee_index, payee_how, amounts, total, 1.0)
    return total
