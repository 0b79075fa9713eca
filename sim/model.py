"""Model: named compositions of mechanics, their dimensions and the services they use."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

import sim.mechanics
from sim.config import Configuration, schedule_faults
from sim.engine import Engine
from sim.errors import ConfigError, did_you_mean
from sim.fields import (
    BONDS,
    BRANDS_PER_SECOND_ROOM,
    CHANNELS,
    LEADING_BRANDS,
    LEADING_STREAMERS,
    PLATFORMS,
    REFUND_WEEKS,
    SECTORS,
    SLOTS,
    STREAMERS_PER_AGENCY,
    STREAMERS_PER_SECOND_ROOM,
    TASTES,
    TIES,
    Array,
    Parameter,
)
from sim.mechanic import Mechanic
from sim.schedule import values_in_force
from sim.streams import stream_key

CELLS = 1024
"""Least length of the dimension `cell`: entries of a guide into cumulative shares, section by section."""
BLOCK = 65_536
"""Most consumers of a block, unless a configuration says otherwise."""
ROOMS_PER_CELL = 8
"""More rooms than `CELLS` times this lengthen the guides [rooms per entry]; of five platforms, an entry has one or two to look
through; source: own measurement, 100,000 rooms, where longer guides miss the cache and shorter ones take more steps."""
CURVES_KEY = stream_key(0, "room_curves")
"""Stream of the live rooms by the minute whose curves all markets share."""
EXAMPLES = ("confidence",)
"""Mechanics that teach; they are in the registry but not in the core market."""


@lru_cache(maxsize=1)
def registry() -> Mapping[str, type[Mechanic]]:
    """All mechanics by name: each file of sim.mechanics holds one."""
    found: dict[str, type[Mechanic]] = {}
    for info in pkgutil.iter_modules(sim.mechanics.__path__):
        module = importlib.import_module(f"sim.mechanics.{info.name}")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Mechanic) and value.__module__ == module.__name__:
                found[value.name] = value
    return dict(sorted(found.items()))


def register(mechanic: type[Mechanic]) -> type[Mechanic]:
    """Make a mechanic of one's own known by name; usable as a decorator."""
    found = dict(registry())
    found[mechanic.name] = mechanic
    registry.cache_clear()
    _added[mechanic.name] = mechanic
    return mechanic


_added: dict[str, type[Mechanic]] = {}


def known_mechanics() -> Mapping[str, type[Mechanic]]:
    """The registry with what was registered by users."""
    return {**registry(), **_added}


def core() -> tuple[str, ...]:
    """Names of the core market's mechanics."""
    return tuple(name for name in registry() if name not in EXAMPLES)


def with_(*names: str) -> tuple[str, ...]:
    """The core market with further mechanics."""
    return tuple(sorted({*core(), *names}))


def without(*names: str) -> tuple[str, ...]:
    """The core market without some mechanics; raises ConfigError for a name that is not in it."""
    unknown = [f"'{name}' is not in the core market.{did_you_mean(name, core())}" for name in names if name not in core()]
    if unknown:
        raise ConfigError(unknown)
    return tuple(name for name in core() if name not in names)


def composition_faults(
    mechanics: Sequence[str], parameters: Mapping[str, Any], schedule: Mapping[str, Any], people: float, start: date
) -> list[str]:
    """Faults of names, parameters and schedules, all at once; no mechanics are the core market."""
    known = known_mechanics()
    faults = [f"Unknown mechanic '{name}'.{did_you_mean(name, known)}" for name in mechanics if name not in known]
    for where, table in (("parameters", parameters), ("schedule", schedule)):
        faults += [f"{where}: unknown mechanic '{name}'.{did_you_mean(name, known)}" for name in table if name not in known]
    for name, values in parameters.items():
        if name in known:
            faults += known[name].value_faults(values)
    faults += schedule_faults(schedule)
    for name, dated in schedule.items():
        if name in known:
            for parameter, by_date in dated.items():
                if isinstance(by_date, Mapping):
                    found = [fault for value in by_date.values() for fault in known[name].value_faults({parameter: value})]
                    faults += [f"schedule: {fault}" for fault in dict.fromkeys(found)]
    if "regulation" in (mechanics or core()):
        inspectors = known["regulation"].parameters["inspectors"]
        taken = dict.fromkeys(_taken(inspectors, parameters, schedule, start))
        if many := ", ".join(f"{value:g}" for value in taken if not inspectors.fault(value) and value > people):
            faults.append(f"regulation.inspectors = {many} is more than the {people:g} people there are; give fewer, or more people.")
    return faults


