"""Pictures of experiments: each says its message in the title, shows its uncertainty and how to make it again.

look = look_of(folder, command="sweep ...", language="en")
effects_chart(rows, look, "effects")
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from experiments.fans import weighted_quantile
from experiments.layout import HEIGHT, Picture, framed, lettering, written
from experiments.marks import INK, MARKS, MUTED, STYLES
from experiments.words import LANGUAGES, settle_language
from scenarios.predictions.judgement import LEVEL

Array = npt.NDArray[Any]
ROW = 0.30  # inches that one row of a chart takes
FRAME = 1.9  # inches that title, legend, axis and footnote take
BINS = 8  # of the running mean through a scatter
FEWEST = 8  # runs, below which a scatter is not said to rise or fall; source: assumption
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
CUT = 2.5  # an axis of effects reaches so many times the largest effect; longer intervals are cut
GREYS = ("#222222", "#7a7a7a", "#b5b5b5")

TEXTS = {
    "change": ("change, % of the base's mean", "变化（占基准均值的 %）"),
    "resolved": ("filled: 90% interval excludes 0", "实心：90% 区间不含 0"),
    "open": ("hollow: not resolved", "空心：尚不能判定"),
    "moves": ("{scenario} moves {quantity} most: {value}", "{scenario} 对 {quantity} 影响最大：{value}"),
    "nothing": ("No effect is resolved", "没有可判定的影响"),
    "depends": ("{output} depends most on {name}", "{output} 最依赖 {name}"),
    "constant": ("{output} depends on none of the parameters", "{output} 不依赖任何参数"),
    "elementary": ("mean size of the effect over the range, {unit} (mu*)", "全范围内效应的平均大小，{unit}（mu*）"),
    "share": ("share of the variance", "方差占比"),
    "alone": ("alone (S1)", "单独（S1）"),
    "total": ("with interactions (ST)", "含交互（ST）"),
    "interval": ("bars: 90% interval", "横线：90% 区间"),
    "map": ("{name} matters most, over all outputs", "总体上 {name} 最重要"),
    "standard": ("effect over the range, in standard deviations of the output", "全范围效应（以输出标准差计）"),
    "rises": ("{output} rises with {name}", "{output} 随 {name} 上升"),
    "falls": ("{output} falls with {name}", "{output} 随 {name} 下降"),
    "bends": ("{output} rises and falls with {name}", "{output} 随 {name} 有升有降"),
    "unresolved": ("Whether {output} depends on {name} is not resolved", "尚不能判定 {output} 是否依赖 {name}"),
    "differs": ("{output} moves with {name} otherwise in each market", "{output} 随 {name} 的变化因市场而异"),
    "mean": ("mean with 90% interval", "均值与 90% 区间"),
    "runs": ("runs", "单次模拟"),
    "binned": ("running mean", "分段均值"),
    "where": ("{words} where {limits}", "{words} 的条件：{limits}"),
    "nowhere": ("No condition makes {words} likelier", "没有条件使 {words} 更可能"),
    "interest": ("{words}", "{words}"),
    "other": ("otherwise", "其他"),
    "coverage": ("coverage", "覆盖率"),
    "density": ("density", "密度"),
    "regret": ("{name} is regretted least", "{name} 的遗憾最小"),
    "unsure": ("{name} is regretted least; whether less than {rival} is not resolved", "{name} 的遗憾最小，但与 {rival} 的差别尚不能判定"),
    "alike": ("All strategies are the same in every future", "所有策略在每个情景中都相同"),
    "regretted": ("regret in {quantity}, {unit}", "{quantity} 的遗憾，{unit}"),
    "spread": (
        "line: 5 to 95% of futures, box: half of them, mark: median, cross: worst",
        "线：5–95% 的情景，框：一半，点：中位数，叉：最坏",
    ),
    "satisfied": ("share of futures that satisfy", "满足要求的情景占比"),
    "command": ("Made by: {command}", "生成命令：{command}"),
}


@dataclass(frozen=True)
class Look:
    """Where pictures go, what makes them again, and in which language they speak."""

    folder: Path
    command: str
    language: str
    fonts: Sequence[str]

    def say(self, text: str, **values: Any) -> str:
        """A text in the language of the pictures."""
        return TEXTS[text][LANGUAGES.index(self.language)].format(**values)

    @property
    def foot(self) -> list[str]:
        """The footnote."""
        return [self.say("command", command=self.command)]


def look_of(folder: Path, command: str, language: str) -> Look:
    """How the pictures of an experiment look; Chinese falls back to English with a warning where there is no font."""
    language, fonts = settle_language(language)
    return Look(folder, command, language, fonts)


def tidy_rows(axes: Axes, names: Sequence[str], zero: bool = True) -> None:
    """Rows from top to bottom with their names, a light grid, and a line at zero."""
    axes.set_yticks(range(len(names)), list(names), fontsize=7.5)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(axis="x", color="#dddddd", lw=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=7.5, length=2)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    if zero:
        axes.axvline(0, color=INK, lw=0.8)


def drawn(
    look: Look,
    name: str,
    title: str,
    legend: Sequence[tuple[Any, str]],
    height: float,
    panels: Sequence[float],
    paint: Callable[..., None],
    left: float = 0.30,
    below: float = 0.46,
) -> Picture:
    """A picture of panels side by side: frames them, lets `paint` fill them, writes it.

    Args:
        legend: handles with their meaning. height: inches. panels: relative widths. paint: called with the axes.
        left: share of the width that the names of rows take. below: inches for ticks and label under the axes.
    """
    with lettering(look.fonts):
        handles, labels = [each[0] for each in legend], [each[1] for each in legend]
        figure, bottom, top = framed([title], look.foot, (handles, labels), look.language, height)
        axes = figure.subplots(1, len(panels), squeeze=False, gridspec_kw={"width_ratios": list(panels)})[0]
        figure.subplots_adjust(left=left, right=0.975, bottom=bottom + below / height, top=top - 0.14 / height, wspace=0.38)
        paint(*axes)
        return written(figure, look.folder, name, [title], title, look.command)


def effects_chart(rows: Sequence[Mapping[str, Any]], look: Look, name: str) -> Picture:
    """What scenarios change: a row for each quantity, a mark for each scenario.

    Args:
        rows: quantity, scenario, relative, relative_low, relative_high (shares), resolved.
    """
    quantities, scenarios = (list(dict.fromkeys(str(row[word]) for row in rows)) for word in ("quantity", "scenario"))
    there = [row for row in rows if np.isfinite(row["relative"])]
    sure = [row for row in there if row["resolved"]]
    title = look.say("nothing")
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
            axes.plot([100 * row["relative_low"], 100 * row["relative_high"]], [y, y], color=colour, lw=1.3, clip_on=True)
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
    return drawn(look, name, title, legend, FRAME + ROW * len(quantities), [1], paint)


def tornado_chart(
    names: Sequence[str], series: Mapping[str, tuple[Array, Array]], output: str, unit: str, look: Look, name: str
) -> Picture:
    """Parameters by their importance for one output, the greatest above.

    Args:
        series: "elementary", or "total" and "alone": values (d,) and half their intervals (d,).
    """
    first = next(iter(series.values()))[0]
    order = np.argsort(-first, kind="stable")
    title = look.say("depends", output=output, name=names[order[0]]) if first.max() > 0 else look.say("constant", output=output)

    def paint(axes: Axes) -> None:
        for number, (values, half) in enumerate(series.values()):
            y = np.arange(len(names)) + (0.0 if len(series) == 1 else 0.36 * number - 0.18)
            axes.barh(y, values[order], height=0.7 / len(series), color=GREYS[number], edgecolor=INK, lw=0.4)
            low, high = values[order] - half[order], values[order] + half[order]
            axes.hlines(y, np.maximum(low, 0) if "elementary" in series else low, high, color="#D55E00", lw=1.4)
        tidy_rows(axes, [names[place] for place in order])
        axes.set_xlabel(look.say("elementary", unit=unit) if "elementary" in series else look.say("share"), fontsize=8)

    legend: list[tuple[Any, str]] = [
        (Patch(facecolor=GREYS[number], edgecolor=INK), look.say(word)) for number, word in enumerate(series) if word != "elementary"
    ]
    legend.append((Line2D([], [], color="#D55E00", lw=1.4), look.say("interval")))
    return drawn(look, name, title, legend, FRAME + ROW * len(names), [1], paint)


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


def importance_map(rows: Sequence[str], columns: Sequence[str], values: Array, look: Look, name: str) -> Picture:
    """The importance of each parameter (rows) for each output (columns), in standard deviations, the greatest above."""
    order = np.argsort(-values.mean(axis=1), kind="stable")
    title = look.say("map", name=rows[order[0]])
    return heat_chart([rows[place] for place in order], columns, values[order], title, look.say("standard"), look, name)


def broken(name: str) -> str:
    """A name in code on several short lines."""
    lines, line = [], ""
    for word in name.replace(".", "._").split("_"):
        if line and len(line) + len(word) > 11:
            lines.append(line)
            line = ""
        line += ("_" if line and not line.endswith(".") else "") + word
    return "\n".join([*lines, line])


def course(mean: Array) -> str:
    """Whether means by rising parameter rise, fall, or bend."""
    steps = np.diff(mean)
    return "rises" if (steps >= 0).all() else "falls" if (steps <= 0).all() else "bends"


def sweep_chart(
    series: Mapping[str, tuple[Array, ...]],
    resolved: Sequence[bool],
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
        resolved: of each series, whether its highest mean is resolved above its lowest, run by run.
        about: the unit of the parameter.
    """
    words = {course(each[1]) if sure else "unresolved" for each, sure in zip(series.values(), resolved, strict=True)}
    word = words.pop() if len(words) == 1 else "differs"

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
    """Whether runs rise or fall with a parameter by rank (Spearman), or else bend over parts of its range (Kruskal-Wallis)."""
    from scipy.stats import kruskal, spearmanr  # takes a second to import

    if np.ptp(y) == 0 or len(y) < FEWEST:
        return "unresolved"
    ranks = spearmanr(x, y)
    if ranks.pvalue < 1 - LEVEL:
        return "rises" if ranks.statistic > 0 else "falls"
    return "bends" if len(parts) > 1 and kruskal(*parts).pvalue < 1 - LEVEL else "unresolved"


