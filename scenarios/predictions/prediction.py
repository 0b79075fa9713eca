"""A prediction as a test: conditions on one run, the paired runs it needs, the verdict it asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import xarray as xr

from scenarios.predictions.judgement import Judge
from sim.errors import LivemarketError

Conditions = Callable[..., Mapping[str, bool]]


class IncomparableError(LivemarketError):
    """A run with complete data in which the two sides that a test compares do not both exist."""


@dataclass(frozen=True)
class Start:
    """A level from which the words of a test set out, and where to read it in a run.

    It decides nothing: the scorecard prints it when the runs set out elsewhere.
    """

    what: str
    stated: float
    measure: Callable[[xr.Dataset], float]


@dataclass(frozen=True)
class Test:
    """One prediction as executable code.

    Attributes:
        id: as in the report's data, '5.1-p1'.
        conditions: (run, **paired runs by variant name) -> each condition of the test and whether it is met.
        variants: names of the paired runs needed, as in `variants.yaml`.
        verdict: the judgement the words ask of the ensemble; None for the ordinary rule.
        note: what the test does, how its words were read, what of them is not modelled.
        starts: levels the words set out from.
    """

    __test__ = False  # not a test case of pytest

    id: str
    conditions: Conditions
    variants: tuple[str, ...] = ()
    verdict: Judge | None = None
    note: str = ""
    starts: tuple[Start, ...] = ()

    def holds(self, run: xr.Dataset, **pairs: xr.Dataset) -> bool:
        """Whether every condition is met in one run.

        Raises:
            DataError: a variable, month or year is missing or not finite. It is never counted as a 'no'.
            IncomparableError: one side of the comparison does not exist in this run, no surviving brand, say.
        """
        return all(self.conditions(run, **pairs).values())


PREDICTIONS: dict[str, Test] = {}


def prediction(
    id: str, *, variants: tuple[str, ...] = (), verdict: Judge | None = None, starts: tuple[Start, ...] = ()
) -> Callable[[Conditions], Test]:
    """Register the decorated conditions as the test of a prediction; their docstring becomes its note."""

    def register(conditions: Conditions) -> Test:
        if id in PREDICTIONS:
            raise ValueError(f"prediction {id} has two tests")
        PREDICTIONS[id] = Test(id, conditions, variants, verdict, (conditions.__doc__ or "").strip(), starts)
        return PREDICTIONS[id]

    return register
