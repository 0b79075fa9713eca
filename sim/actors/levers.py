"""What strategic actors can set: steps and bounds, each with its unit and source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lever:
    """A quantity an actor sets.

    Attributes:
        name: the name under which views show it and decisions return it.
        step: what one move changes [unit].
        low, high: bounds [unit].
        unit: its unit.
        source: claim, key of the evidence file, or assumption.
    """

    name: str
    step: float
    low: float
    high: float
    unit: str
    source: str

    def clip(self, value: float) -> float:
        """The nearest value inside the bounds."""
        return min(self.high, max(self.low, value))


AD_LOAD = Lever("ad_load", 0.01, 0.02, 0.40, "share of impressions", "assumption")
COMMISSION_RATE = Lever("commission_rate", 0.001, 0.0, 0.06, "share of GMV", "assumption")  # 1.0-1.3% at Kuaishou
EXPLORATION = Lever("exploration", 0.02, 0.05, 0.25, "share of impressions", "assumption")  # cold-start pool
BRAND_BOOST = Lever("brand_boost", 0.05, -0.5, 1.5, "log weight in ranking", "assumption")

ALLOCATION = Lever("allocation", 0.05, 0.2, 0.95, "share of hours led by complaints, not by lot", "assumption")
INSPECTORS = Lever("inspectors", 0.10, 0.0, 1.0e5, "people; step: share of those at work", "assumption")
FINE_MULTIPLIER = Lever("fine_multiplier", 0.10, 1.0, 5.0, "multiple of the dated fine", "assumption")

AD_BUDGET = Lever("ad_budget_multiplier", 0.10, 0.2, 5.0, "multiple; step: log", "assumption")
BROADCAST_HOURS = Lever("broadcast_hours_multiplier", 0.10, 0.3, 2.0, "multiple; step: log", "assumption")
