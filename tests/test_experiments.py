"""The experiments run on small markets, can be made again from their manifests, and refuse what cannot be asked."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
import xarray as xr

from experiments import compare, discover, discovering, forecast, resume, robust, sensitivity, sweep
from experiments.carrying_out import store_of
from experiments.precision import chance
from experiments.store.opening import open_study
from experiments.tables import FORMATS, write_table
from tests.test_completion import Local

ROOT = Path(__file__).parents[1]
SMALL = ("consumers=200", "brands=12", "streamers=24", "end=2020-12-31", "threads=2")
OPENING = "vary.private_domain.opening=[0.5,2]"
HORIZON = ("consumers=200", "brands=12", "streamers=24", "threads=2")


def files(folder):
    """What lies in a results folder, pictures by their names."""
    return {path.name for path in folder.iterdir()}, sorted(path.stem for path in (folder / "figures").glob("*.png"))


def same_tables(one, other):
    """Whether two results folders hold the same numbers."""
    return all((other / path.name).read_bytes() == path.read_bytes() for path in one.glob("*.csv"))


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A grid of two by two in two scenarios, and its store."""
    place = tmp_path_factory.mktemp("sweep")
    words = [*SMALL, OPENING, "vary.style.jump=[1,3]", "scenarios=[baseline,traffic_squeeze]", "members=2", "draws=2"]
    assert sweep.command([*words, f"out={place / 'first'}", f"store={place / 'store'}"]) == 0
    return place


