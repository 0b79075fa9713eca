"""The store keeps whole members under the hash of what can change their numbers, whoever is killed whenever."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from scipy.io import netcdf_file

import sim
from experiments.store import keys, locks, members, places, studies
from experiments.store.command import command
from experiments.store.keys import essence, key_of
from experiments.store.layout import Layout
from experiments.store.members import DamagedError, about_of, is_whole, made, packed, unpacked
from experiments.store.opening import MemberArray, Reader, open_study
from experiments.store.places import Store, StoreError
from experiments.store.studies import Coordinate, Run, Study, kept, keys_of
from tests.small import differing, small

ROOT = Path(__file__).parents[1]
EXAMPLE = small(5, parameters={"brand_trust": {"gain": 0.2}})


@pytest.fixture(scope="module")
def content():
    """The bytes of one member."""
    return made(EXAMPLE, 3)


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    store = Store(tmp_path / "store")
    store.prepare()
    return store


class TestKeys:
    """A key changes with whatever can change a number, and with nothing else."""

    @pytest.mark.parametrize("how", [{"threads": 2}, {"block": 64}, {"checked": True}])
    def test_how_it_is_computed_has_no_part_in_it(self, how):
        assert key_of(EXAMPLE.replace(**how), 3) == key_of(EXAMPLE, 3)

    @pytest.mark.parametrize(
        "change",
        [
            {"consumers": 401},
            {"end": EXAMPLE.end.replace(day=20)},
            {"people": 2e9},
            {"detail": True},
            {"parameters": {"brand_trust": {"gain": 0.3}}},
            {"parameters": {}},
            {"schedule": {"regulation": {"inspectors": {"2020-02-01": 5000}}}},
            {"mechanics": sim.with_("confidence")},
        ],
    )
    def test_what_changes_numbers_changes_it(self, change):
        assert key_of(EXAMPLE.replace(**change), 3) != key_of(EXAMPLE, 3)
        assert key_of(EXAMPLE, 4) != key_of(EXAMPLE, 3)

    def test_defaults_are_left_out(self):
        """A default that is said is the same as one that is not, and so is another way of writing a number."""
        gain = sim.model.known_mechanics()["brand_trust"].parameters["loss"].default
        said = EXAMPLE.replace(parameters={"brand_trust": {"gain": 0.2, "loss": gain}, "habit": {}}, schedule={"habit": {"speed": {}}})
        assert essence(said) == essence(EXAMPLE)
        assert key_of(said, 3) == key_of(EXAMPLE, np.int64(3))
        whole, written = ({"regulation": {"inspectors": {"2020-02-01": each}}} for each in (5000, 5000.0))
        assert key_of(EXAMPLE.replace(schedule=whole), 3) == key_of(EXAMPLE.replace(schedule=written), 3)
        assert key_of(EXAMPLE.replace(people=2e9), 3) == key_of(EXAMPLE.replace(people=2_000_000_000), 3)

    def test_mechanics_count_whatever_their_order(self):
        core = sim.model.core()
        assert key_of(EXAMPLE.replace(mechanics=core[::-1]), 3) == key_of(EXAMPLE, 3)
        assert key_of(EXAMPLE.replace(mechanics=sim.with_("confidence")[::-1]), 3) == key_of(
            EXAMPLE.replace(mechanics=sim.with_("confidence")), 3
        )

    def test_sources_count(self, monkeypatch):
        """Those of `sim`, and those of a mechanic from elsewhere that is in play."""
        before = key_of(EXAMPLE, 3)
        monkeypatch.setattr(keys, "code_version", lambda: "another")
        assert key_of(EXAMPLE, 3) != before
        monkeypatch.setattr(keys, "code_version", sim.runner.code_version)
        known = sim.model.known_mechanics()
        foreign = type("Foreign", (known["confidence"],), {"name": "confidence", "__module__": __name__})
        with_it = EXAMPLE.replace(mechanics=sim.with_("confidence"))
        own = key_of(with_it, 3)
        monkeypatch.setattr(keys, "known_mechanics", lambda: {**known, "confidence": foreign})
        assert key_of(with_it, 3) != own
        assert key_of(EXAMPLE, 3) == before

    def test_it_is_the_same_in_another_process_and_in_another_tongue(self):
        code = (
            "from experiments.store.keys import key_of; from tests.small import small;"
            "print(key_of(small(5, parameters={'brand_trust': {'gain': 0.2}}), 3))"
        )
        surroundings = {**os.environ, "LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "7"}
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=surroundings, check=True)
        assert found.stdout.strip() == key_of(EXAMPLE, 3)


class TestMembers:
    """A member's file carries everything, and any change in it is seen."""

    def test_it_opens_as_it_was_recorded(self, content, tmp_path):
        assert differing(unpacked(content), sim.run(EXAMPLE, 3)) == []
        (tmp_path / "member.nc").write_bytes(content)
        with xr.open_dataset(tmp_path / "member.nc") as dataset:
            assert dataset["live_gmv"].attrs["units"] == "CNY_trillion per month"
            assert str(dataset["month"].values[0])[:10] == "2020-01-01"
            assert json.loads(dataset.attrs["about"])["seed"] == 3

    def test_it_says_what_made_it(self, content):
        about = about_of(content)
        assert about["key"] == key_of(EXAMPLE, 3)
        assert sim.Configuration.from_mapping(about["configuration"]) == EXAMPLE
        assert about["code_version"] == sim.runner.code_version()
        assert "numpy" in about["packages"]

    def test_the_same_member_has_the_same_bytes(self, content):
        assert made(EXAMPLE, 3) == content

    @given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
    def test_a_single_changed_bit_is_seen(self, content, where, bit):
        changed = bytearray(content)
        changed[int(where * len(changed))] ^= 1 << bit
        assert not is_whole(bytes(changed))

    @pytest.mark.parametrize("length", [0, 3, 200, 5000, -1])
    def test_a_cut_file_is_seen(self, content, length):
        assert is_whole(content)
        assert not is_whole(content[:length])
        with pytest.raises(DamagedError):
            unpacked(content[:length])

    def test_places_of_numbers_are_those_that_scipy_finds(self, content):
        layout = Layout.of(content)
        with netcdf_file(io.BytesIO(content), mmap=False) as file:
            assert set(layout.places) == set(file.variables)
            for name, place in layout.places.items():
                values = np.frombuffer(content, place.dtype, int(np.prod(place.shape)), place.offset).reshape(place.shape)
                assert np.array_equal(values, file.variables[name][...], equal_nan=values.dtype.kind == "f"), name

    def test_members_of_one_kind_share_their_layout(self, content):
        layout = Layout.of(content)
        assert layout.fits(made(EXAMPLE.replace(parameters={"brand_trust": {"gain": 0.25}}), 4_000_000))
        assert not layout.fits(made(EXAMPLE.replace(end=EXAMPLE.end.replace(month=3)), 3))


