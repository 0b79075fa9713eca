"""The options of all applications: what each means, what it may be; and the text of --help."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from experiments.tables import FORMATS
from sim.config import WHOLE
from sim.errors import did_you_mean

GROUPS = {
    "design": "What is asked",
    "market": "Which markets",
    "size": "How many runs, and how big",
    "work": "How it is run, and where it goes",
}


@dataclass(frozen=True)
class Option:
    """One option: the group it is listed in, its kind, its range or choices, its meaning."""

    name: str
    group: str
    kind: str
    meaning: str
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()

    def faults(self, value: Any) -> list[str]:
        """What is wrong with a value; kinds checked by the simulation itself are left to it."""
        if self.kind == "whole":
            if isinstance(value, bool) or not isinstance(value, int):
                return [f"{self.name} = {value!r} is not a whole number; give one in [{self.low}, {self.high}]."]
            if not self.low <= value <= self.high:
                return [f"{self.name} = {value} is outside [{self.low}, {self.high}]."]
        if self.kind == "share" and not (isinstance(value, float | int) and not isinstance(value, bool) and 0 < value < 1):
            return [f"{self.name} = {value!r} is not a share between 0 and 1; 0.02 is 2%."]
        if self.kind == "choice" and value not in self.choices:
            hint = did_you_mean(str(value), self.choices)
            return [f"{self.name} = {value!r} is unknown.{hint} Choose one of {', '.join(self.choices)}."]
        if self.kind == "truth" and not isinstance(value, bool):
            return [f"{self.name} = {value!r} is neither true nor false."]
        if self.kind == "text" and not (isinstance(value, str) and value.strip()):
            return [f"{self.name} = {value!r} is no text. Give some, or leave the option out."]
        return []


SHARED = (
    Option(
        "world",
        "market",
        "choice",
        "which evidence the parameters follow: what the report says, what is published, or both in turn",
        choices=("report", "data", "both"),
    ),
    Option("start", "market", "checked", "first day; a week counts if its Thursday lies inside"),
    Option("end", "market", "checked", "last day; the predictions are judged only if 2024 to 2030 are simulated"),
    Option(
        "parameters",
        "market",
        "checked",
        "another number for the whole time: parameters.<mechanic>.<parameter>=value",
    ),
    Option(
        "schedule",
        "market",
        "checked",
        "another number from a day on: schedule.<mechanic>.<parameter>.<date>=value",
    ),
    Option("mechanics", "market", "checked", "the mechanics in play, as [a,b]; none named is the core market"),
    Option("members", "size", "whole", "runs in each world; they differ by parameters and by chance", 1, 100_000),
    Option(
        "draws",
        "size",
        "whole",
        "parameter draws of the world that the members share: 32 members of 16 draws have 2 seeds each",
        1,
        10_000,
    ),
    Option(
        "seed",
        "size",
        "whole",
        "first seed of chance; scenarios run with the same seed can be compared run by run",
        0,
        2_000_000_000,
    ),
    Option("consumers", "size", "checked", "simulated consumers, each standing for many people"),
    Option("brands", "size", "checked", "simulated brands"),
    Option("streamers", "size", "checked", "simulated streamers"),
    Option("people", "size", "checked", "people whom the consumers stand for"),
    Option(
        "threads",
        "work",
        "whole",
        "processes at work at once; by default one a core; it never changes a number",
        *WHOLE["threads"],
    ),
    Option("engine", "work", "choice", "who runs the members: the cores of this machine, or a Dask cluster", choices=("embedded", "dask")),
    Option("address", "work", "text", "of the scheduler of the Dask cluster, for example tcp://10.0.0.1:8786"),
    Option("store", "work", "text", "folder that keeps all members; what is there is never run again"),
    Option("out", "work", "text", "folder of the results; by default runs/<what it is>-<time>"),
    Option("overwrite", "work", "truth", "replace the folder if it holds earlier results of livemarket"),
    Option("language", "work", "choice", "language of the pictures", choices=("en", "zh")),
    Option("confirm", "work", "truth", "run it although it takes more than an hour"),
    Option("checked", "work", "checked", "check ranges and the books every week (slower)"),
)
FORMAT = Option("format", "work", "choice", "form of the tables", choices=FORMATS)
PAIRED = Option(
    "paired", "size", "whole", "for how many members the further runs are made which some predictions need (five each)", 0, 100_000
)
FORECAST = (
    Option("scenario", "market", "scenario", "what is different this time: a name from below, or your own YAML file"),
    *SHARED,
    PAIRED,
    Option(
        "precision",
        "size",
        "share",
        "stop before all members are run, once chance moves the mean of each headline quantity of the last year "
        "by less than this share (half of the 90% interval)",
    ),
    FORMAT,
    Option("detail", "work", "checked", "keep the results of each brand in forecast.nc"),
    Option("profile", "work", "truth", "instead of a forecast: run its first member alone and say where time and memory go"),
)
EXPERIMENT = (
    Option("scenarios", "market", "checked", "as [a,b]: names from below, or your own YAML files"),
    *SHARED,
    Option("outputs", "design", "checked", "quantities that are read, as [a,b]: any recorded one with one number a year"),
    Option("year", "design", "checked", "the year they are read in; by default the last"),
    FORMAT,
)
VARY = Option("vary", "design", "checked", "what is varied: vary.<mechanic>.<parameter>=[values], or =[low,high] in a random design")
DESIGN = (
    VARY,
    Option(
        "design",
        "design",
        "choice",
        "grid (every combination), list (first with first, second with second), latin (Latin hypercube) or sobol (scrambled Sobol' points)",
        choices=("grid", "list", "latin", "sobol"),
    ),
    Option("samples", "design", "whole", "points of a random design", 1, 1_000_000),
)
SWEEP = (*DESIGN, *EXPERIMENT)
SENSITIVITY = (
    replace(VARY, meaning="what is varied: vary.<mechanic>.<parameter>=[low,high]; by default what was free in the fit of the world"),
    Option("trajectories", "design", "whole", "of the screening: each has one point more than there are parameters", 2, 10_000),
    Option("keep", "design", "share", "parameters whose effect reaches this share of the largest are looked at more closely"),
    Option("samples", "design", "whole", "base points of the Sobol indices, a power of two; 0 for a screening alone", 0, 1_000_000),
    Option("second_order", "design", "truth", "also the interactions of each two"),
    *EXPERIMENT,
)
DISCOVER = (
    Option("when", "design", "text", "what is asked about: '<quantity> <sign> <number>', joined by 'and'; the signs are < <= > >="),
    Option("prediction", "design", "text", "instead: a prediction of the report, by its id"),
    replace(VARY, meaning="what is varied: vary.<mechanic>.<parameter>=[low,high]; by default what was free in the fit of the world"),
    Option("samples", "design", "whole", "points of the Latin hypercube", 20, 1_000_000),
    Option("boxes", "design", "whole", "sets of conditions that are looked for, one after the other", 1, 10),
    Option("coverage", "design", "share", "of what happens, that a box is to cover at least"),
    *EXPERIMENT,
)
ROBUST = (
    Option("user", "design", "text", "whose strategies are compared: brand, platform, regulator, or another in the files"),
    Option("strategies", "design", "text", "YAML file of strategies; by default configs/strategies.yaml"),
    Option("objectives", "design", "text", "YAML file of what each user wants; by default configs/objectives.yaml"),
    Option(
        "thresholds",
        "design",
        "checked",
        "what satisfies: thresholds.<quantity>=number; by default the worst quartile of the first strategy",
    ),
    replace(VARY, meaning="what else differs between futures: vary.<mechanic>.<parameter>=[low,high]"),
    Option("samples", "design", "whole", "points of the Latin hypercube over what is varied", 1, 1_000_000),
    *EXPERIMENT,
)
COMPARE = (
    *EXPERIMENT,
    PAIRED,
    Option("objectives", "design", "text", "YAML file of what each user wants, for the ranking; by default configs/objectives.yaml"),
)
MAY_BE_NONE = ("threads", "out", "address", "precision", "year", "objectives", "when", "prediction", "strategies")


def option_faults(settings: Mapping[str, Any], options: Sequence[Option]) -> list[str]:
    """What is wrong with the options' values, all at once."""
    known = [option.name for option in options]
    faults = [f"Unknown option '{name}'.{did_you_mean(name, known)}" for name in settings if name not in known]
    faults += [f"The option '{name}' is missing." for name in known if name not in settings]
    for option in options:
        value = settings.get(option.name)
        if option.name in settings and not (value is None and option.name in MAY_BE_NONE):
            faults += option.faults(value)
    paired, members = settings.get("paired"), settings.get("members")
    if isinstance(paired, int) and isinstance(members, int) and paired > members:
        faults.append(f"paired = {paired} is more than members = {members}; give at most as many.")
    draws = settings.get("draws")
    if settings.get("precision") is not None and isinstance(draws, int) and isinstance(members, int) and members < 2 * draws:
        faults.append(f"precision compares seeds of one draw: give members = {2 * draws} or more, or fewer draws than {draws}.")
    if (settings.get("engine") == "dask") != (settings.get("address") is not None):
        faults.append("engine=dask and address=tcp://host:port belong together; give both, or neither to use this machine's cores.")
    return faults


