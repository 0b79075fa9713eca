"""A fitted world is held against every number published about the past: fitted, held out and never used.

    python -m experiments.hindcast world=report        # runs the world's best point and draws once more

The table says for each anchor what was published, what the model gives in the middle of the draws and how far
they spread, the error, and whether the middle lies within tolerance. Nothing is scaled after a run.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.anchors import Anchor, Anchors
from experiments.fans import weighted_quantile

Array = npt.NDArray[Any]
COLUMNS = (
    "world",
    "role",
    "anchor",
    "observable",
    "reference",
    "unit",
    "published",
    "low",
    "high",
    "best",
    "median",
    "spread",
    "error",
    "error_of",
    "within",
    "bound",
    "note",
)
ROLES = {"target": "fitted", "hold-out": "held out", "check": "never used", "input": "put in, so not counted"}


def hindcast(anchors: Anchors, best: Array, draws: Array, weight: Array) -> list[dict[str, Any]]:
    """One row for each anchor, targets first.

    Args:
        anchors: what was published.
        best: values of all anchors in the best point's runs, (seeds, all).
        draws: the same of the draws' runs, (draws, all).
        weight: of the draws, (draws,).
    """
    rows = []
    for place, anchor in sorted(enumerate(anchors.all), key=lambda each: list(ROLES).index(each[1].counted_as)):
        median, spread = weighted(draws[:, place], weight)
        relative = anchor.log
        error = median / anchor.value - 1.0 if relative else median - anchor.value
        low, high = anchor.ends
        rows.append(
            {
                "world": anchors.world,
                "role": anchor.counted_as,
                "anchor": anchor.name,
                "observable": anchor.observable,
                "reference": anchor.reference,
                "unit": anchor.unit,
                "published": anchor.value,
                "low": low,
                "high": high,
                "best": mean_of(best[:, place]),
                "median": median,
                "spread": spread,
                "error": error,
                "error_of": "published value" if relative else "difference",
                "within": "not simulated" if math.isnan(median) else ("yes" if anchor.within(median) else "no"),
                "bound": anchor.bound,
                "note": "; ".join(filter(None, (f"put in as {anchor.put_in}" * bool(anchor.put_in), anchor.note))),
            }
        )
    return rows


def weighted(values: Array, weight: Array) -> tuple[float, float]:
    """Weighted median of the values that are known, and half of what lies between 16% and 84% of them; nan if none is."""
    known = np.isfinite(values)
    if not known.any() or weight[known].sum() <= 0:
        return math.nan, math.nan
    low, median, high = weighted_quantile(values[known, None], weight[known], (0.16, 0.5, 0.84))[:, 0]
    return float(median), float(high - low) / 2


def mean_of(values: Array) -> float:
    """Mean of the values that are known; nan if none is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else math.nan


def write_csv(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """The table as data, whole or not at all; six digits, empty where there is no number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: cell(row[name]) for name in COLUMNS})
    os.replace(part, path)


def cell(value: Any) -> str:
    """A value as it stands in the table."""
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else ""
    return str(value)


def table_text(rows: Sequence[dict[str, Any]]) -> str:
    """The table for a reader, one line for each anchor."""
    lines = [
        f"{'anchor':<42}{'published':>10}{'best':>10}{'median':>10}{'spread':>9}{'error':>9}  within",
    ]
    for role, heading in ROLES.items():
        part = [row for row in rows if row["role"] == role]
        if part:
            met = "" if role == "input" else f": {sum(row['within'] == 'yes' for row in part)} of {len(part)} within"
            lines.append(f"-- {heading}{met}")
        for row in part:
            sign = {"upper": "<", "lower": ">"}.get(row["bound"], "")
            error = f"{row['error']:+.1%}" if row["error_of"] != "difference" else f"{row['error']:+.2f}"
            published = sign + number(row["published"])
            lines.append(
                f"{row['anchor']:<42}{published:>10}{number(row['best']):>10}{number(row['median']):>10}"
                f"{number(row['spread']):>9}{error:>9}  {row['within']}"
            )
    return "\n".join(lines)


def number(value: float) -> str:
    """Three digits."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def missed(rows: Sequence[dict[str, Any]], anchors: Anchors) -> list[tuple[Anchor, dict[str, Any]]]:
    """Targets whose median is not within tolerance."""
    by_name = {anchor.name: anchor for anchor in anchors.all}
    return [(by_name[row["anchor"]], row) for row in rows if row["role"] == "target" and row["within"] != "yes"]


def main() -> None:
    """Run a world's best point and draws once more and write its table."""
    import sys

    from experiments.fit import command

    sys.exit(command([*sys.argv[1:]], hindcast_only=True))


if __name__ == "__main__":
    main()
