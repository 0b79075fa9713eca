"""Complaints queue at the regulator's desk, and its load is the delay between an offence and its penalty.

Time is in working hours: a week has 40 for each inspector. Work is served by severity and age,

    priority = severity + (weeks since the first complaint) / AGEING_WEEKS

and a case takes `hours_per_case` inspector hours times an exponential size, or `machine_time` of that where a
machine has prepared it. With one kind of case this is the M/M/c queue of Erlang (1917), which the tests use.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from itertools import count, repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.errors import ConfigError, ContractError, LedgerError
from sim.fields import HOURS_PER_WEEK
from sim.kernels.random import fill_uniform
from sim.sessions.cases import Case, Decisions

AGEING_WEEKS = 13.0  # waiting that weighs as one unit of severity [weeks]; source: assumption (a quarter)
MACHINE_TIME = 0.2  # hours of a machine-prepared case against an ordinary one [share]; source: assumption
DRAW_ROWS = 256  # draws of a week; subjects this far apart share their draws
_PRIORITY_SCALE = 1e6  # steps of the integer priority to one unit of severity
_BEGUN = -(2**62)  # a case once begun is finished before any other is taken up
_TOLERANCE = 1e-9  # relative rounding error allowed in the balance of hours


class CaseDesk:
    """The regulator's case desk beside the market.

    Args:
        inspectors: inspectors at work, 0 or more; a fraction is part-time work [people].
        hours_per_case: mean inspector hours of a case [hours].
        machine_share: share of cases that a machine prepares [0..1].
        key: 64-bit key of the desk's random numbers, used by no other stream.
        machine_time: hours of a machine-prepared case against an ordinary one [0..1].
        first_week: the first week that will be advanced.

    Raises:
        ConfigError: naming every argument outside its range.
    """

    def __init__(
        self,
        inspectors: float,
        hours_per_case: float,
        machine_share: float,
        key: int,
        *,
        machine_time: float = MACHINE_TIME,
        first_week: int = 0,
    ) -> None:
        if not 0 <= machine_time <= 1:
            raise ConfigError(f"case desk: machine_time = {machine_time} is outside [0, 1].")
        self.key = int(key)
        self.week = int(first_week)
        self.machine_time = float(machine_time)
        self.opened = 0
        self.decided = 0
        self.hours_available = 0.0
        self._first_week = int(first_week)
        self._hours_done = 0.0
        self._speed = 0.0
        self._cases: dict[int, Case] = {}
        self._table: dict[int, Case] = {}  # with an inspector, in the order in which they were taken up
        self._waiting: list[tuple[int, float, int, Case]] = []  # by place in the queue
        self._asked = count()
        self._seats = 0
        self._finished: list[tuple[Case, float]] = []
        self._environment = simpy.Environment()
        self.set_capacity(inspectors, hours_per_case, machine_share)

    @property
    def waiting(self) -> int:
        """Cases opened and not decided, those on an inspector's table among them."""
        return len(self._cases)

    @property
    def hours_used(self) -> float:
        """Inspector hours worked so far, on decided and on unfinished cases [hours]."""
        return self._hours_done + sum(self._worked(case) for case in self._table.values())

    def set_capacity(self, inspectors: float, hours_per_case: float, machine_share: float) -> None:
        """Law and budget set the desk's capacity from the next week on; a case begun keeps its hours."""
        faults = []
        if not (inspectors >= 0 and math.isfinite(inspectors)):
            faults.append(f"case desk: inspectors = {inspectors} people is not a number of at least 0.")
        if not (hours_per_case > 0 and math.isfinite(hours_per_case)):
            faults.append(f"case desk: hours_per_case = {hours_per_case} hours is not a number above 0.")
        if not 0 <= machine_share <= 1:
            faults.append(f"case desk: machine_share = {machine_share} is outside [0, 1].")
        if faults:
            raise ConfigError(faults)
        self.inspectors = float(inspectors)
        self.hours_per_case = float(hours_per_case)
        self.machine_share = float(machine_share)

    def open(self, week: int, subjects: npt.ArrayLike, severity: npt.ArrayLike) -> None:
        """Consumers complain in some hour of the week; complaints on one subject make one case.

        Args:
            week: this week or a later one.
            subjects: rows complained about, 0 or more; any length, repeats allowed.
            severity: what each complaint adds to the case, 0 or more; the same length.

        Raises:
            ContractError: naming every fault of the arguments.
        """
        rows = np.atleast_1d(np.asarray(subjects, dtype=np.int64))
        weights = np.atleast_1d(np.asarray(severity, dtype=np.float64))
        faults = []
        if week < self.week:
            faults.append(f"case desk: week {week} is over; the desk stands at the start of week {self.week}.")
        if rows.shape != weights.shape or rows.ndim != 1:
            faults.append(f"case desk: {rows.shape} subjects but {weights.shape} severities; give one for each.")
        if rows.min(initial=0) < 0:
            faults.append(f"case desk: subject {rows.min()} is not a row.")
        if not (weights.min(initial=0.0) >= 0.0 and weights.max(initial=0.0) < np.inf):  # nor is nan
            faults.append("case desk: a severity is negative or not a number.")
        if faults:
            raise ContractError(faults)
        if not rows.size:
            return
        fill_uniform(draws := np.empty((3, DRAW_ROWS), np.float32), np.uint64(self.key), week, 0)
        draws = draws[:, rows % DRAW_ROWS].astype(np.float64)
        start = (week - self._first_week) * HOURS_PER_WEEK
        hours = np.maximum(start + draws[0] * HOURS_PER_WEEK - self._environment.now, 0.0)
        sizes = -np.log1p(-draws[1])
        columns = (column.tolist() for column in (rows, weights, sizes, draws[2]))
        for delay, complaint in zip(hours.tolist(), zip(repeat(week), *columns, strict=False), strict=True):
            self._environment.timeout(delay, complaint).callbacks.append(self._file)

    def advance(self, week: int) -> Decisions:
        """Inspectors work until the end of the week; returns what they decided.

        Raises:
            ContractError: if the week is over already.
            LedgerError: if hours were worked that nobody had, or a case was lost.
        """
        if week < self.week:
            raise ContractError(f"case desk: week {week} is over; advance week {self.week} next.")
        self._apply_capacity()
        weeks = week + 1 - self.week
        self.week = week + 1
        self.hours_available += self.inspectors * HOURS_PER_WEEK * weeks
        self._environment.run(until=(self.week - self._first_week) * HOURS_PER_WEEK)
        self._check()
        finished, self._finished = self._finished, []
        return Decisions.of(finished, self._first_week, week)

    def _file(self, event: simpy.Event) -> None:
        """A complaint arrives: it opens a case, or adds to the open one and moves it forward."""
        complaint: Any = event.value
        week, subject, severity, size, machine_draw = complaint
        case = self._cases.get(subject)
        if case is None:
            case = Case(subject, week, self._environment.now, severity, size, machine_draw)
            self._cases[subject] = case
            self.opened += 1
            self._queue(case)
            return
        case.severity += severity
        if subject not in self._table:
            del self._waiting[bisect_left(self._waiting, case.place)]
            self._line_up(case, case.place[1])

    def _priority(self, case: Case) -> int:
        """Place in the queue, lower first; all who wait age alike, so the hour of opening ranks them."""
        if not math.isnan(case.remaining):
            return _BEGUN
        return -round((case.severity - case.opened / (HOURS_PER_WEEK * AGEING_WEEKS)) * _PRIORITY_SCALE)

    def _queue(self, case: Case) -> None:
        """The case asks for an inspector, and waits where none is free."""
        if len(self._table) < self._seats:
            self._begin(case)
        else:
            self._line_up(case, self._environment.now)

    def _line_up(self, case: Case, asked: float) -> None:
        """The case, which asked in some hour, goes behind those that are as pressing and asked then."""
        case.place = self._priority(case), asked, next(self._asked)
        insort(self._waiting, (*case.place, case))

    def _take_up(self) -> None:
        """Inspectors who are free take up the most pressing cases that wait."""
        while self._waiting and len(self._table) < self._seats:
            self._begin(self._waiting.pop(0)[-1])

    def _begin(self, case: Case) -> None:
        """An inspector takes up the case, or goes on with it."""
        self._table[case.subject] = case
        if math.isnan(case.remaining):
            share = self.machine_time if case.machine_draw < self.machine_share else 1.0
            case.remaining = case.size * self.hours_per_case * share
        self._work(case)

    def _work(self, case: Case) -> None:
        case.since = self._environment.now
        case.finish = self._environment.timeout(case.remaining / self._speed, case)
        case.finish.callbacks.append(self._decide)

    def _decide(self, event: simpy.Event) -> None:
        """The case is decided and the inspector free, unless the work was interrupted meanwhile."""
        case: Any = event.value
        if case.finish is not event:
            return
        self._hours_done += case.remaining
        self.decided += 1
        self._finished.append((case, self._environment.now))
        del self._cases[case.subject]
        del self._table[case.subject]
        self._take_up()

    def _apply_capacity(self) -> None:
        """Inspectors come or go: part-time work is a slower seat, work on a lost seat waits for another."""
        seats = math.ceil(self.inspectors)
        speed = self.inspectors / seats if seats else 0.0
        if seats == self._seats and speed == self._speed:
            return
        for case in self._table.values():
            worked = self._worked(case)
            self._hours_done += worked
            case.remaining -= worked
            case.since, case.finish = math.nan, None
        self._seats, self._speed = seats, speed
        stay, lost = list(self._table.values())[:seats], list(self._table.values())[seats:]
        self._table = {case.subject: case for case in stay}
        for case in stay:
            self._work(case)
        for case in lost:
            self._queue(case)
        self._take_up()

    def _worked(self, case: Case) -> float:
        if math.isnan(case.since):
            return 0.0
        return min((self._environment.now - case.since) * self._speed, case.remaining)

    def _check(self) -> None:
        """No hour is worked twice and no case lost."""
        used = self.hours_used
        if used > self.hours_available * (1 + _TOLERANCE) + _TOLERANCE:
            raise LedgerError(f"case desk: {used} inspector hours worked but {self.hours_available} available.")
        queued = len(self._waiting) + len(self._table)
        if not self.opened - self.decided == self.waiting == queued:
            raise LedgerError(
                f"case desk: {self.opened} cases opened and {self.decided} decided, but {self.waiting} "
                f"known as open and {queued} queued or on a table."
            )
