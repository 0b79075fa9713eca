"""The promises about time and memory, each measured in processes of its own."""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from experiments.bench.environment import ROOT
from experiments.bench.first_week import ARRIVED, CONSUMERS
from experiments.bench.measure import WARM, told, yardstick
from experiments.bench.racing import MissingError, Result, child, seconds_until
from experiments.bench.report import Row, ratios
from sim.clock import Clock
from sim.config import Configuration

GIB = 2**30
Measured = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """Sizes of a run of the benchmark.

    Attributes:
        toy: consumers and steps of the toy step. repeats: turns of each framework.
        market: consumers of the market rows. weeks: weeks timed there.
        turns: of what is compared; threads and streamers take three times, and sizes on one thread a third as many.
        sizes: consumers for the slope, ascending; the largest runs `long` weeks in all and gives the memory.
        rooms: streamers of the small and of the large market.
        late: consumers of a run to the last year, 0 for none. forecast: whether to run a whole forecast.
        largest: consumers of a run of four weeks that asks how many fit, 0 for none. cold: whether to start with nothing compiled.
    """

    toy: tuple[int, int] = (100_000, 52)
    repeats: int = 9
    market: int = 1_000_000
    weeks: int = 12
    turns: int = 10
    sizes: tuple[int, ...] = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
    long: int = 52
    rooms: tuple[int, int] = (1_000, 100_000)
    late: int = 200_000
    largest: int = 100_000_000
    forecast: bool = True
    cold: bool = True


FULL = Plan()
QUICK = Plan((20_000, 26), 3, 100_000, 4, 3, (10_000, 100_000, 200_000, 400_000), 8, (1_000, 5_000), 0, 0, False, False)
ROOM_EACH = 128  # memory that a consumer of the largest market needs in all [bytes]; source: definition (the budget of 120, and some)
MEMORY = Path("/proc/meminfo")
LINEAR_FROM = 100_000  # consumers from which cost should grow in proportion; below, what a week costs at any size shows


def market(consumers: int, weeks: int, threads: int = 2, warm: int = WARM, **more: int) -> Measured:
    """What `experiments.bench.measure` says of one market."""
    values = {"consumers": consumers, "weeks": weeks, "threads": threads, "warm": warm, **more}
    words = [f"{name}={value}" for name, value in values.items()]
    return child([sys.executable, "-m", "experiments.bench.measure", *words], patience=1800.0)


def in_turns(turns: int, consumers: Sequence[int], threads: Sequence[int] = (2,), streamers: Sequence[int] = (1000,)) -> Measured:
    """What it says of markets that take turns."""
    lists = {"consumers": consumers, "threads": threads, "streamers": streamers}
    words = [f"turns={turns}", *(f"{name}={','.join(map(str, values))}" for name, values in lists.items())]
    return child([sys.executable, "-m", "experiments.bench.measure", *words], patience=1800.0)


def each(measured: Measured) -> tuple[float, ...]:
    """ns for each consumer and week, one number a week."""
    return tuple(seconds / measured["consumers"] * 1e9 for seconds in measured["seconds"])


def pace(measured: Measured) -> float:
    """ns of the toy step in numpy beside a market."""
    return median(measured["yardstick"])


def toy_rows(results: Sequence[Result]) -> Iterator[Row]:
    """What the toy step promises, from the turns of all frameworks."""
    own = next(result for result in results if result.name == "livemarket, 1 thread")
    plain = next(result for result in results if result.name == "numpy")
    yield Row(
        "toy step, 1 thread", "ns for each consumer and step", tuple(own.nanoseconds), most=20, missing=own.missing,
        pace=plain.middle if plain.nanoseconds else math.nan,
    )  # fmt: skip
    pairs = (("Mesa", 1, 150), ("mesa-frames", 1, 12), ("JAX on CPU", 2, 3), ("JAX on CPU", 1, math.nan))
    for name, threads, least in pairs:  # JAX takes all cores whatever one does, so both meet it
        mine = next(result for result in results if result.name == f"livemarket, {threads} thread{'s' * (threads > 1)}")
        faster = ratios(results, name, mine.name)
        why = "" if faster else next(r.missing for r in results if r.name == name) or mine.missing or "no repeat"
        label = f"toy step, {threads} thread{'s' * (threads > 1)}, against {name}"
        yield Row(f"{label} on all cores" if name.startswith("JAX") else label, "times faster", faster, least=least, missing=why)