def scatter_chart(x: Array, y: Array, output: str, unit: str, factor: str, about: str, look: Look, name: str) -> Picture:
    """An output against one parameter of a random design: all runs, and a running mean with its 90% interval."""
    edges = np.quantile(x, np.linspace(0, 1, min(BINS, max(2, len(x) // 4)) + 1))
    place = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(edges) - 2)
    centre, mean, half = [], [], []
    for number in np.unique(place):
        mine = y[place == number]
        centre.append(float(x[place == number].mean()))
        mean.append(float(mine.mean()))
        half.append(1.645 * float(mine.std(ddof=1)) / np.sqrt(len(mine)) if len(mine) > 1 else 0.0)
    middle, width = np.array(mean), np.array(half)
    word = relation(x, y, [y[place == number] for number in np.unique(place)])

    def paint(axes: Axes) -> None:
        axes.plot(x, y, "o", color=MUTED, ms=2.5, alpha=0.6)
        axes.fill_between(centre, middle - width, middle + width, color=STYLES[0].colour, alpha=0.25, lw=0)
        axes.plot(centre, middle, color=STYLES[0].colour, lw=2)
        plain(axes, f"{factor}, {about}", f"{output}, {unit}")

    legend = [(Line2D([], [], color=MUTED, marker="o", ms=3, lw=0), look.say("runs"))]
    legend.append((Line2D([], [], color=STYLES[0].colour, lw=2), f"{look.say('binned')}, {look.say('mean')}"))
    return drawn(look, name, look.say(word, output=output, name=factor), legend, HEIGHT, [1], paint, left=0.11)


def plain(axes: Axes, x: str, y: str) -> None:
    """Axes with their labels and a light grid."""
    axes.set_xlabel(x, fontsize=8)
    axes.set_ylabel(y, fontsize=8)
    axes.grid(color="#e2e2e2", lw=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=7.5, length=2)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


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
        steps: coverage and density of each step of the peeling.
    """
    title = look.say("where", words=words, limits=said) if said else look.say("nowhere", words=words)

    def paint(axes: Axes, small: Axes) -> None:
        axes.plot(x[~interest, 0], x[~interest, 1], "o", ms=3.5, color=MUTED, markerfacecolor="white", mew=0.7)
        axes.plot(x[interest, 0], x[interest, 1], "o", ms=3.8, color=STYLES[1].colour)
        if said:
            low = np.where(np.isfinite(limits[0]), limits[0], x.min(axis=0))
            high = np.where(np.isfinite(limits[1]), limits[1], x.max(axis=0))
            axes.add_patch(Rectangle((low[0], low[1]), high[0] - low[0], high[1] - low[1], fill=False, ec=INK, lw=1.8))
        plain(axes, names[0], names[1])
        small.plot(steps[0], steps[1], "-o", color=INK, ms=3, lw=1)
        plain(small, look.say("coverage"), look.say("density"))
        small.set_xlim(-0.03, 1.03)
        small.set_ylim(0, 1.05)

    legend = [
        (Line2D([], [], color=STYLES[1].colour, marker="o", ms=4, lw=0), look.say("interest", words=words)),
        (Line2D([], [], color=MUTED, marker="o", markerfacecolor="white", ms=4, lw=0), look.say("other")),
    ]
    return drawn(look, name, title, legend, HEIGHT, [2.2, 1], paint, left=0.11)


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
