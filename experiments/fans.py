"""Many runs of one quantity become a fan: members with weights, read as a median and bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)  # of the 90% band, the 50% band and the median


@dataclass(frozen=True)
class Interval:
    """A median and the two ends of its 90% band, in one year."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Fan:
    """One quantity in one world: values (member, year) and the weight of each member."""

    world: str
    years: np.ndarray
    values: np.ndarray
    weights: np.ndarray

    def at(self, year: int) -> Interval:
        """The weighted median and 90% band of one year."""
        column = self.values[:, self.years == year]
        low, median, high = weighted_quantile(column, self.weights, (0.05, 0.5, 0.95))[:, 0]
        return Interval(float(low), float(median), float(high))

    def relative_to(self, year: int) -> Fan:
        """The change since a year, as a fraction, member by member."""
        start = self.values[:, self.years == year]
        with np.errstate(divide="ignore", invalid="ignore"):
            return Fan(self.world, self.years, self.values / start - 1.0, self.weights)

    def growth(self) -> Fan:
        """The growth on the year before, as a fraction; the first year has none."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.values[:, 1:] / self.values[:, :-1]
        return Fan(self.world, self.years[1:], ratio - 1.0, self.weights)


def weighted_quantile(values: np.ndarray, weights: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Members speak with their weight: the quantiles over the first axis, shape (level, ...).

    Each member sits at the middle of its share of the weight and values between members are interpolated;
    equal weights give Hazen's rule.
    """
    order = np.argsort(values, axis=0, kind="stable")
    ordered = np.take_along_axis(values, order, axis=0)
    shares = np.asarray(weights, dtype=float)[order]
    shares = shares / shares.sum(axis=0)
    middle = np.cumsum(shares, axis=0) - 0.5 * shares
    result = np.empty((len(levels), *values.shape[1:]))
    for index in np.ndindex(values.shape[1:]):
        column = (slice(None), *index)
        result[column] = np.interp(levels, middle[column], ordered[column])
    return result


def complete_years(dataset: xr.Dataset) -> list[int]:
    """The years all of whose months were simulated; a year cut short would look like a fall."""
    years = [int(year) for year in dataset["year"].values]
    if "month" not in dataset.coords:
        return years
    months = dataset["month"].dt.year.values
    return [year for year in years if int((months == year).sum()) == 12] or years


def yearly(dataset: xr.Dataset, variable: str, world: str, scenario: str) -> Fan | None:
    """One quantity year by year in one world and scenario; None where no member has it."""
    years = complete_years(dataset)
    data = dataset[f"{variable}_annual"].sel(world=world, scenario=scenario, year=years)
    values = data.transpose("member", "year").values.astype(float)
    weight = dataset["weight"] if "weight" in dataset.coords else xr.ones_like(dataset["member"], dtype=float)
    if "world" in weight.dims:
        weight = weight.sel(world=world)
    weights = weight.values.astype(float)
    whole = np.isfinite(values).all(axis=1) & (weights > 0)
    if not whole.any():
        return None
    return Fan(world, np.array(years), values[whole], weights[whole])


def typical_members(weights: np.ndarray, count: int) -> np.ndarray:
    """Which members to draw singly: an even walk through the weights, so heavy members are met first."""
    ends = np.cumsum(weights) / np.sum(weights)
    places = (np.arange(count) + 0.5) / count
    return np.unique(np.searchsorted(ends, places).clip(max=len(weights) - 1))


def first_fan(fans: dict[str, dict[str, Fan]]) -> Fan:
    """Any fan will do where only the years matter."""
    return next(iter(next(iter(fans.values())).values()))
