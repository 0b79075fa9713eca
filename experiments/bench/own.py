"""The toy step in livemarket, answering like `experiments.bench.peers`: python -m experiments.bench.own consumers=N steps=N threads=N"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from experiments.bench.peers import Run, answer
from experiments.bench.toy_mechanics import toy_engine


def livemarket(consumers: int, steps: int, threads: int = 1) -> Run:
    """The toy step as mechanics on livemarket's engine."""

    def once() -> tuple[float, float]:
        engine = toy_engine(consumers, steps, threads=threads)
        bought = 0.0
        begin = time.perf_counter()
        for _ in range(steps):
            engine.step()
            bought += consumers - engine.arrays["sold"][-1]
        return time.perf_counter() - begin, bought / (consumers * steps)

    return once


def main(typed: Sequence[str]) -> None:
    """Answer for livemarket's own toy."""
    answer("numba", livemarket(**{name: int(value) for name, _, value in (word.partition("=") for word in typed)}))


if __name__ == "__main__":
    main(sys.argv[1:])
