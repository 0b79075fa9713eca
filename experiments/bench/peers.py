"""How other frameworks run the toy step of `experiments.bench.toy_step`; needs only numpy and the framework asked for.

    python -m experiments.bench.peers polars consumers=100000 steps=52

runs in the peers' own environment, which has nothing of livemarket's. It answers each line it reads with the seconds of
one run and the share of consumers who bought in a week, as JSON; so that runs of many frameworks can take turns.
"""

from __future__ import annotations

import itertools
import json
import math
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

from experiments.bench.toy_step import LEARNING, SEEN, STREAMERS, WEAR, consumers_at_start, numpy_run, popularity_after, streamers

CELLS = 4096
Run = Callable[[], tuple[float, float]]
"""One run from the start: seconds of its steps, and the share of consumers who bought in a week."""


def timed(run: Callable[[], float]) -> Run:
    """A run that is timed as a whole."""

    def once() -> tuple[float, float]:
        begin = time.perf_counter()
        bought = run()
        return time.perf_counter() - begin, bought

    return once


def numpy_whole(consumers: int, steps: int) -> Run:
    """float64, all consumers at once: what one writes first, and the yardstick of the benchmark."""
    return timed(lambda: numpy_run(consumers, steps))


def numpy_blocks(consumers: int, steps: int) -> Run:
    """float32 in blocks of 4,096 with a faster generator."""
    return timed(lambda: numpy_run(consumers, steps, np.float32, np.random.SFC64, 4096))


def timed_market(market: Callable[[], Any], consumers: int, steps: int) -> Run:
    """Seconds of a new market's steps, and the share of consumers who bought, which it counts in `bought`."""

    def once() -> tuple[float, float]:
        new = market()
        begin = time.perf_counter()
        for _ in range(steps):
            new.step()
        return time.perf_counter() - begin, new.bought / (consumers * steps)

    return once


def mesa(consumers: int, steps: int) -> Run:
    """One object for each consumer, as Mesa's tutorials write it, activated in order (the fastest way that Mesa has)."""
    import mesa

    class Consumer(mesa.Agent):
        def __init__(self, model: Any, trust: float, sensitivity: float) -> None:
            super().__init__(model)
            self.trust, self.sensitivity = trust, sensitivity

        def step(self) -> None:
            market = self.model
            seen = market.random.choices(market.names, cum_weights=market.cumulated, k=SEEN)
            odds = [math.exp(self.trust + market.quality[s] - self.sensitivity * market.price[s]) for s in seen]
            at = market.random.random() * (1.0 + odds[0] + odds[1] + odds[2])
            for s, width in zip(seen, odds, strict=True):
                if at < width:
                    market.sales[s] += market.price[s]
                    self.trust += LEARNING * (market.quality[s] + market.random.random() - 0.5 - self.trust)
                    market.bought += 1
                    return
                at -= width
            self.trust *= 1 - WEAR

    class Market(mesa.Model):
        def __init__(self) -> None:
            super().__init__(seed=7)
            self.popularity, price, quality = streamers()
            self.price, self.quality, self.names, self.bought = price.tolist(), quality.tolist(), list(range(STREAMERS)), 0
            for trust, sensitivity in zip(*(x.tolist() for x in consumers_at_start(consumers)), strict=True):
                Consumer(self, trust, sensitivity)

        def step(self) -> None:
            self.cumulated = list(itertools.accumulate(self.popularity.tolist()))
            self.sales = [0.0] * STREAMERS
            self.agents.do("step")
            self.popularity = popularity_after(self.popularity, np.array(self.sales))

    return timed_market(Market, consumers, steps)


def polars_step(frame: Any, popularity: np.ndarray, price: np.ndarray, quality: np.ndarray, random: Any) -> tuple[Any, np.ndarray]:
    """The step in Polars on a frame with trust and sensitivity: the trust after it, and purchases of each streamer."""
    import polars as pl

    count, col, worth, cost = len(frame), pl.col, pl.lit(pl.Series(quality)), pl.lit(pl.Series(price))
    cdf = np.cumsum(popularity)
    cdf /= cdf[-1]
    shown = [np.minimum(np.searchsorted(cdf, random.random(count), side="right"), STREAMERS - 1) for _ in range(SEEN)]
    luck = [pl.Series(name, random.random(count)) for name in ("u", "z")]
    draws = [*(pl.Series(f"s{k}", shown[k]) for k in range(SEEN)), *luck]
    frame = frame.with_columns(*draws)
    values = [col("trust") + worth.gather(col(f"s{k}")) - col("sensitivity") * cost.gather(col(f"s{k}")) for k in range(SEEN)]
    frame = frame.with_columns(*[value.exp().alias(f"e{k}") for k, value in enumerate(values)])
    one, two = col("e0"), col("e0") + col("e1")
    three = two + col("e2")
    frame = frame.with_columns((col("u") * (1 + three)).alias("u"))
    pick = pl.when(col("u") < one).then(col("s0")).when(col("u") < two).then(col("s1")).when(col("u") < three).then(col("s2"))
    frame = frame.with_columns(pick.otherwise(None).alias("s"))
    moved = col("trust") + LEARNING * (worth.gather(col("s").fill_null(0)) + col("z") - 0.5 - col("trust"))
    trust = frame.select(pl.when(col("s").is_not_null()).then(moved).otherwise(col("trust") * (1 - WEAR)).alias("trust"))["trust"]
    found = frame.filter(col("s").is_not_null()).group_by("s").len()
    bought = np.zeros(STREAMERS)
    bought[found["s"].to_numpy()] = found["len"].to_numpy()
    return trust, bought


