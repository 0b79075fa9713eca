"""Faults are collected from everywhere before anything runs, and then told in one message."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType

from sim.errors import FaultsError


class RefusedError(FaultsError):
    """Faults for which nothing was run."""

    headline = "faults, so nothing was run"
    exit_code = 2


class Faults:
    """Collects faults; as a context it takes up those of an error raised inside, and goes on.

    found = Faults()
    with found:
        history = load_history()
    found.raise_if_any()
    """

    def __init__(self, given: Iterable[str] = ()) -> None:
        self.list: list[str] = list(given)

    def add(self, faults: Iterable[str]) -> None:
        """Take up faults that were not told before."""
        self.list += [fault for fault in dict.fromkeys(faults) if fault not in self.list]

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        if isinstance(error, FaultsError):
            self.add(error.faults)
        return isinstance(error, FaultsError)

    def raise_if_any(self) -> None:
        """RefusedError with everything collected."""
        if self.list:
            raise RefusedError(self.list)
