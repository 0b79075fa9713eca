"""What was typed is looked at word by word before Hydra composes it, so that every fault is told at once.

Hydra stops at its first fault and speaks of structs and pluses. Here dates may stand in a dotted name, values
under `parameters` and `schedule` need no plus, a scenario may be a file, and a misspelt name gets a guess.
"""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from experiments.options import Option
from experiments.scenario_files import FOLDER, read_scenario, scenario_names, scenario_path
from sim.errors import DataError, did_you_mean

SWITCHES = ("--multirun", "-m", "--run", "-r", "--resolve", "--hydra-help", "--shell-completion", "-sc", "--version")
WITH_VALUE = ("--cfg", "-c", "--package", "-p", "--info", "-i")
OPEN = ("parameters", "schedule", "vary", "thresholds", "scenario.parameters", "scenario.schedule")
"""What has further names inside, which nobody lists beforehand."""
DEFAULT_SCENARIO = "baseline"


@dataclass
class Arguments:
    """What goes on to Hydra (switches first: it wants them together), what was wrong, and the words that make the same numbers again."""

    words: list[str] = field(default_factory=list)
    switches: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    multirun: bool = False
    typed: tuple[str, ...] = ()
    composable: bool = True
    command: str = ""
    scenarios: Mapping[str, str] = field(default_factory=dict)
    """What was typed for each scenario, by the name under which Hydra knows it."""
    notes: list[str] = field(default_factory=list)


def read_arguments(typed: Sequence[str], application: str, options: Sequence[Option]) -> Arguments:
    """Look at each word; a wrong one is left out of what goes to Hydra and becomes a fault.

    Args:
        application: its name, the first word of the command.
        options: those it has.
    """
    known = {option.name: option for option in options}
    typed, notes = given_once(typed)
    result, parser = Arguments(), OverridesParser.create()
    result.notes += notes
    result.multirun = any(word in ("--multirun", "-m") for word in typed)
    scenarios = Scenarios(result.faults)
    value_of = ""
    for word in typed:
        if value_of:
            result.switches.append(word)
            value_of = ""
        elif word.startswith("-"):
            value_of = word if word in WITH_VALUE else ""
            read_switch(word, known, result)
        else:
            read_word(word, parser, known, scenarios, result)
    if "scenario" in known and not scenarios.found:
        result.composable = scenarios.choose(DEFAULT_SCENARIO) is not None
    result.command, result.typed, result.scenarios = command_of(application, typed), tuple(typed), scenarios.found
    return result


