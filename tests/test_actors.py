"""Strategic actors move their levers for a reason, and Mesa runs the market week by week."""

from collections.abc import Mapping
from types import SimpleNamespace

import mesa
import pytest

from sim.actors import (
    KINDS,
    Ecosystem,
    LeadingBrandActor,
    LeadingStreamerActor,
    PlatformActor,
    RegulatorActor,
    cast,
)
from sim.actors.levers import AD_LOAD, COMMISSION_RATE
from sim.errors import ConfigError, ContractError
from sim.fields import param

PLATFORM_VIEW = {
    "ad_load": 0.10,
    "commission_rate": 0.010,
    "exploration": 0.10,
    "brand_boost": 0.0,
    "profit": 1.0,
    "gmv": 20.0,
    "growth": 0.5,
    "market": 100.0,
}
REGULATOR_VIEW = {"allocation": 0.5, "inspectors": 100.0, "fine_multiplier": 1.0}


@pytest.fixture
def model() -> mesa.Model:
    """A Mesa model with a fixed key."""
    return mesa.Model(rng=1)


class FakeEngine:
    """Counts weeks; its one observable is twice the week."""

    def __init__(self, weeks: int) -> None:
        self.weeks = weeks
        self.week = 0

    @property
    def finished(self) -> bool:
        return self.week >= self.weeks

    def step(self) -> None:
        self.week += 1

    def observe(self, name: str) -> float:
        return {"live_gmv": 2.0, "cpm": 3.0}[name] * self.week


def test_the_ecosystem_runs_an_engine_week_by_week() -> None:
    """Mesa's usual loop ends with the engine; the collector holds a row for each week."""
    ecosystem = Ecosystem(FakeEngine(5), observables=("live_gmv", "cpm"))
    while ecosystem.running:
        ecosystem.step()
    table = ecosystem.datacollector.get_model_vars_dataframe()
    assert table["week"].tolist() == [1, 2, 3, 4, 5]
    assert table["live_gmv"].tolist() == [2.0, 4.0, 6.0, 8.0, 10.0]
    assert ecosystem.week == ecosystem.steps == 5
    ecosystem.step()
    assert ecosystem.week == 5
    assert len(ecosystem.datacollector.get_model_vars_dataframe()) == 5
    assert not Ecosystem(FakeEngine(0), observables=()).running


def test_the_ecosystem_works_with_mesa_batches() -> None:
    """A maker instead of an engine gives each run its own."""
    rows = mesa.batch_run(
        Ecosystem,
        {"engine": lambda: FakeEngine(3), "observables": [("cpm",)]},
        data_collection_period=1,
        display_progress=False,
    )
    assert max(row["cpm"] for row in rows) == 9.0
    assert max(row["week"] for row in rows) == 3


def test_mesa_randomness_is_fixed() -> None:
    """The market never uses it, and yet it is the same in each run."""
    draws = [Ecosystem(FakeEngine(1), observables=()).rng.random() for _ in range(2)]
    assert draws[0] == draws[1]


def test_the_cast_shares_one_model() -> None:
    """All kinds, rows from 0, one Mesa model."""
    actors = cast(None, 7, platforms=4, leading_brands=3, leading_streamers=2)
    assert tuple(actors) == KINDS
    assert [len(actors[kind]) for kind in KINDS] == [4, 1, 3, 2]
    assert [actor.row for actor in actors["platform"]] == [0, 1, 2, 3]
    assert len({id(actor.model) for kind in KINDS for actor in actors[kind]}) == 1
    assert len(actors["platform"][0].model.agents) == 10


def test_the_cast_is_deterministic_and_platforms_differ() -> None:
    """The key draws who tries what first."""

    def first(key: int) -> list[Mapping[str, float]]:
        return [actor.decide(PLATFORM_VIEW) for actor in cast(None, key, 6, 0, 0)["platform"]]

    assert first(7) == first(7)
    assert first(7) != first(8)
    assert len({tuple(decision.items()) for decision in first(7)}) > 1


