"""The work of a fit in its order: waves, best point, draws, what conflicts; then the world is written whole."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from experiments.attainable import Attainable, attainable
from experiments.calibration import Knowledge, Space, match_history
from experiments.campaign import Campaign, Size, nested
from experiments.hindcast import hindcast, table_text, write_csv
from experiments.regions import CUT
from experiments.selection import best_point, weighted_draws
from experiments.targets import LAST_FITTED, Anchors, anchors_of
from experiments.worlds import FOLDER, load_world
from sim.errors import DataError

Array = npt.NDArray[Any]
WAVES = ((0.40, False), (0.28, True), (0.20, True), (0.12, True))
"""Share of the runs and whether of full size; 16 points are in both sizes besides."""
AGAIN = 2  # seeds with which each draw runs again for the hindcast, as in a forecast: the run it was chosen by may have been lucky
DEADLINES = {"wave 1": 0.13, "pairs of sizes": 0.17, "wave 2": 0.30, "wave 3": 0.42, "wave 4": 0.52}
"""Share of the budget after which a wave starts no further run; the rest is for best point and draws."""


def campaign_of(settings: Mapping[str, Any], anchors: Anchors) -> Campaign:
    """The runs that these settings ask for."""
    world = str(settings["world"])
    free = {name: (each[0], each[1], "log" in each[2:]) for name, each in settings["free"][world].items()}
    folder = Path("runs") / f"fit-{world}" / "parts"
    last = 2024 if world == "report" else LAST_FITTED
    return Campaign(
        folder=folder if settings["resume"] else folder.parent / f"parts-{datetime.now(UTC):%Y%m%d-%H%M%S}",
        anchors=anchors,
        space=Space.between(free),
        tied=settings["tied"][world],
        inputs=nested(settings["inputs"][world]),
        full=Size(settings["consumers"], settings["brands"], settings["streamers"]),
        small=Size(**settings["small"]),
        end=f"{last}-12-31",
        last=f"{last if world == 'report' else last + 1}-12-31",
        processes=settings["threads"],
        budget=60.0 * float(settings["budget_minutes"]),
        deadline=DEADLINES,
        advance=progress,
    )


def progress(name: str, done: int, points: int) -> None:
    """One line that grows: how far a wave is."""
    if sys.stderr.isatty() or done == points or done % 50 == 0:
        end = "\n" if done == points or not sys.stderr.isatty() else ""
        print(f"\r{name}: {done} of {points} runs", end=end, file=sys.stderr, flush=True)


def fit(settings: Mapping[str, Any]) -> Path:
    """Fit a world, write its file and its hindcast, print the table; returns the world's path."""
    world = str(settings["world"])
    anchors = anchors_of(world)
    campaign = campaign_of(settings, anchors)
    goal, random = anchors.goal(), np.random.default_rng(int(settings["seed"]))
    dimensions, seeds = len(campaign.space.names), seeds_of(settings)
    if dimensions >= len(goal.names):
        raise DataError(f"{dimensions} free parameters and {len(goal.names)} targets; free fewer than there are targets.")
    waves = [(max(8, round(share * settings["runs"])), full) for share, full in WAVES]
    print(
        f"World '{world}': {dimensions} free parameters, {len(goal.names)} targets, "
        f"{sum(points for points, _ in waves)} runs at most in {len(waves)} waves, {settings['budget_minutes']} minutes.",
        flush=True,
    )
    try:
        knowledge, _ = match_history(campaign.simulate, goal, dimensions, waves, seeds, random, told=lambda text: print(text, flush=True))
        tolerance = np.array([each.scaled_tolerance for each in anchors.targets])

        def run(unit: Array, seed: Array, name: str) -> tuple[list[int], Array, Array]:
            points = [campaign.parameters(each) for each in unit]
            rows, values = campaign.values(points, seed, True, name, checked=True)
            return rows, np.array(values), anchors.scaled_targets(values)

        best, knowledge = best_point(knowledge, run, seeds, tolerance, random)
        draws, region, knowledge = weighted_draws(knowledge, run, seeds, int(settings["draws"]), random, campaign.late)
        twice = seeds[:AGAIN]
        units = np.repeat([each.unit for each in draws], len(twice), axis=0)
        ran, values, _ = run(units, np.tile(twice, len(draws)), "draws, as a forecast runs them")
    finally:
        campaign.close()
    found, cut = attainable(knowledge, tolerance, random), max(CUT, region.level)
    rows = hindcast(anchors, best.values, values, np.repeat([each.weight for each in draws], len(twice))[ran])
    content = {
        "world": world,
        "fitted_on": datetime.now(UTC).date(),
        "inputs": campaign.inputs,
        "free": {name: list(map(float, each[:2])) for name, each in settings["free"][world].items()},
        "tied": dict(campaign.tied),
        "best": campaign.parameters(best.unit),
        "at_bounds": at_bounds(campaign.space, best.unit, np.array([each.unit for each in draws])),
        "best_implausibility": round(float(best.implausibility.max()), 2),
        "cut": round(cut, 2),
        "not_ruled_out": float(f"{region.volume:.2g}"),
        "given_up": list(knowledge.goal.aside),
        "conflicts": conflicts(found, anchors, rows, cut, knowledge.goal.aside),
        "fit": {
            "code_version": campaign.code_version,
            "runs": dict(campaign.made),
            "minutes": round((time.monotonic() - campaign.started) / 60, 1),
            "seeds": list(seeds),
            "consumers": settings["consumers"],
            "brands": settings["brands"],
            "streamers": settings["streamers"],
        },
        "targets": target_table(anchors, knowledge, best.implausibility, rows),
        "draws": [
            {
                "weight": each.weight,
                "seed": each.seed,
                "implausibility": round(float(each.implausibility.max()), 2),
                "worst": goal.names[int(each.implausibility.argmax())],
                "parameters": campaign.parameters(each.unit),
            }
            for each in draws
        ],
    }
    place = Path(settings["out"]) if settings["out"] else FOLDER / f"{world}.yaml"
    write_world(content, place)
    write_csv(rows, place.with_name(f"{place.stem}-hindcast.csv"))
    tell(content, rows, campaign, place)
    return place


