"""The report's 50 predictions are held against an ensemble: a row each, a probability and a plain word."""

from __future__ import annotations

import csv
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from itertools import groupby
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import xarray as xr

from scenarios.predictions import NOT_MODELLED, PREDICTIONS, Test
from scenarios.predictions.judgement import (
    FAILS,
    HOLDS,
    NEEDS_EXPERIMENT,
    STATUSES,
    UNDECIDED,
    Evidence,
    Share,
    Verdict,
    majority,
    share_of,
)
from scenarios.predictions.judgement import NOT_MODELLED as NOT_MODELLED_YET
from scenarios.predictions.market import TOLERANCE
from scenarios.predictions.members import Key, Members
from scenarios.predictions.prediction import IncomparableError
from sim.errors import DataError, did_you_mean

REPORT = Path(__file__).parents[1] / "scenarios" / "report" / "predictions.csv"
WIDTH = 100
LEGEND = [
    "Beside an id: weighted share of members in which it holds [90% interval] of how many members.",
    "It holds if the interval lies above one half, or above what the words of its test ask for.",
]


@dataclass(frozen=True)
class Row:
    """One prediction judged in one world and scenario; without a probability where nothing was counted."""

    id: str
    status: str
    probability: float | None
    low: float | None
    high: float | None
    world: str
    scenario: str
    members: int
    verdict: str
    naive: str
    statement: str


def score(
    ensemble: xr.Dataset,
    variants: Mapping[str, xr.Dataset],
    naive: Mapping[str, Any],
    world: str,
    scenario: str,
) -> list[Row]:
    """Judge all 50 predictions on the members of one world and scenario.

    Args:
        ensemble: runs of the base, with dimension `member` (draw, seed, weight), perhaps world and scenario.
        variants: paired runs by the names in `variants.yaml`, stored under the base's scenario or their own
            name. Members are paired by draw and seed, and only members run in all variants of a test count
            for it. Without `base_detail` the ensemble takes its place if it records each brand.
        naive: a simple extrapolation's answer by prediction id (`answer`, `text`), or a text.

    A prediction whose quantities have a gap in some run is undecided and says which: a gap is never counted as a 'no'.

    Raises:
        DataError: members or naive answers that are none.
    """
    statements = predictions_of_the_report()
    unknown = [id for id in naive if id not in statements]
    if unknown:
        raise DataError([f"naive answer to '{id}': no such prediction.{did_you_mean(id, statements)}" for id in unknown])
    labels = {"world": (world,), "scenario": (scenario,)}
    base = Members.of(ensemble, labels, "the ensemble")
    pairs = {name: Members.of(runs, {**labels, "scenario": (scenario, name)}, f"variant '{name}'") for name, runs in variants.items()}
    if "brand_gmv" in ensemble:
        pairs.setdefault("base_detail", base)
    rows = []
    for id, statement in statements.items():
        verdict, share = Verdict(NOT_MODELLED_YET, NOT_MODELLED.get(id, "")), None
        if id in PREDICTIONS:
            try:
                verdict, share = judge(PREDICTIONS[id], base, pairs)
            except DataError as error:
                verdict = Verdict(UNDECIDED, f"cannot be judged, as runs have gaps: {'; '.join(error.faults)}")
        numbers = (share.value, share.low, share.high) if share else (None, None, None)
        count, answer = (share.members if share else 0), naive_text(naive.get(id))
        rows.append(Row(id, verdict.status, *numbers, world, scenario, count, verdict.text, answer, statement))
    return rows