def test_the_cast_takes_its_arguments_from_a_configuration() -> None:
    """Steps, bounds and targets are arguments; other mechanics' parameters are none of its business."""
    config = SimpleNamespace(
        parameters={
            "platform": {"ad_load_step": 0.02, "growth_target": 0.3, "every": 26},
            "trust": {"gain": 0.05},
        }
    )
    platform = cast(config, 7, 1, 0, 0)["platform"][0]
    assert isinstance(platform, PlatformActor)
    assert (platform.growth_target, platform.every, platform.levers["ad_load"].step) == (0.3, 26, 0.02)


def test_the_cast_says_all_that_is_wrong() -> None:
    """Every fault at once, with the nearest name."""
    with pytest.raises(ConfigError) as error:
        cast({"platform": {"grwth_target": 1, "ad_load_low": 0.9}}, 7, -1, 0, 0, decide={"platfrom": dict})
    assert len(error.value.faults) == 4
    assert "'growth_target'" in str(error.value)
    assert "'platform'" in str(error.value)


def test_a_researcher_replaces_what_an_actor_does() -> None:
    """By a pure function of the view, held to the same levers and bounds."""
    actors = cast(None, 7, 1, 0, 0, decide={"platform": lambda view: {"ad_load": view["ad_load"] / 2}})
    assert actors["platform"][0].decide({"ad_load": 0.2, "week": 3}) == {"ad_load": 0.1}
    with pytest.raises(ContractError, match="outside"):
        actors["platform"][0].decide({"ad_load": 8.0})
    wrong = cast(None, 7, 1, 0, 0, decide={"platform": lambda view: {"add_load": 0.1}})
    with pytest.raises(ContractError, match="Did you mean 'ad_load'"):
        wrong["platform"][0].decide({})


def test_a_class_replaces_that_of_a_kind() -> None:
    """A subclass with another rule."""

    class Generous(PlatformActor):
        def rule(self, view: Mapping[str, float]) -> Mapping[str, float]:
            return {"commission_rate": 0.0}

    actors = cast(None, 7, 1, 0, 0, classes={"platform": Generous})
    assert actors["platform"][0].decide({"week": 13}) == {"commission_rate": 0.0}


def test_a_platform_decides_once_a_quarter(model: mesa.Model) -> None:
    """In other weeks it changes nothing, and it says what it needs to see."""
    platform = PlatformActor(model, 0)
    moved = [week for week in range(40) if platform.decide(PLATFORM_VIEW | {"week": week})]
    assert moved == [13, 26, 39]
    with pytest.raises(ContractError, match="platform 0 needs 'ad_load'"):
        platform.decide({"week": 13, "profit": 1.0})


def test_a_platform_climbs_to_its_best_ad_load(model: mesa.Model) -> None:
    """Profit peaks at a load of 0.22 and a commission of 0.030; it gets there and stays."""
    platform = PlatformActor(model, 0, levers=(AD_LOAD, COMMISSION_RATE), growth_target=0.0)
    view = dict(PLATFORM_VIEW)
    seen = []
    for quarter in range(1, 200):
        view["week"] = 13 * quarter
        view["profit"] = 1 - (view["ad_load"] - 0.22) ** 2 * 50 - (view["commission_rate"] - 0.03) ** 2 * 4000
        view.update(platform.decide(view))
        seen.append((view["ad_load"], view["commission_rate"]))
    assert all(abs(load - 0.22) < 0.025 for load, _ in seen[120:])
    assert all(abs(rate - 0.030) < 0.0025 for _, rate in seen[120:])


def test_a_platform_below_its_growth_target_gives_up_profit(model: mesa.Model) -> None:
    """More advertising earns more and slows growth: with a target it ends at a lower load."""

    def last_load(target: float) -> float:
        platform = PlatformActor(model, 0, levers=(AD_LOAD,), growth_target=target, growth_weight=0.5)
        view = dict(PLATFORM_VIEW)
        for quarter in range(1, 60):
            view["week"] = 13 * quarter
            view["profit"] = view["gmv"] * 0.2 * view["ad_load"]
            view["growth"] = 0.5 - view["ad_load"]
            view.update(platform.decide(view))
        return view["ad_load"]

    assert last_load(0.0) == pytest.approx(0.40, abs=0.02)
    assert last_load(0.3) == pytest.approx(0.20, abs=0.02)


