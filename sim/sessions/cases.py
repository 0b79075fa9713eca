"""A case on the regulator's desk, and what the desk decides."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import simpy

from sim.fields import HOURS_PER_WEEK

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(slots=True, eq=False)
class Case:
    """One open case on one subject."""

    subject: int
    week: int  # week of the first complaint
    opened: float  # its hour
    severity: float
    size: float  # inspector hours in units of hours_per_case
    machine_draw: float  # below machine_share: prepared by a machine
    remaining: float = math.nan  # inspector hours still to do; nan until begun
    since: float = math.nan  # hour at which work went on last
    place: tuple[int, float, int] = (0, 0.0, 0)  # in the queue: priority, lower first; hour of asking; number among equals
    finish: simpy.events.Timeout | None = None


@dataclass(frozen=True)
class Decisions:
    """What the desk decided in a week: arrays of one length, in the order of the decisions.

    Attributes:
        subject: row of the one complained about.
        found_week: week of the decision.
        opened_week: week of the first complaint.
        severity: sum of the severities of all complaints merged into the case [unit of the caller].
        delay_weeks: time from the first complaint to the decision [weeks].
    """

    subject: Integers
    found_week: Integers
    opened_week: Integers
    severity: Floats
    delay_weeks: Floats

    def __len__(self) -> int:
        return len(self.subject)

    @classmethod
    def of(cls, finished: list[tuple[Case, float]], first_week: int, week: int) -> Decisions:
        """The decisions on cases finished at these hours, at the latest in this week."""
        rows = [(case.subject, case.week) for case, _ in finished]
        hours = [(hour, case.opened, case.severity) for case, hour in finished]
        subject, opened_week = np.array(rows, dtype=np.int64).reshape(-1, 2).T
        hour, opened, severity = np.array(hours, dtype=np.float64).reshape(-1, 3).T
        found_week = np.minimum((hour // HOURS_PER_WEEK).astype(np.int64) + first_week, week)
        return cls(subject.copy(), found_week, opened_week.copy(), severity.copy(), (hour - opened) / HOURS_PER_WEEK)
