"""A study is completed: what the store lacks is run, on whatever engine, and kept as it comes.

    missing = missing_of(study, runs, store)
    failures = complete(missing, store, engine, advance)

A member that is there is never run again. One that fails keeps none of the others from being made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from experiments.store.members import DamagedError, about_of, made
from experiments.store.places import Store
from experiments.store.studies import Run, Study
from experiments.workers import Job
from sim.config import Configuration
from sim.errors import LivemarketError

SHOWN = 10  # failures told one by one; the rest are counted


class Engine(Protocol):
    """Whoever works through jobs, so many side by side."""

    @property
    def width(self) -> int:
        """How many jobs are done at once."""

    def outcomes(self, jobs: Sequence[Job], advance: Callable[[int], None]) -> Iterator[tuple[int, Any]]:
        """The number of each job and its result, or the error it ended with, as they come."""


class IncompleteError(LivemarketError):
    """A study of which members failed; the others are kept."""

    def __init__(self, failures: Sequence[tuple[str, Exception]], count: int, again: str) -> None:
        self.failures = failures
        lines = [f"{len(failures)} of {count} members failed; the others are kept:"]
        lines += [f"  - {label}: {' '.join(str(error).split())}" for label, error in failures[:SHOWN]]
        if len(failures) > SHOWN:
            lines.append(f"  - and {len(failures) - SHOWN} more.")
        super().__init__("\n".join([*lines, f"When the cause is mended, finish the study with: {again}"]))


@dataclass(frozen=True)
class Missing:
    """What of a study has to be run.

    Attributes:
        keys: of the runs, in the order of the study; each key once.
        runs: as many.
        found: members of the study that are there.
        damaged: messages on members that are there and not whole; they are run again.
    """

    keys: list[str]
    runs: Sequence[Run]
    found: int
    damaged: list[str]


class Chosen(Sequence[Run]):
    """Some of a study's runs, made only when they are looked at."""

    def __init__(self, runs: Sequence[Run | None], places: Sequence[int]) -> None:
        self.runs, self.places = runs, places

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, number: Any) -> Any:
        return self.runs[self.places[number]]


class Jobs(Sequence[Job]):
    """Runs as work for an engine, made only when they are handed out."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = runs

    def __len__(self) -> int:
        return len(self.runs)

    def __getitem__(self, number: Any) -> Any:
        run = self.runs[number]
        return Job(run.label, timed, (run.configuration, run.seed), run.configuration.clock.steps)


def timed(configuration: Configuration, seed: int, progress: Callable[[int, int], None]) -> tuple[bytes, float]:
    """A member, and the seconds that it took where it was made."""
    begun = time.perf_counter()
    return made(configuration, seed, progress), time.perf_counter() - begun


def missing_of(study: Study, runs: Sequence[Run | None], store: Store, checked: bool = False) -> Missing:
    """Look through the store for the members of a study.

    Args:
        study: its keys.
        runs: what stands behind each key, in the same order.
        checked: whether only members count whose ranges and books were checked while they ran.
    """
    places: dict[str, int] = {}
    for place, key in enumerate(study.keys.ravel().tolist()):
        if key:
            places.setdefault(key, place)
    damaged, found = [], set()
    for key in places:
        try:
            content = store.read(key)
        except DamagedError as error:
            damaged.append(str(error))
            continue
        if content is not None and (not checked or about_of(content)["checked"]):
            found.add(key)
    keys = [key for key in places if key not in found]
    return Missing(keys, Chosen(runs, [places[key] for key in keys]), len(found), damaged)


def complete(
    missing: Missing,
    store: Store,
    engine: Engine,
    advance: Callable[[int], None] = lambda weeks: None,
    look: Callable[[float, int], None] = lambda seconds, size: None,
) -> list[tuple[str, Exception]]:
    """Run what is missing and keep it; returns the label and the error of each member that failed.

    Args:
        advance: told how many more weeks are done.
        look: told of each member that was made the seconds it took and its bytes; what it raises ends the others.

    Raises:
        StoreError: a store that takes nothing more; what it has is kept.
    """
    failures: list[tuple[str, Exception]] = []
    for number, outcome in engine.outcomes(Jobs(missing.runs), advance):
        if isinstance(outcome, Exception):
            failures.append((missing.runs[number].label, outcome))
            continue
        content, seconds = outcome
        try:
            store.put(missing.keys[number], content)
        except DamagedError as error:  # on its way, or from a worker with other sources
            failures.append((missing.runs[number].label, error))
        else:
            look(seconds, len(content))
    return failures