class TestSweep:
    """A design becomes a table and a lazy Dataset."""

    def test_tables_hold_every_run_and_every_point(self, swept):
        assert {"runs.csv", "points.csv", "index.html", "configuration.yaml", "manifest.json"} <= files(swept / "first")[0]
        runs, points = (pd.read_csv(swept / "first" / f"{name}.csv") for name in ("runs", "points"))
        assert len(runs) == 2 * 2 * 4
        assert len(points) == 2 * 4
        assert set(runs["private_domain.opening"]) == {0.5, 2.0}
        chosen = runs[(runs.scenario == "baseline") & (runs["private_domain.opening"] == 2.0) & (runs["style.jump"] == 3.0)]
        found = points[(points.scenario == "baseline") & (points["private_domain.opening"] == 2.0) & (points["style.jump"] == 3.0)]
        assert found["cpm"].item() == pytest.approx(np.average(chosen["cpm"], weights=chosen["weight"]))
        assert (points["cpm_low"] <= points["cpm"]).all()

    def test_the_study_opens_with_its_parameters_as_dimensions(self, swept):
        dataset = open_study(store_of({"store": str(swept / "store")}), "first")
        assert dataset["live_gmv"].dims == ("world", "scenario", "member", "private_domain.opening", "style.jump", "month")
        assert dataset["private_domain.opening"].values.tolist() == [0.5, 2.0]
        assert dataset["private_domain.opening"].attrs["units"] == "1"
        assert bool(np.isfinite(dataset["live_gmv"]).all())

    def test_it_is_made_again_from_its_manifest_without_a_run(self, swept, capsys):
        assert resume.command([str(swept / "first"), f"out={swept / 'again'}", f"store={swept / 'store'}"]) == 0
        assert "16 of 16 members are in" in capsys.readouterr().err
        assert same_tables(swept / "first", swept / "again")

    def test_it_is_made_again_elsewhere_with_the_same_bits(self, swept, tmp_path):
        words = [str(swept / "first" / "manifest.json"), f"out={tmp_path / 'again'}", f"store={tmp_path / 'store'}", "threads=1"]
        assert resume.command(words) == 0
        assert same_tables(swept / "first", tmp_path / "again")

    def test_another_value_of_one_parameter_runs_only_what_is_new(self, swept, tmp_path, capsys):
        words = [*SMALL, "vary.private_domain.opening=[0.5,1.5,2]", "vary.style.jump=[1,3]", "members=2", "draws=2"]
        assert sweep.command([*words, f"out={tmp_path / 'more'}", f"store={swept / 'store'}"]) == 0
        assert "8 of 12 members are in" in capsys.readouterr().err

    @pytest.mark.parametrize("form", FORMATS)
    def test_tables_in_every_form_hold_the_same(self, tmp_path, form):
        frame = pd.DataFrame({"scenario": ["a", "价"], "cpm": [1.5, np.nan], "n": [1, 2], "held": [True, False]})
        path = write_table(frame, tmp_path, "table", form, {"n": "people"})
        if form == "csv":
            read = pd.read_csv(path)
        elif form == "parquet":
            read = pd.read_parquet(path)
        else:
            with xr.open_dataset(
                path, engine="scipy" if form == "netcdf" else "zarr", **({} if form == "netcdf" else {"consolidated": False})
            ) as data:
                assert data["n"].attrs["units"] == "people"
                read = data.load().to_dataframe()
        assert read["scenario"].astype(str).tolist() == ["a", "价"]
        assert read["cpm"].tolist()[0] == 1.5
        assert np.isnan(read["cpm"].tolist()[1])
        assert read["n"].tolist() == [1, 2]
        assert read["held"].astype(int).tolist() == [1, 0]

    @pytest.mark.parametrize("form", FORMATS)
    def test_a_table_without_a_row_has_its_columns(self, tmp_path, form):
        """No box was found."""
        path = write_table(discovering.boxes_table([], {}), tmp_path, "boxes", form, {})
        if form in ("csv", "parquet"):
            read = pd.read_csv(path) if form == "csv" else pd.read_parquet(path)
        else:
            with xr.open_dataset(
                path, engine="scipy" if form == "netcdf" else "zarr", **({} if form == "netcdf" else {"consolidated": False})
            ) as data:
                read = data.load().to_dataframe()
        assert len(read) == 0
        assert sorted(read.columns) == sorted(discovering.BOXES)

    def test_units_stand_beside_the_tables(self, swept, tmp_path):
        """Of what is varied, of what comes out and of the ends of its interval; Parquet carries them too."""
        columns = pd.read_csv(swept / "first" / "columns.csv", keep_default_na=False).set_index(["table", "column"])["unit"]
        tables = {name: pd.read_csv(swept / "first" / f"{name}.csv") for name in ("runs", "points")}
        assert list(columns.index) == [(name, column) for name, frame in tables.items() for column in frame.columns]
        for place in (("runs", "live_gmv"), ("points", "live_gmv"), ("points", "live_gmv_low"), ("points", "live_gmv_high")):
            assert columns[place] == "CNY_trillion per year"
        assert columns["runs", "private_domain.opening"] == "1"
        assert columns["runs", "member"] == ""
        path = write_table(tables["points"], tmp_path, "points", "parquet", {"live_gmv": "CNY_trillion per year"})
        metadata = pyarrow.parquet.read_schema(path)
        assert metadata.field("live_gmv_low").metadata[b"unit"] == b"CNY_trillion per year"

    def test_an_option_that_is_given_twice_counts_once(self, tmp_path, capsys):
        """The last one, which alone stands in the command that makes it again; and the reader is told."""
        words = [*SMALL, "members=1", "draws=1", OPENING, "end=2020-02-28", f"out={tmp_path / 'a'}"]
        assert sweep.command(words) == 0
        assert "end=2020-12-31 does not count: end is given again behind it." in capsys.readouterr().err
        command = json.loads((tmp_path / "a" / "manifest.json").read_text(encoding="utf-8"))["command"]
        assert command.count("end=") == 1
        assert "end=2020-02-28" in command

    def test_a_cluster_makes_the_same_tables(self, swept, tmp_path):
        """The same command on a scheduler and workers that are processes of their own."""
        with Local(tmp_path) as local:
            local.start_worker()
            local.start_worker()
            words = [str(swept / "first"), f"out={tmp_path / 'again'}", f"store={tmp_path / 'store'}"]
            assert resume.command([*words, "engine=dask", f"address={local.address}"]) == 0
        assert same_tables(swept / "first", tmp_path / "again")

    @pytest.mark.parametrize("place", [0, 2, None])
    def test_multirun_makes_each_combination(self, tmp_path, place):
        """Wherever the switch stands."""
        words = [*SMALL, "end=2020-03-31", "members=1", "draws=1", OPENING, "seed=1,2", f"out={tmp_path}/${{seed}}"]
        words.insert(len(words) if place is None else place, "--multirun")
        assert sweep.command(words) == 0
        assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "2"]
        command = json.loads((tmp_path / "2" / "manifest.json").read_text(encoding="utf-8"))["command"]
        assert "seed=2" in command


