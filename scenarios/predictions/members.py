"""An ensemble taken apart into runs by parameter draw and seed, so that paired runs find each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.errors import DataError, did_you_mean

Key = tuple[int, int]  # draw, seed


@dataclass(frozen=True)
class Members:
    """The runs of one world and scenario by (draw, seed), with their weights."""

    runs: Mapping[Key, xr.Dataset]
    weights: Mapping[Key, float]

    @classmethod
    def of(cls, dataset: xr.Dataset, labels: Mapping[str, tuple[str, ...]], name: str) -> Members:
        """Take an ensemble apart.

        Args:
            dataset: dimension `member` (coordinates draw, seed, weight), and perhaps world and scenario.
            labels: for each of the latter the label to take, or several of which the first found counts.
            name: what to call the dataset in an error.

        Raises:
            DataError: labels that are missing; members repeated, or without finite draw, seed and weight.
        """
        for dim, wanted in labels.items():
            if dim in dataset.dims:
                held = [str(each) for each in dataset[dim].values]
                found = [held.index(label) for label in wanted if label in held]
                if not found:
                    hint = did_you_mean(wanted[0], held)
                    raise DataError(f"{name} has no {dim} '{wanted[0]}', only {', '.join(held)}.{hint}")
                dataset = dataset.isel({dim: found[0]})
        lacking = [word for word in ("draw", "seed", "weight") if word not in dataset.coords]
        if "member" not in dataset.dims or lacking:
            raise DataError(f"{name} needs a dimension 'member' with draw, seed and weight; it lacks {lacking}")
        columns = np.array([dataset[word].values.astype(float) for word in ("draw", "seed", "weight")])
        good = np.isfinite(columns).all(axis=0) & (columns[2] >= 0)
        faults = [f"{name}: member {i} needs finite draw and seed, weight >= 0" for i in np.flatnonzero(~good)]
        keys = [(int(draw), int(seed)) for draw, seed in columns[:2, good].T]
        repeated = [key for key, times in Counter(keys).items() if times > 1]
        faults += [f"{name}: draw {draw}, seed {seed} occurs more than once" for draw, seed in repeated]
        if not faults and not columns[2].sum() > 0:
            faults.append(f"{name}: the weights of its members sum to 0")
        if faults:
            raise DataError(faults)
        dataset = dataset.compute()
        runs = {key: dataset.isel(member=i) for i, key in enumerate(keys)}
        return cls(runs, dict(zip(keys, columns[2].tolist(), strict=True)))
