"""Processes work through jobs side by side; one that dies is replaced and only its own job is done again.

    with hired(2) as pool:
        for number, outcome in pool.outcomes(jobs, processes=2): ...

Each worker is forked from a process that has imported what all of them need (a fresh Python where a system knows no
forkserver), is told its next job through a pipe, and tells its progress and the result through the same pipe. Two
workers start alone and compile the rules, or find them compiled, beginning at the two ends of the week: each finds on
disk what the other has compiled. The others start when one is ready.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import connection
from typing import Any

from sim.errors import LivemarketError

ATTEMPTS = 3
COMPILING = 2  # workers that compile the rules side by side, one from the last phase of the week to the first
TELL = 0.3  # seconds between two messages on progress
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
"""What keeps libraries from starting threads: every core has its own process, and one that others are forked from may have none."""
NO_MEMORY = "Memory ran out. Give fewer threads or fewer consumers."
Advance = Callable[[int], None]
FORKED = "forkserver" in multiprocessing.get_all_start_methods()
PRELOADED = "experiments.preloaded"


class RunError(LivemarketError):
    """A job that failed, with its name."""


class KilledError(RunError):
    """A job whose processes have died."""


@dataclass(frozen=True)
class Job:
    """What a worker is to do.

    Attributes:
        label: its name in a message.
        function: a module's; called with the arguments and `progress(done, all)`.
        weeks: how long it is, where nobody tells its progress.
    """

    label: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    weeks: int = 0


@dataclass
class Worker:
    """A process with our end of its pipe, the job it works on and the weeks it has done of it."""

    process: Any
    pipe: Any
    number: int | None = None
    weeks: int = 0


@dataclass
class Pool:
    """Workers, the jobs that wait for them, and how often each was tried."""

    jobs: Sequence[Job] = ()
    advance: Advance = lambda weeks: None
    waiting: list[int] = field(default_factory=list)
    attempts: dict[int, int] = field(default_factory=dict)
    ended: list[tuple[int, Any]] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    warm: bool = False

    def outcomes(self, jobs: Sequence[Job], processes: int, advance: Advance = lambda weeks: None) -> Iterator[tuple[int, Any]]:
        """The number of each job and its result, or the error it ended with, as they come.

        Args:
            jobs: what to do.
            processes: how many are done at once.
            advance: told how many more weeks are done, over all jobs; negative when a job begins again.
        """
        for worker in [each for each in self.workers if each.number is not None]:  # an earlier call was given up half-way
            self.workers.remove(worker)
            end([worker])
        self.jobs, self.advance = jobs, advance
        self.waiting, self.attempts = list(range(len(jobs))), {}
        left = len(jobs)
        while left:
            while len(self.workers) < min(processes, left, processes if self.warm else COMPILING):
                self.start()
            self.hand_out(processes)
            for pipe in connection.wait([worker.pipe for worker in self.workers], timeout=1.0):
                for worker in [each for each in self.workers if each.pipe is pipe]:
                    self.hear(worker)
            ended, self.ended = self.ended, []
            left -= len(ended)
            yield from ended

    def start(self) -> None:
        """Start one more worker; Ctrl-C goes to this process alone, which then ends the workers."""
        context = multiprocessing.get_context("forkserver" if FORKED else "spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=work, args=(theirs, len(self.workers) % 2 == 1), daemon=True)
        with started_safely():
            process.start()
            self.workers.append(Worker(process, ours))
        theirs.close()

    def hand_out(self, processes: int) -> None:
        """Give idle workers their next job, to so many at once."""
        for worker in self.workers[:processes]:
            if worker.number is None and self.waiting:
                number = self.waiting.pop(0)
                try:
                    worker.pipe.send((self.jobs[number].function, self.jobs[number].arguments))
                except OSError:  # it has died; its pipe will say so
                    self.waiting.insert(0, number)
                    continue
                worker.number, worker.weeks = number, 0
                self.attempts[number] = self.attempts.get(number, 0) + 1

    def hear(self, worker: Worker) -> None:
        """One message of a worker: it is ready, weeks done, how its job ended; or its pipe has closed."""
        try:
            kind, content = worker.pipe.recv()
        except (EOFError, OSError):
            self.replace(worker)
            return
        if kind == "weeks":
            self.advance(content - worker.weeks)
            worker.weeks = content
        elif kind == "ready":
            self.warm = True
        elif kind == "broken":
            raise RunError(f"A worker could not start:\n{content}")
        else:
            assert worker.number is not None
            self.ended.append((worker.number, outcome_of(self.jobs[worker.number], kind, content)))
            worker.number = None

    def replace(self, worker: Worker) -> None:
        """A worker has died: another takes its job, unless the job has ended several workers."""
        worker.process.join(5)
        self.workers.remove(worker)
        if worker.number is not None:
            self.advance(-worker.weeks)
            if self.attempts[worker.number] >= ATTEMPTS:
                self.ended.append((worker.number, killed(self.jobs[worker.number], f" (exit code {worker.process.exitcode})")))
            else:
                self.waiting.insert(0, worker.number)
        elif not self.warm:
            raise RunError(f"A worker could not start (exit code {worker.process.exitcode}).")

    def stop(self) -> None:
        """End all workers, whatever they are doing."""
        end(self.workers)
        self.workers = []


def end(workers: Sequence[Worker]) -> None:
    """End workers, whatever they are doing."""
    for worker in workers:
        worker.pipe.close()
        worker.process.terminate()
    for worker in workers:
        worker.process.join(5)
        if worker.process.is_alive():
            worker.process.kill()


@dataclass(frozen=True)
class Embedded:
    """The cores of this machine as an engine for `complete`."""

    pool: Pool
    processes: int

    @property
    def width(self) -> int:
        """How many jobs are done at once."""
        return self.processes

    def outcomes(self, jobs: Sequence[Job], advance: Advance = lambda weeks: None) -> Iterator[tuple[int, Any]]:
        """The number of each job and its result, or the error it ended with, as they come."""
        return self.pool.outcomes(jobs, min(self.processes, len(jobs)), advance)


def cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def hired(processes: int) -> Iterator[Pool]:
    """A pool for which imports begin while its jobs are still being planned; afterwards all workers are ended.

    Args:
        processes: how many will be wanted.
    """
    pool = Pool()
    try:
        if processes and FORKED:
            from multiprocessing import forkserver  # not to be had on Windows

            forkserver.set_forkserver_preload([PRELOADED])
            with started_safely():
                forkserver.ensure_running()
        else:
            for _ in range(min(processes, COMPILING)):
                pool.start()
        yield pool
    finally:
        pool.stop()


def results_of(outcomes: Iterator[tuple[int, Any]]) -> list[Any]:
    """The results in the order of the jobs; the first error is raised."""
    results = {}
    for number, outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
        results[number] = outcome
    return [results[number] for number in sorted(results)]


@contextmanager
def started_safely() -> Iterator[None]:
    """What is started inside takes no Ctrl-C and computes on one thread, as every core has its own process."""
    added = {name: value for name, value in ONE_THREAD.items() if name not in os.environ}
    os.environ.update(added)
    masked = hasattr(signal, "pthread_sigmask")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masked else set()
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]
        if masked:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_parent() -> None:
    """A process that waits for runs ends when whoever gives them dies, however that happens."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (connection.wait([parent.sentinel]), os._exit(1)), daemon=True).start()


