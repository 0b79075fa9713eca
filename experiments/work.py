"""The work of a forecast in its order: plan, run, judge, write, tell."""

from __future__ import annotations

import time
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.application import Asked, tell
from experiments.carrying_out import carry_out, elsewhere
from experiments.experiment import Prepared, origin, prepare, size_of, write_configuration
from experiments.folder import megabytes
from experiments.manifest import write_manifest
from experiments.plan import DIMS, Plan, make_plan
from experiments.tables import format_faults

if TYPE_CHECKING:
    from experiments.ensemble import Ensemble
    from experiments.scorecard import Row
    from experiments.workers import Pool

NEEDED_YEARS = (2024, 2030)  # the predictions compare these and what lies between
LAST_THURSDAY = 25  # the earliest day that can be the last Thursday of December
NOT_PROFILED = (
    "members", "draws", "paired", "precision", "engine", "address", "confirm", "store", "out", "overwrite", "language", "format",
)  # fmt: skip
"""Options of a forecast that a profile, of one member and without results, has no use for."""


def forecast(settings: Mapping[str, Any], asked: Asked) -> None:
    """Make a forecast; RefusedError with all faults before anything runs."""
    if settings.get("profile") is True:
        show_profile(settings, asked)
        return
    begun = time.perf_counter()
    scenario = settings.get("scenario")
    stem = scenario.get("name") if isinstance(scenario, Mapping) else scenario
    prepared = prepare(settings, [*asked.faults, *format_faults(settings.get("format"))], str(stem))
    plan = prepared.plan
    print(heading(plan), flush=True)
    with prepared.folder as folder:
        plan, ensemble, notes = simulated(prepared, asked)
        simulating = {"seconds_simulating": round(time.perf_counter() - begun, 1)}
        rows, note = judged(plan, ensemble)
        notes += [note] if note else []
        record = {
            **origin(plan, asked),
            "paired": settings["paired"],
            **simulating,
            "notes": notes,
        }
        notes += write(plan, ensemble, rows, record, folder.path, asked.pool)
        asked.inputs.copy_into(folder.path)
        seconds = round(time.perf_counter() - begun, 1)
        write_manifest(folder.path, {**record, "notes": notes, "seconds": seconds})
        place = folder.finish()
    prepared.store.release()
    report(rows, notes, place, time.perf_counter() - begun)
    print(f"Again: resume {place} out=<another folder>{elsewhere(prepared.store)}")


def show_profile(settings: Mapping[str, Any], asked: Asked) -> None:
    """Run the first member of a forecast alone, and print where its time and memory went; what was typed in vain is said."""
    from tqdm import tqdm

    from sim.profiling import profile, table_text

    first = make_plan({**settings, "members": 1, "draws": 1, "paired": 0}, asked.faults).first
    for word in asked.words:
        if word.partition("=")[0] in NOT_PROFILED:
            tell(f"{asked.application}: {word} does not count: profile=true runs the first member alone and keeps no results.")
    with tqdm(total=first.configuration.clock.steps, unit="week", desc="profiling", dynamic_ncols=True) as bar:
        found = profile(first.configuration, first.seed, lambda done, _: bar.update(done - bar.n))
    print(table_text(found))


def heading(plan: Plan) -> str:
    """What is about to be run."""
    settings, members = plan.settings, next(iter(plan.members.values()))
    draws = len({member.draw for member in members})
    paired = f", {settings['paired']} of them with paired runs" if settings["paired"] else ""
    return (
        f"Scenario '{plan.scenario}', world {settings['world']}: {len(members)} members of {draws} draw"
        f"{'s' if draws > 1 else ''}{paired}; {plan.count} runs of {plan.steps} weeks with "
        f"{settings['consumers']:,} consumers, {plan.processes} at once; about {megabytes(size_of(plan))}."
    )


def simulated(prepared: Prepared, asked: Asked) -> tuple[Plan, Ensemble, list[str]]:
    """Make the runs and read what they have recorded; returns the plan that was carried out, and notes."""
    from experiments.ensemble import gathered

    plan, notes = prepared.plan, []
    if plan.settings["precision"] is not None:
        plan, note = until_precise(prepared, asked)
        notes.append(note)
    study = carry_out(plan, prepared.store, asked, str(prepared.folder.out), None if notes else 0)
    return plan, gathered(plan, prepared.store, study), notes


