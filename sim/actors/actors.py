"""Platforms, the regulator and the leading brands and streamers decide.

An actor is a flyweight over one row of the arrays and holds no state of the market. It is shown a view (names
and values), and returns the levers it changes. What it remembers is its own last move. A researcher replaces
what it does by `decide=`, or by a subclass with another `rule`.
"""

from __future__ import annotations

import math
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

WEEKS_PER_QUARTER = 13
WEEKS_PER_MONTH = 4


class Actor(mesa.Agent):  # type: ignore[misc]  # mesa ships no types
    """Somebody large enough to decide alone.

    Args:
        model: the Mesa model it lives in.
        row: its row in the arrays of its kind.
        levers: what it may set; None for the levers of its kind.
        every: weeks between two decisions of its rule [weeks].
        decide: pure function of the view that replaces the rule; it is asked every week.
    """

    kind: ClassVar[str] = "actor"
    own_levers: ClassVar[tuple[Lever, ...]] = ()

    def __init__(
        self,
        model: Any,
        row: int,
        *,
        levers: tuple[Lever, ...] | None = None,
        every: int = WEEKS_PER_QUARTER,
        decide: Rule | None = None,
    ) -> None:
        super().__init__(model)
        if every < 1:
            raise ConfigError(f"{self.kind}: every = {every} weeks is below 1.")
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
        growth_target: growth of GMV below which it gives up profit for growth [share a year].
        growth_weight: profit given up, per GMV, for a growth 1 nearer to the target [1].
        first_lever: lever it tries first.
        first_direction: +1 or -1, the way it tries first.
    """

    kind = "platform"
    own_levers = (AD_LOAD, COMMISSION_RATE, EXPLORATION, BRAND_BOOST)

    def __init__(
        self,
        model: Any,
        row: int,
        *,
        growth_target: float = 0.15,
        growth_weight: float = 0.05,
        first_lever: int = 0,
        first_direction: int = 1,
        **options: Any,
    ) -> None:
        super().__init__(model, row, **options)
        self.growth_target = growth_target
        self.growth_weight = growth_weight
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
        tolerance: complaints per GMV it accepts [per billion CNY]; source: assumption (63.1 in 2022, series
            complaints_per_bn_gmv of the history).
        budget: what inspectors may cost [CNY a year]; source: assumption.
        wage: cost of an inspector [CNY a year]; source: assumption.
    """

    kind = "regulator"
    own_levers = (ALLOCATION, INSPECTORS, FINE_MULTIPLIER)

    def __init__(
        self,
        model: Any,
        row: int = 0,
        *,
        policy: str = "dated",
        tolerance: float = 60.0,
        budget: float = 4.0e9,
        wage: float = 2.0e5,
        **options: Any,
    ) -> None:
        super().__init__(model, row, **options)
        if policy not in ("dated", "responsive"):
            raise ConfigError(f"regulator: policy '{policy}' is neither 'dated' nor 'responsive'.")
        self.policy = policy
        self.tolerance = tolerance
        self.payable = budget / wage

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

    Args:
        speed: gain of the feedback for one decision [1]; source: assumption.
    """

    kind = "leading_brand"
    own_levers = (AD_BUDGET,)

    def __init__(self, model: Any, row: int, *, speed: float = 0.2, every: int = WEEKS_PER_MONTH, **options: Any) -> None:
        super().__init__(model, row, every=every, **options)
        self.speed = speed

    def rule(self, view: View) -> Levers:
        lever = self.levers["ad_budget_multiplier"]
        ratio = self.see(view, "roi") * self.see(view, "margin")
        return {lever.name: follow(lever, self.see(view, lever.name), ratio, self.speed)}


class LeadingStreamerActor(Actor):
    """A leading streamer is on air longer while an hour earns more than it costs in effort and staff.

    View: week, broadcast_hours_multiplier, profit_per_hour and required_profit_per_hour [CNY per hour].

    Args:
        speed: gain of the feedback for one decision [1]; source: assumption.
    """

    kind = "leading_streamer"
    own_levers = (BROADCAST_HOURS,)

    def __init__(self, model: Any, row: int, *, speed: float = 0.1, every: int = WEEKS_PER_MONTH, **options: Any) -> None:
        super().__init__(model, row, every=every, **options)
        self.speed = speed

    def rule(self, view: View) -> Levers:
        lever = self.levers["broadcast_hours_multiplier"]
        required = max(self.see(view, "required_profit_per_hour"), np.finfo(float).tiny)
        ratio = self.see(view, "profit_per_hour") / required
        return {lever.name: follow(lever, self.see(view, lever.name), ratio, self.speed)}
