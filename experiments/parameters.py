"""Every parameter of every mechanic as one table, with its unit, range, source and meaning.

python -m experiments.parameters        # writes docs/parameters.md
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import sim.actors.levers
from scenarios.data import History, Report, load_history, load_report
from sim.actors import Actor
from sim.actors.cast import CLASSES
from sim.actors.levers import Lever
from sim.errors import DataError, did_you_mean
from sim.fields import Parameter
from sim.mechanic import Mechanic
from sim.model import EXAMPLES, registry

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "parameters.md"
EVIDENCE = ROOT / "configs" / "evidence.yaml"
ASSUMPTION = "assumption"
TIMELINE = "regulation_timeline"
CONSTANT = re.compile(
    r"^(?P<name>[A-Z][A-Z_]+) = (?P<value>[-(\d][^#\n]*?)  # (?P<meaning>.+?) \[(?P<unit>[^]]+)\]; source: (?P<source>.+)$", re.MULTILINE
)
"""How a number that is fixed in the code says what it is: NAME = value  # meaning [unit]; source: where from."""
DEFINITION = "definition"
"""Source of a fixed number that follows from what its words mean."""
KINDS = ("literature", "history", "claim", "prediction", "form", ASSUMPTION, "missing")


@dataclass(frozen=True)
class Source:
    """Where a parameter's value comes from.

    Attributes:
        kind: literature, history, claim, prediction, form (one of these for the equation, the sign or the rough size,
            not for the number), assumption, or missing where it leads nowhere.
        label: a few words for a table's cell.
        title: what one would look for in a library or in the data.
        link: file of this project that holds it, from `docs`; empty for an assumption.
    """

    kind: str
    label: str
    title: str
    link: str

    def __str__(self) -> str:
        return f"[{self.label}]({self.link})" if self.link else self.label


class Sources:
    """Resolves sources of parameters; DataError with a hint for one that leads nowhere."""

    def __init__(self, report: Report, history: History, evidence: Mapping[str, Mapping[str, Any]]) -> None:
        self.report, self.history, self.evidence = report, history, evidence

    @classmethod
    def load(cls) -> Sources:
        """With the report, the history and the evidence of this project."""
        evidence = yaml.safe_load(EVIDENCE.read_text(encoding="utf-8"))
        return cls(load_report(), load_history(), evidence)

    def __call__(self, source: str) -> Source:
        """The source behind a parameter's text: claim, history, prediction, literature, its form alone, or assumption."""
        kind, colon, name = source.partition(":")
        if source == ASSUMPTION:
            return Source(ASSUMPTION, ASSUMPTION, "no source: a guess to be replaced", "")
        if kind == "claim" and colon:
            return Source(kind, f"claim {name}", self.report.claim(name).statement, "../scenarios/report/claims.csv")
        if kind == "prediction" and colon:
            statement = self.report.prediction(name).statement
            return Source(kind, f"prediction {name}", statement, "../scenarios/report/predictions.csv")
        if kind == "history" and name == TIMELINE:
            return Source(kind, name, "dated rules and penalties", f"../scenarios/history/{TIMELINE}.csv")
        if kind == "history" and colon:
            houses = ", ".join(dict.fromkeys(each.source for each in self.history.series(name)))
            return Source(kind, name, f"history by {houses}", "../scenarios/history/market_series.csv")
        if kind == "form" and colon:
            whole = self(name)
            return Source(kind, f"form: {whole.label}", f"the equation, sign or rough size, not the number: {whole.title}", whole.link)
        if source not in self.evidence:
            hint = did_you_mean(source, self.evidence)
            raise DataError(f"'{source}' is no key of configs/evidence.yaml.{hint} Add it, or name another.")
        entry = self.evidence[source]
        title = "{authors} ({year}). {title}. {venue} (grade {grade})".format(**entry)
        return Source("literature", source, title, "../configs/evidence.yaml")

    def or_missing(self, source: str) -> Source:
        """The source, or one that says it leads nowhere, so that a table can show it."""
        try:
            return self(source)
        except DataError as error:
            return Source("missing", f"{source} (missing)", str(error), "")


def parameters(owners: Iterable[type[Mechanic | Actor]]) -> list[Parameter]:
    """All parameters, mechanic by mechanic or actor by actor."""
    return [parameter for owner in owners for parameter in owner.parameters.values()]


def share_of_assumptions(found: Iterable[Parameter]) -> float:
    """Parameters without any source, as a share of all."""
    sources = [parameter.source for parameter in found]
    return sources.count(ASSUMPTION) / max(len(sources), 1)


def faults(owners: Iterable[type[Mechanic | Actor]], sources: Sources) -> list[str]:
    """Every parameter whose source leads nowhere or that nothing explains."""
    found = []
    for parameter in parameters(owners):
        who = f"{parameter.mechanic}.{parameter.name}"
        try:
            if not meaning(parameter, sources(parameter.source)):
                found.append(f"{who} has no meaning; give it a doc.")
        except DataError as error:
            found.append(f"{who}: {error}")
    return found


def meaning(parameter: Parameter, source: Source) -> str:
    """What a parameter says: its doc, or the statement of the claim that gives it."""
    return parameter.doc or (source.title if source.kind == "claim" else "")


