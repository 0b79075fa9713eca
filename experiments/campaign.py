"""Runs of a fit are made side by side and kept: one small file for each finished run, so that nothing is lost.

A run is found again under a key of its configuration, seed, code version and what is read from it. A fit that
was interrupted takes up where it stopped when the same command is given again.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.anchors import Anchors
from experiments.calibration import Space
from experiments.emulators import Runs
from experiments.layers import Layer, base_calendar
from experiments.plan import configured
from experiments.workers import end_with_parent, started_safely
from sim.config import Configuration
from sim.errors import LivemarketError

Array = npt.NDArray[Any]
Nested = dict[str, dict[str, float]]
LATE = 0.85  # share of the budget
DIGITS = 6  # of a parameter: what is run is what is written


class CodeChangedError(LivemarketError):
    """The model's code changed while its parameters were fitted."""


@dataclass(frozen=True)
class Size:
    """How many consumers, brands and streamers are simulated."""

    consumers: int
    brands: int
    streamers: int


def nested(values: Mapping[str, float]) -> Nested:
    """mechanic.parameter: value as mechanic: parameter: value."""
    found: Nested = {}
    for name, value in values.items():
        mechanic, _, parameter = name.partition(".")
        found.setdefault(mechanic, {})[parameter] = float(value)
    return found


def measured(configuration: Configuration, seed: int, anchors: Anchors) -> dict[str, Any]:
    """One run, reduced to what the anchors read from it; what the model refuses becomes a failure with its reason."""
    from sim.runner import code_version, run

    started = time.perf_counter()
    try:
        dataset = run(configuration, seed)
    except LivemarketError as error:
        return {"values": None, "failure": str(error), "code_version": code_version(), "seconds": 0.0}
    return {
        "values": anchors.read(dataset),
        "code_version": dataset.attrs["code_version"],
        "seconds": time.perf_counter() - started,
    }


