"""Does the number of simulated consumers change the answer? Markets of three sizes with the same firms and seeds.

python -m experiments.sizes              # three sizes, twelve seeds, the year 2020: writes docs/sizes.md and docs/sizes.svg
python -m experiments.sizes quick        # two small sizes, prints only
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import stdtrit

from experiments.forecast import APPLICATION
from experiments.parameters import row
from experiments.plan import make_plan
from experiments.scenario_files import read_scenario, scenario_path
from experiments.workers import cores
from sim.fields import Array
from sim.runner import run

SIZES, SEEDS, END = (20_000, 200_000, 2_000_000), 12, "2020-12-31"
QUICK_SIZES, QUICK_SEEDS = (2_000, 20_000), 4
CERTAINTY = 0.95
HEADLINES = (
    "live_gmv", "private_domain_gmv", "live_users", "cpm", "brand_self_broadcast_share", "content_similarity", "watch_time",
    "violation_rate", "return_rate", "streamer_gmv_gini", "streamer_tail_exponent", "top100_gmv_share",
)  # fmt: skip
FOLDER = Path(__file__).resolve().parent.parent / "docs"


@dataclass(frozen=True)
class Comparison:
    """One quantity at two sizes, seed by seed.

    Attributes:
        difference: mean relative difference of the smaller size to the larger one, `against`.
        run_half: half of the sampling interval of one run: what a run of either size with the same firms differs by chance.
        half: half of the finer interval of the mean over seeds, widened for the number of quantities and pairs compared at once.
    """

    quantity: str
    size: int
    against: int
    difference: float
    run_half: float
    half: float

    @property
    def within_a_run(self) -> bool:
        """Whether the difference is no larger than what chance makes of one run."""
        return abs(self.difference) <= self.run_half

    @property
    def agrees(self) -> bool:
        """Whether no difference lies in the interval of the mean, where chance averages out."""
        return abs(self.difference) <= self.half


def simulate(sizes: Sequence[int], seeds: int, end: str = END, **options: Any) -> dict[int, Array]:
    """Yearly values of the last year at each size, (seeds, headlines), of the report world's first draw."""
    baseline = scenario_path("baseline")
    assert baseline is not None
    settings = {**APPLICATION.defaults(), "scenario": read_scenario(baseline), "members": seeds, "draws": 1, "end": end, **options}
    found = {}
    for size in sizes:
        values = []
        for task in make_plan({**settings, "consumers": size}).runs:
            assert task is not None
            dataset = run(task.configuration.replace(threads=cores()), task.seed)
            values.append([float(dataset[f"{name}_annual"].values[-1]) for name in HEADLINES])
            print(f"{size:,} consumers, seed {task.seed}: done", file=sys.stderr, flush=True)
        found[size] = np.array(values)
    return found


def compare(found: Mapping[int, Array], names: Sequence[str] = HEADLINES) -> list[Comparison]:
    """Every quantity at every size against every larger one.

    Args:
        found: size -> (seeds, quantities), the same seeds in the same order at each size.
    """
    pairs = list(combinations(sorted(found), 2))
    rows = []
    for place, name in enumerate(names):
        for size, against in pairs:
            paired = found[size][:, place] / found[against][:, place] - 1.0
            spread = float(paired.std(ddof=1))
            mean_half = reach(paired.size, len(names) * len(pairs)) * spread / math.sqrt(paired.size)
            rows.append(Comparison(name, size, against, float(paired.mean()), reach(paired.size, 1) * spread, mean_half))
    return rows


def reach(seeds: int, tests: int) -> float:
    """Standard deviations, or errors, to either side that hold for so many comparisons at once."""
    return float(stdtrit(seeds - 1, 1.0 - (1.0 - CERTAINTY) / tests / 2.0))


def table_lines(found: Mapping[int, Array], rows: Sequence[Comparison]) -> list[str]:
    """What was found and compared, as Markdown: a row for each quantity and size."""
    sizes = sorted(found)
    names = list(dict.fromkeys(each.quantity for each in rows))
    told = {}
    for each in rows:
        text = f"{each.difference:+.2%} ± {each.half:.2%}"
        told[each.quantity, each.size, each.against] = (text if each.agrees else f"**{text}**", f"± {each.run_half:.2%}")
    columns = [column for size in sizes[1:] for column in (f"against {size:,}", "one run")]
    lines = [row("quantity", "consumers", "mean", "between seeds", *columns)]
    lines.append(row("---", "---:", "---:", "---:", *("---:" for _ in columns)))
    for place, name in enumerate(names):
        for size in sizes:
            values = found[size][:, place]
            spread = f"{values.std(ddof=1) / abs(values.mean()):.2%}" if values.mean() else "0"
            against = (cell for larger in sizes[1:] for cell in told.get((name, size, larger), ("", "")))
            lines.append(row(name, f"{size:,}", f"{values.mean():.4g}", spread, *against))
    return lines


