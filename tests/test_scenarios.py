"""Scenarios ask a question, say beforehand what they expect, and change dated values of parameters there are."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
import yaml

from experiments.layers import CALENDAR, base_calendar, layered
from experiments.plan import make_plan
from experiments.scenario_files import FOLDER, read_scenario, scenario_layer, scenario_names
from experiments.worlds import WORLDS, load_world
from scenarios.data import load_history, load_report
from scenarios.predictions.variants import variants_needed
from sim import Configuration, known_mechanics, run
from sim.observables import DERIVED, OBSERVABLES
from tests.test_forecast import settings

NAMES = ("baseline", "private_domain_push", "strict_regulation", "traffic_squeeze")


def story(name):
    """A scenario as its file has it."""
    return read_scenario(FOLDER / f"{name}.yaml")


def in_force(schedule, mechanic, parameter, day):
    """The dated value that holds on a day; the default before the first."""
    dated = schedule[mechanic][parameter]
    earlier = [each for each in dated if each <= day]
    return dated[max(earlier)] if earlier else known_mechanics()[mechanic].parameters[parameter].default


class TestFiles:
    """Each file can be run and says what it is about."""

    def test_there_are_four(self):
        """Those that the README speaks of."""
        assert scenario_names() == sorted(NAMES)

    @pytest.mark.parametrize("name", NAMES)
    def test_is_run_under_its_own_name(self, name):
        """Every value is one of an existing parameter, inside its range."""
        plan = make_plan(settings(scenario=story(name)))
        assert plan.scenario == name
        assert story(name)["question"].endswith("?")

    @pytest.mark.parametrize("name", NAMES)
    def test_refers_to_sections_of_the_report(self, name):
        """A reference is a section that has a claim, a mechanism or a prediction."""
        references = story(name)["references"]
        assert references
        assert set(references) <= set(load_report().sections)

    @pytest.mark.parametrize("name", NAMES)
    def test_claims_are_of_something_recorded_and_written_before(self, name):
        """An expectation that can be held against a run."""
        recorded = {each.name for each in OBSERVABLES} | set(DERIVED)
        claims = story(name)["claims"]
        assert len(claims) >= 3
        assert len({claim["id"] for claim in claims}) == len(claims)
        for claim in claims:
            assert claim["id"].startswith(name)
            assert claim["observable"] in recorded
            written = datetime.fromisoformat(claim["written"])
            assert written < datetime(2026, 11, 23, 11, tzinfo=UTC)  # before the fits whose worlds are published

    def test_baseline_changes_nothing(self):
        """The calendar alone."""
        layer = scenario_layer(story("baseline"))
        assert (layer.parameters, layer.schedule) == ({}, {})

    def test_traffic_is_cut_as_the_report_says_and_further(self):
        """12% less from April 2025, a fifth less from 2027."""
        schedule = story("traffic_squeeze")["schedule"]
        days = ("2025-03-31", "2025-04-01", "2027-01-01")
        assert [in_force(schedule, "public_traffic", "multiplier", day) for day in days] == [1.0, 0.88, 0.8]

    def test_strict_regulation_is_three_times_the_calendar(self):
        """On the day the measures are in force, and not a day before."""
        _, calendar = layered([base_calendar()])
        _, strict = layered([base_calendar(), scenario_layer(story("strict_regulation"))])
        before, after = "2026-01-31", "2026-02-01"
        for parameter in ("inspectors", "max_penalty_value"):
            assert in_force(strict, "regulation", parameter, before) == in_force(calendar, "regulation", parameter, before)
        assert in_force(strict, "regulation", "inspectors", after) == 3 * in_force(calendar, "regulation", "inspectors", after)
        assert in_force(strict, "regulation", "max_penalty_value", after) == 5_000_000
        rules = {rule.date: rule.event for rule in load_history().rules}
        assert "Livestream E-commerce Supervision Measures" in rules[date(2026, 2, 1)]

    def test_private_domains_are_pushed_in_the_right_direction(self):
        """Doors open wider, contact is cheaper, brands value it more."""
        schedule = story("private_domain_push")["schedule"]
        day = "2025-01-01"
        assert in_force(schedule, "private_domain", "opening", day) > 1
        assert in_force(schedule, "private_domain", "contact_cost", day) < in_force(
            schedule, "private_domain", "contact_cost", "2024-12-31"
        )
        assert in_force(schedule, "brand_strategy", "private_worth", day) > in_force(
            schedule, "brand_strategy", "private_worth", "2024-12-31"
        )

    def test_variants_fit_the_parameters_there_are(self):
        """Every paired run that a prediction needs can be configured, on top of every scenario."""
        for name in NAMES:
            plan = make_plan(settings(scenario=story(name), paired=1))
            assert {case.name.partition(": ")[2] for case in plan.cases} == {"", *variants_needed()} - {"base_detail"}
        lax = next(run.configuration for run in plan.runs if run is not None and "lax_regulation" in run.label)
        assert in_force(lax.schedule, "regulation", "inspectors", "2030-12-31") == 10


class TestCalendar:
    """The dated inputs of every run are the history's up to 2023, and assumptions after."""

    @pytest.fixture
    def dated(self):
        """The calendar's schedule."""
        return base_calendar().schedule

    def test_online_shoppers_are_those_of_cnnic(self, dated):
        """Each observation at the end of its month."""
        observed = {each.end.isoformat(): each.value for each in load_history().series("online_shoppers_CNNIC")}
        given = dated["calendar"]["online_shoppers"]
        assert {day: value for day, value in given.items() if day < "2024"} == observed

    def test_online_shoppers_go_on_as_a_damped_trend(self, dated):
        """35 million more in 2024, 0.6 of the growth again each year; stated to the million."""
        given = dated["calendar"]["online_shoppers"]
        expected = 915 + np.cumsum(35 * 0.6 ** np.arange(7))
        assert [given[f"{year}-12-31"] for year in range(2024, 2031)] == pytest.approx(expected, abs=1.0)

    def test_minutes_are_those_of_kuaishou(self, dated):
        """Each quarter at its middle, none after the last observed."""
        observed = {
            (each.start + (each.end - each.start) / 2).isoformat()[:7]: each.value
            for each in load_history().series("kuaishou_minutes_per_DAU")
        }
        given = dated["calendar"]["minutes_per_day"]
        assert {day[:7]: value for day, value in given.items()} == observed

    def test_fines_and_ranking_follow_the_report(self, dated):
        """Claims 5.3-b and 5.1-i."""
        report = load_report()
        penalty, ranking = report.claim("5.3-b"), report.claim("5.1-i")
        assert dated["regulation"]["max_penalty_value"] == {f"{penalty.year}-01-01": penalty.value}
        assert known_mechanics()["regulation"].parameters["max_penalty_value"].default == penalty.baseline_value
        assert list(dated["platform_policy"]["weight_conversion"]) == [f"{ranking.value:.0f}-01-01"]

    def test_inspectors_grow_with_each_rule_in_force(self, dated):
        """15% more with each rule from 2021 on that is no draft and not merely published."""
        rules = [rule for rule in load_history().rules if rule.kind == "rule" and rule.date.year >= 2021]
        counted = [rule for rule in rules if "Draft" not in rule.event and not rule.event.endswith("published")]
        inspectors = dated["regulation"]["inspectors"]
        assert len(inspectors) == len(counted)
        assert [day[:4] for day in inspectors] == [str(rule.date.year) for rule in counted]
        start = known_mechanics()["regulation"].parameters["inspectors"].default
        expected = start * 1.15 ** np.arange(1, len(counted) + 1)
        assert list(inspectors.values()) == pytest.approx(expected, rel=0.001)

    def test_every_line_can_be_read_by_anyone(self):
        """Plain YAML with a comment on every source."""
        text = CALENDAR.read_text(encoding="utf-8")
        assert yaml.safe_load(text)
        for word in ("online_shoppers_CNNIC", "kuaishou_minutes_per_DAU", "5.3-b", "5.1-i", "assumption"):
            assert word in text


@pytest.mark.parametrize("name", WORLDS)
def test_world_can_be_run(name):
    """The fit's file, where there is one, fits the parameters there are, and weights sum to one."""
    world = load_world(name)
    plan = make_plan(settings(world=name, members=len(world.draws), draws=len(world.draws)))
    assert sum(member.weight for member in plan.members[name]) == pytest.approx(1)


def test_strict_regulation_bites_from_its_day_on():
    """Same seed: the same bits up to January 2026, a stricter regulator after."""
    runs = {}
    for name in ("baseline", "strict_regulation"):
        parameters, schedule = layered([base_calendar(), scenario_layer(story(name))])
        size = {"consumers": 100, "brands": 12, "streamers": 24, "start": "2025-10-01", "end": "2026-04-30"}
        runs[name] = run(Configuration.from_mapping({**size, "parameters": parameters, "schedule": schedule}), seed=3)
    base, strict = (runs[name]["regulation_intensity"].to_series() for name in runs)
    assert (base[:"2026-01"] == strict[:"2026-01"]).all()
    assert (strict["2026-02":] > 1.5 * base["2026-02":]).all()
    sales = [runs[name]["live_gmv"].to_series()[:"2026-01"] for name in runs]
    assert (sales[0] == sales[1]).all()
