"""The number of simulated consumers is a matter of noise, not of results."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from experiments.sizes import HEADLINES, compare, draw, main, page, simulate
from sim.concentration import gini, gini_of_samples
from sim.observables import OBSERVABLES, Market


def test_equal_means_agree_and_a_shift_does_not() -> None:
    """Noise of 1% between the sizes agrees; 5% more with the same noise does not."""
    rng = np.random.default_rng(3)
    firms = 1.0 + 0.2 * rng.standard_normal((8, 1))
    found = {size: firms * (1.0 + 0.01 * rng.standard_normal((8, 2))) for size in (10, 100)}
    found[10][:, 1] *= 1.05
    by_name = {each.quantity: each for each in compare(found, ["same", "shifted"]) if each.size == 10}
    assert by_name["same"].agrees
    assert not by_name["shifted"].agrees
    assert by_name["shifted"].difference == pytest.approx(0.05, abs=0.02)
    assert by_name["same"].half < 0.05
    assert by_name["same"].within_a_run
    assert not by_name["shifted"].within_a_run  # one run's interval is about 2.4 times 1.4%


def test_the_page_says_what_agrees() -> None:
    found = {10: np.array([[1.0], [1.1], [0.9]]), 100: np.array([[1.01], [1.09], [0.91]])}
    rows = compare(found, ["live_gmv"])
    text = page(found, rows, "2020-12-31")
    assert "**In 1 of 1 the difference of the means lies within the sampling interval of one run**" in text
    assert "**In 1 of 1 comparisons the means of 3 seeds agree within their sampling interval**" in text
    assert "| live_gmv | 10 | 1 | 10.00% |" in text
    assert "3 seeds" in text
    assert "Each taken alone, with 95% certainty, 0 of 1 would differ, where chance makes 0.1." in text


def test_the_page_says_what_would_differ_alone() -> None:
    """Of ten quantities one is a percent off, which its own interval tells and that of all together does not."""
    rng = np.random.default_rng(1)
    names = [f"quantity_{number}" for number in range(10)]
    found = {size: 1.0 + noise * rng.standard_normal((12, 10)) for size, noise in ((10, 0.01), (100, 0.001), (1000, 0.0001))}
    found[10][:, 3] += 0.01 - (found[10][:, 3] / found[1000][:, 3] - 1.0).mean()
    text = page(found, compare(found, names), "2020-12-31")
    assert "**In 30 of 30 comparisons the means" in text
    assert "**In 30 of 30 the difference" in text
    assert "`quantity_3` at 10 against 1,000 (+1.00% ±" in text
    assert "From 10 to 100 it falls by these factors, where independent consumers alone would make 3.2: `quantity_" in text


def test_two_small_sizes_are_compared_too() -> None:
    """What the largest size does not tell, as it lies between: 2% from the first to the second, 1% from either to the third."""
    noise = 0.003 * np.random.default_rng(5).standard_normal((3, 12, 1))
    found = {size: 1.0 + level + noise[number] for number, (size, level) in enumerate(((10, 0.01), (100, -0.01), (1000, 0.0)))}
    rows = compare(found, ["live_gmv"])
    assert [(each.size, each.against) for each in rows] == [(10, 100), (10, 1000), (100, 1000)]
    assert rows[0].difference == pytest.approx(0.02, abs=0.004)
    assert not rows[0].agrees
    assert not rows[0].within_a_run  # 2% where the noise of a pair is some 0.4%
    text = page(found, rows, "2020-12-31")
    assert "Not so `live_gmv` at 10 against 100 (+2." in text
    assert "| **+2." in text


def test_a_difference_that_only_many_runs_tell() -> None:
    """2% lie within what noise of 1.4% makes of one run, but not of the mean of a hundred; the interval is that of normal noise."""
    noise = 0.01 * np.random.default_rng(7).standard_normal((2, 100, 1))
    (found,) = compare({10: 1.02 + noise[0], 100: 1.0 + noise[1]}, ["live_gmv"])
    assert found.within_a_run
    assert not found.agrees
    assert found.run_half == pytest.approx(1.984 * 0.01 * 2**0.5, rel=0.2)
    assert found.half == pytest.approx(found.run_half / 10)
    text = page({10: 1.02 + noise[0], 100: 1.0 + noise[1]}, [found], "2020-12-31")
    assert "In 0 of 1 comparisons the means" in text
    assert "In 1 of 1 the difference" in text


def test_the_recorded_gini_is_that_of_two_samples() -> None:
    """What is published is not the plain coefficient, which at few consumers has chance in it."""
    engine = sim.build(sim.Configuration(consumers=500, brands=12, streamers=40), seed=1)
    for _ in range(6):
        engine.step()
    recorded = next(each for each in OBSERVABLES if each.name == "streamer_gmv_gini").value(Market(engine))
    apart = engine.arrays["streamer_sales_apart"][:, engine.arrays["streamer_active"] > 0]
    assert recorded == pytest.approx(gini_of_samples(*apart))
    assert recorded != pytest.approx(gini(apart.sum(axis=0)), rel=0.01)


def test_the_picture_is_drawn(tmp_path) -> None:
    rows = compare({10: np.array([[1.0], [1.1], [0.9]]), 100: np.array([[1.01], [1.09], [0.91]])}, ["live_gmv"])
    draw(rows, tmp_path / "sizes.svg")
    assert (tmp_path / "sizes.svg").stat().st_size > 1000


def test_a_market_of_thousands_is_one_of_tens_of_thousands() -> None:
    """Ten quantities of half a year at 3,000 and 24,000 consumers, ten seeds: no difference beyond the sampling interval.

    Not the exponent and the share that follows from it, which have in them what chance adds to the largest hosts.
    20,000 to 2,000,000 consumers: `python -m experiments.sizes`.
    """
    found = simulate((3_000, 24_000), 10, "2020-06-30", brands=60, streamers=120)
    rows = [each for each in compare(found) if each.quantity not in ("streamer_tail_exponent", "top100_gmv_share")]
    assert len(rows) == len(HEADLINES) - 2
    assert [f"{each.quantity}: {each.difference:+.1%} ± {each.half:.1%}" for each in rows if not each.agrees] == []
    assert all(each.half < 0.2 for each in rows), [f"{each.quantity}: ± {each.half:.1%}" for each in rows]
    assert np.median([each.half for each in rows]) < 0.08


def test_other_words_are_refused(capsys: pytest.CaptureFixture) -> None:
    assert main(["fast"]) == 2
    assert "quick" in capsys.readouterr().err
