"""`resume`: finish an interrupted study, or make a finished one again from its manifest.

It refuses where the sources or the data are not those the study was made with. Files of the user's own are read from the copies
that a results folder has of them.

resume sweep-report-20261124-101500              # a study of the store, by name
resume runs/mine out=runs/mine-again             # a results folder, or its manifest.json
resume runs/mine engine=dask address=tcp://...   # further words are added to the command
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from experiments.application import DONE, REFUSED, tell
from experiments.carrying_out import store_of
from experiments.refusal import RefusedError
from experiments.store.studies import Study
from experiments.yaml_files import reading
from sim.errors import LivemarketError

APPLICATIONS = ("forecast", "compare", "sweep", "sensitivity", "discover", "robust")
ANEW = "anew=true"


def main() -> None:
    """The console script."""
    sys.exit(command(sys.argv[1:]))


def command(typed: Sequence[str]) -> int:
    """Give the command of a study once more; returns its exit code."""
    if {"--help", "-h"} & set(typed) or not typed:
        print(__doc__)
        return DONE if typed else REFUSED
    try:
        found = recorded(typed[0], typed[1:])
        with reading(found["copies"]):
            return again(found, typed[1:])
    except LivemarketError as error:
        tell(f"resume: {error}")
        return REFUSED


def again(found: Mapping[str, Any], added: Sequence[str]) -> int:
    """Give the command that was found; returns its exit code. RefusedError if sources or data have changed since."""
    if ANEW not in added:
        refuse_changes(found)
    words = words_of(found, added)
    tell(f"$ {shlex.join([found['application'], *words])}")
    for typed, copy in found["copies"].items():
        tell(f"Note: {typed} is read from its copy {copy}.")
    return import_module(f"experiments.{found['application']}").APPLICATION.command(words)


def recorded(name: str, words: Sequence[str]) -> Mapping[str, Any]:
    """What a manifest or the store knows of a study: application, command, code, out, data, copies of own files."""
    path = Path(name)
    path = path / "manifest.json" if path.is_dir() else path
    if path.suffix == ".json" or path.exists():
        known = of_manifest(path)
    else:
        place = next((word.partition("=")[2] for word in words if word.startswith("store=")), None)
        study = Study.of(store_of({"store": place}), name)
        known = {word: getattr(study, word) for word in ("application", "command", "code", "out", "data")} | {"copies": {}}
    if known["application"] not in APPLICATIONS:
        raise RefusedError([f"{name} was made by '{known['application']}', which this version does not have."])
    return known


def of_manifest(path: Path) -> dict[str, Any]:
    """What a manifest knows; RefusedError if it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        known: dict[str, Any] = {word: str(found[word]) for word in ("application", "command")}
        copies = {typed: path.parent / place for typed, place in dict(found.get("copies", {})).items()}
        return known | {"code": str(found["code_version"]), "out": None, "data": dict(found.get("data", {})), "copies": copies}
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"{type(error).__name__}: {error}"
        raise RefusedError([f"{path} is no manifest of livemarket ({why}). Name a study or a results folder."]) from None


def refuse_changes(found: Mapping[str, Any]) -> None:
    """RefusedError with the sources and all data that are not those the study was made with."""
    from experiments.inputs import differing
    from sim.runner import code_version

    faults, anew = [], f"or add {ANEW} to make all of it with these: {found['command']}"
    if found["code"] != code_version():
        faults.append(
            f"The study was made with code {found['code']}, and the sources here are {code_version()}: members of both would not "
            f"be comparable. Check out the sources it was made with, {anew}"
        )
    if changed := differing(found["data"]):
        faults.append(f"The study was made with other data, which may give other numbers: {'; '.join(changed)}. Restore them, {anew}")
    if faults:
        raise RefusedError(faults)


def words_of(found: Mapping[str, Any], added: Sequence[str]) -> list[str]:
    """The words of the command to give: those that were typed, replaced or followed by those that are added."""
    words = shlex.split(found["command"])[1:]
    given = [word for word in added if word != ANEW]
    if found["out"] and not any(word.startswith("out=") for word in given):
        given.append(f"out={found['out']}")
    replaced = {word.partition("=")[0] for word in given}
    return [word for word in words if word.partition("=")[0] not in replaced] + given


if __name__ == "__main__":
    main()
