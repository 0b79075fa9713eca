"""What the store and the engine cost: time beside the runs, use of the cores, opening many members, memory of the driver.

python -m experiments.bench.studies               # about 5 minutes; writes docs/studies.md
python -m experiments.bench.studies out=FOLDER
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.bench.__main__ import machine
from experiments.bench.environment import ROOT
from experiments.bench.measure import peak
from experiments.bench.report import Row, promises
from experiments.completion import complete, missing_of
from experiments.store.keys import KEY_LENGTH, key_of
from experiments.store.members import ABOUT_START, OPEN_SEAL, about_of, made, packed, seal_of
from experiments.store.opening import open_study
from experiments.store.places import Store
from experiments.store.studies import Coordinate, Run, Study, keys_of
from experiments.workers import Embedded, cores, hired
from sim.config import Configuration
from sim.runner import run

SECOND: dict[str, Any] = {"consumers": 1_000, "brands": 60, "streamers": 120, "end": "2026-12-31"}  # a run of about a second
SMALL: dict[str, Any] = {"consumers": 200, "brands": 12, "streamers": 24, "end": "2030-12-31"}
MEMBERS, MANY, FEW = 48, 10_000, 100
PARTS = 12  # runs whose parts are timed one by one


def main() -> None:
    """Measure, print and write."""
    out = next((Path(word[4:]) for word in sys.argv[1:] if word.startswith("out=")), ROOT / "docs")
    if sys.argv[1:] and sys.argv[1].startswith("driver="):
        print(json.dumps(driver(int(sys.argv[1][7:]), Path(sys.argv[2]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        rows = [*parts(Path(folder)), *side_by_side(Path(folder)), *many(Path(folder)), *drivers(Path(folder))]
    text = page(rows)
    print(text)
    out.mkdir(parents=True, exist_ok=True)
    (out / "studies.md").write_text(text, encoding="utf-8")


def parts(folder: Path) -> list[Row]:
    """What is done for each member besides running it, against the time of the run."""
    store = Store(folder / "parts")
    store.prepare()
    configuration = Configuration.from_mapping(SECOND)
    run(configuration, 0)
    shares, seconds = [], []
    for seed in range(PARTS):
        begun = time.perf_counter()
        dataset = run(configuration, seed)
        simulated = time.perf_counter() - begun
        begun = time.perf_counter()
        key = key_of(configuration, seed)
        about = {
            "key": key,
            "configuration": configuration.to_mapping(),
            "seed": seed,
            "checked": False,
            "packages": {},
            "code_version": "",
        }
        store.put(key, packed(dataset, about))
        shares.append(100 * (time.perf_counter() - begun) / simulated)
        seconds.append(simulated)
    name = f"key, packing, sealing and writing of a member, against its run of {np.median(seconds):.2f} s"
    return [Row(name, "% of the run", tuple(shares), most=5.0)]


def side_by_side(folder: Path) -> list[Row]:
    """Processor time of the workers against what the cores had to give, from the first week on."""
    store, runs = Store(folder / "beside"), [Run(f"member {seed}", Configuration.from_mapping(SECOND), seed) for seed in range(MEMBERS)]
    store.prepare()
    study = study_of(runs)
    told: list[float] = []
    with hired(cores()) as pool:
        engine = Embedded(pool, cores())
        complete(missing_of(study_of(runs[:2]), runs[:2], store), store, engine)  # everybody is ready
        before, begun = busy(pool), time.perf_counter()
        complete(missing_of(study, runs, store), store, engine, lambda weeks: told.append(time.perf_counter()))
        wall = time.perf_counter() - begun
        used = busy(pool) - before
    return [
        Row(
            f"processor time of {cores()} workers, {MEMBERS - 2} members",
            "% of what the cores have",
            (100 * used / (wall * cores()),),
            least=90.0,
        )
    ]


def busy(pool: Any) -> float:
    """Seconds of processor time that the workers have used so far."""
    ticks = os.sysconf("SC_CLK_TCK")
    fields = [Path(f"/proc/{worker.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split() for worker in pool.workers]
    return sum((int(each[11]) + int(each[12])) / ticks for each in fields)


def many(folder: Path) -> list[Row]:
    """Opening a study of ten thousand members, and reading one quantity of all of them."""
    store = Store(folder / "many")
    store.prepare()
    template = made(Configuration.from_mapping(SMALL), 0)
    keys = []
    for number in range(MANY):
        key = key_like(number)
        path = store.path(key)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(copy_of(template, key))
        keys.append(key)
    shape = (1, MANY)
    coordinates = {"scenario": Coordinate(("scenario",), ("baseline",), {}), "member": Coordinate(("member",), tuple(range(MANY)), {})}
    study = Study(
        "many", "sweep", "sweep", "many", "", ("scenario", "member"), coordinates, np.array(keys).reshape(shape), np.zeros(shape, int)
    )
    store.write_study("many", study.to_mapping())
    opening, reading = [], []
    for _ in range(3):
        begun = time.perf_counter()
        dataset = open_study(store, "many")
        opening.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        dataset["live_gmv_annual"].isel(year=-1).load()
        reading.append(time.perf_counter() - begun)
    size = sum(path.stat().st_size for path in store.members.rglob("*.nc")) / 1e9
    return [
        Row(f"opening a study of {MANY:,} members ({size:.1f} GB)", "s", tuple(opening), most=5.0),
        Row(f"reading one quantity of all {MANY:,}, every byte of them checked", "s", tuple(reading)),
    ]


def drivers(folder: Path) -> list[Row]:
    """Peak memory of a process that completes few and many members."""
    found = []
    for count in (FEW, MANY):
        command = [sys.executable, "-m", "experiments.bench.studies", f"driver={count}", str(folder / f"driver{count}")]
        printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
        found.append(json.loads(printed)["peak"])
    few, most = (each / 2**20 for each in found)
    text = f"memory of the driver at {MANY:,} members ({most:.0f} MiB) against {FEW} ({few:.0f} MiB)"
    return [Row(text, "times", (most / few,), most=1.1)]


def driver(count: int, folder: Path) -> dict[str, float]:
    """Complete so many members that others make, all of them a copy of one; says the peak of this process's memory."""
    store = Store(folder)
    store.prepare()
    configuration = Configuration.from_mapping(SMALL)
    template = made(configuration, 0)
    runs = [Run(f"member {seed}", configuration, seed) for seed in range(count)]
    study = study_of(runs)

    class Others:
        """An engine whose members arrive at once."""

        width = 1

        def outcomes(self, jobs: Sequence[Any], advance: Any) -> Iterator[tuple[int, Any]]:
            for number in range(len(jobs)):
                yield number, (copy_of(template, str(study.keys[number])), 1.0)

    complete(missing_of(study, runs, store), store, Others())
    return {"peak": peak(), "children": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}