class TestStore:
    """Files appear whole or not at all."""

    def test_what_is_put_is_there(self, store, content):
        key = key_of(EXAMPLE, 3)
        assert store.read(key) is None
        store.put(key, content)
        assert store.read(key) == content
        assert list(store.each_key()) == [key]
        assert list(store.unfinished.iterdir()) == []

    def test_others_may_read_it(self, store, content):
        """A store is shared: files have the rights that the user's other files have."""
        key = key_of(EXAMPLE, 3)
        store.put(key, content)
        (store.folder / "other").write_text("x")
        assert store.path(key).stat().st_mode == (store.folder / "other").stat().st_mode

    def test_a_damaged_member_is_named(self, store, content):
        key = key_of(EXAMPLE, 3)
        store.put(key, content)
        store.path(key).write_bytes(content[:-1] + b"x")
        with pytest.raises(DamagedError, match=key):
            store.read(key)

    def test_a_member_under_another_s_name_is_not_read(self, store, content):
        """A whole file that somebody has put in the wrong place is no member of that key."""
        wrong = key_of(EXAMPLE, 4)
        store.path(wrong).parent.mkdir()
        store.path(wrong).write_bytes(content)
        with pytest.raises(DamagedError, match=f"{wrong} is another one, {key_of(EXAMPLE, 3)}"):
            store.read(wrong)

    def test_a_member_of_other_sources_is_refused(self, store, content):
        with pytest.raises(DamagedError, match="other sources"):
            store.put("0" * keys.KEY_LENGTH, content)
        with pytest.raises(DamagedError, match="damaged"):
            store.put(key_of(EXAMPLE, 3), content[:-1])
        assert list(store.each_key()) == []

    def test_a_full_disk_leaves_nothing_and_is_told(self, store, content, monkeypatch):
        def full(handle):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(places.os, "fsync", full)
        with pytest.raises(StoreError, match=r"disk is full.*are kept"):
            store.put(key_of(EXAMPLE, 3), content)
        assert list(store.each_key()) == []
        assert list(store.unfinished.iterdir()) == []

    def test_a_folder_with_other_things_is_no_store(self, tmp_path):
        (tmp_path / "thesis.txt").write_text("mine")
        with pytest.raises(StoreError, match="holds other files"):
            Store(tmp_path).prepare()
        (tmp_path / "file").write_text("x")
        assert "is a file" in Store(tmp_path / "file").faults()[0]
        assert "no place for a folder" in Store("x" * 5000).faults()[0]

    def test_a_store_of_another_format_is_refused(self, store):
        (store.folder / places.SIGN).write_text('{"format": 99}')
        assert "format 99" in store.faults()[0]
        (store.folder / places.SIGN).write_text("")
        assert "damaged" in store.faults()[0]

    def test_free_space_is_looked_at_before(self, store):
        assert "are free" in store.faults(needed=1e18)[0]

    def test_writers_that_are_killed_leave_whole_members_only(self, store, content, tmp_path):
        """Six times a process that writes one member after the other is killed; all that is there is whole."""
        source = tmp_path / "member.nc"
        source.write_bytes(content)
        code = f"""
import itertools
from pathlib import Path
from experiments.store.places import Store
store, content = Store({str(store.folder)!r}), Path({str(source)!r}).read_bytes()
print('begun', flush=True)
for number in itertools.count():
    path = store.path(f'{{number % 50:040d}}')
    path.parent.mkdir(exist_ok=True)
    store.write(path, content)
"""
        for turn in range(6):
            with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
                assert process.stdout.readline() == b"begun\n"
                time.sleep(0.02 + 0.023 * turn)
                process.send_signal(signal.SIGKILL)
        found = list(store.each_key())
        assert found
        assert all(is_whole(store.path(key).read_bytes()) for key in found)


