"""Published numbers become anchors: what to read from a run, what it should be, and how surely.

Every number comes from `load_report` or `load_history`; claims are used as their role says. A target is fitted,
a check is not. The tolerance of a target is two standard deviations of the model's discrepancy; the error of
observation comes on top: rounding for the report, the houses' measurement model for the history.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.calibration import Goal

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Anchor:
    """One published number and how to read its like from a run.

    Attributes:
        name: observable and when. reference: claim or series. role: target, hold-out, check or input.
        observable, year, month, base_year, platform: what to read; month 0 is the whole year, with a base year
            it is the ratio of both years, less 1 where `change` is set.
        value: published, in `unit` of the observable. bound: upper or lower where the number only bounds.
        put_in: the parameter that was made from the same number, which is then never counted as reproduced.
        tolerance: relative where `log`, else in the unit. error: standard deviation of observation, on that scale.
    """

    name: str
    reference: str
    role: str
    observable: str
    year: int
    value: float
    tolerance: float
    error: float = 0.0
    log: bool = True
    month: int = 0
    base_year: int = 0
    platform: str = ""
    change: bool = False
    bound: str = ""
    unit: str = ""
    note: str = ""
    put_in: str = ""

    @property
    def counted_as(self) -> str:
        """The role in which a hindcast counts it."""
        return "input" if self.put_in else self.role

    def read(self, dataset: Any) -> float:
        """The model's counterpart in a run's Dataset; nan where the run does not have it."""
        name = self.observable if self.month else f"{self.observable}_annual"
        if name not in dataset:
            return math.nan
        series = dataset[name].sel(platform=self.platform) if self.platform else dataset[name]
        if self.month:
            when = np.datetime64(f"{self.year}-{self.month:02d}-01", "ns")
            return float(series.sel(month=when)) if when in series["month"].values else math.nan
        years = series["year"].values
        if self.year not in years or (self.base_year and self.base_year not in years):
            return math.nan
        value = float(series.sel(year=self.year))
        if self.base_year:
            value /= float(series.sel(year=self.base_year)) or math.nan
        return value - 1.0 if self.change else value

    def scaled(self, value: Any) -> Array:
        """Values on the scale of the fit: logarithms, or as they are."""
        values = np.asarray(value, float)
        return np.log(np.maximum(values, 1e-9)) if self.log else values

    @property
    def scaled_tolerance(self) -> float:
        """The tolerance on the scale of the fit."""
        return math.log1p(self.tolerance) if self.log else self.tolerance

    @property
    def ends(self) -> tuple[float, float]:
        """Least and greatest value within tolerance, in the unit."""
        if self.log:
            low, high = self.value / (1 + self.tolerance), self.value * (1 + self.tolerance)
        else:
            low, high = self.value - self.tolerance, self.value + self.tolerance
        return -math.inf if self.bound == "upper" else low, math.inf if self.bound == "lower" else high

    def within(self, value: float) -> bool:
        """Whether a value lies within tolerance."""
        return self.ends[0] <= value <= self.ends[1]


@dataclass(frozen=True)
class Anchors:
    """All anchors of a world; `shared` holds covariances of observation errors, name by name."""

    world: str
    all: tuple[Anchor, ...]
    shared: tuple[tuple[str, str, float], ...] = ()

    @property
    def targets(self) -> tuple[Anchor, ...]:
        """The anchors that are fitted."""
        return tuple(each for each in self.all if each.role == "target")

    def read(self, dataset: Any) -> list[float]:
        """The model's counterparts of all anchors, in their order."""
        return [each.read(dataset) for each in self.all]

    def scaled_targets(self, values: Iterable[Array]) -> Array:
        """From the values of all anchors (n, all), those of the targets on the scale of the fit: (n, targets)."""
        table = np.asarray(list(values), float).reshape(-1, len(self.all))
        columns = [each.scaled(table[:, i]) for i, each in enumerate(self.all) if each.role == "target"]
        return np.stack(columns, axis=1)

    def goal(self) -> Goal:
        """Centres, observation covariance and discrepancy of the targets on the scale of the fit."""
        targets = self.targets
        names = [each.name for each in targets]
        observation = np.diag([each.error**2 for each in targets])
        for first, second, covariance in self.shared:
            if first in names and second in names:
                i, j = names.index(first), names.index(second)
                observation[i, j] = observation[j, i] = covariance
        return Goal(
            tuple(names),
            np.array([float(each.scaled(each.value)) for each in targets]),
            observation,
            np.array([(each.scaled_tolerance / 2) ** 2 for each in targets]),
        )

    def definition(self) -> list[dict[str, Any]]:
        """What the anchors read, for the key of a finished run: values may change, readings may not."""
        what = ("observable", "year", "month", "base_year", "platform", "change")
        return [{word: asdict(each)[word] for word in what} for each in self.all]
