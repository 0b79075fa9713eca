"""Platforms, the regulator and the leading brands and streamers decide.

An actor is a flyweight over one row of the arrays and holds no state of the market. It is shown a view (names
and values), and returns the levers it changes. What it remembers is its own last move. A researcher replaces
what it does by `decide=`, or by a subclass with another `rule`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, ClassVar

import mesa
import numpy as np

from sim.actors.levers import (
    AD_BUDGET,
    AD_LOAD,
    ALLOCATION,
    BRAND_BOOST,
    BROADCAST_HOURS,
    COMMISSION_RATE,
    EXPLORATION,
    FINE_MULTIPLIER,
    INSPECTORS,
    Lever,
)
from sim.actors.rules import HillClimb, Levers, Rule, View, follow
from sim.errors import ConfigError, ContractError, did_you_mean
from sim.fields import MONTH, QUARTER, Parameter, param


class Actor(mesa.Agent):  # type: ignore[misc]  # mesa ships no types
    """Somebody large enough to decide alone.

    A subclass declares the numbers of its rule with `param`, and reads each under its own name.

    Args:
        model: the Mesa model it lives in.
        row: its row in the arrays of its kind.
        levers: what it may set; None for the levers of its kind.
        every: weeks between two decisions of its rule [weeks].
        decide: pure function of the view that replaces the rule; it is asked every week.
        values: values of its parameters; the default of the others.
    """

    kind: ClassVar[str] = "actor"
    own_levers: ClassVar[tuple[Lever, ...]] = ()
    parameters: ClassVar[dict[str, Parameter]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        members = {name: value for base in reversed(cls.__mro__) for name, value in vars(base).items()}
        cls.parameters = {
            name: replace(value, name=name, mechanic=cls.kind) for name, value in members.items() if isinstance(value, Parameter)
        }

    def __init__(
        self,
        model: Any,
        row: int,
        *,
        levers: tuple[Lever, ...] | None = None,
        every: int = QUARTER,
        decide: Rule | None = None,
        **values: float,
    ) -> None:
        super().__init__(model)
        faults = [
            f"{self.kind} has no argument '{name}'.{did_you_mean(name, self.parameters)}"
            for name in sorted(values.keys() - self.parameters)
        ]
        faults += [fault for name, each in self.parameters.items() if (fault := each.fault(values.get(name, each.default)))]
        if every < 1:
            faults.append(f"{self.kind}: every = {every} weeks is below 1.")
        if faults:
            raise ConfigError(faults)
        for name, each in self.parameters.items():
            setattr(self, name, values.get(name, each.default))
        self.row = row
        self.levers = {lever.name: lever for lever in (self.own_levers if levers is None else levers)}
        self.every = every
        self.replacement = decide

    def decide(self, view: View) -> Levers:
        """What this actor changes, seeing this: lever names and their new values, often none.

        Args:
            view: what it may see, its levers among it; `week` counts from 0, and without it the rule always
                decides.

        Raises:
            ContractError: if the view lacks what the rule needs, or a lever is unknown or outside its bounds.
        """
        if self.replacement is not None:
            return self._checked(self.replacement(view))
        week = int(view.get("week", self.every))
        if week <= 0 or week % self.every:
            return {}
        return self._checked(self.rule(view))

    def rule(self, view: View) -> Levers:
        """The actor's own way to decide; this one changes nothing."""
        return {}

    def see(self, view: View, name: str) -> float:
        """A value the rule cannot do without."""
        if name not in view:
            raise ContractError(f"{self.kind} {self.row} needs '{name}' to decide, but sees only {', '.join(sorted(view))}.")
        value = float(view[name])
        if not math.isfinite(value):
            raise ContractError(f"{self.kind} {self.row} sees {name} = {value}, which is no number to decide by.")
        return value

    def _checked(self, decision: Levers) -> Levers:
        faults = []
        for name, value in decision.items():
            lever = self.levers.get(name)
            if lever is None:
                faults.append(f"{self.kind} {self.row} has no lever '{name}'.{did_you_mean(name, self.levers)}")
            elif not lever.low <= value <= lever.high:
                faults.append(f"{self.kind} {self.row} sets {name} = {value} ({lever.unit}), outside [{lever.low}, {lever.high}].")
        if faults:
            raise ContractError(faults)
        return decision


