"""Sensitivities are those that can be worked out by hand, and what they rest on is checked."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.analysis.sensitivity import (
    LEVELS,
    ChanceShare,
    Indices,
    Screening,
    chance_share,
    important,
    morris,
    morris_points,
    runs_of,
    sobol,
    sobol_points,
)
from experiments.designs import Factor
from sim.errors import DataError
from tests.global_state import under_two_global_states

PI_RANGES = tuple(Factor(f"ishigami.x{number}", (-np.pi, np.pi)) for number in (1, 2, 3))
RANGES = (Factor("a.x", (10.0, 20.0)), Factor("a.y", (-0.5, 0.5)), Factor("b.z", (1e6, 1e6 + 4)), Factor("b.idle", (0.0, 1.0)))
COEFFICIENTS = np.array([2.0, -30.0, 1.0, 0.0])


def ishigami(points: np.ndarray) -> np.ndarray:
    """sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 (Ishigami & Homma 1990)."""
    x, y, z = points.T
    return np.sin(x) + 7.0 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


def screening_of(mu_star: list[float], conf: list[float], constant: bool = False) -> Screening:
    """A screening of which only sizes of effects matter."""
    values = np.array(mu_star)
    return Screening(tuple("abcdef"[: len(mu_star)]), values, values, np.array(conf), values, values, constant)


def test_sobol_indices_of_ishigami() -> None:
    """First and total orders and the one interaction are the analytic ones; the intervals are narrow and hold most of them."""
    points = sobol_points(PI_RANGES, 4096, True, seed=0)
    assert points.shape == (runs_of("sobol", 3, 4096, second_order=True), 3) == (32768, 3)
    found = sobol(PI_RANGES, ishigami(points), True, seed=0)
    first, total, interaction = [0.3139, 0.4424, 0.0], [0.5576, 0.4424, 0.2437], 0.2437
    assert found.names == tuple(factor.name for factor in PI_RANGES)
    np.testing.assert_allclose(found.first_order, first, atol=0.02)
    np.testing.assert_allclose(found.total_order, total, atol=0.02)
    np.testing.assert_allclose(found.second_order, [[0, 0, interaction], [0, 0, 0], [interaction, 0, 0]], atol=0.03)
    assert (np.abs(found.total_order - total) < 2 * found.total_order_conf).all()
    assert (found.first_order_conf > 0).all()
    assert (found.first_order_conf < 0.06).all()
    assert np.isfinite(found.second_order_conf).all()
    assert not found.constant


def test_sobol_indices_without_second_order() -> None:
    """Of y = 3 x1 + x2 with an idle x3 the shares are 9 : 1 : 0, alone and in total."""
    factors = tuple(Factor(f"linear.x{number}", (0.0, 1.0)) for number in range(3))
    points = sobol_points(factors, 1024, False, seed=4)
    assert len(points) == runs_of("sobol", 3, 1024) == 5120
    found = sobol(factors, 1e9 + points @ [3.0, 1.0, 0.0], False, seed=4)
    np.testing.assert_allclose(found.first_order, [0.9, 0.1, 0.0], atol=0.01)
    np.testing.assert_allclose(found.total_order, [0.9, 0.1, 0.0], atol=0.01)
    assert found.second_order is found.second_order_conf is None


def test_effects_of_a_linear_model_are_exact() -> None:
    """mu_star is the coefficient's size times the range, mu has its sign, nothing is uncertain; a range may be narrow."""
    points = morris_points(RANGES, 6, seed=0)
    assert points.shape == (runs_of("morris", 4, 6), 4) == (30, 4)
    outputs = points @ COEFFICIENTS
    found = morris(RANGES, points, outputs, seed=0)
    np.testing.assert_allclose(found.mu_star, [20.0, 30.0, 4.0, 0.0], atol=1e-3)
    np.testing.assert_allclose(found.mu, [20.0, -30.0, 4.0, 0.0], atol=1e-3)
    np.testing.assert_allclose(found.sigma, 0.0, atol=1e-3)
    np.testing.assert_allclose(found.mu_star_conf, 0.0, atol=1e-3)
    np.testing.assert_allclose(found.standardised, found.mu_star / outputs.std())
    thousandfold = morris(RANGES, points, 1000.0 * outputs, seed=0)
    np.testing.assert_allclose(thousandfold.standardised, found.standardised)


