"""Options become a plan: which runs are made, of what, with which seed; every fault is told before the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from experiments.layers import Layer, base_calendar, layered
from experiments.options import option_faults
from experiments.refusal import Faults
from experiments.scenario_files import meaning_faults, scenario_faults, scenario_layer
from experiments.workers import Job, cores
from experiments.worlds import WORLDS, Draw, World, load_world
from scenarios.data import History, Report, load_history, load_report
from scenarios.predictions import NOT_MODELLED, PREDICTIONS
from scenarios.predictions.variants import variants_needed
from scenarios.vocabulary import SERIES
from sim.config import Configuration
from sim.errors import ConfigError, ContractError
from sim.runner import run

OF_SIM = ("start", "end", "consumers", "brands", "streamers", "people", "mechanics", "checked", "detail")
OF_MACHINE = ("threads", "out", "overwrite", "profile")
SAME_AS_BASE = "base_detail"


@dataclass(frozen=True)
class Member:
    """One run of the base: which draw of the world's parameters, which seed, with what weight."""

    draw: int
    seed: int
    weight: float


@dataclass(frozen=True)
class Task:
    """One run to make; `variant` is empty for the base."""

    world: str
    member: int
    variant: str
    configuration: Configuration
    seed: int

    @property
    def label(self) -> str:
        """What to call the run in a message."""
        aside = f", variant {self.variant}" if self.variant else ""
        return f"member {self.member} of world '{self.world}'{aside} (seed {self.seed})"

    @property
    def job(self) -> Job:
        """The run as work for somebody else."""
        return Job(self.label, run, (self.configuration, self.seed))


@dataclass(frozen=True)
class Plan:
    """All runs of a forecast, and the data it is judged by.

    Attributes:
        settings: the options in plain values.
        members: by world, in the order of the member dimension.
        variants: what each paired run changes, by name; empty without paired runs.
        layers: by world, the layers of a draw that does not matter (for the record).
    """

    settings: Mapping[str, Any]
    worlds: Mapping[str, World]
    members: Mapping[str, tuple[Member, ...]]
    tasks: tuple[Task, ...]
    variants: Mapping[str, Mapping[str, Any]]
    calendar: Layer
    report: Report
    history: History

    @property
    def scenario(self) -> str:
        """The name of the scenario."""
        return str(self.settings["scenario"]["name"])

    @property
    def recorded(self) -> dict[str, Any]:
        """The options that decide about numbers, not where or how fast they were made."""
        return {name: value for name, value in self.settings.items() if name not in OF_MACHINE}

    @property
    def steps(self) -> int:
        """Weeks of one run."""
        return self.tasks[0].configuration.clock.steps

    @property
    def processes(self) -> int:
        """Processes to start: never more than there are runs."""
        return min(int(self.settings["threads"] or cores()), len(self.tasks))


def make_plan(settings: Mapping[str, Any], faults: Sequence[str] = ()) -> Plan:
    """The plan of a forecast; RefusedError with all faults of options, files and parameters, and those given."""
    found = Faults(faults)
    found.add(option_faults(settings))
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
    scenario = settings.get("scenario")
    if isinstance(scenario, Mapping):
        found.add(f"scenario: {fault}" for fault in (*scenario_faults(scenario), *meaning_faults(scenario)))
    else:
        found.add([f"scenario = {scenario!r} is no scenario."])
        scenario = {}
    user = Layer(*(settings.get(word) or {} for word in ("parameters", "schedule")))
    found.add(user.faults(""))
    worlds = read_worlds(settings, found)
    variants: Mapping[str, Any] = {}
    if whole(settings, "paired") > 0:
        with found:
            variants = variants_needed()
    above = [layer.sound() for layer in (calendar, scenario_layer(scenario), user)]
    members: dict[str, tuple[Member, ...]] = {}
    tasks: list[Task] = []
    unknown = World("report", {}, (Draw(1.0, {}),) * max(1, whole(settings, "draws")), "")
    for world in worlds.values() or [unknown]:  # other faults are looked for anyway
        members[world.name] = spread(world, settings, found)
        tasks += world_tasks(world, members[world.name], above, variants, settings, found)
    found.raise_if_any()
    spare = max(1, int(settings["threads"] or cores()) // len(tasks))
    tasks = [replace(task, configuration=task.configuration.replace(threads=spare)) for task in tasks]
    return Plan(dict(settings), worlds, members, tuple(tasks), variants, calendar, report, history)


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


def world_tasks(
    world: World,
    members: Sequence[Member],
    above: Sequence[Layer],
    variants: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Any],
    found: Faults,
) -> list[Task]:
    """All runs of one world: the base of each member, and paired runs of the first ones.

    A paired base records each brand, so it serves as the variant of that name too.
    """
    paired = whole(settings, "paired")
    configurations: dict[tuple[int, str], Configuration] = {}
    for draw in sorted({member.draw for member in members}):
        for name in ("", *(name for name in variants if name != SAME_AS_BASE)):
            change = variants.get(name, {})
            layers = [world.layer(world.draws[draw]), *above]
            layers.append(Layer(change.get("parameters", {}), change.get("schedule", {})))
            with found:
                detail = {"detail": True} if change.get("detail") else {}
                configurations[draw, name] = configured(settings, layers, **detail)
    if found.list:
        return []
    tasks = []
    for number, member in enumerate(members):
        base = configurations[member.draw, ""]
        if number < paired and variants:
            base = base.replace(detail=True)
        tasks.append(Task(world.name, number, "", base, member.seed))
        for name in variants if number < paired else ():
            if name != SAME_AS_BASE:
                tasks.append(Task(world.name, number, name, configurations[member.draw, name], member.seed))
    return tasks


def configured(settings: Mapping[str, Any], layers: Sequence[Layer], **changes: Any) -> Configuration:
    """The simulation's configuration; ConfigError with all faults, those of broken compositions too."""
    parameters, schedule = layered(layers)
    values = {name: settings[name] for name in OF_SIM if name in settings}
    values = {**values, **changes, "parameters": parameters, "schedule": schedule}
    configuration = Configuration.from_mapping(values)
    if configuration.mechanics:
        from sim.model import build

        try:
            build(configuration.replace(consumers=64, brands=12, streamers=24, block=16), 0)
        except ContractError as error:
            raise ConfigError([f"mechanics: {fault}" for fault in error.faults]) from None
    return configuration