class TestOthers:
    """Comparisons, sensitivities, discoveries and robust choices."""

    def test_compare(self, tmp_path, capsys):
        words = [*HORIZON, "members=8", "draws=2", "scenarios=[baseline,strict_regulation]", f"out={tmp_path / 'a'}"]
        assert compare.command(words) == 0
        printed = capsys.readouterr().out
        assert "strict_regulation against baseline in 2030" in printed
        assert "Pairing by seed" in printed
        effects, predictions, ranking = (pd.read_csv(tmp_path / "a" / f"{name}.csv") for name in ("effects", "predictions", "ranking"))
        runs = pd.read_csv(tmp_path / "a" / "runs.csv")
        base, strict = (runs[runs.scenario == name].sort_values("member") for name in ("baseline", "strict_regulation"))
        by_hand = np.average(strict["cpm"].to_numpy() - base["cpm"].to_numpy(), weights=base["weight"])
        assert effects.set_index("quantity").loc["cpm", "estimate"] == pytest.approx(by_hand)
        there = effects.dropna(subset="estimate")
        assert (there["low"] <= there["estimate"]).all()
        assert set(predictions["prediction"]) >= {"1.2.1-p1", "8.1-p1"}
        assert set(ranking["user"]) >= {"brand", "platform", "consumer", "regulator"}
        assert files(tmp_path / "a")[1] == ["effects_report"]

    def test_a_scenario_against_itself_changes_nothing(self, tmp_path, capsys):
        """The same story under another name: every effect is exactly zero, and none is resolved."""
        text = (ROOT / "scenarios" / "baseline.yaml").read_text(encoding="utf-8").replace("name: baseline", "name: twin", 1)
        (tmp_path / "twin.yaml").write_text(text, encoding="utf-8")
        words = [*SMALL, "members=2", "draws=2", f"scenarios=[baseline,{tmp_path / 'twin.yaml'}]", f"out={tmp_path / 'a'}"]
        assert compare.command(words) == 0
        effects = pd.read_csv(tmp_path / "a" / "effects.csv")
        assert (effects["estimate"].dropna() == 0).all()
        assert set(effects["verdict"].dropna()) <= {"the same in every run", "not resolved"}
        assert (effects["verdict"] == "the same in every run").any()
        assert not effects["resolved"].any()
        assert "For the platform all scenarios are the same in every run" in capsys.readouterr().out

    def test_a_strategy_that_begins_after_the_end_is_told(self, tmp_path, capsys):
        """All strategies of a regulator begin later than these runs end: none is preferred."""
        words = [*SMALL, "end=2020-02-28", "members=2", "draws=2", "user=regulator", "scenarios=[baseline]", f"out={tmp_path / 'a'}"]
        assert robust.command(words) == 0
        said = capsys.readouterr()
        assert "changes nothing here: it begins on" in said.err
        assert "For the regulator all strategies are the same in every future" in said.out
        assert "All strategies satisfy equally often" in said.out

    def test_sensitivity(self, tmp_path, capsys):
        """A parameter that cannot matter in the last year has no effect at all; one that must has."""
        words = [
            *SMALL,
            "vary.private_domain.opening=[0.1,4]",
            "vary.public_traffic.multiplier=[0.5,1.2]",
            "outputs=[private_domain_gmv,cpm]",
        ]
        assert sensitivity.command([*words, "trajectories=4", "samples=8", f"out={tmp_path / 'a'}"]) == 0
        assert "private_domain_gmv (CNY_trillion per year) moves most over the range of: private_domain.opening" in capsys.readouterr().out
        screening, indices = (pd.read_csv(tmp_path / "a" / f"{name}.csv") for name in ("screening", "indices"))
        assert len(screening) == 2 * 2
        assert set(indices["parameter"]) == {"private_domain.opening", "public_traffic.multiplier"}
        assert "sensitivities" in files(tmp_path / "a")[1]

    def test_discover(self, tmp_path, capsys):
        """More open private domains sell more: that is the condition that is found."""
        varied = ["vary.private_domain.opening=[0.1,4]", "vary.style.jump=[0.5,4]"]
        words = [*SMALL, "consumers=1000", *varied, "samples=40", "outputs=[private_domain_gmv]"]
        for name, when, said in (("always", "> 0", "It happens in all 40 runs"), ("never", "> 99", "It never happens in 40 runs")):
            assert discover.command([*words, f"when=private_domain_gmv {when}", f"out={tmp_path / name}"]) == 0
            assert f"{said}: private_domain_gmv {when}." in capsys.readouterr().out
            boxes, peeling, runs = (pd.read_csv(tmp_path / name / f"{table}.csv") for table in ("boxes", "peeling", "runs"))
            assert (len(boxes), len(peeling), len(runs)) == (0, 0, 40)
            assert {"box", "condition", "limits", "coverage", "density"} <= set(boxes.columns)
            assert "box" in files(tmp_path / name)[1]
        level = 0.9
        assert discover.command([*words, f"when=private_domain_gmv >= {level}", "boxes=1", f"out={tmp_path / 'b'}"]) in (0, 1)
        runs = open_study(store_of({"store": os.environ["LIVEMARKET_STORE"]}), "b")["private_domain_gmv_annual"].values
        level = float(np.median(runs))
        assert discover.command([*words, f"when=private_domain_gmv >= {level}", "boxes=1", f"out={tmp_path / 'c'}"]) == 0
        boxes = pd.read_csv(tmp_path / "c" / "boxes.csv")
        assert "private_domain.opening" in set(boxes["condition"])
        assert boxes["density"].iloc[0] > 0.7

    def test_robust(self, tmp_path, capsys):
        words = [*SMALL, "end=2025-12-31", "members=2", "draws=2", "user=regulator", "scenarios=[baseline]", f"out={tmp_path / 'a'}"]
        assert robust.command([*words, "thresholds.live_gmv=0"]) == 0
        assert "The regulator regrets" in capsys.readouterr().out
        table, futures = (pd.read_csv(tmp_path / "a" / f"{name}.csv") for name in ("strategies", "futures"))
        assert table["regret"].is_monotonic_increasing
        assert (futures[table["strategy"]].min(axis=1) == 0).all(), "in every future some strategy is best"
        regrets = np.average(futures[table["strategy"].iloc[0]], weights=futures["weight"])
        assert table["regret"].iloc[0] == pytest.approx(regrets)

    @pytest.mark.parametrize("application", [compare, discover, robust, sensitivity, sweep])
    def test_help(self, application, capsys):
        assert application.command(["--help"]) == 0
        text = capsys.readouterr().out
        assert f"Usage: {application.APPLICATION.name} [name=value ...]" in text
        assert "\n  scenarios " in text
        assert "\n  strict_regulation" in text


