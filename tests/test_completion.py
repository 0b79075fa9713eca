"""A study ends complete, or says which members failed and why; going on gives the same bits, on whatever engine."""

import multiprocessing
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from experiments.cluster import Cluster, ClusterError
from experiments.completion import Jobs, complete, missing_of
from experiments.store.members import DamagedError
from experiments.store.places import Store
from experiments.store.studies import Run
from experiments.workers import Embedded, hired
from sim.config import Configuration
from tests.small import small
from tests.test_store import study_of

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and limits of POSIX")
RUNS = [Run(f"member {seed}", small(6), seed) for seed in range(6)]
BROKEN = Run("the broken one", Configuration(consumers=400, brands=18, streamers=30, parameters={"brand_trust": {"gain": 99.0}}), 1)


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    store = Store(tmp_path / "store")
    store.prepare()
    return store


def completed(store, runs, engine, advance=lambda weeks: None):
    """Complete a study of these runs; returns failures and the bytes of each member by key."""
    study = study_of(store, runs)
    failures = complete(missing_of(study, runs, store), store, engine, advance)
    return failures, {key: store.read(key) for key in study.keys.ravel().tolist()}


@contextmanager
def embedded(processes):
    """This machine's cores."""
    with hired(processes) as pool:
        yield Embedded(pool, processes)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The members as one process makes them."""
    store = Store(tmp_path_factory.mktemp("expected") / "store")
    store.prepare()
    with embedded(1) as engine:
        failures, members = completed(store, RUNS, engine)
    assert failures == []
    return members


class TestOneMachine:
    """Processes of this machine."""

    def test_two_processes_make_the_same_bits(self, store, expected):
        with embedded(2) as engine:
            assert completed(store, RUNS, engine) == ([], expected)

    def test_what_is_there_is_not_run_again(self, store, expected):
        for key in list(expected)[:4]:
            store.put(key, expected[key])
        study = study_of(store, RUNS)
        missing = missing_of(study, RUNS, store)
        assert missing.found == 4
        assert [run.label for run in missing.runs] == ["member 4", "member 5"]
        assert missing_of(study, RUNS, store, checked=True).found == 0, "a check that was asked for is made"

    def test_one_member_of_several_studies_is_run_once(self, store):
        runs = [RUNS[0], RUNS[1], RUNS[0]]
        assert len(missing_of(study_of(store, runs), runs, store).keys) == 2

    def test_a_damaged_member_is_named_and_made_again(self, store, expected):
        for key, content in expected.items():
            store.put(key, content)
        victim = list(expected)[2]
        store.path(victim).write_bytes(expected[victim][:-9])
        missing = missing_of(study_of(store, RUNS), RUNS, store)
        assert len(missing.damaged) == 1
        assert victim in missing.damaged[0]
        assert missing.keys == [victim]
        with embedded(1) as engine:
            assert completed(store, RUNS, engine) == ([], expected)

    def test_a_member_that_fails_keeps_no_other_from_being_made(self, store, expected):
        with embedded(2) as engine:
            failures, members = completed(store, [BROKEN, *RUNS], engine)
        assert [label for label, _ in failures] == ["the broken one"]
        assert "brand_trust.gain = 99" in str(failures[0][1])
        assert {key: content for key, content in members.items() if content} == expected

    @pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of another process can be set on Linux only")
    def test_a_member_for_which_memory_does_not_suffice_fails_alone(self, store, expected):
        greedy = Run("the greedy one", small(6, consumers=100_000_000), 1)
        with embedded(1) as engine:
            engine.pool.start()
            (worker,) = multiprocessing.active_children()
            resource.prlimit(worker.pid, resource.RLIMIT_AS, (4 * 2**30, resource.RLIM_INFINITY))
            failures, members = completed(store, [greedy, RUNS[0]], engine)
        assert [label for label, _ in failures] == ["the greedy one"]
        assert "Memory ran out" in str(failures[0][1])
        assert sum(content is not None for content in members.values()) == 1

    def test_killed_workers_change_no_bit(self, store, expected):
        """A worker is killed outright while it runs; its member is made by another."""
        killed = []

        def advance(weeks):
            if len(killed) < 2:
                killed.append(multiprocessing.active_children()[0])
                os.kill(killed[-1].pid, signal.SIGKILL)

        with embedded(2) as engine:
            assert completed(store, RUNS, engine, advance) == ([], expected)
        assert len(killed) == 2

    def test_members_that_arrive_damaged_or_from_other_sources_fail_alone(self, store, expected):
        """A worker that came late has other sources: what it makes is not kept, and the others are."""

        class Mixed:
            width = 1

            def outcomes(self, jobs, advance):
                keys = list(expected)
                yield 0, (expected[keys[1]], 1.0)
                yield 1, (expected[keys[1]][:-1], 1.0)
                for number in range(2, len(jobs)):
                    yield number, (expected[keys[number]], 1.0)

        failures, members = completed(store, RUNS, Mixed())
        assert [label for label, _ in failures] == ["member 0", "member 1"]
        assert "other sources" in str(failures[0][1])
        assert "damaged" in str(failures[1][1])
        assert sum(content is not None for content in members.values()) == 4

    def test_workers_whose_jobs_were_given_up_do_not_take_part_in_the_next_study(self, store, expected):
        """A full disk ends the first study of a multirun while members are under way."""
        with hired(2) as pool:
            outcomes = Embedded(pool, 2).outcomes(Jobs([RUNS[0], *(Run(f"long {seed}", small(500), seed) for seed in range(3))]))
            assert next(outcomes)[0] == 0
            assert any(worker.number is not None for worker in pool.workers)
            assert completed(store, RUNS, Embedded(pool, 2)) == ([], expected)

    def test_two_studies_may_write_to_one_store_at_once(self, store, expected):
        """Both make all members, each over those of the other; readers meet whole ones only."""
        code = (
            "from experiments.store.places import Store; from experiments.workers import *; from tests.test_completion import *\n"
            f"if __name__ == '__main__':\n    store = Store({str(store.folder)!r})\n"
            "    with embedded(1) as engine:\n        print(len(completed(store, RUNS, engine)[1]))"
        )
        with ThreadPoolExecutor(2) as threads:
            script = store.folder.parent / "both.py"
            script.write_text(code)
            surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
            both = [
                threads.submit(subprocess.run, [sys.executable, script], capture_output=True, text=True, env=surroundings) for _ in range(2)
            ]
            while not all(each.done() for each in both):
                for key in store.each_key():
                    store.read(key)
                time.sleep(0.02)
        assert [each.result().stdout.strip() for each in both] == ["6", "6"], both[0].result().stderr
        assert {key: store.read(key) for key in store.each_key()} == expected
        assert list(store.unfinished.iterdir()) == []


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Local:
    """A real cluster of Dask on this machine: a scheduler and workers, each a process of its own."""

    def __init__(self, folder):
        self.folder, self.port, self.stack = folder, free_port(), ExitStack()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.scheduler, self.workers = None, []

    def start(self, *words):
        """A process of Dask."""
        surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "0.95"}
        log = self.stack.enter_context((self.folder / f"log-{time.monotonic_ns()}").open("w"))
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *words], stdout=log, stderr=log, cwd=self.folder, env=surroundings, start_new_session=True
        )
        self.stack.callback(self.end, process)
        return process

    def start_scheduler(self):
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")

    def start_worker(self, *words):
        self.workers.append(
            self.start("worker", self.address, "--nthreads", "1", "--no-dashboard", "--local-directory", str(self.folder), *words)
        )

    @staticmethod
    def end(process):
        """End a process and its own, outright."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def __enter__(self):
        self.start_scheduler()
        return self

    def __exit__(self, *error):
        self.stack.close()


