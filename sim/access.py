"""Access: which fields a mechanic may touch in a phase, how, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.contracts import SETUP_NAMES, Field
from sim.errors import ContractError
from sim.fields import PHASES, POSITION
from sim.mechanic import Mechanic


class Channel(np.ndarray[Any, np.dtype[Any]]):
    """What a contributor gets of a channel in a checked run: it may add or scale, and may replace nothing.

    `channel[part] += x` sets the part to what is itself a piece of the channel; anything else would lose what others gave.
    """

    who: str

    def __array_finalize__(self, source: Any) -> None:
        self.who = getattr(source, "who", "")

    def __getitem__(self, part: Any) -> Any:
        return np.asanyarray(super().__getitem__(part)).view(Channel)  # of one place too, so that += can be told from =

    def __setitem__(self, part: Any, value: Any) -> None:
        if not isinstance(value, Channel):
            raise ContractError(f"{self.who}, which would lose what others gave; write += (or *=) instead.")
        super().__setitem__(part, value)


def accesses(mechanic: Mechanic, phase: str, fields: Mapping[str, Field]) -> dict[str, str]:
    """Fields that a mechanic may touch in a phase: name -> 'write', 'gather', 'tally', 'read', 'last', 'whole'."""
    allowed: dict[str, str] = {}
    side = PHASES[phase].over
    for name, declaration in mechanic.declarations.items():
        field = fields[name]
        if field.over_consumers and side == "market":
            continue
        access = _access(field, declaration.mode, phase)
        if access == "last" and declaration.contract.get("whole"):
            access = "whole"
        if access:
            allowed[name] = access
    return allowed


def _access(field: Field, mode: str, phase: str) -> str:
    place, setup = POSITION[phase], phase in SETUP_NAMES
    if field.tally and mode in ("own", "read") and PHASES[phase].over == "block" and phase not in field.at:
        return ""  # counts are complete only when all blocks are through
    inside = phase in field.at
    if inside and (mode in ("add", "scale") or (mode == "own" and field.gather)):
        return "tally" if field.tally else "gather"
    if mode == "own":
        if setup:
            same_side = (PHASES[phase].over == "block") == field.over_consumers
            return "write" if same_side and not field.gather else ""
        if inside:
            return "write"
        return "read" if _lives(field, place) else ""
    if phase == "endow" and mode in ("read", "last") and field.over_consumers:
        return "read" if field.lasting else ""
    if mode == "last":
        return "last" if not setup else ""
    if mode == "read":
        if field.constant:
            return "read"
        if phase in ("populate", "endow") and not field.over_consumers:
            return "read"  # consumers are made after firms, and may look at what these start with
        return "read" if not setup and place > field.closes else ""
    return ""


def _lives(field: Field, place: int) -> bool:
    if field.over_consumers and not field.lasting:
        return place > field.closes
    return field.gather is None or place > field.closes


def absences(mechanic: Mechanic, phase: str, fields: Mapping[str, Field]) -> dict[str, str]:
    """For each declared field that is out of reach in a phase, why."""
    reasons = {}
    for name, declaration in mechanic.declarations.items():
        field = fields[name]
        if declaration.mode == "read":
            reasons[name] = (
                f"{mechanic.name} read()s '{name}' in {phase}, but {field.owner} sets it in {field.at[-1]}. "
                "Use last() if you mean the previous step's value."
            )
        else:
            reasons[name] = (
                f"{mechanic.name} uses '{name}' in {phase}; as {declaration.mode}() it may do so in {' or '.join(field.at)} only."
            )
    return reasons