def _taken(parameter: Parameter, parameters: Mapping[str, Any], schedule: Mapping[str, Any], start: date) -> list[Any]:
    """All values that a parameter takes: the dated ones, and before their first date its value without a date, or the default."""
    dated = schedule.get(parameter.mechanic, {}).get(parameter.name, {})
    dated = dated if isinstance(dated, Mapping) else {}
    base = parameters.get(parameter.mechanic, {}).get(parameter.name, parameter.default)
    return [base, *dated.values()] if min(map(str, dated), default="9999") > start.isoformat() else [*dated.values()]


def sizes_of(configuration: Configuration) -> dict[str, int]:
    """Length of every dimension."""
    second_rooms = configuration.streamers // STREAMERS_PER_SECOND_ROOM + configuration.brands // BRANDS_PER_SECOND_ROOM
    rooms = configuration.streamers + configuration.brands + second_rooms
    return {
        "consumer": configuration.consumers, "brand": configuration.brands, "streamer": configuration.streamers,
        "agency": max(1, configuration.streamers // STREAMERS_PER_AGENCY), "room": rooms, "outlet": rooms + 2 * configuration.brands,
        "platform": len(PLATFORMS), "sector": len(SECTORS),
        "cell": max(CELLS, 1 << (rooms // ROOMS_PER_CELL).bit_length()),
        "slot": SLOTS, "tie": TIES, "bond": BONDS, "taste": TASTES, "channel": CHANNELS, "lever": 4, "lag": REFUND_WEEKS,
        "income": 3, "policy": 4, "result": 3,
        "carrier": 2, "activity": 2, "value": 5, "touch": 2, "stance": 3, "seen": 2, "hit": 2, "half": 2, "stay": 2,
    }  # fmt: skip


@lru_cache(maxsize=2)
def _graphs(streamers: int, agencies: int, consumers: int, seed: int) -> tuple[Array, Any]:
    """Agency of each streamer, and neighbours of each consumer; kept, as draws of one seed share them."""
    from sim.networks import agency_ties, neighbours

    ties = agency_ties(streamers, agencies, stream_key(seed, "agency_ties"))
    return ties, neighbours(consumers, stream_key(seed, "neighbours"))


def services_of(configuration: Configuration, sizes: Mapping[str, int], seed: int, wanted: set[str]) -> dict[str, Any]:
    """Helpers of other libraries, made only where a mechanic uses them."""
    services: dict[str, Any] = {}
    if "agency_ties" in wanted or "neighbours" in wanted:
        services["agency_ties"], services["neighbours"] = _graphs(sizes["streamer"], sizes["agency"], sizes["consumer"], seed)
    if "case_desk" in wanted or "room_curves" in wanted:
        from sim.sessions import CaseDesk, response_curves

        services["case_desk"] = CaseDesk(0.0, 1.0, 0.0, stream_key(seed, "case_desk"))
        services["room_curves"] = response_curves(CURVES_KEY)
    if "actors" in wanted:
        from sim.actors import cast

        services["actors"] = cast(
            None, stream_key(seed, "actors"), sizes["platform"],
            min(LEADING_BRANDS, sizes["brand"]), min(LEADING_STREAMERS, sizes["streamer"]),
        )  # fmt: skip
    return services


def rehearse(backwards: bool = False) -> None:
    """Compile the rules of the core market, or load them compiled, on a market of few that is then forgotten.

    Args:
        backwards: from the last phase of the week to the first, for a process beside one that goes forward.
    """
    engine = build(Configuration.from_mapping({"consumers": 64, "brands": 12, "streamers": 24}), 0)
    with np.errstate(all="ignore"):
        engine.rehearse(backwards)


def build(configuration: Configuration, seed: int, kind: type[Engine] = Engine) -> Engine:
    """An engine (of this kind) ready for its first week; raises ConfigError or ContractError with all faults at once."""
    names = configuration.mechanics or core()
    faults = composition_faults(names, configuration.parameters, configuration.schedule, configuration.people, configuration.start)
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        faults.append(f"seed = {seed!r} is not a whole number; give one.")
    if faults:
        raise ConfigError(faults)
    known = known_mechanics()
    mechanics = [known[name](**configuration.parameters.get(name, {})) for name in names]
    sizes = sizes_of(configuration)
    clock = configuration.clock
    in_force: dict[str, dict[str, Array]] = {}
    for mechanic in mechanics:
        for parameter, dated in configuration.schedule.get(mechanic.name, {}).items():
            in_force.setdefault(mechanic.name, {})[parameter] = values_in_force(
                clock, mechanic.parameters[parameter], mechanic.values[parameter], dated
            )
    wanted = {service for mechanic in mechanics for service in mechanic.uses}
    return kind(
        mechanics, sizes, clock, seed, people=configuration.people / configuration.consumers, parameters_in_force=in_force,
        services=services_of(configuration, sizes, seed, wanted),
        threads=configuration.threads, checked=configuration.checked,
        block=configuration.block or BLOCK,
    )  # fmt: skip