def market_rows(plan: Plan) -> Iterator[Row]:
    """Time of a week, of its market side, on one and two threads, and late."""
    one, two = market(plan.market, plan.weeks, 1), market(plan.market, plan.weeks, 2, record=1)
    size = f"{plan.market:,} consumers"
    note = f"weeks {WARM + 1} to {WARM + plan.weeks}, recorded; {two['offers']:.1f} of 8 slots hold an offer"
    yield Row(f"market, {size}, 2 threads", "ns for each consumer and week", each(two), most=150, pace=pace(two), note=note)
    yield Row(f"market, {size}, 1 thread", "ns for each consumer and week", each(one), pace=pace(one))
    full = market(plan.market, plan.weeks, 2, full=1)
    yield Row(
        f"market, {size}, 2 threads, every slot full", "ns for each consumer and week", each(full), most=150, pace=pace(full),
        note=f"{full['offers']:.1f} of 8 slots hold an offer: what it lacks is filled with any, which takes some ns too",
    )  # fmt: skip
    if plan.late:
        weeks = Clock(Configuration().start, Configuration().end).steps
        late = market(plan.late, 52, warm=weeks - 52)
        yield Row(
            f"market, {plan.late:,} consumers, 2 threads, in 2030", "ns for each consumer and week", each(late), pace=pace(late),
            note=f"weeks {weeks - 51} to {weeks}; {late['offers']:.1f} of 8 slots",
        )  # fmt: skip
    turns = in_turns(3 * plan.turns, [plan.market], threads=(1, 2), streamers=plan.rooms[:1])
    faster = tuple(a / b for a, b in turns["seconds"])
    yield Row(f"from 1 to 2 threads, {size}", "times faster", faster, least=1.8)
    words = [f"consumers={plan.market // 2}", f"beside={plan.turns}"]
    beside = child([sys.executable, "-m", "experiments.bench.measure", *words], patience=1800.0)
    yield Row(
        f"two processes of {plan.market // 2:,} consumers at once, against one after the other", "times faster",
        tuple(a / b for a, b in beside["seconds"]), note="what the machine makes of two cores where nothing is shared but its memory",
    )  # fmt: skip
    side = tuple(100 * part / whole for part, whole in zip(two["market"], two["seconds"], strict=True))
    yield Row(f"market side with recording, {size}, 2 threads", "% of a week", side, most=10)


