"""A fit finds what it should on toy markets whose answer is known, keeps its runs and says what conflicts."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments import fit as application
from experiments.anchors import Anchors
from experiments.attainable import attainable
from experiments.calibration import Goal, Knowledge, Space, match_history
from experiments.emulators import Runs, fit_emulator
from experiments.posterior import Sample, posterior
from experiments.regions import CUT, not_ruled_out
from experiments.selection import by_closeness, plausible, weighted_draws
from experiments.targets import anchors_of
from experiments.worlds import load_world

SEEDS = (1, 2, 3, 4)
SEED_SPREAD = NOISE = 0.05
NAMES = ("a", "b", "c", "d")
TINY = [
    "runs=16", "budget_minutes=600", "seeds=2", "draws=3", "threads=1", "consumers=200", "brands=12", "streamers=24",
    "small.consumers=150", "small.brands=12", "small.streamers=24",
]  # fmt: skip


def toy(unit: np.ndarray) -> np.ndarray:
    """Four summaries of three parameters."""
    x, y, z = unit.T
    return np.stack([2 * x + np.sin(3 * y), 2 * y * z + x**2, np.exp(z) - x, x + y - z**2], axis=1)


class ToyMarket:
    """Runs of the toy with effects of seed, noise and size; counts them."""

    def __init__(self, number: int) -> None:
        self.number, self.made = number, 0

    def __call__(self, unit: np.ndarray, seeds: np.ndarray, full: bool, name: str) -> Runs:
        noise = np.random.default_rng([self.number, self.made]).normal(size=(len(unit), 4)) * NOISE
        effect = [np.random.default_rng([self.number, seed, full]).normal(size=4) * SEED_SPREAD for seed in seeds]
        small = 0.0 if full else 0.1 + 0.2 * unit[:, :1]
        self.made += len(unit)
        return Runs(unit, np.asarray(seeds), np.full(len(unit), full), toy(unit) + effect + noise + small)


def toy_goal(centre: np.ndarray) -> Goal:
    """Observation error 0.05, discrepancy 0.03."""
    return Goal(NAMES, np.asarray(centre), np.eye(4) * 0.05**2, np.full(4, 0.03**2))


def fixed_but(*free: str) -> list[str]:
    """Words that fix all parameters of the data world but these."""
    settings = application.composed(["world=data"])
    return [f"free.data.{name}=null" for name in settings["free"]["data"] if name not in free]


def quiet(text: str) -> None:
    """Say nothing."""


def test_ninety_percent_intervals_cover_the_truth_nine_times_in_ten() -> None:
    """Synthetic truths with observation error, discrepancy and chance; 24 fits of 60 runs, three parameters each."""
    covered = []
    for number in range(24):
        random = np.random.default_rng(number)
        truth = random.random((1, 3))
        error = random.normal(size=4) * math.sqrt(0.05**2 + 0.03**2 + SEED_SPREAD**2 + NOISE**2)
        goal = toy_goal(toy(truth)[0] + error)
        knowledge, region = match_history(ToyMarket(number), goal, 3, [(32, False), (20, True)], SEEDS, random, quiet, pairs=8)
        low, high = posterior(knowledge, region, random).interval(0.9)
        covered.append((low <= truth[0]) & (truth[0] <= high))
    assert 0.80 <= np.mean(covered) <= 0.98  # 72 intervals: two standard errors are 0.07


def test_what_is_left_holds_the_truth_and_rules_out_nearly_everything() -> None:
    """Three parameters, four summaries: a few percent of the space is left, and the truth is among it."""
    random = np.random.default_rng(5)
    truth = np.array([[0.3, 0.6, 0.7]])
    knowledge, region = match_history(ToyMarket(5), toy_goal(toy(truth)[0]), 3, [(40, False), (30, True)], SEEDS, random, quiet, pairs=8)
    assert region.level <= CUT
    assert region.volume < 0.05
    assert knowledge.implausibility(truth)[0] < CUT
    assert (knowledge.implausibility(region.unit) <= CUT).all()


def test_a_target_out_of_reach_gives_way_and_the_others_are_met() -> None:
    """d is at most 2 in the toy; asked for 3 it is given up, and a, b and c are fitted as before."""
    random = np.random.default_rng(6)
    centre = toy(np.array([[0.5, 0.5, 0.5]]))[0]
    centre[3] = 3.0
    knowledge, region = match_history(ToyMarket(6), toy_goal(centre), 3, [(40, False), (30, True)], SEEDS, random, quiet, 8)
    assert knowledge.goal.aside == ("d",)
    assert region.level <= CUT
    found = attainable(knowledge, np.full(4, 0.2), random)
    assert found.alone["d"][0] > 1
    assert found.alone["a"][0] < 1
    assert found.without["d"] < 1 < found.all_together


def test_an_emulator_tells_seed_size_and_noise_apart() -> None:
    """60 small and 20 full-size runs of a plane: the emulator gives the plane of full size within two percent."""
    random = np.random.default_rng(7)
    unit, seed, full = random.random((80, 2)), np.resize(SEEDS, 80), np.arange(80) >= 60
    effect = np.array([0.0, 0.3, -0.2, 0.1, -0.2])[seed]
    values = 1 + 2 * unit[:, 0] - unit[:, 1] + effect - 0.5 * ~full + 0.02 * random.normal(size=80)
    emulator = fit_emulator(Runs(unit, seed, full, values[:, None]), 0)
    points = random.random((50, 2))
    mean, variance = emulator.predict(points)
    offset = mean - (1 + 2 * points[:, 0] - points[:, 1])
    assert np.std(offset) < 0.04  # the common part is the mean effect of four seeds
    assert abs(np.mean(offset)) < 0.15
    assert (variance >= 0).all()
    assert 0.01 < emulator.run_variance < 0.2  # 0.042 between the seeds


def test_runs_that_failed_are_left_out_of_an_emulator() -> None:
    """Summaries that are no number do not spoil the others."""
    random = np.random.default_rng(8)
    unit = random.random((30, 2))
    values = unit[:, :1].copy()
    values[::7] = np.nan
    emulator = fit_emulator(Runs(unit, np.ones(30, int), np.ones(30, bool), values), 0)
    assert emulator.predict(np.array([[0.5, 0.5]]))[0] == pytest.approx(0.5, abs=0.05)


def test_points_spread_evenly_over_a_small_region() -> None:
    """A disc of radius 0.1 about (0.3, 0.7) is 3.1% of the square; its centre and its spread are those of a disc."""
    centre = np.array([0.3, 0.7])
    region = not_ruled_out(lambda unit: np.hypot(*(unit - centre).T), 2, np.random.default_rng(1), cut=0.1)
    assert region.level == 0.1
    assert region.volume == pytest.approx(math.pi * 0.01, rel=0.15)
    assert np.allclose(region.unit.mean(axis=0), centre, atol=0.01)
    assert np.allclose(region.unit.std(axis=0), 0.05, atol=0.006)  # half the radius


def test_an_empty_region_says_how_far_away_it_is() -> None:
    """Nothing lies below the cut: the level is the least badness there is."""
    region = not_ruled_out(lambda unit: 5 + np.abs(unit - 0.5).max(axis=1), 2, np.random.default_rng(1))
    assert 5.0 <= region.level < 5.1


def test_implausibility_by_hand() -> None:
    """Miss 0.3, variances 0.04 + 0.05 and none else: 0.3 / 0.3 = 1; a summary that is no number is out of the question."""
    goal = Goal(("a",), np.array([1.0]), np.array([[0.04]]), np.array([0.05]))
    steady: Any = SimpleNamespace(run_variance=0.0)
    knowledge = Knowledge(goal, [steady], Runs.none(1, 1))
    found = knowledge.of_values(np.array([[1.3], [np.nan]]))
    assert found[0, 0] == pytest.approx(1.0, rel=0.01)
    assert found[1, 0] > CUT


@settings(max_examples=50, deadline=None)
@given(st.floats(-3, 3), st.floats(0.01, 5))
def test_far_summaries_count_less_and_come_back(value: float, centre: float) -> None:
    """Squashing keeps the target in place, is undone exactly, and hardly changes what lies near."""
    goal = Goal(("a",), np.array([centre]), np.array([[0.01]]), np.array([0.0]))
    squashed = goal.squashed(np.array([[value]]))
    assert goal.unsquashed(squashed)[0, 0] == pytest.approx(value, abs=1e-9)
    assert abs(squashed[0, 0] - centre) <= abs(value - centre) + 1e-12


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1))
def test_unit_values_become_parameters_and_back(first: float, second: float) -> None:
    """Linear and logarithmic axes; the ends are the bounds."""
    space = Space.between({"m.a": (-3, 1.5, False), "m.b": (0.001, 0.1, True)})
    unit = np.array([first, second])
    assert np.allclose(space.unit(space.values(unit)), unit)
    assert np.allclose(space.values(np.array([0.0, 1.0])), [-3, 0.1])
    assert space.values(np.array([0.5, 0.5]))[1] == pytest.approx(0.01)


def test_intervals_and_draws_of_a_weighted_sample() -> None:
    """All weight between 0.4 and 0.6: the interval and every point chosen lie there."""
    unit = np.linspace(0, 1, 101)[:, None]
    weight = ((unit[:, 0] > 0.395) & (unit[:, 0] < 0.605)).astype(float)
    sample = Sample(unit, weight / weight.sum())
    low, high = sample.interval(0.9)[:, 0]
    assert (low, high) == (pytest.approx(0.41, abs=0.01), pytest.approx(0.59, abs=0.01))
    chosen = sample.choose(7, np.random.default_rng(0))
    assert chosen.min() >= 0.395
    assert chosen.max() <= 0.605


def test_draws_cover_what_is_not_ruled_out() -> None:
    """Of the toy's runs the plausible ones are found again, no point twice, from all seeds, nearer the truth than the rest."""
    random = np.random.default_rng(9)
    truth = np.array([[0.3, 0.6, 0.7]])
    market, goal = ToyMarket(9), toy_goal(toy(truth)[0])
    knowledge, _ = match_history(market, goal, 3, [(40, False), (60, True)], SEEDS, random, quiet, pairs=8)

    def run(unit: np.ndarray, seed: np.ndarray, name: str) -> tuple[list[int], np.ndarray, np.ndarray]:
        values = toy(unit)
        return list(range(len(unit))), values, values

    draws, region, known = weighted_draws(knowledge, run, SEEDS, 16, random)
    assert region.level == CUT
    assert len({tuple(each.unit) for each in draws}) == 16
    assert {each.seed for each in draws} == set(SEEDS)
    assert sum(each.weight for each in draws) == pytest.approx(1.0, abs=1e-3)
    assert max(each.implausibility.max() for each in draws) < CUT + 1.0
    good, cut = plausible(known, 16)
    assert cut == CUT
    spread = known.runs.unit[good].std(axis=0)
    found = np.array([each.unit for each in draws])
    assert ((found.std(axis=0) > 0.25 * spread) & (found.std(axis=0) < spread)).all()
    assert (np.abs(found.mean(axis=0) - truth) < 2 * spread).all()


