"""Small markets for tests: a configuration that runs in a second, and an engine for a few mechanics."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import xarray as xr

import sim
from sim.clock import Clock
from sim.engine import Engine
from sim.mechanic import Mechanic

SIZES = {"consumer": 10, "room": 3, "brand": 2, "slot": 2}


def small(weeks: int = 20, **changes: Any) -> sim.Configuration:
    """A market of 400 consumers, 18 brands and 30 streamers over the first weeks of 2020."""
    last_thursday = date(2020, 1, 2) + timedelta(weeks=weeks - 1)
    values = {"consumers": 400, "brands": 18, "streamers": 30, "end": last_thursday.isoformat()}
    return sim.Configuration.from_mapping({**values, **changes})


def market(seed: int = 7, weeks: int = 20, **changes: Any) -> xr.Dataset:
    """The Dataset of a small market."""
    return sim.run(small(weeks, **changes), seed)


def engine_of(
    *mechanics: type[Mechanic] | Mechanic,
    sizes: Mapping[str, int] | None = None,
    weeks: int = 4,
    seed: int = 1,
    **options: Any,
) -> Engine:
    """An engine of a few mechanics, checked unless told otherwise."""
    instances = [each if isinstance(each, Mechanic) else each() for each in mechanics]
    clock = Clock(date(2020, 1, 1), date(2020, 1, 2) + timedelta(weeks=weeks - 1))
    return Engine(instances, {**SIZES, **(sizes or {})}, clock, seed, **{"checked": True, **options})


def lasting_bytes(engine: Engine) -> int:
    """Bytes that grow with consumers, from contracts and not from arrays: lasting fields, last week's copies, the network."""

    def size(name: str) -> int:
        return math.prod(engine.shape(engine.fields[name])) * engine.fields[name].dtype.itemsize

    over_consumers = [name for name, field in engine.fields.items() if field.over_consumers]
    wholes = {name for m in engine.mechanics for name, declaration in m.declarations.items() if declaration.contract.get("whole")}
    known = sum(each.nbytes for each in vars(engine.services["neighbours"]).values() if isinstance(each, np.ndarray))
    lasting = sum(size(name) for name in over_consumers if engine.fields[name].lasting)
    return lasting + sum(size(name) for name in over_consumers if name in wholes) + known


def differing(one: xr.Dataset, other: xr.Dataset) -> list[str]:
    """Names of the variables that are not the same to the last bit, or that only one of the two has."""
    names = {str(name) for name in (*one.data_vars, *other.data_vars)}
    return sorted(name for name in names if name not in one or name not in other or not same(one[name].values, other[name].values))


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays hold the same bits."""
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