@dataclass
class Campaign:
    """All runs of one fit.

    Attributes:
        anchors: what is read from a run. space: the free parameters.
        tied: parameters that take the value of a free one. inputs: parameters fixed in this world.
        full, small: sizes. end, last: last day of runs that are fitted and of runs that are also checked.
        processes: runs made at once. deadline: shares of the budget (seconds) after which a wave stops, by name.
        made: how many runs were made or found again, by size.
    """

    folder: Path
    anchors: Anchors
    space: Space
    tied: Mapping[str, str]
    inputs: Mapping[str, Mapping[str, float]]
    full: Size
    small: Size
    end: str
    last: str
    processes: int
    budget: float
    deadline: Mapping[str, float]
    advance: Callable[[str, int, int], None] = lambda name, done, all_: None
    started: float = field(default_factory=time.monotonic)
    made: dict[str, int] = field(default_factory=lambda: {"full": 0, "small": 0, "found again": 0, "failed": 0})
    failures: list[str] = field(default_factory=list)
    _pool: ProcessPoolExecutor | None = None

    @cached_property
    def code_version(self) -> str:
        """The model's code as it is at the start."""
        from sim.runner import code_version

        return code_version()

    @cached_property
    def calendar(self) -> Layer:
        """The dated inputs, as in every forecast."""
        return base_calendar()

    def parameters(self, unit: Array) -> Nested:
        """Free and tied parameters of one point (d,), by mechanic."""
        numbers = [float(f"{value:.{DIGITS}g}") for value in self.space.values(unit)]
        values = dict(zip(self.space.names, numbers, strict=True))
        values |= {name: values[free] for name, free in self.tied.items()}
        return nested(values)

    def configuration(self, parameters: Mapping[str, Any], full: bool, checked: bool) -> Configuration:
        """What is run for these parameters: the world below, the calendar above, as in every forecast."""
        names = {*self.inputs, *parameters}
        world = {name: {**self.inputs.get(name, {}), **parameters.get(name, {})} for name in sorted(names)}
        size = self.full if full else self.small
        settings = {
            "end": self.last if checked else self.end,
            "consumers": size.consumers,
            "brands": size.brands,
            "streamers": size.streamers,
        }
        return configured(settings, [Layer(parameters=world), self.calendar])

    def simulate(self, unit: Array, seeds: Array, full: bool, name: str) -> Runs:
        """Runs at these points for the fit; fewer than asked for if the wave's share of the budget is used up."""
        unit = np.asarray(unit)
        points = [self.parameters(each) for each in unit]
        rows, tables = self.values(points, seeds, full, name, checked=False)
        return Runs(unit[rows], np.asarray(seeds)[rows], np.full(len(rows), full), self.anchors.scaled_targets(tables))

    def values(self, points: list[Nested], seeds: Array, full: bool, name: str, checked: bool) -> tuple[list[int], list[Array]]:
        """Rows that were run and what all anchors read there; with `checked`, to the last day and without deadline."""
        configurations = [self.configuration(each, full, checked) for each in points]
        keys = [self.key(each, int(seed)) for each, seed in zip(configurations, seeds, strict=True)]
        results: dict[int, dict[str, Any]] = {}
        for row, key in enumerate(keys):
            kept = self.kept(key)
            if kept is not None:
                results[row] = kept
        self.made["found again"] += len(results)
        waiting = [row for row in range(len(points)) if row not in results]
        until = float("inf") if checked else self.started + self.budget * self.deadline.get(name, 1.0)
        for row, result in self._run(waiting, configurations, seeds, until):
            if result["code_version"] != self.code_version:
                raise CodeChangedError(
                    "The code of `sim` changed during the fit, so its runs do not belong together. Run the same command again."
                )
            self.keep(keys[row], result)
            results[row] = result
            self.advance(name, len(results), len(points))
        self.made["full" if full else "small"] += len(results)
        missing = [float("nan")] * len(self.anchors.all)
        for result in results.values():
            if result["values"] is None:
                self.made["failed"] += 1
                self.failures.append(result["failure"])
        rows = sorted(results)
        return rows, [np.array(results[row]["values"] or missing, float) for row in rows]

    def _run(
        self, rows: list[int], configurations: list[Configuration], seeds: Array, until: float
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        waiting, under_way = list(rows), {}
        while waiting or under_way:
            while waiting and len(under_way) < self.processes and time.monotonic() < until:
                row = waiting.pop(0)
                task = self.pool.submit(measured, configurations[row], int(seeds[row]), self.anchors)
                under_way[task] = row
            if not under_way:
                return
            done: set[Future[Any]] = wait(under_way, return_when=FIRST_COMPLETED)[0]
            for task in done:
                yield under_way.pop(task), task.result()

    def late(self) -> bool:
        """Whether the budget is nearly used up."""
        return time.monotonic() > self.started + LATE * self.budget

    @property
    def pool(self) -> ProcessPoolExecutor:
        """Fresh Pythons that wait for runs; Ctrl-C goes to this process alone."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.processes, get_context("spawn"), initializer=end_with_parent)
            with started_safely():
                for _ in range(self.processes):
                    self._pool.submit(os.getpid)
        return self._pool

    def close(self) -> None:
        """Drop what waits and let the processes end."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def key(self, configuration: Configuration, seed: int) -> str:
        """Under which a run is kept."""
        content = [configuration.to_mapping(), seed, self.code_version, self.anchors.definition()]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]

    def kept(self, key: str) -> dict[str, Any] | None:
        """A finished run, or None if there is none or its file is damaged."""
        try:
            found = json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        complete = isinstance(found, dict) and {"values", "code_version"} <= set(found)
        return found if complete else None

    def keep(self, key: str, result: Mapping[str, Any]) -> None:
        """Write a finished run whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        place = self.folder / f"{key}.json"
        part = place.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(result), encoding="utf-8")
        os.replace(part, place)
