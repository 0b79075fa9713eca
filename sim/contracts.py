"""Contracts: who owns which field, who may touch it when. Everything is proved before the first week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.errors import ContractError, did_you_mean
from sim.fields import PHASES, POSITION, SETUP
from sim.mechanic import Mechanic

SETUP_NAMES = tuple(phase.name for phase in SETUP)
IDENTITY = {"sum": 0.0, "product": 1.0}  # what a channel begins with


@dataclass
class Field:
    """A field of the model, resolved from its owner's declaration."""

    name: str
    owner: str
    dims: tuple[str, ...]
    unit: str
    at: tuple[str, ...]
    init: float | None
    bounds: tuple[float, float] | None
    doc: str
    dtype: np.dtype[Any]
    gather: str | None
    lasting: bool
    tally: bool = False

    @property
    def over_consumers(self) -> bool:
        """Whether the field has a row for each consumer."""
        return self.dims[:1] == ("consumer",)

    @property
    def begins(self) -> float | None:
        """What it holds before anybody has written; None if its owner writes all of it."""
        return IDENTITY[self.gather] if self.gather else self.init

    @property
    def opens(self) -> int:
        """Position of the first phase that sets it."""
        return min(POSITION[phase] for phase in self.at)

    @property
    def closes(self) -> int:
        """Position of the last phase that sets it."""
        return max(POSITION[phase] for phase in self.at)

    @property
    def constant(self) -> bool:
        """Whether it is set before the first week only."""
        return all(phase in SETUP_NAMES for phase in self.at)


def resolve(mechanics: Sequence[Mechanic], dims: Iterable[str]) -> dict[str, Field]:
    """Collect the fields of all mechanics and check every declaration; raise all faults at once."""
    faults: list[str] = []
    fields: dict[str, Field] = {}
    known_dims = set(dims)
    names = [mechanic.name for mechanic in mechanics]
    faults += [f"Mechanic '{name}' is listed twice." for name in sorted({n for n in names if names.count(n) > 1})]
    for mechanic in mechanics:
        for name, declaration in mechanic.declarations.items():
            if declaration.mode != "own":
                continue
            if name in fields:
                faults.append(
                    f"Both {mechanic.name} and {fields[name].owner} own '{name}'. A field has one owner; "
                    "the other should read() or add() to it."
                )
                continue
            field = Field(name=name, owner=mechanic.name, **declaration.contract)
            field.dims = field.dims or ("market",)
            faults += _owner_faults(mechanic, field, known_dims)
            fields[name] = field
    for mechanic in mechanics:
        for name, declaration in mechanic.declarations.items():
            if declaration.mode == "own":
                continue
            if name not in fields:
                hint = did_you_mean(name, fields)
                owner = f", owned by {fields[hint.split(chr(39))[1]].owner}" if hint else ""
                faults.append(f"{mechanic.name} uses '{name}', which no mechanic owns.{hint.rstrip('?')}{owner}" + ("?" if hint else ""))
                continue
            faults += _use_faults(mechanic, fields[name], declaration.mode, bool(declaration.contract.get("whole")))
    if faults:
        raise ContractError(faults)
    for field in fields.values():
        field.tally = field.gather == "sum" and not field.over_consumers and any(PHASES[p].over == "block" for p in field.at)
    mixed = [
        f"'{f.name}' gathers from blocks and from the market ({', '.join(f.at)}); gather in phases of one kind."
        for f in fields.values()
        if f.tally and len({PHASES[phase].over for phase in f.at}) > 1
    ]
    if mixed:
        raise ContractError(mixed)
    return fields