def study_of(store, runs, dims=("scenario", "member"), shape=None, command="sweep x=1"):
    """A study with plain labels."""
    found, kinds = keys_of(runs)
    shape = shape or (1, len(runs))
    coordinates = {dim: Coordinate((dim,), tuple(range(size)), {"units": "1"}) for dim, size in zip(dims, shape, strict=True)}
    study = Study("mine", "sweep", command, "runs/mine", "code", dims, coordinates, found.reshape(shape), kinds.reshape(shape))
    return kept(store, study)


class TestStudies:
    """A study is a list of keys with coordinates and opens as one lazy Dataset."""

    @pytest.fixture
    def runs(self):
        """Two scenarios of three members, the last of which records brands; one is not run."""
        runs = [Run(f"run {seed}", EXAMPLE, seed) for seed in range(4)]
        return [*runs, None, Run("detailed", EXAMPLE.replace(detail=True), 9)]

    def test_numbers_are_those_of_the_runs(self, store, runs):
        study = study_of(store, runs, shape=(2, 3))
        for run in (runs[0], runs[3], runs[5]):
            store.put(key_of(run.configuration, run.seed), made(run.configuration, run.seed))
        dataset = open_study(store, "mine")
        assert dataset["live_gmv"].dims == ("scenario", "member", "month")
        assert dataset["live_gmv_platform"].dims == ("scenario", "member", "month", "platform")
        assert dataset["live_gmv"].attrs["units"] == "CNY_trillion per month"
        first = sim.run(EXAMPLE, 0)
        assert np.array_equal(dataset["live_gmv_platform"][0, 0], first["live_gmv_platform"])
        assert np.array_equal(
            dataset["live_gmv_platform"].isel(scenario=0, member=0, platform=[2, 0]), first["live_gmv_platform"][:, [2, 0]]
        )
        assert np.array_equal(dataset["brand_gmv"][1, 2], sim.run(runs[5].configuration, 9)["brand_gmv"])
        there = ~np.isnan(dataset["live_users"].values).any(axis=2)
        assert there.tolist() == [[True, False, False], [True, False, True]]
        assert np.isnan(dataset["brand_gmv"][0, 0]).all()
        assert study.keys[1, 1] == ""

    def test_only_what_is_asked_for_is_read(self, store, runs, monkeypatch):
        study = study_of(store, runs[:4])
        for run in runs[:4]:
            store.put(key_of(run.configuration, run.seed), made(run.configuration, run.seed))
        dataset = open_study(store, study)
        read = []
        monkeypatch.setattr(Reader, "read", lambda self, key, name: read.append((key, name)))
        dataset["cpm"].isel(scenario=0, member=[1, 3]).load()
        assert read == [(study.keys[0, 1], "cpm"), (study.keys[0, 3], "cpm")]

    @given(st.data())
    def test_any_choice_of_places_reads_what_numpy_would(self, data):
        """Numbers, slices and lists of numbers along every axis."""
        names = np.array([[f"{i}{j}" for j in range(4)] for i in range(3)])
        values = np.arange(3 * 4 * 5.0).reshape(3, 4, 5)

        class Made:
            def read(self, key, name):
                return values[int(key[0]), int(key[1])]

        lazy = xr.Variable(("a", "b", "c"), xr.core.indexing.LazilyIndexedArray(MemberArray(Made(), "x", names, (5,))))
        plain = xr.Variable(("a", "b", "c"), values)
        chosen = {}
        for dim, size in zip("abc", (3, 4, 5), strict=True):
            number = st.integers(-size, size - 1)
            some = st.slices(size).filter(lambda each, size=size: range(size)[each])  # xarray fails on empty ones that go backwards
            chosen[dim] = data.draw(st.one_of(number, some, st.lists(number, max_size=6)), label=dim)
        assert np.array_equal(lazy.isel(chosen).values, plain.isel(chosen).values)

    def test_a_damaged_member_is_not_read_silently(self, store, runs):
        study_of(store, runs[:2])
        for run in runs[:2]:
            store.put(key_of(run.configuration, run.seed), made(run.configuration, run.seed))
        path = store.path(key_of(EXAMPLE, 1))
        path.write_bytes(path.read_bytes()[:-8] + bytes(8))
        with pytest.raises(DamagedError, match="damaged"):
            open_study(store, "mine")["live_gmv"].load()

    def test_a_study_without_members_says_what_to_run(self, store, runs):
        study_of(store, runs[:2])
        with pytest.raises(StoreError, match="sweep x=1"):
            open_study(store, "mine")
        with pytest.raises(StoreError, match="Did you mean 'mine'"):
            open_study(store, "mien")

    def test_the_same_study_keeps_its_name_and_another_gets_one(self, store, runs):
        assert study_of(store, runs[:2]).name == "mine"
        assert study_of(store, runs[:3]).name == "mine", "the same command with more members is the same study"
        assert study_of(store, runs[:2], command="sweep x=2").name == "mine-2"
        assert studies.Study.from_mapping("mine", store.read_study("mine")).keys.shape == (1, 3)
        assert studies.Study.from_mapping("mine-2", store.read_study("mine-2")).keys.shape == (1, 2)

    def test_packed_without_a_run(self):
        """Any Dataset can be sealed."""
        dataset = xr.Dataset({"x": ("t", [1.0, 2.0])})
        assert unpacked(packed(dataset, {"a": 1}))["x"].values.tolist() == [1.0, 2.0]
        assert members.about_of(packed(dataset, {"a": "价"})) == {"a": "价"}


