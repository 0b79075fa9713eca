"""What all experiments do around their own question: look for faults, estimate, run, and write what was found.

prepared = prepare(settings, asked.faults, "sweep", options=SWEEP, scenarios=..., points=...)
dataset = run(prepared, asked)                  # the lazy Dataset of all members
publish(prepared, asked, Findings(...))
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from experiments.application import Asked
from experiments.carrying_out import carry_out, duration, elsewhere, nothing_to_write, store_of
from experiments.folder import ResultsFolder
from experiments.manifest import OF_STUDIES, PACKAGES, git_commit, versions, write_manifest
from experiments.options import FORECAST, Option
from experiments.outputs import output_faults, year_faults
from experiments.plan import Plan, Points, make_plan
from experiments.refusal import RefusedError
from experiments.scenario_files import read_scenario, scenario_names, scenario_path
from experiments.store.places import Store
from experiments.tables import format_faults
from experiments.yaml_files import plain
from sim.errors import DataError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from experiments.pictures import Picture

BYTES_A_NUMBER = 8
SERIES, BRAND_SERIES = 95, 7  # numbers a month in a run, and of each brand
HEADER = 50_000  # bytes of a member's file besides its numbers
PICTURES = 6e6  # bytes of pictures and page


@dataclass(frozen=True)
class Prepared:
    """A plan with its store and the folder of its results, all without faults."""

    plan: Plan
    store: Store
    folder: ResultsFolder


@dataclass(frozen=True)
class Findings:
    """What an experiment has found.

    Attributes:
        title, subtitle: of the page.
        answer: short sentences.
        tables: by file name; the first is shown whole on the page.
        units: of the tables' columns.
        draw: given a folder, draws the pictures into it.
        shown: rows of tables for the page, by heading; not all tables are for reading.
    """

    title: str
    subtitle: str
    answer: Sequence[str]
    tables: Mapping[str, pd.DataFrame]
    units: Mapping[str, str]
    draw: Callable[[Path], list[Picture]]
    shown: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def read_scenarios(names: Any, option: str = "scenarios") -> tuple[list[Any], list[str]]:
    """The contents of scenario files, by name or path; and what is wrong with them, all at once."""
    if not isinstance(names, list) or not names:
        return [], [f"{option} = {names!r} is no list of scenarios. Write {option}=[baseline,traffic_squeeze]."]
    found, faults = [], []
    for name in names:
        path = scenario_path(str(name))
        if path is None:
            known = scenario_names()
            hint = did_you_mean(str(name), known)
            faults.append(f"{option}: '{name}' is unknown.{hint} Choose from {', '.join(known)}, or give YAML files.")
            continue
        try:
            found.append({"parameters": {}, "schedule": {}, **read_scenario(path)})
        except DataError as error:
            faults += error.faults
    labels = [each["name"] for each in found]
    faults += [f"{option}: '{label}' stands twice." for label in dict.fromkeys(labels) if labels.count(label) > 1]
    return found, faults


def prepare(
    settings: Mapping[str, Any],
    faults: Sequence[str],
    stem: str,
    *,
    options: Sequence[Option] = FORECAST,
    scenarios: Sequence[Any] | None = None,
    points: Points | None = None,
) -> Prepared:
    """The plan, the store and the folder; RefusedError with all faults of them at once.

    Args:
        faults: what was found wrong before.
        stem: begins the name of the folder where none is given.
        options, scenarios, points: for `make_plan`.
    """
    faults, plan = list(faults), None
    try:
        plan = make_plan(settings, faults, options=options, scenarios=scenarios, points=points)
    except RefusedError as error:
        faults = list(error.faults)
    out = settings.get("out")
    named = isinstance(out, str) and bool(out.strip())
    folder = ResultsFolder(str(out) if named else free_name(stem, settings), settings.get("overwrite") is True, numbered=not named)
    store, needed = store_of(settings), size_of(plan) if plan else 0.0
    faults += folder.faults(needed + PICTURES)
    if plan is None or not nothing_to_write(plan, store):
        faults += store.faults(needed)
    if not faults and folder.out.resolve().is_relative_to(store.folder.resolve()):
        faults.append(f"out = {folder.out} lies in the store {store.folder}. Give a folder beside it.")
    if faults or plan is None:
        raise RefusedError(list(dict.fromkeys(faults)))
    return Prepared(plan, store, folder)


def experiment_faults(settings: Mapping[str, Any]) -> list[str]:
    """What is wrong with what is read, and with how it is written."""
    return [
        *output_faults(settings.get("outputs")),
        *year_faults(settings.get("year"), settings.get("end")),
        *format_faults(settings.get("format")),
    ]


def free_name(stem: str, settings: Mapping[str, Any]) -> Path:
    """runs/<stem>-<world>-<time>, with a number behind it if that is taken."""
    stem = f"{stem}-{settings.get('world')}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    names = (Path("runs") / (stem if n == 1 else f"{stem}-{n}") for n in range(1, 1000))
    return next(path for path in names if not path.exists())


def size_of(plan: Plan) -> float:
    """Bytes of the members, roughly."""
    configuration = plan.first.configuration
    months = len(configuration.clock.months()[1]) * 13 / 12
    numbers = SERIES + (BRAND_SERIES * configuration.brands if plan.settings.get("detail") else 0)
    return plan.count * (HEADER + months * numbers * BYTES_A_NUMBER)


def run(prepared: Prepared, asked: Asked, part: str = "") -> xr.Dataset:
    """Make the runs and open them; the part ends the study's name, where an experiment makes several."""
    from experiments.store.opening import open_study

    return open_study(prepared.store, carry_out(prepared.plan, prepared.store, asked, str(prepared.folder.out), part=part))


