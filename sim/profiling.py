"""Profile: where the time and the memory of a market go, by phase and mechanic."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.config import Configuration
from sim.engine import Call, Engine
from sim.fields import POSITION
from sim.model import build
from sim.recorder import Recorder

WARM_UP = 10  # weeks that are not counted, of at most half: they compile, or load what is compiled


class TimedEngine(Engine):
    """An engine that adds up the seconds of every call, by worker, phase and mechanic."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.seconds: list[defaultdict[tuple[str, str], float]] = [defaultdict(float) for _ in range(options["threads"])]
        super().__init__(*arguments, **options)

    def _market_call(self, call: Call) -> None:
        begun = time.perf_counter()
        super()._market_call(call)
        self.seconds[0][call.context.phase, call.mechanic.name] += time.perf_counter() - begun

    def _block_call(self, call: Call, worker: int, first: int, stop: int) -> None:
        begun = time.perf_counter()
        super()._block_call(call, worker, first, stop)
        self.seconds[worker][call.context.phase, call.mechanic.name] += time.perf_counter() - begun


@dataclass(frozen=True)
class Profile:
    """What a market took.

    Attributes:
        consumers, threads, weeks: of the market, and the weeks counted. wall: seconds of these weeks.
        seconds: (phase, mechanic) -> seconds over all threads; ("record", "recorder") for the observables, and
            ("engine", "blocks and channels") for what no mechanic did, as far as the first thread saw it.
        memory: (owner, what) -> bytes; lasting fields of consumers and of the market, the network, buffers of the threads.
        lasting: bytes that grow with the number of consumers.
    """

    consumers: int
    threads: int
    weeks: int
    wall: float
    seconds: dict[tuple[str, str], float]
    memory: dict[tuple[str, str], int]
    lasting: int


def profile(configuration: Configuration, seed: int, progress: Callable[[int, int], None] | None = None) -> Profile:
    """Run a market and measure it; its results are those of any other run.

    Raises:
        ConfigError: before the first week.
    """
    engine = build(configuration, seed, TimedEngine)
    assert isinstance(engine, TimedEngine)
    recorder, recording = Recorder(engine, configuration.detail), 0.0
    begun, warm_up = time.perf_counter(), min(WARM_UP, engine.clock.steps // 2)
    while not engine.finished:
        if engine.week == warm_up:
            for counter in engine.seconds:
                counter.clear()
            begun, recording = time.perf_counter(), 0.0
        engine.step()
        noted = time.perf_counter()
        recorder.note()
        recording += time.perf_counter() - noted
        if progress is not None:
            progress(engine.week, engine.clock.steps)
    wall = time.perf_counter() - begun
    seconds: dict[tuple[str, str], float] = {}
    for counter in engine.seconds:
        for where, spent in counter.items():
            seconds[where] = seconds.get(where, 0.0) + spent
    rest = wall - recording - sum(engine.seconds[0].values())
    seconds |= {("record", "recorder"): recording, ("engine", "blocks and channels"): max(rest, 0.0)}
    memory, lasting = _memory(engine)
    weeks = engine.clock.steps - warm_up
    return Profile(configuration.consumers, configuration.threads, weeks, wall, seconds, memory, lasting)


def _memory(engine: Engine) -> tuple[dict[tuple[str, str], int], int]:
    """Bytes by owner and field, and those that grow with consumers."""
    consumers = {(engine.fields[name].owner, name): rows.flat.nbytes for name, rows in engine.rows.items()}
    before = {name: old for name, old in engine.previous.items() if engine.fields[name].over_consumers}
    copies = {("engine", f"last week's {name}"): old.nbytes for name, old in before.items()}
    market: Counter[tuple[str, str]] = Counter()
    for name, array in engine.arrays.items():
        if name not in engine.rows:
            market[engine.fields[name].owner, "fields of the market"] += array.nbytes
    services = {("service", name): size for name, service in engine.services.items() if (size := getattr(service, "nbytes", 0))}
    people = {key: size for key, size in services.items() if len(engine.services[key[1]]) == engine.sizes["consumer"]}
    buffers = sum(
        rows.flat.nbytes for workspace in engine.workspaces for rows in (*workspace.buffers.values(), *workspace.kept.values())
    ) + sum(workspace.counts.nbytes for workspace in engine.workspaces)
    grows = consumers | copies | people
    return grows | services | dict(market) | {("engine", "buffers of the threads"): buffers}, sum(grows.values())


def table_text(found: Profile) -> str:
    """Two tables for the screen: time by phase and mechanic, in the order of the week, and memory by size."""
    lines = [
        f"{found.weeks} weeks of {found.consumers:,} consumers on {found.threads} thread{'s' if found.threads > 1 else ''}: "
        f"{1e3 * found.wall / found.weeks:.2f} ms a week, {1e9 * found.wall / found.weeks / found.consumers:.0f} ns a consumer and week.",
        "",
        f"{'phase':<10}{'mechanic':<22}{'ms a week':>11}{'ns a consumer':>15}{'share':>8}",
    ]
    total = sum(found.seconds.values())
    order = {**POSITION, "record": len(POSITION), "engine": len(POSITION) + 1}
    for (phase, mechanic), seconds in sorted(found.seconds.items(), key=lambda item: (order[item[0][0]], -item[1])):
        week = seconds / found.weeks
        lines.append(f"{phase:<10}{mechanic:<22}{1e3 * week:>11.3f}{1e9 * week / found.consumers:>15.1f}{seconds / total:>8.1%}")
    lines += [
        "",
        f"Lasting memory that grows with consumers: {found.lasting / found.consumers:.1f} bytes each, "
        f"{found.lasting / 2**20:,.1f} MiB in all.",
        f"{'owner':<18}{'what':<28}{'MiB':>11}{'bytes a consumer':>18}",
    ]
    for (owner, what), size in sorted(found.memory.items(), key=lambda item: -item[1]):
        lines.append(f"{owner:<18}{what:<28}{size / 2**20:>11.2f}{size / found.consumers:>18.2f}")
    return "\n".join(lines)
