"""When an ensemble has enough members: chance moves the mean of each headline quantity by little.

The draws of a world's parameters are taken as given; what more seeds make smaller is chance. The variance of the
weighted mean is that of a stratified sample with the draws as strata (Cochran 1977, section 5.3): the sum over draws
of weight^2 times the variance between the draw's seeds divided by their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import stdtrit

from experiments.outputs import HEADLINES
from scenarios.predictions.judgement import LEVEL

Array = npt.NDArray[Any]


def chance(values: Array, weights: Array, draws: Array) -> float:
    """Half of the 90% interval of the weighted mean over seeds, as a share of the mean; inf with one seed a draw.

    Args:
        values, weights, draws: (member,); weights sum to one.
    """
    variance, freedom = 0.0, 0
    for draw in np.unique(draws):
        mine = values[draws == draw]
        if len(mine) < 2:
            return float("inf")
        variance += weights[draws == draw].sum() ** 2 * mine.var(ddof=1) / len(mine)
        freedom += len(mine) - 1
    half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * np.sqrt(variance)
    mean = abs(float(weights @ values))
    return float(half / mean) if mean > 0 else (0.0 if half == 0 else float("inf"))


def widest(dataset: xr.Dataset, names: Sequence[str] = HEADLINES) -> tuple[str, float]:
    """The headline quantity whose mean chance moves most, in the last year over all worlds and scenarios, and by what share."""
    found: Mapping[str, float] = {name: max(moved(dataset, f"{name}_annual")) for name in names if f"{name}_annual" in dataset}
    name = max(found, key=lambda each: found[each])
    return name, found[name]


def moved(dataset: xr.Dataset, name: str) -> Iterator[float]:
    """By what share chance moves the mean of a quantity, in each world and scenario; members without a number are left out."""
    last = dataset[name].isel(year=-1)
    weight = dataset["weight"].broadcast_like(last.isel(scenario=0, drop=True))
    for world in range(last.sizes["world"]):
        for scenario in range(last.sizes["scenario"]):
            values = last.isel(world=world, scenario=scenario).values
            there = np.isfinite(values)
            weights = weight.isel(world=world).values[there]
            yield chance(values[there], weights / weights.sum(), dataset["draw"].values[there])