def _owner_faults(mechanic: Mechanic, field: Field, known_dims: set[str]) -> list[str]:
    faults = []
    who = f"{mechanic.name}.{field.name}"
    for phase in field.at:
        if phase not in PHASES:
            faults.append(f"{who}: there is no phase '{phase}'.{did_you_mean(phase, PHASES)}")
    if faults:
        return faults
    if unknown := [dim for dim in field.dims if dim not in known_dims]:
        faults.append(f"{who}: unknown dimension '{unknown[0]}'.{did_you_mean(unknown[0], known_dims)}")
    if field.gather is None and not any(phase in mechanic.phases for phase in field.at):
        faults.append(f"{who} is set at {field.at[0]}, but {mechanic.name} has no method '{field.at[0]}'.")
    over = {PHASES[phase].over for phase in field.at}
    if field.over_consumers and over != {"block"}:
        faults.append(f"{who}: a consumer field is set in a block phase, not in {field.at[0]}.")
    if not field.over_consumers and field.gather is None and over != {"market"}:
        faults.append(
            f"{who}: blocks of consumers cannot set a market field in {field.at[0]}; make it a channel with gather='sum' and add() to it."
        )
    if field.gather == "product" and not field.over_consumers and "block" in over:
        faults.append(f"{who}: products from blocks to the market depend on the blocks; use gather='sum'.")
    if field.gather and field.over_consumers and field.lasting:
        faults.append(f"{who}: a channel over consumers is gathered anew in each block; own() it with lasting=False.")
    if field.gather and not field.over_consumers and set(SETUP_NAMES) & set(field.at):
        faults.append(f"{who}: what is gathered in {field.at[0]} would join the first week's; gather it in a phase of the week.")
    begun = field.over_consumers and not field.lasting and not field.gather and len(field.at) == 1 and not field.constant
    if field.init is None and not (begun and field.dtype.kind in "fiub"):
        faults.append(
            f"{who}: init=None is for numbers over consumers with lasting=False, which gather nothing and are set in one phase "
            "of the week; give it a value to begin with."
        )
    if field.gather not in (None, "sum", "product"):
        faults.append(f"{who}: gather is '{field.gather}'; allowed are 'sum' and 'product'.")
    return faults


def _use_faults(mechanic: Mechanic, field: Field, mode: str, whole: bool) -> list[str]:
    who = mechanic.name
    phases = [p for p in mechanic.phases if p not in SETUP_NAMES]
    if mode in ("add", "scale"):
        needed = {"add": "sum", "scale": "product"}[mode]
        if field.gather != needed:
            return [f"{who} {mode}s to '{field.name}', which is no {needed} channel of {field.owner}; read() it instead."]
        if not any(phase in mechanic.phases for phase in field.at):
            return [f"{who} {mode}s to '{field.name}' in {' or '.join(field.at)} but has no such method."]
        return []
    blocks_only = field.over_consumers and all(PHASES[p].over == "market" for p in mechanic.phases)
    if blocks_only:
        return [f"{who} {mode}s '{field.name}' in {mechanic.phases[0]}, but only blocks of consumers see it."]
    if mode == "last":
        if field.over_consumers and not field.lasting:
            return [f"{who} uses last('{field.name}'), which does not outlive its block."]
        if whole and field.over_consumers and len(field.dims) > 1:
            return [f"{who} looks at all of '{field.name}', which has several numbers for a consumer; publish one and look at that."]
        return []
    if mode == "read" and not field.constant and phases and all(POSITION[p] <= field.closes for p in phases):
        return [
            f"{who} read()s '{field.name}' in {phases[-1]}, but {field.owner} sets it in {field.at[-1]}. "
            "Use last() if you mean the previous step's value."
        ]
    return []


def setup_order(mechanics: Sequence[Mechanic], fields: dict[str, Field], phase: str) -> list[Mechanic]:
    """Mechanics of a set-up phase: owners before their readers, by name otherwise."""
    waiting = {m.name: m for m in sorted(mechanics, key=lambda m: m.name) if phase in m.phases}
    needs = {
        name: {
            fields[f].owner
            for f, d in m.declarations.items()
            if d.mode == "read" and fields[f].owner in waiting and fields[f].owner != name
            and phase in fields[f].at
        }
        for name, m in waiting.items()
    }  # fmt: skip
    ordered: list[Mechanic] = []
    while waiting:
        free = [name for name in waiting if not needs[name] & waiting.keys()]
        if not free:
            raise ContractError(f"In {phase}, these wait for each other: {', '.join(waiting)}.")
        ordered.append(waiting.pop(free[0]))
    return ordered
