"""How rules become machine code: one decorator, and what rules have in common: exact counting, and whom they are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from sim.kernels.machine_code import keep

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}


def compiled(rule: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a loop over arrays: it releases the interpreter lock, is kept on disk, and allows no fast-math.

    It cannot be handed to another as an argument: what C would call is left out, which takes a tenth of the compiler's time.
    """
    dispatcher: Any = njit(**OPTIONS)(rule)
    keep(dispatcher, OPTIONS)
    return dispatcher


@njit(inline="always")
def quanta(value: Any) -> Any:
    """A value in units of 1e-4, as exact sums count it."""
    return np.int64(round(np.float64(value) * 1e4))


@njit(inline="always")
def count(total: Any, place: Any, value: Any) -> None:
    """Add a value in units to an exact sum that counts in 1e-4 units."""
    total[place] += quanta(value)


@njit(inline="always")
def rows_with(place: Any) -> Any:
    """Numbers of the rows whose place (n,) is not -1, in order: a loop over these need not ask, and a processor not guess.

    They are unsigned, as indices should be in such a loop: numba looks at the sign of others.
    """
    rows, found = np.empty(place.size, np.uintp), np.int64(0)
    for i in range(place.size):
        rows[np.uintp(found)] = np.uintp(i)
        found += np.int64(place[i] >= 0)
    return rows[:found]


@njit(inline="always")
def rows_where(flag: Any) -> Any:
    """Numbers of the rows whose flag (n,) is set, in order; see `rows_with`."""
    rows, found = np.empty(flag.size, np.uintp), np.int64(0)
    for i in range(flag.size):
        rows[np.uintp(found)] = np.uintp(i)
        found += np.int64(flag[i])
    return rows[:found]
