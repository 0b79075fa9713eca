"""Which points of a parameter space are run: lists in all combinations, rows, or samples that fill ranges evenly.

    vary: {private_domain: {opening: [0.1, 0.2]}, brand_trust: {gain: [0.0, 0.2]}}

`grid` runs all combinations of the lists, `list` their rows. `latin` and `sobol` draw so many points between the two
ends: Latin hypercube (McKay, Beckman & Conover 1979), scrambled Sobol sequence (Sobol 1967; Owen 1998).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from sim.errors import DataError, did_you_mean
from sim.fields import Parameter
from sim.model import known_mechanics

Array = npt.NDArray[Any]

LISTED, DRAWN = ("grid", "list"), ("latin", "sobol")
DESIGNS = LISTED + DRAWN
SCREENING = "morris"
"""The design of a Morris screening takes ranges too; experiments.analysis.sensitivity draws its points."""
DIGITS = 6  # significant digits of a drawn value; source: definition (what `{:g}` writes)
EXACT_DIGITS = 17  # significant digits that tell all doubles apart; source: IEEE 754
RESOLUTION = 1e-5  # share of a range by which digits may move a value; source: assumption


@dataclass(frozen=True)
class Factor:
    """A parameter that is varied, `mechanic.parameter`: its values, or the two ends of its range, in its own unit."""

    name: str
    values: tuple[float, ...]

    @property
    def low(self) -> float:
        """The lower end of a range."""
        return self.values[0]

    @property
    def high(self) -> float:
        """The upper end of a range."""
        return self.values[-1]


def factors_of(vary: Mapping[str, Mapping[str, Sequence[float]]]) -> tuple[Factor, ...]:
    """Factors in the order given, of what `factor_faults` finds no fault with."""
    return tuple(
        Factor(f"{mechanic}.{name}", tuple(float(value) for value in values))
        for mechanic, parameters in vary.items()
        for name, values in parameters.items()
    )


def factor_faults(vary: Mapping[str, Mapping[str, Sequence[Any]]], design: str) -> list[str]:
    """Every fault of what is varied, mechanic -> parameter -> values, for a design of `DESIGNS` or `SCREENING`, in words."""
    if design not in (known_designs := (*DESIGNS, SCREENING)):
        return [f"design = {design!r} is unknown.{did_you_mean(str(design), known_designs)} Choose one of {', '.join(known_designs)}."]
    known, faults = known_mechanics(), []
    rows: dict[str, Sequence[Any]] = {}
    for mechanic, parameters in vary.items():
        if mechanic not in known:
            faults.append(f"vary: unknown mechanic '{mechanic}'.{did_you_mean(str(mechanic), known)}")
        elif not isinstance(parameters, Mapping):
            faults.append(f"vary: {mechanic} = {parameters!r} names no parameter; give {mechanic}: {{parameter: [values]}}.")
        else:
            for name, values in parameters.items():
                if (parameter := known[mechanic].parameters.get(name)) is None:
                    faults += [f"vary: {fault}" for fault in known[mechanic].value_faults({str(name): values})]
                else:
                    faults += value_faults(parameter, values, design)
                    rows[f"{mechanic}.{name}"] = values
    if not rows and not faults and design != "grid":
        faults.append(f"vary: nothing is varied; a {design} design needs at least one mechanic with one parameter.")
    return faults + (row_faults(rows) if design == "list" and not faults else [])


def value_faults(parameter: Parameter, values: Any, design: str) -> list[str]:
    """Every fault of the values of one factor."""
    who, low, high = f"{parameter.mechanic}.{parameter.name}", *parameter.bounds
    allowed = f"within [{low:g}, {high:g}] {parameter.unit}"
    if not isinstance(values, list | tuple):
        return [f"vary: {who} = {values!r} is no list; give one of numbers {allowed}."]
    if not values and design in LISTED:
        return [f"vary: {who} has an empty list; give numbers {allowed}, or leave it out."]
    if design not in LISTED and len(values) != 2:
        return [f"vary: {who} has {len(values)} values; a {design} design needs two, [low, high] {allowed}."]
    if faults := [f"vary: {fault}" for fault in map(parameter.fault, values) if fault]:
        return list(dict.fromkeys(faults))
    if design not in LISTED:
        if values[0] >= values[1]:
            what = "is empty" if values[0] == values[1] else "is reversed"
            return [f"vary: {who} = [{values[0]:g}, {values[1]:g}] {what}; give [low, high] with low < high {allowed}."]
    elif design == "grid" and (repeated := sorted({value for value in values if values.count(value) > 1})):
        return [f"vary: {who} repeats {', '.join(f'{value:g}' for value in repeated)}; give each value once."]
    return []


def row_faults(lists: Mapping[str, Sequence[float]]) -> list[str]:
    """Every fault of lists, by name, that are run row by row: they are of one length, and no row comes twice."""
    lengths = {name: len(values) for name, values in lists.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        return [f"vary: a list design runs row by row, but {said}. Give lists of one length, or take design = grid."]
    rows = list(zip(*lists.values(), strict=True))
    repeated = [number for number, row in enumerate(rows, start=1) if row in rows[: number - 1]]
    if not repeated:
        return []
    return [f"vary: a list design runs each row once, but row {', '.join(map(str, repeated))} repeats an earlier one. Leave it out."]


def sample_faults(design: str, samples: Any) -> list[str]:
    """Every fault of the number of samples of a drawn design, in words; others have none to give."""
    if design not in DRAWN:
        return []
    if isinstance(samples, bool) or not isinstance(samples, int) or samples < 1:
        return [f"samples = {samples!r} is no number of points; a {design} design needs a whole number from 1."]
    if design == "sobol" and samples & (samples - 1):
        above = 1 << samples.bit_length()
        return [f"samples = {samples} is no power of two, which a Sobol sequence needs to be even; give {above // 2} or {above}."]
    return []


def count(design: str, factors: Sequence[Factor], samples: int | None = None) -> int:
    """How many points a design has; DataError for a number of samples it cannot have."""
    if faults := sample_faults(design, samples):
        raise DataError(faults)
    if design == "grid":
        return prod(len(factor.values) for factor in factors)
    return len(factors[0].values) if design == "list" else int(samples or 0)


def points(design: str, factors: Sequence[Factor], samples: int | None = None, seed: int = 0) -> tuple[tuple[str, ...], Array]:
    """Names (d,) and points (n, d) in the factors' units.

    A grid runs through its last factor first. The same seed draws the same points; another factor may change all
    of them. Drawn values have six significant digits (see `written`), and a Latin hypercube still has one
    in each of the n slices of each factor.

    Raises:
        DataError: for a number of samples that the design cannot have.
    """
    n, d = count(design, factors, samples), len(factors)
    names = tuple(factor.name for factor in factors)
    if design == "grid":
        indices = np.unravel_index(np.arange(n), [len(factor.values) for factor in factors]) if d else ()
        columns = [np.array(factor.values)[index] for factor, index in zip(factors, indices, strict=True)]
        return names, np.stack(columns, axis=1) if d else np.empty((n, 0))
    if design == "list":
        return names, np.array([factor.values for factor in factors]).T
    sampler = qmc.LatinHypercube if design == "latin" else qmc.Sobol
    unit = sampler(d, seed=np.random.default_rng(seed)).random(n)
    return names, written(qmc.scale(unit, *ends(factors)), factors, slices=n if design == "latin" else 1)


def ends(factors: Sequence[Factor]) -> tuple[Array, Array]:
    """The lower and the upper ends of the ranges, (d,) each."""
    return np.array([factor.low for factor in factors]), np.array([factor.high for factor in factors])


def written(values: Array, factors: Sequence[Factor], slices: int = 1) -> Array:
    """Values (n, d) in six significant digits, so that what is written is what is run.

    A factor gets more where six would move a value out of its range, out of its slice of so many equal ones, or by
    more than a hundred-thousandth of its range.
    """
    result = np.empty_like(values)
    for column, factor in enumerate(factors):
        exact, width = values[:, column], factor.high - factor.low
        for digits in range(DIGITS, EXACT_DIGITS + 1):
            result[:, column] = found = significant(exact, digits)
            inside = (found >= factor.low) & (found <= factor.high) & (np.abs(found - exact) <= RESOLUTION * width)
            if (inside & (slice_of(found, factor, slices) == slice_of(exact, factor, slices))).all():
                break
        else:
            result[:, column] = exact
    return result


def slice_of(values: Array, factor: Factor, slices: int) -> Array:
    """The number, from 0, of the slice of a factor's range in which each value lies; the last one holds the upper end."""
    return np.minimum(np.floor((values - factor.low) / (factor.high - factor.low) * slices), slices - 1)


def significant(values: Array, digits: int) -> Array:
    """Values rounded to so many significant digits, the same shape."""
    return np.fromiter((float(f"{value:.{digits}g}") for value in values), float, len(values))
