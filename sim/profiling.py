"""Profile: where the time and the memory of a market go, by phase and mechanic."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import get_ident
from time import perf_counter
from typing import Any

from sim.config import Configuration
from sim.engine import Call, Engine
from sim.fields import POSITION
from sim.model import build

WARM_UP = 10  # weeks that are not counted, of at most half: they compile, or load what is compiled


class TimedEngine(Engine):
    """An engine that adds up the seconds in which every call works, by thread, phase and mechanic; waiting for its turn is no work."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.seconds: defaultdict[tuple[int, str, str], float] = defaultdict(float)
        super().__init__(*arguments, **options)
        for phase in self._turns:
            for call in self._market_calls[phase]:
                call.context.my_turn = partial(self._time, call, call.context.my_turn, -1)

    def _market_call(self, call: Call) -> None:
        self._time(call, partial(super()._market_call, call))

    def _block_call(self, call: Call, worker: int, first: int, stop: int) -> None:
        self._time(call, partial(super()._block_call, call, worker, first, stop))

    def _time(self, call: Call, do: Callable[[], None], sign: int = 1) -> None:
        begun = perf_counter()
        do()
        self.seconds[get_ident(), call.context.phase, call.mechanic.name] += sign * (perf_counter() - begun)


@dataclass(frozen=True)
class Profile:
    """What a market took.

    Attributes:
        consumers, threads, weeks: of the market, and the weeks counted. wall: seconds of these weeks.
        seconds: (phase, mechanic) -> seconds of work over all threads; ("record", "recorder") for the observables, and
            ("engine", "blocks, channels, waiting") for what is left of every thread's time: all add up to threads * wall.
        memory: (phase, owner, what) -> bytes, as `memory` tells.
        lasting: bytes that grow with the number of consumers.
    """

    consumers: int
    threads: int
    weeks: int
    wall: float
    seconds: dict[tuple[str, str], float]
    memory: dict[tuple[str, str, str], int]
    lasting: int


def profile(configuration: Configuration, seed: int, progress: Callable[[int, int], None] | None = None) -> Profile:
    """Run a market and measure it; its results are those of any other run.

    Raises:
        ConfigError: before the first week.
    """
    from sim.recorder import Recorder  # with xarray, which is not needed to tell the memory of a market

    engine = build(configuration, seed, TimedEngine)
    assert isinstance(engine, TimedEngine)
    recorder, recording = Recorder(engine, configuration.detail), 0.0
    begun, warm_up = perf_counter(), min(WARM_UP, engine.clock.steps // 2)
    while not engine.finished:
        if engine.week == warm_up:
            engine.seconds.clear()
            begun, recording = perf_counter(), 0.0
        engine.step()
        noted = perf_counter()
        recorder.note()
        recording += perf_counter() - noted
        if progress is not None:
            progress(engine.week, engine.clock.steps)
    wall = perf_counter() - begun
    seconds: defaultdict[tuple[str, str], float] = defaultdict(float, {("record", "recorder"): recording})
    for (_, phase, mechanic), spent in engine.seconds.items():
        seconds[phase, mechanic] += spent
    seconds["engine", "blocks, channels, waiting"] = configuration.threads * wall - sum(seconds.values())
    weeks = engine.clock.steps - warm_up
    return Profile(configuration.consumers, configuration.threads, weeks, wall, dict(seconds), *memory(engine))


def memory(engine: Engine) -> tuple[dict[tuple[str, str, str], int], int]:
    """Where the bytes are, and how many grow with consumers: lasting fields, last week's copies, who knows whom.

    Returns:
        (phase, owner, what) -> bytes: each lasting field of consumers, the fields of the market, what threads hold for a block, and
        services. The phase is the last in which its owner sets it; services have none.
    """

    def place(name: str, what: str) -> tuple[str, str, str]:
        field = engine.fields[name]
        return field.at[-1], field.owner, what

    before = {name: old for name, old in engine.previous.items() if engine.fields[name].over_consumers}
    consumers = {place(name, name): rows.flat.nbytes for name, rows in engine.rows.items()}
    consumers |= {place(name, f"last week's {name}"): old.nbytes for name, old in before.items()}
    others: Counter[tuple[str, str, str]] = Counter()
    for name, array in engine.arrays.items():
        if name not in engine.rows:
            others[place(name, "fields of the market")] += array.nbytes
    for workspace in engine.workspaces:
        for name, rows in (*workspace.buffers.items(), *workspace.kept.items()):
            others[place(name, "blocks of the threads")] += rows.flat.nbytes
        for name, counts in workspace.tallies.items():
            others[place(name, "counts of the threads")] += counts.nbytes
    for name, service in engine.services.items():
        if size := getattr(service, "nbytes", 0):
            (consumers if name == "neighbours" else others)["", "service", name] = size
    return consumers | dict(others), sum(consumers.values())


def table_text(found: Profile) -> str:
    """Two tables for the screen: time by phase and mechanic, in the order of the week, and memory by size."""
    lines = [
        f"{found.weeks} weeks of {found.consumers:,} consumers on {found.threads} thread{'s' if found.threads > 1 else ''}: "
        f"{1e3 * found.wall / found.weeks:.2f} ms a week, {1e9 * found.wall / found.weeks / found.consumers:.0f} ns a consumer and week."
        + (f" The rows are of all threads, and add up to {found.threads} times that." if found.threads > 1 else ""),
        "",
        f"{'phase':<10}{'mechanic':<27}{'ms a week':>11}{'ns a consumer':>15}{'share':>8}",
    ]
    total = sum(found.seconds.values())
    order = {**POSITION, "record": len(POSITION), "engine": len(POSITION) + 1}
    for (phase, mechanic), seconds in sorted(found.seconds.items(), key=lambda item: (order[item[0][0]], -item[1])):
        week = seconds / found.weeks
        lines.append(f"{phase:<10}{mechanic:<27}{1e3 * week:>11.3f}{1e9 * week / found.consumers:>15.1f}{seconds / total:>8.1%}")
    lines += [
        "",
        f"Lasting memory that grows with consumers: {found.lasting / found.consumers:.1f} bytes each, "
        f"{found.lasting / 2**20:,.1f} MiB in all.",
        f"{'set in':<10}{'by':<18}{'what':<28}{'MiB':>11}{'bytes a consumer':>18}",
    ]
    for (phase, owner, what), size in sorted(found.memory.items(), key=lambda item: -item[1]):
        lines.append(f"{phase:<10}{owner:<18}{what:<28}{size / 2**20:>11.2f}{size / found.consumers:>18.2f}")
    return "\n".join(lines)
