"""The market as a Mesa model, so that Mesa's collectors, batch runs and pages work as their users expect.

It is a view: state, clock and random numbers are the engine's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol

import mesa
import numpy as np

HEADLINES = (
    "live_gmv",
    "private_domain_gmv",
    "cpm",
    "content_similarity",
    "violation_rate",
    "complaint_count",
    "trust_streamer",
    "trust_brand",
)


class Engine(Protocol):
    """What the ecosystem asks of an engine."""

    @property
    def week(self) -> int:
        """Weeks done."""

    @property
    def finished(self) -> bool:
        """Whether the last week is done."""

    def step(self) -> Any:
        """Runs one week."""

    def observe(self, name: str) -> float:
        """The value of an observable after the last week."""


class Ecosystem(mesa.Model):  # type: ignore[misc]  # mesa ships no types
    """One Mesa step is one week of the engine.

        ecosystem = Ecosystem(engine)
        while ecosystem.running:
            ecosystem.step()
        ecosystem.datacollector.get_model_vars_dataframe()

    Args:
        engine: an engine, or a function that makes one (`mesa.batch_run` needs a fresh one for each run).
        observables: what the data collector keeps of each week, beside the week.
        rng: for Mesa's own random numbers, which the market never uses; None for a fixed key.
    """

    def __init__(
        self,
        engine: Engine | Callable[[], Engine],
        observables: Iterable[str] = HEADLINES,
        rng: Any = None,
    ) -> None:
        if rng is None:
            rng = np.random.Generator(np.random.Philox(key=np.zeros(2, dtype=np.uint64)))
        super().__init__(rng=rng)
        made: Any = engine if hasattr(engine, "step") else engine()
        self.engine: Engine = made
        self.datacollector = mesa.DataCollector(
            model_reporters={"week": _week} | {name: partial(_observe, name=name) for name in observables}
        )
        self.running = not self.engine.finished

    @property
    def week(self) -> int:
        """Weeks the engine has done."""
        return self.engine.week

    def step(self) -> None:
        """One week passes, and its headline quantities are kept; after the last week nothing happens."""
        if not self.engine.finished:
            self.engine.step()
            self.datacollector.collect(self)
        self.running = not self.engine.finished


def _week(model: Ecosystem) -> int:
    return model.engine.week


def _observe(model: Ecosystem, name: str) -> float:
    return model.engine.observe(name)
