"""Configuration: plain, frozen and checked, with every fault told at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any, Self

from sim.clock import Clock
from sim.errors import ConfigError, did_you_mean
from sim.schedule import dated_fault

Values = Mapping[str, Mapping[str, float]]
Dated = Mapping[str, Mapping[str, Mapping[str, float]]]
WHOLE = {
    "consumers": (10, 200_000_000), "brands": (6, 20_000), "streamers": (6, 200_000), "threads": (1, 256), "block": (0, 10_000_000),
}  # fmt: skip


@dataclass(frozen=True)
class Configuration:
    """Everything that a run depends on, besides its seed.

    Attributes:
        start, end: first and last day; a week counts if its Thursday lies between them.
        consumers, brands, streamers: simulated rows.
        people: shoppers whom the consumers stand for.
        mechanics: names of the mechanics in play; empty for the core market.
        parameters: mechanic -> parameter -> value.
        schedule: mechanic -> parameter -> ISO date -> value.
        threads, block: how to compute; they never change a result. block: consumers done at once, 0 for what suits the sizes.
        checked: check ranges, overwriting and the books every week.
        detail: keep results of each brand.
    """

    start: date = date(2020, 1, 1)
    end: date = date(2030, 12, 31)
    consumers: int = 20_000
    brands: int = 300
    streamers: int = 1_000
    people: float = 1.0e9
    mechanics: tuple[str, ...] = ()
    parameters: Values = field(default_factory=dict)
    schedule: Dated = field(default_factory=dict)
    threads: int = 1
    block: int = 0
    checked: bool = False
    detail: bool = False

    def __post_init__(self) -> None:
        faults = list(_faults(asdict_shallow(self)))
        if faults:
            raise ConfigError(faults)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """A configuration from plain values, dates as ISO text; raises ConfigError with all faults, those of mechanics too."""
        from sim.model import composition_faults

        known = [f.name for f in fields(cls)]
        faults = [
            f"Unknown setting '{key}'.{did_you_mean(key, known)} Known are: {', '.join(known)}." for key in values if key not in known
        ]
        given = {key: value for key, value in values.items() if key in known}
        for key in ("start", "end"):
            if isinstance(given.get(key), str):
                try:
                    given[key] = date.fromisoformat(given[key])
                except ValueError:
                    faults.append(f"{key} = '{given.pop(key)}' is no date; write it as YYYY-MM-DD, for example 2030-12-31.")
        for key in ("consumers", "brands", "streamers", "threads", "block"):
            if isinstance(given.get(key), float) and given[key].is_integer():
                given[key] = int(given[key])
        if isinstance(given.get("mechanics"), list):
            given["mechanics"] = tuple(given["mechanics"])
        filled = {f.name: given.get(f.name, f.default_factory() if callable(f.default_factory) else f.default) for f in fields(cls)}
        faults += _faults(filled)
        faults += composition_faults(**_sound(filled))
        if faults:
            raise ConfigError(faults)
        return cls(**filled)

    def replace(self, **changes: Any) -> Self:
        """A copy with other values."""
        return replace(self, **changes)

    @property
    def clock(self) -> Clock:
        """Its weeks."""
        return Clock(self.start, self.end)

    def to_mapping(self) -> dict[str, Any]:
        """Plain values that `from_mapping` reads back."""
        return json.loads(json.dumps(_named_by_text(asdict(self)), default=str))


def _named_by_text(value: Any) -> Any:
    """The same with all keys as text: a date read from YAML becomes its ISO form."""
    return {str(key): _named_by_text(each) for key, each in value.items()} if isinstance(value, Mapping) else value


def asdict_shallow(configuration: Configuration) -> dict[str, Any]:
    """Values by name, mappings as they are."""
    return {f.name: getattr(configuration, f.name) for f in fields(configuration)}


def _sound(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a composition is made of, with the default for whatever is of the wrong kind, so that the rest can be looked at too."""
    parameters, schedule = (
        {name: table for name, table in values[key].items() if isinstance(table, Mapping)} if isinstance(values[key], Mapping) else {}
        for key in ("parameters", "schedule")
    )
    mechanics = values["mechanics"] if isinstance(values["mechanics"], tuple) else ()
    people = values["people"] if _is_number(values["people"]) else Configuration.people
    start = values["start"] if isinstance(values["start"], date) else Configuration.start
    named = tuple(name for name in mechanics if isinstance(name, str))
    return {"mechanics": named, "parameters": parameters, "schedule": schedule, "people": people, "start": start}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _faults(values: Mapping[str, Any]) -> list[str]:
    faults = []
    for key, (low, high) in WHOLE.items():
        value = values[key]
        if isinstance(value, bool) or not isinstance(value, int):
            faults.append(f"{key} = {value!r} is not a whole number; give one in [{low}, {high}].")
        elif not low <= value <= high:
            faults.append(f"{key} = {value} is outside [{low}, {high}].")
    start, end = values["start"], values["end"]
    for key in ("start", "end"):
        if not isinstance(values[key], date):
            faults.append(f"{key} = {values[key]!r} is no date; write it as YYYY-MM-DD, for example 2030-12-31.")
    if isinstance(start, date) and isinstance(end, date):
        if end < start:
            faults.append(f"end = {end} lies before start = {start}; a run goes forward.")
        elif Clock(start, end).steps < 1:
            faults.append(f"From {start} to {end} there is no Thursday, so no week; end later.")
        if start.year < 2000 or end.year > 2100:
            faults.append(f"{start} to {end}: the calendar reaches from 2000 to 2100.")
    people = values["people"]
    if not _is_number(people) or not 1 <= people <= 1e11:
        faults.append(f"people = {people!r} is not a number in [1, 1e11].")
    for key in ("checked", "detail"):
        if not isinstance(values[key], bool):
            faults.append(f"{key} = {values[key]!r} is neither true nor false.")
    if not isinstance(values["mechanics"], tuple) or not all(isinstance(m, str) for m in values["mechanics"]):
        faults.append(f"mechanics = {values['mechanics']!r} is not a list of names.")
    for key in ("parameters", "schedule"):
        if not isinstance(values[key], Mapping):
            faults.append(f"{key} = {values[key]!r} is not a mapping of mechanics to their parameters.")
        else:
            faults += [
                f"{key}.{name} is not a mapping of parameters." for name, table in values[key].items() if not isinstance(table, Mapping)
            ]
    return faults


def schedule_faults(schedule: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Faults of the dates of a schedule."""
    faults = []
    for mechanic, parameters in schedule.items():
        for parameter, dated in parameters.items():
            if not isinstance(dated, Mapping):
                faults.append(f"schedule.{mechanic}.{parameter} is not a mapping of dates to values, for example {{2025-01-01: 1.0}}.")
                continue
            faults += [fault for day in dated if (fault := dated_fault(mechanic, parameter, day))]
    return faults
