"""The key of a member: the hash of what can change its numbers, and of nothing else.

That is its configuration with defaults left out, its seed and the code: the sources of `sim`, and of mechanics
in play that were registered from elsewhere. A run reads no file, so data count where they enter the configuration.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.config import Configuration
from sim.mechanic import Mechanic
from sim.model import core, known_mechanics
from sim.runner import code_version

WITHOUT_EFFECT = ("threads", "block", "checked")  # how a run is computed and watched; tests show that no number depends on it
KEY_LENGTH = 40  # hex digits of a key, 160 bits: no two of a billion members share one by chance


def key_of(configuration: Configuration, seed: int) -> str:
    """The key of one member."""
    content = {"configuration": essence(configuration), "seed": int(seed), "code": code_of(configuration.mechanics)}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


def essence(configuration: Configuration) -> dict[str, Any]:
    """What of a configuration can change a number: neither defaults, nor the order of mechanics, nor how numbers are written."""
    found: dict[str, Any] = {}
    for each in fields(configuration):
        value = getattr(configuration, each.name)
        if each.name in WITHOUT_EFFECT or each.name in ("parameters", "schedule", "mechanics"):
            continue
        if value != each.default:
            found[each.name] = plain_number(value) if isinstance(value, int | float) else str(value)
    mechanics = tuple(sorted(configuration.mechanics))
    if mechanics and mechanics != tuple(sorted(core())):
        found["mechanics"] = mechanics
    known = known_mechanics()
    parameters = {
        name: changed
        for name, values in configuration.parameters.items()
        if (changed := {key: number for key, value in values.items() if (number := float(value)) != known[name].parameters[key].default})
    }
    schedule = {
        name: dated
        for name, values in configuration.schedule.items()
        if (dated := {key: {str(day): float(value) for day, value in by_day.items()} for key, by_day in values.items() if by_day})
    }
    return {**found, **{word: table for word, table in (("parameters", parameters), ("schedule", schedule)) if table}}


def plain_number(value: float) -> float:
    """A number whose text does not depend on how it was written: 2e9 is 2000000000, a truth stays one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def code_of(mechanics: tuple[str, ...]) -> str:
    """The version of the sources of `sim`, and of what is in play from elsewhere."""
    known: Mapping[str, type[Mechanic]] = known_mechanics()
    foreign = [known[name] for name in sorted(mechanics) if not known[name].__module__.startswith("sim.mechanics.")]
    return "+".join([code_version(), *(source_of(kind) for kind in foreign)])


@lru_cache(maxsize=64)
def source_of(kind: type[Mechanic]) -> str:
    """Fingerprint of the file that a mechanic stands in; of the class alone where it was typed into a session."""
    try:
        source = Path(inspect.getfile(kind)).read_bytes()
    except (OSError, TypeError):
        source = inspect.getsource(kind).encode()
    return hashlib.sha256(source).hexdigest()[:16]
