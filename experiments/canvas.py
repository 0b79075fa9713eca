"""What the pictures of experiments have in common: where they go, how they speak, their frame, their rows and their intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from experiments.layout import Picture, framed, lettering, written
from experiments.marks import INK
from experiments.tables import listed
from experiments.words import LANGUAGES, TEXTS, settle_language

ROW = 0.30  # inches that one row of a chart takes
FRAME = 1.9  # inches that title, legend, axis and footnote take
GREYS = ("#222222", "#7a7a7a", "#b5b5b5")


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

    def listed(self, names: Sequence[str]) -> str:
        """Names in words: a, b and c."""
        return listed(names) if self.language == "en" else "、".join(names)

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


def interval_line(axes: Axes, low: float, high: float, y: float, limits: tuple[float, float], colour: str, width: float = 1.3) -> None:
    """An interval as a line; where it goes on beyond the limits of the axis, an arrow head at the edge says so."""
    inside = max(low, limits[0]), min(high, limits[1])
    if inside[0] < inside[1]:
        axes.plot(inside, [y, y], color=colour, lw=width)
    for beyond, edge, mark in ((low < limits[0], limits[0], "<"), (high > limits[1], limits[1], ">")):
        if beyond:
            axes.plot(edge, y, mark, color=colour, ms=6, clip_on=False, zorder=5)


def plain(axes: Axes, x: str, y: str) -> None:
    """Axes with their labels and a light grid."""
    axes.set_xlabel(x, fontsize=8)
    axes.set_ylabel(y, fontsize=8)
    axes.grid(color="#e2e2e2", lw=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=7.5, length=2)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