def study_of(runs: Sequence[Run]) -> Study:
    """A study of these runs along one dimension."""
    keys, kinds = keys_of(runs)
    coordinates = {"member": Coordinate(("member",), tuple(range(len(runs))), {})}
    return Study("measured", "sweep", "sweep", "measured", "", ("member",), coordinates, keys, kinds)


def key_like(number: int) -> str:
    """A key that no member has."""
    return f"{number:0{KEY_LENGTH}x}"[::-1]


def copy_of(content: bytes, key: str) -> bytes:
    """A member as it would be with another key: the same numbers, sealed anew."""
    about = {**about_of(content), "key": key}
    start = content.index(ABOUT_START) + len(ABOUT_START)
    length = int.from_bytes(content[start : start + 4], "big")
    text = json.dumps(about, sort_keys=True).encode().ljust(length)
    changed = content[: start + 4] + text + content[start + 4 + length :]
    at = changed.index(b"sha256:")
    opened = changed[:at] + OPEN_SEAL.encode() + changed[at + len(OPEN_SEAL) :]
    return opened[:at] + seal_of(opened) + opened[at + len(OPEN_SEAL) :]


def page(rows: Sequence[Row]) -> str:
    """The page of the measurements."""
    about = "\n".join(f"- {name}: {value}" for name, value in machine().items())
    return (
        "# What studies cost\n\nWritten by `make bench-studies`. Members are packed, sealed and written beside the runs; "
        "what that costs is measured here.\n\n"
        f"{about}\n\n" + "\n".join(promises(rows)) + "\n"
    )


if __name__ == "__main__":
    main()
