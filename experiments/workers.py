"""Processes work through runs side by side; one that dies is replaced and only its own run is made again.

Each worker is a fresh Python (spawn), told its next run through a pipe, and tells the weeks done and the
result through the same pipe. Two workers start alone and compile the rules, or find them compiled, beginning at
the two ends of the week: each finds on disk what the other has compiled. The others start when one is ready.
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
from typing import TYPE_CHECKING, Any

from sim.errors import LivemarketError

if TYPE_CHECKING:
    import xarray as xr

    from experiments.plan import Task

ATTEMPTS = 3
COMPILING = 2  # workers that compile the rules side by side, one from the last phase of the week to the first
TELL = 0.3  # seconds between two messages on progress
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
Advance = Callable[[int], None]


class RunError(LivemarketError):
    """A run that failed, with the member that it was."""


@dataclass
class Worker:
    """A process with our end of its pipe, the run it works on and the weeks it has done of it."""

    process: Any
    pipe: Any
    number: int | None = None
    weeks: int = 0


@dataclass
class Pool:
    """Runs in progress: which wait, which were tried how often, and what came out."""

    tasks: Sequence[Task] = ()
    advance: Advance = lambda weeks: None
    waiting: list[int] = field(default_factory=list)
    attempts: dict[int, int] = field(default_factory=dict)
    results: dict[int, xr.Dataset] = field(default_factory=dict)
    workers: list[Worker] = field(default_factory=list)
    warm: bool = False

    def start(self) -> None:
        """Start one more worker; Ctrl-C goes to this process alone, which then ends the workers."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=work, args=(theirs, len(self.workers) % 2 == 1), daemon=True)
        with started_safely():
            process.start()
            self.workers.append(Worker(process, ours))
        theirs.close()

    def hand_out(self) -> None:
        """Give idle workers their next run."""
        for worker in self.workers:
            if worker.number is None and self.waiting:
                number = self.waiting.pop(0)
                try:
                    worker.pipe.send((number, self.tasks[number].configuration, self.tasks[number].seed))
                except OSError:  # it has died; its pipe will say so
                    self.waiting.insert(0, number)
                    continue
                worker.number, worker.weeks = number, 0
                self.attempts[number] = self.attempts.get(number, 0) + 1

    def hear(self, worker: Worker) -> None:
        """One message of a worker: it is ready, weeks done, a result, a failure; or its pipe has closed."""
        try:
            kind, content = worker.pipe.recv()
        except (EOFError, OSError):
            self.replace(worker)
            return
        if kind == "weeks":
            self.advance(content - worker.weeks)
            worker.weeks = content
        elif kind == "result":
            assert worker.number is not None
            self.results[worker.number] = content
            worker.number = None
        elif kind == "ready":
            self.warm = True
        elif isinstance(content, LivemarketError):
            raise content
        else:
            raise RunError(f"The run of {self.label(worker)} failed:\n{content}")

    def replace(self, worker: Worker) -> None:
        """A worker has died: another takes its run, unless the run has ended several workers."""
        worker.process.join(5)
        self.workers.remove(worker)
        if worker.number is not None:
            if self.attempts[worker.number] >= ATTEMPTS:
                raise RunError(
                    f"The process of {self.label(worker)} was ended from outside {ATTEMPTS} times "
                    f"(exit code {worker.process.exitcode}), as happens when memory runs out. "
                    "Give fewer threads or fewer consumers."
                )
            self.advance(-worker.weeks)
            self.waiting.insert(0, worker.number)
        elif not self.warm:
            raise RunError(f"A worker could not start (exit code {worker.process.exitcode}).")
        self.start()

    def label(self, worker: Worker) -> str:
        """Which run a worker is at."""
        return self.tasks[worker.number].label if worker.number is not None else "nobody"

    def stop(self) -> None:
        """End all workers, whatever they are doing."""
        for worker in self.workers:
            worker.pipe.close()
            worker.process.terminate()
        for worker in self.workers:
            worker.process.join(5)
            if worker.process.is_alive():
                worker.process.kill()


def cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def hired(processes: object) -> Iterator[Pool]:
    """A pool whose first workers get ready while its runs are still being planned; afterwards all are ended.

    Args:
        processes: how many will be wanted, as somebody typed it; as many as there are cores if that is no number.
    """
    pool = Pool()
    try:
        for _ in range(min(processes if isinstance(processes, int) else cores(), COMPILING)):
            pool.start()
        yield pool
    finally:
        pool.stop()


def run_all(tasks: Sequence[Task], processes: int, advance: Advance = lambda weeks: None, pool: Pool | None = None) -> list[xr.Dataset]:
    """The results of all runs, in their order, whatever order they end in.

    Args:
        tasks: the runs.
        processes: how many are made at once.
        advance: told how many more weeks are done, over all runs; negative when a run begins again.
        pool: one hired before; it is ended.

    Raises:
        RunError: a run failed, or ended its process again and again. Nothing goes on running.
    """
    pool = pool or Pool()
    pool.tasks, pool.advance, pool.waiting = tasks, advance, list(range(len(tasks)))
    try:
        while len(pool.results) < len(tasks):
            while len(pool.workers) < min(processes, len(tasks), processes if pool.warm else COMPILING):
                pool.start()
            pool.hand_out()
            for pipe in connection.wait([worker.pipe for worker in pool.workers], timeout=1.0):
                for worker in [each for each in pool.workers if each.pipe is pipe]:
                    pool.hear(worker)
    finally:
        pool.stop()
    return [pool.results[number] for number in range(len(tasks))]


@contextmanager
def started_safely() -> Iterator[None]:
    """What is started inside takes no Ctrl-C and computes on one thread, as every core has its own process."""
    added = [name for name in ONE_THREAD if name not in os.environ]
    os.environ.update(dict.fromkeys(added, "1"))
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
        from sim.runner import run

        rehearse(backwards)
        pipe.send(("ready", None))
        while True:
            _, configuration, seed = pipe.recv()
            pipe.send(("result", run(configuration, seed, tell)))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # nobody is waiting any more
    except LivemarketError as error:
        pipe.send(("failure", error))
    except MemoryError:
        pipe.send(("failure", "Memory ran out. Give fewer threads or fewer consumers."))
    except Exception:
        pipe.send(("failure", traceback.format_exc()))
