"""What the command `forecast` does until the first week of its first run is simulated; whoever starts this process times it until it
prints that line.

python -m experiments.bench.first_week

Nothing is imported here that the command does not import itself.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from typing import Any

from experiments import forecast
from experiments.workers import Pool

CONSUMERS = 20_000
ARRIVED = "The first week is simulated."


class ArrivedError(Exception):
    """A worker has told of its first week."""


def first_week() -> None:
    """Run the command until a worker tells of a week done, into a folder and a store that are then removed."""
    hear = Pool.hear

    def listening(pool: Pool, worker: Any) -> None:
        hear(pool, worker)
        if worker.weeks:
            print(ARRIVED, flush=True)
            raise ArrivedError

    Pool.hear = listening  # type: ignore[method-assign]  # the process ends with this
    with tempfile.TemporaryDirectory() as folder, suppress(ArrivedError):
        forecast.command([f"consumers={CONSUMERS}", f"out={folder}/out", f"store={folder}/store"])


if __name__ == "__main__":
    first_week()