def test_effects_of_changing_sign_and_of_interactions() -> None:
    """Of y = x1 x2 between -1 and 1 both factors have effects of both signs: mu falls short of mu_star, and sigma is large."""
    factors = (Factor("a.x", (-1.0, 1.0)), Factor("a.y", (-1.0, 1.0)))
    points = morris_points(factors, 200, seed=1)
    found = morris(factors, points, points[:, 0] * points[:, 1], seed=1)
    # Each effect is 2 times the other factor, which is -1, -1/3, 1/3 or 1, equally often: mu* 4/3, sigma sqrt(20/9).
    np.testing.assert_allclose(found.mu_star, 4 / 3, atol=0.1)
    np.testing.assert_allclose(found.mu, 0.0, atol=0.3)
    np.testing.assert_allclose(found.sigma, np.sqrt(20 / 9), atol=0.1)
    assert (found.mu_star_conf > 0.02).all()


@pytest.mark.parametrize("levels", [2, 4, 8])
def test_points_of_a_screening_lie_on_levels(levels: int) -> None:
    """Each value is one of the levels, both ends among them; from row to row one factor moves."""
    points = morris_points(RANGES, 40, seed=3, levels=levels)
    unit = (points - [10, -0.5, 1e6, 0]) / [10, 1, 4, 1]
    np.testing.assert_allclose(unit * (levels - 1), np.round(unit * (levels - 1)), atol=1e-3)
    assert unit.min() == 0.0
    assert unit.max() == 1.0
    assert ((np.diff(points.reshape(40, 5, 4), axis=1) != 0).sum(axis=2) == 1).all()
    morris(RANGES, points, points[:, 0], seed=0, levels=levels)


def test_one_factor_is_enough() -> None:
    """With a single factor all of the variance is its own."""
    (factor,) = factors = (Factor("a.x", (0.0, 2.0)),)
    points = morris_points(factors, 2, seed=0)
    screened = morris(factors, points, 3.0 * points[:, 0], seed=0)
    assert screened.mu_star[0] == pytest.approx(6.0, abs=1e-3)
    assert important(screened, 1.0) == (factor.name,)
    points = sobol_points(factors, 256, True, seed=0)
    assert sobol(factors, points[:, 0], True, seed=0).total_order[0] == pytest.approx(1.0, abs=0.05)


def test_the_seed_alone_decides() -> None:
    """Seed 0 is a seed like others: the same points and intervals, with numpy's global state neither used nor moved."""

    def everything(seed: int) -> list[np.ndarray]:
        screened, points = morris_points(RANGES, 4, seed), sobol_points(PI_RANGES, 16, True, seed)
        effects, indices = morris(RANGES, screened, screened[:, 0] ** 2, seed), sobol(PI_RANGES, ishigami(points), True, seed)
        return [screened, points, effects.mu_star_conf, indices.first_order_conf, indices.second_order_conf]

    for one, again, other in zip(*under_two_global_states(lambda: everything(0)), everything(5), strict=True):
        assert (one == again).all()
        assert (one != other).any()


@pytest.mark.parametrize("value", [0.0, 0.1, -3e9])
def test_constant_outputs_depend_on_nothing(value: float) -> None:
    """They give zeros and say so, even when rounding makes them differ."""
    points = morris_points(RANGES, 3, seed=0)
    outputs = np.full(len(points), value)
    outputs[4] = np.nextafter(value, np.sign(value))
    found = morris(RANGES, points, outputs, seed=0)
    assert found.constant
    numbers = [found.mu, found.mu_star, found.mu_star_conf, found.sigma, found.standardised]
    indices = sobol(PI_RANGES, np.full(8 * 8, value), True, seed=0)
    assert indices.constant
    numbers += [indices.first_order, indices.first_order_conf, indices.total_order, indices.total_order_conf]
    assert all((each == 0).all() for each in [*numbers, indices.second_order, indices.second_order_conf])
    assert important(found, 0.5) == ("a.x", "a.y")


