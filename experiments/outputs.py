"""What is read from each run of an experiment: yearly values of chosen quantities in one year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from sim.errors import did_you_mean
from sim.observables import DERIVED, OBSERVABLES

Array = npt.NDArray[Any]
HEADLINES = (
    "live_gmv", "private_domain_gmv", "private_domain_share", "live_users", "cpm", "customer_acquisition_cost", "content_similarity",
    "watch_time", "brand_self_broadcast_share", "streamer_tail_exponent", "mid_tier_streamer_income", "return_rate", "trust_streamer",
    "violation_rate", "complaint_count",
)  # fmt: skip
"""The quantities that an experiment reads when none are named."""


@dataclass(frozen=True)
class Output:
    """One quantity of a year: its name, its meaning and its unit."""

    name: str
    meaning: str
    unit: str


def known_outputs() -> dict[str, Output]:
    """All quantities that have one number a year, by name."""
    found = {}
    for each in OBSERVABLES:
        if not each.dims and not each.name.startswith("_"):
            unit = f"{each.unit} per year" if each.kind == "flow" else each.unit
            found[each.name] = Output(each.name, each.meaning, unit)
    return found | {name: Output(name, meaning, unit) for name, (unit, meaning, _) in DERIVED.items()}


def output_faults(names: Any, option: str = "outputs") -> list[str]:
    """What is wrong with names of quantities, all at once."""
    if not isinstance(names, Sequence) or isinstance(names, str) or not names:
        return [f"{option} = {names!r} is no list of quantities. Write {option}=[live_gmv,cpm]."]
    known = known_outputs()
    faults = [
        f"{option}: no quantity '{name}' with one number a year.{did_you_mean(str(name), known)}" for name in names if name not in known
    ]
    repeated = sorted({str(name) for name in names if list(names).count(name) > 1})
    return faults + [f"{option}: {', '.join(repeated)} stands twice."] * bool(repeated)


def year_faults(year: Any, end: Any) -> list[str]:
    """What is wrong with the year that is read; None is the last."""
    if year is None:
        return []
    if isinstance(year, bool) or not isinstance(year, int):
        return [f"year = {year!r} is no year; write year=2030."]
    try:
        last = int(str(end)[:4])
    except ValueError:  # told with the option `end`
        return []
    return [] if year <= last else [f"year = {year} lies behind the end of the runs, {end}. Give an earlier year, or a later end."]


def read_outputs(dataset: xr.Dataset, names: Sequence[str], year: int | None) -> dict[str, Array]:
    """Values of each quantity over the dims of a study, in the given year or the last."""
    years = dataset["year"].values
    place = -1 if year is None else int(np.flatnonzero(years == year)[0])
    return {name: dataset[f"{name}_annual"].isel(year=place).values for name in names}


def long_table(dataset: xr.Dataset, outputs: Mapping[str, Array], dims: Sequence[str]) -> pd.DataFrame:
    """A row for each run: its labels, draw, seed and weight, and the outputs.

    Args:
        dataset: the study. outputs: values over its dims. dims: of the study.
    """
    shape = tuple(dataset.sizes[dim] for dim in dims)
    places = np.indices(shape).reshape(len(shape), -1)
    columns: dict[str, Any] = {}
    for name in [*dims, *(str(each) for each in dataset.coords if each not in dims)]:
        coordinate = dataset.coords.get(name)
        if coordinate is None or not set(coordinate.dims) <= set(dims):
            continue
        index = tuple(places[list(dims).index(str(dim))] for dim in coordinate.dims)
        columns[name] = coordinate.values[index]
    return pd.DataFrame({**columns, **{name: values.reshape(-1) for name, values in outputs.items()}})
