"""Experiments that cannot be asked are refused before anything runs, with all faults at once."""

import multiprocessing
import tempfile
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from experiments import carrying_out, compare, discover, forecast, resume, robust, sensitivity, sweep
from experiments.carrying_out import store_of
from experiments.folder import ResultsFolder
from tests.test_completion import Local
from tests.test_experiments import OPENING, SMALL


class TestBadInput:
    """Everything is told at once, before anything runs."""

    @pytest.mark.parametrize(
        ("application", "words", "said"),
        [
            (sweep, ["vary.private_domian.opening=[1,2]"], "unknown mechanic 'private_domian'. Did you mean 'private_domain'?"),
            (sweep, ["vary.private_domain.openin=[1,2]"], "Did you mean 'opening'"),
            (sweep, ["vary.private_domain.opening=[]"], "has an empty list"),
            (sweep, ["vary.private_domain.opening=[1,99]"], "outside [0, 5]"),
            (sweep, ["vary.private_domain.opening=2"], "is no list"),
            (sweep, ["design=latin", "vary.private_domain.opening=[2,1]"], "is reversed"),
            (sweep, ["design=latin", "vary.private_domain.opening=[2,2]"], "is empty"),
            (sweep, ["design=sobol", "samples=100", OPENING], "give 64 or 128"),
            (sweep, ["design=griid", OPENING], "Did you mean 'grid'?"),
            (sweep, ["design=list", OPENING, "vary.style.jump=[1,2,3]"], "private_domain.opening has 2, style.jump has 3"),
            (sweep, ["design=latin", "samples=2000000", OPENING], "samples = 2000000 is outside"),
            (sweep, [OPENING, "outputs=[live_gvm]"], "Did you mean 'live_gmv'?"),
            (sweep, [OPENING, "outputs=[cpm,cpm]"], "stands twice"),
            (sweep, [OPENING, "outputs=[brand_gmv]"], "no quantity 'brand_gmv' with one number a year"),
            (sweep, [OPENING, "year=2031"], "lies behind the end of the runs"),
            (sweep, [OPENING, "format=xls"], "Choose one of csv, parquet, netcdf, zarr"),
            (sweep, [OPENING, "scenarios=[baseline,baseline]"], "'baseline' stands twice"),
            (sweep, [], "nothing is varied"),
            (sweep, ["vary.private_domain.opening=[2]"], "Give vary.<mechanic>.<parameter>=[...] with two values or more"),
            (sweep, [OPENING, "engine=dask"], "engine=dask and address="),
            (sweep, [OPENING, "engine=dask", "address=tcp://127.0.0.1:9"], "no scheduler of Dask answers there"),
            (compare, ["scenarios=[baseline]"], "compares nothing"),
            (compare, ["scenarios=[baseline,strikt_regulation]"], "Did you mean 'strict_regulation'?"),
            (compare, ["objectives=nowhere.yaml"], "the file is missing"),
            (sensitivity, ["trajectories=1"], "trajectories = 1 is outside"),
            (sensitivity, ["samples=5"], "give 4 or 8"),
            (sensitivity, ["world=both"], "world = both is two markets"),
            (discover, [], "Say what to look for"),
            (discover, ["when=live_gmv about 6"], "is no condition"),
            (discover, ["when=live_gmv > 6 and cmp < 5"], "Did you mean 'cpm'?"),
            (discover, ["prediction=1.2.2-p9"], "is not modelled"),
            (discover, ["prediction=5.2-p1"], "needs paired runs"),
            (robust, ["user=regulater"], "Did you mean 'regulator'?"),
            (robust, ["thresholds.cpm=5"], "is no objective of the user"),
            (robust, ["strategies=nowhere.yaml"], "the file is missing"),
            (forecast, ["precision=2"], "is not a share between 0 and 1"),
        ],
    )
    def test_one_clear_message(self, application, words, said, tmp_path, capsys, monkeypatch):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("experiments.workers.Pool.start", lambda pool: None)
        assert application.command(
            [*SMALL, *words, "consumers=5", f"out={tmp_path / 'a'}"] if "address=tcp" not in "".join(words) else [*SMALL, *words]
        ) in (1, 2)
        message = capsys.readouterr().err
        assert said in message
        assert "Traceback" not in message
        assert list(tmp_path.glob("a*")) == []

    def test_too_long_a_study_wants_to_be_confirmed(self, tmp_path, capsys, monkeypatch):
        """It says how long it would take and what it would need, after one member; with confirm=true it runs."""
        monkeypatch.setattr(carrying_out, "LONG", 1e-6)
        words = [*SMALL, "end=2020-02-28", "members=2", "draws=2", OPENING, f"out={tmp_path / 'a'}", f"store={tmp_path / 'store'}"]
        assert sweep.command(words) == 2
        message = capsys.readouterr().err
        assert "4 runs take about" in message
        assert "Give confirm=true if that is meant" in message
        assert f"resume a store={tmp_path / 'store'} confirm=true" in message
        assert not (tmp_path / "a").exists()
        there = len(list(tmp_path.glob("store/members/*/*.nc")))
        assert 1 <= there < 4
        assert resume.command(["a", f"store={tmp_path / 'store'}", "confirm=true"]) == 0
        assert f"{there} of 4 members are in" in capsys.readouterr().err, "what was made before is kept"
        assert store_of({"store": str(tmp_path / "store")}).study_names() == ["a"]

    def test_of_very_many_runs_the_first_is_made_before_the_others_are_planned(self, tmp_path, capsys, monkeypatch):
        """Whoever typed a nought too many hears of it within seconds, and the store keeps no such study."""
        monkeypatch.setattr(carrying_out, "LONG", 1e-6)
        monkeypatch.setattr(carrying_out, "MANY", 3)
        words = [*SMALL, "end=2020-02-28", "members=2", "draws=2", OPENING, f"out={tmp_path / 'a'}", f"store={tmp_path / 'store'}"]
        assert sweep.command(words) == 2
        message = capsys.readouterr().err
        assert "4 runs take about" in message
        assert "(the same command)" in message
        assert store_of({"store": str(tmp_path / "store")}).study_names() == []
        assert sweep.command([*words, "confirm=true"]) == 0
        said = capsys.readouterr()
        assert "1 of 4 members are in" in said.err
        assert "Planning 4 runs ..." in said.err

    @pytest.mark.parametrize("engine", ["embedded", "dask"])
    def test_a_forecast_wants_to_be_confirmed_too_whoever_runs_it(self, tmp_path, capsys, monkeypatch, engine):
        """And where its first members are in the store already, so that only the later ones take time."""
        monkeypatch.setattr(carrying_out, "LONG", 1e-6)
        words = [*SMALL, "end=2020-02-28", "draws=2", f"out={tmp_path / 'a'}"]
        assert forecast.command([*words, "members=2", "confirm=true"]) == 0
        with Local(tmp_path) if engine == "dask" else nullcontext() as local:
            if local is not None:
                local.start_worker()
                words += ["engine=dask", f"address={local.address}"]
            assert forecast.command([*words, "members=6", "overwrite=true"]) == 2
        assert "4 runs take about" in capsys.readouterr().err

    def test_the_estimate_is_that_of_what_is_missing(self, capsys):
        """Ten runs of which each takes a minute, five at once: (10 - 1) / 5 minutes; told once."""
        plan, engine = SimpleNamespace(settings={"confirm": False}), SimpleNamespace(width=5)
        look = carrying_out.Estimate(plan, 10, engine, "resume a", told=False)
        look(60.0, 1_000_000)
        look(600_000.0, 1_000_000)
        assert capsys.readouterr().err == "One member took 60.0 s: 10 runs take about 2 min and 10.0 MB.\n"

    def test_results_do_not_go_into_the_store(self, tmp_path, capsys):
        words = [*SMALL, OPENING, f"out={tmp_path / 'store' / 'a'}", f"store={tmp_path / 'store'}"]
        assert sweep.command(words) == 2
        assert "lies in the store" in capsys.readouterr().err

    def test_precision_takes_two_seeds_of_each_draw(self, capsys):
        assert forecast.command([*SMALL, "members=3", "draws=2", "precision=0.1"]) == 2
        assert "give members = 4 or more, or fewer draws than 2" in capsys.readouterr().err

    def test_two_studies_of_one_second_both_have_results(self, tmp_path, monkeypatch):
        """Their names are alike; whoever is later gets a number."""
        monkeypatch.chdir(tmp_path)
        folders = [ResultsFolder("runs/sweep-1", numbered=True) for _ in range(2)]
        with folders[0] as one:
            one.path = one.path.rename(one.path.with_name(".one"))
            with folders[1] as two:
                assert (one.finish().name, two.finish().name) == ("sweep-1", "sweep-1-2")

    def test_a_store_that_cannot_be_written_to_is_told_before(self, tmp_path, capsys):
        (tmp_path / "store").write_text("a file", encoding="utf-8")
        words = [*SMALL, OPENING, f"out={tmp_path / 'a'}", f"store={tmp_path / 'store'}"]
        assert sweep.command(words) == 2
        assert "is a file. Give a folder." in capsys.readouterr().err

    def test_a_store_on_a_read_only_disk_is_told_before(self, tmp_path, capsys, monkeypatch):
        """The superuser may write everywhere, so the file system's refusal is made up."""

        anywhere = tempfile.mkdtemp

        def refusing(suffix=None, prefix=None, dir=None):
            if dir is not None and Path(dir).name == "store":
                raise OSError(30, "Read-only file system")
            return anywhere(suffix, prefix, dir)

        words = [*SMALL, "end=2020-02-28", "members=1", "draws=1", f"store={tmp_path / 'store'}"]
        assert sweep.command([*words, OPENING, f"out={tmp_path / 'a'}"]) == 0
        monkeypatch.setattr(tempfile, "mkdtemp", refusing)
        assert sweep.command([*words, OPENING, f"out={tmp_path / 'b'}"]) == 0, "all of it is there"
        assert sweep.command([*words, OPENING, "seed=2", f"out={tmp_path / 'c'}"]) == 2
        assert "cannot be written to (Read-only file system)" in capsys.readouterr().err

    def test_a_disk_that_fills_up_keeps_what_is_finished(self, tmp_path, capsys, monkeypatch):
        """The third member finds no room: the command says so, and goes on when there is some."""
        from experiments.store.places import Store

        put, kept = Store.put, []

        def filling(self, key, content):
            if len(kept) == 3:
                with self.telling():
                    raise OSError(28, "No space left on device")
            kept.append(key)
            put(self, key, content)

        words = [*SMALL, "end=2020-02-28", "members=3", "draws=3", OPENING, f"out={tmp_path / 'a'}"]
        with monkeypatch.context() as patch:
            patch.setattr(Store, "put", filling)
            assert sweep.command(words) == 1
        assert "The disk is full. All members finished so far are kept." in capsys.readouterr().err
        assert not multiprocessing.active_children()
        assert sweep.command(words) == 0
        assert "3 of 6 members are in" in capsys.readouterr().err