@pytest.mark.parametrize("second_order", [False, True])
def test_outputs_that_hardly_ever_differ_give_finite_indices(second_order: bool) -> None:
    """One other value among all leaves no gap and raises no warning, wherever it is."""
    size = runs_of("sobol", 3, 8, second_order)
    for row in range(size):
        found = sobol(PI_RANGES, np.eye(size)[row], second_order, seed=0)
        kept = [found.first_order, found.first_order_conf, found.total_order, found.total_order_conf]
        assert np.isfinite(kept).all()
        if second_order:
            assert np.isfinite([found.second_order, found.second_order_conf]).all()


def test_whole_and_true_outputs_count_as_numbers() -> None:
    """Counts and truths are outputs like any other."""
    points = morris_points(RANGES, 5, seed=0)
    for outputs in (points[:, 0] > 15, (points[:, 0] > 15).astype(int)):
        assert morris(RANGES, points, outputs, seed=0).mu_star.tolist() == [pytest.approx(1.5), 0, 0, 0]


def test_outputs_that_are_no_numbers_are_refused() -> None:
    """How many and which rows is said, of screenings, indices and replicates."""
    points = morris_points(RANGES, 4, seed=0)
    outputs = points[:, 0].copy()
    outputs[[3, 11]] = np.nan, np.inf
    with pytest.raises(DataError, match="2 of 20 rows hold no finite number: 3, 11, from 0"):
        morris(RANGES, points, outputs, seed=0)
    outputs = np.ones(runs_of("sobol", 3, 8))
    outputs[2:9] = np.nan
    with pytest.raises(DataError, match=r"7 of 40 rows hold no finite number: 2, 3, 4, 5, 6, \.\.\., from 0"):
        sobol(PI_RANGES, outputs, False, seed=0)
    with pytest.raises(DataError, match="1 of 3 rows hold no finite number: 1, from 0"):
        chance_share(np.array([[1.0, 2.0], [np.nan, np.nan], [3.0, 4.0]]))


def test_points_and_outputs_that_do_not_belong_together_are_refused() -> None:
    """Shuffled rows, other levels, another range, a lost row and another order are all seen, and told at once."""
    points = morris_points(RANGES, 4, seed=0)
    outputs = points[:, 0]
    for wrong in (points[::-1][np.r_[1, 0, 2:20]], points[np.r_[0, 0, 2:20]], points[:, :3], points[:-1], points[:5]):
        with pytest.raises(DataError, match="rows are no trajectories of 4 factors and 4 levels"):
            morris(RANGES, wrong, outputs[: len(wrong)], seed=0)
    with pytest.raises(DataError, match="4 factors and 6 levels"):
        morris(RANGES, points, outputs, seed=0, levels=6)
    with pytest.raises(DataError, match="no trajectories"):
        morris((Factor("a.x", (10.0, 30.0)), *RANGES[1:]), points, outputs, seed=0)
    with pytest.raises(DataError) as refused:
        morris(RANGES, points[:-1], outputs, seed=0)
    assert len(refused.value.faults) == 2
    for shape in ((20, 1), (2, 20), ()):
        with pytest.raises(DataError, match="give one number for each of 20 points"):
            morris(RANGES, points, np.zeros(shape), seed=0)
    for dimensions in (1, 2, 3, 6):
        factors = RANGES[:1] * dimensions
        with pytest.raises(DataError, match=f"{dimensions} factors take with second order"):
            sobol(factors, np.arange(float(runs_of("sobol", dimensions, 16))), True, seed=0)
        with pytest.raises(DataError, match=f"{dimensions} factors take without second order"):
            sobol(factors, np.arange(float(runs_of("sobol", dimensions, 16, second_order=True))), False, seed=0)


def test_designs_that_say_nothing_are_refused() -> None:
    """One trajectory, odd levels, one sample, no power of two, no factor."""
    with pytest.raises(DataError) as refused:
        morris_points((), 1, seed=0, levels=3)
    assert [fault.split()[0] for fault in refused.value.faults] == ["factors:", "trajectories", "levels"]
    with pytest.raises(DataError, match=r"samples = 100 is no power of two.*64 or 128"):
        sobol_points(PI_RANGES, 100, False, seed=0)
    with pytest.raises(DataError, match="samples = 1, but"):
        sobol_points(PI_RANGES, 1, False, seed=0)
    with pytest.raises(DataError, match="factors: there are none"):
        sobol_points((), 2, False, seed=0)
    with pytest.raises(DataError, match="factors: there are none"):
        sobol((), np.arange(4.0), False, seed=0)
    with pytest.raises(DataError, match="factors: there are none"):
        morris((), np.empty((4, 0)), np.arange(4.0), seed=0)


