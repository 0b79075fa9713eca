"""A profile changes no number, names every mechanic that works in a week, and counts every byte that lasts."""

from __future__ import annotations

import math
import re
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import sim
import sim.engine
import sim.profiling
from experiments.forecast import command
from sim.fields import Array, own
from sim.mechanic import Mechanic
from sim.profiling import Profile, TimedEngine, memory, profile, table_text
from sim.turns import Turns
from tests.small import lasting_bytes, small

REST = ("engine", "blocks, channels, waiting")
MODEL = Path(__file__).resolve().parent.parent / "docs" / "model.md"


def test_a_timed_market_has_the_bits_of_any_other() -> None:
    configuration = small(30)
    timed = sim.model.build(configuration, 3, TimedEngine).run()
    plain = sim.build(configuration, 3).run()
    assert {name: array.tobytes() for name, array in timed.arrays.items()} == {
        name: array.tobytes() for name, array in plain.arrays.items()
    }


@pytest.mark.parametrize("threads", [1, 2])
def test_every_working_mechanic_is_named_and_the_times_make_up_the_week(threads: int) -> None:
    """The time of every thread is told; nothing is told twice, so something is left for the engine."""
    found = profile(small(30, consumers=600, block=64, threads=threads), 3)
    engine = sim.build(small(30), 3)
    working = {(phase, m.name) for m in engine.mechanics for phase in m.phases if phase not in ("found", "populate", "endow")}
    assert found.seconds.keys() - {("record", "recorder"), REST} == working
    assert found.weeks == 20
    assert sum(found.seconds.values()) == pytest.approx(threads * found.wall)
    assert min(found.seconds.values()) > 0.0


def test_a_call_that_waits_for_its_turn_is_not_charged_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where calls run side by side: aardvark works 5 s a week, all of it while abacus waits to pay; nothing else takes any time."""
    now, waiting = [0.0], threading.Event()
    wait = Turns._wait

    def told(turns: Turns, place: int) -> None:
        if turns._calls[place].mechanic.name == "abacus":
            waiting.set()
        wait(turns, place)

    monkeypatch.setattr("sim.model._added", {})
    monkeypatch.setattr(sim.engine, "BROAD", 1)
    monkeypatch.setattr(sim.profiling, "perf_counter", lambda: now[0])
    monkeypatch.setattr(Turns, "_wait", told)

    @sim.register
    class Aardvark(Mechanic):
        """First of its phase, and slow."""

        slow: Array = own("brand", unit="1", at="traffic", doc="set alone")

        def traffic(self, ctx):
            assert waiting.wait(timeout=60)
            waiting.clear()
            now[0] += 5.0
            self.slow[...] = 1.0

    @sim.register
    class Abacus(Mechanic):
        """Pays at once, which has to wait."""

        def traffic(self, ctx):
            ctx.pay("consumers", "outside", 1.0, "beads")

    found = profile(small(4, threads=2, mechanics=sim.with_("aardvark", "abacus")), 3)
    assert (found.weeks, found.wall) == (2, 10.0)
    assert {where: seconds for where, seconds in found.seconds.items() if seconds} == {("traffic", "aardvark"): 10.0, REST: 10.0}
    assert found.seconds["traffic", "abacus"] == 0.0


@pytest.mark.parametrize("sizes", [{"consumers": 600, "block": 64, "threads": 2}, {"consumers": 30}, {"consumers": 31}])
def test_every_byte_is_counted(sizes: dict[str, int]) -> None:
    """From shapes: what lasts (with as many streamers as consumers too), the market, and the buffers and counts of every thread."""
    engine = sim.build(small(2, **sizes), 3)
    engine.step()
    table, lasting = memory(engine)
    assert lasting == lasting_bytes(engine)
    longest = max(stop - first for first, stop in engine.blocks)
    a_thread = a_market = 0
    for name, field in engine.fields.items():
        shape = engine.shape(field)
        if not field.over_consumers:
            a_market += math.prod(shape) * field.dtype.itemsize
            a_thread += 8 * math.prod(shape) if field.tally else 0
        elif not field.lasting or name in engine.workspaces[0].kept:
            a_thread += longest * math.prod(shape[1:]) * field.dtype.itemsize
    threads = [size for (*_, what), size in table.items() if what in ("blocks of the threads", "counts of the threads")]
    assert sum(threads) == sizes.get("threads", 1) * a_thread
    assert sum(size for (*_, what), size in table.items() if what == "fields of the market") == a_market
    before = table["learn", "adoption", "last week's adopted"], table["learn", "private_domain", "last week's happy_member"]
    assert before == (sizes["consumers"], sizes["consumers"])
    assert table["offer", "exposure", "blocks of the threads"] > 0
    assert engine.workspaces[0].kept.keys() == {"bond_trust", "bond_state", "bond_brand"}


def test_memory_is_that_of_the_arrays() -> None:
    """Twice the consumers, twice the lasting bytes but for the network's templates; the market's fields stay."""
    one, two = (profile(small(4, consumers=n), 3) for n in (9000, 18000))
    assert one.memory["learn", "brand_trust", "bond_trust"] == 9000 * 4 * 4
    network = ("", "service", "neighbours")
    assert two.lasting - two.memory[network] == 2 * (one.lasting - one.memory[network])
    market = [{key: size for key, size in each.memory.items() if key[2] == "fields of the market"} for each in (one, two)]
    assert market[0] == market[1]


def test_the_published_budget_is_what_arrays_take() -> None:
    """`docs/model.md` says how many bytes of a consumer are ties, state, last week's copies and network; buffers do not grow."""
    page = MODEL.read_text(encoding="utf-8")
    told = {
        part: float(size) for part, size in re.findall(r"^\| (ties|state|last week|network|buffers) \| ([\d.]+) \|", page, re.MULTILINE)
    }
    sizes, measured = (100_000, 300_000), []
    for consumers in sizes:
        engine = sim.build(small(2, consumers=consumers), 1)
        table, lasting = memory(engine)
        parts: Counter[str] = Counter(network=table["", "service", "neighbours"])
        for name, rows in engine.rows.items():
            parts["ties" if {"tie", "bond"} & set(engine.fields[name].dims) else "state"] += rows.flat.nbytes
        parts["last week"] = sum(size for (*_, what), size in table.items() if what.startswith("last week's"))
        assert lasting == sum(parts.values())
        measured.append(parts)
        buffers = sum(size for (*_, what), size in table.items() if what.endswith("of the threads"))
        assert max(stop - first for first, stop in engine.blocks) <= 65_536
        assert buffers < 8.5e6
    assert told.pop("buffers") == 0
    one, two = measured
    growth = {part: (two[part] - one[part]) / (sizes[1] - sizes[0]) for part in one}
    assert growth == pytest.approx(told, abs=0.05)
    assert one["network"] - growth["network"] * sizes[0] == pytest.approx(0.13e6, abs=0.01e6)
    assert sum(growth.values()) <= 117


