"""Access: which fields a mechanic may touch in a phase, how, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.contracts import SETUP_NAMES, Field
from sim.errors import ContractError
from sim.fields import PHASES, POSITION
from sim.mechanic import Mechanic

WAYS: Mapping[str | None, tuple[np.ufunc, ...]] = {"sum": (np.add, np.subtract), "product": (np.multiply, np.divide)}
"""What may be done to a channel, by what it gathers."""


def _refuse(channel: Channel, value: object = None) -> Any:
    raise channel.refusal()


REFUSED: Any = property(_refuse, _refuse)


class Channel(np.ndarray[Any, np.dtype[Any]]):
    """What a contributor gets of a channel in a checked run: it may add to a sum or scale a product, and do nothing else.

    What others gave can neither be replaced nor seen: what is there depends on whose turn it was, and could be taken back.
    `channel[part] += x` sets the part to what was just taken from there; setting anything else is refused. Compiled rules
    get the array as it is, and are trusted.
    """

    who: str
    ways: tuple[np.ufunc, ...]
    cut: tuple[Channel, Any] | None = None

    def __array_finalize__(self, source: Any) -> None:
        self.who, self.ways = getattr(source, "who", ""), getattr(source, "ways", ())

    def refusal(self) -> ContractError:
        """Why anything else cannot be done, and what can."""
        verb, written = ("add", "+= (or -=)") if np.add in self.ways else ("scale", "*= (or /=)")
        return ContractError(
            f"{self.who}, where it may only {verb}: write {written} of what does not come from the channel, and read() it in a "
            "later phase. Anything else would lose or show what others gave."
        )

    def __getitem__(self, part: Any) -> Channel:
        piece = np.asanyarray(super().__getitem__(part)).view(Channel)  # of one place too, so that += can be told from =
        piece.__array_finalize__(self)
        piece.cut = self, part
        return piece

    def __setitem__(self, part: Any, value: Any) -> None:
        whole, place = getattr(value, "cut", None) or (None, None)
        if whole is not self or not (place is part or (isinstance(part, slice) and place == part)):
            raise self.refusal()
        super().__setitem__(part, np.asarray(value))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        target = inputs[0] if method == "at" else options.pop("out", (None,))[0]
        others = (*inputs[1:], *options.values())
        if ufunc not in self.ways or target is not inputs[0] or any(isinstance(other, Channel) for other in others):
            raise self.refusal()
        array = np.asarray(target)
        if method == "at":
            ufunc.at(array, *inputs[1:])
        else:
            ufunc(array, *inputs[1:], out=array, **options)
        return target

    def __repr__(self) -> str:
        return repr(np.asarray(self))  # whoever looks for a mistake may see it

    __str__ = __repr__

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        raise self.refusal()

    fill = put = sort = partition = setfield = byteswap = flat = real = imag = REFUSED
    item = tolist = tobytes = data = __float__ = __int__ = __index__ = __bool__ = REFUSED


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