@pytest.fixture
def local(tmp_path):
    """A scheduler without workers."""
    with Local(tmp_path) as cluster:
        yield cluster


class TestCluster:
    """A Dask cluster that somebody has started."""

    def test_it_makes_the_same_bits(self, store, expected, local):
        local.start_worker()
        local.start_worker()
        weeks = []
        with Cluster(local.address) as engine:
            assert completed(store, RUNS, engine, weeks.append) == ([], expected)
        assert sum(weeks) == 6 * 6

    def test_a_worker_that_is_killed_is_done_without(self, store, expected, local):
        local.start_worker()
        local.start_worker()

        def advance(weeks):
            Local.end(local.workers[0])

        with Cluster(local.address) as engine:
            assert completed(store, RUNS, engine, advance) == ([], expected)

    def test_a_scheduler_that_is_restarted_is_waited_for(self, store, expected, local):
        """What was under way is handed in again; members that were kept are not run again."""
        local.start_worker()
        restarted = []

        def advance(weeks):
            if not restarted:
                restarted.append(True)
                Local.end(local.scheduler)
                Local.end(local.workers[0])
                local.start_scheduler()
                local.start_worker()

        with Cluster(local.address, patience=60) as engine:
            assert completed(store, RUNS, engine, advance) == ([], expected)
        assert restarted

    def test_a_cluster_that_does_not_come_back_is_told_and_the_study_goes_on_later(self, store, expected, local):
        local.start_worker()

        def advance(weeks):
            Local.end(local.scheduler)

        with pytest.raises(ClusterError, match=r"was not back within 3 s\. What was finished is kept"), Cluster(local.address, 3) as engine:
            completed(store, RUNS, engine, advance)
        kept = {key: store.read(key) for key in store.each_key()}
        assert 1 <= len(kept) < len(RUNS)
        with embedded(2) as engine:
            assert completed(store, RUNS, engine) == ([], expected)

    def test_members_that_raise_or_take_all_memory_fail_alone(self, store, expected, local):
        """The nanny ends a worker that takes too much; after some workers the member is given up."""
        local.start_worker("--memory-limit", "700MB")
        greedy = Run("the greedy one", small(6, consumers=20_000_000), 1)
        with Cluster(local.address) as engine:
            failures, members = completed(store, [BROKEN, greedy, *RUNS[:2]], engine)
        told = {label: str(error) for label, error in failures}
        assert sorted(told) == ["the broken one", "the greedy one"]
        assert "brand_trust.gain = 99" in told["the broken one"]
        assert "memory" in told["the greedy one"]
        assert sum(content is not None for content in members.values()) == 2

    def test_nobody_there(self):
        with pytest.raises(ClusterError, match="no scheduler of Dask answers there"), Cluster(f"tcp://127.0.0.1:{free_port()}", 1):
            pass
        with pytest.raises(ClusterError, match="no scheduler of Dask answers there"), Cluster("nonsense://x", 1):
            pass

    def test_workers_with_other_sources_are_refused(self, local, monkeypatch):
        local.start_worker()
        with Cluster(local.address) as engine:
            assert engine.client is not None
            engine.client.wait_for_workers(1, timeout=30)
            monkeypatch.setattr("experiments.cluster.code_version", lambda: "another")
            with pytest.raises(ClusterError, match="other sources"):
                engine.compare()

    def test_a_member_from_other_sources_is_not_kept(self, store, expected):
        key = next(iter(expected))
        with pytest.raises(DamagedError, match="other sources"):
            store.put(key[::-1], expected[key])
