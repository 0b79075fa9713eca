"""One market, built and stepped in a process of its own: times, memory, and the yardstick beside them, as a line of JSON.

python -m experiments.bench.measure consumers=100000 threads=2 warm=4 weeks=12
python -m experiments.bench.measure consumers=100000 turns=6 threads=1,2 streamers=1000    # several, taking turns
python -m experiments.bench.measure consumers=100000 weeks=12 full=1    # with an offer in every slot
python -m experiments.bench.measure consumers=100000 beside=6    # two processes, one after the other and at once
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from experiments.bench.toy_step import numpy_run

CALENDAR = Path(__file__).resolve().parents[2] / "configs" / "calendar.yaml"
START = date(2020, 1, 2)
WARM = 4  # weeks before the timed ones
TURN = 4  # weeks of a turn where markets take turns, the first of which is not counted
YARDSTICK = {"consumers": 100_000, "steps": 4}


def yardstick() -> float:
    """ns a consumer and step of the toy step in plain numpy, now."""
    begin = time.perf_counter()
    numpy_run(**YARDSTICK)
    return (time.perf_counter() - begin) / (YARDSTICK["consumers"] * YARDSTICK["steps"]) * 1e9


def told(name: str, place: Path) -> int | None:
    """Bytes that Linux tells under a name; None where it does not."""
    lines = place.read_text(encoding="ascii").splitlines() if place.exists() else []
    found = [line.split()[1] for line in lines if line.startswith(f"{name}:")]
    return int(found[0]) * 1024 if found else None


def resident() -> int:
    """Bytes of memory in use by this process, now."""
    return told("VmRSS", Path("/proc/self/status")) or peak()


def peak() -> int:
    """Bytes of memory in use by this process when it was most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def lasting(engine: Any) -> int:
    """Bytes of all arrays over consumers that outlive a week: fields, last week's copies, and who knows whom."""
    from sim.profiling import memory

    return memory(engine)[1]


def market(consumers: int, weeks: int, threads: int, streamers: int) -> Any:
    """An engine of the core market with the calendar of a forecast, and the default sizes besides those given."""
    import yaml

    import sim

    schedule = yaml.safe_load(CALENDAR.read_text(encoding="utf-8"))["schedule"]
    values = {"consumers": consumers, "streamers": streamers, "threads": threads, "schedule": schedule}
    end = START + timedelta(weeks=weeks - 1)
    configuration = sim.Configuration.from_mapping({**values, "start": START.isoformat(), "end": end.isoformat()})
    return sim.build(configuration, seed=1)


def measured(
    consumers: int, weeks: int, threads: int = 1, streamers: int = 1000, warm: int = WARM, record: int = 0, full: int = 0
) -> dict[str, Any]:
    """Build a market, with full=1 one of full slots, run `warm` weeks unseen and `weeks` timed ones.

    Returns:
        `build` seconds, `seconds` of each timed week, `market` seconds of its market side (with recording where record=1), `offers`
        that a consumer met in the last of them, `yardstick` in ns before and after, `lasting`, `resident` (of the market alone), `peak`
        and `beyond` (peak less lasting) in bytes.
    """
    import sim.profiling  # what every market needs is no part of this one's memory

    if full:
        from experiments.bench.full_slots import Exposure

        sim.register(Exposure)
    before = yardstick()
    gc.collect()
    empty = resident()
    begin = time.perf_counter()
    engine = market(consumers, warm + weeks, threads, streamers)
    build = time.perf_counter() - begin
    gc.collect()
    note = recorder_of(engine) if record else None
    for _ in range(warm):
        engine.step()
    outside = MarketSide(engine)
    seconds, parts = [], []
    for _ in range(weeks):
        begin = time.perf_counter()
        engine.step()
        if note is not None:
            outside.time(note)
        seconds.append(time.perf_counter() - begin)
        parts.append(outside.taken())
    gc.collect()
    found = {"consumers": consumers, "build": build, "seconds": seconds, "market": parts, "offers": offers(engine)}
    memory = {"lasting": lasting(engine), "resident": resident() - empty, "peak": peak(), "beyond": peak() - lasting(engine)}
    return {**found, **memory, "yardstick": [before, yardstick()]}


