"""livemarket: an agent-based market of live commerce and private domains, as a pure function.

>>> import sim
>>> dataset = sim.run(sim.Configuration.from_mapping({"consumers": 1000, "end": "2020-12-31"}), seed=1)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.errors import ConfigError, ContractError, DataError, LedgerError, LivemarketError

if TYPE_CHECKING:
    from sim.config import Configuration
    from sim.model import build, core, known_mechanics, register, with_, without
    from sim.runner import code_version, ecosystem, run

_WHERE = {
    "Configuration": "sim.config", "build": "sim.model", "core": "sim.model", "known_mechanics": "sim.model",
    "register": "sim.model", "with_": "sim.model", "without": "sim.model", "run": "sim.runner", "code_version": "sim.runner",
    "ecosystem": "sim.runner",
}  # fmt: skip

__all__ = [
    "ConfigError",
    "Configuration",
    "ContractError",
    "DataError",
    "LedgerError",
    "LivemarketError",
    "build",
    "code_version",
    "core",
    "ecosystem",
    "known_mechanics",
    "register",
    "run",
    "with_",
    "without",
]


def __getattr__(name: str) -> Any:
    """Import on first use, so that `import sim` stays quick."""
    if name in _WHERE:
        import importlib

        value = getattr(importlib.import_module(_WHERE[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'sim' has no attribute '{name}'")
