"""What the columns of tables are in: `columns.csv` stands beside the tables of every results folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

NAME = "columns.csv"
OF_ROW = "as in the row's column 'unit'"
IN_ROWS = (
    "estimate", "low", "high", "mu", "mu_star", "mu_star_conf", "sigma", "mean", "regret", "regret_90", "high_regret", "worst_regret",
    "payoff",
)  # fmt: skip
"""Columns whose unit is that of the row, where the table has a column `unit`."""
SHARES = (
    "weight", "estimate", "low", "high", "relative", "relative_low", "relative_high", "share_before", "share_after", "share_best", "best",
    "satisfied", "satisfied_low", "satisfied_high", "coverage", "density", "mass", "chance", "luck", "first_order", "first_order_conf",
    "total_order", "total_order_conf", "second_order", "second_order_conf", "share_of_chance", "share_of_chance_low",
    "share_of_chance_high",
)  # fmt: skip
"""Columns without a dimension; estimate, low and high where no row has a unit are those of shares."""
OTHERS = {
    "standardised": "standard deviations of the output",
    "standardised_conf": "standard deviations of the output",
    "pairs": "pairs of runs",
    "left_out": "pairs of runs",
    "pairs_needed": "pairs of runs",
    "runs_saved": "runs",
    "runs": "runs",
    "conditions": "conditions",
}


def parameter_unit(name: str) -> str:
    """The unit of a parameter, <mechanic>.<parameter>; nothing for what is none."""
    from sim.model import known_mechanics

    mechanic, _, parameter = name.partition(".")
    kind = known_mechanics().get(mechanic)
    return kind.parameters[parameter].unit if kind is not None and parameter in kind.parameters else ""


def column_units(columns: Sequence[str], units: Mapping[str, str]) -> dict[str, str]:
    """The unit of each column of a table, of those that have one; labels, numbers of runs and words have none.

    Args:
        units: of quantities; the ends of their intervals have the same.
    """
    found = {}
    for name in columns:
        quantity = next((name.removesuffix(end) for end in ("_low", "_high") if name.removesuffix(end) in units), name)
        if name in IN_ROWS and "unit" in columns:
            found[name] = OF_ROW
        elif unit := units.get(quantity) or OTHERS.get(name) or ("1" if name in SHARES else parameter_unit(name)):
            found[name] = unit
    return found


def write_columns(tables: Mapping[str, pd.DataFrame], units: Mapping[str, str], folder: Path) -> Path:
    """Write a row for each column of each table with its unit, and return its place."""
    import pandas as pd

    rows = []
    for table, frame in tables.items():
        known = column_units(list(frame.columns), units)
        rows += [{"table": table, "column": column, "unit": known.get(column, "")} for column in frame.columns]
    path = folder / NAME
    pd.DataFrame(rows, columns=["table", "column", "unit"]).to_csv(path, index=False, lineterminator="\n")
    return path
