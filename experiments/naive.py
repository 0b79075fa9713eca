"""Without any model, growth fades as it has faded so far: the benchmark that every forecast has to beat.

The damped log trend (Gardner & McKenzie 1985) on growth g_t = log y_t - log y_(t-1):

    log y_(T+h) = log y_T + g_T (phi + phi^2 + ... + phi^h)

The Gompertz curve log y_t = log K - b exp(-c t) is the same idea fitted to levels: its growth falls by
exp(-c) a year (Winsor 1932). A quarter is last year's quarter times the last growth over a year. A random
walk with drift is absurd on a saturating market, so it is no benchmark here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from scenarios.data import History

Values = npt.NDArray[np.float64]
Years = Sequence[int] | npt.NDArray[np.int64]
Series = Sequence[float] | Values
Forecast = Callable[[Years, Series, int], Values]

USUAL_DAMPING = 0.8
"""Damping where it cannot be estimated; under 0.8 or over 0.98 is rare (Hyndman & Athanasopoulos 2021)."""
HIGHEST_DAMPING = 0.98
ESTIMABLE_FROM = 3
"""Growth rates needed to estimate damping: two ratios of successive growth."""

LIVE_HOUSE = "livestream_gmv_100EC"
PRIVATE_HOUSE = "private_domain_gmv_100EC"
RETAIL_HOUSE = "online_retail_total_NBS"
TRAFFIC_PROXY = "kuaishou_ad_per_1000_user_minutes"
LAST_YEAR = 2030


@dataclass(frozen=True)
class NaiveAnswer:
    """What the benchmark says to a prediction.

    Attributes:
        answer: True it holds, False it fails, None the history cannot tell.
        value: the number the answer rests on; its unit stands in `text`.
        text: house, number, unit and reservations, for a reader.
        house: the series used, joined by ' + '; empty where none is.
        whole: False where only a part of the prediction could be answered.
    """

    answer: bool | None
    value: float | None
    text: str
    house: str = ""
    whole: bool = True


def checked(years: Years, values: Series, least: int) -> Values:
    """The values as an array, if positive, of successive years and at least `least`; else ValueError."""
    y = np.asarray(values, dtype=np.float64)
    faults = []
    if len(years) != len(y):
        faults.append(f"{len(years)} years for {len(y)} values")
    if len(y) < least:
        faults.append(f"{len(y)} values, at least {least} are needed")
    if not (np.isfinite(y).all() and (y > 0).all()):
        faults.append("a value is not a positive number")
    missing = sorted(set(range(min(years, default=0), max(years, default=0) + 1)) - {int(year) for year in years})
    if missing:
        faults.append(f"years are missing: {', '.join(map(str, missing))}")
    if any(later <= earlier for earlier, later in pairwise(years)):
        faults.append("the years are not in order")
    if faults:
        raise ValueError(f"no yearly series to extend: {'; '.join(faults)}. Give successive years in order.")
    return y


def damping_of(growth: Values) -> float:
    """The factor by which growth fades a year: least squares of growth on the growth before, in [0, 0.98].

    0.8 where fewer than three growth rates are known, or where growth has no sign to follow.
    """
    before, after = growth[:-1], growth[1:]
    if len(growth) < ESTIMABLE_FROM or not before.any():
        return USUAL_DAMPING
    return float(np.clip(after @ before / (before @ before), 0.0, HIGHEST_DAMPING))


def damped_trend(years: Years, values: Series, horizon: int, damping: float | None = None) -> Values:
    """The next `horizon` years in the unit of `values`; `damping` estimated if None. ValueError on gaps."""
    logs = np.log(checked(years, values, 2))
    growth = np.diff(logs)
    phi = damping_of(growth) if damping is None else damping
    ahead: Values = np.exp(logs[-1] + growth[-1] * np.cumsum(phi ** np.arange(1, horizon + 1)))
    return ahead


def gompertz(years: Years, values: Series, horizon: int) -> Values:
    """The next `horizon` years of the Gompertz curve nearest in logs; needs four. ValueError on gaps."""
    logs = np.log(checked(years, values, 4))
    time = np.arange(len(logs) + horizon)
    past, best, least = time[: len(logs)], np.empty(0), np.inf
    for pace in np.geomspace(0.01, 3.0, 600):
        shape = np.column_stack([np.ones(len(time)), -np.exp(-pace * time)])
        coefficients = np.linalg.lstsq(shape[past], logs, rcond=None)[0]
        misfit = float(((shape[past] @ coefficients - logs) ** 2).sum())
        if misfit < least:
            best, least = shape[len(logs) :] @ coefficients, misfit
    return np.exp(best)


def seasonal_naive(values: Series, horizon: int) -> Values:
    """The next `horizon` quarters: the quarter a year before, times the last growth over a year."""
    y = np.asarray(values, dtype=np.float64)
    if len(y) < 5 or not (np.isfinite(y).all() and (y > 0).all()):
        raise ValueError(f"{len(y)} quarters given; at least five successive positive values are needed.")
    growth = y[-1] / y[-5]
    path = list(y)
    for _ in range(horizon):
        path.append(path[-4] * growth)
    return np.array(path[len(y) :])


def back_test(
    forecast: Forecast,
    years: Years,
    values: Series,
    horizon: int = 3,
    first: int = 4,
) -> dict[int, float]:
    """Mean absolute percentage error by years ahead, from every origin with at least `first` known values."""
    y = np.asarray(values, dtype=np.float64)
    errors: dict[int, list[float]] = {}
    for known in range(first, len(y)):
        ahead = forecast(years[:known], y[:known], min(horizon, len(y) - known))
        for step, value in enumerate(ahead, start=1):
            errors.setdefault(step, []).append(100 * abs(value / y[known + step - 1] - 1))
    return {step: float(np.mean(found)) for step, found in errors.items()}


def naive_answers(history: History) -> dict[str, NaiveAnswer]:
    """The benchmark's answer to each prediction whose quantity, or a proxy of it, has a history."""
    live, private, retail = (extended(history, name) for name in (LIVE_HOUSE, PRIVATE_HOUSE, RETAIL_HOUSE))
    houses = f"{LIVE_HOUSE} + {PRIVATE_HOUSE} + {RETAIL_HOUSE}"
    growth = {year: live[year] / live[year - 1] - 1 for year in range(2025, LAST_YEAR + 1)}
    from_report = 4.9 * live[2025] / live[2024]
    mean_growth = float(np.mean(list(growth.values())))
    private_share = {year: private[year] / retail[year] for year in range(2024, LAST_YEAR + 1)}
    rises = sum(private_share[year] > private_share[year - 1] for year in range(2025, LAST_YEAR + 1))
    rest = {year: 1 - (live[year] + private[year]) / retail[year] for year in range(2025, LAST_YEAR + 1)}
    slope = float(np.polyfit(list(rest), list(rest.values()), 1)[0])
    traffic, first, last = same_quarter_trend(history, TRAFFIC_PROXY, 10)
    return {
        "1.2.1-p1": NaiveAnswer(
            bool(from_report >= 0.95 * 5.8),
            from_report,
            f"{from_report:.2f} trillion CNY in 2025 from 4.9 in 2024 with the growth of {LIVE_HOUSE}; 5.8 "
            f"with 5% tolerance is 5.51. The house's own level would be {live[2025]:.1f}, as its 4.9 is of "
            "2023.",
            LIVE_HOUSE,
        ),
        "1.2.1-p2": NaiveAnswer(
            bool(0.10 <= mean_growth <= 0.14),
            mean_growth,
            f"mean growth {mean_growth:.1%} a year over 2025-2030, falling from {growth[2025]:.1%} to "
            f"{growth[LAST_YEAR]:.1%} ({LIVE_HOUSE}); growth that fades does not hold at 12%.",
            LIVE_HOUSE,
        ),
        "1.2.1-p3": NaiveAnswer(
            bool(private_share[LAST_YEAR] > private_share[2024] and rises >= 4),
            private_share[LAST_YEAR],
            f"{private_share[LAST_YEAR]:.3f} of online retail in 2030 after {private_share[2024]:.3f} in "
            f"2024, rising in {rises} of 6 years ({PRIVATE_HOUSE} over {RETAIL_HOUSE}, whose level is "
            "rebased from year to year).",
            f"{PRIVATE_HOUSE} + {RETAIL_HOUSE}",
        ),
        "1.1.1-p1": NaiveAnswer(
            bool(slope < 0),
            slope,
            f"online retail less live less private domain changes by {slope:+.4f} of the whole a year over "
            f"2025-2030, from {rest[2025]:.2f} to {rest[LAST_YEAR]:.2f}; what is both live and private is "
            "subtracted twice.",
            houses,
        ),
        "5.1-p1": NaiveAnswer(
            bool(traffic > 0),
            traffic,
            f"advertising revenue a thousand user minutes changes by {traffic:+.1%} a year between the "
            f"fourth quarters of {first} and {last} ({TRAFFIC_PROXY}): price times advertising load, "
            "not deflated, three points. Advertising is a flat or falling part of sales. "
            "The cost of winning a customer has no history.",
            TRAFFIC_PROXY,
            whole=False,
        ),
        "1.2.2-p1": NaiveAnswer(
            None,
            None,
            "brand rooms have two points of two houses and two definitions (70% of Taobao Live sales in "
            "2020, 51.8% in 2023, unverified): no trend.",
        ),
        "8.1-p1": NaiveAnswer(
            None,
            None,
            "violations are not counted by anybody; complaints a billion CNY of sales rose every year from "
            "2020 to 2023, but they follow awareness and channels of complaint as much as violations.",
        ),
    }


def extended(history: History, series: str) -> dict[int, float]:
    """A yearly series up to 2030: observed where it is, on the damped trend after."""
    years, values = history.annual(series)
    ahead = damped_trend(years, values, LAST_YEAR - int(years[-1]))
    path = np.concatenate([values, ahead])
    return {int(years[0]) + step: float(value) for step, value in enumerate(path)}


def same_quarter_trend(history: History, series: str, month: int) -> tuple[float, int, int]:
    """Yearly growth of the quarters that start in `month` (least squares in logs), first and last year."""
    starts, values = history.quarters(series)
    months = starts.astype("datetime64[M]").astype(np.int64) % 12 + 1
    years = starts.astype("datetime64[Y]").astype(np.int64)[months == month] + 1970
    slope = np.polyfit(years - years[0], np.log(values[months == month]), 1)[0]
    return float(np.expm1(slope)), int(years[0]), int(years[-1])