class TestPrecision:
    """A forecast runs as many members as it takes."""

    def test_chance_by_hand(self):
        """Two draws of two seeds each: variances 2 and 8, weights 1/2: 1/4 (2/2) + 1/4 (8/2) = 5/4; t of two degrees at 95% is 2.92."""
        values, weights, draws = np.array([1.0, 3.0, 8.0, 12.0]), np.full(4, 0.25), np.array([0, 0, 1, 1])
        assert chance(values, weights, draws) == pytest.approx(2.91999 * np.sqrt(1.25) / 6.0, rel=1e-5)
        assert chance(values[:3], weights[:3], draws[:3]) == np.inf
        assert chance(np.full(4, 5.0), weights, draws) == 0.0

    def test_it_stops_when_it_is_precise_enough(self, tmp_path, capsys):
        words = [*SMALL, "members=12", "draws=2", f"out={tmp_path / 'a'}"]
        assert forecast.command([*words, "precision=0.9"]) == 0
        assert "members suffice: chance moves no headline mean" in capsys.readouterr().out
        with xr.open_dataset(tmp_path / "a" / "forecast.nc") as dataset:
            assert dataset.sizes["member"] < 12
            assert float(dataset["weight"].sum()) == pytest.approx(1)

    def test_or_when_the_members_are_used_up(self, tmp_path, capsys):
        words = [*SMALL, "members=5", "draws=2", f"out={tmp_path / 'a'}"]
        assert forecast.command([*words, "precision=0.0001"]) == 0
        assert "all 5 members were run, and chance still moves" in capsys.readouterr().out
        with xr.open_dataset(tmp_path / "a" / "forecast.nc") as dataset:
            assert dataset.sizes["member"] == 5


