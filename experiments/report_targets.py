"""The report's claims become targets and held-out checks, each in the role that was given to it."""

from __future__ import annotations

import math
from typing import Any

from experiments.anchors import Anchor, Anchors
from experiments.published import anchor_points, described_year
from scenarios.data import Claim, History, Report

SHARE_DIGIT = 0.01  # shares are published in whole percent
TOLERANCE = {"live_gmv": 0.10, "customer_acquisition_cost": 0.25}  # of the report's targets, relative; others 0.15


def report_anchors(report: Report, history: History) -> Anchors:
    """The report's targets and held-out checks."""
    described = described_year(report)
    targets = []
    for claim in report.with_role("target"):
        observable = report.roles[claim.id].parameter_or_observable
        if observable == "cpm":
            targets.append(_traffic_price(report, claim))
            continue
        year = claim.year or described
        targets.append(
            Anchor(
                f"{observable}_{year}",
                claim.id,
                "target",
                observable,
                year,
                claim.value,
                TOLERANCE.get(observable, 0.15),
                _rounding(claim) / claim.value,
                unit=claim.unit,
            )
        )
    return Anchors("report", (*targets, *_report_checks(report, history, described)))


def _traffic_price(report: Report, claim: Claim) -> Anchor:
    """Both claims on the price of traffic are one interval: told as +100% and as +150%."""
    ends = sorted((claim.value, report.claim("1.4.1-a").value))
    year, base = claim.year or 0, claim.baseline_year or 0
    return Anchor(
        f"cpm_growth_{base}_{year}",
        f"{claim.id} and 1.4.1-a",
        "target",
        "cpm",
        year,
        sum(ends) / 2,
        (ends[1] - ends[0]) / 2,
        log=False,
        base_year=base,
        change=True,
        unit="relative_change",
        note="an interval: the report tells both ends",
    )


CHECKS: dict[str, dict[str, Any]] = {
    "12.1-f": {"year": 2020, "base": True, "note": "22 points below 2024; one platform's shop rooms had 0.70"},
    "1.2.1-b": {},
    "1.2.1-f": {"bound": "lower"},
    "5.1-f": {"note": "mapped to 1.1 million sellers"},
    "5.1-g": {"change": True},
    "5.1-h": {"bound": "upper"},
    "5.1-j": {"bound": "upper"},
    "8.1-g": {"change": True},
}
"""Held-out claims that a run can be asked about, and how they are told."""


def _report_checks(report: Report, history: History, described: int) -> list[Anchor]:
    found = []
    for claim in report.with_role("check"):
        told, observable = CHECKS[claim.id], report.roles[claim.id].parameter_or_observable
        year, value = told.get("year", claim.year or described), claim.value
        if told.get("base"):
            value = report.claim("12.1-e").baseline_value or math.nan
        change = told.get("change", False)
        found.append(
            Anchor(
                f"{observable}_{'change_' if change else ''}{year}",
                claim.id,
                "check",
                observable,
                year,
                value,
                max(0.15 * abs(value), 0.05) if change else 0.15,
                log=not change,
                change=change,
                base_year=(claim.baseline_year or year - 1) if change else 0,
                bound=told.get("bound", ""),
                unit=claim.unit,
                note=told.get("note", ""),
            )
        )
    stay = report.claim("5.2-c")
    before = stay.baseline_year or 0
    found.append(
        Anchor(
            f"watch_time_{before}",
            "5.2-c baseline",
            "check",
            "watch_time",
            before,
            stay.baseline_value or math.nan,
            0.15,
            unit=stay.unit,
            put_in="the length of a stay in the room sessions",
        )
    )
    return found + concentration(report, history)


def concentration(report: Report, history: History) -> list[Anchor]:
    """The streamers' ranks of May 2020, with which rooms start: shown, and never counted as reproduced."""
    points = anchor_points(report, history)
    slope, share = points["streamer_tail_exponent"][0], points["top100_gmv_share"][0]
    year = int(slope.year)
    return [
        Anchor(
            f"streamer_tail_exponent_{year}",
            "history: ranks of May 2020",
            "input",
            "streamer_tail_exponent",
            year,
            slope.value,
            0.15,
        ),
        Anchor(
            f"top100_gmv_share_{year}",
            "history: top100_influencer_gmv_May2020_sum",
            "input",
            "top100_gmv_share",
            year,
            share.high,
            0.15,
            bound="upper",
            unit="share",
        ),
    ]


def _rounding(claim: Claim) -> float:
    """Standard deviation of a uniform error of half the last digit printed."""
    digits = len(f"{claim.value:g}".partition(".")[2])
    last = SHARE_DIGIT if claim.unit == "share" else 10.0**-digits
    return last / math.sqrt(12)
