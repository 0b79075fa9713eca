"""The runs of a plan become one Dataset: world, scenario, member, month or year."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from experiments.plan import SAME_AS_BASE, Plan, Task
from experiments.workers import Advance, Pool, results_of


@dataclass(frozen=True)
class Ensemble:
    """What was simulated: the base, and the paired runs by the name of the variant."""

    base: xr.Dataset
    variants: Mapping[str, xr.Dataset]


def simulate(plan: Plan, pool: Pool, advance: Advance = lambda weeks: None) -> Ensemble:
    """Make all runs of a plan and gather them; the error of a run that fails is raised."""
    results = results_of(pool.outcomes([task.job for task in plan.tasks], plan.processes, advance))
    base = gather(plan, plan.tasks, results, "")
    variants = {}
    for name in plan.variants:
        if name == SAME_AS_BASE:
            detailed = [result for result in results if "brand" in result.dims]
            chosen = [task for task, result in zip(plan.tasks, results, strict=True) if "brand" in result.dims]
            variants[name] = gather(plan, chosen, detailed, "", brands=True)
        else:
            variants[name] = gather(plan, plan.tasks, results, name, brands=True)
    return Ensemble(base, variants)


def gather(plan: Plan, tasks: Sequence[Task], results: Sequence[xr.Dataset], variant: str, brands: bool | None = None) -> xr.Dataset:
    """The runs of one variant with dimensions world, scenario and member in front.

    Coordinates on member: draw, seed and weight (summing to one over the members there are); the weight is
    one of (world, member) where worlds weigh their draws differently.
    """
    keep = bool(plan.settings["detail"]) if brands is None else brands
    worlds, weights = [], []
    members = sorted({task.member for task in tasks if task.variant == variant})
    for world in plan.worlds:
        found = {
            task.member: result if keep else without_brands(result)
            for task, result in zip(tasks, results, strict=True)
            if task.world == world and task.variant == variant
        }
        worlds.append(stacked([found[member] for member in members], "member"))
        given = np.array([plan.members[world][member].weight for member in members])
        weights.append(given / given.sum())
    dataset = stacked(worlds, "world")
    dataset = dataset.expand_dims("scenario", axis=1)
    first = plan.members[next(iter(plan.worlds))]
    same = all(np.array_equal(weights[0], other) for other in weights)
    dataset = dataset.assign_coords(
        world=("world", list(plan.worlds), {"long_name": "fitted world"}),
        scenario=("scenario", [plan.scenario], {"long_name": "scenario"}),
        member=("member", members, {"long_name": "number of the run", "units": "1"}),
        draw=("member", [first[member].draw for member in members], {"long_name": "draw of the parameters", "units": "1"}),
        seed=("member", [first[member].seed for member in members], {"long_name": "seed of chance", "units": "1"}),
        weight=("member", weights[0]) if same else (("world", "member"), np.array(weights)),
    )
    dataset["weight"].attrs = {"units": "1", "long_name": "weight of the member, summing to one"}
    dataset.attrs = {
        "title": f"livemarket forecast, scenario {plan.scenario}",
        "code_version": str(results[0].attrs["code_version"]),
        "configuration": json.dumps(plan.recorded, ensure_ascii=False, default=str),
    }
    return dataset


def without_brands(result: xr.Dataset) -> xr.Dataset:
    """A run without what it kept of each brand."""
    return result.drop_dims("brand") if "brand" in result.dims else result


def stacked(datasets: Sequence[xr.Dataset], dim: str) -> xr.Dataset:
    """Datasets with the same labels along a further dimension, the attributes those of the first."""
    return xr.concat(datasets, dim, data_vars="all", coords="minimal", compat="override", join="exact", combine_attrs="override")