class PlatformActor(Actor):
    """A platform moves one lever a quarter, goes on while its score rises and turns back when it falls.

        score = (profit - growth_weight * GMV * max(0, growth_target - growth)) / market

    Set against the whole market's GMV, season and trend drop out. View: week, its four levers, profit and gmv
    [CNY a quarter], growth [share a year], market [CNY a quarter; 1 if not shown].

    Args:
        first_lever: lever it tries first.
        first_direction: +1 or -1, the way it tries first.
    """

    kind = "platform"
    own_levers = (AD_LOAD, COMMISSION_RATE, EXPLORATION, BRAND_BOOST)
    growth_target = param(
        0.15, unit="1/year", bounds=(-1, 10), source="assumption", doc="growth of GMV below which it gives up profit for growth"
    )
    growth_weight = param(
        0.05, unit="1", bounds=(0, 10), source="assumption", doc="profit given up, per GMV, for a growth 1 nearer to the target"
    )

    def __init__(self, model: Any, row: int, *, first_lever: int = 0, first_direction: int = 1, **options: Any) -> None:
        super().__init__(model, row, **options)
        levers = tuple(self.levers.values())
        self.climb = HillClimb(levers, first_lever % len(levers), first_direction)

    def rule(self, view: View) -> Levers:
        for name in self.levers:
            self.see(view, name)
        missing = max(0.0, self.growth_target - self.see(view, "growth"))
        loss = self.growth_weight * self.see(view, "gmv") * missing
        score = (self.see(view, "profit") - loss) / view.get("market", 1.0)
        return self.climb.move(view, score)


class RegulatorActor(Actor):
    """The regulator answers complaints.

    Policy `dated` leaves inspectors and fines to the law's dates and moves only the allocation of hours:
    towards complaints while they are above tolerance, back towards checks by lot while below. Policy
    `responsive` also hires, as far as the budget goes, and then raises fines; below half the tolerance it
    steps fines back.
    View: week, its levers, complaints_per_gmv [complaints per billion CNY].

    Args:
        policy: dated or responsive.
    """

    kind = "regulator"
    own_levers = (ALLOCATION, INSPECTORS, FINE_MULTIPLIER)
    tolerance = param(
        60.0,
        unit="complaints per billion CNY",
        bounds=(0, 1e6),
        source="form:history:complaints_per_bn_gmv",
        doc="complaints per GMV it accepts; there were 63.1 in 2022",
    )
    budget = param(4.0e9, unit="CNY/year", bounds=(0, 1e12), source="assumption", doc="what inspectors may cost")
    wage = param(2.0e5, unit="CNY/year", bounds=(1, 1e7), source="assumption", doc="cost of an inspector")

    def __init__(self, model: Any, row: int = 0, *, policy: str = "dated", **options: Any) -> None:
        super().__init__(model, row, **options)
        if policy not in ("dated", "responsive"):
            raise ConfigError(f"regulator: policy '{policy}' is neither 'dated' nor 'responsive'.")
        self.policy = policy
        self.payable = self.budget / self.wage

    def rule(self, view: View) -> Levers:
        complaints = self.see(view, "complaints_per_gmv")
        decision = self._step(view, "allocation", 1 if complaints > self.tolerance else -1)
        if self.policy == "dated":
            return decision
        if complaints > self.tolerance:
            return decision | (self._hire(view) or self._step(view, "fine_multiplier", 1))
        if complaints < self.tolerance / 2:
            return decision | self._step(view, "fine_multiplier", -1)
        return decision

    def _step(self, view: View, name: str, way: int) -> dict[str, float]:
        lever, value = self.levers[name], self.see(view, name)
        target = lever.clip(value + way * lever.step)
        return {} if target == value else {name: target}

    def _hire(self, view: View) -> dict[str, float]:
        lever, value = self.levers["inspectors"], self.see(view, "inspectors")
        target = min(lever.clip(max(value * (1 + lever.step), 1.0)), self.payable)
        return {"inspectors": target} if target > value else {}


class LeadingBrandActor(Actor):
    """A leading brand spends on traffic while it pays: B <- B exp(speed (ROI margin - 1)), a month at a time.

    The required return is 1 / margin, so that margin on the sales pays the advertising. View: week,
    ad_budget_multiplier, roi [sales per CNY of advertising], margin [share of sales].
    """

    kind = "leading_brand"
    own_levers = (AD_BUDGET,)
    speed = param(0.2, unit="1", bounds=(0, 10), source="assumption", doc="gain of the feedback for one decision")

    def __init__(self, model: Any, row: int, *, every: int = MONTH, **options: Any) -> None:
        super().__init__(model, row, every=every, **options)

    def rule(self, view: View) -> Levers:
        lever = self.levers["ad_budget_multiplier"]
        ratio = self.see(view, "roi") * self.see(view, "margin")
        return {lever.name: follow(lever, self.see(view, lever.name), ratio, self.speed)}


class LeadingStreamerActor(Actor):
    """A leading streamer is on air longer while an hour earns more than it costs in effort and staff.

    View: week, broadcast_hours_multiplier, profit_per_hour and required_profit_per_hour [CNY per hour].
    """

    kind = "leading_streamer"
    own_levers = (BROADCAST_HOURS,)
    speed = param(0.1, unit="1", bounds=(0, 10), source="assumption", doc="gain of the feedback for one decision")

    def __init__(self, model: Any, row: int, *, every: int = MONTH, **options: Any) -> None:
        super().__init__(model, row, every=every, **options)

    def rule(self, view: View) -> Levers:
        lever = self.levers["broadcast_hours_multiplier"]
        required = max(self.see(view, "required_profit_per_hour"), np.finfo(float).tiny)
        ratio = self.see(view, "profit_per_hour") / required
        return {lever.name: follow(lever, self.see(view, lever.name), ratio, self.speed)}