class TestInterruption:
    """What is finished is kept; going on gives the same."""

    @pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
    def test_a_study_that_was_ended_goes_on(self, tmp_path, number, capsys):
        """Ctrl-C, or a machine that dies: resume runs only the rest, and the tables are those of an undisturbed study."""
        store = tmp_path / "store"
        words = [*SMALL, "end=2024-12-31", "vary.private_domain.opening=[0.5,1,1.5,2]", "members=4", "draws=2", "outputs=[live_gmv,cpm]"]
        command = [sys.executable, "-m", "experiments.sweep", *words, f"out={tmp_path / 'a'}", f"store={store}"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
            until = time.monotonic() + 120
            while len(list(store.glob("members/*/*.nc"))) < 3 and time.monotonic() < until:
                time.sleep(0.02)
            process.send_signal(number)
            process.communicate(timeout=60)
        assert not (tmp_path / "a").exists()
        there = len(list(store.glob("members/*/*.nc")))
        assert 3 <= there < 16
        assert resume.command(["a", f"store={store}"]) == 0
        assert f"{there} of 16 members are in" in capsys.readouterr().err
        assert sweep.command([*words, f"out={tmp_path / 'b'}", f"store={tmp_path / 'other'}"]) == 0
        assert same_tables(tmp_path / "b", tmp_path / "a")

    def test_a_study_of_other_sources_is_not_mixed_with_these(self, tmp_path, capsys, monkeypatch):
        words = [*SMALL, "end=2020-02-28", "members=1", "draws=1", OPENING, f"out={tmp_path / 'a'}"]
        assert sweep.command(words) == 0
        monkeypatch.setattr("sim.runner.code_version", lambda: "another")
        assert resume.command([str(tmp_path / "a"), f"out={tmp_path / 'b'}"]) == 2
        assert "Check out the sources it was made with, or add anew=true" in capsys.readouterr().err

    def test_it_finds_the_store_of_the_surroundings(self, tmp_path, monkeypatch, capsys):
        """By name, without store=, where $LIVEMARKET_STORE says; elsewhere the hint says where."""
        words = [*SMALL, "end=2020-02-28", "members=1", "draws=1", OPENING]
        assert sweep.command([*words, f"out={tmp_path / 'a'}"]) == 0
        assert resume.command(["a", f"out={tmp_path / 'b'}"]) == 0
        assert "2 of 2 members are in" in capsys.readouterr().err
        assert sweep.command([*words, f"out={tmp_path / 'c'}", f"store={tmp_path / 'my store'}"]) == 0
        assert f"Again: resume {tmp_path / 'c'} out=<another folder> store='{tmp_path / 'my store'}'" in capsys.readouterr().out

    def test_names_that_are_none(self, tmp_path, capsys):
        assert resume.command(["nothing", f"store={tmp_path / 'store'}"]) == 2
        assert "has no study 'nothing'" in capsys.readouterr().err
        (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
        assert resume.command([str(tmp_path)]) == 2
        assert "is no manifest of livemarket" in capsys.readouterr().err
