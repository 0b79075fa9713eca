"""A profile changes no number, names every mechanic that works in a week, and counts every byte that lasts."""

from __future__ import annotations

import re

import pytest

import sim
from experiments.forecast import command
from sim.profiling import TimedEngine, profile, table_text
from tests.small import small


def test_a_timed_market_has_the_bits_of_any_other() -> None:
    configuration = small(30)
    timed = sim.model.build(configuration, 3, TimedEngine).run()
    plain = sim.build(configuration, 3).run()
    assert {name: array.tobytes() for name, array in timed.arrays.items()} == {
        name: array.tobytes() for name, array in plain.arrays.items()
    }


@pytest.mark.parametrize("threads", [1, 2])
def test_every_working_mechanic_is_named_and_the_times_make_up_the_week(threads: int) -> None:
    """On one thread the parts are the whole; on two they are at most twice the whole."""
    found = profile(small(30, consumers=600, block=64, threads=threads), 3)
    engine = sim.build(small(30), 3)
    working = {(phase, m.name) for m in engine.mechanics for phase in m.phases if phase not in ("found", "populate", "endow")}
    assert found.seconds.keys() - {("record", "recorder"), ("engine", "blocks and channels")} == working
    assert found.weeks == 20
    total = sum(found.seconds.values())
    assert found.wall <= total * (1 + 1e-6)
    assert total <= threads * found.wall * (1 + 1e-6)


def test_memory_is_that_of_the_arrays() -> None:
    """Twice the consumers, twice the lasting bytes but for the network's templates; the market's fields stay."""
    one, two = (profile(small(4, consumers=n), 3) for n in (9000, 18000))
    state = [size for (owner, what), size in one.memory.items() if (owner, what) == ("brand_trust", "bond_trust")]
    assert state == [9000 * 4 * 4]
    network = ("service", "neighbours")
    assert two.lasting - two.memory[network] == 2 * (one.lasting - one.memory[network])
    market = [{key: size for key, size in each.memory.items() if key[1] == "fields of the market"} for each in (one, two)]
    assert market[0] == market[1]


def test_the_command_prints_both_tables_and_writes_nothing(capsys: pytest.CaptureFixture, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(["profile=true", "consumers=200", "brands=12", "streamers=24", "end=2020-06-30"]) == 0
    said = capsys.readouterr().out
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
    from sim.profiling import Profile

    seconds = {("learn", "habit"): 0.003, ("govern", "calendar"): 0.001}
    text = table_text(Profile(1000, 1, 2, 0.004, seconds, {("habit", "live_habit"): 4000}, 4000))
    assert "2 weeks of 1,000 consumers on 1 thread: 2.00 ms a week, 2000 ns a consumer and week." in text
    assert text.index("govern") < text.index("learn")
    assert "1.500         1500.0   75.0%" in text
    assert "4.0 bytes each" in text
