"""run: a configuration and a seed become a labelled Dataset; the one function the world calls."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.config import Configuration
from sim.errors import ContractError, did_you_mean
from sim.model import build
from sim.observables import OBSERVABLES, Market
from sim.recorder import Recorder

if TYPE_CHECKING:
    import xarray as xr

Progress = Callable[[int, int], None]


def run(configuration: Configuration, seed: int, progress: Progress | None = None) -> xr.Dataset:
    """Simulate one market from its first to its last week.

    Args:
        configuration: what to simulate.
        seed: seed of all random streams; the same seed gives the same bits.
        progress: called with (weeks done, weeks in all) after each week.

    Returns:
        Monthly and yearly series with units and meanings; see sim.observables.

    Raises:
        ConfigError, ContractError: before the first week, with all faults at once.
        LedgerError: in a checked run whose books do not balance.
    """
    engine = build(configuration, seed)
    recorder = Recorder(engine, configuration.detail)
    while not engine.finished:
        engine.step()
        recorder.note()
        if progress is not None:
            progress(engine.week, engine.clock.steps)
    return recorder.dataset(configuration=configuration.to_mapping(), seed=int(seed), code_version=code_version())


class Watch:
    """A market week by week, with its observables by name: what Mesa's model and pages look at.

    Args:
        configuration, seed: as for `run`.
    """

    def __init__(self, configuration: Configuration, seed: int) -> None:
        self.engine = build(configuration, seed)
        self._market = Market(self.engine)

    @property
    def week(self) -> int:
        """Weeks done."""
        return self.engine.week

    @property
    def finished(self) -> bool:
        """Whether the last week is done."""
        return self.engine.finished

    def step(self) -> None:
        """Run one week."""
        self.engine.step()

    def observe(self, name: str) -> float:
        """An observable's value of the last week; dimensions are averaged, a ratio of nothing is nan.

        Raises:
            ContractError: if there is no such observable.
        """
        known = {observable.name: observable for observable in OBSERVABLES}
        if name not in known:
            raise ContractError(f"There is no observable '{name}'.{did_you_mean(name, known)}")
        observable = known[name]
        value = np.asarray(observable.value(self._market), dtype=np.float64)
        if observable.over is not None:
            below = np.asarray(observable.over(self._market), dtype=np.float64)
            value = observable.factor * np.divide(value, below, out=np.full(value.shape, np.nan), where=below != 0)
        return float(np.mean(value))


def ecosystem(configuration: Configuration, seed: int) -> Any:
    """The market as a `mesa.Model`: `step()` runs one week, and its data collector keeps the headline quantities."""
    from sim.actors import Ecosystem

    return Ecosystem(Watch(configuration, seed))


@lru_cache(maxsize=1)
def code_version() -> str:
    """Hash of the sources of `sim`: what can change a run's numbers besides configuration and seed."""
    digest = hashlib.sha256()
    pending = [resources.files("sim")]
    while pending:
        for entry in sorted(pending.pop().iterdir(), key=lambda e: e.name):
            if entry.is_dir() and entry.name != "__pycache__":
                pending.append(entry)
            elif entry.name.endswith(".py"):
                digest.update(entry.name.encode())
                digest.update(entry.read_bytes())
    return digest.hexdigest()[:16]
