"""The benchmark.

    python -m experiments.bench               # everything, under 15 minutes; writes docs/benchmark.md and .svg
    python -m experiments.bench quick=true    # rough, under 2 minutes; prints only

out=FOLDER writes page and picture there instead.
"""

from __future__ import annotations

import io
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from experiments.bench.environment import ROOT, make, python_of
from experiments.bench.racing import MissingError, field_of, race
from experiments.bench.report import Row, frameworks, page, promises
from experiments.bench.rows import FULL, QUICK, all_rows, toy_rows
from experiments.refusal import Faults, RefusedError
from sim.errors import did_you_mean
from sim.runner import code_version

OPTIONS = {"quick": "quick=true", "out": "out=FOLDER"}


@dataclass
class Options:
    """What was asked for: `out` is where page and picture go, None for nowhere."""

    quick: bool = False
    out: Path | None = ROOT / "docs"


def read_options(typed: Sequence[str]) -> Options:
    """Options from name=value; RefusedError with all faults."""
    faults, given = Faults(), {}
    for word in typed:
        name, equals, value = word.partition("=")
        if name not in OPTIONS or not equals:
            faults.add([f"Unknown option '{word}'.{did_you_mean(name, OPTIONS)} Known are: {', '.join(OPTIONS.values())}."])
        given[name] = value
    if given.get("quick", "true") not in ("true", "false"):
        faults.add([f"quick = '{given['quick']}' is neither true nor false."])
    if "out" in given and not given["out"]:
        faults.add(["out names no folder."])
    faults.raise_if_any()
    options = Options(given.get("quick") == "true")
    if "out" in given:
        options.out = Path(given["out"])
    elif options.quick:
        options.out = None
    return options


def machine() -> dict[str, str]:
    """Where and with what this was measured."""
    info = Path("/proc/cpuinfo")
    models = (
        [line.partition(":")[2].strip() for line in info.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        if info.exists()
        else []
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else float("nan")
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    packages = ("numpy", "numba", "scipy", "networkx", "simpy", "mesa")
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{models[0] if models else platform.processor() or platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB",
        "load before the run": f"{load} (below 0.2 the machine was idle)",
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "livemarket": f"{version('livemarket')}, code {code_version()}",
        "livemarket's packages": ", ".join(f"{name} {version(name)}" for name in packages),
    }


def run(options: Options) -> None:
    """Measure, print, and write where asked to."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # whoever waits sees how far it is, in a file too
    begin, where = time.perf_counter(), machine()
    for name, value in where.items():
        print(f"{name}: {value}")
    plan = QUICK if options.quick else FULL
    if options.quick:
        where["sizes"] = "small (a quick run): no verdict on targets, which hold for the full sizes"
    missing = {} if options.quick else make()
    print(f"The toy step, {plan.repeats} turns:")
    pythons = [str(python_of())] * python_of().exists() + [sys.executable]
    results = race(field_of(*plan.toy, pythons), plan.repeats)
    for result in results:
        if result.missing and result.name.split()[0].lower() in missing:
            result.missing = missing[result.name.split()[0].lower()]
    print("\n".join(frameworks(results)))
    rows = list(toy_rows(results))
    show(rows)
    for row in all_rows(plan):
        show([row], head=False)
        rows.append(row)
    taken = time.perf_counter() - begin
    if options.out is not None:
        from experiments.bench.picture import draw

        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "benchmark.md").write_text(page(results, rows, where, taken), encoding="utf-8")
        draw(results, options.out / "benchmark.svg", f"{where['machine']}; {where['date']}")
        print(f"Written: {options.out / 'benchmark.md'}, {options.out / 'benchmark.svg'}")
    print(
        f"{taken / 60:.1f} minutes; {sum(row.verdict == 'met' for row in rows)} targets met."
        + " Sizes are small: no verdict." * options.quick
    )


def show(rows: Sequence[Row], head: bool = True) -> None:
    """Print rows as lines of a table."""
    print("\n".join(promises(rows)[0 if head else 2 :]), flush=True)


if __name__ == "__main__":
    try:
        run(read_options(sys.argv[1:]))
    except (RefusedError, MissingError) as error:
        raise SystemExit(str(error)) from None
    except KeyboardInterrupt:
        raise SystemExit("\nInterrupted: nothing was written.") from None
