"""A world is one reading of the evidence: inputs that are fixed in it, and draws of what was fitted to it.

world = load_world("report")        # scenarios/worlds/report.yaml, written by the fit
world.layer(world.draws[0])         # parameters of one draw
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from experiments.layers import Layer
from experiments.yaml_files import fingerprint, read_mapping
from sim.errors import DataError, did_you_mean

FOLDER = Path(__file__).parents[1] / "scenarios" / "worlds"
WORLDS = ("report", "data")
WORDS = ("world", "fitted_on", "inputs", "free", "best", "draws")
REMEDY = "Write it again: python -m experiments.fit world={}"
TOLERANCE = 0.05  # of the sum of weights, which are written with two or three digits


@dataclass(frozen=True)
class Draw:
    """One plausible set of what was fitted, and how plausible it is among the draws."""

    weight: float
    parameters: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class World:
    """A world as its file has it, the ranges of what was free in its fit, and the file's fingerprint."""

    name: str
    inputs: Mapping[str, Mapping[str, float]]
    draws: tuple[Draw, ...]
    sha256: str
    free: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def layer(self, draw: Draw) -> Layer:
        """The world's inputs with one draw on top."""
        names = {*self.inputs, *draw.parameters}
        merged = {name: {**self.inputs.get(name, {}), **draw.parameters.get(name, {})} for name in sorted(names)}
        return Layer(parameters=merged)


def load_world(name: str, folder: Path | None = None) -> World:
    """Read a world; DataError with all faults of its file."""
    path = (folder or FOLDER) / f"{name}.yaml"
    remedy = REMEDY.format(name)
    table = read_mapping(path, remedy)
    faults = word_faults(table)
    if not faults:
        if table["world"] != name:
            faults.append(f"world = {table['world']!r}, though the file is that of '{name}'.")
        try:
            date.fromisoformat(str(table["fitted_on"]))
        except ValueError:
            faults.append(f"fitted_on = {table['fitted_on']!r} is no date; write YYYY-MM-DD.")
        faults += free_faults(table["free"])
        for word in ("inputs", "best"):
            faults += parameter_faults(table[word], word)
        faults += draw_faults(table["draws"])
    if faults:
        raise DataError([*(f"{path}: {fault}" for fault in faults[:-1]), f"{path}: {faults[-1]} {remedy}."])
    draws = tuple(Draw(float(draw["weight"]), draw["parameters"]) for draw in table["draws"])
    free = {parameter: (float(low), float(high)) for parameter, (low, high) in table["free"].items()}
    return World(name, table["inputs"], draws, fingerprint(path), free)


def word_faults(table: Mapping[str, Any]) -> list[str]:
    """Words that are missing or hold something of another kind; further words are left alone."""
    faults = []
    spare = [word for word in table if word not in WORDS]
    for word in WORDS:
        if word not in table:
            faults.append(f"'{word}' is missing.{did_you_mean(word, spare)}")
        elif word in ("inputs", "free", "best") and not isinstance(table[word], Mapping):
            faults.append(f"{word} = {table[word]!r} is not a mapping; write {{}} for none.")
    draws = table.get("draws")
    if "draws" in table and not (isinstance(draws, list) and draws):
        faults.append("draws is not a list of draws with weight and parameters.")
    return faults


def parameter_faults(values: Mapping[str, Any], where: str) -> list[str]:
    """Unknown mechanics and parameters, and values outside their range."""
    from sim.model import known_mechanics

    known, faults = known_mechanics(), Layer(parameters=values).faults(f"{where}: ")
    for mechanic, given in values.items():
        if mechanic not in known:
            faults.append(f"{where}: unknown mechanic '{mechanic}'.{did_you_mean(mechanic, known)}")
        elif isinstance(given, Mapping):
            faults += [f"{where}: {fault}" for fault in known[mechanic].value_faults(given)]
    return faults


def free_faults(free: Mapping[str, Any]) -> list[str]:
    """Free parameters that do not exist, or whose range is none."""
    faults = []
    for name, ends in free.items():
        mechanic, _, parameter = name.partition(".")
        if not (isinstance(ends, list) and len(ends) == 2):
            faults.append(f"free: {name} = {ends!r} is no range; write [low, high].")
            continue
        for end in ends:
            faults += parameter_faults({mechanic: {parameter: end}}, "free")
        if all(isinstance(end, int | float) for end in ends) and not ends[0] < ends[1]:
            faults.append(f"free: {name} = {ends!r} does not rise from low to high.")
    return list(dict.fromkeys(faults))


def draw_faults(draws: list[Any]) -> list[str]:
    """Draws without a weight or with parameters that are wrong; weights that are no shares of one."""
    faults, weights = [], []
    for place, draw in enumerate(draws):
        if not isinstance(draw, Mapping) or not {"weight", "parameters"} <= set(draw):
            faults.append(f"draws[{place}] needs weight and parameters.")
            continue
        weight, parameters = draw["weight"], draw["parameters"]
        good = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not good or not math.isfinite(weight) or weight <= 0:
            faults.append(f"draws[{place}].weight = {weight!r} is not a positive number.")
        else:
            weights.append(float(weight))
        if not isinstance(parameters, Mapping):
            faults.append(f"draws[{place}].parameters = {parameters!r} is not a mapping.")
            continue
        faults += parameter_faults(parameters, f"draws[{place}]")
    if len(weights) == len(draws) and abs(sum(weights) - 1) > TOLERANCE:
        faults.append(f"the weights of the draws sum to {sum(weights):.3g}, not to 1.")
    return faults
