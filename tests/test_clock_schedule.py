"""A step is one week of the month of its Thursday; dated values come into force in the week of their date."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from sim.clock import Clock
from sim.config import Configuration
from sim.errors import ConfigError
from sim.fields import Parameter
from sim.schedule import dated_fault, values_in_force
from tests.small import small

JANUARY = Clock(date(2024, 1, 1), date(2024, 2, 10))  # Thursdays: 4, 11, 18, 25 January, 1, 8 February


def parameter(interpolate: bool) -> Parameter:
    return Parameter(1.0, "1", (0.0, 100.0), "assumption", "", interpolate, "level", "toy")


def test_2020_to_the_end_of_2030_is_574_weeks() -> None:
    clock = Clock(date(2020, 1, 1), date(2030, 12, 31))
    assert clock.steps == 574
    assert clock.thursday(0) == date(2020, 1, 2)
    assert clock.thursday(573) == date(2030, 12, 26)


@pytest.mark.parametrize(
    ("start", "end", "steps"),
    [
        (date(2020, 1, 2), date(2020, 1, 2), 1),  # a Thursday alone
        (date(2020, 1, 3), date(2020, 1, 8), 0),  # Friday to Wednesday
        (date(2020, 1, 3), date(2020, 1, 9), 1),
        (date(2019, 12, 27), date(2020, 1, 9), 2),
    ],
)
def test_a_week_counts_if_its_thursday_lies_inside(start: date, end: date, steps: int) -> None:
    assert Clock(start, end).steps == steps


def test_a_week_belongs_to_the_month_of_its_thursday() -> None:
    index, months = JANUARY.months()
    assert index.tolist() == [0, 0, 0, 0, 1, 1]
    assert months.tolist() == np.array(["2024-01-01", "2024-02-01"], "datetime64[ns]").tolist()


def test_a_week_across_new_year_belongs_to_the_year_of_its_thursday() -> None:
    """Monday 30 December 2019 begins the first week of 2020, Thursday 31 December 2020 lies in its last."""
    clock = Clock(date(2019, 12, 30), date(2021, 1, 10))
    index, years = clock.years()
    assert years.tolist() == [2020, 2021]
    assert index.tolist() == [0] * 53 + [1]


def test_every_month_of_eleven_years_has_four_or_five_weeks() -> None:
    index, months = Clock(date(2020, 1, 1), date(2030, 12, 31)).months()
    assert months.size == 132
    assert set(np.bincount(index).tolist()) == {4, 5}


def test_a_dated_value_holds_from_the_first_thursday_on_or_after_its_date() -> None:
    """5 January is the day after a Thursday, 25 January is one; before the first date the base holds."""
    dated = {"2024-01-25": 7.0, "2024-01-05": 3.0}
    assert values_in_force(JANUARY, parameter(False), 1.0, dated).tolist() == [1, 3, 3, 7, 7, 7]


def test_a_value_dated_before_the_start_is_in_force_from_the_start() -> None:
    assert values_in_force(JANUARY, parameter(False), 1.0, {"2019-06-30": 4.0}).tolist() == [4] * 6


def test_straight_lines_join_dated_values_and_the_ends_hold() -> None:
    """From 10 on 11 January to 24 on 25 January: one a day, so 17 on the 18th."""
    dated = {"2024-01-11": 10.0, "2024-01-25": 24.0}
    assert values_in_force(JANUARY, parameter(True), 1.0, dated).tolist() == [10, 10, 17, 24, 24, 24]


def test_without_dates_the_base_holds() -> None:
    assert values_in_force(JANUARY, parameter(True), 2.5, None).tolist() == [2.5] * 6
    assert values_in_force(JANUARY, parameter(False), 2.5, {}).tolist() == [2.5] * 6


def test_a_wrong_date_is_told_with_the_way_to_write_it() -> None:
    assert dated_fault("regulation", "inspectors", "2025-01-01") is None
    fault = dated_fault("regulation", "inspectors", "1 Jan 2025")
    assert fault is not None
    assert "regulation.inspectors" in fault
    assert "YYYY-MM-DD" in fault


def test_all_faults_of_a_schedule_are_told_at_once() -> None:
    schedule = {
        "regulation": {"inspectors": {"soon": 10, "2025-01-01": -5}, "inspektors": {"2025-01-01": 1}},
        "weather": {"rain": {"2025-01-01": 1}},
        "pricing": {"war": 0.3},
    }
    with pytest.raises(ConfigError) as caught:
        small(schedule=schedule)
    text = str(caught.value)
    for part in (
        "'soon' is no date",
        "= -5",
        "outside",
        "Did you mean 'inspectors'?",
        "'weather'",
        "pricing.war",
    ):
        assert part in text
    assert len(caught.value.faults) == 5


FEW = {"consumers": 100, "brands": 6, "streamers": 6, "end": "2020-03-31", "people": 1000}


@pytest.mark.parametrize(
    ("changes", "many"),
    [
        ({}, "4000"),
        ({"parameters": {"regulation": {"inspectors": 5000}}}, "5000"),
        ({"schedule": {"regulation": {"inspectors": {"2020-02-01": 10}}}}, "4000"),
        ({"schedule": {"regulation": {"inspectors": {"2020-01-01": 10, "2020-02-01": 1001}}}}, "1001"),
        (
            {"parameters": {"regulation": {"inspectors": 5000}}, "schedule": {"regulation": {"inspectors": {"2020-03-01": 2000}}}},
            "5000, 2000",
        ),
    ],
    ids=str,
)
def test_there_are_no_more_inspectors_than_people(changes: dict[str, Any], many: str) -> None:
    """Of the default, of a value, and of each dated one: what holds at some time of the run."""
    with pytest.raises(ConfigError) as caught:
        Configuration.from_mapping({**FEW, **changes})
    said = f"regulation.inspectors = {many} is more than the 1000 people there are; give fewer, or more people."
    assert caught.value.faults == (said,)


@pytest.mark.parametrize(
    "changes",
    [
        {"people": 4000},
        {"parameters": {"regulation": {"inspectors": 1000}}},
        {"schedule": {"regulation": {"inspectors": {"2020-01-01": 10}}}},
        {"schedule": {"regulation": {"inspectors": {"2019-01-01": 10}}}},
        {"mechanics": ["pricing"]},
    ],
    ids=str,
)
def test_as_many_inspectors_as_people_or_no_regulation_are_allowed(changes: dict[str, Any]) -> None:
    assert Configuration.from_mapping({**FEW, **changes}).brands == 6


def test_a_configuration_tells_all_its_faults_at_once() -> None:
    """Whatever is of the wrong kind, the rest is looked at too, and nothing is told twice."""
    bad = {"people": True, "mechanics": [3, "pricng"], "start": 5, "parameters": {"style": 4, "brand_trust": {"loss": 7}}, "schedule": 3}
    with pytest.raises(ConfigError) as caught:
        Configuration.from_mapping({**FEW, **bad})
    said = "\n".join(caught.value.faults)
    parts = [
        "people = True",
        "mechanics = (3, 'pricng')",
        "'pricng'. Did",
        "start = 5",
        "parameters.style is not",
        "loss = 7",
        "schedule = 3",
    ]
    assert len(caught.value.faults) == len(parts)
    for part in parts:
        assert part in said