def offers(engine: Any) -> float:
    """Slots of a consumer that hold an offer, on average over a block of the last week."""
    slots = engine.workspaces[0].buffers["offered"]
    return float((slots.flat >= 0).mean() * slots.width)


def in_turns(turns: int, consumers: Sequence[int], threads: Sequence[int], streamers: Sequence[int], warm: int = WARM) -> dict[str, Any]:
    """Markets that take turns of some weeks, so that whatever slows the machine slows all.

    The first week of a turn is not counted: another market's data are in the caches, and a thread may have fallen asleep.

    Args:
        turns: of each market, besides the weeks that warm up.
        consumers, threads, streamers: of each market, or one number for all.

    Returns:
        `consumers` and `build` seconds of each, `seconds`, the median week of each turn, one market's beside the others', and
        `yardstick` in ns before and after.
    """
    many = max(len(consumers), len(threads), len(streamers))
    sizes = [[*given] * (many if len(given) == 1 else 1) for given in (consumers, threads, streamers)]
    before, engines, build = yardstick(), [], []
    for people, with_threads, hosts in zip(*sizes, strict=True):
        begin = time.perf_counter()
        engines.append(market(people, warm + turns * TURN, with_threads, hosts))
        build.append(time.perf_counter() - begin)
    for engine in engines:
        turn_of(engine, warm)
    seconds = [[median(turn_of(engine, TURN)[1:]) for engine in engines] for _ in range(turns)]
    return {"consumers": sizes[0], "build": build, "seconds": seconds, "yardstick": [before, yardstick()]}


def side_by_side(turns: int, consumers: int) -> dict[str, Any]:
    """Two processes with a market each, on one thread, one after the other and then at once: what they cost each other.

    Returns:
        `seconds` of a week of both in each turn: one after the other, and at once.
    """
    context, ends = multiprocessing.get_context("spawn"), []
    for _ in range(2):
        end, its_end = context.Pipe()
        context.Process(target=_step_when_asked, args=(its_end, consumers, WARM + 2 * turns * TURN), daemon=True).start()
        ends.append(end)

    def asked(*these: Any) -> list[float]:
        for end in these:
            end.send(TURN)
        return [end.recv() for end in these]

    seconds = [[sum(asked(ends[0]) + asked(ends[1])), max(asked(*ends))] for _ in range(turns)]
    for end in ends:
        end.send(0)
    return {"seconds": seconds}


def _step_when_asked(end: Any, consumers: int, all_weeks: int) -> None:
    """Build a market, and answer each number of weeks with the median week's seconds, until it is 0."""
    engine = market(consumers, all_weeks, 1, 1000)
    turn_of(engine, WARM)
    for weeks in iter(end.recv, 0):
        end.send(median(turn_of(engine, weeks)[1:]))


def turn_of(engine: Any, weeks: int) -> list[float]:
    """Seconds of each of some weeks in a row."""
    seconds = []
    for _ in range(weeks):
        begin = time.perf_counter()
        engine.step()
        seconds.append(time.perf_counter() - begin)
    return seconds


def recorder_of(engine: Any) -> Any:
    """What notes a week's results, as a run does."""
    from sim.recorder import Recorder

    return Recorder(engine).note


class MarketSide:
    """Stops the time of an engine's phases over the whole market."""

    def __init__(self, engine: Any) -> None:
        self.seconds, phases = 0.0, engine._market_phases
        engine._market_phases = lambda names: self.time(lambda: phases(names))

    def time(self, work: Any) -> None:
        """Do some work and count its time."""
        begin = time.perf_counter()
        work()
        self.seconds += time.perf_counter() - begin

    def taken(self) -> float:
        """Seconds since this was last asked."""
        taken, self.seconds = self.seconds, 0.0
        return taken


def main(typed: Sequence[str]) -> None:
    """Measure what was asked for."""
    values = {name: [int(each) for each in value.split(",")] for name, _, value in (word.partition("=") for word in typed)}
    if "beside" in values:
        found = side_by_side(values["beside"][0], values["consumers"][0])
    elif "turns" in values:
        found = in_turns(values["turns"][0], values["consumers"], values["threads"], values["streamers"])
    else:
        found = measured(**{name: value for name, (value,) in values.items()})
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
