"""What each user of the market wants: configs/objectives.yaml, or a file of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import configs
from experiments.outputs import known_outputs
from experiments.yaml_files import own_path, read_mapping
from sim.errors import DataError, did_you_mean

BETTER = {"higher": 1.0, "lower": -1.0}
REMEDY = "See configs/objectives.yaml for how objectives are written."


@dataclass(frozen=True)
class Objective:
    """A quantity, and 1 if more of it is better, -1 if less."""

    quantity: str
    sign: float


def load_objectives(place: str | None = None) -> dict[str, tuple[Objective, ...]]:
    """The objectives of each user, the one he is ranked by first; DataError with all faults of the file."""
    path = own_path(place) if place else Path(configs.__file__).parent / "objectives.yaml"
    table = read_mapping(path, REMEDY)
    faults: list[str] = []
    found = {user: tuple(objectives_of(user, wants, faults)) for user, wants in table.items()}
    if faults:
        raise DataError([*(f"{path}: {fault}" for fault in faults[:-1]), f"{path}: {faults[-1]} {REMEDY}"])
    return found


def objectives_of(user: str, wants: Any, faults: list[str]) -> list[Objective]:
    """What one user wants; what is wrong with it goes to the faults."""
    if not isinstance(wants, list) or not wants:
        faults.append(f"{user} = {wants!r} is no list of objectives.")
        return []
    found, known = [], known_outputs()
    for want in wants:
        if not isinstance(want, Mapping) or set(want) != {"quantity", "better"}:
            faults.append(f"{user}: {want!r} has not just quantity and better.")
        elif want["quantity"] not in known:
            name = str(want["quantity"])
            faults.append(f"{user}: no quantity '{name}' with one number a year.{did_you_mean(name, known)}")
        elif want["better"] not in BETTER:
            faults.append(f"{user}: better = {want['better']!r} is neither higher nor lower.")
        else:
            found.append(Objective(want["quantity"], BETTER[want["better"]]))
    return found