def seeds_of(settings: Mapping[str, Any]) -> range:
    """The seeds that all points share."""
    return range(int(settings["seed"]), int(settings["seed"]) + int(settings["seeds"]))


def at_bounds(space: Space, best: Array, draws: Array) -> list[str]:
    """Free parameters whose best value or middle draw lies within two percent of a bound: the bound decides, not the data."""
    middle = np.median(draws, axis=0)
    edge = [min(a, 1 - a, b, 1 - b) < 0.02 for a, b in zip(best, middle, strict=True)]
    return [name for name, close in zip(space.names, edge, strict=True) if close]


def target_table(anchors: Anchors, knowledge: Knowledge, implausibility: Array, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How each target is met, and how much of its variation the emulator explains in left-out runs."""
    by_name = {row["anchor"]: row for row in rows}
    return [
        {
            "name": each.name,
            "published": float(f"{each.value:.4g}"),
            "tolerance": each.tolerance,
            "best": float(f"{by_name[each.name]['best']:.4g}"),
            "implausibility": round(float(implausibility[place]), 2),
            "given_up": each.name in knowledge.goal.aside,
            "emulator": round(knowledge.emulators[place].share_explained, 3),
        }
        for place, each in enumerate(anchors.targets)
    ]


def conflicts(found: Attainable, anchors: Anchors, rows: Sequence[Mapping[str, Any]], cut: float, aside: Sequence[str]) -> list[str]:
    """Which targets cannot be met, alone or together, and how close they get; nothing if all are met."""
    by_name = {each.name: each for each in anchors.targets}
    best = {row["anchor"]: row["best"] for row in rows if row["anchor"] in by_name}
    away = [name for name, each in by_name.items() if not each.within(best[name])]
    if not away:
        return []

    def shown(name: str, scaled: float) -> str:
        value = math.exp(scaled) if by_name[name].log else scaled
        return f"{value:.3g} (published {by_name[name].value:.3g})"

    told = []
    alone = {name for name, (miss, _) in found.alone.items() if miss > 1}
    for name in sorted(alone):
        told.append(f"{name} is out of reach by itself: at best {shown(name, found.alone[name][1])}.")
    for first, second, miss, closest_first, closest_second in found.pairs:
        if miss > 1 and not {first, second} & alone:
            told.append(
                f"{first} and {second} exclude each other: with {second} met, {first} is at best "
                f"{shown(first, closest_first)}; with {first} met, {second} is at best {shown(second, closest_second)}."
            )
    if not told and found.all_together > 1:
        rest = sorted(found.without.items(), key=lambda each: each[1])[:3]
        told.append(
            f"No two targets exclude each other, but all together do: at best one is missed by "
            f"{found.all_together:.1f} tolerances. Giving one up, the others are missed by at most: "
            + ", ".join(f"without {name} {miss:.1f}" for name, miss in rest)
            + "."
        )
    if not told:
        told.append(f"The emulators hold all targets attainable; the runs still miss {', '.join(away)}: search longer.")
    if cut > 3:
        told.append(f"No point is left at the usual cut of 3; the draws come from below {cut:.2f}.")
    if aside:
        told.append(f"Given up for the others' sake, with a discrepancy as wide as the miss: {', '.join(aside)}.")
    return told


def write_world(content: Mapping[str, Any], place: Path) -> None:
    """The world's file, whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    head = (
        f"# Written by: python -m experiments.fit world={content['world']}. Change the fit, not this file.\n"
        "# draws: parameters whose run with this seed is not ruled out by the targets; its implausibility is that of this run.\n"
    )
    part = place.with_suffix(".part")
    body = yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True, width=110)
    part.write_text(head + body, encoding="utf-8")
    os.replace(part, place)


