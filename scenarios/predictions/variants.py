"""The same market is run again with one thing changed: `variants.yaml` says what, for which prediction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from scenarios.predictions.prediction import PREDICTIONS
from sim.errors import DataError

VARIANTS_FILE = Path(__file__).parents[1] / "variants.yaml"
ALLOWED = ("schedule", "parameters", "detail", "scenario")


def plain(value: Any) -> Any:
    """Dates as ISO text at every depth, so that a change can be passed to a configuration as it is."""
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def variants_needed(path: Path = VARIANTS_FILE) -> dict[str, dict[str, Any]]:
    """What each variant changes in the base: `parameters`, `schedule` (nested, ISO dates), `detail`; by name.

    A variant that names a `scenario` takes over the parameters and schedule of that scenario's file. Raises
    DataError with all faults: variants that a test needs and the file lacks, unused ones, unknown words.
    """
    try:
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DataError(f"{path}: missing or damaged ({' '.join(str(error).split())[:120]}). Restore it from the repository.") from None
    if not isinstance(table, Mapping) or not all(isinstance(changes, Mapping) for changes in table.values()):
        raise DataError(f"{path}: it holds no mapping of variants to their changes. Restore it from the repository.")
    needed = {name for test in PREDICTIONS.values() for name in test.variants}
    faults = [f"{path.name} lacks the variant '{name}', which a prediction needs" for name in sorted(needed - set(table))]
    faults += [f"{path.name}: no prediction uses the variant '{name}'" for name in table if name not in needed]
    for name, changes in table.items():
        faults += [f"{path.name}, {name}: '{word}' is not one of {ALLOWED}" for word in changes if word not in ALLOWED]
        source = changes.get("scenario")
        if source and not (path.parent / f"{source}.yaml").is_file():
            faults.append(f"{path.name}, {name}: there is no scenario file {source}.yaml beside it")
    if faults:
        raise DataError(faults)
    return {name: resolved(changes, path.parent) for name, changes in table.items()}


def resolved(changes: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The changes with those of the scenario they name; what the variant says itself comes on top."""
    story: Mapping[str, Any] = {}
    if "scenario" in changes:
        text = (folder / f"{changes['scenario']}.yaml").read_text(encoding="utf-8")
        story = yaml.safe_load(text)["scenario"]
    merged = {word: overlaid(story.get(word) or {}, changes.get(word) or {}) for word in ("parameters", "schedule")}
    return plain({**merged, "detail": bool(changes.get("detail", False))})


def overlaid(below: Mapping[Any, Any], on_top: Mapping[Any, Any]) -> dict[Any, Any]:
    """Two nested tables as one; where both name a value, the second counts."""
    both = dict(below)
    for key, value in on_top.items():
        under = both.get(key)
        both[key] = overlaid(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return both
