"""`forecast` runs members side by side and leaves a results folder that is whole, readable and made again at will."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml

from experiments import worlds
from experiments.application import Asked
from experiments.carrying_out import carry_out, store_of
from experiments.completion import Jobs
from experiments.ensemble import gathered
from experiments.forecast import APPLICATION, command
from experiments.inputs import Inputs
from experiments.layers import Layer, layered
from experiments.options import FORECAST
from experiments.plan import make_plan
from experiments.scenario_files import read_scenario
from experiments.store.members import about_of
from experiments.store.members import made as member_made
from experiments.store.studies import Run
from experiments.workers import Job, RunError, cores, hired, results_of
from experiments.worlds import WORLDS
from sim.config import Configuration

ROOT = Path(__file__).parents[1]
SMALL = ("consumers=200", "brands=12", "streamers=24", "end=2020-03-31")


def settings(**changes):
    """Options in plain values, small and with the baseline."""
    values = APPLICATION.defaults()
    small = {"start": "2020-01-01", "end": "2020-03-31", "consumers": 200, "brands": 12, "streamers": 24}
    scenario = read_scenario(ROOT / "scenarios" / "baseline.yaml")
    return {**values, **small, "people": 1e9, "members": 2, "scenario": scenario, **changes}


def write_world(folder, name="report", weights=(0.5, 0.3, 0.2)):
    """A fitted world of three draws that differ in one parameter."""
    draws = [{"weight": weight, "parameters": {"brand_trust": {"gain": round(0.06 * (n + 1), 2)}}} for n, weight in enumerate(weights)]
    content = {
        "world": name,
        "fitted_on": "2026-11-23",
        "inputs": {"habit": {"speed": 0.05}, "regulation": {"inspectors": 3000}},
        "free": {"brand_trust.gain": [0.05, 0.5]},
        "best": {"brand_trust": {"gain": 0.1}},
        "draws": draws,
    }
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return content


@pytest.fixture(scope="module", autouse=True)
def small_worlds(tmp_path_factory):
    """Worlds of as many draws as a forecast takes."""
    folder = tmp_path_factory.mktemp("worlds")
    for name in WORLDS:
        write_world(folder, name, weights=(1 / 16,) * 16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.worlds.FOLDER", folder)
        yield


@pytest.fixture
def undrawn(monkeypatch):
    """Without pictures, which take longer than small runs."""
    monkeypatch.setattr("experiments.pictures.draw_all", lambda *given, **named: [])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of one small forecast, and what stood beside it."""
    place = tmp_path_factory.mktemp("forecast")
    before = set(os.listdir())
    store = tmp_path_factory.mktemp("store")
    code = command([*SMALL, "members=2", "threads=2", "paired=1", f"out={place / 'first'}", f"store={store}"])
    assert code == 0
    assert os.listdir(place) == ["first"]
    assert set(os.listdir()) == before, "nothing is left where the command was typed"
    return place / "first"


def test_folder_holds_everything(made):
    """Data, page, pictures, configuration and manifest; no scorecard, as 2030 was not simulated."""
    files = ["columns.csv", "configuration.yaml", "figures", "forecast.nc", "index.html", "manifest.json", "runs.csv"]
    assert sorted(os.listdir(made)) == files
    pictures = {path.stem for path in (made / "figures").glob("*.png")}
    assert pictures == {path.stem for path in (made / "figures").glob("*.svg")}
    assert "live_gmv" in pictures


def test_data_open_with_plain_xarray(made):
    """Dimensions, coordinates and a unit on every variable."""
    with xr.open_dataset(made / "forecast.nc") as data:
        assert data["live_gmv"].dims == ("world", "scenario", "member", "month")
        assert data["live_gmv_annual"].dims == ("world", "scenario", "member", "year")
        assert data["watch_time_sector"].dims == ("world", "scenario", "member", "month", "sector")
        assert data["live_gmv_platform"].dims[-1] == "platform"
        assert [str(each) for each in data["world"].values] == ["report"]
        assert [str(each) for each in data["scenario"].values] == ["baseline"]
        assert data["draw"].values.tolist() == [0, 1]
        assert data["seed"].values.tolist() == [1, 1]
        assert data["weight"].values.tolist() == [0.5, 0.5]
        assert "brand" not in data.dims
        assert all(variable.attrs["units"] for variable in data.data_vars.values())
        assert all(variable.attrs["long_name"] for variable in data.variables.values())
        assert bool((data["live_gmv"] > 0).all())
        assert json.loads(data.attrs["configuration"])["consumers"] == 200


