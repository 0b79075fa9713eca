"""Which points of a parameter space are run: a grid, a list, a Latin hypercube or Sobol' points.

faults = design_faults("latin", {"style": {"jump": [0.5, 4]}}, samples=100)
factors = factors_of({"style": {"jump": [0.5, 4]}})
points(design, factors, samples, seed)       # experiments.plan.Points
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from experiments.plan import Points
from experiments.store.studies import Coordinate
from sim.errors import did_you_mean
from sim.model import known_mechanics

Array = npt.NDArray[Any]
RANDOM = ("latin", "sobol")
DIGITS = 6  # significant ones of a value: what is written is what is run
MOST_POINTS = 1_000_000  # more are a mistake: even members of a second would take days


@dataclass(frozen=True)
class Factor:
    """One parameter with the values it takes: its levels, or the two ends of its range."""

    mechanic: str
    parameter: str
    values: tuple[float, ...]

    @property
    def name(self) -> str:
        """As it is typed: mechanic.parameter."""
        return f"{self.mechanic}.{self.parameter}"

    @property
    def unit(self) -> str:
        """The unit of the parameter."""
        return known_mechanics()[self.mechanic].parameters[self.parameter].unit


def factors_of(vary: Mapping[str, Mapping[str, Sequence[float]]]) -> list[Factor]:
    """The factors of a `vary` without faults, in the order they were typed."""
    return [Factor(mechanic, name, tuple(map(float, values))) for mechanic, table in vary.items() for name, values in table.items()]


def design_faults(design: str, vary: Any, samples: int) -> list[str]:
    """Everything that is wrong with a design, before anything is run."""
    if not isinstance(vary, Mapping) or not vary:
        return [f"vary = {vary!r} varies nothing. Write vary.<mechanic>.<parameter>=[...]; forecast --parameters lists them."]
    faults, known = [], known_mechanics()
    lengths: dict[str, int] = {}
    for mechanic, table in vary.items():
        if mechanic not in known:
            faults.append(f"vary: unknown mechanic '{mechanic}'.{did_you_mean(str(mechanic), known)}")
        elif not isinstance(table, Mapping) or not table:
            faults.append(f"vary.{mechanic} = {table!r} names no parameter; write vary.{mechanic}.<parameter>=[...].")
        else:
            for name, values in table.items():
                faults += factor_faults(design, f"{mechanic}.{name}", values)
                lengths[f"{mechanic}.{name}"] = len(values) if isinstance(values, list) else 0
    if faults:
        return faults
    if design == "list" and len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        faults.append(f"design = list takes the first values together, then the second ones: give as many of each (there are {listed}).")
    if design == "sobol" and samples & (samples - 1):
        below = 1 << (samples.bit_length() - 1)
        faults.append(f"samples = {samples} is no power of two, as Sobol' points need it; give {below} or {2 * below}.")
    if (number := count(design, list(lengths.values()), samples)) > MOST_POINTS:
        faults.append(f"The design has {number:,} points; at most {MOST_POINTS:,} are run. Give fewer values or samples.")
    return faults


def factor_faults(design: str, name: str, values: Any) -> list[str]:
    """What is wrong with the values of one parameter."""
    mechanic, _, parameter = name.partition(".")
    known = known_mechanics()[mechanic].parameters
    if parameter not in known:
        return [f"vary: {mechanic} has no parameter '{parameter}'.{did_you_mean(parameter, known)}"]
    if not isinstance(values, list) or not values:
        return [f"vary.{name} = {values!r} is no list of values; write vary.{name}=[1,2], quoted where your shell wants it."]
    faults = [f"vary: {fault}" for value in values if (fault := known[parameter].fault(value))]
    if faults:
        return faults
    if design in RANDOM and not (len(values) == 2 and values[0] < values[1]):
        return [f"vary.{name} = {values} is no range; design = {design} needs [low, high] with low below high."]
    if design == "grid" and len(set(values)) < len(values):
        return [f"vary.{name} = {values} holds a value twice; give each once."]
    return []


def count(design: str, lengths: Sequence[int], samples: int) -> int:
    """How many points a design has."""
    if design in RANDOM:
        return samples
    return math.prod(lengths) if design == "grid" else lengths[0]


def points(design: str, factors: Sequence[Factor], samples: int, seed: int) -> Points:
    """The points of a design without faults; a grid has a dimension for each parameter, any other one of points.

    Args:
        seed: of a random design; the same seed gives the same points. Another factor may change them all.
    """
    names = tuple((factor.mechanic, factor.parameter) for factor in factors)
    if design == "grid":
        dims, shape = tuple(factor.name for factor in factors), tuple(len(factor.values) for factor in factors)
        coordinates = {factor.name: Coordinate((factor.name,), factor.values, {"units": factor.unit}) for factor in factors}
        return Points(dims, shape, coordinates, names, np.array(list(product(*(factor.values for factor in factors)))))
    if design == "list":
        return listed(factors, np.array([factor.values for factor in factors]).T)
    sampler = (qmc.LatinHypercube if design == "latin" else qmc.Sobol)(len(factors), rng=np.random.default_rng(seed))
    return listed(factors, scaled(factors, sampler.random(samples)))


def listed(factors: Sequence[Factor], values: Array) -> Points:
    """Points one after the other, (points, parameters), along the dimension `point`."""
    coordinates = {"point": Coordinate(("point",), tuple(range(len(values))), {"units": "1", "long_name": "number of the point"})}
    for factor, column in zip(factors, values.T.tolist(), strict=True):
        coordinates[factor.name] = Coordinate(("point",), tuple(column), {"units": factor.unit})
    names = tuple((factor.mechanic, factor.parameter) for factor in factors)
    return Points(("point",), (len(values),), coordinates, names, values)


def scaled(factors: Sequence[Factor], unit: Array) -> Array:
    """Points of the unit cube as values of the parameters, rounded to six digits."""
    low, high = (np.array([factor.values[end] for factor in factors]) for end in (0, 1))
    values = low + unit * (high - low)
    with np.errstate(divide="ignore"):
        place = DIGITS - 1 - np.floor(np.log10(np.abs(values), where=values != 0, out=np.zeros_like(values)))
    power = 10.0**place
    return np.clip(np.round(values * power) / power, low, high)