def tell(content: Mapping[str, Any], rows: Sequence[dict[str, Any]], campaign: Campaign, place: Path) -> None:
    """Print the table, the conflicts and where all lies."""
    print(table_text(rows))
    print(
        f"Best point: implausibility {content['best_implausibility']}. Not ruled out: {content['not_ruled_out']:.2g} of "
        f"the space below {content['cut']}. Draws: {len(content['draws'])}."
    )
    for text in content["conflicts"]:
        print(f"Conflict: {text}")
    if content["at_bounds"]:
        print(f"At a bound, which may be too narrow: {', '.join(content['at_bounds'])}.")
    for failure in sorted(set(campaign.failures))[:3]:
        print(f"A run failed: {failure}")
    made = campaign.made
    print(
        f"Runs: {made['full']} of full and {made['small']} of small size, {made['found again']} of them found again. "
        f"Written: {place} and {place.with_name(place.stem + '-hindcast.csv')}."
    )


def hindcast_again(settings: Mapping[str, Any]) -> Path:
    """Run the best point and the draws of a fitted world once more and write its table."""
    name = str(settings["world"])
    place = Path(settings["out"]) if settings["out"] else FOLDER / f"{name}.yaml"
    world = load_world(name, place.parent)
    content = yaml.safe_load(place.read_text(encoding="utf-8"))
    anchors = anchors_of(name)
    campaign, seeds = campaign_of(settings, anchors), seeds_of(settings)
    fixed = {mechanic: dict(values) for mechanic, values in world.inputs.items()}
    campaign.inputs = fixed
    twice = seeds[:AGAIN]
    drawn = [dict(each.parameters) for each in world.draws for _ in twice]
    run_with = np.array([*seeds, *np.tile(twice, len(world.draws))])
    try:
        _, values = campaign.values([content["best"]] * len(seeds) + drawn, run_with, True, "hindcast", checked=True)
    finally:
        campaign.close()
    weight = np.repeat([each.weight for each in world.draws], len(twice))
    table = np.array(values)
    rows = hindcast(anchors, table[: len(seeds)], table[len(seeds) :], weight)
    target = place.with_name(f"{place.stem}-hindcast.csv")
    write_csv(rows, target)
    print(table_text(rows))
    print(f"Written: {target}.")
    return target