def test_important_factors() -> None:
    """Those whose upper bound reaches the share, the greatest first; ties stay in order, two are kept at least."""
    table = screening_of([1.0, 10.0, 0.5, 2.0], [0.0, 1.0, 1.5, 0.0])
    assert important(table, 0.2) == ("b", "d", "c")
    assert important(table, 0.21) == ("b", "d")
    assert important(table, 1.0) == ("b", "d")
    assert important(table, 0.0) == ("b", "d", "a", "c")
    assert important(screening_of([3.0, 3.0, 3.0], [0.0] * 3), 1.0) == ("a", "b", "c")
    for share in (-0.1, 1.1, float("nan")):
        with pytest.raises(DataError, match=r"outside \[0, 1\]"):
            important(table, share)


def test_chance_share_by_hand() -> None:
    """Rows (1, 3) and (5, 7): within 2, between 2 * 8 = 16, so chance is 2 of 2 + (16 - 2) / 2 = 9."""
    found = chance_share(np.array([[1.0, 3.0], [5.0, 7.0]]))
    assert found.value == pytest.approx(2 / 9)
    # F = 8 with 1 and 2 degrees of freedom; 5% and 95% quantiles of F are 2 / 398.5 and 18.5128.
    low, high = 2 / 398 / 8, 18.5128 / 8
    assert found.low == pytest.approx(2 * low / (1 + low), rel=0.01)
    assert found.high == pytest.approx(min(1.0, 2 * high / (1 + high)), rel=0.01)
    assert chance_share(np.array([[1.0, 1.0], [2.0, 2.0]])) == ChanceShare(0.0, 0.0, 0.0)
    assert chance_share(np.array([[1.0, 2.0], [2.0, 1.0]])) == ChanceShare(1.0, 1.0, 1.0)
    assert chance_share(np.full((3, 2), 0.1)) == ChanceShare(0.0, 0.0, 0.0)
    for shape in ((4,), (1, 4), (4, 1), (0, 2), (2, 2, 2)):
        with pytest.raises(DataError, match="at least two of each"):
            chance_share(np.zeros(shape))


def test_chance_share_is_held_by_its_interval() -> None:
    """Of normal outputs with a quarter of chance, 90% of the intervals hold a quarter, and the estimates centre on it."""
    random = np.random.default_rng(11)
    found = []
    for _ in range(400):
        found.append(chance_share(random.normal(0.0, np.sqrt(3.0), (30, 1)) + random.normal(0.0, 1.0, (30, 3))))
    held = np.mean([each.low <= 0.25 <= each.high for each in found])
    assert 0.86 <= held <= 0.94
    assert np.median([each.value for each in found]) == pytest.approx(0.25, abs=0.02)


def test_screening_ranks_as_the_indices_do() -> None:
    """Of Sobol's G with a = 0, 1, 9, 99 screening and total order agree, and S1 is (1/3) / (1 + a)^2 over the variance."""
    a = np.array([0.0, 1.0, 9.0, 99.0])
    factors = tuple(Factor(f"g.x{number}", (0.0, 1.0)) for number in range(4))

    def g(points: np.ndarray) -> np.ndarray:
        return np.prod((np.abs(4 * points - 2) + a) / (1 + a), axis=1)

    screened = morris_points(factors, 100, seed=2, levels=2 * LEVELS)
    effects = morris(factors, screened, g(screened), seed=2, levels=2 * LEVELS)
    points = sobol_points(factors, 2048, False, seed=2)
    indices: Indices = sobol(factors, g(points), False, seed=2)
    alone = 1 / 3 / (1 + a) ** 2
    np.testing.assert_allclose(indices.first_order, alone / (np.prod(1 + alone) - 1), atol=0.03)
    assert np.argsort(-effects.mu_star).tolist() == np.argsort(-indices.total_order).tolist() == [0, 1, 2, 3]
    assert important(effects, 0.3)[:2] == ("g.x0", "g.x1")
