"""The toy step by framework as horizontal bars on a logarithmic axis."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from experiments.bench.racing import Result
from experiments.bench.report import number, ratios
from experiments.marks import INK, MUTED

OWN = "livemarket"


def title_of(results: Sequence[Result]) -> str:
    """What the picture says, from its numbers."""
    own = [result for result in results if result.name == f"{OWN}, 1 thread"]
    others = [result for result in results if not result.name.startswith(OWN)]
    if not own or not others:
        return "Time of one consumer's week in the toy market"
    slowest, nearest = (choose(others, key=lambda r: r.middle) for choose in (max, min))
    least, most = (median(ratios(results, result.name, own[0].name)) for result in (nearest, slowest))  # as in the table
    return (
        f"On one thread livemarket takes {number(own[0].middle)} ns for a consumer's week:\n"
        f"{nearest.name} takes {least:.1f} times as long, {slowest.name} {most:.0f} times"
    )


def draw(results: Sequence[Result], path: Path, note: str = "") -> None:
    """Draw the frameworks that ran, the fastest on top, into an SVG file; note names machine and day."""
    ran = sorted((result for result in results if result.nanoseconds), key=lambda r: r.middle, reverse=True)
    figure = Figure(figsize=(8.4, 1.9 + 0.42 * len(ran)), layout="constrained")
    FigureCanvasSVG(figure)
    axis = figure.add_subplot()
    for place, result in enumerate(ran):
        mine = result.name.startswith(OWN)
        low, high = min(result.nanoseconds), max(result.nanoseconds)
        axis.barh(place, result.middle, color="#0072B2" if mine else "#CCCCCC", edgecolor=INK, lw=0.7, height=0.62)
        axis.plot([low, high], [place, place], color=INK, lw=1.2, marker="|", ms=7)
        axis.annotate(number(result.middle), (high, place), (7, 0), textcoords="offset points", va="center", color=INK, fontsize=9)
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axis.set_xlim(1, 4 * max((max(result.nanoseconds) for result in ran), default=10))
    axis.set_yticks(range(len(ran)), [result.name for result in ran])
    for label, result in zip(axis.get_yticklabels(), ran, strict=True):
        label.set_fontweight("bold" if result.name.startswith(OWN) else "normal")
    axis.set_xlabel("ns for each consumer and step, logarithmic; bar: median, line: smallest to greatest")
    axis.grid(axis="x", color="#DDDDDD", lw=0.6)
    axis.set_axisbelow(True)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(axis="y", length=0)
    axis.set_title(title_of(ran), loc="left", fontsize=11, color=INK)
    if note:
        figure.supxlabel(note, fontsize=7.5, color=MUTED, x=0.01, ha="left")
    figure.savefig(path, format="svg", metadata={"Date": None})