def publish(prepared: Prepared, asked: Asked, findings: Findings, begun: float) -> Path:
    """Write tables, pictures, page, configuration and manifest; print the answer and where all of it is.

    Args:
        begun: when the experiment began, by `time.perf_counter()`.
    """
    from experiments.columns import write_columns
    from experiments.study_page import write_study_page
    from experiments.tables import write_table

    plan, settings = prepared.plan, prepared.plan.settings
    with prepared.folder as folder:
        for name, frame in findings.tables.items():
            write_table(frame, folder.path, name, settings["format"], findings.units)
        write_columns(findings.tables, findings.units, folder.path)
        figures = folder.path / "figures"
        figures.mkdir()
        pictures = findings.draw(figures)
        record = origin(plan, asked)
        sections: list[tuple[str, Any]] = [("In pictures", pictures)] if pictures else []
        sections += [(heading, frame.to_dict("records")) for heading, frame in findings.shown.items() if len(frame)]
        write_study_page(
            folder.path / "index.html", findings.title, findings.subtitle, list(findings.answer), sections, record, settings["language"]
        )
        write_configuration(plan, folder.path)
        asked.inputs.copy_into(folder.path)
        write_manifest(folder.path, {**record, "answer": list(findings.answer), "seconds": round(time.perf_counter() - begun, 1)})
        place = folder.finish()
    prepared.store.release()
    print("\n".join(findings.answer))
    print(f"Results: {place} (open {place / 'index.html'}); made in {duration(time.perf_counter() - begun)}.")
    print(f"Again: resume {place} out=<another folder>{elsewhere(prepared.store)}")
    return place


def write_configuration(plan: Plan, folder: Path) -> None:
    """The resolved options with everything that a run was told."""
    draws = {
        name: {draw: plain(plan.worlds[name].draws[draw].parameters) for draw in sorted({member.draw for member in members})}
        for name, members in plan.members.items()
    }
    resolved = {**plan.recorded, "calendar": plan.calendar.schedule, "draws": draws}
    text = yaml.safe_dump(resolved, sort_keys=False, allow_unicode=True)
    (folder / "configuration.yaml").write_text(text, encoding="utf-8")


def origin(plan: Plan, asked: Asked) -> dict[str, Any]:
    """Where the numbers come from; the same on every machine."""
    from sim.runner import code_version

    return {
        "application": asked.application,
        "command": asked.command,
        "code_version": code_version(),
        "git_commit": git_commit(),
        "scenarios": [case.name for case in plan.cases],
        "worlds": list(plan.worlds),
        "runs": plan.count,
        "members": len(next(iter(plan.members.values()))),
        "seeds": sorted({member.seed for members in plan.members.values() for member in members}),
        "draws": sorted({member.draw for members in plan.members.values() for member in members}),
        "data": dict(asked.inputs.data),
        "copies": asked.inputs.copies,
        "packages": versions((*PACKAGES, *OF_STUDIES)),
    }
