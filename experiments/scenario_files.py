"""A scenario is one YAML file: a question, claims written before the run, and what is different this time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from experiments.layers import Layer
from experiments.yaml_files import read_mapping
from sim.errors import DataError, did_you_mean

FOLDER = Path(__file__).parents[1] / "scenarios"
NO_SCENARIO = ("variants",)  # YAML files of the folder that hold something else
WORDS = ("name", "question", "references", "claims", "parameters", "schedule")
CLAIM_WORDS = ("id", "observable", "sign", "expectation", "written")
SIGNS = ("+", "-", "0")
REMEDY = "See scenarios/baseline.yaml for how a scenario is written."


def scenario_names(folder: Path | None = None) -> list[str]:
    """The names by which `scenario=` knows the files of a folder."""
    found = (path.stem for path in (folder or FOLDER).glob("*.yaml"))
    return sorted(name for name in found if name not in NO_SCENARIO)


def scenario_path(choice: str, folder: Path | None = None) -> Path | None:
    """The file meant by a name or by a path ending in .yaml; None for an unknown name."""
    if choice.endswith((".yaml", ".yml")):
        return Path(choice).expanduser()
    return (folder or FOLDER) / f"{choice}.yaml" if choice in scenario_names(folder) else None


def read_scenario(path: Path) -> dict[str, Any]:
    """What stands under `scenario` in a file; DataError with all faults."""
    table = read_mapping(path, REMEDY)
    if not isinstance(table.get("scenario"), Mapping):
        hint = did_you_mean("scenario", table)
        raise DataError(f"{path}: the word 'scenario' is missing at its top.{hint} {REMEDY}")
    faults = [f"{path}: {fault}" for fault in scenario_faults(table["scenario"])]
    if faults:
        raise DataError([*faults, f"{path}: {REMEDY}"])
    return table["scenario"]


def scenario_faults(scenario: Mapping[str, Any]) -> list[str]:
    """What is missing, misspelt or of the wrong kind in a scenario."""
    faults = [f"unknown word '{word}'.{did_you_mean(word, WORDS)}" for word in scenario if word not in WORDS]
    for word in ("name", "question"):
        if not isinstance(scenario.get(word), str) or not scenario[word].strip():
            faults.append(f"{word} = {scenario.get(word)!r} is no text.")
    references = scenario.get("references", [])
    if not isinstance(references, list) or not all(isinstance(entry, str) for entry in references):
        faults.append(f'references = {references!r} is no list of sections such as ["5.1"].')
    claims = scenario.get("claims", [])
    if not isinstance(claims, list):
        faults.append("claims is no list.")
    else:
        faults += [fault for place, claim in enumerate(claims) for fault in claim_faults(claim, place)]
    return faults + scenario_layer(scenario).faults("")


def claim_faults(claim: Any, place: int) -> list[str]:
    """What is wrong with one claim: all its words are needed, its day too."""
    if not isinstance(claim, Mapping):
        return [f"claims[{place}] is no mapping with {', '.join(CLAIM_WORDS)}."]
    faults = [f"claims[{place}]: '{word}' is missing." for word in CLAIM_WORDS if word not in claim]
    faults += [f"claims[{place}]: unknown word '{word}'.{did_you_mean(word, CLAIM_WORDS)}" for word in claim if word not in CLAIM_WORDS]
    if "sign" in claim and str(claim["sign"]) not in SIGNS:
        faults.append(f"claims[{place}].sign = {claim['sign']!r} is none of {', '.join(SIGNS)}; quote it.")
    try:
        date.fromisoformat(str(claim.get("written", "2000-01-01")))
    except ValueError:
        faults.append(f"claims[{place}].written = {claim['written']!r} is no date; write YYYY-MM-DD.")
    return faults


def scenario_layer(scenario: Mapping[str, Any]) -> Layer:
    """What a scenario changes; nothing where it leaves parameters or schedule out."""
    return Layer(scenario.get("parameters") or {}, scenario.get("schedule") or {})
