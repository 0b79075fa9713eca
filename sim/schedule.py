"""Dated values: law, calendars and shocks change parameters on a date; the code never does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from sim.clock import Clock
from sim.fields import Array, Parameter


def dated_fault(mechanic: str, parameter: str, text: object) -> str | None:
    """What is wrong with a date of the schedule, or None."""
    try:
        date.fromisoformat(str(text))
    except ValueError:
        return f"schedule.{mechanic}.{parameter}: '{text}' is no date; write it as YYYY-MM-DD, for example 2025-01-01."
    return None


def values_in_force(clock: Clock, parameter: Parameter, base: float, dated: Mapping[str, float] | None) -> Array:
    """Value of a parameter in each week, shape (steps,), float64.

    A dated value holds from the first week whose Thursday is on or after its date; before the first date the
    base value holds. Where the parameter interpolates, straight lines join the dated values and the first
    of them holds before its date.
    """
    if not dated:
        return np.full(clock.steps, base)
    pairs = sorted((date.fromisoformat(str(day)), float(value)) for day, value in dated.items())
    days = np.array([day.toordinal() for day, _ in pairs])
    values = np.array([value for _, value in pairs])
    weeks = clock.first_thursday.toordinal() + 7 * np.arange(clock.steps)
    if parameter.interpolate:
        return np.interp(weeks, days, values)
    place = np.searchsorted(days, weeks, side="right") - 1
    return np.where(place >= 0, values[np.maximum(place, 0)], base)
