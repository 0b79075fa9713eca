"""One page for those who decide: the answer, the pictures, the scorecard, the limits, the command.

    write_page("runs/forecast/page.html", dataset, rows, draw_all(...), manifest)

The page is one file: it loads nothing, runs offline, prints, and keeps the table's filter in its address.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import xarray as xr

from experiments.answers import answer_list, headline_table, main_scenario, scenario_table
from experiments.pictures import Picture

TEMPLATE = Path(__file__).with_name("page.html")
STATUSES = ("holds", "fails", "undecided", "needs experiment", "not modelled yet")
HEADINGS = {
    "live_gmv": "The live market",
    "private_domain_gmv": "Private domains",
    "cpm": "The price of attention",
    "sameness": "Sameness and watch time",
    "brand_rooms": "Brands' own rooms",
    "concentration": "Concentration among streamers",
    "violations": "Violations and complaints",
}
FIXED = (("reading", "How to read this"), ("limits", "Limits"), ("again", "How to make this again"))
SIGNS = {"holds": "✓", "fails": "✗", "undecided": "≈"}


def write_page(
    path: str | Path,
    dataset: xr.Dataset,
    scorecard_rows: Sequence[Any],
    figures: Sequence[Picture],
    manifest: Mapping[str, Any],
    *,
    checks: Sequence[Any] = (),
    scenario: str | None = None,
) -> Path:
    """Write the page, whole or not at all, and return its path.

    Args:
        dataset: the ensemble, dims world, scenario, member, year.
        scorecard_rows: dataclasses or mappings with id, status, probability, low, high, world, scenario,
            verdict, naive and statement; one a prediction, world and scenario.
        figures: what `draw_all` returned, in reading order.
        manifest: how the runs were made; `command` is shown as the command, all else as a list.
        checks: rows of the report's claims against the model, any columns, in the order of the first row.
        scenario: which one the page speaks of; the ensemble's first if None.
    """
    chosen = main_scenario(dataset, scenario)
    rows = [as_mapping(row) for row in scorecard_rows]
    rows_here = [row for row in rows if row.get("scenario") in (chosen, "", None)] or rows
    last = int(dataset["year"].values[-1])
    worlds = [str(name) for name in dataset["world"].values]
    sections = [
        ("pictures", "In pictures", "".join(figure_html(figure, HEADINGS.get(figure.name, figure.name)) for figure in figures)),
        ("scenarios", "What the scenarios change", scenario_table(dataset, chosen)),
        ("scorecard", "The report's predictions, one by one", scorecard_html(rows_here, worlds, chosen)),
        ("checks", "The report's claims against the model", plain_table([as_mapping(row) for row in checks])),
    ]
    return write_frame(
        Path(path),
        language="en",
        title=f"Live commerce and private domains in China to {last}",
        subtitle=escape(subtitle(dataset, chosen)),
        answer=answer_list(dataset, chosen, rows_here),
        headlines=headline_table(dataset, chosen),
        sections=sections,
        reading="forecast_reading.html",
        again=again_html(manifest, dataset),
    )


def write_frame(path: Path, *, sections: Sequence[tuple[str, str, str]], reading: str, **parts: str) -> Path:
    """Write a page of the common frame, whole or not at all, and return its path.

    Args:
        sections: name, heading and content of each; empty ones are left out.
        reading: the file that says how to read it.
        parts: of the template, as HTML: language, title, subtitle, answer, headlines, again.
    """
    shown = [section for section in sections if section[2]]
    links = [("answer", "The answer"), *((name, heading) for name, heading, _ in shown), *FIXED]
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        **parts,
        contents="".join(f'<a href="#{name}">{escape(heading)}</a> ' for name, heading in links),
        reading=TEMPLATE.with_name(reading).read_text(encoding="utf-8"),
        sections="".join(
            f'<section id="{name}" aria-labelledby="{name}-heading"><h2 id="{name}-heading">{escape(heading)}</h2>{body}</section>\n'
            for name, heading, body in shown
        ),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
    return path


def as_mapping(row: Any) -> Mapping[str, Any]:
    """A row as a mapping, whatever it was."""
    if is_dataclass(row) and not isinstance(row, type):
        return asdict(row)
    return dict(row)


def subtitle(dataset: xr.Dataset, scenario: str) -> str:
    """Whose runs these are, in one line."""
    worlds = [f"'{name}'" for name in dataset["world"].values]
    years = dataset["year"].values
    where = f"the world {worlds[0]}" if len(worlds) == 1 else f"each of the worlds {' and '.join(worlds)}"
    return (
        f"An agent-based simulation, {int(years[0])} to {int(years[-1])}: {dataset['member'].size} runs in {where}, scenario '{scenario}'."
    )


def figure_html(figure: Picture, heading: str) -> str:
    """A picture with its heading and description; the vector drawing travels inside the page."""
    drawing = base64.b64encode(compact(figure.svg.read_text(encoding="utf-8")).encode()).decode()
    return (
        f'<figure id="picture-{escape(figure.name)}" aria-labelledby="{escape(figure.name)}-heading">'
        f'<h3 id="{escape(figure.name)}-heading">{escape(heading)}</h3>'
        f'<img alt="{escape(figure.alt)}" width="1050" height="630" '
        f'src="data:image/svg+xml;base64,{drawing}">'
        "</figure>\n"
    )


def compact(svg: str) -> str:
    """The same drawing in fewer bytes: no blanks between elements, paths to a hundredth of a point."""
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r">\s+<", "><", svg)

    def shorter(match: re.Match[str]) -> str:
        return re.sub(r"\s*\n\s*", " ", re.sub(r"(\.\d\d)\d+", r"\1", match.group(0)))

    return re.sub(r' d="[^"]*"', shorter, svg)


def scorecard_html(rows: Sequence[Mapping[str, Any]], worlds: Sequence[str], scenario: str) -> str:
    """The table of predictions: a row each, the worlds side by side, with a filter by status."""
    if not rows:
        return ""
    by_id: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        by_id.setdefault(str(row["id"]), {})[str(row.get("world") or worlds[0])] = row
    shown = [world for world in worlds if any(world in found for found in by_id.values())]
    counts = {status: 0 for status in STATUSES}
    lines = []
    for name, found in sorted(by_id.items(), key=lambda item: rank(item[1].values())):
        first = next(iter(found.values()))
        statuses = list(dict.fromkeys(str(row["status"]) for row in found.values()))
        for status in statuses:
            counts[status] = counts.get(status, 0) + 1
        judged = [found.get(world) for world in shown]
        if len({row and (row["status"], row["verdict"], row["probability"]) for row in judged}) == 1:
            cells = f'<td colspan="{len(shown)}">{judgement_html(first)}</td>'
        else:
            cells = "".join(f"<td>{judgement_html(row)}</td>" for row in judged)
        naive = escape(str(first.get("naive") or "–"))
        kinds = " ".join(slug(status) for status in statuses)
        lines.append(
            f'<tr data-status="{kinds}"><th scope="row">{escape(name)}</th>'
            f'<td class="statement">{escape(str(first["statement"]))}</td>{cells}'
            f"<td><small>{naive}</small></td></tr>"
        )
    buttons = f'<button type="button" value="all" aria-pressed="true">all {len(by_id)}</button>' + "".join(
        f'<button type="button" value="{slug(status)}" aria-pressed="false">{escape(status)} {count}</button>'
        for status, count in counts.items()
        if count
    )
    heads = "".join(f'<th scope="col">{escape(world)} world</th>' for world in shown)
    return (
        f"<p>Scenario '{escape(scenario)}'. The box runs from 0 to 1: the mark is the share of runs "
        "in which the prediction holds, the bar its 90% interval, the dotted line one half.</p>"
        f'<div class="filter" role="group" aria-label="Filter by status">{buttons}'
        '<span id="shown" class="muted" aria-live="polite"></span></div>'
        f'<div class="wide"><table><caption>{len(by_id)} predictions of the report, those that were judged '
        "first</caption>"
        f'<thead><tr><th scope="col">id</th><th scope="col">prediction</th>{heads}'
        f'<th scope="col">simple extrapolation</th></tr></thead><tbody>{"".join(lines)}</tbody></table></div>'
    )


def rank(rows: Iterable[Mapping[str, Any]]) -> int:
    """Judged predictions come first, then what needs an experiment, then what is not modelled."""
    places = [STATUSES.index(row["status"]) for row in rows if row["status"] in STATUSES]
    return max(0, min(places, default=len(STATUSES)) - 2)


def slug(status: str) -> str:
    """A status as a name in the page's address."""
    return re.sub(r"[^a-z]+", "-", status.lower()).strip("-")


