"""The work of `discover`: a design is run, each run is of interest or not, and boxes say where it is."""

from __future__ import annotations

import operator
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from experiments.analysis.boxes import Box, covering, peeled
from experiments.application import Asked
from experiments.columns import parameter_unit
from experiments.design_points import design_faults, design_points
from experiments.experiment import Findings, experiment_faults, prepare, publish, read_scenarios, run
from experiments.options import DISCOVER
from experiments.outputs import known_outputs, long_table, output_faults, read_outputs
from experiments.screening import free_of
from experiments.tables import table_of
from scenarios.predictions import PREDICTIONS
from sim.errors import DataError, did_you_mean

Array = npt.NDArray[Any]
SIGNS: dict[str, Callable[[Any, Any], Any]] = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}
BOXES = (
    {"box": "int64"}
    | dict.fromkeys(("condition", "unit", "limits"), "object")
    | dict.fromkeys(("low", "high", "chance", "coverage", "density", "mass"), "float64")
    | {"runs": "int64", "luck": "float64"}
)
STEPS = {"step": "int64", "coverage": "float64", "density": "float64", "mass": "float64", "conditions": "int64"}
"""The columns of the tables of boxes and of steps, and of which kind they are."""
CONDITION = re.compile(r"\s*(\w+)\s*(<=|>=|<|>)\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*")


@dataclass(frozen=True)
class Condition:
    """A quantity, a sign and a number."""

    quantity: str
    sign: str
    number: float

    def holds(self, values: Array) -> Array:
        """Where it is so."""
        return SIGNS[self.sign](values, self.number)


def discover(settings: Mapping[str, Any], asked: Asked) -> None:
    """Find where something happens; RefusedError with all faults before anything runs."""
    begun = time.perf_counter()
    scenarios, faults = read_scenarios(settings.get("scenarios"))
    faults += experiment_faults(settings)
    conditions, prediction = asked_about(settings, faults)
    vary = settings.get("vary") or free_of("report" if settings.get("world") == "both" else settings.get("world"), faults)
    samples, seed, points = settings.get("samples"), settings.get("seed"), None
    if not (found := design_faults("latin", vary, samples)):
        points = design_points("latin", vary, int(samples or 1), seed if isinstance(seed, int) else 0)
    prepared = prepare(settings, [*asked.faults, *faults, *found], "discover", options=DISCOVER, scenarios=scenarios, points=points)
    plan = prepared.plan
    dataset = run(prepared, asked)
    dims = ("world", "scenario", "member", "point")
    names = list(dict.fromkeys([*settings["outputs"], *(each.quantity for each in conditions)]))
    outputs = read_outputs(dataset, names, settings["year"])
    table = long_table(dataset, outputs, dims)
    interest = (
        predicted(dataset, dims, prediction) if prediction else np.all([each.holds(outputs[each.quantity]) for each in conditions], axis=0)
    )
    there = ~np.isnan(np.array(list(outputs.values()))).any(axis=0).reshape(-1)
    table = table.assign(of_interest=interest.reshape(-1))[there]
    factors = [f"{mechanic}.{parameter}" for mechanic, parameter in plan.points.names]
    x, columns = conditions_of(table, factors)
    hits = table["of_interest"].to_numpy(bool)
    decided = len(hits) > 0 and hits.all() == hits.any()  # it never happens, or always: no condition decides
    boxes = [] if decided else covering(x, hits, settings["boxes"], settings["coverage"])
    steps = [] if decided else peeled(x, hits)
    words = prediction or " and ".join(f"{each.quantity} {each.sign} {each.number:g}" for each in conditions)
    found_boxes = boxes_table(boxes, columns)
    findings = Findings(
        title=f"Where {words}",
        subtitle=f"{len(table):,} runs over a Latin hypercube; {hits.mean():.0%} of them are of interest.",
        answer=answer(boxes, columns, words, int(hits.sum()), len(table)),
        tables={"boxes": found_boxes, "peeling": steps_table(steps), "runs": table},
        units={name: each.unit for name, each in known_outputs().items()},
        draw=lambda folder: pictures(x, columns, hits, boxes, steps, words, folder, settings, asked),
        shown={"Boxes": found_boxes, "Peeling": steps_table(steps)},
    )
    publish(prepared, asked, findings, begun)


def asked_about(settings: Mapping[str, Any], faults: list[str]) -> tuple[list[Condition], str]:
    """The conditions or the prediction that is asked about; what is wrong with them goes to the faults."""
    when, prediction = settings.get("when"), settings.get("prediction")
    if (when is None) == (prediction is None):
        faults.append('Say what to look for: "when=live_gmv >= 6", or prediction=1.2.2-p1; one of the two.')
        return [], ""
    if prediction is not None:
        id = str(prediction)
        if id not in PREDICTIONS:
            faults.append(f"prediction = {id} is not modelled.{did_you_mean(id, PREDICTIONS)} Modelled are: {', '.join(PREDICTIONS)}.")
        elif PREDICTIONS[id].variants:
            faults.append(f"prediction = {id} needs paired runs, which discover does not make. Ask with when=... instead.")
        return [], id
    found = []
    for part in re.split(r"\band\b", str(when)):
        match = CONDITION.fullmatch(part)
        if match is None or match[3].count(".") > 1:
            faults.append(f"when: '{part.strip()}' is no condition. Write for example \"when=live_gmv >= 6 and cpm < 60\".")
        else:
            faults += output_faults([match[1]], "when")
            found.append(Condition(match[1], match[2], float(match[3])))
    return found, ""


