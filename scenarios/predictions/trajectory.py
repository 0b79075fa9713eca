"""What a prediction reads of one run: years, quarters, trends. A gap in the data is an error, not a 'no'."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.errors import DataError, did_you_mean

Values = NDArray[np.float64]

HORIZON = range(2025, 2031)  # the six years of the report's outlook
SINCE_2024 = range(2024, 2031)  # the same with the year they set out from
ROUNDING = 1e-9  # differences below this fraction of the larger number are rounding, not movement


def variable(run: xr.Dataset, name: str) -> xr.DataArray:
    """One quantity of a run. Raises DataError with a hint if the run does not hold it."""
    if name not in run.data_vars:
        hint = did_you_mean(name, map(str, run.data_vars))
        raise DataError(f"the run has no variable '{name}'.{hint}")
    return run[name]


def finite(values: Values, what: str) -> Values:
    """The values themselves. Raises DataError if one is missing or infinite."""
    wrong = int(np.size(values) - np.isfinite(values).sum())
    if wrong:
        raise DataError(f"'{what}' has {wrong} of {np.size(values)} values missing or infinite")
    return values


def annual(run: xr.Dataset, name: str, years: Iterable[int], gaps: bool = False) -> Values:
    """Values of each year, first axis the years: the annual twin, or the variable itself if it is yearly.

    `gaps=True` lets missing values through: of firms that have left, say. The caller must not use them.
    """
    yearly = name in run.data_vars and "year" in run[name].dims
    source = variable(run, name if yearly else f"{name}_annual")
    years = list(years)
    labels = source["year"].values.astype(int).tolist()
    missing = [year for year in years if labels.count(year) != 1]
    if missing:
        raise DataError(f"'{source.name}' needs each of the years {missing} exactly once")
    values = source.isel(year=[labels.index(year) for year in years]).transpose("year", ...)
    array = values.values.astype(float)
    return array if gaps else finite(array, f"{source.name} {years[0]}-{years[-1]}")


def months(run: xr.Dataset, name: str, years: Iterable[int]) -> Values:
    """Monthly values of whole years, first axis the months, January first."""
    source = variable(run, name)
    if "month" not in source.dims:
        raise DataError(f"'{name}' has no dimension 'month', only {list(source.dims)}")
    years = list(years)
    labels = source["month"].values.astype("datetime64[M]")
    wanted = np.concatenate([np.arange(f"{y}-01", f"{y + 1}-01", dtype="datetime64[M]") for y in years])
    places = [np.flatnonzero(labels == month) for month in wanted]
    missing = [str(month) for month, place in zip(wanted, places, strict=True) if place.size != 1]
    if missing:
        shown = ", ".join(missing[:6]) + (" ..." if len(missing) > 6 else "")
        raise DataError(f"'{name}' needs each of these months exactly once: {shown}")
    values = source.transpose("month", ...).values[np.concatenate(places)].astype(float)
    return finite(values, f"{name} {years[0]}-{years[-1]}")


def of_brands(run: xr.Dataset, name: str, years: Iterable[int], monthly: bool = False) -> Values:
    """Values of each brand, (years, brands) or (months, brands); an inactive brand may have yearly gaps."""
    recorded = [run[each] for each in (name, f"{name}_annual") if each in run.data_vars]
    if not any("brand" in each.dims for each in recorded):
        raise DataError(f"'{name}' is not recorded for each brand: run with detail=True")
    return months(run, name, years) if monthly else annual(run, name, years, gaps=True)


def yearly_sum(run: xr.Dataset, name: str, years: Iterable[int]) -> Values:
    """A flow summed over the twelve months of each year."""
    monthly = months(run, name, years)
    return monthly.reshape(-1, 12, *monthly.shape[1:]).sum(axis=1)


def quarterly_sum(run: xr.Dataset, name: str, years: Iterable[int] = HORIZON) -> Values:
    """A flow summed over the three months of each quarter."""
    monthly = months(run, name, years)
    return monthly.reshape(-1, 3, *monthly.shape[1:]).sum(axis=1)


def quarterly_mean(run: xr.Dataset, name: str, years: Iterable[int] = HORIZON) -> Values:
    """A price, level or ratio whose parts are not recorded: the plain mean of the quarter's three months."""
    return quarterly_sum(run, name, years) / 3


def ratio(numerator: Values, denominator: Values, what: str) -> Values:
    """A share from its two sums. Raises DataError where there is nothing to divide by."""
    if np.any(denominator == 0):
        raise DataError(f"'{what}' divides by zero")
    return numerator / denominator


def slope(values: Values) -> float:
    """Linear trend per period by least squares; 0 if the movement is mere rounding."""
    time = np.arange(len(values)) - (len(values) - 1) / 2
    trend = float(time @ (values - values.mean()) / (time @ time))
    return trend if abs(trend) * len(values) > ROUNDING * float(np.abs(values).max()) else 0.0


def above(left: float, right: float) -> bool:
    """Whether the left number exceeds the right one by more than rounding."""
    return bool(left - right > ROUNDING * max(abs(left), abs(right)))


def rises(series: Sequence[float] | Values) -> list[bool]:
    """For each value after the first, whether it is above the one before."""
    return [above(float(after), float(before)) for before, after in pairwise(series)]


def growth(series: Values, what: str) -> Values:
    """Relative change of each value after the first."""
    return ratio(series[1:], series[:-1], f"growth of {what}") - 1
