"""A study opens as one lazy xarray Dataset: what is read is what is asked for, member by member.

    dataset = open_study(Store("runs/store"), "baseline-report-20261124-101500")
    dataset["live_gmv_annual"].sel(year=2030).values       # reads one quantity of each member

Members that are not there (not run yet, or failed) are nan. Damaged ones are told by an error.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from experiments.store.layout import Layout
from experiments.store.members import unpacked
from experiments.store.places import Store, StoreError
from experiments.store.studies import Study

Array = npt.NDArray[Any]


def open_study(store: Store, study: Study | str) -> xr.Dataset:
    """All members of a study as one Dataset, dims those of the study and behind them those of a run.

    Raises:
        StoreError: an unknown study, or one of which no member is there yet.
        DamagedError: when the numbers of a damaged member are asked for.
    """
    if isinstance(study, str):
        study = Study.of(store, study)
    reader = Reader(store)
    templates = [unpacked(content) for content in first_of_each_kind(store, study)]
    if not templates:
        raise StoreError([f"Of study '{study.name}' no member is in {store.folder} yet. Run its command: {study.command}"])
    coordinates: dict[str, Any] = {}
    variables: dict[str, Any] = {}
    for template in templates:
        coordinates |= {name: each for name, each in template.coords.items() if name not in coordinates}
        for name, each in template.data_vars.items():
            if name not in variables:
                lazy = indexing.LazilyIndexedArray(MemberArray(reader, str(name), study.keys, each.shape))
                variables[str(name)] = xr.Variable((*study.dims, *map(str, each.dims)), lazy, each.attrs)
    for name, given in study.coordinates.items():
        shape = [study.keys.shape[study.dims.index(dim)] for dim in given.dims]
        coordinates[name] = (given.dims, np.array(given.values).reshape(shape), dict(given.attributes))
    about = {"title": f"livemarket {study.application}", "study": study.name, "command": study.command, "code_version": study.code}
    return xr.Dataset(variables, coordinates, about)


def first_of_each_kind(store: Store, study: Study) -> Iterator[bytes]:
    """The bytes of one member of each kind of which there is any."""
    keys, kinds = study.keys.ravel(), study.kinds.ravel()
    for kind in np.unique(kinds):
        for key in keys[kinds == kind]:
            content = store.read(str(key)) if key else None
            if content is not None:
                yield content
                break


@dataclass
class Reader:
    """Reads single quantities from members; each is looked at whole when first met, to see that nothing has changed in it."""

    store: Store
    layouts: list[Layout] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)

    def read(self, key: str, name: str) -> Array | None:
        """The numbers of one quantity; None if the member is not there or does not record it."""
        if key not in self.known:
            content = self.store.read(key)
            if content is None:
                return None
            self.known[key] = self.layout_of(content)
        layout = self.layouts[self.known[key]]
        place = layout.places.get(name)
        if place is None:
            return None
        with self.store.path(key).open("rb") as file:
            file.seek(place.offset)
            values = np.frombuffer(file.read(math.prod(place.shape) * np.dtype(place.dtype).itemsize), place.dtype)
        return values.reshape(place.shape)

    def layout_of(self, content: bytes) -> int:
        """The number of the layout that a member has."""
        for number, layout in enumerate(self.layouts):
            if layout.fits(content):
                return number
        self.layouts.append(Layout.of(content))
        return len(self.layouts) - 1


class MemberArray(BackendArray):
    """One quantity of all members of a study.

    Args:
        keys: text, the study's dims.
        shape: of the quantity in one member.
    """

    def __init__(self, reader: Reader, name: str, keys: Array, shape: Sequence[int]) -> None:
        self.reader, self.name, self.keys = reader, name, keys
        self.shape = (*keys.shape, *shape)
        self.dtype = np.dtype(np.float64)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self.get)

    def get(self, key: tuple[Any, ...]) -> Array:
        """The part that is asked for, axis by axis."""
        count = self.keys.ndim
        keys = part(self.keys, key[:count])
        inside = part(np.empty(self.shape[count:], bool), key[count:]).shape
        out = np.full((*keys.shape, *inside), np.nan)
        for place in np.ndindex(keys.shape):
            values = self.reader.read(str(keys[place]), self.name) if keys[place] else None
            if values is not None:
                out[place] = part(values, key[count:])
        return out


def part(array: Array, key: tuple[Any, ...]) -> Array:
    """The entries that numbers, slices and lists of numbers choose, each along its own axis."""
    for axis in reversed(range(len(key))):
        array = array[(slice(None),) * axis + (key[axis],)]
    return np.asarray(array)