def judgement_html(row: Mapping[str, Any] | None) -> str:
    """A status, how often the prediction holds, and why."""
    if row is None:
        return "–"
    status = str(row["status"])
    sign = SIGNS.get(status, "")
    text = f'<span class="status {slug(status)}">{sign} {escape(status)}</span>'
    numbers: list[Any] = [row.get(name) for name in ("probability", "low", "high")]
    if all(isinstance(number, int | float) and number == number for number in numbers):
        share, low, high = (float(number) for number in numbers)
        text += (
            f'<span class="share"><span class="odds" aria-hidden="true">'
            f'<i style="left:{low:.0%};width:{high - low:.0%}"></i><b style="left:{share:.0%}"></b></span>'
            f'{share:.0%} <span class="muted">({low:.0%} to {high:.0%})</span></span>'
        )
    return text + f"<small>{escape(str(row.get('verdict') or ''))}</small>"


def plain_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows of any columns as a table; numbers to three figures."""
    if not rows:
        return ""
    names = list(rows[0])
    head = "".join(f'<th scope="col">{escape(name.replace("_", " "))}</th>' for name in names)
    lines = ("".join(f"<td>{cell_text(row.get(name))}</td>" for name in names) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def cell_text(value: Any) -> str:
    """A cell as text: floats to three figures, nothing as a dash."""
    if value is None or value == "" or value != value:
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else escape(str(value))


def again_html(manifest: Mapping[str, Any], dataset: xr.Dataset) -> str:
    """The command that makes the runs, the pictures and this page again, and what they were made with."""
    command = str(manifest.get("command") or "")
    shown = {"code_version": dataset.attrs.get("code_version"), **manifest}
    items = "".join(
        f"<dt>{escape(name.replace('_', ' '))}</dt><dd>{escape(value_text(value))}</dd>"
        for name, value in shown.items()
        if name != "command" and value not in (None, "", [], {})
    )
    seeds = "The same command, code and lock file give the same numbers."
    return (f"<pre><code>{escape(command)}</code></pre>" if command else "") + f"<p>{seeds}</p><dl>{items}</dl>"


def value_text(value: Any) -> str:
    """A value of the manifest as one line; a long one is cut, for the manifest itself has it whole."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 300 else text[:299] + "…"
