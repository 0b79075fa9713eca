"""Processes that take turns: each framework is started once, warms up, and then runs one repeat whenever it is asked."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from experiments.bench.environment import ROOT, last_words

PATIENCE = 180.0  # seconds for one answer


class MissingError(Exception):
    """Something that could not be measured; its text says why."""


def child(command: Sequence[str], environment: Mapping[str, str] | None = None, patience: float = 900.0) -> dict[str, Any]:
    """What a measuring process says in its last line, as JSON; MissingError if it fails."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, **(environment or {})}, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        raise MissingError(f"no answer within {patience:.0f} s") from None
    if done.returncode:
        raise MissingError(last_words(done.stderr) if done.returncode > 0 else f"ended by signal {-done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def seconds_until(line: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> float:
    """Seconds from the start of a process until it prints a line; MissingError if it ends without. It is waited for."""
    begin, arrived = time.perf_counter(), math.nan
    with tempfile.TemporaryFile("w+") as said:
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=said, text=True, cwd=ROOT, env={**os.environ, **(environment or {})}
        ) as process:
            assert process.stdout is not None
            for each in process.stdout:
                if each.rstrip() == line:
                    arrived = time.perf_counter() - begin
        said.seek(0)
        if math.isnan(arrived):
            raise MissingError(last_words(said.read()) or f"code {process.returncode}")
    return arrived


@dataclass
class Result:
    """What a framework took.

    Attributes:
        name: what it is called in the table.
        consumers, steps, threads: of one run; threads 0 stands for as many as the framework takes.
        nanoseconds: for each consumer and step, one number a repeat.
        bought: share of consumers who bought in a week.
        versions: package -> version.
        missing: why there is no number, or nothing.
    """

    name: str
    consumers: int
    steps: int
    threads: int = 1
    nanoseconds: list[float] = field(default_factory=list)
    bought: float = float("nan")
    versions: dict[str, str] = field(default_factory=dict)
    missing: str = ""

    @property
    def middle(self) -> float:
        """Median ns for each consumer and step."""
        return median(self.nanoseconds)


@dataclass
class Runner:
    """One framework's process. `commands` are tried in turn until one gets ready."""

    result: Result
    commands: Sequence[Sequence[str]]
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start and warm up; the result says why where no command does."""
        reasons = []
        for command in self.commands:
            with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
                try:
                    self.process = subprocess.Popen(
                        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True, cwd=ROOT
                    )  # fmt: skip
                    ready = self._line()
                except (OSError, json.JSONDecodeError) as error:
                    reasons.append(str(error))
                    self.stop()
                    continue
                if ready:
                    self.result.versions, self.result.missing = ready["versions"], ""
                    return
                self.stop()
                complaints.seek(0)
                reasons.append(last_words(complaints.read()))
        self.process, self.result.missing = None, reasons[0] if reasons else "nothing to run it with"

    def repeat(self) -> None:
        """Run once and keep the time."""
        if self.process is None or self.process.stdin is None:
            return
        try:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
            answer = self._line()
        except BrokenPipeError:
            answer = None
        if not answer:
            self.result.missing = "it ended in the middle"
            self.stop()
            return
        work = self.result.consumers * self.result.steps
        self.result.nanoseconds.append(answer["seconds"] / work * 1e9)
        self.result.bought = answer["bought"]

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def _line(self) -> dict[str, Any] | None:
        assert self.process is not None
        assert self.process.stdout is not None
        timer = threading.Timer(PATIENCE, self.process.kill)
        timer.start()
        try:
            line = self.process.stdout.readline()
        finally:
            timer.cancel()
        return json.loads(line) if line.strip() else None


def race(runners: Sequence[Runner], repeats: int, tell: Callable[[str], None] = print) -> list[Result]:
    """All runners, turn by turn, so that whatever slows the machine slows all of them."""
    try:
        for runner in runners:
            runner.start()
            tell(f"  {runner.result.name}: {'missing: ' + runner.result.missing if runner.result.missing else 'ready'}")
        for _ in range(repeats):
            for runner in runners:
                runner.repeat()
    finally:
        for runner in runners:
            runner.stop()
    return [runner.result for runner in runners]


def field_of(consumers: int, steps: int, pythons: Sequence[str]) -> list[Runner]:
    """livemarket on one and on two threads, numpy as the yardstick, and the peers.

    Args:
        consumers, steps: of one run; Mesa gets a twentieth of the consumers, as its time for each does not depend on them.
        pythons: interpreters to try for a peer, the first first.
    """
    sizes = [f"consumers={consumers}", f"steps={steps}"]
    peers = ["-m", "experiments.bench.peers"]
    own = [sys.executable, "-m", "experiments.bench.own", *sizes]
    runners = [
        Runner(Result("livemarket, 1 thread", consumers, steps), [own]),
        Runner(Result("livemarket, 2 threads", consumers, steps, 2), [[*own, "threads=2"]]),
        Runner(Result("numpy", consumers, steps), [[sys.executable, *peers, "numpy", *sizes]]),
        Runner(Result("numpy, float32 in blocks", consumers, steps), [[sys.executable, *peers, "numpy-blocks", *sizes]]),
    ]
    for case, name, threads in (("jax", "JAX on CPU", 0), ("polars", "Polars", 0), ("mesa-frames", "mesa-frames", 0), ("mesa", "Mesa", 1)):
        count = max(100, consumers // 20) if case == "mesa" else consumers
        words = [*peers, case, f"consumers={count}", f"steps={steps}"]
        runners.append(Runner(Result(name, count, steps, threads), [[python, *words] for python in pythons]))
    return runners
