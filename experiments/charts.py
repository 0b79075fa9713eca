"""Pictures of experiments: each says its message in the title, shows its uncertainty and how to make it again.

look = look_of(folder, command="sweep ...", language="en")
effects_chart(rows, look, "effects")
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from experiments.canvas import FRAME, GREYS, ROW, Look, drawn, interval_line, plain, tidy_rows
from experiments.fans import weighted_quantile
from experiments.layout import HEIGHT, Picture
from experiments.marks import INK, MARKS, MUTED, STYLES
from scenarios.predictions.judgement import LEVEL

Array = npt.NDArray[Any]
BINS = 8  # of the running mean through a scatter
FEWEST = 8  # points, below which a scatter is not said to rise or fall; source: assumption
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
CUT = 2.5  # an axis of effects reaches so many times the largest effect; longer intervals are cut, with an arrow head


def effects_chart(rows: Sequence[Mapping[str, Any]], look: Look, name: str) -> Picture:
    """What scenarios change: a row for each quantity, a mark for each scenario.

    Args:
        rows: quantity, scenario, relative, relative_low, relative_high (shares), resolved.
    """
    quantities, scenarios = (list(dict.fromkeys(str(row[word]) for row in rows)) for word in ("quantity", "scenario"))
    there = [row for row in rows if np.isfinite(row["relative"])]
    sure = [row for row in there if row["resolved"]]
    title = look.say("same" if there and all(row["relative_low"] == row["relative_high"] == 0 for row in there) else "nothing")
    if sure:
        most = max(sure, key=lambda row: abs(row["relative"]))
        value = f"{most['relative']:+.0%} ({most['relative_low']:+.0%} to {most['relative_high']:+.0%})"
        title = look.say("moves", scenario=most["scenario"], quantity=most["quantity"], value=value)
    largest = 100 * max((abs(row["relative"]) for row in there), default=0.0)
    widest = 100 * max((max(abs(row["relative_low"]), abs(row["relative_high"])) for row in there), default=0.0)
    reach = max(1.0, min(CUT * largest, 1.06 * widest))

    def paint(axes: Axes) -> None:
        for row in there:
            number = scenarios.index(row["scenario"])
            y = quantities.index(row["quantity"]) + 0.6 * ((number + 0.5) / len(scenarios) - 0.5)
            colour = STYLES[number % len(STYLES)].colour
            low, high = sorted((100 * row["relative_low"], 100 * row["relative_high"]))  # a negative base turns them around
            interval_line(axes, low, high, y, (-reach, reach), colour)
            face = colour if row["resolved"] else "white"
            axes.plot(100 * row["relative"], y, MARKS[number % len(MARKS)], color=colour, markerfacecolor=face, ms=5.5)
        tidy_rows(axes, quantities)
        axes.set_xlim(-reach, reach)
        axes.set_xlabel(look.say("change"), fontsize=8)

    legend = [
        (Line2D([], [], color=STYLES[n % len(STYLES)].colour, marker=MARKS[n % len(MARKS)], ms=5.5, lw=1.3), scenario)
        for n, scenario in enumerate(scenarios)
    ]
    hollow = Line2D([], [], color=INK, marker="o", markerfacecolor="white", ms=5.5, lw=0)
    legend += [(Line2D([], [], color=INK, marker="o", ms=5.5, lw=0), look.say("resolved")), (hollow, look.say("open"))]
    if widest > reach:
        legend.append((Line2D([], [], color=INK, marker=">", ms=6, lw=1.3), look.say("beyond")))
    return drawn(look, name, title, legend, FRAME + ROW * len(quantities), [1], paint)


def heat_chart(rows: Sequence[str], columns: Sequence[str], values: Array, title: str, label: str, look: Look, name: str) -> Picture:
    """A table of numbers as shades of grey with the numbers in it.

    Args:
        values: (rows, columns); nan is left white.
    """

    def paint(axes: Axes) -> None:
        finite = values[np.isfinite(values)]
        low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
        axes.imshow(values, cmap="Greys", aspect="auto", vmin=low, vmax=high + (high - low) * 0.25 + 1e-12)
        for place in np.ndindex(values.shape):
            dark = (values[place] - low) / max(high - low, 1e-12) > 0.65
            axes.text(place[1], place[0], f"{values[place]:.3g}", ha="center", va="center", fontsize=7, color="white" if dark else INK)
        axes.set_yticks(range(len(rows)), list(rows), fontsize=7.5)
        axes.set_xticks(range(len(columns)), [broken(column) for column in columns], fontsize=7)
        axes.tick_params(length=0)
        axes.set_xlabel("\n".join(textwrap.wrap(label, 76)), fontsize=8)

    height = FRAME + 0.5 + ROW * len(rows)
    return drawn(look, name, title, [], height, [1], paint, below=0.75)


def broken(name: str) -> str:
    """A name in code on several short lines."""
    lines, line = [], ""
    for word in name.replace(".", "._").split("_"):
        if line and len(line) + len(word) > 11:
            lines.append(line)
            line = ""
        line += ("_" if line and not line.endswith(".") else "") + word
    return "\n".join([*lines, line])


def sweep_chart(
    series: Mapping[str, tuple[Array, ...]],
    courses: Sequence[str],
    output: str,
    unit: str,
    factor: str,
    about: str,
    look: Look,
    name: str,
) -> Picture:
    """An output against one parameter: means with 90% intervals at its values, a line for each series.

    Args:
        series: label -> values of the parameter, mean, low and high of the output, (points,) each, by rising value.
        courses: of each series, what is resolved of it run by run: it rises, falls, bends, or is unresolved.
        about: the unit of the parameter.
    """
    word = courses[0] if len(set(courses)) == 1 else "unalike" if "unresolved" in courses else "differs"

    def paint(axes: Axes) -> None:
        for number, (exact, middle, below, above) in enumerate(series.values()):
            style = STYLES[number % len(STYLES)]
            x = exact + 0.008 * (number - (len(series) - 1) / 2) * np.ptp(exact)  # series that agree would hide each other
            axes.vlines(x, below, above, color=style.colour, lw=1.2)
            axes.plot(x, middle, marker=MARKS[number % len(MARKS)], color=style.colour, ls=style.line, lw=1.6, ms=5)
        plain(axes, f"{factor}, {about}", f"{output}, {unit}")

    legend = [
        (Line2D([], [], color=STYLES[n % len(STYLES)].colour, ls=STYLES[n % len(STYLES)].line, marker=MARKS[n % len(MARKS)], ms=5), label)
        for n, label in enumerate(series)
    ]
    legend.append((Line2D([], [], color=INK, lw=1.2), look.say("mean")))
    return drawn(look, name, look.say(word, output=output, name=factor), legend, HEIGHT, [1], paint, left=0.11)


def relation(x: Array, y: Array, parts: Sequence[Array]) -> str:
    """Whether points rise or fall with a parameter by rank (Spearman), or else bend over parts of its range (Kruskal-Wallis).

    Each of the two tests gets half of what both together may err.
    """
    from scipy.stats import kruskal, spearmanr  # takes a second to import

    if np.ptp(y) == 0 or len(y) < FEWEST:
        return "unresolved"
    ranks = spearmanr(x, y)
    if ranks.pvalue < (1 - LEVEL) / 2:
        return "rises" if ranks.statistic > 0 else "falls"
    return "bends" if len(parts) > 1 and kruskal(*parts).pvalue < (1 - LEVEL) / 2 else "unresolved"


def scatter_chart(x: Array, y: Array, output: str, unit: str, factor: str, about: str, look: Look, name: str) -> Picture:
    """An output against one parameter of a random design: all runs, and a running mean with its 90% interval.

    Runs of one value share all else that is varied, so they count once, by their mean.
    """
    values, owner = np.unique(x, return_inverse=True)
    means = np.bincount(owner, y) / np.bincount(owner)
    edges = np.quantile(values, np.linspace(0, 1, min(BINS, max(2, len(values) // 4)) + 1))
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    centre, mean, half = [], [], []
    for number in np.unique(place):
        mine = means[place == number]
        centre.append(float(values[place == number].mean()))
        mean.append(float(mine.mean()))
        half.append(1.645 * float(mine.std(ddof=1)) / np.sqrt(len(mine)) if len(mine) > 1 else 0.0)
    middle, width = np.array(mean), np.array(half)
    word = relation(values, means, [means[place == number] for number in np.unique(place)])

    def paint(axes: Axes) -> None:
        axes.plot(x, y, "o", color=MUTED, ms=2.5, alpha=0.6)
        axes.fill_between(centre, middle - width, middle + width, color=STYLES[0].colour, alpha=0.25, lw=0)
        axes.plot(centre, middle, color=STYLES[0].colour, lw=2)
        plain(axes, f"{factor}, {about}", f"{output}, {unit}")

    legend = [(Line2D([], [], color=MUTED, marker="o", ms=3, lw=0), look.say("runs"))]
    legend.append((Line2D([], [], color=STYLES[0].colour, lw=2), f"{look.say('binned')}, {look.say('mean')}"))
    return drawn(look, name, look.say(word, output=output, name=factor), legend, HEIGHT, [1], paint, left=0.11)


def boxes_chart(
    x: Array,
    names: Sequence[str],
    interest: Array,
    limits: tuple[Array, Array],
    said: str,
    words: str,
    steps: tuple[Array, Array],
    look: Look,
    name: str,
) -> Picture:
    """The cases in the two most restricted conditions with the box, and the trade of coverage against density.

    Args:
        x: (cases, 2). names: of the two, with units. limits: low and high, (2,). said: the limits in words; "" without a box.
        steps: coverage and density of each step of the peeling; without any there is no panel of them.
    """
    hits, cases = int(interest.sum()), len(interest)
    word = "where" if said else "never" if hits == 0 else "always" if hits == cases else "nowhere"
    title = look.say(word, words=words, limits=said, hits=hits, cases=cases)

    def paint(axes: Axes, small: Axes | None = None) -> None:
        axes.plot(x[~interest, 0], x[~interest, 1], "o", ms=3.5, color=MUTED, markerfacecolor="white", mew=0.7)
        axes.plot(x[interest, 0], x[interest, 1], "o", ms=3.8, color=STYLES[1].colour)
        if said:
            low = np.where(np.isfinite(limits[0]), limits[0], x.min(axis=0))
            high = np.where(np.isfinite(limits[1]), limits[1], x.max(axis=0))
            axes.add_patch(Rectangle((low[0], low[1]), high[0] - low[0], high[1] - low[1], fill=False, ec=INK, lw=1.8))
        plain(axes, names[0], names[1])
        if small is None:
            return
        small.plot(steps[0], steps[1], "-o", color=INK, ms=3, lw=1)
        plain(small, look.say("coverage"), look.say("density"))
        small.set_xlim(-0.03, 1.03)
        small.set_ylim(0, 1.05)

    legend = [
        (Line2D([], [], color=STYLES[1].colour, marker="o", ms=4, lw=0), look.say("interest", words=words)),
        (Line2D([], [], color=MUTED, marker="o", markerfacecolor="white", ms=4, lw=0), look.say("other")),
    ]
    return drawn(look, name, title, legend, HEIGHT, [2.2, 1] if len(steps[0]) else [1], paint, left=0.11)


def regret_chart(
    names: Sequence[str],
    regrets: Array,
    weights: Array,
    shares: Sequence[tuple[float, float, float]],
    quantity: str,
    unit: str,
    title: str,
    look: Look,
    name: str,
) -> Picture:
    """How much each strategy is regretted over futures, and in which share of them it satisfies.

    Args:
        names: strategies, the least regretted first. regrets: (strategy, future). shares: value, low and high of each.
    """

    def paint(axes: Axes, small: Axes) -> None:
        for row, mine in enumerate(regrets):
            low, lower, middle, upper, high = weighted_quantile(mine, weights, LEVELS)
            axes.hlines(row, low, high, color=INK, lw=1.2)
            axes.add_patch(Rectangle((lower, row - 0.22), upper - lower, 0.44, facecolor=GREYS[2], edgecolor=INK, lw=0.7))
            axes.plot(middle, row, "o", color=INK, ms=4.5)
            axes.plot(mine[weights > 0].max(), row, "x", color=STYLES[1].colour, ms=6, mew=1.6)
        tidy_rows(axes, names)
        axes.set_xlabel(look.say("regretted", quantity=quantity, unit=unit), fontsize=8)
        for row, (value, low, high) in enumerate(shares):
            small.hlines(row, low, high, color=INK, lw=1.2)
            small.plot(value, row, "D", color=INK, ms=4.5)
        tidy_rows(small, [""] * len(names), zero=False)
        small.set_xlim(-0.03, 1.03)
        small.set_xlabel(look.say("satisfied"), fontsize=8)

    legend = [(Line2D([], [], color=INK, lw=1.2, marker="o", ms=4.5), look.say("spread"))]
    return drawn(look, name, title, legend, FRAME + 0.3 + ROW * len(names), [2, 1], paint, left=0.2)
