"""A table is read cell by cell; every fault is written down with its place instead of stopping the reader."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sim.errors import did_you_mean

NUMBER = r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?"


@dataclass
class Row:
    """One line of a table; asking for a cell in the wrong form records a fault and returns a stand-in."""

    table: Table
    line: int
    cells: dict[str, str]

    def fault(self, column: str, wrong: str, remedy: str) -> None:
        """Record what is wrong in a cell and what to do about it."""
        self.table.faults.append(f"{self.table.path} line {self.line}, column '{column}': {wrong} {remedy}")

    def text(self, column: str, required: bool = True) -> str:
        """The cell as written; an empty required cell is a fault."""
        cell = self.cells[column]
        if required and not cell:
            self.fault(column, "the cell is empty.", "Write a text.")
        return cell

    def number(self, column: str) -> float:
        """The cell as a finite number."""
        cell = self.cells[column]
        if not re.fullmatch(NUMBER, cell):
            self.fault(column, f"'{cell}' is not a number.", "Write one finite number, such as 0.35 or -12.")
            return math.nan
        return float(cell)

    def optional_number(self, column: str) -> float | None:
        """The cell as a finite number, or None where it is empty."""
        return self.number(column) if self.cells[column] else None

    def optional_year(self, column: str) -> int | None:
        """The cell as a calendar year, or None where it is empty."""
        cell = self.cells[column]
        if not cell:
            return None
        if not re.fullmatch(r"(19|20)\d\d", cell):
            self.fault(column, f"'{cell}' is not a year.", "Write four digits, 1900 to 2099, or nothing.")
            return None
        return int(cell)

    def day(self, column: str, month_allowed: bool = False) -> date:
        """The cell as a date; with `month_allowed` also YYYY-MM, read as the first of the month."""
        cell = self.cells[column]
        form = "YYYY-MM-DD or YYYY-MM" if month_allowed else "YYYY-MM-DD"
        whole = f"{cell}-01" if month_allowed and re.fullmatch(r"\d{4}-\d\d", cell) else cell
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", whole):
                raise ValueError
            return date.fromisoformat(whole)
        except ValueError:
            self.fault(column, f"'{cell}' is not a date.", f"Write an existing day as {form}.")
            return date.min

    def word(self, column: str, allowed: Collection[str], listed_in: str) -> str:
        """The cell as one word of a closed list; `listed_in` says where the list stands."""
        cell = self.cells[column]
        if cell not in allowed:
            wrong = f"'{cell}' is not in the closed list.{did_you_mean(cell, allowed)}"
            remedy = f"Correct the cell, or extend {listed_in} if the word is really new."
            self.fault(column, f"{wrong} Allowed: {', '.join(allowed)}.", remedy)
        return cell

    def matching(self, column: str, pattern: str, form: str) -> str:
        """The cell as a text of a stated form."""
        cell = self.cells[column]
        if not re.fullmatch(pattern, cell):
            self.fault(column, f"'{cell}' has the wrong form.", f"Write {form}.")
        return cell

    def known(self, column: str, ids: Iterable[str], among: Collection[str], owner: str) -> tuple[str, ...]:
        """Ids that must exist in another table; `owner` names it."""
        ids = tuple(ids)
        for one in ids:
            if one not in among:
                wrong = f"'{one}' is no id of {owner}.{did_you_mean(one, among)}"
                self.fault(column, wrong, f"Name an id that stands in {owner}.")
        return ids


@dataclass
class Table:
    """A CSV file with a fixed header: its rows, and the faults met while reading it.

    `complete` is False when the file or its header cannot be read, so that nobody reports a missing file's
    ids as unknown. `keys` holds the first cell of every line, even of lines that cannot be read otherwise.
    """

    path: Path
    columns: tuple[str, ...]
    faults: list[str]
    rows: list[Row] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    complete: bool = False

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @classmethod
    def read(cls, path: Path, columns: tuple[str, ...], faults: list[str]) -> Table:
        """Read a UTF-8 CSV file; what cannot be read becomes faults and is left out of the rows."""
        table = cls(path, columns, faults)
        if not path.is_file():
            faults.append(f"{path}: the file is missing. Put it there, or point to the folder that holds it.")
            return table
        try:
            lines = list(numbered(path.read_bytes().decode("utf-8-sig")))
        except (UnicodeDecodeError, csv.Error) as error:
            faults.append(f"{path}: the file is no readable CSV ({error}). Save it as comma-separated UTF-8.")
            return table
        if not lines:
            faults.append(f"{path}: the file is empty. Write the header {','.join(columns)} and the rows.")
            return table
        header = tuple(cell.strip() for cell in lines[0][1])
        if header != columns:
            faults.append(f"{path} line {lines[0][0]}: {header_difference(header, columns)}")
            return table
        table.complete = True
        if len(lines) == 1:
            faults.append(f"{path}: the file has a header and no rows. Add the data.")
        for line, cells in lines[1:]:
            table.keys.add(cells[0].strip())
            if len(cells) == len(columns):
                table.rows.append(Row(table, line, dict(zip(columns, map(str.strip, cells), strict=True))))
            else:
                faults.append(
                    f"{path} line {line}: {len(cells)} columns, not {len(columns)} ({','.join(columns)}). "
                    "Quote a text that holds a comma; write an empty cell as nothing between two commas."
                )
        return table

    def check_unique(self, *columns: str) -> None:
        """Record a fault for each row that repeats an earlier one in all of `columns`."""
        first: dict[tuple[str, ...], int] = {}
        for row in self.rows:
            key = tuple(row.cells[column] for column in columns)
            if key in first:
                wrong = f"'{' '.join(key)}' stands in line {first[key]} already."
                row.fault(columns[0], wrong, "Keep one of the two rows.")
            else:
                first[key] = row.line


def numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each filled CSV record with the number of its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield start, cells
        start = reader.line_num + 1


def header_difference(header: tuple[str, ...], columns: tuple[str, ...]) -> str:
    """What a header lacks, has too much or has in another order."""
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in columns]
    parts = ["the header is wrong;"]
    if missing:
        parts.append(f"missing: {', '.join(missing)};")
    if unknown:
        parts.append(f"unknown: {', '.join(repr(column) for column in unknown)};")
    if not missing and not unknown:
        parts.append("a column is repeated or out of order;")
    return " ".join(parts) + f" write exactly {','.join(columns)}."
