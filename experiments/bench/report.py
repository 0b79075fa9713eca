"""What was measured, as a table: median, spread, ratio to the yardstick, target, and whether it is met."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from experiments.bench.racing import Result

YARDSTICK = "numpy"
TARGET_PACE = 240.0
"""What the numpy toy took on the machine on which the targets were set [ns for each consumer and step]."""


@dataclass(frozen=True)
class Row:
    """One promise and what was measured.

    Attributes:
        name: what was measured, with sizes.
        unit: of all numbers.
        values: repeats; their median counts.
        least, most: target; nan where there is no such end.
        pace: ns that the numpy toy took beside it; nan where time does not enter.
        note: what else to know.
        missing: why it was not measured, or nothing.
    """

    name: str
    unit: str
    values: tuple[float, ...] = ()
    least: float = math.nan
    most: float = math.nan
    pace: float = math.nan
    note: str = ""
    missing: str = ""

    @property
    def target(self) -> str:
        """The target in words."""
        low, high = not math.isnan(self.least), not math.isnan(self.most)
        if low and high:
            return f"{self.least:g} to {self.most:g}"
        return f"at least {self.least:g}" if low else f"at most {self.most:g}" if high else "none"

    @property
    def paced(self) -> float:
        """The median as the machine of the targets would have it, if it is to this one as their numpy toys are."""
        return median(self.values) * TARGET_PACE / self.pace if self.values else math.nan

    @property
    def verdict(self) -> str:
        """Met, or by how much it falls short."""
        return f"not measured: {self.missing}" if self.missing else self.judged(median(self.values))

    def judged(self, value: float) -> str:
        """Whether a value meets the target, or by how much it falls short."""
        if value > self.most:
            return f"falls short: {value / self.most - 1:.0%} above"
        if value < self.least:
            return f"falls short: {1 - value / self.least:.0%} below"
        return "no target" if self.target == "none" else "met"


def number(value: float) -> str:
    """Three digits that say something; nothing for nan."""
    if math.isnan(value):
        return ""
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:,.{min(digits, 3)}f}"


def spread(values: Sequence[float]) -> str:
    """The smallest and the greatest; nothing for fewer than two."""
    return f"{number(min(values))} to {number(max(values))}" if len(values) > 1 else ""


def ratios(results: Sequence[Result], name: str, base: str) -> tuple[float, ...]:
    """Times of one framework over those of another, repeat by repeat."""
    by_name = {result.name: result.nanoseconds for result in results}
    return tuple(one / other for one, other in zip(by_name.get(name, []), by_name.get(base, []), strict=False))


def frameworks(results: Sequence[Result]) -> list[str]:
    """The table of frameworks in Markdown, the fastest first, missing ones with the reason last."""
    lines = ["| toy step in | median, ns | spread | ratio to numpy | threads | consumers | bought |", "|---|---:|---|---:|---:|---:|---:|"]
    for result in sorted((r for r in results if r.nanoseconds), key=lambda r: r.middle):
        ratio = ratios(results, result.name, YARDSTICK)
        cells = [
            result.name, number(result.middle), spread(result.nanoseconds), number(median(ratio)) if ratio else "",
            str(result.threads or "all"), f"{result.consumers:,}", f"{result.bought:.3f}",
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    for result in results:
        if not result.nanoseconds:
            lines.append(f"| {result.name} | missing | {plain(result.missing)} | | | | |")
    return lines


def promises(rows: Sequence[Row]) -> list[str]:
    """The table of targets in Markdown."""
    lines = [f"| what | median | spread | unit | target | | at {TARGET_PACE:g} ns | |", "|---|---:|---|---|---|---|---:|---|"]
    for row in rows:
        value = number(median(row.values)) if row.values else ""
        name = f"{row.name} ({row.note})" if row.note else row.name
        paced = "" if math.isnan(row.paced) else row.judged(row.paced)
        cells = [name, value, spread(row.values), row.unit, row.target, row.verdict, number(row.paced), paced]
        lines.append("| " + " | ".join(plain(cell) for cell in cells) + " |")
    return lines


def plain(text: str) -> str:
    """Text that fits into a table's cell."""
    return text.replace("|", "\\|").replace("\n", " ")


