"""The files that decide about an experiment's numbers and judgement: their fingerprints, and copies of those of the user's own.

inputs = inputs_of("compare", settings)              # before anything runs
inputs.data                                          # {"calendar": "5ae1...", "scenario mine.yaml": "09fd...", ...}
inputs.copy_into(folder)                             # inputs/mine.yaml
differing(inputs.data)                               # later: what is another now, in words
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import configs
from experiments import layers, scenario_files, worlds
from experiments.yaml_files import fingerprint, own_path, read_mapping
from scenarios import data, vocabulary
from scenarios.predictions.variants import VARIANTS_FILE
from sim.errors import DataError

CONFIGS = Path(configs.__file__).parent
FOLDER = "inputs"  # of a results folder, for the user's own files
CHOICES = ("strategies", "objectives")  # options that name a file, or by None that of configs/


@dataclass(frozen=True)
class Inputs:
    """What was read.

    Attributes:
        data: fingerprints by name; `place_of` says where the file of a name lies.
        own: contents of the user's own files, as he named them.
    """

    data: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def copies(self) -> dict[str, str]:
        """Where in a results folder the copy of each own file lies; a number stands behind a name that is taken."""
        found: dict[str, str] = {}
        for typed in self.own:
            path, number = Path(typed), 1
            place = f"{FOLDER}/{path.name}"
            while place.lower() in map(str.lower, found.values()):
                number += 1
                place = f"{FOLDER}/{path.stem}-{number}{path.suffix}"
            found[typed] = place
        return found

    def copy_into(self, folder: Path) -> None:
        """Write the copies of the user's own files."""
        for typed, place in self.copies.items():
            (folder / place).parent.mkdir(exist_ok=True)
            (folder / place).write_bytes(self.own[typed])


def inputs_of(application: str, settings: Mapping[str, Any], scenario: str | None = None) -> Inputs:
    """What an experiment is about to read; files that are not there are left to the experiment, which refuses them.

    Args:
        scenario: the name or path by which its one scenario was chosen.
    """
    names = list(dict.fromkeys(names_of(application, settings, scenario)))
    own = {}
    for typed in own_files(settings, scenario):
        try:
            own[typed] = own_path(typed).read_bytes()
        except (OSError, ValueError):
            continue
    return Inputs({name: fingerprint_of(name) for name in names}, own)


def names_of(application: str, settings: Mapping[str, Any], scenario: str | None) -> Iterator[str]:
    """The names of everything that is read."""
    yield from (f"options {name}" for name in ("market", application))
    yield from ("report", "history", "calendar")
    yield from (f"world {name}" for name in (worlds.WORLDS if settings.get("world") == "both" else [settings.get("world")]))
    yield from (f"scenario {name}" for name in chosen(settings, scenario))
    if settings.get("paired"):
        yield "variants"
        yield from (f"scenario {name}" for name in scenarios_of_variants())
    yield from (f"{choice} {settings[choice] or ''}".strip() for choice in CHOICES if choice in settings)


def chosen(settings: Mapping[str, Any], scenario: str | None) -> list[str]:
    """The scenarios by name or path, as they were typed."""
    several = settings.get("scenarios")
    return [str(name) for name in several] if isinstance(several, list) else [scenario] if scenario else []


def own_files(settings: Mapping[str, Any], scenario: str | None) -> list[str]:
    """The user's own files, as he named them."""
    found = [name for name in chosen(settings, scenario) if scenario_files.is_file(name)]
    return found + [str(settings[choice]) for choice in CHOICES if settings.get(choice)]


def scenarios_of_variants() -> list[str]:
    """The scenarios that paired runs take over."""
    try:
        table = read_mapping(VARIANTS_FILE, "")
    except DataError:  # told by the plan
        return []
    return [str(changes["scenario"]) for changes in table.values() if isinstance(changes, Mapping) and changes.get("scenario")]


def place_of(name: str) -> Path | None:
    """Where the file or folder of a name lies, an own file's copy while copies are read; None for a name unknown here."""
    kind, _, choice = name.partition(" ")
    if kind == "scenario":
        return scenario_files.scenario_path(choice)
    if kind in CHOICES:
        return own_path(choice) if choice else CONFIGS / f"{kind}.yaml"
    folders = {"options": CONFIGS, "world": worlds.FOLDER}
    if kind in folders:
        return folders[kind] / f"{choice}.yaml"
    places = {"report": data.REPORT_FOLDER, "history": data.HISTORY_FOLDER, "calendar": layers.CALENDAR, "variants": VARIANTS_FILE}
    return places.get(name)


def fingerprint_of(name: str) -> str:
    """SHA-256 of what has this name now; "" if it cannot be read."""
    tables = {"report": vocabulary.REPORT_COLUMNS, "history": vocabulary.HISTORY_COLUMNS}
    place = place_of(name)
    try:
        if place is None:
            return ""
        return data.fingerprint(place, tables[name]) if name in tables else fingerprint(place)
    except (OSError, ValueError):
        return ""


def differing(known: Mapping[str, str]) -> list[str]:
    """Which of these data have another fingerprint now, or are not there, in words."""
    now = {name: fingerprint_of(name) for name in known}
    return [
        f"{name} ({place_of(name) or 'unknown here'}) {'was changed' if now[name] else 'cannot be read'}"
        for name in known
        if now[name] != known[name]
    ]
