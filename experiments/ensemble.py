"""What a forecast has simulated: the base and its paired runs, as Datasets of world, scenario, member, month or year."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import xarray as xr

from experiments.plan import SAME_AS_BASE, Plan
from experiments.store.opening import open_study
from experiments.store.places import Store
from experiments.store.studies import Study


@dataclass(frozen=True)
class Ensemble:
    """What was simulated: the base, and the paired runs by the name of the variant."""

    base: xr.Dataset
    variants: Mapping[str, xr.Dataset]


def gathered(plan: Plan, store: Store, study: Study) -> Ensemble:
    """The members of a forecast's study, read into memory."""
    dataset = open_study(store, study)
    base = of_case(plan, dataset, 0)
    detailed = base.isel(member=slice(plan.cases[0].detailed))
    base = base if plan.settings["detail"] else without_brands(base)
    variants = {}
    for name in plan.variants:
        if name == SAME_AS_BASE:
            variants[name] = weighed(detailed).load()
        else:
            number = next(n for n, case in enumerate(plan.cases) if case.name == f"{plan.scenario}: {name}")
            variants[name] = weighed(of_case(plan, dataset, number)).load()
    return Ensemble(base.load(), variants)


def of_case(plan: Plan, dataset: xr.Dataset, number: int) -> xr.Dataset:
    """The members run with one case, under the name of the scenario."""
    case = plan.cases[number]
    chosen = dataset.isel(scenario=[number], member=slice(case.members))
    chosen = chosen.assign_coords(scenario=("scenario", [plan.scenario], dataset["scenario"].attrs))
    chosen.attrs = {
        "title": f"livemarket forecast, scenario {plan.scenario}",
        "code_version": dataset.attrs["code_version"],
        "configuration": json.dumps(plan.recorded, ensure_ascii=False, default=str),
    }
    return chosen


def weighed(dataset: xr.Dataset) -> xr.Dataset:
    """The same with weights that sum to one over the members there are."""
    weight = dataset["weight"]
    return dataset.assign_coords(weight=(weight / weight.sum("member")).assign_attrs(weight.attrs))


def without_brands(dataset: xr.Dataset) -> xr.Dataset:
    """Members without what they kept of each brand."""
    return dataset.drop_dims("brand") if "brand" in dataset.dims else dataset
