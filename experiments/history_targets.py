"""The market's history becomes targets to the end of LAST_FITTED; the year after it is held out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from experiments.anchors import Anchor, Anchors
from experiments.pooling import pooled_market
from experiments.report_targets import concentration
from scenarios.data import History, Report
from sim.errors import DataError

WHOLE_YEAR = 12
LAST_FITTED = 2022
"""Last year of the history that is fitted; the year after it is held out."""

SERIES: dict[str, dict[str, Any]] = {
    "ecom_livestream_users_CNNIC": {
        "observable": "live_users",
        "dated": True,
        "tolerance": 0.10,
        "error": 0.04,
        "from": (2020, 6),
        "note": "a survey",
    },
    "kuaishou_gmv_annual": {
        "observable": "live_gmv_platform",
        "platform": "kuaishou",
        "growth": True,
        "tolerance": 0.15,
        "error": 0.05,
        "note": "ratio of two years; shelf and short video included",
    },
    "kuaishou_ad_to_gmv": {
        "observable": "ad_to_gmv",
        "factor": 0.01,
        "tolerance": 0.15,
        "error": 0.10,
        "note": "one platform; not all of its advertising is for commerce",
    },
    "complaints_12315_livestream": {
        "observable": "complaint_count",
        "tolerance": 0.20,
        "error": 0.05,
        "note": "one hotline",
    },
    "private_domain_gmv_100EC": {
        "observable": "private_domain_gmv",
        "tolerance": 0.15,
        "error": 0.12,
        "shared": 0.10,
        "note": "one house; houses differ by a factor of two in what they count",
        "put_in": {2020: "habit.private_at_start"},
    },
}
"""Series of the history, the observable each is held against, and standard deviations of their logs.

`put_in` names the parameter that a year's number was made into.
"""


def data_anchors(history: History, report: Report) -> Anchors:
    """The history up to LAST_FITTED as targets, the year after it held out, and what else is known as checks."""
    found, shared = _live_market(history)
    for series, told in SERIES.items():
        anchors = _dated(history, series, told) if told.get("dated") else _yearly(history, series, told)
        found += anchors
        if "shared" in told:
            names = [each.name for each in anchors if each.role == "target"]
            shared += [(a, b, told["shared"] ** 2) for a in names for b in names if a < b]
    if not [each for each in found if each.role == "target"]:
        raise DataError(f"the history has no figure up to {LAST_FITTED} to fit.")
    returns = history.series("return_rate_livestream_firm")[0]
    found.append(
        Anchor(
            f"return_rate_{returns.end.year}",
            "return_rate_livestream_firm",
            "check",
            "return_rate",
            returns.end.year,
            returns.value / 100,
            0.15,
            unit="share",
        )
    )
    return Anchors("data", (*found, *concentration(report, history)), tuple(shared))


def _live_market(history: History) -> tuple[list[Anchor], list[tuple[str, str, float]]]:
    """Live GMV by all houses together; the held-out year is pooled with what was known after it."""
    known, later = pooled_market(history, LAST_FITTED), pooled_market(history, LAST_FITTED + 1)
    anchors = []
    for market in (known, later):
        for place, year in enumerate(market.years):
            wanted = LAST_FITTED - 2 <= year <= LAST_FITTED if market is known else year > LAST_FITTED
            if wanted:
                anchors.append(
                    Anchor(
                        f"live_gmv_{year}",
                        market.houses(year),
                        _role(year),
                        "live_gmv",
                        year,
                        float(np.exp(market.log_level[place])),
                        0.10,
                        float(np.sqrt(market.covariance[place, place])),
                        unit="CNY_trillion",
                        note="houses pooled",
                    )
                )
    fitted = [year for year in known.years if year >= LAST_FITTED - 2]
    row = {year: known.years.index(year) for year in fitted}
    shared = [(f"live_gmv_{a}", f"live_gmv_{b}", float(known.covariance[row[a], row[b]])) for a in fitted for b in fitted if a < b]
    return anchors, shared


def _role(year: int) -> str:
    return "target" if year <= LAST_FITTED else "hold-out"


def _shell(series: str, told: dict[str, Any], year: int) -> Anchor:
    """An anchor with all that its series tells, still without a value."""
    spread = math.hypot(told["error"], told.get("shared", 0.0))
    return Anchor(
        f"{told['observable']}_{year}",
        series,
        _role(year),
        told["observable"],
        year,
        math.nan,
        told["tolerance"],
        spread,
        platform=told.get("platform", ""),
        note=told["note"],
        put_in=told.get("put_in", {}).get(year, ""),
    )


def _yearly(history: History, series: str, told: dict[str, Any]) -> list[Anchor]:
    years, values = history.annual(series)
    unit = history.series(series)[0].unit
    by_year = dict(zip(years.tolist(), values.tolist(), strict=True))
    found = []
    for year in range(LAST_FITTED - 2, LAST_FITTED + 2):
        anchor = _shell(series, told, year)
        if told.get("growth"):
            if year > LAST_FITTED - 2 and {year, year - 1} <= set(by_year):
                name, ratio = f"{told.get('platform', '')}_gmv_growth_{year}", by_year[year] / by_year[year - 1]
                found.append(replace(anchor, name=name, value=ratio, base_year=year - 1, unit="ratio"))
        elif year in by_year:
            factor = told.get("factor", 1.0)
            found.append(replace(anchor, value=factor * by_year[year], unit=unit if factor == 1.0 else "share"))
    return found


def _dated(history: History, series: str, told: dict[str, Any]) -> list[Anchor]:
    found = []
    for figure in history.series(series):
        when = figure.end.year, figure.end.month
        if told["from"] <= when <= (LAST_FITTED + 1, WHOLE_YEAR):
            anchor = _shell(series, told, when[0])
            name = f"{told['observable']}_{when[0]}-{when[1]:02d}"
            found.append(replace(anchor, name=name, month=when[1], value=figure.value, unit=figure.unit))
    return found
