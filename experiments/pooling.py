"""Houses see one market through different glasses: their figures are pooled into one estimate with its error.

    log y[house, year] = log G[year] + b[house] + N(0, 0.12^2),    b ~ N(0, 0.1^2),   b[MOFCOM] ~ N(-0.62, 0.1^2)

The measurement model is that of scenarios/history/README.md. G is estimated by generalised least squares, one
value a year, with the covariance that common houses give. Left out as stated there: projections (grade D) and
iiMedia, whose 2020 value is a projection and whose 2021 value is half of another house's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scenarios.data import History, Observation

Array = npt.NDArray[Any]

HOUSES = {
    "livestream_gmv_100EC": 0.0,
    "livestream_gmv_iResearch": 0.0,
    "livestream_gmv_KPMG_Ali": 0.0,
    "livestream_gmv_ZhongShang": 0.0,
    "livestream_sales_MOFCOM": -0.62,
}
"""Series and the mean of their house's deviation from the market, log."""
ERROR, HOUSE_SPREAD, SEASON_ERROR = 0.12, 0.10, 0.05
SEASON = "kuaishou_gmv_q"
"""Quarters whose shares scale a part of a year to the whole; the scaling adds SEASON_ERROR."""


@dataclass(frozen=True)
class Market:
    """Log of the yearly market in CNY_trillion, (years,), its covariance, and the figures it rests on."""

    years: tuple[int, ...]
    log_level: Array
    covariance: Array
    figures: tuple[Observation, ...]

    def houses(self, year: int) -> str:
        """The series with a figure of that year."""
        return " + ".join(sorted({each.series for each in self.figures if each.end.year == year}))


def pooled_market(history: History, last_year: int) -> Market:
    """The market of each year with a figure, by all houses together, from figures of years up to `last_year`."""
    rows = [row for series in HOUSES for row in _figures(history, series, last_year)]
    years = tuple(sorted({figure.end.year for figure, _, _ in rows}))
    houses = list(HOUSES)
    year_of = np.array([[figure.end.year == year for year in years] for figure, _, _ in rows], float)
    house_of = np.array([[figure.series == house for house in houses] for figure, _, _ in rows], float)
    seen = np.array([log_value for _, log_value, _ in rows]) - house_of @ np.array(list(HOUSES.values()))
    extra = np.array([added for _, _, added in rows])
    noise = np.diag(ERROR**2 + extra) + HOUSE_SPREAD**2 * house_of @ house_of.T
    precision = np.linalg.solve(noise, year_of)
    covariance = np.linalg.inv(year_of.T @ precision)
    return Market(years, covariance @ (precision.T @ seen), covariance, tuple(figure for figure, _, _ in rows))


def _figures(history: History, series: str, last_year: int) -> list[tuple[Observation, float, float]]:
    """A house's figure of each year with its log for a whole year and the variance that scaling to it adds."""
    longest: dict[int, Observation] = {}
    for figure in history.series(series):
        year, held = figure.end.year, longest.get(figure.end.year)
        usable = figure.grade != "D" and year <= last_year and figure.start.year == year
        if usable and (held is None or figure.end > held.end):
            longest[year] = figure
    found = []
    for _, figure in sorted(longest.items()):
        part = _part_of_year(history, figure)
        found.append((figure, float(np.log(figure.value / part)), SEASON_ERROR**2 * (part < 1)))
    return found


def _part_of_year(history: History, figure: Observation) -> float:
    """Share of the year's sales in the months from January to the figure's end, by the quarters of SEASON."""
    months = figure.end.month
    if months == 12:
        return 1.0
    starts, values = history.quarters(SEASON)
    quarters = values[starts.astype("datetime64[Y]") == np.datetime64(str(figure.end.year))]
    covered = np.clip(months / 3.0 - np.arange(4), 0.0, 1.0)
    return float((covered * quarters).sum() / quarters.sum())
