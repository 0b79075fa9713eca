"""Designs fill a parameter space as they say, from the seed alone, and refuse what cannot be run."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.designs import DESIGNS, SCREENING, Factor, count, factor_faults, factors_of, points, sample_faults, significant, written
from sim.errors import DataError
from tests.global_state import under_two_global_states

RANGES = {"brand_trust": {"gain": [0.0, 0.2]}, "calendar": {"inflation": [-0.05, 0.2], "hosts": [1234567.0, 1234999.0]}}


def test_grid_is_the_product_and_runs_through_the_last_factor_first() -> None:
    """Two values by three make six rows in the order of nested loops; one value stays as it is."""
    factors = (Factor("a.x", (1.0, 2.0)), Factor("a.y", (0.1, 0.2, 0.3)), Factor("b.z", (7.0,)))
    names, found = points("grid", factors)
    assert names == ("a.x", "a.y", "b.z")
    assert found.tolist() == [[1, 0.1, 7], [1, 0.2, 7], [1, 0.3, 7], [2, 0.1, 7], [2, 0.2, 7], [2, 0.3, 7]]
    assert count("grid", factors) == 6
    assert points("grid", ())[1].shape == (count("grid", ()), 0) == (1, 0)


def test_grid_of_too_many_points_is_counted_all_the_same() -> None:
    """Counting builds nothing and does not overflow."""
    assert count("grid", [Factor(f"a.x{number}", tuple(map(float, range(100)))) for number in range(20)]) == 100**20


def test_list_runs_row_by_row() -> None:
    """The first values make the first point, the second ones the second."""
    factors = (Factor("a.x", (1.0, 2.0, 1.0)), Factor("a.y", (5.0, 6.0, 7.0)))
    assert points("list", factors)[1].tolist() == [[1, 5], [2, 6], [1, 7]]
    assert count("list", factors) == 3


@pytest.mark.parametrize("samples", [1, 3, 250, 4096])
def test_latin_hypercube_has_one_point_in_each_slice(samples: int) -> None:
    """Rounding keeps it so, even where six digits are too few for the range."""
    factors = factors_of(RANGES)
    names, found = points("latin", factors, samples, seed=3)
    assert names == ("brand_trust.gain", "calendar.inflation", "calendar.hosts")
    assert found.shape == (count("latin", factors, samples), 3) == (samples, 3)
    for column, factor in enumerate(factors):
        slices = (found[:, column] - factor.low) / (factor.high - factor.low) * samples
        assert sorted(np.floor(slices)) == list(range(samples))


@pytest.mark.parametrize("design", ["latin", "sobol"])
def test_the_seed_alone_decides(design: str) -> None:
    """The same seed gives the same points, another one others; numpy's global state is neither used nor moved."""
    factors = factors_of(RANGES)
    first, again = under_two_global_states(lambda: points(design, factors, 16, seed=0)[1])
    assert (again == first).all()
    assert (points(design, factors, 16, seed=1)[1] != first).all()


def test_sobol_fills_evenly() -> None:
    """Of 64 points each of 8 by 8 boxes of two ranges holds exactly one: a net of two dimensions."""
    factors = (Factor("a.x", (0.0, 1.0)), Factor("a.y", (10.0, 20.0)))
    found = points("sobol", factors, 64, seed=5)[1]
    boxes = np.floor((found - [0, 10]) / [1, 10] * 8)
    assert len(np.unique(boxes, axis=0)) == 64


@pytest.mark.parametrize("design", ["latin", "sobol"])
def test_what_is_written_is_what_is_run(design: str) -> None:
    """A drawn value is the number that its six digits say."""
    found = points(design, (Factor("a.x", (0.1, 0.7)), Factor("a.y", (-300.0, 2e6))), 64, seed=9)[1]
    assert [float(f"{value:g}") for value in found.ravel()] == found.ravel().tolist()


def test_digits_grow_where_six_would_lie() -> None:
    """Six digits by hand; a narrow range and ends of many digits get as many as they need, and no value leaves its range."""
    assert significant(np.array([1234567.0, -0.00123456789, 0.0, 1e-320]), 6).tolist() == [1234570.0, -0.00123457, 0.0, 1e-320]
    narrow = Factor("a.x", (1e6, 1e6 + 1))
    assert written(np.array([[1e6 + 0.123456]]), [narrow])[0, 0] == 1000000.12346
    ends = Factor("a.x", (0.12345612, 0.98765478))
    for end in (ends.low, ends.high):
        assert written(np.array([[end]]), [ends])[0, 0] == end


