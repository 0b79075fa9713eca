"""A study is made again only from what it was made of: data that changed are named, own files are read from their copies."""

import json
import shutil
from pathlib import Path

import pytest

from experiments import compare, forecast, resume, robust, sweep
from experiments.inputs import Inputs
from experiments.store.studies import Study
from tests.test_experiments import OPENING, same_tables

ROOT = Path(__file__).parents[1]
TINY = ("consumers=200", "brands=12", "streamers=24", "end=2020-02-28", "members=1", "draws=1", "threads=1")


def squeezed(place, name="mine", value=0.5):
    """A scenario of one's own, in which public traffic is multiplied by a value."""
    place.parent.mkdir(parents=True, exist_ok=True)
    text = f"scenario:\n  name: {name}\n  question: what if?\n  parameters: {{public_traffic: {{multiplier: {value}}}}}\n"
    place.write_text(text, encoding="utf-8")
    return place


def manifest(folder):
    """What a results folder says of itself."""
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture
def calendar(tmp_path, monkeypatch):
    """A copy of the calendar that is read instead of it."""
    path = tmp_path / "configs" / "calendar.yaml"
    path.parent.mkdir()
    shutil.copy(ROOT / "configs" / "calendar.yaml", path)
    monkeypatch.setattr("experiments.layers.CALENDAR", path)
    return path


@pytest.fixture
def compared(tmp_path, monkeypatch):
    """Results of a comparison with a scenario of the user's own, named relative to where he was; everybody is elsewhere now."""
    squeezed(tmp_path / "home" / "stories" / "mine.yaml")
    squeezed(tmp_path / "home" / "mine.yaml", "another", 0.8)
    monkeypatch.chdir(tmp_path / "home")
    assert compare.command([*TINY, "scenarios=[baseline,stories/mine.yaml,mine.yaml]", "out=first"]) == 0
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "home" / "first"


class TestChangedData:
    """Other data are told, not silently used."""

    def test_of_a_results_folder(self, tmp_path, calendar, capsys):
        assert sweep.command([*TINY, OPENING, f"out={tmp_path / 'a'}"]) == 0
        text = calendar.read_text(encoding="utf-8")
        calendar.write_text(f"{text}# another\n", encoding="utf-8")
        assert resume.command([str(tmp_path / "a"), f"out={tmp_path / 'b'}"]) == 2
        message = capsys.readouterr().err
        assert f"made with other data, which may give other numbers: calendar ({calendar}) was changed. Restore them" in message
        assert "or add anew=true" in message
        assert not (tmp_path / "b").exists()
        assert resume.command([str(tmp_path / "a"), f"out={tmp_path / 'b'}", "anew=true"]) == 0
        calendar.write_text(text, encoding="utf-8")
        assert resume.command([str(tmp_path / "a"), f"out={tmp_path / 'c'}"]) == 0
        assert same_tables(tmp_path / "a", tmp_path / "c")

    def test_of_a_study_of_the_store(self, tmp_path, calendar, capsys):
        assert sweep.command([*TINY, OPENING, f"out={tmp_path / 'a'}"]) == 0
        calendar.unlink()
        assert resume.command(["a", f"out={tmp_path / 'b'}"]) == 2
        assert f"calendar ({calendar}) cannot be read" in capsys.readouterr().err

    def test_all_of_them_are_named_beside_the_sources(self, tmp_path, calendar, monkeypatch, capsys):
        mine = squeezed(tmp_path / "mine.yaml")
        assert forecast.command([*TINY, f"scenario={mine}", f"out={tmp_path / 'a'}"]) == 0
        calendar.write_text("schedule: {}\n", encoding="utf-8")
        squeezed(tmp_path / "a" / "inputs" / "mine.yaml", value=0.6)
        monkeypatch.setattr("sim.runner.code_version", lambda: "another")
        assert resume.command([str(tmp_path / "a"), f"out={tmp_path / 'b'}"]) == 2
        message = capsys.readouterr().err
        assert "2 faults, so nothing was run" in message
        assert "Check out the sources it was made with" in message
        assert f"calendar ({calendar}) was changed; scenario {mine} ({tmp_path / 'a' / 'inputs' / 'mine.yaml'}) was changed" in message

    def test_everything_that_is_read_has_its_fingerprint(self, tmp_path):
        wants = tmp_path / "wants.yaml"
        shutil.copy(ROOT / "configs" / "objectives.yaml", wants)
        words = ["scenarios=[baseline,traffic_squeeze]", f"objectives={wants}", "paired=1", f"out={tmp_path / 'a'}"]
        assert compare.command([*TINY, *words]) == 0
        data = manifest(tmp_path / "a")["data"]
        assert set(data) == {
            *("options market", "options compare", "report", "history", "calendar", "world report", "variants"),
            *("scenario baseline", "scenario traffic_squeeze", "scenario strict_regulation", f"objectives {wants}"),
        }
        assert {len(each) for each in data.values()} == {64}

    def test_strategies_and_objectives_only_where_they_are_used(self, tmp_path):
        words = [*TINY, "end=2025-03-31", "user=regulator", "scenarios=[baseline]", "consumers=100", f"out={tmp_path / 'a'}"]
        assert robust.command(words) == 0
        assert {"strategies", "objectives"} <= set(manifest(tmp_path / "a")["data"])
        assert sweep.command([*TINY, OPENING, f"out={tmp_path / 'b'}"]) == 0
        assert not {"strategies", "objectives"} & set(manifest(tmp_path / "b")["data"])

    def test_what_was_kept_before_there_were_fingerprints_is_made_again(self, tmp_path):
        assert sweep.command([*TINY, OPENING, f"out={tmp_path / 'a'}"]) == 0
        old = {word: each for word, each in manifest(tmp_path / "a").items() if word not in ("data", "copies")}
        (tmp_path / "a" / "manifest.json").write_text(json.dumps(old), encoding="utf-8")
        assert resume.command([str(tmp_path / "a"), f"out={tmp_path / 'b'}"]) == 0
        content = {"application": "sweep", "command": "sweep", "out": "a", "code": "", "dims": [], "coordinates": {}}
        assert Study.from_mapping("a", {**content, "shape": [0], "keys": [], "kinds": []}).data == {}


