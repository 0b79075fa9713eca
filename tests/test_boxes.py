"""PRIM finds the conditions under which something happens, and not those that make no difference."""

import numpy as np
import pytest

from experiments.analysis.boxes import Box, chosen, covering, described, inside, peeled, pruned
from sim.errors import DataError


def made_up(cases=2000, noise=0.0, seed=1):
    """Five conditions; of interest is what lies above 0.6 in the first and below 0.3 in the third, but for noise."""
    random = np.random.default_rng(seed)
    x = random.random((cases, 5))
    y = (x[:, 0] > 0.6) & (x[:, 2] < 0.3)
    return x, y ^ (random.random(cases) < noise)


@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_a_made_up_box_is_found(noise):
    """Its two limits within a slice, and no other condition."""
    box = covering(*made_up(noise=noise), most=1)[0]
    assert box.restricted == [0, 2]
    assert box.low[0] == pytest.approx(0.6, abs=0.06)
    assert box.high[2] == pytest.approx(0.3, abs=0.06)
    assert box.density > 0.9
    assert all(chance < 1e-6 for chance in box.chance.values())


def test_numbers_of_a_small_table_by_hand():
    """20 cases of 0 to 19, the last five of interest: a box of 15 and more holds all of them and nothing else."""
    x, y = np.arange(20.0)[:, None], np.arange(20) >= 15
    boxes = peeled(x, y)
    assert (boxes[0].coverage, boxes[0].density, boxes[0].mass, boxes[0].cases) == (1.0, 0.25, 1.0, 20)
    assert boxes[1].low[0] == 1.0
    assert boxes[1].density == pytest.approx(5 / 19)
    box = chosen(boxes)
    assert (box.low[0], box.high[0]) == (15.0, np.inf)
    assert (box.coverage, box.density, box.mass, box.cases) == (1.0, 1.0, 0.25, 5)
    assert box.chance[0] == pytest.approx(0.25**5)


def test_columns_of_few_values_are_peeled_value_by_value():
    """Three scenarios coded 0, 1, 2, of which the middle one is of interest; ties leave together."""
    x = np.repeat([0.0, 1.0, 2.0], 20)[:, None]
    box = chosen(peeled(x, x[:, 0] == 1))
    assert (box.low[0], box.high[0]) == (1.0, 1.0)
    assert box.density == 1.0


def test_a_second_box_covers_what_the_first_leaves():
    """Two corners of interest."""
    x = np.random.default_rng(3).random((3000, 2))
    y = ((x[:, 0] < 0.2) & (x[:, 1] < 0.2)) | ((x[:, 0] > 0.8) & (x[:, 1] > 0.8))
    found = covering(x, y, most=4, coverage=0.4)
    assert len(found) >= 2
    in_any = np.any([inside(x, box.low, box.high) for box in found[:2]], axis=0)
    assert y[in_any].sum() / y.sum() > 0.9


def test_noise_alone_gives_no_sure_condition():
    """Where nothing matters, what the chosen box restricts is dropped as chance in most tries."""
    random = np.random.default_rng(5)
    found = [covering(random.random((300, 3)), random.random(300) < 0.3, most=1) for _ in range(20)]
    restricted = [len(boxes[0].restricted) if boxes else 0 for boxes in found]
    assert np.median(restricted) <= 1


def test_many_conditions_of_noise_give_no_box():
    """Ten conditions and a hundred cases, of which none matters: a box in one of twenty tries, not in one of three."""
    found = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        found += len(covering(random.random((100, 10)), random.random(100) < 0.3, most=1))
    assert found <= 3  # of 20 at 5% each: more in 1.6% of all such tests


def test_one_condition_of_many_is_found_in_two_hundred_cases():
    """36 parameters, as many as a fit leaves free, of which one decides."""
    random = np.random.default_rng(1)
    x = random.random((200, 36))
    box = covering(x, (x[:, 0] > 0.6) & (random.random(200) < 0.8), most=1)[0]
    assert 0 in box.restricted
    assert box.luck == pytest.approx(1 / 60)


def test_restrictions_that_chance_explains_are_dropped():
    """A box made by hand restricts the condition that decides and one that does not."""
    x, y = made_up(500)
    low, high = np.full(5, -np.inf), np.full(5, np.inf)
    low[0], high[2], low[4] = 0.6, 0.3, 0.02
    box = pruned(x, y, described(x, y, low, high))
    assert box.restricted == [0, 2]


def test_constant_conditions_are_left_alone():
    x, y = made_up(400)
    x[:, 1] = 0.5
    assert 1 not in chosen(peeled(x, y)).restricted


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        (np.zeros((5, 1)), np.array([True, False, True, False, True]), "too few"),
        (np.zeros((30, 1)), np.zeros(30, bool), "None of the 30 cases"),
        (np.zeros((30, 1)), np.ones(30, bool), "All of the 30 cases"),
        (np.full((30, 1), np.nan), np.arange(30) > 3, "no numbers"),
    ],
)
def test_what_cannot_be_asked(x, y, said):
    with pytest.raises(DataError, match=said):
        peeled(x, y)


def test_chosen_prefers_density_then_coverage_then_simplicity():
    """Boxes made by hand."""
    free = np.array([-np.inf, -np.inf]), np.array([np.inf, np.inf])
    narrow = np.array([0.5, -np.inf]), free[1]
    sparse = Box(*free, 1.0, 0.2, 1.0, 100, {})
    dense = Box(*narrow, 0.6, 0.9, 0.1, 10, {0: 0.01})
    thin = Box(*narrow, 0.4, 1.0, 0.1, 10, {0: 0.01})
    assert chosen([sparse, dense, thin]) is dense
    assert chosen([sparse, dense, thin], coverage=0.3) is thin
