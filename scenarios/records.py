"""A line of a table becomes a record: claim, mechanism, prediction, role, observation or rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from scenarios import vocabulary
from scenarios.tables import Row, Table

LISTS = "scenarios/vocabulary.py"


@dataclass(frozen=True)
class Claim:
    """One number of the report; `conflict` holds the ids it contradicts, `conflict_text` why."""

    id: str
    topic: str
    scope: str
    agent: str
    metric: str
    value: float
    unit: str
    baseline_value: float | None
    baseline_year: int | None
    year: int | None
    comparison: str
    cause: str
    kind: str
    statement: str
    conflict: tuple[str, ...]
    conflict_text: str


@dataclass(frozen=True)
class Mechanism:
    """One causal statement of the report: who moves what of whom, and in which direction."""

    id: str
    section: str
    cause: str
    effect: str
    sign: str
    acting: str
    affected: str
    domain: str
    statement: str
    related_claims: tuple[str, ...]


@dataclass(frozen=True)
class Prediction:
    """One statement on 2025-2030 with the test that could refute it."""

    id: str
    section: str
    subject: str
    direction: str
    quantity: str
    first_year: int
    last_year: int
    testable_as: str
    statement: str
    related_claims: tuple[str, ...]


@dataclass(frozen=True)
class Role:
    """What a claim is used for, so that no number is counted twice."""

    id: str
    role: str
    parameter_or_observable: str
    reason: str


@dataclass(frozen=True)
class Observation:
    """One published value and the days it covers, both included."""

    series: str
    start: date
    end: date
    value: float
    unit: str
    grade: str
    provenance: str
    source: str
    note: str


@dataclass(frozen=True)
class Rule:
    """One dated rule or penalty; without `day_known` only the month is known and `date` is its first day."""

    date: date
    day_known: bool
    kind: str
    event: str
    grade: str
    provenance: str
    source: str
    note: str


def read_claim(row: Row) -> Claim:
    """One line of claims.csv."""
    text = row.cells["conflict"]
    return Claim(
        id=row.matching("id", vocabulary.CLAIM_ID, "an id such as 5.1-b"),
        topic=row.word("topic", vocabulary.TOPICS, LISTS),
        scope=row.matching("scope", vocabulary.SCOPE, "industry, sector:<name> or case:<name>"),
        agent=row.word("agent", vocabulary.AGENTS, LISTS),
        metric=row.text("metric"),
        value=row.number("value"),
        unit=row.word("unit", vocabulary.CLAIM_UNITS, LISTS),
        baseline_value=row.optional_number("baseline_value"),
        baseline_year=row.optional_year("baseline_year"),
        year=row.optional_year("year"),
        comparison=row.text("comparison", required=False),
        cause=row.text("cause", required=False),
        kind=row.word("kind", vocabulary.CLAIM_KINDS, LISTS),
        statement=row.text("statement"),
        conflict=conflict_ids(text),
        conflict_text=text,
    )


def read_mechanism(row: Row, claims: Table) -> Mechanism:
    """One line of mechanisms.csv."""
    pair = "|".join(vocabulary.AGENTS)
    agents = row.matching("agents", f"({pair})->({pair})", f"from->to, both of {', '.join(vocabulary.AGENTS)}")
    acting, _, affected = agents.partition("->")
    return Mechanism(
        id=row.matching("id", vocabulary.MECHANISM_ID, "an id such as 5.1-m2"),
        section=row.text("section"),
        cause=row.text("cause"),
        effect=row.text("effect"),
        sign=row.word("sign", vocabulary.SIGNS, LISTS),
        acting=acting,
        affected=affected,
        domain=row.word("domain", vocabulary.DOMAINS, LISTS),
        statement=row.text("statement"),
        related_claims=related(row, claims),
    )


def read_prediction(row: Row, claims: Table) -> Prediction:
    """One line of predictions.csv."""
    horizon = row.matching("horizon", r"20\d\d(-20\d\d)?", "a year or two, such as 2025-2030")
    years = [int(year) for year in re.findall(r"20\d\d", horizon)] or [0]
    return Prediction(
        id=row.matching("id", vocabulary.PREDICTION_ID, "an id such as 5.1-p1"),
        section=row.text("section"),
        subject=row.text("subject"),
        direction=row.word("direction", vocabulary.DIRECTIONS, LISTS),
        quantity=row.text("quantity"),
        first_year=years[0],
        last_year=years[-1],
        testable_as=row.text("testable_as"),
        statement=row.text("statement"),
        related_claims=related(row, claims),
    )


def read_role(row: Row, claims: Table) -> Role:
    """One line of roles.csv: an input names `mechanic.parameter`, a result an observable."""
    if claims.complete:
        row.known("id", [row.cells["id"]], claims.keys, "claims.csv")
    role = row.word("role", vocabulary.ROLES, LISTS)
    if role == "input":
        use = row.matching("parameter_or_observable", r"\w+\.\w+", "mechanic.parameter, as it is an input")
    elif role in ("target", "check", "prediction"):
        use = row.matching("parameter_or_observable", r"\w+", f"the observable, as it is a {role}")
    else:
        use = row.text("parameter_or_observable", required=False)
    return Role(row.cells["id"], role, use, row.text("reason"))


def read_observation(row: Row) -> Observation:
    """One line of market_series.csv."""
    start, end = row.day("start"), row.day("end")
    if date.min < end < start:
        row.fault("end", f"{end} is before the start {start}.", "Exchange or correct the two days.")
    value = row.number("value")
    if value < 0 and row.cells["unit"] not in vocabulary.CHANGES:
        row.fault("value", f"{value:g} {row.cells['unit']} is negative, and only a change can be.", "Write the number as it was published.")
    return Observation(
        series=row.text("series"),
        start=start,
        end=end,
        value=value,
        unit=row.word("unit", vocabulary.SERIES_UNITS, LISTS),
        grade=row.word("grade", vocabulary.GRADES, LISTS),
        provenance=row.word("provenance", vocabulary.PROVENANCES, LISTS),
        source=row.text("source"),
        note=row.text("note", required=False),
    )


def read_rule(row: Row) -> Rule:
    """One line of regulation_timeline.csv."""
    return Rule(
        date=row.day("date", month_allowed=True),
        day_known=len(row.cells["date"]) == len("YYYY-MM-DD"),
        kind=row.word("kind", vocabulary.RULE_KINDS, LISTS),
        event=row.text("event"),
        grade=row.word("grade", vocabulary.GRADES, LISTS),
        provenance=row.word("provenance", vocabulary.PROVENANCES, LISTS),
        source=row.text("source"),
        note=row.text("note", required=False),
    )


def related(row: Row, claims: Table) -> tuple[str, ...]:
    """The ids in `related_claims`, which must exist in claims.csv."""
    ids = tuple(id.strip() for id in row.cells["related_claims"].split(";") if id.strip())
    return row.known("related_claims", ids, claims.keys, "claims.csv") if claims.complete else ids


def conflict_ids(text: str) -> tuple[str, ...]:
    """The ids named in a conflict cell, written 'id,id: why; id: why'."""
    ids = f"{vocabulary.CLAIM_ID}(?:,{vocabulary.CLAIM_ID})*"
    return tuple(id for group in re.findall(rf"(?:^|; )({ids}):", text) for id in group.split(","))
