"""What cannot be run is refused before anything runs: every fault at once, what to do, and no half results."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

import experiments.experiment
import experiments.layers
import experiments.scenario_files
import experiments.worlds
from experiments.folder import ResultsError, ResultsFolder, disk_is_full
from experiments.forecast import command
from experiments.worlds import WORLDS
from scenarios.predictions.variants import variants_needed
from sim.errors import DataError
from tests.test_forecast import write_world

ROOT = Path(__file__).parents[1]
SMALL = ("consumers=200", "brands=12", "streamers=24", "end=2020-03-31", "members=2")


@pytest.fixture(scope="module", autouse=True)
def small_worlds(tmp_path_factory):
    """Worlds of as many draws as a forecast takes."""
    folder = tmp_path_factory.mktemp("worlds")
    for name in WORLDS:
        write_world(folder, name, weights=(1 / 16,) * 16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.worlds.FOLDER", folder)
        yield


WRONG = {
    "misspelt option": (["consumer=5"], ["Unknown option 'consumer'. Did you mean 'consumers'?"]),
    "misspelt scenario": (["scenario=baselin"], ["scenario = 'baselin' is unknown. Did you mean 'baseline'?"]),
    "misspelt world": (["world=reprot"], ["world = 'reprot' is unknown. Did you mean 'report'?"]),
    "misspelt mechanic": (
        ["parameters.brand_trst.gain=0.1"],
        ["parameters: unknown mechanic 'brand_trst'. Did you mean 'brand_trust'?"],
    ),
    "misspelt parameter": (["parameters.brand_trust.gian=0.1"], ["'brand_trust' has no parameter 'gian'. Did you mean 'gain'?"]),
    "forgotten 'parameters'": (["brand_trust.gain=0.1"], ["Did you mean 'parameters.brand_trust.gain'?"]),
    "another program's way": (["--members=3"], ["Unknown switch '--members=3'. Did you mean members=3?"]),
    "no value": (["members"], ["'members' cannot be read. Write name=value"]),
    "wrong type": (["streamers=many", "members=1.5"], ["streamers = 'many' is not a whole number", "members = 1.5 is not"]),
    "not a number": (["streamers=nan", "brands=inf"], ["streamers = nan is not a whole number", "brands = inf is not a whole number"]),
    "parameter of wrong type": (["parameters.brand_trust.gain=much"], ["brand_trust.gain = 'much' 1/basket is not a number"]),
    "parameter out of range": (["parameters.brand_trust.gain=7"], ["brand_trust.gain = 7 1/basket is outside [0, 1]."]),
    "dated value out of range": (
        ["schedule.public_traffic.multiplier.2027-01-01=9"],
        ["public_traffic.multiplier = 9 1 is outside [0, 1.25]."],
    ),
    "option out of range": (["members=0", "threads=0"], ["members = 0 is outside [1, ", "threads = 0 is outside [1, "]),
    "unknown mechanic": (["mechanics=[pricng]"], ["Unknown mechanic 'pricng'. Did you mean 'pricing'?"]),
    "field without an owner": (["mechanics=[pricing]"], ["mechanics: pricing uses 'sector_price', which no mechanic owns."]),
    "impossible date": (["end=2020-02-30"], ["end = '2020-02-30' is no date; write it as YYYY-MM-DD"]),
    "impossible dated value": (["schedule.style.jump.2025-13-01=1"], ["schedule.style.jump: '2025-13-01' is no date"]),
    "dated value without a date": (["schedule.style.jump=1"], ["schedule.style.jump = 1 has no date"]),
    "end before start": (["start=2020-05-01"], ["end = 2020-03-31 lies before start = 2020-05-01"]),
    "more inspectors than people": (
        ["people=1000", "parameters.regulation.inspectors=5000"],
        ["regulation.inspectors = 5000 is more than the 1000 people there are"],
    ),
    "people who do not suffice for the inspectors of the calendar": (
        ["people=5000", "end=2022-03-31"],
        ["regulation.inspectors = 5290, 6084, ", " is more than the 5000 people there are; give fewer, or more people."],
    ),
    "more draws than the world has": (["paired=3"], ["paired = 3 is more than members = 2"]),
    "several values": (["seed=1,2"], ["'seed=1,2' names several values. Give one, or add --multirun"]),
    "a deleted option": (["~seed"], ["'~seed': an option cannot be deleted"]),
    "an unknown reference": (["out=${nowhere}"], ["The configuration cannot be composed", "nowhere"]),
    "a Hydra option that is none": (["hydra.nothing=1"], ["The configuration cannot be composed", "nothing"]),
    "parameters that are no table": (["parameters=3", "schedule.style=4"], ["parameters = 3 is not a mapping", "style = 4"]),
    "a scenario file that is not there": (["scenario=nowhere.yaml"], ["nowhere.yaml: the file is missing. See scenarios/"]),
}


@pytest.mark.parametrize("text", ["", "schedule: {}\n", "schedule:\n  calendar:\n    hosts: {2020-06-30: 400000}\n"])
def test_a_calendar_that_was_cut_off_is_refused(text, tmp_path, monkeypatch, capsys, small_worlds):
    """Without its end a calendar would be a world without rules; it is named, and nothing is run."""
    (tmp_path / "calendar.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("experiments.layers.CALENDAR", tmp_path / "calendar.yaml")
    assert command([*SMALL, f"out={tmp_path / 'out'}"]) != 0
    said = capsys.readouterr().err
    assert "calendar.yaml" in said
    assert "Restore it from the repository" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["", "- a\n", "base: {", "base: 3\n"])
def test_variants_that_are_damaged_are_refused(text, tmp_path):
    (tmp_path / "variants.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"variants.yaml.*Restore it"):
        variants_needed(tmp_path / "variants.yaml")


@pytest.mark.parametrize("out", ["/", ".", "x" * 300, "~nobody-of-this-name/a"])
def test_a_place_where_no_folder_can_be_is_refused(out, capsys, small_worlds):
    """The top of the disk, where one stands, too long a name, the home of nobody: one message, nothing run."""
    assert command([*SMALL, f"out='{out}'"]) == 2
    said = capsys.readouterr().err
    assert "out = " in said
    assert "Give" in said
    assert "Traceback" not in said


def refused(words, capsys, out):
    """The message with which the command refuses these words, leaving nothing behind."""
    assert command([*SMALL, f"out={out}", *words]) == 2
    streams = capsys.readouterr()
    assert not out.exists()
    assert not list(out.parent.glob(".*")), "nothing unfinished is left"
    assert "Traceback" not in streams.err + streams.out
    assert "HYDRA_FULL_ERROR" not in streams.err + streams.out
    assert "Error executing" not in streams.err
    assert "forecast --help" in streams.err
    return streams.err


@pytest.mark.parametrize("name", WRONG)
def test_fault_is_told_with_what_to_do(name, capsys, tmp_path):
    """One message, exit code 2, no results."""
    words, said = WRONG[name]
    message = refused(words, capsys, tmp_path / "out")
    for part in said:
        assert part in message


def test_all_faults_are_told_at_once(capsys, tmp_path):
    """Options, dates, parameters, scenario and world in one message, each once."""
    words = ["consumer=5", "world=reprot", "streamers=two", "start=2021-13-01", "parameters.brand_trust.gain=7", "scenario=nonesuch"]
    words += ["parameters.stile.jump=1", "schedule.style.jump.2025-13-01=1", "language=de", "--what", "seed=-1"]
    message = refused(words, capsys, tmp_path / "out")
    assert f"{len(words)} faults, so nothing was run:" in message
    for part in ("consumer'", "reprot", "two", "2021-13-01", "gain = 7", "nonesuch", "stile", "2025-13-01", "de'", "--what", "seed"):
        assert message.count(part) == 1, part


MANY = {
    "people of the wrong kind": (["people=x", "parameters.brand_trust.loss=7"], ["people = 'x'", "brand_trust.loss = 7"]),
    "people out of range": (["people=nan", "parameters.brand_trust.loss=7"], ["people = nan", "brand_trust.loss = 7"]),
    "mechanics of the wrong kind": (
        ["mechanics=3", "parameters.brand_trust.loss=7", "schedule.regulation.inspectors.2024-01-01=2e9"],
        ["mechanics = 3 is", "brand_trust.loss = 7", "regulation.inspectors = 2000000000.0 people is outside"],
    ),
    "mechanics some of which are no names": (
        ["mechanics=[3,pricng]", "parameters.brand_trust.loss=7"],
        ["mechanics = (3, 'pricng') is not a list", "Unknown mechanic 'pricng'", "brand_trust.loss = 7"],
    ),
    "a date that is none beside one that is": (
        ["schedule.regulation.inspectors.2024-13-01=5", "schedule.regulation.inspectors.2024-01-01=2e9"],
        ["'2024-13-01' is no date", "regulation.inspectors = 2000000000.0 people is outside"],
    ),
    "a mechanic that is no table beside one that is": (
        ["parameters.style=4", "parameters.brand_trust.loss=7", "start=20-1-1"],
        ["parameters.style = 4", "brand_trust.loss = 7", "start = '20-1-1' is no date"],
    ),
}


@pytest.mark.parametrize("name", MANY)
def test_one_fault_hides_no_other(name, capsys, tmp_path):
    """Each is told once, and nothing else."""
    words, said = MANY[name]
    message = refused(words, capsys, tmp_path / "out")
    assert f"{len(said)} faults, so nothing was run:" in message
    for part in said:
        assert message.count(part) == 1, part


def test_a_folder_that_cannot_be_made_is_told_beside_other_faults(capsys, tmp_path, monkeypatch):
    """Also where the user may write, but the file system refuses."""

    def refusing(suffix=None, prefix=None, dir=None):
        if dir == tmp_path:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return made(suffix, prefix, dir)

    made = tempfile.mkdtemp
    monkeypatch.setattr(tempfile, "mkdtemp", refusing)
    message = refused(["people=x", "world=reprot"], capsys, tmp_path / "out")
    assert "3 faults, so nothing was run:" in message
    assert f"out = {tmp_path / 'out'} cannot be made: {tmp_path} is no folder one may write to. Give another." in message


def test_looking_whether_a_folder_can_be_made_leaves_nothing(tmp_path):
    assert ResultsFolder(tmp_path / "a" / "b").faults() == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "members: [", "- members"])
def test_options_that_are_damaged_are_told_in_our_words(text, tmp_path, monkeypatch, capsys):
    shutil.copy(ROOT / "configs" / "market.yaml", tmp_path)
    (tmp_path / "forecast.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("configs.__file__", str(tmp_path / "__init__.py"))
    message = refused(["consumer=5"], capsys, tmp_path / "out")
    assert "2 faults, so nothing was run:" in message
    assert "forecast.yaml: the file " in message
    assert "Restore it from the repository." in message
    assert command(["--help"]) == 1
    assert "Restore it from the repository." in capsys.readouterr().err


class TestFolder:
    """Results appear whole or not at all."""

    def test_existing_folder_is_kept(self, tmp_path, capsys):
        """Nothing is overwritten unless asked for, and then only results of ours."""
        out = tmp_path / "mine"
        out.mkdir()
        (out / "thesis.txt").write_text("ten years of work", encoding="utf-8")
        assert command([*SMALL, f"out={out}"]) == 2
        assert "exists already" in capsys.readouterr().err
        assert command([*SMALL, f"out={out}", "overwrite=true"]) == 2
        assert "is not a results folder of livemarket" in capsys.readouterr().err
        assert os.listdir(out) == ["thesis.txt"]

    def test_place_that_cannot_be_written(self, tmp_path, capsys):
        """A file where a folder should be."""
        (tmp_path / "file").write_text("", encoding="utf-8")
        assert command([*SMALL, f"out={tmp_path / 'file' / 'out'}"]) == 2
        assert "cannot be made" in capsys.readouterr().err

    def test_disk_without_room_is_told_before(self, tmp_path, capsys, monkeypatch):
        """Space is looked at before anything runs."""
        monkeypatch.setattr(experiments.experiment, "size_of", lambda plan: 1e18)
        assert command([*SMALL, f"out={tmp_path / 'out'}"]) == 2
        assert "Free some space" in capsys.readouterr().err

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
    def test_disk_that_fills_up_leaves_nothing(self, tmp_path, capsys, monkeypatch, number):
        """The disk fills while writing: a message, exit code 1, no folder."""

        def full(self, data):
            with self.open("wb") as file:
                file.write(bytes(data)[:1000])
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(Path, "write_bytes", full)
        assert command(["consumers=200", "brands=12", "streamers=24", "end=2020-01-31", "members=1", f"out={tmp_path / 'a' / 'b'}"]) == 1
        streams = capsys.readouterr()
        assert "The disk is full" in streams.err
        assert "Traceback" not in streams.err
        assert os.listdir(tmp_path) == []

    def test_any_failure_leaves_nothing(self, tmp_path):
        """An unfinished folder is removed, with the folders made to hold it."""

        def fail():
            with ResultsFolder(tmp_path / "a" / "b") as folder:
                (folder.path / "half").write_text("half", encoding="utf-8")
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        assert os.listdir(tmp_path) == []

    def test_replaced_folder_stays_if_the_new_one_fails(self, tmp_path):
        """Earlier results are there until the new ones are whole."""
        out = tmp_path / "out"
        out.mkdir()
        (out / "manifest.json").write_text('{"made_by": "livemarket"}', encoding="utf-8")
        with pytest.raises(ResultsError, match="could not be written"), ResultsFolder(out, overwrite=True):
            raise OSError(errno.EIO, "Input/output error")
        assert os.listdir(tmp_path) == ["out"]

    def test_full_disk_is_known_by_number_or_words(self):
        """HDF5 has the number in its text."""
        assert disk_is_full(OSError(errno.ENOSPC, "No space left on device"))
        assert disk_is_full(OSError("file write failed: errno = 28, error message = 'No space left on device'"))
        assert not disk_is_full(OSError(errno.EIO, "Input/output error"))


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_interrupted_run_leaves_nothing(tmp_path, number, code):
    """Ctrl-C after the first of many members: a message, exit code 130, no folder but the store, no process left at work."""
    words = [sys.executable, "-m", "experiments.forecast", "members=500", "consumers=500", f"out={tmp_path / 'a' / 'out'}"]
    words.append(f"store={tmp_path / 'store'}")
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        until = time.monotonic() + 120
        while not list(tmp_path.glob("store/members/*/*.nc")) and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(number)
        printed, said = process.communicate(timeout=60)
        assert process.returncode == code
    assert "Interrupted: the runs were ended and no results were written. Members finished so far are kept" in said
    assert "Traceback" not in printed + said
    assert os.listdir(tmp_path) == ["store"]
    time.sleep(0.5)
    assert at_work(process.pid) == []


def at_work(group):
    """Processes of a group that are more than a line in the kernel's table (Linux; elsewhere none is seen)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, belongs = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(belongs) == group and state != "Z":
            found.append(stat.parent.name)
    return found