def test_draws_stand_for_what_is_plausible() -> None:
    """Of two kinds of runs, one e times as likely: drawn about e times as often; as many of each seed; none twice."""
    likelihood, seed = np.tile([0.0, -1.0], 500), np.repeat([1, 2], 500)
    often = np.zeros(2)
    for number in range(200):
        taken = by_closeness(likelihood, seed, (1, 2), 20, np.random.default_rng(number))
        assert len(set(taken.tolist())) == 20
        assert np.bincount(seed[taken]).tolist() == [0, 10, 10]
        often += np.bincount(taken % 2, minlength=2)
    assert often[0] / often[1] == pytest.approx(np.e, rel=0.1)
    few = by_closeness(np.array([-1.0, -2.0, -3.0]), np.array([1, 1, 2]), (1, 2), 9, np.random.default_rng(0))
    assert sorted(few.tolist()) == [0, 1, 2]


def test_faults_of_what_was_typed_are_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Misspelt options, impossible numbers and unknown parameters are refused before any run."""
    assert application.command(["wrld=data", "nonsense"]) == application.REFUSED
    said = capsys.readouterr().err
    assert "Did you mean 'world'" in said
    assert "nonsense" in said
    wrong = ["seeds=0", "free.report.habit.live_weight=[3,1]", "tied.report.preference.shelf=preference.privat"]
    assert application.command(wrong) == application.REFUSED
    said = capsys.readouterr().err
    assert "seeds" in said
    assert "does not rise" in said
    assert "preference.private" in said
    assert application.command(["--help"]) == application.DONE
    assert "budget_minutes" in capsys.readouterr().out


def test_more_free_parameters_than_targets_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The report has eight targets, so no eighth parameter is freed."""
    more = ["free.report.preference.shelf=[0,3]", *TINY]
    assert application.command(["world=report", *more]) == application.REFUSED
    assert "targets" in capsys.readouterr().err