def predicted(dataset: xr.Dataset, dims: Sequence[str], id: str) -> Array:
    """In which runs a prediction holds, over the dims of the study; a run that it cannot be read from is not of interest."""
    found = np.zeros([dataset.sizes[dim] for dim in dims], bool)
    for place in np.ndindex(found.shape):
        one = dataset.isel(dict(zip(dims, place, strict=True))).load()
        try:
            found[place] = all(PREDICTIONS[id].conditions(one).values())
        except DataError:
            continue
    return found


def conditions_of(table: pd.DataFrame, factors: Sequence[str]) -> tuple[Array, dict[str, list[str]]]:
    """The conditions of each run as numbers, (runs, columns); and by column its labels, none where it is a number anyway."""
    columns: dict[str, list[str]] = {name: [] for name in factors}
    values = [table[name].to_numpy(float) for name in factors]
    for name in ("scenario", "world"):
        labels = list(dict.fromkeys(table[name].astype(str)))
        if len(labels) > 1:
            columns[name] = labels
            values.append(table[name].astype(str).map(labels.index).to_numpy(float))
    return np.stack(values, axis=1), columns


def limits_text(low: float, high: float, labels: Sequence[str]) -> str:
    """The limits of one column in words."""
    if labels:
        return "= " + " / ".join(label for place, label in enumerate(labels) if low <= place <= high)
    if np.isinf(low):
        return f"≤ {high:.4g}"
    return f"≥ {low:.4g}" if np.isinf(high) else f"= {low:.4g} … {high:.4g}"


def boxes_table(boxes: Sequence[Box], columns: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """A row for each box and condition."""
    rows = []
    for number, box in enumerate(boxes, start=1):
        for place in box.restricted:
            name = list(columns)[place]
            limits = limits_text(box.low[place], box.high[place], columns[name])
            row = {"box": number, "condition": name, "unit": parameter_unit(name), "limits": limits}
            row |= {"low": box.low[place], "high": box.high[place]}
            row |= {
                "chance": box.chance[place],
                "coverage": box.coverage,
                "density": box.density,
                "mass": box.mass,
                "runs": box.cases,
                "luck": box.luck,
            }
            rows.append(row)
    return table_of(rows, BOXES)


def steps_table(steps: Sequence[Box]) -> pd.DataFrame:
    """A row for each step of the peeling."""
    rows = [
        {"step": n, "coverage": box.coverage, "density": box.density, "mass": box.mass, "conditions": len(box.restricted)}
        for n, box in enumerate(steps)
    ]
    return table_of(rows, STEPS)


def answer(boxes: Sequence[Box], columns: Mapping[str, Sequence[str]], words: str, hits: int, runs: int) -> list[str]:
    """A sentence for each box; or that it never happens, or always, or that no condition is resolved."""
    if hits == 0:
        return [f"It never happens in {runs:,} runs: {words}. Ask for something likelier, or vary more."]
    if hits == runs:
        return [f"It happens in all {runs:,} runs: {words}. No condition decides; ask for something rarer."]
    sentences = [f"{words} in {hits:,} of {runs:,} runs ({hits / runs:.0%})."]
    for number, box in enumerate(boxes):
        limits = boxes_table([box], columns)
        said = " and ".join(f"{row.condition} {row.limits}" for row in limits.itertuples())
        aside = "of what is left, " if number else ""
        rest = f"{aside}in {box.density:.0%} of the {box.cases:,} runs there, which are {box.coverage:.0%} of all in which it does."
        sentences.append(f"It happens where {said}: {rest}")
    if not boxes:
        sentences.append("No condition that makes it likelier is resolved: shuffled outcomes have boxes like these. More samples may do.")
    return sentences


def pictures(
    x: Array,
    columns: Mapping[str, Sequence[str]],
    interest: Array,
    boxes: Sequence[Box],
    steps: Sequence[Box],
    words: str,
    folder: Path,
    settings: Mapping[str, Any],
    asked: Asked,
) -> list[Any]:
    """The first box among the runs, in its two surest conditions."""
    from experiments.canvas import look_of
    from experiments.charts import boxes_chart

    names, box = list(columns), boxes[0] if boxes else None
    chosen = sorted(box.chance, key=lambda each: box.chance[each])[:2] if box else []
    chosen += [place for place in range(len(names)) if place not in chosen][: 2 - len(chosen)]
    chosen = (chosen * 2)[:2]  # a single condition is shown against itself
    limits = (box.low[chosen], box.high[chosen]) if box else (np.full(2, -np.inf), np.full(2, np.inf))
    said = ", ".join(f"{row.condition} {row.limits}" for row in boxes_table([box], columns).itertuples()) if box else ""
    trade = np.array([each.coverage for each in steps]), np.array([each.density for each in steps])
    look = look_of(folder, asked.command, settings["language"])
    return [boxes_chart(x[:, chosen], [names[place] for place in chosen], interest, limits, said, words, trade, look, "box")]
