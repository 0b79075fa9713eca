"""The ensemble becomes pictures: each says its message in the title and can be made again from its footnote.

    pictures = draw_all(dataset, "runs/forecast/pictures", load_report(), load_history(), command="forecast")

What the report and the houses published is drawn beside the runs; see `anchor_points`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.fans import Fan, first_fan, yearly
from experiments.layout import HEIGHT, Picture, framed, lettering, written
from experiments.marks import INK, MUTED, STYLES, draw_anchors, draw_fan, house_marks, legend_entries, tidy
from experiments.messages import PLANS, Panel, Plan, description, message
from experiments.published import AnchorPoint, anchor_points, described_year
from experiments.words import LANGUAGES, NOTES, say, settle_language
from experiments.workers import Job, Pool, results_of
from sim.errors import DataError, did_you_mean

__all__ = ["AnchorPoint", "Picture", "anchor_points", "draw_all"]


@dataclass(frozen=True)
class Sketch:
    """What one picture is drawn from: fans by world and quantity, the footnote, the language and its fonts."""

    name: str
    fans: dict[str, dict[str, Fan]]
    foot: str
    language: str
    fonts: list[str]


def draw_all(
    dataset: xr.Dataset,
    folder: str | Path,
    report: Any,
    history: Any,
    *,
    scenario: str | None = None,
    language: str = "en",
    command: str = "",
    only: Sequence[str] | None = None,
    pool: Pool | None = None,
    processes: int = 1,
) -> list[Picture]:
    """Draw every picture the ensemble has the quantities for, as PNG and SVG, in reading order.

    A quantity that no member carries (its mechanic was left out) drops its picture with a warning.

    Args:
        dataset: the ensemble, dims world, scenario, member, year; yearly twins named `<variable>_annual`.
        scenario: which one to draw; the first of the ensemble if None.
        language: "en" or "zh"; Chinese needs a font and falls back to English with a warning.
        command: what the reader types to make the pictures again; printed under each.
        only: names of pictures, for a part of them.
        pool, processes: workers who draw them side by side, and how many do.

    Raises:
        DataError: naming all unknown scenarios and pictures at once, or saying that nothing can be drawn.
    """
    scenarios = [str(name) for name in dataset["scenario"].values]
    names = [plan.name for plan in PLANS]
    faults = []
    if scenario is not None and scenario not in scenarios:
        hint = did_you_mean(scenario, scenarios)
        faults.append(f"scenario '{scenario}' is not in the ensemble ({', '.join(scenarios)}).{hint}")
    for name in only or ():
        if name not in names:
            faults.append(f"picture '{name}' is unknown ({', '.join(names)}).{did_you_mean(name, names)}")
    if faults:
        raise DataError(faults)
    language, fonts = settle_language(language)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sketches, missing = [], []
    for plan in PLANS:
        if only is not None and plan.name not in only:
            continue
        fans = plan_fans(plan, dataset, scenario or scenarios[0])
        if fans:
            foot = footnote(dataset, scenario or scenarios[0], list(fans), language, command)
            sketches.append(Sketch(plan.name, fans, foot, language, fonts))
        else:
            missing.append(plan.name)
    anchors, base = anchor_points(report, history), described_year(report)
    arguments = [(sketch, anchors, base, folder) for sketch in sketches]
    if pool is None:
        pictures = [draw_one(*each) for each in arguments]
    else:
        pictures = results_of(pool.outcomes([Job(f"picture '{each[0].name}'", draw_one, each) for each in arguments], processes))
    if missing:
        text = f"not drawn, for want of their quantities: {', '.join(missing)}"
        if not pictures:
            raise DataError(text)
        warnings.warn(text, stacklevel=2)
    return pictures


def draw_one(
    sketch: Sketch, anchors: dict[str, list[AnchorPoint]], base: int, folder: Path, progress: Callable[[int, int], None] | None = None
) -> Picture:
    """Draw one picture and write its two files.

    Args:
        anchors: what others published, by quantity. base: the year that the report describes.
        progress: told nothing; a picture is one piece of work.
    """
    plan = next(plan for plan in PLANS if plan.name == sketch.name)
    years = first_fan(sketch.fans).years
    near = max((int(year) for year in years if year <= base), default=int(years[0]))
    sentences = message(plan, sketch.fans, anchors, near, sketch.language)
    alt = description(plan, sketch.fans, sentences, sketch.language)
    with lettering(sketch.fonts):
        figure = draw(plan, sketch.fans, anchors, sentences, sketch.foot, sketch.language)
        return written(figure, folder, plan.name, sentences, alt)


def plan_fans(plan: Plan, dataset: xr.Dataset, scenario: str) -> dict[str, dict[str, Fan]]:
    """Each world's fans of one picture; a world that lacks one of the quantities is left out."""
    result: dict[str, dict[str, Fan]] = {}
    for world in (str(name) for name in dataset["world"].values):
        fans: dict[str, Fan | None] = {}
        for panel in plan.panels:
            source = "cpm" if panel.variable == "cpm_growth" else panel.variable
            fan = yearly(dataset, source, world, scenario) if f"{source}_annual" in dataset else None
            if fan is not None and panel.variable == "cpm_growth":
                fan = fan.relative_to(int(fan.years[0]))
            fans[panel.variable] = fan
        if all(fan is not None for fan in fans.values()):
            result[world] = {name: fan for name, fan in fans.items() if fan is not None}
    return result


