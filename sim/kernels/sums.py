"""Shares among a row's neighbours, and transfers between accounts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def shares_among(one: Any, other: Any, table: Any, first: int, out_one: Any, out_other: Any) -> None:
    """Shares of the rows table[first + i] (n, degree) whose flag (0 or 1) is set in `one` and in `other`; writes (n,) each."""
    degree = table.shape[1]
    for i in range(out_one.size):
        hits = others = 0
        for k in range(degree):
            hits += one[table[first + i, k]]
            others += other[table[first + i, k]]
        out_one[i] = np.float32(hits) / np.float32(degree)
        out_other[i] = np.float32(others) / np.float32(degree)


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


@njit(nogil=True, cache=True)
def transfer(payer: Any, payer_index: Any, payer_how: int, payee: Any, payee_index: Any, payee_how: int, amounts: Any) -> float:
    """Take amounts (n,) from some accounts and give them to others, in order of the entries; returns their sum.

    Nothing is done and nan returned if an amount is negative or not finite, -1 if an account of the payer does not
    exist or the index has another length, -2 likewise for the payee.

    Args:
        payer, payee: balances. payer_index, payee_index: (n,), read where `how` is BY_INDEX.
        payer_how, payee_how: BY_INDEX, EACH or TOGETHER.
    """
    total, wrong = 0.0, 0
    for i in range(amounts.size):
        total += amounts[i]
    for i in range(amounts.size):
        wrong += not (amounts[i] >= 0.0 and amounts[i] < np.inf)
    if wrong:
        return np.nan
    if _unknown(payer, payer_index, payer_how, amounts.size):
        return -1.0
    if _unknown(payee, payee_index, payee_how, amounts.size):
        return -2.0
    _post(payer, payer_index, payer_how, amounts, total, -1.0)
    _post(payee, payee_index, payee_how, amounts, total, 1.0)
    return total
