"""Pictures say their message in numbers and can be read in grey and in Chinese."""

from __future__ import annotations

import re
import warnings
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from experiments import words
from experiments.fans import Fan, complete_years, typical_members, weighted_quantile, yearly
from experiments.marks import STYLES, draw_fan
from experiments.messages import PLANS, digits_text, direction
from experiments.pictures import Picture, anchor_points, draw_all
from scenarios.data import History, Report, load_history, load_report
from sim.errors import DataError
from tests.made_up import made_up_ensemble


@pytest.fixture(scope="module")
def report() -> Report:
    return load_report()


@pytest.fixture(scope="module")
def history() -> History:
    return load_history()


@pytest.fixture(scope="module")
def ensemble() -> xr.Dataset:
    return made_up_ensemble()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory, ensemble: xr.Dataset, report: Report, history: History) -> list[Picture]:
    folder = tmp_path_factory.mktemp("pictures")
    return draw_all(ensemble, folder, report, history, command="forecast worlds=[report,data]")


def quick(folder: Path, dataset: xr.Dataset, report: Report, history: History, name: str, **more: str) -> Picture:
    """One picture only."""
    return draw_all(dataset, folder, report, history, only=[name], **more)[0]


# Fans ------------------------------------------------------------------------------------------------


def test_weighted_quantiles_worked_by_hand() -> None:
    """Weights 0.2, 0.6, 0.2 put the members at 0.1, 0.5 and 0.9; the order of members does not matter."""
    values, weights = np.array([[30.0], [10.0], [20.0]]), np.array([0.2, 0.2, 0.6])
    assert weighted_quantile(values, weights, (0.0, 0.3, 0.5, 0.9))[:, 0] == pytest.approx([10, 15, 20, 30])


def test_quantiles_of_equal_weights_are_hazens() -> None:
    """Without weights it is a rule numpy knows."""
    values = np.random.default_rng(3).normal(size=(32, 4))
    levels = (0.05, 0.5, 0.95)
    expected = np.quantile(values, levels, axis=0, method="hazen")
    assert weighted_quantile(values, np.ones(32), levels) == pytest.approx(expected)


def test_growth_and_change_are_taken_member_by_member() -> None:
    """A run that doubles and one that halves: +100% and -50%, each on its own start."""
    fan = Fan("report", np.array([2020, 2021]), np.array([[1.0, 2.0], [4.0, 2.0]]), np.array([0.5, 0.5]))
    assert fan.growth().values[:, 0] == pytest.approx([1.0, -0.5])
    assert fan.relative_to(2020).values[:, 1] == pytest.approx([1.0, -0.5])


def test_members_without_numbers_or_weight_are_left_out() -> None:
    """A failed run does not blank the fan; a quantity nobody has gives no fan."""
    dataset = made_up_ensemble(draws=4, seeds=1)
    dataset["live_gmv_annual"].loc[{"member": 0, "world": "report", "year": 2023}] = np.nan
    dataset["weight"].loc[{"member": 1}] = 0.0
    fan = yearly(dataset, "live_gmv", "report", "baseline")
    assert fan is not None
    assert fan.values.shape == (2, 11)
    assert yearly(dataset.where(dataset["world"] != "report"), "live_gmv", "report", "baseline") is None


def test_a_year_cut_short_is_not_drawn() -> None:
    """A run that ends in June has no yearly value to compare with."""
    dataset = made_up_ensemble(draws=2, seeds=1)
    assert complete_years(dataset.isel(month=slice(0, 126))) == list(range(2020, 2030))


def test_single_runs_follow_the_weights() -> None:
    """A member with nearly all the weight is drawn whatever its place."""
    weights = np.full(50, 0.001)
    weights[37] = 1.0
    assert 37 in typical_members(weights, 3)
    assert len(typical_members(np.ones(50), 12)) == 12


# Published numbers -----------------------------------------------------------------------------------


def test_anchors_come_from_the_loaders(report: Report, history: History) -> None:
    """The report's points are its claims; the houses' are the history's, in the ensemble's units."""
    anchors = anchor_points(report, history)
    live = {(point.house, point.year): point for point in anchors["live_gmv"]}
    assert live["report", 2024].value == report.claim("1.2.1-a").value
    assert live["report", 2025].value == report.claim("1.2.1-c").value
    tens = history.series("livestream_sales_MOFCOM")
    longest = max((item for item in tens if item.start.year == 2023), key=lambda item: item.end)
    assert live["MOFCOM", 2023].value == pytest.approx(longest.value * 365 / 304)
    assert not live["iResearch", 2020].checked
    assert ("iiMedia", 2020) not in live, "a projection is no observation"
    lift = anchors["cpm_growth"][-1]
    assert (lift.low, lift.high) == (report.claim("1.4.1-a").value, report.claim("5.1-a").value)
    rooms = [point for point in anchors["brand_self_broadcast_share"] if point.house == "report"]
    assert [point.year for point in rooms] == [2020, 2024]
    assert all(point.low <= point.value <= point.high for points in anchors.values() for point in points)


