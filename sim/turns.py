"""Turns: calls of one phase over the market on several threads, with the result of one after the other.

Inside a phase nobody reads what another sets, so calls may run side by side. What is left is to be done in their order: adding to a
channel or paying (the last bits of a sum depend on it), and asking a service (which may remember). A call waits for all before it then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from sim.blocks import for_each_block

if TYPE_CHECKING:
    from sim.engine import Call


class Turns:
    """The calls of one phase, and who of them is done.

    Args:
        calls: in their order; the context of each learns how to wait for its turn.
    """

    def __init__(self, calls: Sequence[Call]) -> None:
        self._calls = calls
        self._over = [threading.Event() for _ in calls]
        self._given_up = False
        for place, call in enumerate(calls):
            call.context.my_turn = partial(self._wait, place)

    def run(self, do: Callable[[Call], None], threads: int, pool: ThreadPoolExecutor | None) -> None:
        """Do every call, on all threads; what depends on their order keeps it. Where one fails, nobody begins another."""
        self._given_up = False
        for over in self._over:
            over.clear()

        def work(_: int, place: int, __: int) -> None:
            call = self._calls[place]
            if call.in_turn:
                self._wait(place)
            if not self._given_up:
                do(call)
            self._over[place].set()

        for_each_block(work, [(place, place + 1) for place in range(len(self._calls))], threads, pool, self._give_up)

    def _wait(self, place: int) -> None:
        """Until all before this place are done, or all was given up. They were taken before, as whoever is free takes the next."""
        for over in self._over[:place]:
            over.wait()

    def _give_up(self) -> None:
        """One has failed: nobody need wait any more, nor begin."""
        self._given_up = True
        for over in self._over:
            over.set()
