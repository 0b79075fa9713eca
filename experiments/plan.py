"""Options become a plan: which runs are made, of what, with which seed; every fault is told before the first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import numpy as np

from experiments.layers import Layer, base_calendar, layered
from experiments.options import FORECAST, Option, option_faults
from experiments.refusal import Faults
from experiments.scenario_files import meaning_faults, scenario_faults, scenario_layer
from experiments.store.studies import Coordinate, Run, Study, keys_of
from experiments.workers import cores
from experiments.worlds import WORLDS, Draw, World, load_world
from scenarios.data import History, Report, load_history, load_report
from scenarios.predictions import NOT_MODELLED, PREDICTIONS
from scenarios.predictions.variants import variants_needed
from scenarios.vocabulary import SERIES
from sim.config import Configuration
from sim.errors import ConfigError, ContractError
from sim.runner import code_version

OF_SIM = ("start", "end", "consumers", "brands", "streamers", "people", "mechanics", "checked", "detail")
OF_MACHINE = ("threads", "out", "overwrite", "profile", "engine", "address", "store", "confirm")
SAME_AS_BASE = "base_detail"
DIMS = ("world", "scenario", "member")


@dataclass(frozen=True)
class Member:
    """One run of the base: which draw of the world's parameters, which seed, with what weight."""

    draw: int
    seed: int
    weight: float


@dataclass(frozen=True)
class Case:
    """One alternative that members are run with.

    Attributes:
        name: its label.
        scenario: what it changes below what the user typed.
        variant: what it changes above that.
        members: for how many of the first members it is run; None for all.
        detailed: of how many of the first members it records each brand.
    """

    name: str
    scenario: Layer
    variant: Layer = field(default_factory=Layer)
    members: int | None = None
    detailed: int = 0


@dataclass(frozen=True)
class Points:
    """What is varied besides scenario and member: the last word in the layers.

    Attributes:
        dims, shape: of the points; none where nothing is varied.
        coordinates: their labels.
        names: mechanic and parameter of each column of `values`.
        values: (points, parameters), in the order of the dims.
    """

    dims: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    coordinates: Mapping[str, Coordinate] = field(default_factory=dict)
    names: tuple[tuple[str, str], ...] = ()
    values: Any = field(default_factory=lambda: np.empty((1, 0)))

    def layer(self, number: int) -> Layer:
        """What one point changes."""
        parameters: dict[str, dict[str, float]] = {}
        for (mechanic, parameter), value in zip(self.names, self.values[number].tolist(), strict=True):
            parameters.setdefault(mechanic, {})[parameter] = value
        return Layer(parameters)