def test_manifest_says_of_what_and_of_no_machine(made):
    """Code, data, packages, seeds and command; no path of the machine in any text."""
    manifest = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["made_by"] == "livemarket"
    assert manifest["command"] == f"forecast {' '.join(SMALL)} members=2 paired=1"
    assert manifest["seeds"] == [1]
    assert len(manifest["data"]["world report"]) == 64
    assert len(manifest["data"]["history"]) == 64
    assert manifest["packages"]["numpy"] == np.__version__
    assert manifest["files"]["forecast.nc"]["bytes"] == (made / "forecast.nc").stat().st_size
    for name in ("manifest.json", "configuration.yaml", "index.html"):
        assert str(made.parent) not in (made / name).read_text(encoding="utf-8")


def test_configuration_is_resolved(made):
    """What was run stands there in full, the calendar too."""
    resolved = yaml.safe_load((made / "configuration.yaml").read_text(encoding="utf-8"))
    assert resolved["seed"] == 1
    assert resolved["scenario"]["name"] == "baseline"
    assert resolved["calendar"]["regulation"]["max_penalty_value"] == {"2024-01-01": 2000000}


@pytest.mark.usefixtures("undrawn")
def test_same_command_same_numbers_on_any_number_of_processes(made, tmp_path, capsys):
    """Members, not processes, decide about numbers; an earlier folder of ours may be replaced."""
    out = tmp_path / "again"
    out.mkdir()
    (out / "manifest.json").write_text('{"made_by": "livemarket"}', encoding="utf-8")
    (out / "old").write_text("old", encoding="utf-8")
    assert command([*SMALL, "members=2", "threads=1", f"out={out}", "overwrite=true"]) == 0
    assert os.listdir(tmp_path) == ["again"]
    assert not (out / "old").exists()
    with xr.open_dataset(made / "forecast.nc") as first, xr.open_dataset(out / "forecast.nc") as second:
        xr.testing.assert_equal(first, second)
    assert f"Results: {out}" in capsys.readouterr().out


@pytest.mark.usefixtures("undrawn")
def test_scenario_pairs_with_baseline_until_it_differs(made, tmp_path):
    """Common random numbers: a scenario that begins later has the same bits before."""
    assert command([*SMALL, "members=1", "scenario=strict_regulation", f"out={tmp_path / 'strict'}"]) == 0
    with xr.open_dataset(made / "forecast.nc") as base, xr.open_dataset(tmp_path / "strict" / "forecast.nc") as strict:
        assert [str(each) for each in strict["scenario"].values] == ["strict_regulation"]
        same = base["live_gmv"].isel(scenario=0, member=0).values == strict["live_gmv"].isel(scenario=0, member=0).values
        assert same.all()


@pytest.mark.usefixtures("undrawn")
def test_multirun_makes_every_combination_and_no_litter(tmp_path, monkeypatch):
    """Each job has its folder, its command, and Hydra leaves nothing of its own."""
    monkeypatch.chdir(tmp_path)
    words = [
        *SMALL[:3],
        "end=2020-01-10",
        "members=1",
        "scenario=baseline,traffic_squeeze",
        "out=runs/${scenario.name}",
        "schedule.style.jump.2020-02-01=2",
    ]
    assert command(["--multirun", *words]) == 0
    assert os.listdir(tmp_path) == ["runs"]
    assert sorted(os.listdir(tmp_path / "runs")) == ["baseline", "traffic_squeeze"]
    manifest = json.loads((tmp_path / "runs" / "traffic_squeeze" / "manifest.json").read_text(encoding="utf-8"))
    assert "scenario=traffic_squeeze" in manifest["command"]
    assert "multirun" not in manifest["command"]


def test_paired_runs_share_draw_and_seed_with_the_base():
    """The variants are made for the first members only; the base is its own detailed run."""
    plan = make_plan(settings(paired=1, end="2020-01-31"))
    ensemble = simulated(plan)
    assert set(ensemble.variants) == set(plan.variants)
    assert ensemble.base.sizes["member"] == 2
    for runs in ensemble.variants.values():
        assert runs["seed"].values.tolist() == [1]
        assert float(runs["weight"].sum()) == 1.0
    assert ensemble.variants["base_detail"]["brand_gmv"].dims == ("world", "scenario", "member", "month", "brand")
    assert "brand_gmv" not in ensemble.base
    assert plan.count == 2 + 5
    assert sum(run is not None for run in plan.runs) == 2 + 5


