"""The work of `sensitivity`: a screening of all parameters, then indices of those that matter."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.analysis.sensitivity import (
    ChanceShare,
    Indices,
    Screening,
    chance_share,
    important,
    leaders,
    morris,
    morris_points,
    resolved_shares,
    runs_of,
    sobol,
    sobol_points,
)
from experiments.application import Asked, tell
from experiments.design_points import listed
from experiments.designs import SCREENING, factor_faults, factors_of, sample_faults
from experiments.experiment import Findings, Prepared, experiment_faults, prepare, publish, read_scenarios, run
from experiments.options import SENSITIVITY
from experiments.outputs import known_outputs, long_table, read_outputs
from experiments.tables import listed as named
from experiments.worlds import WORLDS, load_world
from sim.errors import DataError

Array = npt.NDArray[Any]
NAMED = 3  # parameters told in the answer for each output
STANDARDISED = ("standardised", "standardised_conf")


def sensitivity(settings: Mapping[str, Any], asked: Asked) -> None:
    """Find what outputs depend on; RefusedError with all faults before anything runs."""
    begun = time.perf_counter()
    scenarios, faults = read_scenarios(settings.get("scenarios"))
    faults += experiment_faults(settings)
    if len(scenarios) > 1:
        faults.append("scenarios names several. Give one: sensitivity looks at one market.")
    if settings.get("world") == "both":
        faults.append("world = both is two markets. Give world=report or world=data.")
    vary = settings.get("vary") or free_of(settings.get("world"), faults)
    found = factor_faults(vary, SCREENING) if isinstance(vary, Mapping) else [f"vary = {vary!r} is no mapping."]
    samples = settings.get("samples")
    found += sample_faults("sobol", samples) if samples != 0 else []
    trajectories, seed = settings.get("trajectories"), settings.get("seed")
    points = None
    if not found and isinstance(trajectories, int) and trajectories > 1 and isinstance(seed, int):
        factors = factors_of(vary)
        points = listed(factors, morris_points(factors, trajectories, seed))
    prepared = prepare(settings, [*asked.faults, *found, *faults], "sensitivity", options=SENSITIVITY, scenarios=scenarios, points=points)
    names, year = list(settings["outputs"]), settings["year"]
    first, runs = outputs_at(prepared, asked, names, year)
    screenings = {name: morris(factors, prepared.plan.points.values, values.mean(axis=1), seed) for name, values in first.items()}
    kept = [factor for factor in factors if any(factor.name in important(each, settings["keep"]) for each in screenings.values())]
    indices: dict[str, Indices] = {}
    if samples and len(kept) > 1:
        second_order = settings["second_order"]
        count = runs_of("sobol", len(kept), samples, second_order)
        tell(f"{len(kept)} of {len(factors)} parameters matter: {count:,} points follow.")
        second = listed(kept, sobol_points(kept, samples, second_order, seed))
        prepared = replace(prepared, plan=replace(prepared.plan, points=second))
        values_of, further = outputs_at(prepared, asked, names, year, "-indices")
        indices = {name: sobol(kept, values.mean(axis=1), second_order, seed) for name, values in values_of.items()}
        runs = pd.concat([runs.assign(stage="screening"), further.assign(stage="indices")])
    last = year or str(settings["end"])[:4]
    chance = {name: chance_share(values) for name, values in first.items()} if next(iter(first.values())).shape[1] > 1 else {}
    effects, shares = screening_table(screenings, chance), indices_table(indices)
    findings = Findings(
        title="Which parameters decide",
        subtitle=f"{len(runs):,} runs of scenario {prepared.plan.scenario} in the world '{settings['world']}'; yearly values of {last}.",
        answer=answer(screenings, indices, chance, settings["members"], samples),
        tables={"screening": effects, "runs": runs} | ({"indices": shares} if indices else {}),
        units={name: each.unit for name, each in known_outputs().items()},
        draw=lambda folder: pictures(screenings, indices, folder, settings, asked),
        shown={"Screening (Morris)": effects, "Shares of variance (Sobol)": shares},
    )
    publish(prepared, asked, findings, begun)


def free_of(world: Any, faults: list[str]) -> dict[str, dict[str, list[float]]]:
    """What was free in the fit of a world, with its range."""
    found: dict[str, dict[str, list[float]]] = {}
    if world in WORLDS:
        try:
            ranges = load_world(world).free
        except DataError as error:
            faults += error.faults
            return {}
        for name, ends in ranges.items():
            mechanic, _, parameter = name.partition(".")
            found.setdefault(mechanic, {})[parameter] = list(ends)
    return found


def outputs_at(
    prepared: Prepared, asked: Asked, names: Sequence[str], year: int | None, part: str = ""
) -> tuple[dict[str, Array], pd.DataFrame]:
    """Each output at each point, (points, members); and the table of runs."""
    dataset = run(prepared, asked, part)
    outputs = read_outputs(dataset, names, year)
    table = long_table(dataset, outputs, ("world", "scenario", "member", "point"))
    return {name: values[0, 0].T for name, values in outputs.items()}, table


def screening_table(screenings: Mapping[str, Screening], chance: Mapping[str, ChanceShare]) -> pd.DataFrame:
    """A row for each output and parameter."""
    rows = []
    for name, each in screenings.items():
        for place, factor in enumerate(each.names):
            row = {"output": name, "parameter": factor, "unit": known_outputs()[name].unit}
            words = ("mu", "mu_star", "mu_star_conf", "sigma", "standardised", "standardised_conf")
            row |= {word: float(getattr(each, word)[place]) for word in words}
            share = chance.get(name, ChanceShare(np.nan, np.nan, np.nan))
            row |= {"share_of_chance": share.value, "share_of_chance_low": share.low, "share_of_chance_high": share.high}
            rows.append(row)
    return pd.DataFrame(rows)


def indices_table(indices: Mapping[str, Indices]) -> pd.DataFrame:
    """A row for each output and parameter that was kept; interactions of two behind them."""
    rows = []
    words = ("first_order", "first_order_conf", "total_order", "total_order_conf")
    for name, each in indices.items():
        for place, factor in enumerate(each.names):
            rows.append({"output": name, "parameter": factor, **{word: float(getattr(each, word)[place]) for word in words}})
            if each.second_order is not None and each.second_order_conf is not None:
                for other in range(place + 1, len(each.names)):
                    both = f"{factor} and {each.names[other]}"
                    share, half = float(each.second_order[place, other]), float(each.second_order_conf[place, other])
                    rows.append({"output": name, "parameter": both, "second_order": share, "second_order_conf": half})
    return pd.DataFrame(rows)


def answer(
    screenings: Mapping[str, Screening], indices: Mapping[str, Indices], chance: Mapping[str, ChanceShare], members: int, samples: int
) -> list[str]:
    """For each output the parameters that matter most, as far as they are told apart, and how much of it is chance."""
    sentences, open_shares = [], False
    for name, each in screenings.items():
        if each.constant:
            sentences.append(f"{name} does not depend on any of the parameters.")
            continue
        text = moved(name, each)
        if name in indices and not indices[name].constant:
            told, missing = shared(indices[name])
            text, open_shares = f"{text} {told}", open_shares or missing
        if name in chance:
            share = chance[name]
            text += f" {share.value:.0%} ({share.low:.0%} to {share.high:.0%}) of the variance of single runs is chance."
        sentences.append(text)
    if not all(each.constant for each in screenings.values()):
        sentences.append("Behind ± stands half of a 90% interval.")
    if open_shares:
        sentences.append(
            f"Shares are not resolved where their interval may hold nearly anything: give more samples (now {samples}) "
            f"or more members (now {members})."
        )
    if members == 1:
        sentences.append("One seed at each point: chance counts as an effect here. Give members=2 or more to tell it apart.")
    return sentences


def moved(name: str, screening: Screening) -> str:
    """The largest effects on one output; which parameter has the largest is said only if its interval lies above all others."""
    order, about = np.argsort(-screening.mu_star, kind="stable")[:NAMED], f"{name} ({known_outputs()[name].unit})"
    effects = "; ".join(f"{screening.names[n]} {screening.mu_star[n]:.3g} ± {screening.mu_star_conf[n]:.2g}" for n in order)
    first = [screening.names[place] for place in leaders(screening.mu_star, screening.mu_star_conf)]
    if len(first) == 1:
        return f"{about} moves most over the range of: {effects}."
    if len(first) <= NAMED and len(first) < len(screening.names):
        return f"{about} moves most over the range of one of {named(first)}, which are not told apart: {effects}."
    return f"Over the range of which parameter {about} moves most is not resolved; the largest effects: {effects}."


def shared(indices: Indices) -> tuple[str, bool]:
    """The largest shares of an output's variance that are resolved, and which others are not; and whether there are such."""
    shares, half = indices.total_order, indices.total_order_conf
    sure = resolved_shares(shares, half)
    said = [f"{indices.names[n]} {shares[n]:.0%} ± {half[n]:.0%}" for n in np.argsort(-shares, kind="stable") if sure[n]][:NAMED]
    missing = [name for name, told in zip(indices.names, sure, strict=True) if not told]
    if not said:
        return "No parameter's share of its variance is resolved.", True
    text = f"Shares of its variance, interactions included: {'; '.join(said)}"
    if len(missing) > NAMED:
        return f"{text}; those of {len(missing)} others are not resolved.", True
    return f"{text}; not resolved: {named(missing)}." if missing else f"{text}.", bool(missing)


def pictures(
    screenings: Mapping[str, Screening], indices: Mapping[str, Indices], folder: Path, settings: Mapping[str, Any], asked: Asked
) -> list[Any]:
    """A tornado for each output, and the map of all."""
    from experiments.canvas import look_of
    from experiments.importance import importance_map, tornado_chart

    look = look_of(folder, asked.command, settings["language"])
    found, names = [], list(next(iter(screenings.values())).names)
    if len(screenings) > 1:
        values, half = (np.stack([getattr(each, word) for each in screenings.values()], axis=1) for word in STANDARDISED)
        found.append(importance_map(names, list(screenings), values, half, look, "sensitivities"))
    for output, each in screenings.items():
        series = {"elementary": (each.mu_star, each.mu_star_conf)}
        found.append(tornado_chart(names, series, output, known_outputs()[output].unit, look, f"screening_{output}"))
        if output in indices:
            shares = indices[output]
            series = {"total": (shares.total_order, shares.total_order_conf), "alone": (shares.first_order, shares.first_order_conf)}
            found.append(tornado_chart(shares.names, series, output, "1", look, f"shares_{output}"))
    return found
