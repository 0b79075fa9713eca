"""The runs become a few plain sentences and two small tables for the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import xarray as xr

from experiments.fans import Fan, Interval, complete_years, weighted_quantile, yearly
from experiments.messages import digits_text, direction
from sim.errors import DataError, did_you_mean

DESCRIBED = 2024  # the year all change is counted from: the last one both the report and the houses describe


@dataclass(frozen=True)
class Quantity:
    """One line of the tables: a variable, its name for a reader, its unit and its decimals."""

    variable: str
    name: str
    unit: str
    factor: float = 1.0
    digits: int = 1


QUANTITIES = (
    Quantity("live_gmv", "Live GMV", "trillion CNY"),
    Quantity("private_domain_gmv", "Private-domain GMV", "trillion CNY"),
    Quantity("live_share_of_online_retail", "Live share of online retail", "%", 100, 0),
    Quantity("brand_self_broadcast_share", "Brands' own rooms in live GMV", "%", 100, 0),
    Quantity("top100_gmv_share", "Top 100 streamers in live GMV", "%", 100, 0),
    Quantity("cpm", "Price of a thousand impressions", "CNY", 1, 0),
    Quantity("customer_acquisition_cost", "Cost of winning a customer", "CNY", 1, 0),
    Quantity("violation_rate", "Violations", "per thousand sessions"),
    Quantity("complaint_count", "Complaints", "thousand a year", 1, 0),
)
OPENINGS = {
    "report": "If the report's picture of the market is right,",
    "data": "If only the observed market counts,",
}


def main_scenario(dataset: xr.Dataset, scenario: str | None) -> str:
    """The scenario asked for, or the ensemble's first; DataError if there is no such scenario."""
    names = [str(name) for name in dataset["scenario"].values]
    if scenario is not None and scenario not in names:
        hint = did_you_mean(scenario, names)
        raise DataError(f"scenario '{scenario}' is not in the ensemble ({', '.join(names)}).{hint}")
    return scenario or names[0]


def base_and_last(dataset: xr.Dataset) -> tuple[int, int]:
    """The year change is counted from and the last complete year."""
    years = complete_years(dataset)
    return max((year for year in years if year <= DESCRIBED and year < years[-1]), default=years[0]), years[-1]


def fan_of(dataset: xr.Dataset, variable: str, world: str, scenario: str) -> Fan | None:
    """The runs of one quantity, or None where the ensemble does not have it."""
    return yearly(dataset, variable, world, scenario) if f"{variable}_annual" in dataset else None


def yearly_growth(fan: Fan, base: int, last: int) -> Interval:
    """The compound growth a year from the base to the last year, in percent."""
    ratio = fan.values[:, fan.years == last] / fan.values[:, fan.years == base]
    growth = 100 * (ratio ** (1 / max(last - base, 1)) - 1)
    low, median, high = weighted_quantile(growth, fan.weights, (0.05, 0.5, 0.95))[:, 0]
    return Interval(float(low), float(median), float(high))


def band(interval: Interval, factor: float = 1.0, digits: int = 1, sign: bool = False, unit: str = "") -> str:
    """'9.1 (7.2 to 11.4)', kept on one line."""
    ends = (interval.low, interval.median, interval.high)
    low, median, high = (digits_text(factor * value, digits, sign) for value in ends)
    return f"{median}{unit} ({low} to {high}{unit})".replace(" ", "\u00a0")


