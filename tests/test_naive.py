"""The benchmark continues made-up markets whose future is known, and says only what the history can carry."""

import numpy as np
import pytest

from experiments.naive import (
    USUAL_DAMPING,
    back_test,
    damped_trend,
    damping_of,
    gompertz,
    naive_answers,
    seasonal_naive,
)
from scenarios.data import History, load_history, load_report

YEARS = np.arange(2017, 2024)
FADING = np.exp(np.log(10) - 6 * 0.6 ** np.arange(14))
"""A Gompertz market that saturates at 10 and whose growth fades by 0.6 a year: known for 14 years."""


@pytest.fixture(scope="module")
def history() -> History:
    return load_history()


def test_damped_trend_by_hand():
    """100 to 110 is log growth 0.0953; faded by 0.8 and 0.64 that adds 7.92% and then 6.29%."""
    ahead = damped_trend([2022, 2023], [100.0, 110.0], 2)
    np.testing.assert_allclose(ahead, [118.71, 126.18], atol=0.01)


def test_damping_is_estimated_once_growth_tells():
    """Growth of 0.4, 0.2 and 0.1 halves each year; with two rates the usual damping stands in."""
    assert damping_of(np.array([0.4, 0.2, 0.1])) == pytest.approx(0.5)
    assert damping_of(np.array([0.4, 0.2])) == USUAL_DAMPING
    assert damping_of(np.array([0.1, 0.2, 0.4])) == 0.98


@pytest.mark.parametrize("forecast", [damped_trend, gompertz])
def test_saturating_market_is_continued_to_its_end(forecast):
    """Growth that fades by a constant factor is the Gompertz curve, so both benchmarks know its future."""
    ahead = forecast(YEARS, FADING[:7], 7)
    np.testing.assert_allclose(ahead, FADING[7:], rtol=2e-3)
    assert ahead[-1] == pytest.approx(10, rel=0.02)


def test_back_test_scores_a_known_error():
    """A forecast of no change misses 110 after 100 by 9.09% and 121 after 100 by 17.4%."""
    values = 100 * 1.1 ** np.arange(5)
    errors = back_test(lambda years, known, horizon: np.full(horizon, known[-1]), range(5), values, 2, first=3)
    assert errors == pytest.approx({1: 100 * (1 - 1 / 1.1), 2: 100 * (1 - 1 / 1.21)})


def test_logistic_market_is_missed_by_little():
    """On another S-curve than its own the damped trend errs by little at one year, by a quarter at three."""
    logistic = 10 / (1 + np.exp(-0.9 * (np.arange(12) - 5)))
    errors = back_test(damped_trend, range(2012, 2024), logistic, first=8)
    assert 0 < errors[1] < 5
    assert errors[1] < errors[2] < errors[3] < 30


def test_seasonal_naive_by_hand():
    """A first quarter of 12 after 10 grew by a fifth, so each quarter of last year grows by a fifth."""
    np.testing.assert_allclose(seasonal_naive([10, 20, 30, 40, 12], 5), [24, 36, 48, 14.4, 28.8])


def test_series_that_cannot_be_extended_are_refused_with_all_reasons():
    with pytest.raises(ValueError, match=r"a value is not a positive number; years are missing: 2022"):
        damped_trend([2021, 2023], [1.0, -1.0], 1)
    with pytest.raises(ValueError, match="at least 4 are needed"):
        gompertz([2021, 2022, 2023], [1.0, 2.0, 3.0], 1)
    with pytest.raises(ValueError, match="not in order"):
        damped_trend([2022, 2021], [1.0, 2.0], 1)
    with pytest.raises(ValueError, match="at least five"):
        seasonal_naive([1, 2, 3, 4], 1)


def test_one_house_is_missed_by_under_a_tenth_a_year_ahead(history):
    """Back-tested from four known years; three origins, so these are sizes and no more."""
    years, values = history.annual("livestream_gmv_100EC")
    trend, curve = back_test(damped_trend, years, values), back_test(gompertz, years, values)
    assert trend == pytest.approx({1: 7.5, 2: 16.3, 3: 29.0}, abs=0.1)
    assert curve == pytest.approx({1: 4.4, 2: 11.2, 3: 16.1}, abs=0.1)


def test_quarters_of_kuaishou_are_missed_by_some_percent(history):
    starts, values = history.quarters("kuaishou_gmv_q")
    errors = back_test(lambda _, known, horizon: seasonal_naive(known, horizon), range(16), values, 4, first=8)
    assert len(starts) == 16
    assert all(3 < error < 8 for error in errors.values())


def test_kuaishou_goes_on_growing_more_slowly(history):
    """After +25.9%, +24.1% and a jump before, next year's growth is positive and below the last."""
    years, values = history.annual("kuaishou_gmv_annual")
    ahead = damped_trend(years[-4:], values[-4:], 3)
    assert values[-1] < ahead[0] < ahead[1] < ahead[2] < values[-1] * (values[-1] / values[-2]) ** 3


def test_answers_name_their_house_and_rest_on_history(history):
    answers = naive_answers(history)
    report = load_report()
    for id, answer in answers.items():
        assert report.prediction(id)
        assert len(answer.text) > 40
        assert (answer.answer is None) == (answer.value is None) == (answer.house == "")
        assert all(history.series(name) for name in answer.house.split(" + ") if name)


def test_answers_are_what_fading_growth_implies(history):
    """From 4.9 the market reaches 5.7 in 2025, then grows by far less than 12%; brand rooms are unknown."""
    answers = naive_answers(history)
    assert {id: answer.answer for id, answer in answers.items()} == {
        "1.2.1-p1": True,
        "1.2.1-p2": False,
        "1.2.1-p3": False,
        "1.1.1-p1": True,
        "5.1-p1": True,
        "1.2.2-p1": None,
        "8.1-p1": None,
    }
    assert answers["1.2.1-p1"].value == pytest.approx(5.72, abs=0.01)
    assert answers["1.2.1-p2"].value == pytest.approx(0.075, abs=0.001)
    assert not answers["5.1-p1"].whole