def test_top_hundred_and_tail_agree_with_the_history_notes(report: Report, history: History) -> None:
    """The lists of May 2020 are 17 to 24% of an average month; the ranks' Pareto exponent is 1.12."""
    anchors = anchor_points(report, history)
    upper = anchors["top100_gmv_share"][0]
    assert (upper.low, upper.high) == pytest.approx((0.170, 0.243), abs=0.001)
    assert upper.bound == "upper"
    assert anchors["streamer_tail_exponent"][0].value == pytest.approx(1.12, abs=0.01)


# Pictures --------------------------------------------------------------------------------------------


def test_every_picture_is_drawn_as_png_and_svg(pictures: list[Picture]) -> None:
    """Seven pictures; the vector files are well formed and load nothing."""
    assert [picture.name for picture in pictures] == [plan.name for plan in PLANS]
    for picture in pictures:
        assert picture.png.read_bytes().startswith(b"\x89PNG")
        svg = picture.svg.read_text(encoding="utf-8")
        assert ElementTree.fromstring(svg).tag.endswith("svg")
        assert not re.findall(r'href="(?!#)', svg)


def test_titles_carry_the_numbers_of_the_runs(pictures: list[Picture], ensemble: xr.Dataset) -> None:
    """The live market's title holds the weighted median and the 90% band of 2030, for either world."""
    fans = [yearly(ensemble, "live_gmv", world, "baseline") for world in ("report", "data")]
    for text, fan in zip((pictures[0].title, pictures[0].subtitle), fans, strict=True):
        assert fan is not None
        interval = fan.at(2030)
        for number in (interval.median, interval.low, interval.high):
            assert digits_text(number, 1) in text
    for picture in pictures:
        assert re.search(r"\d", picture.title)
        assert "(90%:" in picture.title
        assert picture.title in picture.alt
        assert "{" not in picture.title + picture.subtitle + picture.alt
        assert "nan" not in picture.title + picture.subtitle


def test_one_world_is_not_named_in_the_title(tmp_path: Path, ensemble: xr.Dataset, report: Report, history: History) -> None:
    """With one world there is nothing to tell apart, and no second sentence."""
    picture = quick(tmp_path, ensemble.sel(world=["data"]), report, history, "live_gmv")
    assert "world" not in picture.title
    assert picture.subtitle == ""


def test_message_follows_the_direction_of_the_runs() -> None:
    """Less than 2% is no move."""
    assert [direction(1, after) for after in (1.5, 0.5, 1.01)] == ["rises", "falls", "stays"]
    assert direction(0.10, 0.03, ("quickens", "slows", "stays")) == "slows"
    assert [digits_text(value) for value in (9.64, 41.2, -0.001)] == ["9.6", "41", "0.0"]


@pytest.mark.parametrize(
    ("first", "last", "turns"),
    [(2020, 2020, "is"), (2020, 2021, "is"), (2020, 2022, "TREND"), (2024, 2030, "TREND"), (2025, 2030, "TREND"), (2029, 2030, "is")],
)
def test_a_short_run_is_drawn_too(tmp_path: Path, report: Report, history: History, first: int, last: int, turns: str) -> None:
    """A trial run of a year or three, or one that begins late, shows what it has, and calls one growth no trend."""
    short = made_up_ensemble(draws=2, seeds=1, last=last).sel(year=slice(first, None)).isel(month=slice(12 * (first - 2020), None))
    turns = turns.replace("TREND", "(quickens to|slows to|stays near)")
    pictures = draw_all(short, tmp_path, report, history)
    assert len(pictures) == len(PLANS)
    assert re.search(rf"growth {turns} [?\d-]", pictures[0].title)


def test_a_small_share_is_told_with_a_decimal(tmp_path: Path, ensemble: xr.Dataset, report: Report, history: History) -> None:
    """From 1.6 to 1.4% is a fall; in whole numbers its title would say from 2 to 1%, or from 2 to 2%."""
    small = ensemble.assign(top100_gmv_share_annual=ensemble["top100_gmv_share_annual"] * 0 + 0.0144)
    assert "1.4%" in quick(tmp_path, small, report, history, "concentration").title


