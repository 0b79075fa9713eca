"""How fans and published numbers look: colours for the screen, lines, hatches and marks for paper in grey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.legend_handler import HandlerBase
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Transform

from experiments.fans import LEVELS, Fan, first_fan, typical_members, weighted_quantile
from experiments.published import AnchorPoint
from experiments.words import say


@dataclass(frozen=True)
class Style:
    """How one world is drawn: colour for the screen, line and hatch for paper without colour."""

    colour: str
    line: str | tuple[int, tuple[float, ...]]
    hatch: str | None
    band: float  # opacity of the 90% band


# Okabe and Ito's palette, the last darkened. The order is the order of drawing.
STYLES = (
    Style("#0072B2", "-", None, 0.20),
    Style("#D55E00", (0, (5, 2)), "////", 0.0),
    Style("#009E73", (0, (1, 1.5)), "....", 0.0),
    Style("#8A3D6E", (0, (4, 1.5, 1, 1.5)), "xxxx", 0.0),
)
MARKS = ("o", "s", "^", "D", "v", "P", "X")
REPORT_MARK, REPORT_COLOUR, INK, MUTED = "*", "#E69F00", "#222222", "#666666"


def draw_fan(axis: Axes, fan: Fan, style: Style, factor: float = 1.0, singles: int = 12) -> None:
    """The 90% and 50% band, the median and a few single runs of one world."""
    low, lower, median, upper, high = factor * weighted_quantile(fan.values, fan.weights, LEVELS)
    for member in typical_members(fan.weights, singles):
        axis.plot(fan.years, factor * fan.values[member], color=style.colour, lw=0.4, alpha=0.35, zorder=2)
    if style.hatch is None:
        axis.fill_between(fan.years, low, high, color=style.colour, alpha=style.band, lw=0, zorder=1)
    else:
        hatched: dict[str, Any] = {
            "facecolor": "none",
            "edgecolor": style.colour,
            "hatch": style.hatch,
            "alpha": 0.55,
            "lw": 0.6,
        }
        axis.fill_between(fan.years, low, high, zorder=1, **hatched)
    axis.fill_between(fan.years, lower, upper, color=style.colour, alpha=0.32, lw=0, zorder=1.5)
    axis.plot(fan.years, median, color=style.colour, ls=style.line, lw=2.2, zorder=4)


def house_marks(anchors: Sequence[AnchorPoint]) -> dict[str, str]:
    """Each house keeps one marker; the report's is a star."""
    houses = list(dict.fromkeys(point.house for point in anchors if point.house != "report"))
    return {house: MARKS[index % len(MARKS)] for index, house in enumerate(houses)} | {"report": REPORT_MARK}


def draw_anchors(axis: Axes, anchors: Sequence[AnchorPoint], marks: Mapping[str, str], years: np.ndarray, factor: float = 1.0) -> None:
    """Published numbers inside the years shown, with the marks of `house_marks`: houses dark, the report a star; unchecked ones hollow."""
    houses = list(dict.fromkeys(point.house for point in anchors if point.house != "report"))
    for point in anchors:
        if not years.min() - 0.5 <= point.year <= years.max() + 0.5:
            continue
        # Houses that agree would hide each other: each is moved sideways by a few weeks.
        shift = 0.0 if point.house == "report" else 0.055 * (houses.index(point.house) - (len(houses) - 1) / 2)
        x = point.year + shift
        colour = REPORT_COLOUR if point.house == "report" else INK
        if point.high > point.low:
            axis.plot([x, x], [factor * point.low, factor * point.high], color=INK, lw=3.2, zorder=5)
            axis.plot([x, x], [factor * point.low, factor * point.high], color=colour, lw=1.6, zorder=5)
            ends = [point.high] if point.bound == "upper" else [point.low, point.high]
        else:
            ends = [point.value]
        if point.bound == "upper":
            arrow = {"arrowstyle": "<-", "color": INK, "lw": 1.0}
            foot = (x, factor * point.low)
            axis.annotate("", foot, (0, -16), textcoords="offset points", arrowprops=arrow, zorder=5)
        look = mark(marks[point.house], point.house == "report", point.checked)
        for end in ends:
            axis.plot([x], [factor * end], zorder=6, **look)


