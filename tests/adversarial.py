"""Inputs that break careless code (ties, zeros, one room, nobody, nothing), and the comparison of a kernel with its reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from sim.fields import BONDS, STRANGER

ALMOST_ONE = 1.0 - 2.0**-24
"""The greatest uniform draw there is."""
PARTS = (0.0, 0.0, 1.0, 1.0, 0.5, 0.25, 0.125, 0.0625, 0.9375, 0.6875)
"""Shares that float32 holds exactly, with ties: few bits, so that products of several are exact too."""
MONEY = (0.0, 0.0, 1.0, 1.0, 2.5, 1e-6, 1e9, 777.25)
PEOPLE = st.sampled_from([0, 1, 2, 7, 40])
"""Rows of a block: nobody, one, few, and more than a vector register holds."""
SEVERAL = st.sampled_from([2, 3, 40])
"""Rows of a block whose columns lie one after the other; with one row or none, rules are compiled once more."""
FIRMS = st.sampled_from([1, 2, 3, 12])
PROBABILITY = st.sampled_from([0.0, 0.125, 0.5, 1.0])
SEEDS = st.integers(0, 2**32 - 1)

FLOAT32 = {"rtol": 2e-6, "atol": 3e-5}
"""A few roundings of float32 (6e-8 relative each) among terms of at most a hundred utils."""
FLOAT64 = {"rtol": 1e-11, "atol": 1e-11}
"""Sums in another order and another library's exp and log: a few roundings of float64 (1e-16 each), up to a hundred terms."""
EXPONENTIAL = {"rtol": 2e-7, "atol": 0.0}
"""What `exp32` promises."""
EXACT = {"rtol": 0.0, "atol": 0.0}


class Draws:
    """Arrays as the engine gives them, filled from short lists of awkward values; the seed is drawn by hypothesis."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def among(self, values: Sequence[float], shape: int | tuple[int, ...], dtype: type = np.float64) -> np.ndarray:
        """Values of a list, columns contiguous as in a block; now and then the same one everywhere."""
        few = values if self.rng.random() < 0.8 else [values[self.rng.integers(len(values))]]
        return np.asfortranarray(self.rng.choice(np.array(few, dtype), shape))

    def parts(self, shape: int | tuple[int, ...], dtype: type = np.float64) -> np.ndarray:
        """Shares in [0, 1] that float32 holds exactly."""
        return self.among(PARTS, shape, dtype)

    def money(self, shape: int | tuple[int, ...]) -> np.ndarray:
        """Amounts from nothing to a billion, and any in between."""
        mixed = np.where(self.rng.random(shape) < 0.6, self.among(MONEY, shape), self.rng.uniform(0.0, 1e5, shape))
        return np.ascontiguousarray(mixed)

    def draws(self, shape: int | tuple[int, ...]) -> np.ndarray:
        """Uniform draws in [0, 1), float32, many of them at the ends and at values that probabilities take."""
        awkward = self.among((0.0, ALMOST_ONE, 0.125, 0.5, 2.0**-24), shape, np.float32)
        return np.ascontiguousarray(np.where(self.rng.random(shape) < 0.5, awkward, self.rng.random(shape, np.float32)))

    def rows(self, count: int, shape: int | tuple[int, ...], dtype: type = np.int32, missing: bool = False) -> np.ndarray:
        """Row numbers below `count`, -1 for none where there may be none; now and then nobody has any, or all have the same."""
        low, high = (-1 if missing else 0), count
        kind = self.rng.random()
        if missing and kind < 0.1:
            high = 0
        elif kind < 0.25:
            low, high = count - 1, count
        return np.asfortranarray(self.rng.integers(low, high, shape).astype(dtype))

    def distinct(self, count: int, people: int, places: int, dtype: type) -> np.ndarray:
        """Rows that a consumer remembers, (people, places): none of them twice, -1 in empty places."""
        full = np.full((people, places), -1, dtype)
        for i in range(people):
            known = self.rng.permutation(count)[: self.rng.integers(0, places + 1)]
            full[i, self.rng.permutation(places)[: known.size]] = known
        return np.asfortranarray(full)

    def memberships(self, bond_brand: np.ndarray) -> np.ndarray:
        """States of bonds, int8; an empty bond is a stranger's."""
        state = self.among((0, 1, 1, 2, 3), bond_brand.shape, np.int8)
        return np.asfortranarray(np.where(bond_brand >= 0, state, STRANGER).astype(np.int8))

    def bonds(self, brands: int, people: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Brands, trust and states of bonds, (people, bonds) each."""
        brand = self.distinct(brands, people, BONDS, np.int16)
        return brand, self.parts(brand.shape, np.float32), self.memberships(brand)


def agree(kernel: Callable[..., Any], *arguments: Any, tolerance: dict[str, float] = EXACT) -> None:
    """Kernel and reference, each on its own copy, give and leave behind the same: integers exactly, floats as tolerated.

    Args:
        kernel: a compiled function; its reference takes the same arguments. tolerance: of floats, as numpy's `assert_allclose` has it.
    """
    from tests.references import REFERENCES

    ours, theirs = [copied(each) for each in arguments], [copied(each) for each in arguments]
    with np.errstate(all="ignore"):
        expected = REFERENCES[kernel](*theirs)
    found = kernel(*ours)
    for place, (one, other) in enumerate([*zip(ours, theirs, strict=True), *zip(several(found), several(expected), strict=True)]):
        kept = np.asarray(one)
        same = EXACT if kept.dtype.kind in "iub" else tolerance
        said = f"{kernel.__module__}.{kernel.__name__}, argument or result {place}"
        np.testing.assert_allclose(kept, np.asarray(other), **same, equal_nan=True, err_msg=said)


def copied(argument: Any) -> Any:
    """A copy of an array that lies in memory in the same way, be it a column of a matrix of firms; other things as they are."""
    if not isinstance(argument, np.ndarray):
        return argument
    if argument.ndim == 1 and not argument.flags.c_contiguous:
        return np.repeat(argument, 2)[::2]
    return argument.copy(order="K")


def several(result: Any) -> tuple[Any, ...]:
    """What a function returns as a tuple; nothing for None."""
    return result if isinstance(result, tuple) else () if result is None else (result,)
