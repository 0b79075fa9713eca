"""The benchmark: its toy step is the same step as the peers', and its table says what was measured. No test looks at a clock."""

from __future__ import annotations

import math
import sys
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import sim
from experiments.bench import measure, rows
from experiments.bench.__main__ import read_options
from experiments.bench.environment import ROOT, make
from experiments.bench.picture import draw
from experiments.bench.racing import MissingError, Result, Runner, child, race
from experiments.bench.report import Row, page, promises
from experiments.bench.rows import Plan, forecast_rows, slope, toy_rows
from experiments.bench.toy_mechanics import toy_engine
from experiments.bench.toy_step import STREAMERS, numpy_run, streamers
from experiments.refusal import RefusedError
from experiments.store.places import usual_place
from sim.blocks import Rows
from sim.engine import Engine
from tests.small import lasting_bytes

CONSUMERS, STEPS = 400_000, 20


def toy_run() -> tuple[np.ndarray, np.ndarray]:
    """Sales of each week and streamer, (STEPS, STREAMERS), in baskets, and trust in the end, (CONSUMERS,)."""
    engine, weeks = toy_engine(CONSUMERS, STEPS), []
    for _ in range(STEPS):
        engine.step()
        weeks.append(engine.arrays["sold"][:-1].copy())
    return np.array(weeks), engine.observe("trust").astype(float)


def plain_run() -> tuple[np.ndarray, np.ndarray]:
    """The same of the numpy version, which other frameworks are held against."""
    weeks: list[np.ndarray] = []
    trust = np.empty(CONSUMERS)
    numpy_run(CONSUMERS, STEPS, weeks=weeks, trust_after=trust)
    return np.array(weeks) / streamers()[1], trust


