"""The published numbers of each world, read through `load_report` and `load_history`.

anchors_of("report").targets        # what is fitted; .all holds checks and held-out numbers too
"""

from __future__ import annotations

from experiments.anchors import Anchor, Anchors
from experiments.history_targets import LAST_FITTED, data_anchors
from experiments.report_targets import report_anchors
from scenarios.data import History, Report, load_history, load_report

__all__ = ["LAST_FITTED", "Anchor", "Anchors", "anchors_of"]


def anchors_of(world: str, report: Report | None = None, history: History | None = None) -> Anchors:
    """The anchors of the world `report` or `data`."""
    report, history = report or load_report(), history or load_history()
    return report_anchors(report, history) if world == "report" else data_anchors(history, report)