def footnote(dataset: xr.Dataset, scenario: str, worlds: list[str], language: str, command: str) -> str:
    """How to make the picture again, and of what it is made."""
    members = dataset["member"]
    counts = {name: len(np.unique(members[name].values)) if name in members.coords else "?" for name in ("draw", "seed")}
    made = say("made", language, command=command) + "\n" if command else ""
    return made + say(
        "footnote",
        language,
        worlds=", ".join(worlds),
        scenario=scenario,
        members=members.size,
        draws=counts["draw"],
        seeds=counts["seed"],
        version=dataset.attrs.get("code_version", "?"),
    )


def draw(
    plan: Plan,
    fans: dict[str, dict[str, Fan]],
    anchors: dict[str, list[AnchorPoint]],
    sentences: list[str],
    foot: str,
    language: str,
) -> Figure:
    """One picture: the message above, the panels, the legend and the footnote below."""
    note = NOTES[plan.name][LANGUAGES.index(language)] if plan.name in NOTES else ""
    shown = [point for panel in plan.panels for point in anchors.get(panel.variable, [])]
    figure, bottom, top = framed(sentences, [note, *foot.split("\n")], legend_entries(fans, shown, language), language)
    axes = figure.subplots(1, len(plan.panels), squeeze=False)[0]
    several = len(axes) > 1
    inch = 1 / HEIGHT
    figure.subplots_adjust(
        left=0.085,
        right=0.98,
        bottom=bottom + 0.44 * inch,
        top=top - (0.30 if several else 0.12) * inch,
        wspace=0.42 if len(axes) > 2 else 0.24,
    )
    for axis, panel in zip(axes, plan.panels, strict=True):
        draw_panel(axis, panel, fans, anchors.get(panel.variable, []), house_marks(shown), language)
        if several:
            heading = say(f"heading:{panel.variable}", language, first=int(first_fan(fans).years[0]))
            axis.set_title(heading, loc="left", fontsize=8.5 if len(axes) > 2 else 9, color=INK, pad=5)
        axis.xaxis.set_major_locator(MaxNLocator(3 if len(axes) > 2 else 6, integer=True))
    return figure


def draw_panel(
    axis: Axes, panel: Panel, fans: dict[str, dict[str, Fan]], anchors: list[AnchorPoint], marks: dict[str, str], language: str
) -> None:
    """One quantity in every world, with what others published about it, each house with its mark."""
    years = next(iter(fans.values()))[panel.variable].years
    for style, of_world in zip(STYLES, fans.values(), strict=False):
        draw_fan(axis, of_world[panel.variable], style, panel.factor, singles=12 // len(fans))
    draw_anchors(axis, anchors, marks, years, panel.factor)
    tidy(axis, years, panel.zero)
    observed = [point.year for point in anchors if point.house != "report"]
    if observed and max(observed) < years[-1]:
        axis.axvline(max(observed) + 0.5, color=MUTED, lw=0.8, ls=(0, (1, 2)), zorder=1)
    axis.set_ylabel(say(panel.variable, language), fontsize=8.5)
    axis.set_xlabel(say("year", language), fontsize=8.5, labelpad=1)
    axis.tick_params(labelsize=8.5)
