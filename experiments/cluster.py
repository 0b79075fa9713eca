"""Jobs are done on a Dask cluster that somebody has started: `engine=dask address=tcp://host:8786`.

What Dask does not do is done here: a scheduler that went away is waited for and everything under way is handed
in again; a job that ended several workers fails alone. The workers must run the same sources; they write nothing,
so they need no disk in common with this machine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from functools import lru_cache
from typing import Any
from uuid import uuid4

import distributed
from distributed.scheduler import KilledWorker

from experiments.workers import Advance, Job, KilledError, RunError, done, killed, outcome_of
from sim.errors import LivemarketError
from sim.runner import code_version

AHEAD = 2  # jobs handed in for each thread of a worker: one under way, one waiting
POLL = 1.0  # seconds between two looks at the connection
PATIENCE = 120.0  # seconds for which a scheduler or workers that are gone are waited for
REMEDY = "Start it (dask scheduler, dask worker), or leave engine and address out to use this machine's cores."
ONE_AT_A_TIME = threading.Lock()  # of a worker process, whose threads would only take turns


class ClusterError(LivemarketError):
    """A cluster that cannot be used, or was lost for good."""


def on_worker(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[str, Any]:
    """What a worker does with a job, once it has the rules compiled."""
    with ONE_AT_A_TIME:
        warm()
        return done(function, arguments, lambda weeks, steps: None)


@lru_cache(maxsize=1)
def warm() -> None:
    """Compile the rules, or load them compiled, so that the first member takes no longer than the others."""
    from sim.model import rehearse

    rehearse()


def sources() -> str:
    """The version of the sources that a worker has."""
    return code_version()


class Cluster:
    """An engine for `complete`.

    Args:
        address: of the scheduler.
        patience: seconds for which it is waited for when it cannot be reached.
    """

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        self.address, self.patience = address, patience
        self.client: distributed.Client | None = None

    @property
    def width(self) -> int:
        """How many jobs are done at once: one by each worker."""
        assert self.client is not None
        return max(1, len(self.client.nthreads()))

    def __enter__(self) -> Cluster:
        self.connect(min(self.patience, 10.0))
        return self

    def __exit__(self, *error: object) -> None:
        self.leave()

    def connect(self, patience: float) -> None:
        """Reach the scheduler and see that its workers have our sources.

        Raises:
            ClusterError: nobody answers within the patience, or a worker has other sources.
        """
        self.leave()
        end = time.monotonic() + patience
        while self.client is None:
            try:
                self.client = distributed.Client(self.address, timeout=max(1.0, min(5.0, patience)), set_as_default=False)
            except (
                OSError,
                TimeoutError,
                AssertionError,
                ValueError,
                ImportError,
            ) as error:  # an assertion: its loop took too long to start
                if isinstance(error, ValueError | ImportError) or time.monotonic() > end:
                    raise ClusterError(
                        f"address = {self.address}: no scheduler of Dask answers there ({first_line(error)}). {REMEDY}"
                    ) from None
                time.sleep(POLL)
        self.compare()

    def compare(self) -> None:
        """See that the workers have our sources, and our version of Dask."""
        assert self.client is not None
        found = self.client.run(sources, on_error="return")
        wrong = [f"{worker} ({first_line(version)})" for worker, version in found.items() if version != code_version()]
        if wrong:
            raise ClusterError(
                f"address = {self.address}: workers with other sources than this command's (code {code_version()}): "
                f"{', '.join(wrong)}. Install the same livemarket on all, and start the workers again."
            )

    def reconnect(self, reason: Exception) -> None:
        """Wait for a scheduler that has gone; ClusterError if it does not come back."""
        try:
            self.connect(self.patience)
        except ClusterError:
            raise ClusterError(
                f"address = {self.address}: the scheduler has gone ({first_line(reason)}) and was not back within "
                f"{self.patience:.0f} s. What was finished is kept. {REMEDY}"
            ) from None

    def leave(self) -> None:
        """Give up the connection; nothing of ours stays on the cluster."""
        if self.client is not None:
            client, self.client = self.client, None
            client.close(timeout=POLL)

    def outcomes(self, jobs: Sequence[Job], advance: Advance = lambda weeks: None) -> Iterator[tuple[int, Any]]:
        """The number of each job and its result, or the error it ended with, as they come.

        Dask gives up a job that was near when several workers died, guilty or not: such a job is done once more at
        the end, alone.

        Raises:
            ClusterError: the scheduler, or all workers, have been gone for longer than the patience.
        """
        waiting, suspects = list(range(len(jobs)))[::-1], []
        for number, outcome in self.done_together(jobs, waiting, AHEAD):
            if isinstance(outcome, KilledError):
                suspects.append(number)
                continue
            advance(jobs[number].weeks)
            yield number, outcome
        for number, outcome in self.done_together(jobs, suspects, 0):
            advance(jobs[number].weeks)
            yield number, outcome

    def done_together(self, jobs: Sequence[Job], waiting: list[int], ahead: int) -> Iterator[tuple[int, Any]]:
        """The outcomes of the jobs of these numbers, the last ones first, so many ahead for each thread; one at once if 0."""
        under_way: dict[Any, int] = {}
        alive = time.monotonic()
        while waiting or under_way:
            try:
                assert self.client is not None
                width = max(1, ahead * sum(self.client.nthreads().values()))
                while waiting and len(under_way) < width:
                    job = jobs[waiting[-1]]
                    future = self.client.submit(on_worker, job.function, job.arguments, key=f"{job.label}-{uuid4().hex}", pure=False)
                    under_way[future] = waiting.pop()
                ended = settled(self.client, list(under_way))
                if self.client.status != "running":
                    raise OSError("the connection is closed")
                if ended or self.client.nthreads():
                    alive = time.monotonic()
            except (OSError, TimeoutError, RuntimeError) as error:  # the scheduler has gone: hand everything in again
                waiting += under_way.values()
                under_way = {}
                self.reconnect(error)
                continue
            if time.monotonic() - alive > self.patience:
                raise ClusterError(
                    f"address = {self.address}: there have been no workers for {self.patience:.0f} s, and "
                    f"{len(waiting) + len(under_way):,} members are missing. What was finished is kept; with workers the same command "
                    f"goes on from there. {REMEDY}"
                )
            for future in ended:
                number = under_way.pop(future)
                try:
                    outcome = fetched(future, jobs[number])
                except (OSError, TimeoutError, CancelledError):  # lost with its worker or the connection: once more
                    waiting.append(number)
                    continue
                yield number, outcome


def settled(client: distributed.Client, futures: Sequence[Any]) -> list[Any]:
    """Those that have ended in some way, after waiting for the first a little."""
    with client.as_current(), suppress(TimeoutError, CancelledError):
        distributed.wait(futures, timeout=POLL, return_when="FIRST_COMPLETED")
    return [future for future in futures if future.status != "pending"]


def fetched(future: Any, job: Job) -> Any:
    """What became of a job; CancelledError where Dask has lost sight of it."""
    if future.status == "error":
        error = future.exception()
        return killed(job, "") if isinstance(error, KilledWorker) else RunError(f"The run of {job.label} failed: {first_line(error)}")
    return outcome_of(job, *future.result(timeout=PATIENCE))


def first_line(error: object) -> str:
    """The first line of what an error says."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