def errors_apart(one: np.ndarray, other: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """How many standard errors lie between means over all consumers of two runs, each with this variance among consumers."""
    return np.abs(one - other) / np.sqrt(2.0 * variance / CONSUMERS)


def mean_and_spread(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation, and what their squared standard errors are times the number of values (delta method)."""
    square = (values - values.mean()) ** 2
    return np.array([values.mean(), values.std()]), np.array([values.var(), square.var() / (4.0 * values.var())])


def test_the_toy_sells_and_learns_like_the_numpy_version() -> None:
    """Sales of each week, sales of a streamer in a week, and trust in the end agree within sampling error of both.

    That is four standard errors; five for a streamer, as there are 4,000 sales of a streamer in a week. Markets also share
    luck through popularity, which adds a tenth to the error of mean trust in 20 weeks, and more later.
    """
    (own, own_trust), (other, other_trust) = toy_run(), plain_run()
    for sold, also, most in ((own.sum(1), other.sum(1), 4.0), (own, other, 5.0)):
        share = (sold + also) / (2.0 * CONSUMERS)
        assert errors_apart(sold / CONSUMERS, also / CONSUMERS, share * (1.0 - share)).max() < most
    (found, variance), (expected, another) = mean_and_spread(own_trust), mean_and_spread(other_trust)
    assert errors_apart(found, expected, (variance + another) / 2.0).max() < 4.0


def bits(engine: Engine) -> list[bytes]:
    """Everything that lasts, to the bit."""
    return [engine.observe(name).tobytes() for name in ("trust", "sensitivity", "popularity", "sold")]


@pytest.mark.parametrize(("threads", "block"), [(1, 64), (2, 500), (2, 999), (1, 3001)])
def test_the_toy_gives_the_same_bits_for_any_block_and_threads(threads: int, block: int) -> None:
    """3,001 consumers in blocks of every kind, the last one shorter; each consumer is counted once."""
    engine = toy_engine(3_001, 5, threads=threads, block=block).run()
    assert bits(engine) == bits(toy_engine(3_001, 5).run())
    assert engine.arrays["sold"].sum() == 3_001


def test_the_toy_keeps_its_contract() -> None:
    """A checked run: ranges hold, nobody overwrites another's field."""
    engine = toy_engine(500, 4, checked=True).run()
    assert engine.arrays["sold"].shape == (STREAMERS + 1,)


def made_up() -> list[Result]:
    """Three frameworks, one of which is missing."""
    return [
        Result("livemarket, 1 thread", 1000, 10, 1, [10.0, 12.0, 11.0], 0.6, {"numba": "1.0", "numpy": "2.0"}),
        Result("livemarket, 2 threads", 1000, 10, 2, [10.0, 12.0, 11.0], 0.6, {"numba": "1.0", "numpy": "2.0"}),
        Result("numpy", 1000, 10, 1, [100.0, 132.0, 110.0], 0.6, {"numpy": "2.0"}),
        Result("Mesa", 50, 10, 1, [2000.0, 1800.0, 2200.0], 0.6, {"mesa": "3.0"}),
        Result("mesa-frames", 1000, 10, 0, missing="No module named 'mesa_frames'"),
        Result("JAX on CPU", 1000, 10, 0, [22.0, 24.0, 22.0], 0.6, {"jax": "0.1"}),
    ]


def test_the_table_says_median_spread_ratio_and_verdict(tmp_path: Path) -> None:
    results = made_up()
    rows = list(toy_rows(results))
    text = page(results, rows, {"machine": "a made-up one"}, 90.0)
    assert "| livemarket, 1 thread | 11.0 | 10.0 to 12.0 | 0.100 | 1 | 1,000 | 0.600 |" in text
    assert (
        "| toy step, 1 thread | 11.0 | 10.0 to 12.0 | ns for each consumer and step | at most 20 | met | 24.0 | falls short: 20% above |"
        in text
    )
    assert "| toy step, 1 thread, against Mesa | 200 | 150 to 200 | times faster | at least 150 | met |  |  |" in text
    assert "| at least 3 | falls short: 33% below |" in text
    assert "2 of 4 targets are met. Short fall:" in text
    assert "a made-up one" in text
    assert "1.5 minutes" in text
    draw(results, tmp_path / "bars.svg", "a made-up machine")
    assert (tmp_path / "bars.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_targets_with_two_ends_and_without_any() -> None:
    assert Row("slope", "1", (1.0,), least=0.95, most=1.05).verdict == "met"
    assert Row("slope", "1", (1.2,), least=0.95, most=1.05).verdict == "falls short: 14% above"
    assert Row("a week", "ns", (3.0, 5.0)).verdict == "no target"
    assert promises([Row("a|b", "s", missing="it\nbroke")])[-1] == "| a\\|b |  |  | s | none | not measured: it broke |  |  |"


def test_slope_of_times_that_grow_in_proportion() -> None:
    sizes = (100_000, 1_000_000, 10_000_000)
    assert slope(sizes, [size * 1e-7 for size in sizes]) == pytest.approx(1.0)


def test_a_missing_framework_is_said_with_the_reason() -> None:
    """One framework is not installed, one does not exist: the others run, and the table says why."""
    broken = [sys.executable, "-c", "import no_such_framework"]
    quick = [sys.executable, "-m", "experiments.bench.peers", "numpy", "consumers=100", "steps=2"]
    runners = [
        Runner(Result("absent", 100, 2), [broken]),
        Runner(Result("nowhere", 100, 2), [["no-such-interpreter"]]),
        Runner(Result("second try", 100, 2), [broken, quick]),
    ]
    absent, nowhere, second = race(runners, 2, tell=lambda _: None)
    assert absent.missing == "ModuleNotFoundError: No module named 'no_such_framework'"
    assert "no-such-interpreter" in nowhere.missing
    assert len(second.nanoseconds) == 2
    assert not second.missing
    text = page([absent, second], [], {}, 1.0)
    assert "| absent | missing | ModuleNotFoundError: No module named 'no_such_framework' |" in text


def test_a_forecast_is_timed_whole_whatever_the_usual_store_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of two benchmarks once found half of its runs in the store of the first."""
    typed: list[str] = []
    monkeypatch.setattr("subprocess.run", lambda command, **_: typed.extend(command) or SimpleNamespace(returncode=0))
    monkeypatch.setattr("experiments.bench.rows.yardstick", lambda: 1.0)
    assert len(list(forecast_rows(Plan()))) == 1
    places = dict(word.split("=") for word in typed if "=" in word)
    assert not Path(places["store"]).is_relative_to(usual_place())
    assert not Path(places["store"]).exists()  # it went with the measurement


def test_what_fails_to_measure_says_why() -> None:
    with pytest.raises(MissingError, match="ValueError: too big"):
        child([sys.executable, "-c", "raise ValueError('too big')"])


def test_an_environment_that_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("something==1.0\n", encoding="utf-8")
    (tmp_path / ".installed").write_text("something==1.0\n", encoding="utf-8")
    assert make(tmp_path, requirements, tell=pytest.fail) == {}


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("quik=true", "Unknown option 'quik=true'. Did you mean 'quick'?"),
        ("fast", "Unknown option 'fast'."),
        ("quick=yes", "quick = 'yes' is neither true nor false."),
        ("out=", "out names no folder."),
    ],
)
def test_wrong_words_are_refused(typed: str, message: str) -> None:
    with pytest.raises(RefusedError, match=r"^[^\n]*$") as error:
        read_options([typed])
    assert message in str(error.value)


def test_the_largest_market_is_not_begun_where_memory_is_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with little free memory gets a row that says so; one with enough is asked to run it."""
    asked = []
    monkeypatch.setattr(rows, "MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(
        rows,
        "market",
        lambda *given, **more: asked.append(given) or {"consumers": 2, "seconds": [1.0], "yardstick": [240.0], "peak": 2**30},
    )
    rows.MEMORY.write_text("MemTotal: 16000000 kB\nMemAvailable: 1048576 kB\n", encoding="ascii")
    with pytest.raises(MissingError, match=r"^100,000,000 consumers need about 12 GiB of free memory, and 1\.0 are free$"):
        list(rows.largest_rows(rows.FULL))
    assert asked == []
    assert list(rows.largest_rows(rows.QUICK)) == []
    rows.MEMORY.write_text("MemAvailable: 20971520 kB\n", encoding="ascii")
    assert [row.values for row in rows.largest_rows(rows.FULL)] == [(0.5e9,), (1.0,)]
    rows.MEMORY.unlink()
    assert rows.available() == math.inf


def test_what_lasts_of_a_consumer_is_within_its_budget() -> None:
    """At 300,000 consumers the pattern of the network that all share is half a byte of each; what lasts is what the contracts say."""
    engine = sim.build(sim.Configuration(consumers=300_000), 1)
    assert measure.lasting(engine) == lasting_bytes(engine)
    assert 100 < measure.lasting(engine) / 300_000 <= 120


def test_offers_by_hand() -> None:
    """Of four consumers one has three offers, one of them of room 0, one has one, and two have none."""
    offered = Rows((4, 8), np.dtype(np.int32), -1)
    offered.block(0, 4)[1, :3] = [0, 5, 7]
    offered.block(0, 4)[3, 0] = 2
    assert measure.offers(SimpleNamespace(workspaces=[SimpleNamespace(buffers={"offered": offered})])) == 1.0


@pytest.mark.parametrize(("record", "market", "week"), [(0, 2.0, 5.0), (1, 3.0, 7.0)])
def test_a_week_and_its_market_side_are_timed_whole(monkeypatch: pytest.MonkeyPatch, record: int, market: float, week: float) -> None:
    """On a clock that goes on by a second whenever it is read: phases before and after consumers, and recording, take one second each."""
    readings = count()
    monkeypatch.setattr(measure, "time", SimpleNamespace(perf_counter=lambda: float(next(readings))))
    monkeypatch.setattr(measure, "yardstick", lambda: 240.0)
    found = measure.measured(consumers=400, weeks=2, streamers=30, warm=1, record=record)
    assert (found["market"], found["seconds"]) == ([market] * 2, [week] * 2)
    engine = measure.market(400, 3, 1, 30).run()
    assert found["offers"] == (engine.workspaces[0].buffers["offered"].block(0, 400) >= 0).sum(1).mean() > 0.0
    assert found["lasting"] == lasting_bytes(engine)
    assert found["beyond"] == found["peak"] - found["lasting"]


def test_rows_of_a_week_and_of_memory_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weeks of 10 ms, 2 of them on the market's side; 110 bytes a consumer last and 115 are resident; beside these 50 MiB, at most 60."""

    def market(consumers: int, *_: int, **__: int) -> rows.Measured:
        memory = {"lasting": 110 * consumers, "resident": 115 * consumers + 7, "peak": 2**30}
        beyond = {"beyond": (60 if consumers == rows.QUICK.sizes[-1] else 50) * 2**20}
        return {"consumers": consumers, "seconds": [0.01] * 3, "market": [0.002] * 3, "offers": 1.7, "yardstick": [240.0]} | memory | beyond

    weeks = {"yardstick": [240.0], "seconds": [[0.02, 0.01, 0.02, 0.04]]}
    monkeypatch.setattr(rows, "market", market)
    monkeypatch.setattr(rows, "child", lambda *_, **__: {"seconds": [[4.0, 2.0]]})
    monkeypatch.setattr(rows, "in_turns", lambda *_, streamers=None, **__: weeks if streamers is None else {"seconds": [[0.02, 0.01]]})
    found = {row.name: row for row in (*rows.market_rows(rows.QUICK), *rows.size_rows(rows.QUICK))}
    week, side = found["market, 100,000 consumers, 2 threads"], found["market side with recording, 100,000 consumers, 2 threads"]
    assert week.values == (pytest.approx(100.0),) * 3
    assert week.note == "weeks 5 to 8, recorded; 1.7 of 8 slots hold an offer"
    assert (side.values, side.unit, side.most) == ((pytest.approx(20.0),) * 3, "% of a week", 10)
    lasting = found["lasting memory, arrays"]
    assert (lasting.values, lasting.unit, lasting.most) == ((110.0,), "bytes for each consumer", 120)
    assert found["lasting memory, resident"].values == (115.0,)
    assert found["peak memory, 400,000 consumers, 8 weeks"].values == (1.0,)
    assert found["growth of peak memory beyond lasting state"].values == (1.2,)


def test_a_quick_run_writes_nothing_unless_told() -> None:
    assert read_options(["quick=true"]).out is None
    assert read_options(["quick=true", "out=somewhere"]).out == Path("somewhere")
    assert read_options([]).out == ROOT / "docs"


def test_full_slots_hold_an_offer_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """The market that is measured with eight offers a consumer has them; the market as it is has not."""
    monkeypatch.setattr("sim.model._added", {})
    usual = measure.measured(400, 2, streamers=30)
    full = measure.measured(400, 2, streamers=30, full=1)
    assert usual["offers"] < 4.0
    assert full["offers"] == 8.0
