"""The page is one file that answers first, loads nothing and can be read by everybody."""

from __future__ import annotations

import base64
import re
import time
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import pytest
import xarray as xr

from experiments.fans import yearly
from experiments.messages import digits_text
from experiments.page import compact, write_page
from experiments.pictures import Picture, draw_all
from scenarios.data import Report, load_history, load_report
from sim.errors import DataError
from tests.made_up import made_up_ensemble


@pytest.fixture(scope="module")
def report() -> Report:
    return load_report()


@pytest.fixture(scope="module")
def ensemble() -> xr.Dataset:
    return made_up_ensemble()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory, ensemble: xr.Dataset, report: Report) -> list[Picture]:
    folder = tmp_path_factory.mktemp("pictures")
    return draw_all(ensemble, folder, report, load_history(), only=["live_gmv", "cpm"])


def made_up_rows(report: Report) -> list[dict[str, object]]:
    """A scorecard of all predictions in two worlds; some judged, some not."""
    rows: list[dict[str, object]] = []
    for world in ("report", "data"):
        for index, prediction in enumerate(report.predictions.values()):
            kind = ("holds", "fails", "undecided", "needs experiment", "not modelled yet")[index % 5]
            share = {"holds": 0.9, "fails": 0.1, "undecided": 0.5}.get(kind)
            around = (None, None) if share is None else (share - 0.1, share + 0.1)
            row = {"id": prediction.id, "status": kind, "probability": share, "low": around[0]}
            row |= {"high": around[1], "world": world, "scenario": "baseline", "verdict": f"because {kind}"}
            rows.append(row | {"naive": "yes", "statement": prediction.statement})
    rows[0]["statement"] = "<script>alert(1)</script> & more"
    return rows


class Outline(HTMLParser):
    """What a page holds: its elements with their attributes, and whether they are closed in order."""

    VOID = ("meta", "img", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element opens."""
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """An element closes; it must be the last one opened."""
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, ensemble: xr.Dataset, report: Report, pictures: list[Picture]) -> str:
    manifest = {"command": "forecast worlds=[report,data]", "code_version": "0.1.0", "seeds": [0, 1]}
    checks = [{"claim": "1.2.1-b", "report": 0.285, "model": 0.2571, "verdict": "reproduced"}]
    path = tmp_path_factory.mktemp("page") / "page.html"
    rows = made_up_rows(report)
    assert write_page(path, ensemble, rows, pictures, manifest, checks=checks) == path
    assert [file.name for file in path.parent.iterdir()] == ["page.html"]
    return path.read_text(encoding="utf-8")


def test_page_is_one_file_that_loads_nothing(page: str) -> None:
    """No address of the net outside the text, and the browser is told to refuse any."""
    outline = Outline(page)
    assert outline.open == []
    for _, attributes in outline.elements:
        for name in ("src", "href", "srcset", "action", "data"):
            address = attributes.get(name) or "#"
            assert address.startswith(("#", "data:image/svg+xml;base64,")), address
    assert not re.search(r"url\(|@import|https?://", page)
    assert "default-src 'none'" in page
    assert not outline.all("link")
    assert page.count("<script>") == 1


def test_page_is_accessible(page: str, pictures: list[Picture]) -> None:
    """A language, one main heading, a description for each picture, headings for each row."""
    outline = Outline(page)
    assert outline.all("html")[0]["lang"] == "en"
    assert len(outline.all("h1")) == 1
    images = outline.all("img")
    assert [image["alt"] for image in images] == [picture.alt for picture in pictures]
    for image in images:
        drawing = base64.b64decode(str(image["src"]).partition(",")[2])
        assert ElementTree.fromstring(drawing).tag.endswith("svg")
    identities = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(identities) == len(set(identities))
    for attributes in outline.all("a"):
        assert str(attributes["href"])[1:] in identities


def test_page_answers_first(page: str, ensemble: xr.Dataset) -> None:
    """The headline numbers stand before the first picture; the predictions are counted."""
    answer = page[: page.index("<img")]
    fan = yearly(ensemble, "live_gmv", "report", "baseline")
    assert fan is not None
    assert digits_text(fan.at(2030).median, 1) in answer
    assert "10 hold, 10 fail, 10 are undecided; 20 cannot be judged" in answer


def test_page_lists_every_prediction_once(page: str, report: Report) -> None:
    """Fifty rows, the worlds side by side, a button for each status, hostile text made harmless."""
    rows = [row for row in Outline(page).all("tr") if "data-status" in row]
    assert len(rows) == len(report.predictions) == 50
    assert sum(row["data-status"] == "needs-experiment" for row in rows) == 10
    values = [button["value"] for button in Outline(page).all("button")]
    assert values == ["all", "holds", "fails", "undecided", "needs-experiment", "not-modelled-yet"]
    assert "&lt;script&gt;alert(1)" in page
    assert "reproduced" in page
    assert "0.257" in page


def test_scenarios_are_compared_run_against_twin(tmp_path: Path, ensemble: xr.Dataset, pictures: list[Picture]) -> None:
    """A scenario that halves every run shows as -50% without a band, and as resolved."""
    halved = ensemble.copy(deep=True)
    live = halved["live_gmv_annual"]
    live.loc[{"scenario": "strict_regulation"}] = 0.5 * live.sel(scenario="baseline").values
    text = write_page(tmp_path / "page.html", halved, [], pictures[:1], {}).read_text(encoding="utf-8")
    assert "<b>-50.0% (-50.0 to -50.0%)</b>" in text.replace("\u00a0", " ")
    assert 'id="scorecard"' not in text
    assert 'id="checks"' not in text
    with pytest.raises(DataError, match="Did you mean 'baseline'"):
        write_page(tmp_path / "page.html", halved, [], [], {}, scenario="basline")


def test_pictures_and_page_take_seconds(tmp_path: Path, ensemble: xr.Dataset, report: Report) -> None:
    """All of it in under ten seconds of one core for 32 members."""
    start = time.process_time()
    drawn = draw_all(ensemble, tmp_path, report, load_history())
    write_page(tmp_path / "page.html", ensemble, made_up_rows(report), drawn, {})
    assert time.process_time() - start < 10.0


def test_compact_drawing_is_the_same_drawing(pictures: list[Picture]) -> None:
    """The drawing inside the page has all its elements but the metadata, in fewer bytes."""
    whole = pictures[0].svg.read_text(encoding="utf-8")
    small = compact(whole)
    assert len(small) < 0.9 * len(whole)
    path = ".//{http://www.w3.org/2000/svg}path"
    kept, drawn = (len(ElementTree.fromstring(text).findall(path)) for text in (small, whole))
    assert kept == drawn > 20
