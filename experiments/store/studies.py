"""A study is a list of keys with coordinates: which members it is made of, and where each stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.store.keys import key_of
from experiments.store.places import Store, StoreError
from sim.config import Configuration

Array = npt.NDArray[Any]
OF_KIND = ("start", "end", "consumers", "brands", "streamers", "mechanics", "detail")
"""What of a configuration decides about the quantities and lengths of a result."""


@dataclass(frozen=True)
class Run:
    """One run of a study: its name in a message, what is run, with which seed."""

    label: str
    configuration: Configuration
    seed: int


@dataclass(frozen=True)
class Coordinate:
    """Labels along dimensions of a study."""

    dims: tuple[str, ...]
    values: tuple[Any, ...]
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class Study:
    """What an experiment is made of.

    Attributes:
        name: under which the store keeps it.
        application, command: what was typed to make it.
        out: the folder its results go to.
        code: version of the sources.
        dims: dimensions of the keys, for example world, scenario, member.
        coordinates: by name.
        keys: array of text over dims; "" where nothing is run.
        kinds: of the same shape; members of one kind record the same quantities in the same shape.
        data: fingerprints of what was read, by name; none in studies that were kept before there were any.
    """

    name: str
    application: str
    command: str
    out: str
    code: str
    dims: tuple[str, ...]
    coordinates: Mapping[str, Coordinate]
    keys: Array
    kinds: Array
    data: Mapping[str, str] = field(default_factory=dict)

    def to_mapping(self) -> dict[str, Any]:
        """Plain values that `from_mapping` reads back."""
        return {
            "application": self.application,
            "command": self.command,
            "out": self.out,
            "code": self.code,
            "data": dict(self.data),
            "dims": list(self.dims),
            "coordinates": {name: [list(each.dims), list(each.values), dict(each.attributes)] for name, each in self.coordinates.items()},
            "shape": list(self.keys.shape),
            "keys": self.keys.ravel().tolist(),
            "kinds": self.kinds.ravel().tolist(),
        }

    @classmethod
    def from_mapping(cls, name: str, content: Mapping[str, Any]) -> Study:
        """A study from what the store holds of it; StoreError if that is damaged."""
        try:
            shape = content["shape"]
            given = content["coordinates"].items()
            coordinates = {label: Coordinate(tuple(dims), tuple(values), attributes) for label, (dims, values, attributes) in given}
            keys, kinds = np.array(content["keys"], str).reshape(shape), np.array(content["kinds"], int).reshape(shape)
            words = (str(content[word]) for word in ("application", "command", "out", "code"))
            return cls(name, *words, tuple(content["dims"]), coordinates, keys, kinds, dict(content.get("data", {})))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            why = f"{type(error).__name__}: {error}"
            raise StoreError([f"Study {name} is damaged ({why}). Give its command again: its members are kept."]) from None

    @classmethod
    def of(cls, store: Store, name: str) -> Study:
        """A study of a store; StoreError if there is none or it is damaged."""
        return cls.from_mapping(name, store.read_study(name))

    @property
    def members(self) -> set[str]:
        """The keys of all its members."""
        return set(self.keys.ravel().tolist()) - {""}


def keys_of(runs: Sequence[Run | None]) -> tuple[Array, Array]:
    """Keys and kinds of runs, one after the other; "" and 0 where nothing is run."""
    numbers: dict[tuple[Any, ...], int] = {}
    keys, kinds = [], []
    for run in runs:
        if run is None:
            keys.append("")
            kinds.append(0)
            continue
        kind = tuple(getattr(run.configuration, word) for word in OF_KIND)
        keys.append(key_of(run.configuration, run.seed))
        kinds.append(numbers.setdefault(kind, len(numbers)))
    return np.array(keys, dtype=str), np.array(kinds, dtype=np.int64)


def kept(store: Store, study: Study) -> Study:
    """Keep a study in a store under its name, or with a number behind it; returns it as kept.

    The same command with the same place of results is the same study, and what is kept of it is replaced.
    """

    def same(found: Study) -> bool:
        return (found.command, found.out) == (study.command, study.out)

    name = free_name(store, study.name, same)
    store.write_study(name, study.to_mapping())
    return replace(study, name=name)


def free_name(store: Store, wanted: str, same: Callable[[Study], bool]) -> str:
    """The name itself, or with a number behind it: one that is free, or held by the same study or a damaged one, which is nobody's."""
    number, name = 1, wanted
    while name in store.study_names():
        try:
            if same(Study.of(store, name)):
                break
        except StoreError:
            break
        number += 1
        name = f"{wanted}-{number}"
    return name