def page(found: Mapping[int, Array], rows: Sequence[Comparison], end: str) -> str:
    """The page as Markdown."""
    sizes, seeds = sorted(found), len(next(iter(found.values())))
    agree, within = sum(each.agrees for each in rows), sum(each.within_a_run for each in rows)
    largest = [each for each in rows if each.against == sizes[-1]]
    halves = [float(np.median([each.run_half for each in largest if each.size == size])) for size in sizes[:-1]]
    falls = "; ".join(f"±{half:.2%} at {size:,}" for size, half in zip(sizes, halves, strict=False))
    return "\n".join(
        [
            "# Does the number of consumers change the answer?",
            "",
            f"Generated by `python -m experiments.sizes`. The report world's first draw, {seeds} seeds, values of the year to {end};",
            "each seed has the same firms at every size, so sizes are compared seed by seed.",
            "",
            f"**In {agree} of {len(rows)} comparisons the means of {seeds} seeds agree within their sampling interval** (columns",
            f"`against`). It holds for all comparisons together with {CERTAINTY:.0%} certainty, so it is wider than that of a single one;",
            "agreement proves no equality: a difference as large as half of the interval could hide.",
            *([different(rows)] if agree < len(rows) else []),
            alone(rows, seeds),
            "",
            f"**In {within} of {len(rows)} the difference of the means lies within the sampling interval of one run** (columns",
            f"`one run`): what chance makes of a single run of either size with the same firms, with {CERTAINTY:.0%} certainty. That asks",
            "less, and tells who makes one run by how much it may be off.",
            *(f"Not so {_told(each, each.run_half)}." for each in rows if not each.within_a_run),
            f"The median half of this interval against {sizes[-1]:,} consumers is {falls}:",
            f"sampling consumers adds noise that falls with their number{pace(largest, sizes)}.",
            "What stays in the column `between seeds` at the largest size is mostly which firms there are.",
            "",
            *table_lines(found, rows),
            "",
            "![Difference to the largest market by quantity and size](sizes.svg)",
            "",
            "**What concentration means when streamers are a sample.** A simulated streamer stands for many real hosts, so the raw",
            "share of the largest simulated ones says nothing about the largest real ones. The Gini coefficient and the tail exponent",
            "are properties of the distribution and are estimated from the sample; `top100_gmv_share` maps the exponent to 1.1",
            "million real sellers ([decision 0008](decisions/0008-concentration-mapped-to-real-sellers.md)). All are of remembered",
            "sales of about 12 weeks of hosts in business, not of a year. With few consumers a small host sells a handful of baskets,",
            "and chance among hosts looks like inequality: the Gini coefficient is therefore taken from sales to two halves of the",
            "consumers, two samples of the same market (`sim.concentration.gini_of_samples`), which keeps what both have in common.",
            "What is left at few consumers is in the market and not in the estimate, and no one mechanic was found to make it",
            "([decision 0019](decisions/0019-what-few-simulated-consumers-may-not-decide.md)). The exponent has what chance adds in it.",
        ]
    )


def pace(rows: Sequence[Comparison], sizes: Sequence[int]) -> str:
    """By how much the noise of each quantity falls from the smallest size to the next."""
    small, more = ({each.quantity: each.run_half for each in rows if each.size == size} for size in sizes[:2])
    falls = {name: small[name] / more[name] for name in small if more.get(name)}
    if not falls:
        return ""
    ranked = ", ".join(f"`{name}` {falls[name]:.1f}" for name in sorted(falls, key=falls.__getitem__, reverse=True))
    return (
        f". From {sizes[0]:,} to {sizes[1]:,} it falls by these factors, where independent consumers alone would make "
        f"{math.sqrt(sizes[1] / sizes[0]):.1f}: {ranked}; it falls least where a market of other consumers takes another course"
    )


