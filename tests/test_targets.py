"""What is fitted, held out and put in: targets by their role, the hindcast, and the pages that count them."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from experiments import worlds_page
from experiments.anchors import Anchor, Anchors
from experiments.hindcast import hindcast, table_text, weighted
from experiments.pooling import ERROR, HOUSE_SPREAD, pooled_market
from experiments.targets import LAST_FITTED, anchors_of
from experiments.worlds import FOLDER, WORLDS, load_world
from scenarios.data import History, Observation, load_history, load_report
from sim.model import registry
from sim.sessions.live_room import STAY


def test_report_targets_are_the_claims_with_that_role() -> None:
    """One target a claim that is to be fitted, none for a claim that is held out."""
    report = load_report()
    anchors = anchors_of("report")
    fitted = {each.reference.split(" and ")[0] for each in anchors.targets}
    assert fitted == {claim.id for claim in report.with_role("target")}
    checked = {each.reference for each in anchors.all if each.role == "check"}
    assert {id for id in checked if id in report.roles} == {claim.id for claim in report.with_role("check")}
    price = next(each for each in anchors.targets if each.observable == "cpm")
    assert (price.value, price.ends) == (1.25, (1.0, 1.5))


FROM_FITTED_SERIES = {
    "habit.private_at_start": "put in: its year is not counted",
    "adoption.users_at_start": "users of January 2020, between two surveys; targets begin in June",
    "population.kuaishou_share": "the share of a level; targets are growth",
    "venues.kuaishou_rooms": "the share of a level; targets are growth",
    "regulation.complaint_rate": "free in the fit",
    "regulation.awareness_growth": "free in the fit",
}
"""Parameters made from a series that is also fitted, and why no number is counted as reproduced that was put in."""


def test_no_number_is_counted_as_reproduced_that_was_put_in() -> None:
    """A parameter made from a fitted series is free, is of another number, or takes its year out of the count."""
    anchors = anchors_of("data")
    series = {each.reference for each in anchors.all}
    made = {
        f"{mechanic}.{name}"
        for mechanic, kind in registry().items()
        for name, parameter in kind.parameters.items()
        if parameter.source.rpartition(":")[2] in series
    }
    assert made == set(FROM_FITTED_SERIES)
    free = {name for name, why in FROM_FITTED_SERIES.items() if why == "free in the fit"}
    drawn = load_world("data").draws[0].parameters
    assert free <= {f"{mechanic}.{name}" for mechanic, values in drawn.items() for name in values}
    taken_out = {each.put_in: each.counted_as for each in anchors.all if each.put_in}
    assert taken_out == {"habit.private_at_start": "input"}
    (stay,) = (each for each in anchors_of("report").all if each.put_in)
    assert (stay.name, stay.value, stay.counted_as) == ("watch_time_2022", STAY, "input")


def test_nothing_of_the_held_out_year_is_fitted() -> None:
    """Targets of the history end with LAST_FITTED, and later figures do not move them."""
    anchors = anchors_of("data")
    assert max(each.year for each in anchors.targets) == LAST_FITTED
    assert min(each.year for each in anchors.all if each.role == "hold-out") == LAST_FITTED + 1
    assert len(anchors.targets) > 9


def test_pooled_market_by_hand() -> None:
    """One house, two years: levels as told, variances 0.12^2 + 0.1^2, covariance 0.1^2; MOFCOM counts less by 0.62."""
    from datetime import date

    def told(series: str, year: int, value: float) -> Observation:
        return Observation(series, date(year, 1, 1), date(year, 12, 31), value, "CNY_trillion", "B", "retrieved", "", "")

    house = "livestream_gmv_100EC"
    rest = {name: () for name in ("livestream_gmv_iResearch", "livestream_gmv_KPMG_Ali", "livestream_gmv_ZhongShang")}
    history = History({house: (told(house, 2020, 1.0), told(house, 2021, 2.0)), **rest, "livestream_sales_MOFCOM": ()}, (), "")
    market = pooled_market(history, 2022)
    assert np.exp(market.log_level) == pytest.approx([1.0, 2.0])
    assert market.covariance[0, 0] == pytest.approx(ERROR**2 + HOUSE_SPREAD**2)
    assert market.covariance[0, 1] == pytest.approx(HOUSE_SPREAD**2)
    narrow = "livestream_sales_MOFCOM"
    alone = History({house: (), **rest, narrow: (told(narrow, 2022, 1.0),)}, (), "")
    assert np.exp(pooled_market(alone, 2022).log_level[0]) == pytest.approx(math.exp(0.62))


def test_projections_and_doubtful_figures_are_left_out_of_the_pool() -> None:
    """No grade D, no iiMedia."""
    market = pooled_market(load_history(), 2023)
    assert all(figure.grade != "D" and "iiMedia" not in figure.series for figure in market.figures)


def test_hindcast_by_hand() -> None:
    """Three draws of weights 1/4, 1/2, 1/4 give 1, 1.25 and 2: median 1.25, 25% above the published 1.

    The weights' middles are 1/8, 1/2 and 7/8, so 16% lies at 1 + 0.25 * 0.035 / 0.375 and 84% at 1.25 + 0.75 * 0.34 / 0.375.
    """
    fitted = Anchor("x_2024", "1-a", "target", "x", 2024, 1.0, 0.3)
    bounded = Anchor("y_2024", "2-a", "check", "y", 2024, 2.0, 0.1, bound="upper")
    anchors = Anchors("report", (fitted, bounded))
    rows = hindcast(anchors, np.array([[1.1, 3.0]]), np.array([[1.0, 3.0], [2.0, np.nan], [1.25, 3.0]]), np.array([0.25, 0.25, 0.5]))
    first, second = rows
    assert (first["median"], first["best"], first["within"]) == (1.25, 1.1, "yes")
    assert first["spread"] == pytest.approx((1.25 + 0.75 * 0.34 / 0.375 - 1.0 - 0.25 * 0.035 / 0.375) / 2)
    assert first["error"] == pytest.approx(0.25)
    assert (second["median"], second["within"]) == (3.0, "no")
    assert "1 of 1 within" in table_text(rows)
    assert weighted(np.array([np.nan]), np.array([1.0]))[0] != weighted(np.array([np.nan]), np.array([1.0]))[0]


def test_the_page_of_the_worlds_is_up_to_date() -> None:
    """If this fails, run: python -m experiments.worlds_page. The best points and draws of the page are those of the files."""
    text = worlds_page.PAGE.read_text(encoding="utf-8")
    assert text == worlds_page.page()
    with (FOLDER / "report-hindcast.csv").open(encoding="utf-8") as file:
        first = next(csv.DictReader(file))
    assert f"| {first['anchor']} | {first['unit']} | {float(first['published']):.3g} |" in text
    for name in WORLDS:
        world = load_world(name)
        assert f"{len(world.draws)} draws" in text


def test_the_readme_counts_as_the_tables_do() -> None:
    """Targets met in the middle of the draws, and what was held out."""
    met = {}
    for world in WORLDS:
        with (FOLDER / f"{world}-hindcast.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                met.setdefault((world, row["role"]), []).append(row["within"] == "yes")
    text = " ".join((Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8").split())
    held_out, fitted, report = met["data", "hold-out"], met["data", "target"], met["report", "target"]
    assert f"meets {sum(fitted)} of {len(fitted)} targets up to 2022" in text
    assert f"{sum(held_out)} of {len(held_out)} series held out for 2023" in text
    words = {7: "seven", 8: "eight", 9: "nine"}
    assert f"meets all {words[len(report)]} of its targets at its best point, and {words[sum(report)]} in the middle" in text