def polars(consumers: int, steps: int) -> Run:
    """Columns in Polars, random words and the search from numpy, which Polars has not."""
    import polars as pl

    def run() -> float:
        random = np.random.Generator(np.random.SFC64(7))
        popularity, price, quality = streamers()
        trust, sensitivity = consumers_at_start(consumers)
        frame, total = pl.DataFrame({"trust": trust, "sensitivity": sensitivity}), 0.0
        for _ in range(steps):
            after, bought = polars_step(frame, popularity, price, quality, random)
            frame, total = frame.with_columns(after), total + bought.sum()
            popularity = popularity_after(popularity, bought * price)
        return total / (consumers * steps)

    return timed(run)


def mesa_frames(consumers: int, steps: int) -> Run:
    """The Polars step on a set of agents in mesa-frames, old and new names."""
    import mesa_frames as frames
    import polars as pl

    new = hasattr(frames, "AgentSet")
    start, price, quality = streamers()

    class Consumers(frames.AgentSet if new else frames.AgentSetPolars):  # type: ignore[misc]
        def __init__(self, model: Any) -> None:
            super().__init__(model)
            trust, sensitivity = consumers_at_start(consumers)
            columns = {"trust": trust, "sensitivity": sensitivity} | ({} if new else {"unique_id": np.arange(consumers)})
            self.add(pl.DataFrame(columns))

        def step(self) -> None:
            market = self.model
            self["trust"], market.sold = polars_step(
                self.df if new else self.agents, market.popularity, price, quality, market.random
            )  # fmt: skip

    class Market(frames.Model if new else frames.ModelDF):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(seed=7)
            self.popularity, self.bought, self.sold = start.copy(), 0.0, np.zeros(STREAMERS)
            if new:
                self.sets += Consumers(self)
            else:
                self.agents += Consumers(self)

        def step(self) -> None:
            (self.sets if new else self.agents).do("step")
            self.bought += self.sold.sum()
            self.popularity = popularity_after(self.popularity, self.sold * price)

    return timed_market(Market, consumers, steps)


def jax(consumers: int, steps: int) -> Run:
    """All steps as one compiled scan in float32 on the CPU, with a guide table, on all cores."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_platforms", "cpu")
    start, price, quality = (jnp.asarray(x, jnp.float32) for x in streamers())
    trust_at_start, sensitivity = (jnp.asarray(x) for x in consumers_at_start(consumers, np.float32))

    def pick(u: Any, cdf: Any) -> Any:
        guide = jnp.searchsorted(cdf, jnp.arange(CELLS) / CELLS, side="right").astype(jnp.int32)
        at = guide[(u * CELLS).astype(jnp.int32)]
        for _ in range(3):
            at = at + (cdf[at] <= u).astype(jnp.int32)
        return jnp.minimum(at, STREAMERS - 1)

    def week(key: Any, state: tuple[Any, Any], step: Any) -> tuple[tuple[Any, Any], Any]:
        trust, popularity = state
        u = jax.random.uniform(jax.random.fold_in(key, step), (SEEN + 2, consumers))
        cdf = jnp.cumsum(popularity)
        seen = pick(u[:SEEN], cdf / cdf[-1])
        odds = jnp.exp(trust + quality[seen] - sensitivity * price[seen])
        one, two, three = odds[0], odds[0] + odds[1], odds[0] + odds[1] + odds[2]
        at = u[SEEN] * (1 + three)
        chosen = jnp.where(at < one, seen[0], jnp.where(at < two, seen[1], seen[2]))
        buys = at < three
        trust = jnp.where(buys, trust + LEARNING * (quality[chosen] + u[SEEN + 1] - 0.5 - trust), trust * (1 - WEAR))
        sales = jnp.zeros(STREAMERS).at[chosen].add(jnp.where(buys, price[chosen], 0.0))
        after = 0.95 * popularity + 0.05 * (sales / jnp.maximum(sales.sum(), 1e-12) * STREAMERS + 0.1)
        return (trust, after), buys.sum()

    compiled = jax.jit(lambda key, trust, popularity: jax.lax.scan(lambda s, t: week(key, s, t), (trust, popularity), jnp.arange(steps)))

    def run() -> float:
        _, bought = jax.block_until_ready(compiled(jax.random.key(7), trust_at_start, start))
        return float(bought.sum()) / (consumers * steps)

    return timed(run)


CASES = {"mesa": mesa, "mesa-frames": mesa_frames, "numpy": numpy_whole, "numpy-blocks": numpy_blocks, "polars": polars, "jax": jax}


def answer(package: str, run: Run) -> None:
    """Run once unseen, say so with the versions in use, then run once for each line read, until there is none."""
    run()
    print(json.dumps({"versions": {package: version(package), "numpy": np.__version__}}), flush=True)
    for _ in sys.stdin:
        seconds, bought = run()
        print(json.dumps({"seconds": seconds, "bought": bought}), flush=True)


def main(typed: Sequence[str]) -> None:
    """Answer for one case: CASE consumers=N steps=N."""
    sizes = {name: int(value) for name, _, value in (word.partition("=") for word in typed[1:])}
    answer("numpy" if typed[0].startswith("numpy") else typed[0], CASES[typed[0]](**sizes))


if __name__ == "__main__":
    main(sys.argv[1:])
