"""Does the number of simulated consumers change the answer? Markets of three sizes with the same firms and seeds.

python -m experiments.sizes              # three sizes, twelve seeds, the year 2020: writes docs/sizes.md and docs/sizes.svg
python -m experiments.sizes quick        # two small sizes, prints only
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    "violation_rate", "return_rate", "streamer_gmv_gini", "streamer_tail_exponent",
)  # fmt: skip
FOLDER = Path(__file__).resolve().parent.parent / "docs"


@dataclass(frozen=True)
class Comparison:
    """One quantity at one size, over seeds, and against the largest size seed by seed.

    Attributes:
        mean, spread: over seeds; spread is the standard deviation between them.
        difference: mean relative difference to the largest size; half: half of its interval, widened for the number of quantities
            and sizes compared at once. nan for the largest size itself.
    """

    quantity: str
    size: int
    mean: float
    spread: float
    difference: float
    half: float

    @property
    def agrees(self) -> bool:
        """Whether no difference lies in the interval."""
        return math.isnan(self.difference) or abs(self.difference) <= self.half


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
    """Every quantity at every size against the largest.

    Args:
        found: size -> (seeds, quantities), the same seeds in the same order at each size.
    """
    largest = max(found)
    tests = len(names) * (len(found) - 1)
    rows = []
    for place, name in enumerate(names):
        reference = found[largest][:, place]
        for size in sorted(found):
            values = found[size][:, place]
            difference = half = math.nan
            if size != largest:
                paired = values / reference - 1.0
                error = float(paired.std(ddof=1)) / math.sqrt(paired.size)
                difference, half = float(paired.mean()), reach(paired.size, tests) * error
            rows.append(Comparison(name, size, float(values.mean()), float(values.std(ddof=1)), difference, half))
    return rows


def reach(seeds: int, tests: int) -> float:
    """Standard errors to either side that hold for so many comparisons at once."""
    return float(stdtrit(seeds - 1, 1.0 - (1.0 - CERTAINTY) / tests / 2.0))


def table_lines(rows: Sequence[Comparison]) -> list[str]:
    """The comparisons as Markdown."""
    lines = ["| quantity | consumers | mean | between seeds | against the largest size | agrees |", "|---|---:|---:|---:|---:|---|"]
    for each in rows:
        against = "" if math.isnan(each.difference) else f"{each.difference:+.2%} ± {each.half:.2%}"
        verdict = "" if math.isnan(each.difference) else "yes" if each.agrees else "**no**"
        spread = f"{each.spread / abs(each.mean):.2%}" if each.mean else "0"
        lines.append(row(each.quantity, f"{each.size:,}", f"{each.mean:.4g}", spread, against, verdict))
    return lines


def page(rows: Sequence[Comparison], seeds: int, end: str) -> str:
    """The page as Markdown."""
    sizes = sorted({each.size for each in rows})
    judged = [each for each in rows if not math.isnan(each.difference)]
    agree = sum(each.agrees for each in judged)
    halves = [float(np.median([each.half for each in judged if each.size == size])) for size in sizes[:-1]]
    falls = "; ".join(f"±{half:.2%} at {size:,}" for size, half in zip(sizes, halves, strict=False))
    return "\n".join(
        [
            "# Does the number of consumers change the answer?",
            "",
            f"Generated by `python -m experiments.sizes`. The report world's first draw, {seeds} seeds, values of the year to {end};",
            "each seed has the same firms at every size, so sizes are compared seed by seed. An interval holds for all",
            f"comparisons together with {CERTAINTY:.0%} certainty, so it is wider than that of a single one; agreement proves no",
            "equality: a difference as large as half of the interval could hide.",
            "",
            f"**{agree} of {len(judged)} comparisons agree with {sizes[-1]:,} consumers within their sampling intervals.** The median",
            f"half of an interval is {falls}: sampling consumers adds noise that falls with their number{pace(judged, sizes)}.",
            "What stays in the column `between seeds` at the largest size is mostly which firms there are.",
            "",
            alone(judged, seeds),
            *(["", different(judged)] if agree < len(judged) else []),
            "",
            *table_lines(rows),
            "",
            "![Difference to the largest market by quantity and size](sizes.svg)",
            "",
            "**What concentration means when streamers are a sample.** A simulated streamer stands for many real hosts, so the raw",
            "share of the largest simulated ones says nothing about the largest real ones. The Gini coefficient and the tail exponent",
            "are properties of the distribution and are estimated from the sample; `top100_gmv_share` maps the exponent to 1.1",
            "million real sellers ([decision 0008](decisions/0008-concentration-mapped-to-real-sellers.md)). Both are of remembered",
            "sales of about 12 weeks of hosts in business, not of a year. With few consumers a small host sells a handful of baskets,",
            "and chance among hosts looks like inequality: the Gini coefficient is therefore taken from sales to two halves of the",
            "consumers, two samples of the same market (`sim.concentration.gini_of_samples`), which keeps what both have in common. What",
            "is left at few consumers is in the market, where what few bought by chance is what firms and rankings go by. The exponent",
            "has what chance adds in it.",
        ]
    )


def pace(judged: Sequence[Comparison], sizes: Sequence[int]) -> str:
    """For which quantity the noise falls most from the smallest size to the next, and for which least."""
    small, more = ({each.quantity: each.half for each in judged if each.size == size} for size in sizes[:2])
    falls = {name: small[name] / more[name] for name in small if more.get(name)}
    if len(falls) < 2:
        return ""
    most, least = max(falls, key=falls.__getitem__), min(falls, key=falls.__getitem__)
    return (
        f", most for\n`{most}` (by {falls[most]:.1f} from {sizes[0]:,} to {sizes[1]:,}), least for `{least}` (by {falls[least]:.1f}), "
        "where a market of\nother consumers takes another course"
    )


def alone(judged: Sequence[Comparison], seeds: int) -> str:
    """What would differ if it were the only comparison made."""
    halves = {each: each.half * reach(seeds, 1) / reach(seeds, len(judged)) for each in judged}
    found = [f"`{e.quantity}` at {e.size:,} ({e.difference:+.2%} ± {half:.2%})" for e, half in halves.items() if abs(e.difference) > half]
    by_chance = (1.0 - CERTAINTY) * len(judged)
    return (
        f"Each taken alone, with {CERTAINTY:.0%} certainty, {len(found)} of {len(judged)} would differ, where chance makes {by_chance:.1f}"
        + (f": {', '.join(found)}." if found else ".")
    )


def different(judged: Sequence[Comparison]) -> str:
    """What does depend on the number of consumers."""
    found = [f"`{each.quantity}` at {each.size:,} ({each.difference:+.1%})" for each in judged if not each.agrees]
    return f"Not so {', '.join(found)}: there the chance by which few consumers buy here or there does not average out."


def draw(rows: Sequence[Comparison], path: Path) -> None:
    """Differences to the largest size with intervals, quantity by quantity."""
    import matplotlib
    from matplotlib.figure import Figure

    judged = [each for each in rows if not math.isnan(each.difference)]
    names, sizes = list(dict.fromkeys(each.quantity for each in judged)), sorted({each.size for each in judged})
    agree = sum(each.agrees for each in judged)
    with matplotlib.rc_context({"svg.hashsalt": "livemarket", "svg.fonttype": "path"}):
        figure = Figure(figsize=(7.0, 0.8 + 0.42 * len(names)), dpi=150, layout="constrained")
        axes = figure.subplots()
        for number, size in enumerate(sizes):
            part = [each for each in judged if each.size == size]
            places = [names.index(each.quantity) + 0.28 * (number - (len(sizes) - 1) / 2) for each in part]
            axes.errorbar(
                [100 * each.difference for each in part], places, xerr=[100 * each.half for each in part], fmt="os^D"[number % 4],
                color=("0.55", "0.1", "0.35")[number % 3], markersize=4, capsize=2.5, lw=1.0, label=f"{size:,} consumers",
            )  # fmt: skip
        axes.axvline(0.0, color="0.3", lw=0.8)
        axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names], fontsize=8.5)
        axes.invert_yaxis()
        largest = max(each.size for each in rows)
        axes.set_xlabel(f"difference to {largest:,} consumers [%], with the interval of all comparisons together", fontsize=8.5)
        axes.set_title(
            f"{agree} of {len(judged)} results agree with {largest:,} consumers within chance", fontsize=10, loc="left", weight="bold"
        )
        axes.legend(fontsize=8.5, frameon=False, loc="best")
        axes.tick_params(labelsize=8.5)
        figure.savefig(path, metadata={"Date": None, "Creator": "livemarket"})


def main(typed: Sequence[str]) -> int:
    """The command; returns its exit code."""
    if [word for word in typed if word != "quick"]:
        print("sizes: give nothing, or the word quick.", file=sys.stderr)
        return 2
    quick = "quick" in typed
    seeds = QUICK_SEEDS if quick else SEEDS
    rows = compare(simulate(QUICK_SIZES if quick else SIZES, seeds))
    print("\n".join(table_lines(rows)))
    if not quick:
        (FOLDER / "sizes.md").write_text(page(rows, seeds, END) + "\n", encoding="utf-8")
        draw(rows, FOLDER / "sizes.svg")
        print(f"Written: {FOLDER / 'sizes.md'} and {FOLDER / 'sizes.svg'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