def size_rows(plan: Plan) -> Iterator[Row]:
    """Growth of time with consumers, and memory."""
    alone, turns = in_turns(plan.turns // 3, plan.sizes, threads=(1,)), in_turns(plan.turns, plan.sizes)
    for size, weeks in zip(plan.sizes, zip(*turns["seconds"], strict=True), strict=True):
        each_one = tuple(seconds / size * 1e9 for seconds in weeks)
        yield Row(f"market, {size:,} consumers, 2 threads, by size", "ns for each consumer and week", each_one, pace=pace(turns))
    least = sum(size < LINEAR_FROM for size in plan.sizes)
    for threads, measured in (("1 thread", alone), ("2 threads", turns)):
        slopes = tuple(slope(plan.sizes[least:], weeks[least:]) for weeks in measured["seconds"])
        yield Row(f"slope of log time on log consumers, from {LINEAR_FROM:,}, {threads}", "1", slopes, least=0.95, most=1.05)

    first, second, largest = (plan.sizes[place] for place in (least, -2, -1))
    small, before, last = market(first, WARM), market(second, WARM), market(largest, plan.long - WARM)
    yield Row("lasting memory, arrays", "bytes for each consumer", (last["lasting"] / last["consumers"],), most=120)
    more = (last["resident"] - before["resident"]) / (last["consumers"] - before["consumers"])
    yield Row("lasting memory, resident", "bytes for each consumer", (more,), note=f"from {second:,} to {largest:,} consumers")
    yield Row(f"peak memory, {largest:,} consumers, {plan.long} weeks", "GiB", (last["peak"] / GIB,), most=6)
    grown = last["beyond"] / small["beyond"]
    yield Row(
        "growth of peak memory beyond lasting state", "times", (grown,), most=1.1,
        note=f"{small['beyond'] / 2**20:.0f} MiB at {first:,} consumers, {last['beyond'] / 2**20:.0f} at {largest:,}",
    )  # fmt: skip


def slope(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Slope of log time of a week on log consumers, by least squares; nan for fewer than two sizes."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0]) if len(sizes) > 1 else math.nan


def largest_rows(plan: Plan) -> Iterator[Row]:
    """As many consumers as a machine of 24 GiB should hold, for four weeks, the first of which warms up."""
    if not plan.largest:
        return
    name, need, free = f"{plan.largest:,} consumers", plan.largest * ROOM_EACH / GIB, available() / GIB
    if free < need:
        raise MissingError(f"{name} need about {need:.0f} GiB of free memory, and {free:.1f} are free")
    run = market(plan.largest, 3, warm=1)
    yield Row(f"market, {name}, 2 threads (weeks 2 to 4)", "ns for each consumer and week", each(run), pace=pace(run))
    yield Row(f"peak memory, {name}, 4 weeks", "GiB", (run["peak"] / GIB,), most=24)


def available() -> float:
    """Bytes of memory that a process could still get; infinity where a system does not say."""
    free = told("MemAvailable", MEMORY)
    return math.inf if free is None else free


def room_rows(plan: Plan) -> Iterator[Row]:
    """What more rooms cost."""
    turns = in_turns(3 * plan.turns, [plan.market], streamers=plan.rooms)
    slower = tuple(many / few for few, many in turns["seconds"])
    few, many = turns["build"]
    name = f"from {plan.rooms[0]:,} to {plan.rooms[1]:,} streamers, {plan.market:,} consumers"
    yield Row(name, "times the time", slower, most=2, note=f"{many:.0f} s to build, against {few:.0f}")


def start_rows(plan: Plan) -> Iterator[Row]:
    """How long it takes until something happens."""
    first = [sys.executable, "-m", "experiments.bench.first_week"]
    seconds_until(ARRIVED, first)
    beside = [yardstick()]
    warm = [seconds_until(ARRIVED, first) for _ in range(min(3, plan.repeats))]
    beside.append(yardstick())
    name = f"from the command to the first week, {CONSUMERS:,} consumers"
    yield Row(f"{name}, warm", "s", tuple(warm), most=3, pace=median(beside))
    if plan.cold:
        with tempfile.TemporaryDirectory() as folder:
            cold = seconds_until(ARRIVED, first, {"NUMBA_CACHE_DIR": folder})
        yield Row(f"{name}, cold", "s", (cold,), most=20, pace=median([*beside, yardstick()]))
    bare = [sys.executable, "-c", "import sim; print('{}')"]
    yield Row(
        "import sim, the process included", "s", tuple(seconds_of(lambda: child(bare)) for _ in range(plan.repeats)), most=0.5,
        note="what runs a market is imported when it is asked for",
    )  # fmt: skip


def forecast_rows(plan: Plan) -> Iterator[Row]:
    """A whole forecast, none of whose runs is in a store already."""
    if not plan.forecast:
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "experiments.forecast", f"out={folder}/forecast", f"store={folder}/store"]
        before, begin = yardstick(), time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        taken = time.perf_counter() - begin
        if done.returncode:
            raise MissingError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"code {done.returncode}")
    yield Row(
        "make forecast: 32 members of 20,000 consumers, 574 weeks, pictures", "s", (taken,), most=90, pace=median([before, yardstick()])
    )


def seconds_of(work: Callable[[], object]) -> float:
    """How long some work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def all_rows(plan: Plan, tell: Callable[[str], None] = print) -> Iterator[Row]:
    """Every promise besides those of the toy step; what cannot be measured is said, and the rest goes on."""
    parts = {
        "start": start_rows, "a week of the market": market_rows, "sizes and memory": size_rows, "rooms": room_rows,
        "a forecast": forecast_rows, "the largest market": largest_rows,
    }  # fmt: skip
    for name, part in parts.items():
        tell(f"Measuring {name} ...")
        try:
            yield from part(plan)
        except MissingError as error:
            yield Row(name, "", missing=str(error))