def alone(rows: Sequence[Comparison], seeds: int) -> str:
    """What would differ if it were the only comparison made."""
    halves = {each: each.half * reach(seeds, 1) / reach(seeds, len(rows)) for each in rows}
    found = [_told(each, half) for each, half in halves.items() if abs(each.difference) > half]
    by_chance = (1.0 - CERTAINTY) * len(rows)
    return (
        f"Each taken alone, with {CERTAINTY:.0%} certainty, {len(found)} of {len(rows)} would differ, where chance makes {by_chance:.1f}"
        + (f": {', '.join(found)}." if found else ".")
    )


def different(rows: Sequence[Comparison]) -> str:
    """What does depend on the number of consumers."""
    found = [_told(each, each.half) for each in rows if not each.agrees]
    return f"Not so {', '.join(found)}."


def _told(each: Comparison, half: float) -> str:
    return f"`{each.quantity}` at {each.size:,} against {each.against:,} ({each.difference:+.2%} ± {half:.2%})"


def draw(rows: Sequence[Comparison], path: Path) -> None:
    """Differences between sizes against what chance makes of one run, and how that falls with size, quantity by quantity."""
    import matplotlib
    from matplotlib.figure import Figure

    names, pairs = list(dict.fromkeys(each.quantity for each in rows)), list(dict.fromkeys((each.size, each.against) for each in rows))
    largest = max(against for _, against in pairs)
    with matplotlib.rc_context({"svg.hashsalt": "livemarket", "svg.fonttype": "path"}):
        figure = Figure(figsize=(8.0, 1.4 + 0.42 * len(names)), dpi=150, layout="constrained")
        axes, noise = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
        for number, (size, against) in enumerate(pairs):
            part = [each for each in rows if (each.size, each.against) == (size, against)]
            look = {"fmt": "os^D"[number % 4], "color": ("0.55", "0.1", "0.35")[number % 3], "markersize": 4}
            places = [names.index(each.quantity) + 0.26 * (number - (len(pairs) - 1) / 2) for each in part]
            unit = np.array([each.run_half for each in part]).clip(1e-12)
            axes.errorbar(
                np.array([each.difference for each in part]) / unit, places, xerr=np.array([each.half for each in part]) / unit,
                capsize=2.5, lw=1.0, label=f"{size:,} against {against:,}", **look,
            )  # fmt: skip
            if against == largest:
                noise.errorbar(100 * unit, places, **look)
        axes.axvspan(-1.0, 1.0, color="0.92", lw=0)
        axes.axvline(0.0, color="0.3", lw=0.8)
        axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
        axes.invert_yaxis()
        axes.set_xlabel(
            "difference / half of the sampling interval of one run [1]\nbars: mean of all seeds, all comparisons together", fontsize=8.5
        )
        noise.set_xscale("log")
        noise.set_xlabel(f"sampling interval of one run,\nagainst {largest:,} consumers [± %]", fontsize=8.5)
        noise.xaxis.set_major_formatter("{x:g}")
        noise.grid(axis="x", color="0.85", lw=0.6)
        agree, within = sum(each.agrees for each in rows), sum(each.within_a_run for each in rows)
        title = [f"{agree} of {len(rows)} comparisons between sizes agree in the mean"]
        title += [
            f"Not so {each.quantity.replace('_', ' ')}: {each.difference:+.1%} at {each.size:,} against {each.against:,}"
            for each in rows
            if not each.agrees
        ]
        title += [f"{within} of {len(rows)} differences lie within what chance makes of one run (grey)"]
        figure.suptitle("\n".join(title), fontsize=9, x=0.01, ha="left", weight="bold")
        figure.legend(*axes.get_legend_handles_labels(), fontsize=8, frameon=False, loc="outside lower center", ncols=len(pairs),
                      title="consumers", title_fontsize=8)  # fmt: skip
        axes.tick_params(labelsize=8.5)
        noise.tick_params(labelsize=8.5)
        figure.savefig(path, metadata={"Date": None, "Creator": "livemarket"})


def main(typed: Sequence[str]) -> int:
    """The command; returns its exit code."""
    if [word for word in typed if word != "quick"]:
        print("sizes: give nothing, or the word quick.", file=sys.stderr)
        return 2
    quick = "quick" in typed
    seeds = QUICK_SEEDS if quick else SEEDS
    found = simulate(QUICK_SIZES if quick else SIZES, seeds)
    rows = compare(found)
    print("\n".join(table_lines(found, rows)))
    if not quick:
        (FOLDER / "sizes.md").write_text(page(found, rows, END) + "\n", encoding="utf-8")
        draw(rows, FOLDER / "sizes.svg")
        print(f"Written: {FOLDER / 'sizes.md'} and {FOLDER / 'sizes.svg'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