def test_the_command_prints_both_tables_and_writes_nothing(capsys: pytest.CaptureFixture, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(["profile=true", "consumers=200", "brands=12", "streamers=24", "end=2020-06-30", "members=4", "out=there"]) == 0
    said, beside = capsys.readouterr()
    assert "forecast: members=4 does not count: profile=true runs the first member alone and keeps no results." in beside
    assert "forecast: out=there does not count" in beside
    assert "consumers=200 does not" not in beside
    assert re.search(r"weeks of 200 consumers on \d+ threads?: [\d.]+ ms a week", said)
    assert re.search(r"^learn +private_domain +[\d.]+ +[\d.]+ +[\d.]+%$", said, re.MULTILINE)
    assert "Lasting memory that grows with consumers" in said
    assert list(tmp_path.iterdir()) == []


def test_a_profile_of_nonsense_is_refused(capsys: pytest.CaptureFixture) -> None:
    assert command(["profile=true", "consumers=3", "brands=0"]) == 2
    said = capsys.readouterr().err
    assert "consumers" in said
    assert "brands" in said


def test_a_table_by_hand() -> None:
    seconds = {("learn", "habit"): 0.003, ("govern", "calendar"): 0.001}
    found = Profile(1000, 1, 2, 0.004, seconds, {("learn", "habit", "live_habit"): 4000}, 4000)
    text = table_text(found)
    assert "2 weeks of 1,000 consumers on 1 thread: 2.00 ms a week, 2000 ns a consumer and week." in text
    assert text.index("govern") < text.index("learn")
    assert "1.500         1500.0   75.0%" in text
    assert "4.0 bytes each" in text
    assert re.search(r"^learn +habit +live_habit +0.00 +4.00$", text, re.MULTILINE)
    assert "The rows are of all threads, and add up to 2 times that." in table_text(replace(found, threads=2))