@dataclass(frozen=True)
class Plan:
    """All runs of an experiment, and the data it is judged by.

    Attributes:
        settings: the options in plain values.
        members: by world, in the order of the member dimension.
        cases: the scenarios, and behind them the variants of paired runs.
        variants: what each paired run changes, by name; empty without paired runs.
        user: what was typed under `parameters` and `schedule`.
    """

    settings: Mapping[str, Any]
    worlds: Mapping[str, World]
    members: Mapping[str, tuple[Member, ...]]
    cases: tuple[Case, ...]
    variants: Mapping[str, Mapping[str, Any]]
    points: Points
    calendar: Layer
    user: Layer
    report: Report
    history: History

    @property
    def scenario(self) -> str:
        """The name of the first scenario."""
        return self.cases[0].name

    @property
    def recorded(self) -> dict[str, Any]:
        """The options that decide about numbers, not where or how fast they were made."""
        return {name: value for name, value in self.settings.items() if name not in OF_MACHINE}

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the dimensions world, scenario, member, and those of the points."""
        return (len(self.worlds), len(self.cases), len(next(iter(self.members.values()))), *self.points.shape)

    @property
    def runs(self) -> Runs:
        """Every run, made when it is looked at."""
        return Runs(self)

    @property
    def count(self) -> int:
        """How many runs there are."""
        points = math.prod(self.points.shape)
        members = self.shape[2]
        return len(self.worlds) * points * sum(members if case.members is None else min(members, case.members) for case in self.cases)

    @property
    def steps(self) -> int:
        """Weeks of one run."""
        return self.first.configuration.clock.steps

    @property
    def first(self) -> Run:
        """The first run."""
        run = self.runs[0]
        assert run is not None
        return run

    @property
    def processes(self) -> int:
        """Processes to start: never more than there are runs."""
        return min(int(self.settings["threads"] or cores()), self.count)

    def with_members(self, count: int) -> Plan:
        """The same with so many of the members; they are its first ones, with weights that sum to one."""
        settings = {**self.settings, "members": count}
        return replace(self, settings=settings, members={name: spread(world, settings, Faults()) for name, world in self.worlds.items()})

    @property
    def late(self) -> list[str]:
        """Notes on scenarios and strategies that begin only after the runs have ended."""
        end = self.first.configuration.end.isoformat()
        begun = {case.name: layer.begins for case in self.cases for layer in (case.scenario, case.variant) if layer.begins > end}
        return [f"'{name}' changes nothing here: it begins on {day}, and the runs end on {end}." for name, day in begun.items()]

    def layers(self, world: World, draw: int, case: Case, point: int) -> list[Layer]:
        """What one run is told, the last word last."""
        scenario, user = case.scenario.sound(), self.user.sound()
        return [world.layer(world.draws[draw]), self.calendar.sound(), scenario, user, case.variant, self.points.layer(point)]

    def run(self, world: str, case: Case, number: int, point: int) -> Run | None:
        """One run; None where the case is not run with the member."""
        if case.members is not None and number >= case.members:
            return None
        member = self.members[world][number]
        detail = {"detail": True} if number < case.detailed else {}
        configuration = configured(self.settings, self.layers(self.worlds[world], member.draw, case, point), **detail)
        aside = f", scenario '{case.name}'" if len(self.cases) > 1 else ""
        aside += f", point {point}" if self.points.dims else ""
        label = f"member {number} of world '{world}'{aside} (seed {member.seed})"
        spare = max(1, int(self.settings["threads"] or cores()) // self.count)
        return Run(label, configuration.replace(threads=spare), member.seed)

    def study(self, application: str, command: str, out: str, part: str = "") -> Study:
        """The keys of all runs with their coordinates, to be kept by a store under the name of `out` and, of one of several, its part."""
        keys, kinds = keys_of(self.runs)
        dims = (*DIMS, *self.points.dims)
        name = out.replace("\\", "/").rstrip("/").rpartition("/")[2] + part
        coordinates = {**self.coordinates(), **self.points.coordinates}
        return Study(
            name, application, command, out, code_version(), dims, coordinates, keys.reshape(self.shape), kinds.reshape(self.shape)
        )

    def coordinates(self) -> dict[str, Coordinate]:
        """Labels of worlds, scenarios and members; draw, seed and weight of each member."""
        first = self.members[next(iter(self.worlds))]
        weights = [[member.weight for member in self.members[world]] for world in self.worlds]
        same = all(each == weights[0] for each in weights)
        about_weight = {"units": "1", "long_name": "weight of the member, summing to one"}
        return {
            "world": Coordinate(("world",), tuple(self.worlds), {"long_name": "fitted world"}),
            "scenario": Coordinate(("scenario",), tuple(case.name for case in self.cases), {"long_name": "scenario"}),
            "member": Coordinate(("member",), tuple(range(len(first))), {"long_name": "number of the run", "units": "1"}),
            "draw": Coordinate(("member",), tuple(each.draw for each in first), {"long_name": "draw of the parameters", "units": "1"}),
            "seed": Coordinate(("member",), tuple(each.seed for each in first), {"long_name": "seed of chance", "units": "1"}),
            "weight": Coordinate(("member",), tuple(weights[0]), about_weight)
            if same
            else Coordinate(("world", "member"), tuple(weight for of_world in weights for weight in of_world), about_weight),
        }


class Runs(Sequence[Run | None]):
    """The runs of a plan in the order world, scenario, member, point."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.worlds = plan, list(plan.worlds)
        self.shape = (*plan.shape[:3], math.prod(plan.points.shape))

    def __len__(self) -> int:
        return math.prod(self.shape)

    def __getitem__(self, number: Any) -> Any:
        if not 0 <= number < len(self):
            raise IndexError(number)
        world, case, member, point = (int(each) for each in np.unravel_index(number, self.shape))
        return self.plan.run(self.worlds[world], self.plan.cases[case], member, point)


