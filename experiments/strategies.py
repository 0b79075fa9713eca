"""What each user of the market could do: configs/strategies.yaml, or a file of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import configs
from experiments.layers import Layer
from experiments.scenario_files import value_faults
from experiments.yaml_files import own_path, read_mapping
from sim.errors import DataError, did_you_mean

WORDS = ("parameters", "schedule")
REMEDY = "See configs/strategies.yaml for how strategies are written."


def load_strategies(user: Any, place: str | None = None) -> dict[str, Layer]:
    """The strategies of one user, the one that the others are measured against first; DataError with all faults."""
    path = own_path(place) if place else Path(configs.__file__).parent / "strategies.yaml"
    table = read_mapping(path, REMEDY)
    if user not in table:
        raise DataError([f"user = {user!r} has no strategies in {path}.{did_you_mean(str(user), table)} There are: {', '.join(table)}."])
    choices = table[user]
    if not isinstance(choices, Mapping) or len(choices) < 2:
        raise DataError([f"{path}: {user} needs at least two strategies to choose from. {REMEDY}"])
    faults: list[str] = []
    for name, content in choices.items():
        if not isinstance(content, Mapping) or set(content) - set(WORDS):
            faults.append(f"{user}.{name} = {content!r} has not just parameters and schedule.")
            continue
        layer = layer_of(content)
        faults += [f"{user}.{name}: {fault}" for fault in (*layer.faults(""), *value_faults({**content}))]
    if faults:
        raise DataError([*(f"{path}: {fault}" for fault in faults[:-1]), f"{path}: {faults[-1]} {REMEDY}"])
    return {str(name): layer_of(content) for name, content in choices.items()}


def layer_of(content: Mapping[str, Any]) -> Layer:
    """What a strategy changes."""
    return Layer(content.get("parameters") or {}, content.get("schedule") or {})