def fixed_numbers(root: Path = ROOT) -> list[tuple[str, str, str, str, str, str]]:
    """Numbers of the world that are fixed in the code: name, value, unit, meaning, source, file."""
    return [
        (f"`{found['name']}`", *found.group("value", "unit", "meaning", "source"), f"`{path.relative_to(root).as_posix()}`")
        for path in sorted((root / "sim").rglob("*.py"))
        for found in CONSTANT.finditer(path.read_text(encoding="utf-8"))
    ]


def fixed_faults(numbers: Iterable[tuple[str, str, str, str, str, str]], sources: Sources) -> list[str]:
    """Every fixed number whose source, up to its first space, leads nowhere and is no definition."""
    found = []
    for name, *_, source, file in numbers:
        try:
            if (where := source.partition(" ")[0]) != DEFINITION:
                sources(where)
        except DataError as error:
            found.append(f"{name} in {file}: {error}")
    return found


def levers() -> list[tuple[str, str, str, str, str]]:
    """What actors may move: name, unit, step of a decision, range, source."""
    found = [lever for lever in vars(sim.actors.levers).values() if isinstance(lever, Lever)]
    return [(f"`{each.name}`", each.unit, f"{each.step:g}", f"{each.low:g} to {each.high:g}", each.source) for each in found]


def table(mechanics: Mapping[str, type[Mechanic]], sources: Sources, actors: Mapping[str, type[Actor]]) -> str:
    """The page as Markdown; sources that lead nowhere are shown as missing."""
    everything = parameters([*mechanics.values(), *actors.values()])
    used = {parameter.source: sources.or_missing(parameter.source) for parameter in everything}
    counts = Counter(used[parameter.source].kind for parameter in everything)
    lines = [
        "# Parameters",
        "",
        "Generated by `python -m experiments.parameters` from the code; change it there.",
        "",
        f"{len(everything)} parameters of {len(mechanics)} mechanics and {len(actors)} kinds of actors. "
        f"{share_of_assumptions(everything):.0%} are assumptions without a source; that share may only fall. "
        f"Of a further {counts['form'] / max(len(everything), 1):.0%} a source gives the equation, its sign or a rough size (`form`); "
        "the number is ours.",
        "",
        "| source | parameters | share |",
        "|---|---:|---:|",
        *(f"| {kind} | {counts[kind]} | {counts[kind] / len(everything):.0%} |" for kind in KINDS if counts[kind]),
    ]
    for name, mechanic in mechanics.items():
        note = " (a teaching example, not in the core market)" if name in EXAMPLES else ""
        lines += ["", f"## {name}{note}", "", first_line(mechanic), *parameter_rows(mechanic.parameters.values(), used)]
    fixed = fixed_numbers()
    lines += [
        "",
        "## Fixed in the code",
        "",
        f"{len(fixed)} numbers of the world that no configuration can change; "
        f"{sum(source.startswith(ASSUMPTION) for *_, source, _ in fixed)} of them are assumptions.",
        "",
        "| number | value | unit | meaning | source | file |",
        "|---|---:|---|---|---|---|",
        *(row(*number) for number in fixed),
        "",
        "## Rules of actors",
        "",
        "Numbers by which platforms, the regulator and the leading brands and streamers decide; arguments of `sim.actors.cast`.",
        *parameter_rows(parameters(actors.values()), used),
        "",
        "## Levers of actors",
        "",
        "| lever | unit | step | range | source |",
        "|---|---|---:|---|---|",
        *(row(*lever) for lever in levers()),
    ]
    lines += ["", "## Sources", "", "| source | title | parameters |", "|---|---|---:|"]
    for key, source in sorted(used.items(), key=lambda item: (KINDS.index(item[1].kind), item[0])):
        number = sum(parameter.source == key for parameter in everything)
        lines.append(row(str(source), source.title, str(number)))
    return "\n".join(lines) + "\n"


def parameter_rows(found: Iterable[Parameter], used: Mapping[str, Source]) -> list[str]:
    """Parameters as a Markdown table after an empty line; nothing for none."""
    rows = [
        row(
            f"`{each.mechanic}.{each.name}`", f"{each.default:.10g}", each.unit, "{:g} to {:g}".format(*each.bounds),
            str(used[each.source]), meaning(each, used[each.source]),
        )
        for each in found
    ]  # fmt: skip
    return ["", "| parameter | default | unit | range | source | meaning |", "|---|---:|---|---|---|---|", *rows] if rows else []


def row(*cells: str) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def first_line(mechanic: type[Mechanic]) -> str:
    """The sentence with which a mechanic's docstring begins."""
    return (mechanic.__doc__ or "").strip().partition("\n")[0]


def main(target: Path = TABLE) -> None:
    """Write the table and say so; then raise DataError with all faults of sources and meanings, if any."""
    sources = Sources.load()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(table(registry(), sources, CLASSES), encoding="utf-8")
    owners = [*registry().values(), *CLASSES.values()]
    found = parameters(owners)
    print(f"{target}: {len(found)} parameters, {share_of_assumptions(found):.0%} assumptions.")
    if missing := faults(owners, sources) + fixed_faults(fixed_numbers(), sources):
        raise DataError(missing)


if __name__ == "__main__":
    try:
        main()
    except DataError as error:
        raise SystemExit(str(error)) from None
