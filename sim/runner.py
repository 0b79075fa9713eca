"""run: a configuration and a seed become a labelled Dataset; the one function the world calls."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from sim.config import Configuration
from sim.model import build
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
