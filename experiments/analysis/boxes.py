"""Under which conditions does something happen: the patient rule induction method, PRIM, as used for scenario discovery.

Friedman & Fisher 1999, Bump hunting in high-dimensional data; Bryant & Lempert 2010, Thinking inside the box. A box is
peeled thin slice by thin slice, always the one whose loss raises the share of cases of interest most, then pasted back
where that does not lower it. Coverage is the share of all cases of interest that lie in the box, density the share of
cases in the box that are of interest. Whoever looks at many conditions finds a dense box in noise too; so a box counts
only if hardly any shuffle of the outcomes has as unlikely a one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import bdtrc

from sim.errors import DataError

Array = npt.NDArray[Any]
SLICE = 0.05  # share of a box's cases that is peeled at once; source: Friedman & Fisher 1999, section 8
SMALLEST = 0.05  # share of all cases that a box keeps at least; source: Friedman & Fisher 1999, section 8
FEWEST = 20  # cases, below which slices of 5% hold no whole case
SHUFFLES = 59  # of the outcomes, which boxes are compared with: two as unlikely make 5% of 60; source: assumption
SURE = 0.05  # probability above which a restriction counts as chance; source: Bryant & Lempert 2010, section 3.2
COVERAGE = 0.5  # that the chosen box is to have at least; source: assumption


@dataclass(frozen=True)
class Box:
    """A part of the space of conditions.

    Attributes:
        low, high: limits by column, (columns,); infinite where nothing is restricted.
        coverage, density, mass: share of the cases of interest that it holds, share of its cases that are, its share of all cases.
        cases: how many it holds.
        chance: by restricted column, the probability that so many of its cases were of interest by chance, if the
            column were not restricted (Bryant & Lempert's quasi-p-value).
        luck: share of shuffled outcomes, these among them, that have as unlikely a box; nan where that was not looked at.
    """

    low: Array
    high: Array
    coverage: float
    density: float
    mass: float
    cases: int
    chance: Mapping[int, float]
    luck: float = np.nan

    @property
    def restricted(self) -> list[int]:
        """The columns that it restricts."""
        return [int(each) for each in np.flatnonzero(np.isfinite(self.low) | np.isfinite(self.high))]


def inside(x: Array, low: Array, high: Array) -> Array:
    """Which cases lie in a box, (cases,)."""
    return ((x >= low) & (x <= high)).all(axis=1)


def peeled(x: Array, y: Array) -> list[Box]:
    """All boxes from the whole space to the smallest, each peeled from the one before and pasted.

    Args:
        x: conditions, (cases, columns). y: whether a case is of interest, (cases,).

    Raises:
        DataError: too few cases, none or all of interest, or conditions that are no numbers.
    """
    y = np.asarray(y, bool)
    faults = []
    if len(y) < FEWEST:
        faults.append(f"{len(y)} cases are too few to look for conditions; make at least {FEWEST}.")
    if not y.any() or y.all():
        word = "All" if y.any() else "None"
        faults.append(f"{word} of the {len(y)} cases are of interest, so no condition matters. Ask for something rarer or likelier.")
    if not np.isfinite(x).all():
        faults.append("Some conditions are no numbers.")
    if faults:
        raise DataError(faults)
    low, high = np.full(x.shape[1], -np.inf), np.full(x.shape[1], np.inf)
    boxes = [described(x, y, low, high)]
    while (step := best_peel(x, y, low, high)) is not None:
        low, high = step
        boxes.append(described(x, y, *pasted(x, y, low, high)))
    return boxes


def best_peel(x: Array, y: Array, low: Array, high: Array) -> tuple[Array, Array] | None:
    """The box without the slice whose loss makes it densest; None if any would leave it too small."""
    within = inside(x, low, high)
    fewest = max(1, int(np.ceil(SMALLEST * len(y))))
    found: tuple[float, float, Array, Array] | None = None
    for column in range(x.shape[1]):
        values = x[within, column]
        if values.min() == values.max():
            continue
        for end, level in ((0, SLICE), (1, 1 - SLICE)):
            limit = np.quantile(values, level, method="inverted_cdf")
            # The limit moves past the slice to the next value there is: ties go or stay together.
            kept = values > limit if end == 0 else values < limit
            if not kept.any():
                kept = values != limit
            new_low, new_high = low.copy(), high.copy()
            if end == 0:
                new_low[column] = values[kept].min()
            else:
                new_high[column] = values[kept].max()
            chosen = inside(x, new_low, new_high)
            count = int(chosen.sum())
            if count < fewest or count == int(within.sum()):
                continue
            density = float(y[chosen].mean())
            if found is None or (density, count) > found[:2]:
                found = (density, count, new_low, new_high)
    return None if found is None else (found[2], found[3])


def pasted(x: Array, y: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """The box with limits taken back one by one, as long as that makes it no less dense."""
    low, high = low.copy(), high.copy()
    for column in np.flatnonzero(np.isfinite(low) | np.isfinite(high)):
        for limits, free in ((low, -np.inf), (high, np.inf)):
            if np.isfinite(limits[column]):
                before, density = limits[column], float(y[inside(x, low, high)].mean())
                limits[column] = free
                if float(y[inside(x, low, high)].mean()) < density:
                    limits[column] = before
    return low, high


def described(x: Array, y: Array, low: Array, high: Array) -> Box:
    """A box with what it holds."""
    within = inside(x, low, high)
    hits, cases = int(y[within].sum()), int(within.sum())
    chance = {}
    for column in np.flatnonzero(np.isfinite(low) | np.isfinite(high)).tolist():
        wider_low, wider_high = low.copy(), high.copy()
        wider_low[column], wider_high[column] = -np.inf, np.inf
        share = float(y[inside(x, wider_low, wider_high)].mean())
        chance[column] = float(bdtrc(hits - 1, cases, share)) if hits else 1.0
    return Box(low, high, hits / int(y.sum()), hits / cases, cases / len(y), cases, chance)


def chosen(boxes: Sequence[Box], coverage: float = COVERAGE) -> Box:
    """The densest box that holds at least so much of what is of interest; of equally dense ones that with most of it."""
    return max((box for box in boxes if box.coverage >= coverage), key=lambda box: (box.density, box.coverage, -len(box.restricted)))


def pruned(x: Array, y: Array, box: Box) -> Box:
    """The box without restrictions that chance may explain, the likeliest dropped first."""
    while box.chance and max(box.chance.values()) > SURE:
        column = max(box.chance, key=lambda each: box.chance[each])
        low, high = box.low.copy(), box.high.copy()
        low[column], high[column] = -np.inf, np.inf
        box = described(x, y, low, high)
    return box


def unlikeliest(boxes: Sequence[Box], coverage: float) -> float:
    """The least probability, over the boxes with the coverage, that so many of a box's cases were of interest if all cases were alike."""
    share = boxes[0].density  # the first is the whole space
    return min(float(bdtrc(round(box.density * box.cases) - 1, box.cases, share)) for box in boxes if box.coverage >= coverage)


def luck_of(x: Array, y: Array, boxes: Sequence[Box], coverage: float) -> float:
    """Share of shuffles of the outcomes, the outcomes themselves among them, that have a box as unlikely as these.

    Once that share is above `SURE` no more are made, and what there is is returned.
    """
    random, level, found = np.random.default_rng(0), unlikeliest(boxes, coverage), 1
    for _ in range(SHUFFLES):
        found += unlikeliest(peeled(x, random.permutation(y)), coverage) <= level
        if found > SURE * (SHUFFLES + 1):
            break
    return found / (SHUFFLES + 1)


def covering(x: Array, y: Array, most: int, coverage: float = COVERAGE) -> list[Box]:
    """The chosen box without what chance may explain; then that of the cases outside it, and so on, while one is surely found.

    Coverage and density of each are those among the cases that were left.
    """
    found: list[Box] = []
    left = np.ones(len(y), bool)
    while len(found) < most:
        try:
            boxes = peeled(x[left], y[left])
        except DataError:
            if not found:
                raise
            break
        luck = luck_of(x[left], y[left], boxes, coverage)
        box = pruned(x[left], y[left], chosen(boxes, coverage))
        if luck > SURE or not box.restricted:
            break
        found.append(replace(box, luck=luck))
        left &= ~inside(x, box.low, box.high)
    return found
