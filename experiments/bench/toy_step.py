"""The toy step of the benchmark, and how plain numpy runs it; needs only numpy.

Each week a consumer
  1. sees SEEN of STREAMERS streamers, drawn with replacement in proportion to popularity;
  2. values each at trust + quality - sensitivity * price, and buying nothing at 0;
  3. draws one of them or nothing (logit);
  4. after a purchase: sales of the streamer rise by the price, and trust moves by LEARNING towards quality + luck in
     [-1/2, 1/2); without one: trust falls by WEAR.
Then popularity' = 0.95 * popularity + 0.05 * (share of sales * STREAMERS + 0.1).
"""

from __future__ import annotations

from typing import Any

import numpy as np

STREAMERS, SEEN = 200, 3
LEARNING, WEAR = 0.05, 0.001


def streamers() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Popularity at the start, price and quality of each streamer, (STREAMERS,) each."""
    random = np.random.default_rng(1)
    popularity = 1.0 / np.arange(1, STREAMERS + 1) ** 0.8
    return popularity / popularity.sum() * STREAMERS, random.uniform(0.5, 2.0, STREAMERS), random.uniform(-0.5, 1.0, STREAMERS)


def consumers_at_start(consumers: int, dtype: Any = np.float64) -> tuple[np.ndarray, np.ndarray]:
    """Trust and sensitivity to prices of each consumer, (consumers,) each."""
    random = np.random.default_rng(2)
    return random.uniform(0, 1, consumers).astype(dtype), random.uniform(0.5, 2.0, consumers).astype(dtype)


def popularity_after(popularity: np.ndarray, sales: np.ndarray) -> np.ndarray:
    """Popularity after a week with these sales, (STREAMERS,)."""
    return 0.95 * popularity + 0.05 * (sales / max(sales.sum(), 1e-12) * STREAMERS + 0.1)


def numpy_run(
    consumers: int,
    steps: int,
    dtype: Any = np.float64,
    generator: Any = np.random.PCG64,
    block: int = 0,
    weeks: list[np.ndarray] | None = None,
    trust_after: np.ndarray | None = None,
) -> float:
    """The toy step in numpy, all consumers at once or in blocks; returns the share of consumers who bought in a week.

    A test looks at sales, appended to `weeks`, and at trust in the end, written into `trust_after`.
    """
    random = np.random.Generator(generator(7))  # streamers and consumers come from 1 and 2, which the first luck would repeat
    popularity, price, quality = (x.astype(dtype) for x in streamers())
    trust, sensitivity = consumers_at_start(consumers, dtype)
    bought = 0
    for _ in range(steps):
        cdf = np.cumsum(popularity)
        cdf /= cdf[-1]
        sales = np.zeros(STREAMERS)
        for first in range(0, consumers, block or consumers):
            t = trust[first : first + (block or consumers)]
            b = sensitivity[first : first + t.size]
            seen = np.searchsorted(cdf, random.random((SEEN, t.size), dtype=dtype), side="right")
            np.minimum(seen, STREAMERS - 1, out=seen)
            reached = np.cumsum(np.exp(t + quality[seen] - b * price[seen]), axis=0)
            at = random.random(t.size, dtype=dtype) * (1 + reached[-1])
            place = (at >= reached).sum(axis=0)
            buyers = np.flatnonzero(place < SEEN)
            chosen = seen[place[buyers], buyers]
            sales += np.bincount(chosen, weights=price[chosen], minlength=STREAMERS)
            luck = random.random(buyers.size, dtype=dtype) - dtype(0.5)
            before = t[buyers]
            t *= dtype(1 - WEAR)
            t[buyers] = before + dtype(LEARNING) * (quality[chosen] + luck - before)
            bought += buyers.size
        popularity = popularity_after(popularity, sales).astype(dtype)
        if weeks is not None:
            weeks.append(sales)
    if trust_after is not None:
        trust_after[:] = trust
    return bought / (consumers * steps)
