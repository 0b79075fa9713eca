"""Pictures of what outputs depend on: a tornado for each output, a map of all; a title names what the intervals tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from experiments.analysis.sensitivity import leaders, resolved_shares
from experiments.canvas import FRAME, GREYS, ROW, Look, drawn, interval_line, tidy_rows
from experiments.charts import heat_chart
from experiments.layout import Picture
from experiments.marks import INK

Array = npt.NDArray[Any]
COLOUR = "#D55E00"  # of intervals
NAMED = 3  # parameters that a title names; more are told as not resolved
MARGIN = 0.25  # how far an axis of shares reaches beyond 0 and 1; longer intervals are cut, with an arrow head


def title_of(look: Look, names: Sequence[str], places: Sequence[int], words: tuple[str, str, str], **values: Any) -> str:
    """The one that leads; or those that may; or that it is not resolved, if they are many or all.

    Args:
        places: of those not told apart from the greatest; none where the greatest says nothing. words: the texts of the three cases.
    """
    if len(places) == 1:
        return look.say(words[0], name=names[places[0]], **values)
    if places and len(places) <= NAMED and len(places) < len(names):
        return look.say(words[1], names=look.listed([names[place] for place in places]), **values)
    return look.say(words[2], **values)


def tornado_chart(
    names: Sequence[str], series: Mapping[str, tuple[Array, Array]], output: str, unit: str, look: Look, name: str
) -> Picture:
    """Parameters by their importance for one output, the greatest above.

    Args:
        series: "elementary", or "total" and "alone": values (d,) and half their intervals (d,).
    """
    first, wide = next(iter(series.values()))
    order = np.argsort(-first, kind="stable")
    shares = "elementary" not in series
    title = look.say("constant", output=output)
    if first.max() > 0:
        places = leaders(first, wide)
        if shares and not resolved_shares(first, wide)[places].all():
            places = []
        title = title_of(look, names, places, ("depends", "either", "undecided"), output=output)
    low = min(float(np.nanmin(values - half)) for values, half in series.values())
    high = max(float(np.nanmax(values + half)) for values, half in series.values())
    limits = (0.0, 1.04 * max(high, 1e-300))
    if shares:
        values = np.concatenate([each for each, _ in series.values()])
        limits = (min(0.0, max(low, -MARGIN), values.min()) - 0.03, max(1.0, min(high, 1 + MARGIN), values.max()) + 0.03)

    def paint(axes: Axes) -> None:
        for number, (values, half) in enumerate(series.values()):
            rows = np.arange(len(names)) + (0.0 if len(series) == 1 else 0.36 * number - 0.18)
            axes.barh(rows, values[order], height=0.7 / len(series), color=GREYS[number], edgecolor=INK, lw=0.4)
            ends = np.maximum(values - half, -np.inf if shares else 0.0), values + half
            for row, place in zip(rows, order, strict=True):
                interval_line(axes, ends[0][place], ends[1][place], row, limits, COLOUR, 1.4)
        tidy_rows(axes, [names[place] for place in order])
        axes.set_xlim(*limits)
        axes.set_xlabel(look.say("share") if shares else look.say("elementary", unit=unit), fontsize=8)

    legend: list[tuple[Any, str]] = [
        (Patch(facecolor=GREYS[number], edgecolor=INK), look.say(word)) for number, word in enumerate(series) if word != "elementary"
    ]
    legend.append((Line2D([], [], color=COLOUR, lw=1.4), look.say("interval")))
    if (shares and low < limits[0]) or high > limits[1]:
        legend.append((Line2D([], [], color=COLOUR, marker=">", ms=6, lw=1.4), look.say("beyond")))
    return drawn(look, name, title, legend, FRAME + ROW * len(names), [1], paint)


def importance_map(rows: Sequence[str], columns: Sequence[str], values: Array, half: Array, look: Look, name: str) -> Picture:
    """The importance of each parameter (rows) for each output (columns), in standard deviations, the greatest above.

    Args:
        values: (rows, columns). half: half their intervals; of the mean over columns the mean of these, for their errors are of
            the same runs.
    """
    order = np.argsort(-values.mean(axis=1), kind="stable")
    places = leaders(values.mean(axis=1), half.mean(axis=1))
    title = title_of(look, rows, places, ("map", "map_either", "map_undecided"))
    return heat_chart([rows[place] for place in order], columns, values[order], title, look.say("standard"), look, name)