def work(pipe: Any, backwards: bool) -> None:
    """What a worker does until its pipe closes; `backwards` is the order in which it compiles the rules."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    told = 0.0

    def tell(done: int, steps: int) -> None:
        nonlocal told
        now = time.monotonic()
        if done == steps or now - told > TELL:
            told = now
            pipe.send(("weeks", done))

    try:
        import sim.actors  # noqa: F401 - before all else: while it is imported, Mesa looks through whatever there is
        from sim.model import rehearse

        rehearse(backwards)
    except Exception:
        pipe.send(("broken", traceback.format_exc()))
        return
    try:
        pipe.send(("ready", None))
        while True:
            pipe.send(done_next(pipe, tell))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # nobody is waiting any more


def done_next(pipe: Any, progress: Callable[[int, int], None]) -> tuple[str, Any]:
    """Do the next job that comes through the pipe."""
    function, arguments = pipe.recv()
    return done(function, arguments, progress)


def done(function: Callable[..., Any], arguments: tuple[Any, ...], progress: Callable[[int, int], None]) -> tuple[str, Any]:
    """Do a job; returns "result" with it, or "failure" with an error of ours or what else went wrong in words."""
    try:
        return "result", function(*arguments, progress)
    except LivemarketError as error:
        return "failure", error
    except MemoryError:
        return "failure", NO_MEMORY
    except (EOFError, BrokenPipeError, ConnectionResetError):
        raise
    except Exception:
        return "failure", traceback.format_exc()


def outcome_of(job: Job, kind: str, content: Any) -> Any:
    """The result of a job that was done, or its error with its name."""
    if kind == "failure" and not isinstance(content, LivemarketError):
        return RunError(f"The run of {job.label} failed:\n{content}")
    return content


def killed(job: Job, aside: str) -> KilledError:
    """The error of a job whose processes have died."""
    return KilledError(
        f"The process of {job.label} was ended from outside several times{aside}, as happens when memory runs out. "
        "Give fewer threads or fewer consumers."
    )