class TestCommand:
    """`store` lists, checks, prunes and moves."""

    @pytest.fixture
    def filled(self, store, content):
        """A store with a study of two members, of which one is there, and a member that no study holds."""
        study_of(store, [Run("a", EXAMPLE, 3), Run("b", EXAMPLE, 4)])
        store.put(key_of(EXAMPLE, 3), content)
        store.put(key_of(EXAMPLE, 9), made(EXAMPLE, 9))
        return store

    def test_list(self, filled, capsys):
        assert command(["list", f"store={filled.folder}"]) == 0
        printed = capsys.readouterr().out
        assert "mine: 1 of 2 members, other sources (code)\n    sweep x=1" in printed
        assert "2 members, " in printed
        assert "; 1 of them in no study" in printed
        assert f"2 of code {sim.runner.code_version()} (these sources)" in printed

    def test_list_tells_a_damaged_study_and_goes_on(self, filled, capsys):
        (filled.studies / "torn.json").write_text("{}")
        assert command(["list", f"store={filled.folder}"]) == 0
        printed = capsys.readouterr().out
        assert "torn: damaged\n    Study torn is damaged (KeyError: 'shape')" in printed
        assert "mine: 1 of 2 members" in printed

    def test_list_may_be_read_in_part(self, filled):
        """`store list | head -1` ends without a word."""
        words = f"{sys.executable} -m experiments.store.command list store={filled.folder} | true"
        found = subprocess.run(words, shell=True, capture_output=True, text=True, cwd=ROOT)
        assert (found.returncode, found.stderr) == (0, "")

    def test_check_names_what_is_damaged(self, filled, capsys):
        assert command(["check", f"store={filled.folder}"]) == 0
        path = filled.path(key_of(EXAMPLE, 9))
        path.write_bytes(path.read_bytes()[:-1])
        filled.path(key_of(EXAMPLE, 3)).rename(filled.path("0" * 40).parent.mkdir() or filled.path("0" * 40))
        (filled.studies / "torn.json").write_text('{"keys": [')
        assert command(["check", f"store={filled.folder}"]) == 1
        printed = capsys.readouterr().out
        assert f"Member {key_of(EXAMPLE, 9)} is damaged" in printed
        assert f"Member {'0' * 40} is another one, {key_of(EXAMPLE, 3)}" in printed
        assert "Study torn is damaged" in printed
        assert "0 of 2 members are whole; 2 damaged; 1 damaged studies" in printed

    def test_prune_keeps_what_studies_hold(self, filled, capsys):
        assert command(["prune", f"store={filled.folder}"]) == 0
        assert list(filled.each_key()) == [key_of(EXAMPLE, 3)]
        assert command(["prune", "study=mine", f"store={filled.folder}"]) == 0
        assert list(filled.each_key()) == []
        assert "1 members removed" in capsys.readouterr().out

    @pytest.mark.parametrize("torn", ["{}", "[]", '{"keys": ['])
    def test_prune_waits_while_a_damaged_study_hides_its_members(self, filled, torn, capsys):
        (filled.studies / "torn.json").write_text(torn)
        assert command(["prune", f"store={filled.folder}"]) == 2
        said = capsys.readouterr().err
        assert "Study torn is damaged" in said
        assert "store prune study=torn" in said
        assert len(list(filled.each_key())) == 2
        assert command(["prune", "study=torn", f"store={filled.folder}"]) == 0
        assert filled.study_names() == ["mine"]
        assert list(filled.each_key()) == [key_of(EXAMPLE, 3)]

    def test_prune_of_other_sources(self, filled):
        """The study was made with the sources 'code'."""
        assert command(["prune", "code=old", f"store={filled.folder}"]) == 0
        assert filled.study_names() == []
        assert list(filled.each_key()) == []

    def test_prune_removes_what_was_left_unfinished_by_the_disk_s_own_clock(self, filled):
        """A file of now stays, one of two days ago goes; a clock that is wrong by years changes nothing."""
        for name, age in (("young", 10.0), ("old", 2 * 86400.0)):
            path = filled.unfinished / name
            path.touch()
            now = path.stat().st_mtime
            os.utime(path, (now - age, now - age))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(time, "time", lambda: 0.0)
            assert command(["prune", f"store={filled.folder}"]) == 0
        assert [path.name for path in filled.unfinished.iterdir()] == ["young"]

    def test_move(self, filled, tmp_path, content):
        """Everything is there afterwards, and nothing here; giving it again after half of it was moved does the rest."""
        target = Store(tmp_path / "elsewhere" / "store")
        target.prepare()
        target.put(key_of(EXAMPLE, 3), content)
        assert command(["move", f"to={target.folder}", f"store={filled.folder}"]) == 0
        assert not filled.folder.exists()
        assert sorted(target.each_key()) == sorted([key_of(EXAMPLE, 3), key_of(EXAMPLE, 9)])
        assert np.array_equal(open_study(target, "mine")["cpm"][0, 0], sim.run(EXAMPLE, 3)["cpm"])

    @pytest.mark.skipif(locks.fcntl is None, reason="Windows has no such locks")
    def test_a_store_in_use_stays_where_it_is(self, filled, tmp_path, capsys):
        """Several may use it, none of them while it is moved; and who has died uses it no more."""
        words = ["move", f"to={tmp_path / 'elsewhere'}", f"store={filled.folder}"]
        filled.hold()
        Store(filled.folder).hold()
        assert command(words) == 2
        assert "is in use by other commands. Wait for them." in capsys.readouterr().err
        filled.release()
        mover = Store(filled.folder)
        mover.hold(alone=True)
        with pytest.raises(StoreError, match="is being moved"):
            filled.hold()
        mover.release()
        code = f"from experiments.store.places import Store; s = Store({str(filled.folder)!r}); s.hold(); print(1, flush=True); input()"
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stdin=subprocess.PIPE) as user:
            assert user.stdout.readline() == b"1\n"
            assert command(words) == 2
            user.kill()
        assert command(words) == 0

    def test_what_cannot_be_written_to_is_not_moved_or_pruned(self, filled, tmp_path, capsys, monkeypatch):
        monkeypatch.setattr(Store, "unwritable", lambda store: "Read-only file system")
        for words in (["prune"], ["move", f"to={tmp_path / 'elsewhere'}"]):
            assert command([*words, f"store={filled.folder}"]) == 2
            assert "cannot be written to (Read-only file system), so nothing can be removed there" in capsys.readouterr().err
        assert not (tmp_path / "elsewhere").exists()

    def test_move_touches_nothing_else(self, filled, tmp_path, capsys):
        """A stranger's file stays, and so does what is damaged; the other store's study of the same name too."""
        (filled.folder / "thesis.txt").write_text("mine")
        (filled.members / "notes.txt").write_text("mine")
        (filled.studies / "torn.json").write_text("{}")
        target = Store(tmp_path / "elsewhere")
        target.prepare()
        study_of(target, [Run("c", EXAMPLE, 5)], command="sweep x=9")
        assert command(["move", f"to={target.folder}", f"store={filled.folder}"]) == 0
        assert (filled.folder / "thesis.txt").read_text() == (filled.members / "notes.txt").read_text() == "mine"
        assert target.study_names() == ["mine", "mine-2"]
        assert Study.of(target, "mine").command == "sweep x=9"
        assert Study.of(target, "mine-2").command == "sweep x=1"
        said = capsys.readouterr()
        assert "Study mine is mine-2 there" in said.err
        assert "Left where it is: Study torn is damaged" in said.err
        assert "members, studies, thesis.txt" in said.out
        assert filled.study_names() == ["torn"]

    @pytest.mark.parametrize("where", ["inside", "members/new", "..", "link"])
    def test_a_store_is_not_moved_into_itself(self, filled, where, capsys):
        """Nor to what holds it, whatever the way there is called."""
        (filled.folder.parent / "link").symlink_to(filled.folder / "inner")
        (filled.folder / "inner").mkdir()
        target = filled.folder.parent / "link" if where == "link" else filled.folder / where
        before = sorted(filled.folder.rglob("*"))
        assert command(["move", f"to={target}", f"store={filled.folder}"]) == 2
        said = capsys.readouterr().err
        assert "lies in it or holds it" in said or "holds other files" in said
        assert sorted(filled.folder.rglob("*")) == before

    def test_a_store_behind_a_link_is_moved(self, filled, tmp_path):
        (tmp_path / "link").symlink_to(filled.folder)
        assert command(["move", f"to={tmp_path / 'elsewhere'}", f"store={tmp_path / 'link'}"]) == 0
        assert sorted(Store(tmp_path / "elsewhere").each_key()) == sorted([key_of(EXAMPLE, 3), key_of(EXAMPLE, 9)])
        assert list(filled.folder.iterdir()) == []

    def test_a_study_s_name_is_no_path(self, filled):
        """Whatever lies beside the studies stays."""
        assert command(["prune", "study=../livemarket-store", f"store={filled.folder}"]) == 2
        assert (filled.folder / places.SIGN).is_file()

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["lst"], "Did you mean 'list'?"),
            (["move"], "Say where to"),
            (["prune", "code=new", "studdy=x"], "2 faults"),
            (["prune", "study=yours"], "has no study 'yours'"),
            (["list", "store=nowhere"], "is no store"),
            (["move", "to=."], "holds other files"),
        ],
    )
    def test_bad_input(self, filled, words, said, capsys, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "thesis.txt").touch()
        words = words if any(word.startswith("store=") for word in words) else [*words, f"store={filled.folder}"]
        assert command(words) == 2
        assert said in capsys.readouterr().err
        assert len(list(filled.each_key())) == 2
