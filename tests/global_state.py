"""numpy's global randomness, which nothing may use or move: the one place in which it is touched, to show that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

Result = TypeVar("Result")


def under_two_global_states(work: Callable[[], Result]) -> tuple[Result, Result]:
    """The results of the same work under two states of numpy's global generator, which it leaves as they are."""
    results = []
    for state in (1, 2):
        np.random.seed(state)  # noqa: NPY002 - the global state is what is looked at
        before = np.random.get_state()[1].copy()  # noqa: NPY002 - likewise
        results.append(work())
        assert (np.random.get_state()[1] == before).all()  # noqa: NPY002 - likewise
    return results[0], results[1]