class TestCopies:
    """A results folder has what it takes to be made again, wherever one is."""

    def test_it_is_made_again_from_anywhere(self, compared, tmp_path, capsys):
        assert manifest(compared)["copies"] == {"stories/mine.yaml": "inputs/mine.yaml", "mine.yaml": "inputs/mine-2.yaml"}
        assert {"inputs/mine.yaml", "inputs/mine-2.yaml"} <= set(manifest(compared)["files"])
        shutil.rmtree(tmp_path / "home" / "stories")
        squeezed(tmp_path / "elsewhere" / "mine.yaml", "another", 0.1)
        assert resume.command([str(compared), "out=again"]) == 0
        assert f"Note: mine.yaml is read from its copy {compared / 'inputs' / 'mine-2.yaml'}." in capsys.readouterr().err
        assert same_tables(compared, Path("again"))
        for name in ("command", "data", "copies"):
            assert manifest(Path("again"))[name] == manifest(compared)[name]
        moved = shutil.move("again", tmp_path / "moved")
        shutil.rmtree(tmp_path / "home")
        assert resume.command([str(moved), "out=third"]) == 0, "what was made again can be made again"
        assert same_tables(Path(moved), Path("third"))

    def test_a_study_of_the_store_has_fingerprints_alone(self, compared, tmp_path, capsys, monkeypatch):
        assert resume.command(["first", "out=again"]) == 2
        message = capsys.readouterr().err
        assert "scenario stories/mine.yaml (stories/mine.yaml) cannot be read; scenario mine.yaml (mine.yaml) cannot be read" in message
        monkeypatch.chdir(tmp_path / "home")
        assert resume.command(["first", "out=again"]) == 0
        assert same_tables(compared, Path("again"))

    def test_of_strategies_and_objectives_too(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        for name in ("strategies", "objectives"):
            shutil.copy(ROOT / "configs" / f"{name}.yaml", f"my_{name}.yaml")
        words = [*TINY, "end=2025-03-31", "user=regulator", "scenarios=[baseline]", "consumers=100", "out=a"]
        assert robust.command([*words, "strategies=my_strategies.yaml", "objectives=my_objectives.yaml"]) == 0
        for name in ("strategies", "objectives"):
            Path(f"my_{name}.yaml").unlink()
        assert resume.command(["a", "out=b"]) == 0
        assert same_tables(Path("a"), Path("b"))

    def test_each_of_a_multirun_has_its_own_scenario(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        squeezed(Path("mine.yaml"))
        words = ["--multirun", *TINY, "scenario=baseline,mine.yaml", "out=${scenario.name}"]
        assert forecast.command(words) == 0
        assert manifest(Path("baseline"))["copies"] == {}
        assert "scenario=mine.yaml" in manifest(Path("mine"))["command"]
        Path("mine.yaml").unlink()
        assert resume.command(["mine", "out=again"]) == 0
        assert same_tables(Path("mine"), Path("again"))

    def test_names_that_only_differ_in_case_are_kept_apart(self):
        own = {"a/mine.yaml": b"1", "b/Mine.yaml": b"2", "c/mine.yaml": b"3"}
        places = ["inputs/mine.yaml", "inputs/Mine-2.yaml", "inputs/mine-3.yaml"]
        assert list(Inputs({}, own).copies.values()) == places