def until_precise(prepared: Prepared, asked: Asked) -> tuple[Plan, str]:
    """Run one more seed of every draw until chance moves no headline mean by more than asked, or the members are used up."""
    from experiments.precision import widest
    from experiments.store.opening import open_study

    plan, members = prepared.plan, len(next(iter(prepared.plan.members.values())))
    draws, wanted = min(members, int(plan.settings["draws"])), float(plan.settings["precision"])
    name, share = "", float("inf")
    for number, count in enumerate([*range(2 * draws, members, draws), members]):
        part = plan.with_members(count)
        follow = None if number else plan.count - part.count
        study = carry_out(part, prepared.store, asked, str(prepared.folder.out), follow)
        name, share = widest(open_study(prepared.store, study).isel(scenario=[0]))
        if share <= wanted:
            return part, f"{count} members suffice: chance moves no headline mean of the last year by more than {share:.2%} ({name})."
    return plan, f"all {members} members were run, and chance still moves {name} by {share:.2%} ({wanted:.2%} was asked for)."


def judged(plan: Plan, ensemble: Ensemble) -> tuple[list[Row], str]:
    """The scorecard's rows over all worlds, or a note on why there is none."""
    from experiments.naive import naive_answers
    from experiments.scorecard import score

    years = ensemble.base["year"].values
    first, last = NEEDED_YEARS
    end = plan.first.configuration.end
    if years[0] > first or years[-1] < last or (end.year, end.month, end.day) < (last, 12, LAST_THURSDAY):
        return [], f"no scorecard: the predictions need {first} to {last}; give start and end accordingly."
    naive = naive_answers(plan.history)
    scored = [score(ensemble.base, ensemble.variants, naive, world, plan.scenario) for world in plan.worlds]
    return [row for rows in scored for row in rows], ""


def write(plan: Plan, ensemble: Ensemble, rows: Sequence[Row], record: Mapping[str, Any], path: Path, pool: Pool) -> list[str]:
    """Write everything but the manifest; returns notes on what could not be drawn."""
    from experiments.columns import write_columns
    from experiments.outputs import HEADLINES, known_outputs, long_table, read_outputs
    from experiments.page import write_page
    from experiments.pictures import draw_all
    from experiments.scorecard import write_csv
    from experiments.tables import write_table

    # netCDF-3, which opens without further libraries: hundreds of short series take HDF5 twenty times as long.
    (path / "forecast.nc").write_bytes(ensemble.base.to_netcdf(engine="scipy", format="NETCDF3_64BIT"))
    if rows:
        write_csv(rows, path / "scorecard.csv")
    names = [name for name in HEADLINES if f"{name}_annual" in ensemble.base]
    runs = long_table(ensemble.base, read_outputs(ensemble.base, names, None), DIMS)
    units = {name: known_outputs()[name].unit for name in names}
    write_table(runs, path, "runs", plan.settings["format"], units)
    write_columns({"runs": runs}, units, path)
    write_configuration(plan, path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        language = plan.settings["language"]
        pictures = draw_all(
            ensemble.base, path / "figures", plan.report, plan.history, language=language, command=record["command"],
            pool=pool, processes=plan.processes,
        )  # fmt: skip
    write_page(path / "index.html", ensemble.base, rows, pictures, record)
    return [str(warning.message) for warning in caught if issubclass(warning.category, UserWarning)]


def report(rows: Sequence[Row], notes: Sequence[str], place: Path, seconds: float) -> None:
    """Print what was found and where it lies."""
    from experiments.scorecard import table_text
    from scenarios.predictions.judgement import NEEDS_EXPERIMENT, NOT_MODELLED

    evaluated = [row for row in rows if row.status != NOT_MODELLED]
    if evaluated:
        print(table_text(evaluated))
        if any(row.status == NEEDS_EXPERIMENT for row in evaluated):
            print("Predictions that need an experiment get it with paired=8: further runs, of eight members.")
        left = Counter(row.world for row in rows if row.status == NOT_MODELLED)
        count = max(left.values(), default=0)
        print(f"{count} further predictions are not modelled yet; scorecard.csv says what each of them lacks.")
    for note in notes:
        print(f"Note: {note}")
    minutes, rest = divmod(round(seconds), 60)
    print(f"Results: {place} (open {place / 'index.html'}); made in {minutes} min {rest} s.")