def test_the_same_runs_give_the_same_bytes(tmp_path: Path, ensemble: xr.Dataset, report: Report, history: History) -> None:
    """A picture drawn twice is the same file, so a changed file means changed numbers."""
    first = quick(tmp_path / "one", ensemble, report, history, "concentration")
    second = quick(tmp_path / "two", ensemble, report, history, "concentration")
    assert first.svg.read_bytes() == second.svg.read_bytes()
    assert first.png.read_bytes() == second.png.read_bytes()


def test_all_wrong_names_are_told_at_once(tmp_path: Path, ensemble: xr.Dataset, report: Report, history: History) -> None:
    """A scenario and a picture that do not exist: two faults, with hints."""
    with pytest.raises(DataError) as caught:
        draw_all(ensemble, tmp_path, report, history, scenario="base_line", only=["live_gmw"])
    assert len(caught.value.faults) == 2
    assert "Did you mean 'baseline'?" in caught.value.faults[0]
    assert "Did you mean 'live_gmv'?" in caught.value.faults[1]


def test_a_missing_quantity_drops_its_picture_only(tmp_path: Path, ensemble: xr.Dataset, report: Report, history: History) -> None:
    """A composition without watch time still gets its market picture, and is told what is missing."""
    part = ensemble.drop_vars("watch_time_annual")
    with pytest.warns(UserWarning, match="sameness"):
        drawn = draw_all(part, tmp_path, report, history, only=["live_gmv", "sameness"])
    assert [picture.name for picture in drawn] == ["live_gmv"]
    with pytest.raises(DataError, match="sameness"):
        draw_all(part, tmp_path, report, history, only=["sameness"])


def grey(colour: np.ndarray) -> float:
    """How light a pixel is to the eye without colour, 0 to 1."""
    return float(colour[:3] @ np.array([0.299, 0.587, 0.114]) / 255.0)


def test_fan_reads_without_colour() -> None:
    """On grey paper the paper, the light band, the dark band and the median are four steps apart."""
    years = np.array([2020, 2030])
    values = np.repeat(np.linspace(0.0, 10.0, 101)[:, None], 2, axis=1)
    figure = Figure(figsize=(4, 4), dpi=100)
    canvas = FigureCanvasAgg(figure)
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set(xlim=(2020, 2030), ylim=(-2, 12))
    draw_fan(axis, Fan("report", years, values, np.ones(101)), STYLES[0], singles=1)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())
    heights = {"paper": 11.0, "light": 8.6, "dark": 6.3, "median": 5.0}
    spots = {name: axis.transData.transform((2025.2, height)) for name, height in heights.items()}
    levels = [grey(pixels[pixels.shape[0] - 1 - int(y), int(x)]) for x, y in spots.values()]
    assert levels == sorted(levels, reverse=True)
    assert min(-np.diff(levels)) > 0.08


def test_worlds_differ_by_more_than_colour() -> None:
    """Line and hatch tell the worlds apart in print."""
    assert len({str(style.line) for style in STYLES}) == len(STYLES)
    assert len({style.hatch for style in STYLES}) == len(STYLES)


def test_chinese_pictures(tmp_path: Path, ensemble: xr.Dataset, report: Report, history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """All words are Chinese, and with a font no glyph is missing (warnings are errors); without one only glyphs may be."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if words.chinese_font() is None:
            monkeypatch.setattr(words, "chinese_font", lambda: "DejaVu Sans")
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        for picture in draw_all(ensemble, tmp_path, report, history, language="zh", command="forecast"):
            assert re.search(r"[\u4e00-\u9fff]", picture.title), picture.name
            assert "{" not in picture.title + picture.subtitle


def test_without_a_chinese_font_english_is_drawn_with_a_warning(
    tmp_path: Path, ensemble: xr.Dataset, report: Report, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fallback is told only to those who asked for Chinese."""
    monkeypatch.setattr(words, "chinese_font", lambda: None)
    with pytest.warns(UserWarning, match="Install one"):
        picture = quick(tmp_path, ensemble, report, history, "live_gmv", language="zh")
    assert picture.title.startswith("Live GMV")
    with pytest.raises(ValueError, match="must be one of en, zh"):
        words.settle_language("de")


def test_every_word_and_message_exists_in_both_languages() -> None:
    """Each panel has a unit, each picture of several panels headings, each message two languages."""
    for plan in PLANS:
        assert set(words.MESSAGES[plan.name]) == set(words.LANGUAGES)
        for panel in plan.panels:
            assert panel.variable in words.WORDS
            assert len(plan.panels) == 1 or f"heading:{panel.variable}" in words.WORDS
