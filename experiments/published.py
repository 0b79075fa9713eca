"""What the report and the houses published becomes points beside the model's curves, in the model's units.

Every number is read through `scenarios.data`; none is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.words import say

HOUSES = ("100EC", "iResearch", "iiMedia", "ZhongShang")  # of the whole market's live GMV


@dataclass(frozen=True)
class AnchorPoint:
    """A number somebody published about one year, and how sure it is.

    `low` and `high` are equal to `value` where no range is known; `checked` is False for a number that is
    quoted somewhere but was not found at its source.
    """

    year: float
    low: float
    value: float
    high: float
    label: str
    house: str
    checked: bool = True
    bound: str = ""  # "upper": the truth lies at or below


def described_year(report: Any) -> int:
    """The year the report describes: that of its live market size. Undated claims are set against it."""
    return int(report.claim("1.2.1-a").year)


def anchor_points(report: Any, history: Any) -> dict[str, list[AnchorPoint]]:
    """What the report and the houses say about the quantities drawn, in the units of the ensemble.

    `report` answers `claim(id)` with value, year, baseline_value and baseline_year; `history` answers
    `series(name)` with observations of start, end, value, unit and grade. Projections (grade D) are no
    observations and are left out; grade C was not checked at its source and is marked so.
    """
    described = described_year(report)

    def claimed(claim_id: str, baseline: bool = False) -> list[AnchorPoint]:
        claim = report.claim(claim_id)
        points = [_point(claim.year or described, claim.value, "report")]
        if baseline:
            points.insert(0, _point(claim.baseline_year, claim.baseline_value, "report"))
        return points

    def observed(series: str, house: str, factor: float = 1.0) -> list[AnchorPoint]:
        return [_point(item.start.year, factor * item.value, house, item.grade) for item in history.series(series) if item.grade != "D"]

    lift = sorted(report.claim(claim_id).value for claim_id in ("1.4.1-a", "5.1-a"))
    anchors = {
        "live_gmv": [
            *(point for house in HOUSES for point in observed(f"livestream_gmv_{house}", house)),
            *_annualised(history.series("livestream_sales_MOFCOM"), "MOFCOM"),
            *claimed("12.1-a"),
            *claimed("1.2.1-a"),
            *claimed("1.2.1-c"),
        ],
        "private_domain_gmv": [*observed("private_domain_gmv_100EC", "100EC"), *claimed("1.2.1-e")],
        "cpm_growth": [
            *_same_quarter_growth(history.series("kuaishou_ad_per_1000_user_minutes"), "Kuaishou"),
            AnchorPoint(described, lift[0], sum(lift) / 2, lift[1], say("house:report", "en"), "report"),
        ],
        "content_similarity_beauty_apparel": claimed("5.2-a"),
        "watch_time": [
            _point(
                report.claim("5.2-c").baseline_year or described,
                report.claim("5.2-c").baseline_value,
                "report",
            ),
            *claimed("5.2-c"),
        ],
        "brand_self_broadcast_share": [
            *observed("store_broadcast_share_taobao_sales", "Taobao", 0.01),
            *observed("store_broadcast_share_iResearch", "iResearch", 0.01),
            *claimed("12.1-e", baseline=True),
        ],
        "streamer_tail_exponent": _rank_size(history),
        "top100_gmv_share": [_monthly_top100(report, history), *claimed("5.1-f")],
        "complaint_count": observed("complaints_12315_livestream", "12315"),
    }
    return anchors


def _point(year: float, value: float, house: str, grade: str = "B") -> AnchorPoint:
    value = float(value)
    return AnchorPoint(float(year), value, value, value, say(f"house:{house}", "en"), house, grade in "AB")


def _annualised(observations: Sequence[Any], house: str) -> list[AnchorPoint]:
    """The longest part of each year, scaled to a whole year by its days; the season is not corrected for."""
    longest: dict[int, Any] = {}
    for item in observations:
        held = longest.get(item.start.year)
        if held is None or item.end > held.end:
            longest[item.start.year] = item
    return [
        _point(year, item.value * 365.0 / ((item.end - item.start).days + 1), house, item.grade) for year, item in sorted(longest.items())
    ]


def _same_quarter_growth(observations: Sequence[Any], house: str) -> list[AnchorPoint]:
    """The last quarter known of each year against the same quarter of the first year."""
    first = min(item.start.year for item in observations)
    start = {item.start.month: item.value for item in observations if item.start.year == first}
    last = {
        item.start.year: item
        for item in sorted(observations, key=lambda item: item.start)
        if item.start.year > first and item.start.month in start
    }
    return [_point(year, item.value / start[item.start.month] - 1.0, house, item.grade) for year, item in last.items()]


def _rank_size(history: Any) -> list[AnchorPoint]:
    """The Pareto exponent is the inverse of the slope of log sales on log rank."""
    ranks = {"rank1_Viya": 1, "rank2_LiJiaqi": 2, "rank3": 3, "rank25": 25}
    seen = [history.series(f"streamer_gmv_May2020_{name}")[0] for name in ranks]
    slope = np.polyfit(np.log(list(ranks.values())), np.log([item.value for item in seen]), 1)[0]
    return [_point(seen[0].start.year, -1.0 / slope, "ranks", seen[0].grade)]


def _monthly_top100(report: Any, history: Any) -> AnchorPoint:
    """One month's top-100 lists over an average month of the year's live GMV, by house: an upper bound."""
    lists = history.series("top100_influencer_gmv_May2020_sum")[0]
    year = lists.start.year
    totals = [
        item.value
        for house in HOUSES
        for item in history.series(f"livestream_gmv_{house}")
        if item.start.year == year and item.grade != "D"
    ]
    totals.append(report.claim("12.1-a").value)
    shares = sorted(lists.value / (1000.0 * total / 12.0) for total in totals)  # billion a month over trillion a year
    return AnchorPoint(
        year,
        shares[0],
        float(np.median(shares)),
        shares[-1],
        say("house:May2020", "en"),
        "May2020",
        bound="upper",
    )
