"""A design becomes what is varied in a plan: points with their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.designs import Factor, count, factor_faults, factors_of, points, sample_faults
from experiments.plan import Points
from experiments.store.studies import Coordinate
from sim.model import known_mechanics

MOST_POINTS = 1_000_000  # more are a mistake: members of a second would take days


def design_faults(design: str, vary: Any, samples: Any) -> list[str]:
    """Everything that is wrong with a design, before anything is run."""
    if not isinstance(vary, Mapping):
        return [f"vary = {vary!r} is no mapping. Write vary.<mechanic>.<parameter>=[...]; forecast --parameters lists them."]
    faults = [*factor_faults(vary, design), *sample_faults(design, samples)]
    if not faults and (number := count(design, factors_of(vary), samples)) > MOST_POINTS:
        faults.append(f"The design has {number:,} points; at most {MOST_POINTS:,} are run. Give fewer values or samples.")
    return faults


def design_points(design: str, vary: Mapping[str, Mapping[str, Sequence[float]]], samples: int, seed: int) -> Points:
    """The points of a design without faults; a grid has a dimension for each parameter, any other one `point`."""
    factors = factors_of(vary)
    names, values = points(design, factors, samples, seed)
    if design != "grid":
        return listed(factors, values)
    coordinates = {factor.name: Coordinate((factor.name,), factor.values, {"units": unit_of(factor)}) for factor in factors}
    return Points(names, tuple(len(factor.values) for factor in factors), coordinates, columns(factors), values)


def listed(factors: Sequence[Factor], values: npt.NDArray[np.float64]) -> Points:
    """Points (n, d) one after the other, along the dimension `point`."""
    coordinates = {"point": Coordinate(("point",), tuple(range(len(values))), {"units": "1", "long_name": "number of the point"})}
    for factor, column in zip(factors, values.T.tolist(), strict=True):
        coordinates[factor.name] = Coordinate(("point",), tuple(column), {"units": unit_of(factor)})
    return Points(("point",), (len(values),), coordinates, columns(factors), values)


def columns(factors: Sequence[Factor]) -> tuple[tuple[str, str], ...]:
    """Mechanic and parameter of each factor."""
    return tuple((mechanic, parameter) for mechanic, _, parameter in (factor.name.partition(".") for factor in factors))


def unit_of(factor: Factor) -> str:
    """The unit of what is varied."""
    mechanic, _, parameter = factor.name.partition(".")
    return known_mechanics()[mechanic].parameters[parameter].unit