def test_a_dated_regulator_moves_only_the_allocation(model: mesa.Model) -> None:
    """Towards complaints above its tolerance, back below, within bounds."""
    regulator = RegulatorActor(model, tolerance=60)
    high = regulator.decide(REGULATOR_VIEW | {"complaints_per_gmv": 90.0})
    low = regulator.decide(REGULATOR_VIEW | {"complaints_per_gmv": 30.0})
    assert high == {"allocation": pytest.approx(0.55)}
    assert low == {"allocation": pytest.approx(0.45)}
    assert not regulator.decide(REGULATOR_VIEW | {"complaints_per_gmv": 90.0, "allocation": 0.95})


def test_a_responsive_regulator_hires_within_its_budget_and_then_fines(model: mesa.Model) -> None:
    """105 inspectors are payable; then fines rise; far below tolerance they fall."""
    regulator = RegulatorActor(model, policy="responsive", tolerance=60, budget=2.1e7, wage=2e5)
    view = REGULATOR_VIEW | {"complaints_per_gmv": 90.0}
    assert regulator.decide(view)["inspectors"] == 105
    decision = regulator.decide(view | {"inspectors": 105.0})
    assert "inspectors" not in decision
    assert decision["fine_multiplier"] == pytest.approx(1.1)
    quiet = view | {"complaints_per_gmv": 20.0, "fine_multiplier": 2.0}
    assert regulator.decide(quiet)["fine_multiplier"] == pytest.approx(1.9)
    with pytest.raises(ConfigError, match="neither"):
        RegulatorActor(model, policy="strict")


def test_numbers_of_a_rule_have_a_range_and_a_name(model: mesa.Model) -> None:
    """Outside its range, no number at all, or unknown: all told at once, with the unit; a subclass adds its own."""

    class Patient(RegulatorActor):
        wage = 3.0e5
        patience = param(2.0, unit="quarters", bounds=(0, 8), source="assumption", doc="quarters it waits")

    assert list(Patient.parameters) == ["tolerance", "budget", "patience"]
    assert list(RegulatorActor.parameters) == ["tolerance", "budget", "wage"]
    assert (Patient(model, patience=3).patience, Patient(model).tolerance, Patient(model).wage) == (3, 60.0, 3.0e5)
    with pytest.raises(ConfigError) as error:
        RegulatorActor(model, tolerance=float("nan"), wage=0, budgt=1e9)
    assert [*error.value.faults] == [
        "regulator has no argument 'budgt'. Did you mean 'budget'?",
        "regulator.tolerance = nan complaints per billion CNY is outside [0, 1e+06].",
        "regulator.wage = 0 CNY/year is outside [1, 1e+07].",
    ]


def test_a_leading_brand_spends_while_it_pays(model: mesa.Model) -> None:
    """Up above the required return of 1 / margin, down below, unchanged at it."""
    brand = LeadingBrandActor(model, 0, speed=0.2)

    def after(roi: float, now: float = 1.0) -> float:
        return brand.decide({"ad_budget_multiplier": now, "roi": roi, "margin": 0.25})["ad_budget_multiplier"]

    assert after(4.0) == pytest.approx(1.0)
    assert after(5.0) == pytest.approx(1.0512711)  # exp(0.2 * 0.25)
    assert after(2.0) < 1
    assert after(400.0, now=4.9) == 5.0


def test_a_leading_streamer_works_while_an_hour_pays(model: mesa.Model) -> None:
    """Hours follow what an hour earns over what it costs."""
    streamer = LeadingStreamerActor(model, 0)
    view = {"broadcast_hours_multiplier": 1.0, "required_profit_per_hour": 1000.0}
    assert streamer.decide(view | {"profit_per_hour": 1500.0})["broadcast_hours_multiplier"] > 1
    assert streamer.decide(view | {"profit_per_hour": 500.0})["broadcast_hours_multiplier"] < 1
