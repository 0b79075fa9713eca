"""A scenario is one YAML file: a question, claims written before the run, and what is different this time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from experiments.layers import Layer
from experiments.yaml_files import own_path, read_mapping
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


def is_file(choice: str) -> bool:
    """Whether a choice is a path, not a name."""
    return choice.endswith((".yaml", ".yml"))


def scenario_path(choice: str, folder: Path | None = None) -> Path | None:
    """The file meant by a name or by a path ending in .yaml; None for an unknown name."""
    if is_file(choice):
        return own_path(choice)
    return (folder or FOLDER) / f"{choice}.yaml" if choice in scenario_names(folder) else None


def read_scenario(path: Path) -> dict[str, Any]:
    """What stands under `scenario` in a file; DataError with all faults if it is not written as a scenario is.

    What needs the model and the report is looked at here beside other faults only: the plan does it while the workers start.
    """
    table = read_mapping(path, REMEDY)
    if not isinstance(table.get("scenario"), Mapping):
        hint = did_you_mean("scenario", table)
        raise DataError(f"{path}: the word 'scenario' is missing at its top.{hint} {REMEDY}")
    faults = scenario_faults(table["scenario"])
    if faults:
        faults += [*meaning_faults(table["scenario"]), *value_faults(table["scenario"])]
        raise DataError([*(f"{path}: {fault}" for fault in faults[:-1]), f"{path}: {faults[-1]} {REMEDY}"])
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


def meaning_faults(scenario: Mapping[str, Any]) -> list[str]:
    """References to sections that the report does not have, and claims about what no run records."""
    from scenarios.data import load_report
    from sim.observables import DERIVED, OBSERVABLES

    try:
        sections = load_report().sections
        references = [section for section in listed(scenario, "references") if isinstance(section, str)]
    except DataError:  # the report's own faults are told elsewhere
        sections, references = (), []
    recorded = {*(each.name for each in OBSERVABLES), *DERIVED}
    faults = [
        f"references: the report has no section '{section}' with a claim, a mechanism or a prediction.{did_you_mean(section, sections)}"
        for section in references
        if section not in sections
    ]
    for place, claim in enumerate(listed(scenario, "claims")):
        observable = claim.get("observable") if isinstance(claim, Mapping) else None
        if isinstance(observable, str) and observable not in recorded:
            faults.append(f"claims[{place}].observable = '{observable}' is recorded by no run.{did_you_mean(observable, recorded)}")
    return faults


def listed(scenario: Mapping[str, Any], word: str) -> list[Any]:
    """The list under a word; an empty one where there is none or something else."""
    return scenario[word] if isinstance(scenario.get(word), list) else []


def value_faults(scenario: Mapping[str, Any]) -> list[str]:
    """Unknown mechanics and parameters in a scenario, and values outside their range."""
    from sim.model import composition_faults

    layer = scenario_layer(scenario).sound()
    return composition_faults((), layer.parameters, layer.schedule, math.inf, date.min)


def claim_faults(claim: Any, place: int) -> list[str]:
    """What is wrong with one claim: all its words are needed, its day too."""
    if not isinstance(claim, Mapping):
        return [f"claims[{place}] is no mapping with {', '.join(CLAIM_WORDS)}."]
    faults = [f"claims[{place}]: '{word}' is missing." for word in CLAIM_WORDS if word not in claim]
    faults += [f"claims[{place}]: unknown word '{word}'.{did_you_mean(word, CLAIM_WORDS)}" for word in claim if word not in CLAIM_WORDS]
    faults += [
        f"claims[{place}].{word} = {claim[word]!r} is no text."
        for word in ("id", "observable", "expectation")
        if word in claim and not (isinstance(claim[word], str) and claim[word].strip())
    ]
    if "sign" in claim and str(claim["sign"]) not in SIGNS:
        faults.append(f"claims[{place}].sign = {claim['sign']!r} is none of {', '.join(SIGNS)}; quote it.")
    try:
        datetime.fromisoformat(str(claim.get("written", "2000-01-01")))
    except ValueError:
        faults.append(f"claims[{place}].written = {claim['written']!r} is no date; write YYYY-MM-DD, or YYYY-MM-DDTHH:MM:SSZ.")
    return faults


def scenario_layer(scenario: Mapping[str, Any]) -> Layer:
    """What a scenario changes; nothing where it leaves parameters or schedule out."""
    return Layer(scenario.get("parameters") or {}, scenario.get("schedule") or {})