def options_text(options: Sequence[Option], defaults: Mapping[str, Any]) -> list[str]:
    """The options with their meaning and defaults, in groups, as lines of --help."""
    lines = []
    for group, heading in GROUPS.items():
        members = [option for option in options if option.group == group]
        lines += ["", f"{heading}:"] if members else []
        for option in members:
            value = defaults.get(option.name)
            shown = f" [{shown_default(value)}]" if value not in (None, {}, []) else ""
            lines += textwrap.wrap(f"  {option.name:<11} {option.meaning}{shown}", 96, subsequent_indent=" " * 14)
    return lines


def shown_default(value: Any) -> str:
    """A default as one would type it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{','.join(map(str, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def parameters_text() -> str:
    """The text of `forecast --parameters`: every number of the model with its range, unit and source."""
    from sim.model import EXAMPLES as TEACHING
    from sim.model import known_mechanics

    lines = []
    for name, mechanic in known_mechanics().items():
        aside = " (an example, not in the core market)" if name in TEACHING else ""
        lines += ["", f"{name}{aside}: {(mechanic.__doc__ or '').strip().splitlines()[0]}"]
        for key, parameter in mechanic.parameters.items():
            low, high = parameter.bounds
            number = f"{parameter.default:g} {parameter.unit} in [{low:g}, {high:g}]"
            text = f"  {name}.{key} = {number}: {parameter.doc} ({parameter.source})"
            lines += textwrap.wrap(text, 110, subsequent_indent=" " * 8)
    return "\n".join(lines[1:])