def given_once(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words with each option as it was given last, where it then stands; and a note on each that was given before."""
    names = [word.lstrip("+").partition("=")[0] if "=" in word and not word.startswith("-") else "" for word in words]
    last = {name: place for place, name in enumerate(names)}
    kept = [word for place, word in enumerate(words) if not names[place] or last[names[place]] == place]
    notes = [
        f"{word} does not count: {name} is given again behind it."
        for place, (word, name) in enumerate(zip(words, names, strict=True))
        if name and last[name] != place
    ]
    return kept, notes


def read_switch(word: str, known: Mapping[str, Option], result: Arguments) -> None:
    """A word with a dash: one of Hydra's switches, or an option written in another program's way."""
    if word in SWITCHES or word in WITH_VALUE:
        result.switches.append(word)
        return
    name, _, value = word.lstrip("-").partition("=")
    guess = f" Did you mean {name}={value or '...'}?" if name in known else did_you_mean(word, SWITCHES)
    result.faults.append(f"Unknown switch '{word}'.{guess} Options are written name=value: members=8.")


def read_word(word: str, parser: OverridesParser, known: Mapping[str, Option], scenarios: Scenarios, result: Arguments) -> None:
    """One name=value: its name is looked up, then it is handed on in the form Hydra wants."""
    word = with_quotes(word, known)
    try:
        override = parser.parse_override(with_open_name(word))
        values = choices(override)
    except HydraException:
        result.faults.append(
            f"'{word}' cannot be read. Write name=value, for example members=8; "
            "quote a value with blanks or signs, for example 'out=\"runs/a (b)\"'."
        )
        return
    name = override.key_or_group
    if name.split(".")[0] == "hydra" or name.startswith("hydra/"):
        result.words.append(word)
    elif override.is_delete():
        result.faults.append(f"'{word}': an option cannot be deleted; leave it out.")
    elif override.is_sweep_override() and not result.multirun:
        result.faults.append(f"'{word}' names several values. Give one, or add --multirun for one run each.")
    elif name == "scenario" and name in known:
        names = [scenarios.choose(choice) for choice in values]
        if None not in names:
            result.words.append(f"scenario={','.join(str(name) for name in names)}")
    elif name in known and name not in OPEN:
        result.words.append(f"{name}={word.partition('=')[2]}")
    elif any(name == start or name.startswith(f"{start}.") for start in OPEN if start.split(".")[0] in known):
        result.words.append("++" + with_open_name(word).lstrip("+"))
    else:
        result.faults.append(unknown_name(name, known))


def with_quotes(word: str, known: Mapping[str, Option]) -> str:
    """A text with blanks or signs in the quotes that Hydra's grammar wants, so that nobody has to quote twice."""
    name, _, value = word.partition("=")
    if name not in known or known[name].kind != "text" or re.fullmatch(r"[\w./~:${},-]*|['\"\[].*", value):
        return word
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{name}='{escaped}'"


def with_open_name(word: str) -> str:
    """schedule.a.b.2025-01-01=1 in the form that Hydra's grammar allows: schedule.a.b={2025-01-01: 1}."""
    found = re.fullmatch(r"(\+*(?:scenario\.)?schedule\.\w+\.\w+)\.([^=.{]*[^\w=.{][^=.{]*|\d[^=.{]*)=(.*)", word)
    return f"{found[1]}={{{found[2]}: {found[3]}}}" if found else word


def choices(override: Override) -> list[Any]:
    """The value of an override, or each value of a sweep."""
    return list(override.sweep_iterator()) if override.is_sweep_override() else [override.value()]


def unknown_name(name: str, options: Mapping[str, Option]) -> str:
    """The fault of a name that is no option, with a guess at what was meant."""
    from sim.model import known_mechanics

    known = known_mechanics()
    first, _, rest = name.partition(".")
    if first in known and rest:
        return f"Unknown option '{name}'. Did you mean 'parameters.{name}'?"
    if first in options and first not in OPEN and rest:
        return f"Unknown option '{name}': {first} has no parts."
    owners = [mechanic for mechanic, kind in known.items() if name in kind.parameters]
    if owners:
        return f"Unknown option '{name}'. Did you mean 'parameters.{owners[0]}.{name}'?"
    hint = did_you_mean(first, options) or f" Known are: {', '.join(options)}."
    return f"Unknown option '{name}'.{hint}"


class Scenarios:
    """Makes the chosen scenario files known to Hydra as the group `scenario`."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        self.found: dict[str, str] = {}

    def choose(self, choice: Any) -> str | None:
        """The name under which Hydra knows a scenario from now on; None, and faults, if it cannot be read."""
        path = scenario_path(str(choice))
        if path is None:
            names = scenario_names()
            hint = did_you_mean(str(choice), names)
            self.faults.append(f"scenario = {choice!r} is unknown.{hint} Choose one of {', '.join(names)}, or give a YAML file.")
            return None
        try:
            scenario = read_scenario(path)
        except DataError as error:
            self.faults += error.faults
            return None
        node = {"scenario": {"parameters": {}, "schedule": {}, **scenario}}
        store = ConfigStore.instance()
        store.store(path.stem, node, group="scenario", package="_global_", provider="scenarios")
        self.found[path.stem] = str(choice)
        return path.stem


def command_of(application: str, words: Sequence[str]) -> str:
    """The command that makes the same numbers, without where they go and how fast they are made."""
    kept = [word for word in words if not re.match(r"\+*(out|overwrite|threads|store|engine|address|confirm)=", word)]
    return shlex.join([application, *kept])


def scenarios_text() -> list[str]:
    """Each scenario's name and question, as lines of --help."""
    lines = ["", "Scenarios:"]
    for name in scenario_names():
        try:
            question = str(read_scenario(Path(FOLDER) / f"{name}.yaml")["question"])
        except DataError as error:
            question = f"({error.faults[0]})"
        lines += textwrap.wrap(f"  {name:<21} {question}", 96, subsequent_indent=" " * 24)
    return lines