def answer_list(dataset: xr.Dataset, scenario: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The answer in a few sentences: a point for each world, one for the predictions, one for the doubt."""
    base, last = base_and_last(dataset)
    points = []
    for world in (str(name) for name in dataset["world"].values):
        sentences = world_sentences(dataset, world, scenario, base, last)
        if sentences:
            opening = OPENINGS.get(world, f"In the world '{world}',")
            points.append(f"<b>{escape(opening)}</b> {escape(' '.join(sentences))}")
    points += [escape(text) for text in prediction_sentences(rows)]
    points.append(
        "Numbers in brackets hold 90% of the runs. They are conditional on the model: read them as what "
        'follows from the assumptions, and see the <a href="#limits">limits</a>.'
    )
    return "<ul>" + "".join(f"<li>{point}</li>" for point in points) + "</ul>"


def world_sentences(dataset: xr.Dataset, world: str, scenario: str, base: int, last: int) -> list[str]:
    """What one world says of the market's size, of private domains, of traffic prices and of the shares."""
    sentences = []
    live = fan_of(dataset, "live_gmv", world, scenario)
    if live is not None:
        verb = direction(live.at(base).median, live.at(last).median, ("grows", "shrinks", "moves"))
        growth = band(yearly_growth(live, base, last), digits=0, unit="%")
        sentences.append(
            f"live GMV {verb} from {digits_text(live.at(base).median, 1)} trillion CNY in {base} to "
            f"{band(live.at(last))} in {last}, {growth} a year."
        )
    private = fan_of(dataset, "private_domain_gmv", world, scenario)
    if private is not None:
        verb = direction(private.at(base).median, private.at(last).median, ("grow", "shrink", "move"))
        before = digits_text(private.at(base).median, 1)
        sentences.append(f"Private domains {verb} from {before} to {band(private.at(last))} trillion.")
    price = fan_of(dataset, "cpm", world, scenario)
    if price is not None:
        change = price.relative_to(base).at(last)
        cost = band(change, 100, 0, sign=True, unit="%")
        sentences.append(f"A thousand impressions cost {cost} against {base}.")
    rooms = fan_of(dataset, "brand_self_broadcast_share", world, scenario)
    if rooms is not None:
        before, after = digits_text(100 * rooms.at(base).median, 0), band(rooms.at(last), 100, 0, unit="%")
        sentences.append(f"Brands' own rooms go from {before}% to {after} of live GMV.")
    return sentences


def prediction_sentences(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """How many of the report's predictions hold in each world, and on which the worlds part."""
    by_world: dict[str, dict[str, str]] = {}
    for row in rows:
        by_world.setdefault(str(row.get("world") or ""), {})[str(row["id"])] = str(row["status"])
    sentences = []
    for world, statuses in by_world.items():
        counts = Counter(statuses.values())
        judged = [
            f"{counts[status]} {word}"
            for status, word in (("holds", "hold"), ("fails", "fail"), ("undecided", "are undecided"))
            if counts[status]
        ]
        rest = len(statuses) - sum(counts[status] for status in ("holds", "fails", "undecided"))
        where = f" in the {world}'s world" if len(by_world) > 1 else ""
        tail = f"; {rest} cannot be judged by these runs" if rest else ""
        found = ", ".join(judged) or "none is judged"
        sentences.append(f"Of the report's {len(statuses)} predictions{where}, {found}{tail}.")
    if len(by_world) == 2:
        one, other = by_world.values()
        judged_both = {"holds", "fails"}
        parted = [name for name in one if {one[name], other.get(name)} == judged_both]
        if parted:
            sentences.append(f"The two worlds contradict each other on {', '.join(parted)}.")
    return sentences


def headline_table(dataset: xr.Dataset, scenario: str) -> str:
    """The numbers in one small table: each quantity in the base year and in the last, in each world."""
    base, last = base_and_last(dataset)
    worlds = [str(name) for name in dataset["world"].values]
    lines = []
    for quantity in QUANTITIES:
        cells = ""
        for world in worlds:
            fan = fan_of(dataset, quantity.variable, world, scenario)
            if fan is None:
                cells += '<td class="number">–</td><td class="number">–</td>'
                continue
            now = digits_text(quantity.factor * fan.at(base).median, quantity.digits)
            then = band(fan.at(last), quantity.factor, quantity.digits)
            cells += f'<td class="number">{now}</td><td class="number">{then}</td>'
        if "(" in cells:
            lines.append(f'<tr><th scope="row">{escape(quantity.name)}</th><td>{quantity.unit}</td>{cells}</tr>')
    groups = "".join(f'<th scope="colgroup" colspan="2">{escape(world)} world</th>' for world in worlds)
    years = f'<th scope="col" class="number">{base}</th><th scope="col" class="number">{last} (90%)</th>' * len(worlds)
    return (
        f'<div class="wide"><table><caption>Headline numbers, scenario {escape(scenario)}</caption><thead>'
        f'<tr><th scope="col" rowspan="2">quantity</th><th scope="col" rowspan="2">unit</th>{groups}</tr>'
        f"<tr>{years}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def scenario_table(dataset: xr.Dataset, main: str) -> str:
    """What each other scenario changes in the last year, run against twin run; empty without one."""
    others = [str(name) for name in dataset["scenario"].values if str(name) != main]
    if not others:
        return ""
    _, last = base_and_last(dataset)
    worlds = [str(name) for name in dataset["world"].values]
    lines = []
    for quantity in QUANTITIES:
        cells = [difference_html(dataset, quantity, world, main, other, last) for other in others for world in worlds]
        if any(cell != "–" for cell in cells):
            row = "".join(f'<td class="number">{cell}</td>' for cell in cells)
            lines.append(f'<tr><th scope="row">{escape(quantity.name)}</th>{row}</tr>')
    groups = "".join(f'<th scope="colgroup" colspan="{len(worlds)}">{escape(other)}</th>' for other in others)
    heads = "".join(f'<th scope="col" class="number">{escape(world)} world</th>' for _ in others for world in worlds)
    return (
        f"<p>Change in {last} against '{escape(main)}', in percent (shares in percentage points). Each run "
        "is compared with its twin, which has the same parameters and the same chance; "
        "brackets hold 90% of the pairs. "
        "<b>Bold</b>: the brackets leave out zero.</p>"
        '<div class="wide"><table><thead><tr><th scope="col" rowspan="2">quantity</th>'
        f"{groups}</tr><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def difference_html(dataset: xr.Dataset, quantity: Quantity, world: str, main: str, other: str, last: int) -> str:
    """The paired change of one quantity between two scenarios, bold where its 90% band leaves out zero."""
    name = f"{quantity.variable}_annual"
    if name not in dataset:
        return "–"
    ends = dataset[name].sel(world=world, year=last)
    before, after = (ends.sel(scenario=scenario).values.astype(float) for scenario in (main, other))
    weight = dataset["weight"] if "weight" in dataset.coords else xr.ones_like(dataset["member"], dtype=float)
    weights = (weight.sel(world=world) if "world" in weight.dims else weight).values.astype(float)
    paired = np.isfinite(before) & np.isfinite(after) & (weights > 0)
    if not paired.any():
        return "–"
    points = quantity.factor == 100
    change = 100 * (after - before) if points else 100 * (after / np.where(before == 0, np.nan, before) - 1)
    if not np.isfinite(change[paired]).all():
        return "–"
    low, median, high = weighted_quantile(change[paired], weights[paired], (0.05, 0.5, 0.95))
    interval = Interval(float(low), float(median), float(high))
    text = band(interval, sign=True, unit=" pp" if points else "%")
    return f"<b>{text}</b>" if low > 0 or high < 0 else text