def mark(symbol: str, of_report: bool, checked: bool) -> dict[str, Any]:
    """The look of one published number: a hollow mark was not checked at its source."""
    face = REPORT_COLOUR if of_report else (INK if checked else "white")
    return {
        "marker": symbol,
        "ls": "none",
        "ms": 10 if of_report else 5.5,
        "mfc": face,
        "mec": INK,
        "mew": 0.9,
    }


class FanHandle:
    """A legend entry for a whole fan; drawn by FanHandler."""

    def __init__(self, style: Style) -> None:
        self.style = style

    def get_label(self) -> str:
        """matplotlib asks every handle for a label; ours is given beside it."""
        return ""


class FanHandler(HandlerBase):
    """The legend shows a small fan: light band, dark band, median."""

    def create_artists(
        self,
        legend: Legend,
        orig_handle: Any,
        xdescent: float,
        ydescent: float,
        width: float,
        height: float,
        fontsize: float,
        trans: Transform,
    ) -> list[Artist]:
        """The three pieces of the small fan, in the legend's own coordinates."""
        style = orig_handle.style
        outer = Rectangle((-xdescent, -ydescent - 0.25 * height), width, 1.5 * height, transform=trans)
        if style.hatch is None:
            outer.set(facecolor=style.colour, alpha=style.band, lw=0)
        else:
            outer.set(facecolor="none", edgecolor=style.colour, hatch=style.hatch, alpha=0.55, lw=0.6)
        inner = Rectangle((-xdescent, -ydescent + 0.2 * height), width, 0.6 * height, transform=trans)
        inner.set(facecolor=style.colour, alpha=0.32, lw=0)
        middle = -ydescent + 0.5 * height
        ends = [-xdescent, width - xdescent]
        line = Line2D(ends, [middle, middle], color=style.colour, ls=style.line, lw=2.2)
        line.set_transform(trans)
        return [outer, inner, line]


def tidy(axis: Axes, years: np.ndarray, zero: bool) -> None:
    """Only the two axes that carry numbers stay; whole years; a level starts at zero."""
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(axis="y", lw=0.4, color="#CCCCCC", zorder=0)
    axis.set_axisbelow(True)
    axis.set_xlim(years.min() - 0.3, years.max() + 0.3)
    axis.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    if zero:
        axis.set_ylim(bottom=0.0)


def legend_entries(fans: dict[str, dict[str, Fan]], anchors: list[AnchorPoint], language: str) -> tuple[list[Any], list[str]]:
    """What each look means: the fans, the single runs, every house, and the dotted line."""
    years = first_fan(fans).years
    anchors = [point for point in anchors if years.min() - 0.5 <= point.year <= years.max() + 0.5]
    handles: list[Any] = [FanHandle(style) for style, _ in zip(STYLES, fans, strict=False)]
    labels = [say("band", language, world=say(f"world:{world}", language)) for world in fans]
    handles.append(Line2D([], [], color=MUTED, lw=0.6))
    labels.append(say("single", language))
    houses = {point.house for point in anchors}
    for house, symbol in house_marks(anchors).items():
        if house in houses:
            handles.append(Line2D([], [], **mark(symbol, house == "report", True)))
            labels.append(say(f"house:{house}", language))
    if not all(point.checked for point in anchors):
        handles.append(Line2D([], [], **mark("o", False, False)))
        labels.append(say("hollow", language))
    if any(point.house != "report" for point in anchors):
        handles.append(Line2D([], [], color=MUTED, lw=0.8, ls=(0, (1, 2))))
        labels.append(say("observed", language))
    return handles, labels
