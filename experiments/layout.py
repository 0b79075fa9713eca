"""What every picture has: its message above, its panels, its legend and footnote below, and two files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from experiments.marks import INK, MUTED, FanHandle, FanHandler

WIDTH, HEIGHT, DPI = 7.0, 4.2, 150  # inches, inches, dots an inch
# What a line is broken between: an interval in brackets stays whole, Chinese breaks anywhere.
PIECES = re.compile(r"[(（][^()（）]{1,24}[)）]\S?\s*|[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+")
# A label's line is narrow: names in code break after a dot or an underscore too.
LABEL_PIECES = re.compile(r"[\u2e80-\uffef]|[^\s._\u2e80-\uffef]+[._]*\s*|[._]+\s*|\s+")

Legend = tuple[list[Any], list[str]]
"""Handles, and what each means."""


@dataclass(frozen=True)
class Picture:
    """A picture on disk: its message, a description for those who cannot see it, and its two files."""

    name: str
    title: str
    subtitle: str
    alt: str
    png: Path
    svg: Path


def lettering(fonts: Sequence[str]) -> AbstractContextManager[None]:
    """The settings under which a picture is drawn and written; the same numbers give the same bytes."""
    settings: Any = {
        "font.family": list(fonts),
        "font.size": 9,
        "axes.unicode_minus": False,
        "hatch.linewidth": 0.5,
        "svg.hashsalt": "livemarket",
        "svg.fonttype": "path",
    }
    return matplotlib.rc_context(settings)


def framed(
    sentences: Sequence[str], foot: Sequence[str], legend: Legend, language: str, height: float = HEIGHT
) -> tuple[Figure, float, float]:
    """A figure with its message, legend and footnote, and the two heights (shares of the figure) between which panels go.

    Args:
        sentences: the message; the first is the title.
        foot: lines of the footnote, empty ones left out.
        height: of the whole picture, in inches.
    """
    figure = Figure(figsize=(WIDTH, height), dpi=DPI)
    heavy = "bold" if language == "en" else "normal"  # few Chinese fonts carry a bold face
    margin, gap = 0.06 / height, 0.034 / height
    top = put(figure, sentences[:1], 1 - margin, {"fontsize": 9.7, "weight": heavy, "color": INK})
    top = put(figure, sentences[1:], top - gap, {"fontsize": 9, "color": INK})
    bottom = put(figure, foot, margin, {"fontsize": 7, "color": MUTED}, upwards=True)
    return figure, put_legend(figure, *legend, bottom) if legend[0] else bottom, top


def written(figure: Figure, folder: Path, name: str, sentences: Sequence[str], alt: str, command: str = "") -> Picture:
    """Write a picture as PNG and as SVG into a folder that is there; call it under the `lettering` it was drawn with.

    Args:
        command: that makes it again; it stands in both files, where programs that sort pictures find it.
    """
    name = re.sub(r"[^\w.-]+", "-", name)  # scenarios may be called anything
    png, svg = folder / f"{name}.png", folder / f"{name}.svg"
    figure.savefig(png, dpi=DPI, metadata={"Software": None, "Description": command})
    figure.savefig(svg, metadata={"Date": None, "Creator": "livemarket", "Description": command})
    return Picture(name, sentences[0], " ".join(sentences[1:]), alt, png, svg)


def renderer_of(figure: Figure) -> Any:
    """What measures text, for a figure without a window."""
    canvas: Any = FigureCanvasAgg(figure)
    return canvas.get_renderer()


def lines_of(figure: Figure, text: str, limit: float, look: dict[str, Any], pieces: re.Pattern[str] = PIECES) -> list[str]:
    """A text as lines no wider than a limit in pixels, broken between pieces; a piece that is wider stands alone."""
    renderer = renderer_of(figure)
    lines, line = [], ""
    for piece in pieces.findall(text):
        trial = figure.text(0, 0, (line + piece).rstrip(), **look)
        if line and trial.get_window_extent(renderer).width > limit:
            lines.append(line.rstrip())
            line = ""
        trial.remove()
        line += piece
    return [*lines, line.rstrip()]


def put(figure: Figure, texts: Sequence[str], at: float, look: dict[str, Any], upwards: bool = False) -> float:
    """Write texts as lines that fit the width, from a height down or up; return the height they reach."""
    lines = [line for text in filter(None, texts) for line in lines_of(figure, text, 0.97 * figure.bbox.width, look)]
    if not lines:
        return at
    block = figure.text(0.015, at, "\n".join(lines), va="bottom" if upwards else "top", linespacing=1.25, **look)
    box = block.get_window_extent(renderer_of(figure))
    return float((box.y1 if upwards else box.y0) / figure.bbox.height)


def put_legend(figure: Figure, handles: list[Any], labels: list[str], at: float) -> float:
    """Put the legend on a height in as many columns as fit; return the height of its upper edge."""
    renderer = renderer_of(figure)
    for columns in (4, 3, 2, 1):
        legend = figure.legend(
            handles,
            labels,
            loc="lower left",
            bbox_to_anchor=(0.005, at),
            ncols=columns,
            frameon=False,
            fontsize=7.5,
            handler_map={FanHandle: FanHandler()},
            handlelength=2.6,
            columnspacing=1.2,
            borderaxespad=0.2,
            labelspacing=0.45,
        )
        box = legend.get_window_extent(renderer)
        if box.x1 <= 0.995 * figure.bbox.width or columns == 1:
            break
        legend.remove()
    return float(box.y1 / figure.bbox.height)
