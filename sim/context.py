"""Context: what a mechanic's method knows of the week besides its fields."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import ContractError, did_you_mean
from sim.fields import PHASES, Array
from sim.ledger import Ledger
from sim.mechanic import Mechanic

if TYPE_CHECKING:
    from sim.engine import Engine


def _at_once() -> None:
    """Where calls follow one another, it is a call's turn when it is called."""


class Context:
    """The week as one mechanic sees it in one phase.

    Attributes:
        step: number of the week, from 0.
        date: its Thursday.
        first: number of the first consumer of the block (0 on the market side).
        count: number of consumers in the block.
        people: people whom one simulated consumer stands for.
        my_turn: waits until all calls before this one in its phase are done, where they run side by side.
    """

    def __init__(self, engine: Engine, mechanic: Mechanic, phase: str) -> None:
        self._engine = engine
        self.mechanic = mechanic.name
        self.phase = phase
        self._uses = mechanic.uses
        self.step = 0
        self.date: date = engine.clock.start
        self.first = 0
        self.count = 0
        self.people = engine.people
        self.my_turn: Callable[[], None] = _at_once

    def size(self, dim: str) -> int:
        """Length of a dimension."""
        return self._engine.sizes[dim]

    def key(self, label: str = "") -> np.uint64:
        """Key of this mechanic's stream in this phase, for kernels that draw by pairs."""
        return np.uint64(self._engine.streams.key(self.mechanic, self.phase, label))

    def uniform(self, dim: str = "consumer", label: str = "", words: int = 1) -> Array:
        """A uniform draw in [0, 1) for each row of a dimension (of this block's consumers): float32.

        The same label in the same phase gives the same numbers again: draws that should differ need labels of their own.
        """
        first, count = self._rows(dim)
        return self._engine.streams.uniform(int(self.key(f"{dim}:{label}")), self.step, first, count, words)

    def normal(self, dim: str = "consumer", label: str = "", words: int = 1, rows: Array | None = None) -> Array:
        """A standard normal draw for each row of a dimension (of this block's consumers) or for some rows, as `uniform`: float32."""
        first, count = self._rows(dim)
        agents = np.arange(first, first + count) if rows is None else first + rows
        return self._engine.streams.normal(int(self.key(f"{dim}:{label}")), self.step, agents, words)

    def _rows(self, dim: str) -> tuple[int, int]:
        return (self.first, self.count) if dim == "consumer" else (0, self.size(dim))

    def service(self, name: str) -> Any:
        """A service of another library that the mechanic named in `uses`."""
        if name not in self._uses:
            raise ContractError(
                f"{self.mechanic} asks for the service '{name}' in {self.phase} without declaring it."
                f"{did_you_mean(name, self._uses)} Write uses = {(*self._uses, name)} in its class."
            )
        return self._engine.services[name]

    def pay(self, payer: str, payee: str, amount: Array | float, reason: str, **index: Array) -> None:
        """A payment between sectors in CNY, in a market phase; see Ledger.pay."""
        self._ledger("pays").pay(payer, payee, amount, reason, **index)

    def cash(self, sector: str) -> Array:
        """Balances of a sector in CNY in a market phase, a copy."""
        return self._ledger("asks for cash").cash[sector].copy()

    def _ledger(self, what: str) -> Ledger:
        """The ledger; blocks do not see it, since what is paid would depend on their size and order in the last bits."""
        if PHASES[self.phase].over == "block":
            raise ContractError(
                f"{self.mechanic} {what} in {self.phase}, where block follows block and the last bits would depend on their size. "
                "Count there into a tally (add() to a sum channel of the market, in whole numbers of QUANTUM), and pay in a market phase, "
                "such as account."
            )
        self.my_turn()
        return self._engine.ledger