def predictions_of_the_report(path: Path = REPORT) -> dict[str, str]:
    """Statement of each prediction by id, in the report's order."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["statement"] for row in csv.DictReader(file)}


def judge(test: Test, base: Members, pairs: Mapping[str, Members]) -> tuple[Verdict, Share | None]:
    """Hold one test against all members that were run with its variants."""
    missing = [name for name in test.variants if name not in pairs]
    if missing:
        return Verdict(NEEDS_EXPERIMENT, f"needs paired runs of: {', '.join(missing)}"), None
    keys = [key for key in base.runs if all(key in pairs[name].runs for name in test.variants)]
    if not keys:
        raise DataError(f"no member shares draw and seed with each of: {', '.join(test.variants)}")
    met, aside = conditions_met(test, base, pairs, keys)
    weights = np.array([base.weights[key] for key in met])
    if not weights.sum() > 0:
        return Verdict(UNDECIDED, f"no member with a weight can be compared{aside}"), None
    weights /= weights.sum()
    draws = np.array([draw for draw, _ in met])
    holds = np.array([all(conditions.values()) for conditions in met.values()], dtype=float)
    runs = tuple(base.runs[key] for key in met)
    evidence = Evidence(runs, weights, draws, tuple(met.values()), share_of(holds, weights, draws))
    verdict = (test.verdict or majority)(evidence)
    return Verdict(verdict.status, verdict.text + starts(test, evidence) + aside), evidence.share


def conditions_met(
    test: Test, base: Members, pairs: Mapping[str, Members], keys: Sequence[Key]
) -> tuple[dict[Key, Mapping[str, bool]], str]:
    """Which conditions each member meets, and a sentence on members that cannot be compared.

    Raises DataError with each different gap in the data once, and how many members have it.
    """
    met: dict[Key, Mapping[str, bool]] = {}
    gaps: dict[str, list[Key]] = {}
    incomparable: list[str] = []
    for key in keys:
        paired = {name: pairs[name].runs[key] for name in test.variants}
        try:
            met[key] = test.conditions(base.runs[key], **paired)
        except DataError as error:
            for fault in error.faults:
                gaps.setdefault(fault, []).append(key)
        except IncomparableError as error:
            incomparable.append(str(error))
    if gaps:
        raise DataError(
            f"{fault} (in {len(where)} of {len(keys)} members, first draw {where[0][0]}, seed {where[0][1]})"
            for fault, where in gaps.items()
        )
    if not incomparable:
        return met, ""
    return met, f" [{len(incomparable)} of {len(keys)} members set aside: {incomparable[0]}]"


def starts(test: Test, evidence: Evidence) -> str:
    """A sentence for each level from which the words set out and the runs, by more than 5%, do not."""
    text = ""
    for start in test.starts:
        level = float(evidence.weights @ np.array([start.measure(run) for run in evidence.runs]))
        if abs(level - start.stated) > TOLERANCE * abs(start.stated):
            text += f"; {start.what} is {level:.3g} here, {start.stated:.3g} in the words"
    return text


def naive_text(answer: Any) -> str:
    """A naive answer as 'holds; text', 'holds in part; text', 'fails; text' or 'cannot tell; text', or the text that was given.

    Of a prediction of several parts it may answer some: that these hold is not that it holds.
    """
    if answer is None or isinstance(answer, str):
        return answer or ""
    word = {True: HOLDS if answer.whole else f"{HOLDS} in part", False: FAILS}.get(answer.answer, "cannot tell")
    return f"{word}; {answer.text}"


def write_csv(rows: Iterable[Row], path: Path) -> None:
    """Write the scorecard with the columns of `Row`; shares have four decimals, or are blank if none."""
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(Row)])
        for row in rows:
            writer.writerow([f"{cell:.4f}" if isinstance(cell, float) else cell for cell in astuple(row)])


def table_text(rows: Sequence[Row]) -> str:
    """The scorecard as text of at most 100 columns: counts by status, then the rows under each status."""
    lines: list[str] = []
    for (world, scenario), group in groupby(rows, key=lambda row: (row.world, row.scenario)):
        rows_here = list(group)
        counts = Counter(row.status for row in rows_here)
        lines += [f"{len(rows_here)} predictions of the report in world '{world}', scenario '{scenario}'"]
        lines += [f"  {counts[status]:3d} {status}" for status in STATUSES]
        lines += LEGEND
        for status in STATUSES:
            chosen = [row for row in rows_here if row.status == status]
            if chosen:
                lines += ["", status.upper()]
            for row in chosen:
                lines += entry(row)
        lines.append("")
    return "\n".join(lines)


def entry(row: Row) -> list[str]:
    """One prediction: how often it holds and what it says, then why, then what an extrapolation says."""
    lead = f"{row.id:<9} "
    if row.probability is not None:
        often = f"{row.probability:.2f} [{row.low:.2f}-{row.high:.2f}] of {row.members}"
        lead += f"{often:<24} "
    lines = paragraph(lead, row.statement)
    lines += paragraph(" " * 10 + "why: ", row.verdict)
    return lines + (paragraph(" " * 10 + "naive: ", row.naive) if row.naive else [])


def paragraph(lead: str, text: str) -> list[str]:
    """Text wrapped at 100 columns behind its lead, later lines indented to where entries begin."""
    return textwrap.wrap(lead + text, WIDTH, subsequent_indent=" " * 10)


def print_table(rows: Sequence[Row], file: TextIO | None = None) -> None:
    """Print the scorecard, to standard output unless a file is given."""
    print(table_text(rows), file=file or sys.stdout)
