"""The report's claims and the market's history are checked line by line and refused with all faults at once.

report = load_report()
report.claim("5.1-b").value                     # 80 CNY_per_user
history = load_history()
history.value("livestream_gmv_100EC", 2023)     # 4.917 CNY_trillion
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from scenarios import records, vocabulary
from scenarios.records import Claim, Mechanism, Observation, Prediction, Role, Rule
from scenarios.tables import Table
from sim.errors import DataError, did_you_mean

__all__ = [
    "Claim",
    "History",
    "Mechanism",
    "Observation",
    "Prediction",
    "Report",
    "Role",
    "Rule",
    "load_history",
    "load_report",
]

REPORT_FOLDER = Path(__file__).parent / "report"
HISTORY_FOLDER = Path(__file__).parent / "history"
Entry = TypeVar("Entry")
MANY = 5  # faults of one kind that are still told one by one


@dataclass(frozen=True)
class Report:
    """The report: claims, mechanisms, predictions and roles by id, in the order of the files."""

    claims: Mapping[str, Claim]
    mechanisms: Mapping[str, Mechanism]
    predictions: Mapping[str, Prediction]
    roles: Mapping[str, Role]
    sha256: str

    @property
    def sections(self) -> tuple[str, ...]:
        """Numbers of the sections that have a claim, a mechanism or a prediction."""
        stated = {each.section for each in (*self.mechanisms.values(), *self.predictions.values())}
        return tuple(sorted({*stated, *(id.rpartition("-")[0] for id in self.claims)}))

    def claim(self, id: str) -> Claim:
        """The claim of that id; DataError with a hint if there is none."""
        return found(self.claims, id, "claim of the report")

    def mechanism(self, id: str) -> Mechanism:
        """The causal statement of that id; DataError with a hint if there is none."""
        return found(self.mechanisms, id, "mechanism of the report")

    def prediction(self, id: str) -> Prediction:
        """The prediction of that id; DataError with a hint if there is none."""
        return found(self.predictions, id, "prediction of the report")

    def with_role(self, role: str) -> tuple[Claim, ...]:
        """All claims used as `role`: input, target, check, prediction or context."""
        if role not in vocabulary.ROLES:
            hint = did_you_mean(role, vocabulary.ROLES)
            raise DataError(f"'{role}' is no role.{hint} Use one of {', '.join(vocabulary.ROLES)}.")
        return tuple(self.claims[id] for id, entry in self.roles.items() if entry.role == role)


@dataclass(frozen=True)
class History:
    """The market as observed: each series in order of time, and the dated rules and penalties."""

    observations: Mapping[str, tuple[Observation, ...]]
    rules: tuple[Rule, ...]
    sha256: str

    def series(self, name: str) -> tuple[Observation, ...]:
        """All observations of a series; DataError with a hint if there is none of that name."""
        return found(self.observations, name, "series of the history")

    def count(self, name: str) -> int:
        """How many observations a series has, 0 for one that is not there."""
        return len(self.observations.get(name, ()))

    def value(self, name: str, year: int) -> float:
        """The value of a calendar year: a whole year's figure, else the stock observed in its December."""
        years, values = self.annual(name)
        if year not in years:
            known = ", ".join(str(each) for each in years) or "none"
            raise DataError(f"series '{name}' has no yearly value for {year}. Ask for one of its years: {known}.")
        return float(values[years == year][0])

    def annual(self, name: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Years and their values, in order; parts of years are left out."""
        december = {each.end.year: each.value for each in self.series(name) if covers(each, 12, 12)}
        whole = {each.end.year: each.value for each in self.series(name) if covers(each, 1, 12)}
        values = december | whole
        years = sorted(values)
        return np.array(years, dtype=np.int64), np.array([values[year] for year in years], dtype=np.float64)

    def quarters(self, name: str) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.float64]]:
        """First days of the quarters with a value and these values, in order; other spans are left out."""
        firsts = (1, 4, 7, 10)
        chosen = [each for each in self.series(name) if any(covers(each, first, first + 2) for first in firsts)]
        starts = np.array([each.start for each in chosen], dtype="datetime64[D]")
        return starts, np.array([each.value for each in chosen], dtype=np.float64)


def load_report(folder: Path | str | None = None) -> Report:
    """Read claims, mechanisms, predictions and roles; DataError lists the faults of all four files."""
    place = Path(folder) if folder is not None else REPORT_FOLDER
    faults: list[str] = []
    claims, mechanisms, predictions, roles = (
        Table.read(place / name, columns, faults) for name, columns in vocabulary.REPORT_COLUMNS.items()
    )
    for table in (claims, mechanisms, predictions, roles):
        table.check_unique("id")
    report = Report(
        claims={row.cells["id"]: records.read_claim(row) for row in claims},
        mechanisms={row.cells["id"]: records.read_mechanism(row, claims) for row in mechanisms},
        predictions={row.cells["id"]: records.read_prediction(row, claims) for row in predictions},
        roles={row.cells["id"]: records.read_role(row, claims) for row in roles},
        sha256=fingerprint(place, vocabulary.REPORT_COLUMNS),
    )
    check_conflicts(claims)
    if claims.complete and roles.complete:
        lacking = sorted(claims.keys - roles.keys)
        if len(lacking) > MANY:
            faults.append(
                f"{roles.path}, column 'id': {len(lacking)} of {len(claims.keys)} claims have no role, from '{lacking[0]}' to "
                f"'{lacking[-1]}'. The file seems to be cut: restore it from the repository."
            )
        else:
            faults += [f"{roles.path}, column 'id': claim '{id}' has no role. Add a line for it." for id in lacking]
    if faults:
        raise DataError(faults)
    return report


def load_history(folder: Path | str | None = None) -> History:
    """Read market_series.csv and regulation_timeline.csv; DataError lists the faults of both files."""
    place = Path(folder) if folder is not None else HISTORY_FOLDER
    faults: list[str] = []
    series, timeline = (Table.read(place / name, columns, faults) for name, columns in vocabulary.HISTORY_COLUMNS.items())
    series.check_unique("series", "start", "end")
    timeline.check_unique("date", "event")
    observations: dict[str, list[Observation]] = {}
    for row in series:
        observation = records.read_observation(row)
        observations.setdefault(observation.series, []).append(observation)
    rules = tuple(sorted((records.read_rule(row) for row in timeline), key=lambda rule: rule.date))
    if faults:
        raise DataError(faults)
    ordered = {name: tuple(sorted(values, key=lambda each: (each.start, each.end))) for name, values in observations.items()}
    return History(ordered, rules, fingerprint(place, vocabulary.HISTORY_COLUMNS))


def check_conflicts(claims: Table) -> None:
    """Record conflicts with unknown claims and conflicts told on one side only."""
    told = {row.cells["id"]: records.conflict_ids(row.cells["conflict"]) for row in claims}
    for row in claims:
        id = row.cells["id"]
        if row.cells["conflict"] and not told[id]:
            row.fault("conflict", "no claim is named.", "Write 'id,id: why; id: why'.")
        for other in row.known("conflict", told[id], claims.keys, "claims.csv"):
            if other in told and id not in told[other]:
                row.fault("conflict", f"'{other}' does not list '{id}' in return.", f"Name '{id}' there too.")


def covers(observation: Observation, first_month: int, last_month: int) -> bool:
    """Whether an observation covers exactly these months of one year."""
    start, end = observation.start, observation.end
    after = end + timedelta(days=1)
    same_year = start.year == end.year and (start.month, start.day, end.month) == (first_month, 1, last_month)
    return same_year and after.day == 1


def found(entries: Mapping[str, Entry], name: str, what: str) -> Entry:
    """The entry of that name; DataError with a hint if there is none."""
    if name not in entries:
        raise DataError(f"'{name}' is no {what}.{did_you_mean(name, entries)} There are {len(entries)}.")
    return entries[name]


def fingerprint(folder: Path, names: Iterable[str]) -> str:
    """SHA-256 over the names and bytes of the files, for a run's manifest."""
    digest = hashlib.sha256()
    for name in sorted(names):
        path = folder / name
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