def page(results: Sequence[Result], rows: Sequence[Row], machine: Mapping[str, str], taken: float) -> str:
    """The whole page in Markdown; `taken` is the time of the run in seconds."""
    met = sum(row.verdict == "met" for row in rows)
    targets = sum(row.target != "none" for row in rows)
    versions = {package: version for result in results for package, version in result.versions.items() if package != "numpy"}
    short = [row for row in rows if row.verdict.startswith("falls short")]
    lines = [
        "# Benchmark",
        "",
        "Generated by `make bench`; measure again rather than edit. `make bench-quick` prints a rough version in under two minutes.",
        "",
        *(f"- {name}: {value}" for name, value in machine.items()),
        f"- other packages: {', '.join(f'{package} {version}' for package, version in sorted(versions.items()))}",
        f"- time of the whole run: {taken / 60:.1f} minutes",
        "",
        f"{met} of {targets} targets are met." + (" Short fall:" if short else ""),
        *(f"- {row.name}: {number(median(row.values))}{'' if row.unit == '1' else f' {row.unit}'}, target {row.target}" for row in short),
        "",
        "## The toy step",
        "",
        "![ns for each consumer and step by framework](benchmark.svg)",
        "",
        *frameworks(results),
        "",
        TOY,
        "",
        "## Targets",
        "",
        *promises(rows),
        "",
        MARKET,
    ]
    return "\n".join(lines) + "\n"


TOY = """Each week a consumer sees three of 200 streamers drawn by popularity, values them by trust, quality and price, draws one
or nothing (logit), and learns; sales move popularity (`experiments/bench/toy_step.py`). Frameworks are started once,
warm up, and take turns, one repeat each, so that whatever slows the machine slows all; ratios are medians of ratios
within a turn. Mesa runs fewer consumers, as its time for each does not depend on them. `bought` is the share of
consumers who buy in a week: a check that all run the same step. livemarket's toy is five ordinary mechanics
(`experiments/bench/toy_mechanics.py`) on the engine that runs the market; `tests/test_bench.py` holds its sales, week
by week and streamer by streamer, and its trust against the numpy version within sampling error, and shows that it gives
the same bits for any size of block and number of threads. The ratios to Mesa and mesa-frames are of one thread; JAX
uses all cores whatever one does, so livemarket meets it on both of them, and beside that on one."""

MARKET = """The market is the core market with the calendar of a forecast (`configs/calendar.yaml`), 300 brands and, unless said
otherwise, 1,000 streamers, from January 2020 on. Parts of the table come from processes of their own; weeks before the timed ones
are run unseen. Where markets are compared (threads, sizes, streamers), they take turns of four weeks in one process, the first of
which is not counted: another's data are in the caches then, and a thread has fallen asleep. A ratio and a slope are of one turn each.
The slope on one thread says what consumers cost; on two, how well few blocks are shared out too, where neighbours slow one core.
A consumer has eight slots for offers. Empty ones are passed over, so a week costs more where more are filled, as in 2030; the row of
full slots gives everybody eight offers (`experiments/bench/full_slots.py`). Lines without a spread were measured once. Where a core is
shared with other machines, its speed changes by half within minutes, and so do lines that were measured minutes apart.

The last two columns are for comparison between machines: the targets were set on one where the toy step
in plain numpy took 240 ns, and they say what the median would be there if all times were shorter by as much as that
toy's, which is timed beside each line; what counts is the median as measured. Lasting
memory counts all arrays over consumers that outlive a week; resident memory is asked from the system. The first week is
that of the command `forecast`: from the start of its process until it hears from a worker that a run has done a week;
cold means that nothing was compiled before."""
