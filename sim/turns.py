"""Turns: calls of one phase over the market on several threads, with the result of one after the other.

Inside a phase nobody reads what another sets, so calls may run side by side. What is left is to be done in their order: adding to a
channel or paying (the last bits of a sum depend on it), and asking a service (which may remember). A call waits for all before it then.
"""

from __future__ import annotations

import threading


class Turns:
    """Who of one phase is done.

    Args:
        calls: how many there are.
    """

    def __init__(self, calls: int) -> None:
        self._over = [threading.Event() for _ in range(calls)]
        self.given_up = False

    def begin(self) -> None:
        """A week begins: nobody is done."""
        self.given_up = False
        for over in self._over:
            over.clear()

    def wait(self, place: int) -> None:
        """Until all before this place are done, or all was given up. They were taken before, as whoever is free takes the next."""
        for over in self._over[:place]:
            over.wait()

    def end(self, place: int) -> None:
        """This one is done."""
        self._over[place].set()

    def give_up(self) -> None:
        """One has failed: nobody need wait any more, nor begin."""
        self.given_up = True
        for over in self._over:
            over.set()
