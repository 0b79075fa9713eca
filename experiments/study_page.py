"""One page for an experiment: the answer in words, the pictures, the tables, and how to make it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import xarray as xr

from experiments.layout import Picture
from experiments.page import again_html, figure_html, plain_table, slug, write_frame


def write_study_page(
    path: Path,
    title: str,
    subtitle: str,
    answer: Sequence[str],
    sections: Sequence[tuple[str, Sequence[Picture] | Sequence[Mapping[str, Any]]]],
    manifest: Mapping[str, Any],
    language: str = "en",
) -> Path:
    """Write the page, whole or not at all, and return its path.

    Args:
        answer: sentences.
        sections: headings with pictures or with rows of a table.
        manifest: how the runs were made; `command` is shown as the command, all else as a list.
    """
    shown = []
    for heading, content in sections:
        if content:
            drawn = [each for each in content if isinstance(each, Picture)]
            rows = [each for each in content if isinstance(each, Mapping)]
            body = "".join(figure_html(each, each.title) for each in drawn) + plain_table(rows)
            shown.append((slug(heading), heading, body))
    return write_frame(
        path,
        language=language,
        title=escape(title),
        subtitle=escape(subtitle),
        answer="<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in answer) + "</ul>",
        headlines="",
        sections=shown,
        reading="study_reading.html",
        again=again_html(manifest, xr.Dataset()),
    )
