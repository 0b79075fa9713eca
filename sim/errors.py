"""Errors that say who, what, what is allowed and what to do; all faults of one kind at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class LivemarketError(Exception):
    """Anything livemarket refuses to do; its text is meant for the user."""


class FaultsError(LivemarketError):
    """An error that carries every fault found, not only the first.

    Attributes:
        faults: one sentence a fault, in the order found.
    """

    headline = "faults"

    def __init__(self, faults: str | Iterable[str]) -> None:
        self.faults: tuple[str, ...] = (faults,) if isinstance(faults, str) else tuple(faults)
        text = self.faults[0]
        if len(self.faults) > 1:
            text = f"{len(self.faults)} {self.headline}:\n" + "\n".join(f"  - {fault}" for fault in self.faults)
        super().__init__(text)

    def __reduce__(self) -> tuple[type, tuple[tuple[str, ...]]]:
        return type(self), (self.faults,)


class ConfigError(FaultsError):
    """A configuration that cannot be run."""

    headline = "faults in the configuration"


class ContractError(FaultsError):
    """A mechanic that breaks its contract."""

    headline = "broken contracts"


class DataError(FaultsError):
    """Input data that cannot be trusted."""

    headline = "faults in the data"


class LedgerError(LivemarketError):
    """Money that appeared or vanished."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint ' Did you mean ...?' for a misspelt name, or an empty string."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean '{close[0]}'?" if close else ""
