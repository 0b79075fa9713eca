"""Mechanic: one cause in the market, declared as a contract and written as methods named after phases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, ClassVar, Self

from sim.errors import ConfigError, ContractError, did_you_mean
from sim.fields import PHASES, Declaration, Parameter


class Values(SimpleNamespace):
    """Parameters in force: a mechanic reads them; only a schedule changes them."""

    def __setattr__(self, name: str, value: object) -> None:
        raise ContractError(
            f"A mechanic set its parameter '{name}'; only dated values of a schedule change parameters. own() what changes."
        )

    def put(self, name: str, value: float) -> None:
        """The engine puts a dated value in force."""
        self.__dict__[name] = value


class Mechanic:
    """Base of all mechanics: collects the contract, holds the parameters in force.

    A subclass declares parameters and fields as class attributes and has one method for each phase it takes
    part in. `uses` names services of other libraries (a case desk, actors) that the model provides.
    """

    name: ClassVar[str] = "mechanic"
    parameters: ClassVar[dict[str, Parameter]] = {}
    declarations: ClassVar[dict[str, Declaration]] = {}
    phases: ClassVar[tuple[str, ...]] = ()
    uses: ClassVar[tuple[str, ...]] = ()
    p: Any
    _absence: Mapping[str, str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        members: dict[str, Any] = {}
        for base in reversed(cls.__mro__):
            members.update(vars(base))
        cls.parameters = {
            key: replace(value, name=key, mechanic=cls.name) for key, value in members.items() if isinstance(value, Parameter)
        }
        cls.declarations = {key: value for key, value in members.items() if isinstance(value, Declaration)}
        cls.phases = tuple(phase for phase in PHASES if callable(members.get(phase)))

    def __init__(self, **values: float) -> None:
        in_force = {key: parameter.default for key, parameter in self.parameters.items()} | values
        faults = self.value_faults(in_force)
        if faults:
            raise ConfigError(faults)
        self.values = {key: float(value) for key, value in in_force.items()}
        self.p = Values(**self.values)
        self._absence = {}

    @classmethod
    def value_faults(cls, values: Mapping[str, object]) -> list[str]:
        """Every fault of parameter values for this mechanic, in words."""
        faults = []
        for key, value in values.items():
            if key not in cls.parameters:
                known = ", ".join(cls.parameters) or "none"
                hint = did_you_mean(key, cls.parameters)
                faults.append(f"'{cls.name}' has no parameter '{key}'.{hint} It has: {known}.")
            elif fault := cls.parameters[key].fault(value):
                faults.append(fault)
        return faults

    @classmethod
    def standalone(cls, parameters: Mapping[str, float] | None = None, **arrays: Any) -> Self:
        """An instance on bare arrays, for a unit test or a notebook; no engine is needed."""
        instance = cls(**(parameters or {}))
        unknown = [key for key in arrays if key not in cls.declarations]
        if unknown:
            raise ConfigError([f"'{cls.name}' declares no field '{key}'.{did_you_mean(key, cls.declarations)}"
                               for key in unknown])  # fmt: skip
        instance.__dict__.update(arrays)
        return instance

    def explain_absence(self, field: str) -> str:
        """Why a declared field cannot be used now."""
        return self._absence.get(field, f"'{self.name}' uses '{field}' outside a run; see Mechanic.standalone().")

    def __repr__(self) -> str:
        fields = ", ".join(f"{d.mode} {n}" for n, d in self.declarations.items())
        return f"<{self.name}: {' -> '.join(self.phases)}; {fields}>"