def test_numbers_of_samples() -> None:
    """A Sobol sequence takes powers of two, and the nearest are named; no design takes none or a half."""
    for samples, near in ((100, "64 or 128"), (3, "2 or 4"), (1025, "1024 or 2048")):
        with pytest.raises(DataError, match=f"samples = {samples} is no power of two.*give {near}."):
            points("sobol", factors_of(RANGES), samples)
    assert [sample_faults("sobol", 2**power) for power in range(12)] == [[]] * 12
    assert sample_faults("latin", 100) == sample_faults("grid", None) == []
    for samples in (0, -4, 2.5, None, True, "8", math.nan):
        for design in ("latin", "sobol"):
            (fault,) = sample_faults(design, samples)
            assert "needs a whole number from 1" in fault


@pytest.mark.parametrize("design", [*DESIGNS, SCREENING])
def test_sound_factors_have_no_fault(design: str) -> None:
    """Two ends serve as a list as well; a grid may have a single value."""
    assert factor_faults(RANGES, design) == []
    assert factor_faults({"brand_trust": {"gain": [0.1]}}, "grid") == []


def test_all_faults_are_told_at_once() -> None:
    """Unknown names come with a suggestion, values with their unit and bounds."""
    vary = {
        "brand_trus": {"gain": [0.1, 0.2]},
        "brand_trust": {"gian": [0.1, 0.2], "gain": [0.1, 1.5], "loss": [], "weight": [math.nan, "high", True, 2.0], "fade": 0.3},
        "calendar": [1, 2],
        7: {"gain": [1]},
        "orders": {3: [1]},
    }
    faults = factor_faults(vary, "grid")
    expected = [
        "unknown mechanic 'brand_trus'. Did you mean 'brand_trust'?",
        "'brand_trust' has no parameter 'gian'. Did you mean 'gain'?",
        "brand_trust.gain = 1.5 1/basket is outside [0, 1].",
        "brand_trust.loss has an empty list; give numbers within [0, 1] 1/basket",
        "brand_trust.weight = nan util is outside [0, 10].",
        "brand_trust.weight = 'high' util is not a number",
        "brand_trust.weight = True util is not a number",
        "brand_trust.fade = 0.3 is no list",
        "calendar = [1, 2] names no parameter",
        "unknown mechanic '7'.",
        "'orders' has no parameter '3'.",
    ]
    assert len(faults) == len(expected)
    assert all(text in fault for text, fault in zip(expected, faults, strict=True)), faults


@pytest.mark.parametrize("design", ["latin", "sobol", SCREENING])
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "has 0 values"),
        ([0.1], "has 1 values"),
        ([0.1, 0.2, 0.3], "has 3 values"),
        ([0.1, 0.1], "= [0.1, 0.1] is empty"),
        ([0.2, 0.1], "= [0.2, 0.1] is reversed"),
        ([0.1, math.inf], "= inf 1/basket is outside [0, 1]"),
        ([-0.1, 1.1], "= -0.1 1/basket is outside [0, 1]"),
    ],
)
def test_ranges_that_cannot_be_drawn_from(design: str, values: list[float], said: str) -> None:
    """A drawn design needs exactly a lower and a higher end inside the bounds."""
    faults = factor_faults({"brand_trust": {"gain": values}}, design)
    assert said in faults[0]


def test_lists_that_cannot_be_run() -> None:
    """A grid has each value once; rows are of one length and differ, though a column may repeat."""
    vary = {"brand_trust": {"gain": [0.1, 0.2, 0.1], "loss": [0, 0.5, 0.0]}}
    assert ["repeats 0.1;" in fault or "repeats 0;" in fault for fault in factor_faults(vary, "grid")] == [True, True]
    (fault,) = factor_faults(vary, "list")
    assert "row 3 repeats an earlier one" in fault
    assert factor_faults({"brand_trust": {"gain": [0.1, 0.2, 0.1], "loss": [0, 0.5, 0.3]}}, "list") == []
    (fault,) = factor_faults({"brand_trust": {"gain": [0.1, 0.2], "loss": [0.1]}}, "list")
    assert "brand_trust.gain has 2, brand_trust.loss has 1. Give lists of one length" in fault


def test_unknown_designs_and_nothing_varied() -> None:
    """A slip in the design's name gets a hint; only a grid can do without factors."""
    assert "Did you mean 'latin'?" in factor_faults(RANGES, "lattin")[0]
    assert factor_faults({}, "grid") == []
    for design in ("list", "latin", "sobol", SCREENING):
        assert "nothing is varied" in factor_faults({}, design)[0]
