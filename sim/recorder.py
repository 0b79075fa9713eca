"""Recorder: plain arrays while a market runs, a labelled xarray Dataset after it. The one place that knows xarray."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr

from sim.errors import ContractError
from sim.fields import PLATFORMS, SECTORS, Array
from sim.observables import DERIVED, OBSERVABLES, Market, Observable

LABELS: dict[str, tuple[str, ...]] = {"platform": PLATFORMS, "sector": SECTORS}


class Recorder:
    """Notes every observable each week.

    Args:
        engine: the market.
        detail: whether to keep results of each brand.
    """

    def __init__(self, engine: Any, detail: bool = False) -> None:
        self.engine, self.market = engine, Market(engine)
        steps = engine.clock.steps
        self.noted: list[Observable] = []
        self.values: dict[str, Array] = {}
        self.over: dict[str, Array] = {}
        for observable in OBSERVABLES:
            if observable.detail and not detail:
                continue
            try:
                observable.value(self.market)
            except ContractError:  # a field of it has no owner in this composition
                continue
            shape = (steps, *(engine.sizes[dim] for dim in observable.dims))
            self.noted.append(observable)
            self.values[observable.name] = np.zeros(shape)
            if observable.over is not None:
                self.over[observable.name] = np.zeros(shape)
        self.month, self.months = engine.clock.months()
        self.year, self.years = engine.clock.years()
        self._ends = set(np.flatnonzero(np.diff(self.month, append=-1)).tolist())

    def note(self) -> None:
        """Note the week that was just run."""
        step = self.engine.week - 1
        for observable in self.noted:
            if observable.kind == "level" and step not in self._ends:
                continue
            self.values[observable.name][step] = observable.value(self.market)
            if observable.over is not None:
                self.over[observable.name][step] = observable.over(self.market)

    def dataset(self, **attributes: Any) -> xr.Dataset:
        """Monthly values, and yearly ones under the same name with `_annual`."""
        data: dict[str, Any] = {}
        for suffix, dim, index, count in (
            ("", "month", self.month, self.months.size),
            ("_annual", "year", self.year, self.years.size),
        ):
            series = {o.name: _reduce(o, self.values[o.name], self.over.get(o.name), index, count) for o in self.noted}
            for name, (unit, meaning, formula) in DERIVED.items():
                try:
                    data[name + suffix] = ((dim,), formula(series), {"units": unit, "long_name": meaning})
                except KeyError:
                    continue
            for o in self.noted:
                if not o.name.startswith("_"):
                    unit = f"{o.unit} per {dim}" if o.kind == "flow" else o.unit
                    data[o.name + suffix] = ((dim, *o.dims), series[o.name], {"units": unit, "long_name": o.meaning, "kind": o.kind})
        coords: dict[str, Any] = {
            "month": ("month", self.months, {"long_name": "first day of the month"}),
            "year": ("year", self.years, {"long_name": "calendar year", "units": "1"}),
        }
        used = {dim for _, dims, _ in ((k, v[0], v[1]) for k, v in data.items()) for dim in dims} - set(coords)
        for dim in sorted(used):
            labels = list(LABELS[dim]) if dim in LABELS else np.arange(self.engine.sizes[dim])
            coords[dim] = (dim, labels, {"long_name": dim} if dim in LABELS else {"long_name": f"number of the {dim}", "units": "1"})
        text = {key: value if isinstance(value, (str, int, float)) else json.dumps(value) for key, value in attributes.items()}
        return xr.Dataset(data, coords=coords, attrs=text)


def _reduce(observable: Observable, values: Array, over: Array | None, index: Array, count: int) -> Array:
    starts = np.searchsorted(index, np.arange(count))
    if observable.kind == "level":
        return values[np.append(starts[1:], index.size) - 1]
    total = np.add.reduceat(values, starts, axis=0)
    if observable.kind == "flow":
        return total
    if observable.kind == "mean":
        weeks = np.bincount(index, minlength=count).reshape((-1,) + (1,) * (values.ndim - 1))
        return total / weeks
    assert over is not None  # a ratio has both
    below = np.add.reduceat(over, starts, axis=0)
    return observable.factor * np.divide(total, below, out=np.full(total.shape, np.nan), where=np.abs(below) > 1e-300)