def test_whole_horizon_is_judged(tmp_path, capsys):
    """A forecast to 2030 ends with a scorecard, printed and written; 50 predictions, all with a status."""
    words = ["consumers=400", "brands=30", "streamers=60", "members=2", f"out={tmp_path / 'all'}"]
    assert command(words) == 0
    printed = capsys.readouterr().out
    assert "predictions of the report in world 'report', scenario 'baseline'" in printed
    assert "30 further predictions are not modelled yet" in printed
    lines = (tmp_path / "all" / "scorecard.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 51


def simulated(plan):
    """The ensemble of a plan, through a store."""
    with hired(plan.processes) as pool:
        store = store_of(plan.settings)
        return gathered(plan, store, carry_out(plan, store, Asked("forecast", "forecast", (), pool, (), Inputs()), "mine"))


class TestPlan:
    """Options and files become runs."""

    def test_members_spread_over_draws_then_seeds(self, tmp_path, monkeypatch):
        """Weights of a draw are shared by its seeds and sum to one."""
        write_world(tmp_path / "worlds")
        monkeypatch.setattr(worlds, "FOLDER", tmp_path / "worlds")
        plan = make_plan(settings(members=5, draws=3, seed=7))
        members = plan.members["report"]
        assert [(member.draw, member.seed) for member in members] == [(0, 7), (1, 7), (2, 7), (0, 8), (1, 8)]
        assert [member.weight for member in members] == pytest.approx([0.25, 0.15, 0.2, 0.25, 0.15])
        assert [run.seed for run in plan.runs] == [7, 7, 7, 8, 8]

    def test_fewer_draws_keep_their_proportions(self, tmp_path, monkeypatch):
        """Two of three draws: 0.5 and 0.3 become 5/8 and 3/8."""
        write_world(tmp_path / "worlds")
        monkeypatch.setattr(worlds, "FOLDER", tmp_path / "worlds")
        members = make_plan(settings(members=2, draws=2)).members["report"]
        assert [member.weight for member in members] == pytest.approx([0.625, 0.375])

    def test_last_layer_has_the_last_word(self, tmp_path, monkeypatch):
        """World inputs, then the draw, the calendar, the scenario, the user."""
        write_world(tmp_path / "worlds")
        monkeypatch.setattr(worlds, "FOLDER", tmp_path / "worlds")
        scenario = {**settings()["scenario"], "parameters": {"habit": {"speed": 0.06}, "style": {"jump": 2}}}
        user = {"parameters": {"style": {"jump": 3}}, "schedule": {"regulation": {"inspectors": {"2025-01-01": 10}}}}
        configuration = make_plan(settings(draws=3, scenario=scenario, **user)).runs[1].configuration
        assert configuration.parameters["brand_trust"] == {"gain": 0.12}
        assert configuration.parameters["habit"] == {"speed": 0.06}
        assert configuration.parameters["style"] == {"jump": 3}
        assert configuration.parameters["regulation"] == {"inspectors": 3000}
        inspectors = configuration.schedule["regulation"]["inspectors"]
        assert inspectors["2021-05-25"] == 5290
        assert max(inspectors) == "2025-01-01", "the calendar's later rise does not come back"

    def test_both_worlds_weigh_their_own_draws(self, tmp_path, monkeypatch):
        """Weights are then one of (world, member), each world's summing to one."""
        write_world(tmp_path / "worlds")
        write_world(tmp_path / "worlds", "data", (0.2, 0.2, 0.6))
        monkeypatch.setattr(worlds, "FOLDER", tmp_path / "worlds")
        plan = make_plan(settings(world="both", members=3, draws=3, end="2020-01-10"))
        base = simulated(plan).base
        assert base["weight"].dims == ("world", "member")
        assert base["weight"].sel(world="data").values == pytest.approx([0.2, 0.2, 0.6])
        assert [str(each) for each in base["world"].values] == ["report", "data"]

    def test_few_runs_share_out_the_cores(self):
        """One run on four cores computes on four threads, eight runs on one each."""
        assert make_plan(settings(members=1, threads=4)).first.configuration.threads == 4
        assert make_plan(settings(members=8, threads=4)).first.configuration.threads == 1
        assert make_plan(settings(members=100)).processes == min(cores(), 100)


class TestLayers:
    """A layer's value holds from its date on, whatever the layers below say."""

    def test_dates_below_hold_until_the_first_above(self):
        """2020 and 2021 from below, 2022 from above, 2023 of below is gone."""
        below = Layer({}, {"style": {"jump": {"2020-01-01": 1, "2021-01-01": 2, "2023-01-01": 3}}})
        above = Layer({}, {"style": {"jump": {"2022-01-01": 9}}})
        _, schedule = layered([below, above])
        assert schedule == {"style": {"jump": {"2020-01-01": 1, "2021-01-01": 2, "2022-01-01": 9}}}

    def test_value_without_date_holds_from_the_start(self):
        """A constant above replaces the dated values below."""
        below = Layer({}, {"style": {"jump": {"2021-01-01": 2}}})
        parameters, schedule = layered([below, Layer({"style": {"jump": 4}})])
        assert parameters == {"style": {"jump": 4}}
        assert schedule == {}


def made_by(processes, runs, advance=lambda weeks: None):
    """The results of these runs."""
    with hired(processes) as pool:
        return results_of(pool.outcomes(Jobs(runs), processes, advance))


class TestWorkers:
    """Processes may die; runs may not get lost."""

    def tasks(self, count, weeks_to="2020-04-30"):
        """Equal small runs of several seeds."""
        configuration = Configuration.from_mapping({"consumers": 200, "brands": 12, "streamers": 24, "end": weeks_to})
        return [Run(f"member {n}", configuration, n) for n in range(count)]

    def test_killed_worker_is_replaced_and_its_run_made_again(self):
        """Every run is there, in order, and the weeks told add up although some were done twice."""
        tasks, killed, weeks = self.tasks(3), [], []

        def advance(more):
            weeks.append(more)
            if not killed:
                killed.append(multiprocessing.active_children()[0])
                os.kill(killed[0].pid, signal.SIGKILL)

        results = made_by(2, tasks, advance)
        assert [about_of(content)["seed"] for content, _ in results] == [0, 1, 2]
        assert sum(weeks) == 3 * tasks[0].configuration.clock.steps
        assert not multiprocessing.active_children()

    @pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted as Linux lists them")
    def test_workers_are_forked_from_a_process_without_threads(self):
        """A lock that another thread holds in the moment of a fork would never be opened in the worker."""
        code = (
            "import sys\nif __name__ == '__main__':\n    from pathlib import Path\n    from experiments.workers import hired\n"
            "    with hired(1) as pool:\n        pool.start()\n        from multiprocessing import forkserver\n"
            "        print(len(list(Path(f'/proc/{forkserver._forkserver._forkserver_pid}/task').iterdir())))\n"
        )
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert found.stdout == "1\n"

    def test_run_that_fails_is_named(self):
        """The message holds the member; no worker is left."""
        broken = Job("member 5 of world 'report' (seed 1)", member_made, (None, 1))  # no configuration at all
        with pytest.raises(RunError, match=r"member 5 of world 'report' \(seed 1\) failed"), hired(1) as pool:
            results_of(pool.outcomes([broken], 1))
        assert not multiprocessing.active_children()

    def test_run_that_ends_its_process_every_time_is_given_up(self):
        """After some tries it is said which run it was and what may help."""

        def advance(more):
            for child in multiprocessing.active_children():
                os.kill(child.pid, signal.SIGKILL)

        with pytest.raises(RunError, match=r"several times .*fewer threads or fewer consumers"):
            made_by(1, self.tasks(1, "2020-12-31"), advance)


ORPHAN = """
import os, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from experiments.workers import end_with_parent

if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=end_with_parent)
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
def test_no_process_outlives_a_fit_that_is_killed(tmp_path):
    """Whoever waits for runs ends when the one who gives them is killed outright."""
    (tmp_path / "orphan.py").write_text(ORPHAN, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, tmp_path / "orphan.py"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:  # fmt: skip
        child = Path("/proc") / process.stdout.readline().strip()
        assert child.is_dir()
        process.kill()
    deadline = time.monotonic() + 20
    while child.is_dir() and "(zombie)" not in (child / "status").read_text(encoding="utf-8") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not child.is_dir() or "(zombie)" in (child / "status").read_text(encoding="utf-8")


def test_help_names_every_option_and_scenario(capsys):
    """Plain words, defaults and examples; nothing is run."""
    assert command(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"\n  {option.name} " in text for option in FORECAST)
    assert "strict_regulation" in text
    assert "[20000]" in text
    assert "Examples:" in text


def test_parameters_are_listed_with_unit_range_and_source(capsys):
    """The names one may type, each with what it may be."""
    assert command(["--parameters"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "regulation.max_penalty_value = 500000 CNY in [0, 1e+12]: upper limit of a fine" in text


def test_configuration_can_be_shown_without_a_run(capsys):
    """Hydra's own switches keep working."""
    assert command(["--cfg", "job", "members=3"]) == 0
    assert "members: 3" in capsys.readouterr().out
