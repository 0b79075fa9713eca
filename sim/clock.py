"""Clock: a step is one week, and a week belongs to the month and year of its Thursday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sim.fields import Array

WEEK = timedelta(days=7)
THURSDAY = 3
WEEKS_PER_YEAR = 365.25 / 7


@dataclass(frozen=True)
class Clock:
    """The weeks whose Thursday lies between two dates, both included."""

    start: date
    end: date

    @property
    def first_thursday(self) -> date:
        """The Thursday of the first week."""
        return self.start + timedelta(days=(THURSDAY - self.start.weekday()) % 7)

    @property
    def steps(self) -> int:
        """Number of weeks."""
        return max(0, (self.end - self.first_thursday).days // 7 + 1)

    def thursday(self, step: int) -> date:
        """The Thursday of week `step`, counted from 0."""
        return self.first_thursday + step * WEEK

    def months(self) -> tuple[Array, Array]:
        """Month of each step as an index, (steps,), and the first day of each month, (months,) datetime64."""
        dates = np.array([self.thursday(step) for step in range(self.steps)], dtype="datetime64[M]")
        labels, index = np.unique(dates, return_inverse=True)
        return index, labels.astype("datetime64[ns]")

    def years(self) -> tuple[Array, Array]:
        """Year of each step as an index, (steps,), and the calendar years, (years,)."""
        dates = np.array([self.thursday(step).year for step in range(self.steps)])
        labels, index = np.unique(dates, return_inverse=True)
        return index, labels
