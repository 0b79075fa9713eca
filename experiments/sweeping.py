"""The work of `sweep`: a design is checked, estimated, run and tabled."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.analysis.effects import Effect, paired_effect
from experiments.application import Asked
from experiments.design_points import design_faults, design_points
from experiments.experiment import Findings, Prepared, experiment_faults, prepare, publish, read_scenarios, run
from experiments.options import SWEEP, Option
from experiments.outputs import known_outputs, long_table, read_outputs
from experiments.plan import Points
from experiments.tables import listed
from scenarios.predictions.judgement import mean_interval

if TYPE_CHECKING:
    from experiments.canvas import Look
    from experiments.layout import Picture

SHOWN = 200  # points on the page; the table has all


def sweep(settings: Mapping[str, Any], asked: Asked) -> None:
    """Run a design and table what comes out; RefusedError with all faults before anything runs."""
    begun = time.perf_counter()
    prepared, asked_for = designed(settings, asked, "sweep", SWEEP)
    runs = runs_table(prepared, asked, settings["outputs"], settings["year"])
    means = points_table(runs, list(settings["outputs"]), asked_for)
    year = settings["year"] or str(settings["end"])[:4]
    findings = Findings(
        title=f"What {listed(asked_for)} changes",
        subtitle=f"{len(runs):,} runs, {settings['design']} design; yearly values of {year}.",
        answer=answer(means, runs, settings["outputs"], asked_for),
        tables={"runs": runs, "points": means},
        units=units_of(prepared.plan.points, settings["outputs"]),
        draw=lambda folder: pictures(prepared.plan.points, runs, means, folder, settings, asked),
        shown={f"Means of {year} with 90% intervals": means.head(SHOWN)},
    )
    publish(prepared, asked, findings, begun)


def designed(settings: Mapping[str, Any], asked: Asked, stem: str, options: Sequence[Option]) -> tuple[Prepared, list[str]]:
    """The plan of a design, and the names of what it varies; RefusedError with all faults at once."""
    scenarios, faults = read_scenarios(settings.get("scenarios"))
    faults += experiment_faults(settings)
    varied, samples, made = settings.get("vary"), settings.get("samples"), None
    found = design_faults(str(settings.get("design")), varied, samples)
    if not found:
        seed = settings.get("seed")
        made = design_points(str(settings["design"]), varied, samples, seed if isinstance(seed, int) else 0)
    faults += unvaried(settings, made)
    prepared = prepare(settings, [*asked.faults, *found, *faults], stem, options=options, scenarios=scenarios, points=made)
    return prepared, [f"{mechanic}.{parameter}" for mechanic, parameter in prepared.plan.points.names]


def unvaried(settings: Mapping[str, Any], made: Points | None) -> list[str]:
    """The fault of a design with a single point in a single market."""
    names, points = settings.get("scenarios"), 0 if made is None else int(np.prod(made.shape))
    if points != 1 or not isinstance(names, list) or len(names) > 1 or settings.get("world") == "both":
        return []
    return [
        "vary: nothing is varied; one point in one scenario and one world has nothing beside it. Give vary.<mechanic>.<parameter>=[...] "
        "with two values or more (forecast --parameters lists them), scenarios=[a,b], or world=both; for one market take forecast."
    ]


def runs_table(prepared: Prepared, asked: Asked, outputs: Sequence[str], year: int | None) -> pd.DataFrame:
    """Make the runs; a row for each with what was varied and what came out."""
    dataset = run(prepared, asked)
    dims = ("world", "scenario", "member", *prepared.plan.points.dims)
    return long_table(dataset, read_outputs(dataset, outputs, year), dims)


def points_table(runs: pd.DataFrame, outputs: Sequence[str], varied: Sequence[str]) -> pd.DataFrame:
    """A row for each world, scenario and point: the weighted mean of each output over members, with its 90% interval."""
    keys = ["world", "scenario", *(["point"] if "point" in runs else []), *varied]
    rows = []
    for labels, group in runs.groupby(keys, sort=False):
        row = dict(zip(keys, labels, strict=True))
        for name in outputs:
            there = np.isfinite(group[name].to_numpy())
            mean, low, high = np.nan, np.nan, np.nan
            if there.any():
                mine = group[there]
                mean, low, high = mean_interval(mine[name].to_numpy(), mine["weight"].to_numpy(), mine["draw"].to_numpy())
            row |= {name: mean, f"{name}_low": low, f"{name}_high": high}
        rows.append(row)
    return pd.DataFrame(rows)


def units_of(made: Points, outputs: Sequence[str]) -> dict[str, str]:
    """Units of the columns of the tables."""
    known = known_outputs()
    found = {name: coordinate.attributes["units"] for name, coordinate in made.coordinates.items()}
    for name in outputs:
        found |= dict.fromkeys((name, f"{name}_low", f"{name}_high"), known[name].unit)
    return found


def answer(means: pd.DataFrame, runs: pd.DataFrame, outputs: Sequence[str], varied: Sequence[str]) -> list[str]:
    """For each output, where it is lowest and highest, and whether run by run that is a difference."""
    sentences = []
    known = known_outputs()
    for name in outputs:
        there = means[np.isfinite(means[name])]
        if there.empty:
            sentences.append(f"{name}: no run has a number.")
            continue
        if there[name].max() == there[name].min():
            sentences.append(f"{name} is the same at all points: {there[name].max():.4g} {known[name].unit}.")
            continue
        low, high, effect, comparisons = extremes(there, runs, name)
        sentences.append(
            f"{name} ({known[name].unit}) is lowest, {low[name]:.4g}, at {place(low, varied, means)} "
            f"and highest, {high[name]:.4g}, at {place(high, varied, means)}{verdict(effect, comparisons)}."
        )
    return sentences


def extremes(means: pd.DataFrame, runs: pd.DataFrame, output: str) -> tuple[pd.Series, pd.Series, Effect | None, int]:
    """The lowest and the highest point, their difference on the same members, and among how many differences it was chosen.

    There is no difference between worlds, whose draws are others.
    """
    low, high = means.loc[means[output].idxmin()], means.loc[means[output].idxmax()]
    comparisons = sum(count * (count - 1) // 2 for count in means["world"].value_counts())
    if low["world"] != high["world"]:
        return low, high, None, comparisons
    labels = [name for name in low.index if name in runs and name not in known_outputs()]
    one, two = (runs[(runs[labels] == point[labels]).all(axis=1)].sort_values("member") for point in (low, high))
    columns = (one[output], two[output], one["weight"], one["draw"])
    return low, high, paired_effect(*(column.to_numpy() for column in columns), max(1, comparisons)), comparisons


def verdict(effect: Effect | None, comparisons: int) -> str:
    """Whether the lowest and the highest point differ, reckoned with their having been chosen among all."""
    if effect is None:
        return ""
    choice = f", reckoned with the choice among {comparisons:,} pairs of points" if comparisons > 1 else ""
    if effect.resolved:
        return f"; the difference is {effect.estimate:.4g} ({effect.low:.4g} to {effect.high:.4g}){choice}"
    needed = f"; about {effect.pairs_needed:,} like these would resolve it" if effect.pairs_needed else ""
    return f"; that they differ is not resolved by {effect.pairs} pair{'s' * (effect.pairs != 1)} of runs{choice}{needed}"


def place(row: pd.Series, varied: Sequence[str], means: pd.DataFrame) -> str:
    """Where a row stands: what was varied, and the world and the scenario where there are several."""
    words = [f"{name} = {row[name]:.4g}" for name in varied]
    words += [str(row[name]) for name in ("scenario", "world") if means[name].nunique() > 1]
    return ", ".join(words)


def pictures(points: Points, runs: pd.DataFrame, means: pd.DataFrame, folder: Path, settings: Mapping[str, Any], asked: Asked) -> list[Any]:
    """Each output against what was varied: lines over one parameter, a table in shades over two, the runs of a random design."""
    from experiments.canvas import look_of

    look, found = look_of(folder, asked.command, settings["language"]), []
    factors = [f"{mechanic}.{parameter}" for mechanic, parameter in points.names]
    for output in settings["outputs"]:
        if not factors or not np.isfinite(means[output]).any():
            continue
        if settings["design"] == "grid" and len(factors) == 2:
            found += shaded(means, runs, output, factors, look)
        elif settings["design"] in ("grid", "list"):
            found += [lined(means, runs, output, factor, points, look) for factor in factors]
        else:
            found += [scattered(runs, output, factor, points, look) for factor in factors]
    return found


def shaded(means: pd.DataFrame, runs: pd.DataFrame, output: str, factors: Sequence[str], look: Look) -> list[Picture]:
    """The output over two parameters, a picture for each world and scenario."""
    from experiments.charts import heat_chart

    found = []
    for (world, scenario), mine in means.groupby(["world", "scenario"], sort=False):
        table = mine.pivot(index=factors[0], columns=factors[1], values=output)
        title = look.say("flat" if mine[output].nunique() == 1 else "level", market=f"{scenario}, {world}", output=output)
        if mine[output].nunique() > 1:
            low, high, effect, _ = extremes(mine[np.isfinite(mine[output])], runs, output)
            if effect is not None and effect.resolved:
                ends = {"low": f"{low[output]:.3g}", "high": f"{high[output]:.3g}"}
                ends |= {"lowest": place(low, factors, mine), "highest": place(high, factors, mine)}
                title = look.say("spans", market=f"{scenario}, {world}", output=output, **ends)
        label = look.say("shades", across=factors[1], down=factors[0], output=output, unit=known_outputs()[output].unit)
        rows, columns = ([f"{each:g}" for each in labels] for labels in (table.index, table.columns))
        found.append(heat_chart(rows, columns, table.to_numpy(), title, label, look, f"{output}_{world}_{scenario}"))
    return found


def lined(means: pd.DataFrame, runs: pd.DataFrame, output: str, factor: str, points: Points, look: Look) -> Picture:
    """The output over one parameter, a line for each world and scenario; the others are averaged over their values."""
    from experiments.charts import sweep_chart

    series, courses = {}, []
    for (world, scenario), mine in means.groupby(["world", "scenario"], sort=False):
        averaged = mine.groupby(factor)[[output, f"{output}_low", f"{output}_high"]].mean()
        label = f"{scenario}, {world}"
        series[label] = (averaged.index.to_numpy(float), *(averaged[name].to_numpy() for name in averaged.columns))
        courses.append(course(runs[(runs["world"] == world) & (runs["scenario"] == scenario)], output, factor))
    unit = points.coordinates[factor].attributes["units"]
    return sweep_chart(series, courses, output, known_outputs()[output].unit, factor, unit, look, f"{output}_{factor}")


def course(runs: pd.DataFrame, output: str, factor: str) -> str:
    """What is resolved of an output by rising values of a parameter, on the same members: it rises, falls, bends, or nothing.

    The greatest rise and the greatest fall from one value to a later one are looked at, as differences chosen among all pairs.
    """
    table = runs.pivot_table(index=["member", "draw", "weight"], columns=factor, values=output, aggfunc="mean").dropna(axis=1, how="all")
    weights, draws = (table.index.get_level_values(name).to_numpy() for name in ("weight", "draw"))
    values, count = table.to_numpy(), table.shape[1]
    if count < 2:
        return "unresolved"
    there = np.isfinite(values)
    means = (np.where(there, values, 0).T @ weights) / np.maximum(there.T @ weights, 1e-300)
    resolved = []
    for sign in (1, -1):
        gains = [(sign * (means[later] - means[:later])).max() for later in range(1, count)]
        later = 1 + int(np.argmax(gains))
        before = int(np.argmax(sign * (means[later] - means[:later])))
        effect = paired_effect(sign * values[:, before], sign * values[:, later], weights, draws, count * (count - 1) // 2)
        resolved.append(effect.resolved and effect.estimate > 0)
    return {(True, True): "bends", (True, False): "rises", (False, True): "falls"}.get((resolved[0], resolved[1]), "unresolved")


def scattered(runs: pd.DataFrame, output: str, factor: str, points: Points, look: Look) -> Picture:
    """All runs of the output against one parameter."""
    from experiments.charts import scatter_chart

    there = runs[np.isfinite(runs[output])]
    x, y = there[factor].to_numpy(float), there[output].to_numpy(float)
    unit = points.coordinates[factor].attributes["units"]
    return scatter_chart(x, y, output, known_outputs()[output].unit, factor, unit, look, f"{output}_{factor}")