def test_a_tiny_fit_writes_a_world_that_forecasts_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """File, table and kept runs are there; the same command again finds its runs and writes the same world."""
    from experiments import fitting, selection

    few = anchors_of("data")
    chosen = [each for each in few.all if each.name in ("live_gmv_2020", "live_users_2020-06", "live_users_2020-12")]
    later = [replace(each, year=2021) for each in few.all if each.name == "live_gmv_2023"]
    monkeypatch.setattr(fitting, "anchors_of", lambda world: Anchors(world, (*chosen, *later)))
    monkeypatch.setattr(fitting, "LAST_FITTED", 2020)
    monkeypatch.setattr(selection, "ROUNDS", 1)
    monkeypatch.chdir(tmp_path)
    typed = ["world=data", *TINY, f"out={tmp_path / 'data.yaml'}", *fixed_but("preference.streamer_room", "adoption.imitation")]
    assert application.command(typed) == application.DONE
    assert "fitted" in capsys.readouterr().out
    world = load_world("data", tmp_path)
    assert len(world.sha256) == 64
    assert sum(draw.weight for draw in world.draws) == pytest.approx(1, abs=0.001)
    first = yaml.safe_load((tmp_path / "data.yaml").read_text(encoding="utf-8"))
    for draw in first["draws"]:
        assert draw["parameters"]["preference"]["brand_room"] == draw["parameters"]["preference"]["streamer_room"]
        assert draw["implausibility"] >= 0
    with (tmp_path / "data-hindcast.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["role"] for row in rows] == ["target"] * 3 + ["hold-out"]
    parts = list((tmp_path / "runs" / "fit-data" / "parts").glob("*"))
    assert parts
    assert all(json.loads(part.read_text(encoding="utf-8"))["code_version"] for part in parts)
    parts[0].write_text("{", encoding="utf-8")  # as after a crash of the disk
    assert application.command(typed) == application.DONE
    again = yaml.safe_load((tmp_path / "data.yaml").read_text(encoding="utf-8"))
    made = again["fit"]["runs"]
    assert made["found again"] == made["full"] + made["small"] - 1
    for word in ("best", "draws", "targets", "conflicts"):
        assert again[word] == first[word]
    table = (tmp_path / "data-hindcast.csv").read_text(encoding="utf-8")
    (tmp_path / "data-hindcast.csv").unlink()
    assert application.command(typed, hindcast_only=True) == application.DONE
    assert (tmp_path / "data-hindcast.csv").read_text(encoding="utf-8") == table