def make_plan(
    settings: Mapping[str, Any],
    faults: Sequence[str] = (),
    *,
    scenarios: Sequence[Any] | None = None,
    points: Points | None = None,
    options: Sequence[Option] = FORECAST,
) -> Plan:
    """The plan of an experiment; RefusedError with all faults of options, files and parameters, and those given.

    Args:
        scenarios: contents of scenario files; that of the option `scenario` if None.
        points: what is varied besides.
        options: those there are.
    """
    found = Faults(faults)
    found.add(option_faults(settings, options))
    with found:
        report = load_report()
        lost = sorted({*PREDICTIONS, *NOT_MODELLED} - report.predictions.keys())
        if lost:
            found.add([f"scenarios/report/predictions.csv lacks {', '.join(lost)}. Restore it from the repository."])
    with found:
        history = load_history()
        lost = [f"{kept} of {least} observations of '{name}'" for name, least in SERIES.items() if (kept := history.count(name)) < least]
        if lost:
            found.add([f"scenarios/history/market_series.csv has only {', '.join(lost)}. Restore it from the repository."])
    calendar = Layer()
    with found:
        calendar = base_calendar()
    user = Layer(*(settings.get(word) or {} for word in ("parameters", "schedule")))
    found.add(user.faults(""))
    worlds = read_worlds(settings, found)
    variants: Mapping[str, Any] = {}
    if whole(settings, "paired") > 0:
        with found:
            variants = variants_needed()
    cases = cases_of([settings.get("scenario")] if scenarios is None else scenarios, variants, whole(settings, "paired"), found)
    unknown = World("report", {}, (Draw(1.0, {}),) * max(1, whole(settings, "draws")), "")
    known = worlds or {"report": unknown}  # other faults are looked for anyway
    members = {name: spread(world, settings, found) for name, world in known.items()}
    told = dict(settings)
    if found.list:
        told |= {"threads": 1}
        report, history = None, None  # type: ignore[assignment]  # nobody will look at them
    plan = Plan(told, known, members, cases, variants, points or Points(), calendar, user, report, history)
    look_through(plan, found)
    found.raise_if_any()
    return plan


def cases_of(scenarios: Sequence[Any], variants: Mapping[str, Mapping[str, Any]], paired: int, found: Faults) -> tuple[Case, ...]:
    """The scenarios; and behind them, where there are paired runs, each variant of each.

    The first members of a scenario record each brand then, so that they serve as the variant of that name too.
    """
    cases = []
    for scenario in scenarios:
        if isinstance(scenario, Mapping):
            found.add(f"scenario: {fault}" for fault in (*scenario_faults(scenario), *meaning_faults(scenario)))
            cases.append(Case(str(scenario.get("name")), scenario_layer(scenario)))
        else:
            found.add([f"scenario = {scenario!r} is no scenario."])
            cases.append(Case("", Layer()))
    if variants:
        for number, scenario in enumerate(list(cases)):
            cases[number] = replace(scenario, detailed=paired)
            for name, change in variants.items():
                if name != SAME_AS_BASE:
                    layer = Layer(change.get("parameters", {}), change.get("schedule", {}))
                    detailed = paired if change.get("detail") else 0
                    cases.append(Case(f"{scenario.name}: {name}", scenario.scenario, layer, paired, detailed))
    return tuple(cases)


def look_through(plan: Plan, found: Faults) -> None:
    """Find what is wrong with the configuration of any draw and case, and with the composition."""
    sound = None
    for name, case in product(plan.worlds, plan.cases):
        for draw in sorted({member.draw for member in plan.members[name]}):
            with found:
                sound = configured(plan.settings, plan.layers(plan.worlds[name], draw, case, 0))
    if sound is not None and sound.mechanics:
        with found:
            composed(sound)


def whole(settings: Mapping[str, Any], name: str) -> int:
    """An option as a whole number, 0 where it is none and told to be wrong elsewhere."""
    value = settings.get(name)
    return value if isinstance(value, int) else 0


def read_worlds(settings: Mapping[str, Any], found: Faults) -> dict[str, World]:
    """The worlds asked for."""
    asked = settings.get("world")
    worlds: dict[str, World] = {}
    for name in WORLDS if asked == "both" else [asked]:
        if name in WORLDS:
            with found:
                worlds[name] = load_world(name)
    return worlds


def spread(world: World, settings: Mapping[str, Any], found: Faults) -> tuple[Member, ...]:
    """Members in the order draw 0 to n with the first seed, draw 0 to n with the second, and so on."""
    members, draws = max(1, whole(settings, "members")), max(1, whole(settings, "draws"))
    if draws > len(world.draws):
        found.add([f"draws = {draws}, but world '{world.name}' has {len(world.draws)}; give at most as many."])
        draws = len(world.draws)
    draws = min(draws, members)
    total = sum(draw.weight for draw in world.draws[:draws])
    seeds = [len(range(draw, members, draws)) for draw in range(draws)]
    first = whole(settings, "seed")
    return tuple(Member(n % draws, first + n // draws, world.draws[n % draws].weight / total / seeds[n % draws]) for n in range(members))


def configured(settings: Mapping[str, Any], layers: Sequence[Layer], **changes: Any) -> Configuration:
    """The simulation's configuration; ConfigError with all faults."""
    parameters, schedule = layered(layers)
    values = {name: settings[name] for name in OF_SIM if name in settings}
    return Configuration.from_mapping({**values, **changes, "parameters": parameters, "schedule": schedule})


def composed(configuration: Configuration) -> None:
    """ConfigError with what is wrong between the mechanics of a configuration."""
    from sim.model import build

    try:
        build(configuration.replace(consumers=64, brands=12, streamers=24, block=16), 0)
    except ContractError as error:
        raise ConfigError([f"mechanics: {fault}" for fault in error.faults]) from None
