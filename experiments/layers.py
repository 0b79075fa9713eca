"""What a run is told in layers: the world, the calendar, the scenario, the user; a later layer has the last word.

A layer's value of a parameter holds from its date on and replaces there whatever the layers below say; a
value without a date holds from the start. So inspectors set to 10 from 2025 stay 10, although the calendar
below raises them in 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from experiments.yaml_files import read_mapping
from sim.errors import DataError
from sim.schedule import dated_fault

CALENDAR = Path(__file__).parents[1] / "configs" / "calendar.yaml"
Parameters = dict[str, dict[str, Any]]
Schedule = dict[str, dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class Layer:
    """Values by mechanic and parameter, and dated values by mechanic, parameter and ISO date."""

    parameters: Any = field(default_factory=dict)
    schedule: Any = field(default_factory=dict)

    def faults(self, where: str) -> list[str]:
        """What of the layer is no table of the right depth with existing dates."""
        found = []
        for word, table in (("parameters", self.parameters), ("schedule", self.schedule)):
            if not isinstance(table, Mapping):
                found.append(f"{where}{word} = {table!r} is not a mapping of mechanics to their parameters.")
                continue
            for mechanic, values in table.items():
                if not isinstance(values, Mapping):
                    found.append(f"{where}{word}.{mechanic} = {values!r} names no parameter; write {word}.{mechanic}.<parameter>=...")
                elif word == "schedule":
                    found += dated_faults(values, f"{where}schedule.{mechanic}")
        return found

    def sound(self) -> Layer:
        """The layer without what `faults` finds wrong, so that the rest can be looked at too."""
        parameters, schedule = (
            {mechanic: values for mechanic, values in table.items() if isinstance(values, Mapping)} if isinstance(table, Mapping) else {}
            for table in (self.parameters, self.schedule)
        )
        dated = {
            mechanic: {
                parameter: {day: value for day, value in by_date.items() if not dated_fault(mechanic, parameter, day)}
                for parameter, by_date in values.items()
                if isinstance(by_date, Mapping)
            }
            for mechanic, values in schedule.items()
        }
        return Layer(parameters, dated)

    @property
    def begins(self) -> str:
        """The ISO date from which it changes something; "" where that is from the start on, or where it changes nothing at all."""
        if any(self.parameters.values()):
            return ""
        dated = [by_date for values in self.schedule.values() for by_date in values.values()]
        return min((date.fromisoformat(str(day)).isoformat() for by_date in dated for day in by_date), default="")


def dated_faults(values: Mapping[str, Any], where: str) -> list[str]:
    """What is wrong with the dates of one mechanic's schedule."""
    found = []
    for parameter, dated in values.items():
        if not isinstance(dated, Mapping):
            found.append(f"{where}.{parameter} = {dated!r} has no date; write {where}.{parameter}.2025-01-01=...")
            continue
        found += [
            f"{where}.{parameter}: '{day}' is no date; write an existing day as YYYY-MM-DD." for day in dated if dated_fault("", "", day)
        ]
    return found


def layered(layers: Iterable[Layer]) -> tuple[Parameters, Schedule]:
    """Parameters and schedule of all layers, the last with the last word; the layers have no faults."""
    parameters: Parameters = {}
    schedule: Schedule = {}
    for layer in layers:
        for mechanic, values in layer.parameters.items():
            parameters.setdefault(mechanic, {}).update(values)
            for parameter in values:
                schedule.get(mechanic, {}).pop(parameter, None)
        for mechanic, by_parameter in layer.schedule.items():
            for parameter, dated in by_parameter.items():
                added = {date.fromisoformat(str(day)).isoformat(): value for day, value in dated.items()}
                below = schedule.setdefault(mechanic, {}).get(parameter, {})
                first = min(added, default="9999")
                kept = {day: value for day, value in below.items() if day < first}
                schedule[mechanic][parameter] = {**kept, **dict(sorted(added.items()))}
    return parameters, {mechanic: values for mechanic, values in schedule.items() if values}


DATED = {
    "calendar": ("online_shoppers", "minutes_per_day", "hosts"),
    "platform_policy": ("weight_conversion",),
    "regulation": ("max_penalty_value", "inspectors", "machine_share"),
}
"""What the calendar must date: a file that was cut off is not to pass for a world without rules."""


def base_calendar(path: Path | None = None) -> Layer:
    """The dated inputs of every run, configs/calendar.yaml; DataError with all faults."""
    place = path or CALENDAR
    table = read_mapping(place, "Restore it from the repository.")
    layer = Layer(schedule=table.get("schedule", {}))
    faults = layer.faults(f"{place}: ")
    faults += [f"{place}: unknown word '{word}'; only schedule stands here." for word in table if word != "schedule"]
    faults += [
        f"{place}: {mechanic}.{name} has no dated values, without which a run would hold it constant. Restore it from the repository."
        for mechanic, names in DATED.items()
        for name in names
        if not (isinstance(layer.schedule.get(mechanic), Mapping) and layer.schedule[mechanic].get(name))
    ]
    if faults:
        raise DataError(faults)
    return layer
