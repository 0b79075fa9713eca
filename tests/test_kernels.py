"""Each kernel against plain numpy on adversarial data, and against numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special, stats

from sim.fields import QUANTUM, SLOTS
from sim.kernels.choice import WIDTH, add_noise, exp32, gumbel_argmax, log32
from sim.kernels.compiled import compiled, count, rows_where, rows_with
from sim.kernels.random import fill_uniform
from sim.kernels.sections import pick, pick_each, pick_in_order, places_of, sections_of
from sim.kernels.sums import BY_INDEX, EACH, TOGETHER, shares_among, transfer

KEY = np.uint64(0x1234_5678_9ABC_DEF0)


def test_sections_by_hand() -> None:
    """Rows 0, 2 in section 1 with weights 1, 3; row 1 alone in section 0; section 2 is empty."""
    cdf, guide, members = sections_of(np.array([1.0, 5.0, 3.0]), np.array([1, 0, 1]), 3, 4)
    assert guide.tolist() == [[0, 0, 0, 0], [1, 2, 2, 2], [-1, -1, -1, -1]]
    assert members.tolist() == [1, 0, 2]
    assert cdf.tolist() == [1.0, 0.25, 1.0]
    out = np.empty(4, np.int32)
    u = np.array([0.2, 0.25, 0.99, 0.5], np.float32)
    pick_each(cdf, guide, members, np.array([1, 1, 0, 2]), u, out)
    assert out.tolist() == [0, 2, 1, -1]


weights = st.one_of(st.sampled_from([0.0, 0.0, 1.0, 1e-12, 1e9]), st.floats(0.0, 10.0, allow_subnormal=False))
sectioned = st.integers(1, 15).flatmap(
    lambda m: st.tuples(hnp.arrays(float, m, elements=weights), hnp.arrays(np.int64, m, elements=st.integers(0, 3)))
)


@pytest.mark.parametrize("cells", [1, 64, 4096])
@given(sectioned, st.integers(1, 40).map(lambda n: np.random.default_rng(n).random(n, np.float32)))
def test_draws_are_those_of_a_search_in_cumulative_weights(cells: int, rows: tuple, u: np.ndarray) -> None:
    """Ties, weights of zero, sections without rows or weight, one row alone: as plain numpy finds them, however long the guide."""
    weight, section = rows
    cdf, guide, members = sections_of(weight, section, 5, cells)
    for wanted in range(5):
        inside = np.flatnonzero(section == wanted)
        edges = np.cumsum(weight[inside])
        out = np.empty(u.size, np.int32)
        pick_each(cdf, guide, members, np.full(u.size, wanted), u, out)
        if inside.size == 0 or edges[-1] <= 0.0:
            assert (out == -1).all()
            continue
        at = np.searchsorted(edges / edges[-1], u.astype(float), side="right")
        assert out.tolist() == inside[np.minimum(at, inside.size - 1)].tolist()
        assert (weight[out] > 0.0).all()


@pytest.mark.parametrize("rows", [1, 33, 20_000])
def test_no_search_leaves_a_table_without_weight(rows: int) -> None:
    """Whatever lies behind the table in memory: where nothing has weight nobody is drawn, and every search ends at its first entry."""
    cdf, guide, members = sections_of(np.zeros(rows), np.arange(rows) % 3, 4, 64)
    assert (cdf == 1.0).all()
    out = np.zeros(4_000, np.int32)
    pick_each(cdf, guide, members, np.arange(out.size) % 4, np.linspace(0.0, 1.0, out.size, endpoint=False, dtype=np.float32), out)
    assert (out == -1).all()
    for section in range(4):
        assert pick.py_func(cdf, guide, members, section, np.float32(1.0 - 2.0**-24)) == -1  # numpy would refuse to look beyond the end


def test_draws_follow_the_weights() -> None:
    """Weights 1, 0, 2, 5 of one room each: shares of an eighth, none, a quarter and five eighths."""
    weight, u = np.array([1.0, 0.0, 2.0, 5.0]), np.random.default_rng(0).random(80_000, np.float32)
    cdf, guide, members = sections_of(weight, np.zeros(4, np.int64), 1, 512)
    out = np.empty(u.size, np.int32)
    pick_each(cdf, guide, members, np.zeros(u.size, np.int8), u, out)
    counts = np.bincount(out, minlength=4)
    assert counts[1] == 0
    assert stats.chisquare(counts[[0, 2, 3]], np.array([1, 2, 5]) * 10_000).pvalue > 1e-4


@pytest.mark.parametrize("cells", [1, 2, 16, 512])
def test_a_draw_on_an_edge_passes_all_without_weight(cells: int) -> None:
    """Weights 1, 0, 0, 0, 15: a sixteenth is the edge of four rows at once, and belongs to the last row alone."""
    weight, u = np.array([1.0, 0.0, 0.0, 0.0, 15.0]), np.float32([0.0, 0.0625 - 2.0**-24, 0.0625, 1.0 - 2.0**-24])
    cdf, guide, members = sections_of(weight, np.zeros(5, np.int64), 1, cells)
    out, alone = np.empty(4, np.int32), np.empty(4, np.uint32)
    pick_each(cdf, guide, members, np.zeros(4, np.int8), u, out)
    pick_in_order(cdf.astype(np.float32), guide[0], u, alone)
    assert out.tolist() == alone.tolist() == [0, 0, 4, 4]


@given(hnp.arrays(float, st.integers(1, 40), elements=weights), st.integers(1, 100))
def test_draws_of_one_section_are_those_of_a_search(weight: np.ndarray, seed: int) -> None:
    """As numpy finds them in the same float32 edges, draws on an edge and the greatest draw included."""
    cdf, guide, _ = sections_of(weight, np.zeros(weight.size, np.int64), 1, 64)
    edges = cdf.astype(np.float32)
    if weight.sum() <= 0.0:
        with pytest.raises(ValueError, match="no row has a weight"):
            pick_in_order(edges, guide[0], np.zeros(1, np.float32), np.empty(1, np.uint32))
        return
    u = np.concatenate([np.random.default_rng(seed).random(50, np.float32), edges[edges < 1.0], np.float32([0.0, 1.0 - 2.0**-24])])
    out = np.empty(u.size, np.uint32)
    pick_in_order(edges, guide[0], u, out)
    assert out.tolist() == np.searchsorted(edges, u, side="right").tolist()


def test_a_fifth_draw_leaves_the_others_alone_and_is_uniform() -> None:
    """The first four words of five are those of four; the fifth is made of their low bytes, uniform and tied to none."""
    four, five = np.empty((4, 40_000), np.float32), np.empty((5, 40_000), np.float32)
    fill_uniform(four, KEY, 3, 11)
    fill_uniform(five, KEY, 3, 11)
    assert (five[:4] == four).all()
    assert 0.0 <= five[4].min() <= five[4].max() < 1.0
    assert stats.kstest(five[4], "uniform").pvalue > 1e-4
    assert np.abs(np.corrcoef(five)[4, :4]).max() < 0.02


@compiled
def exponentials(x: np.ndarray, out: np.ndarray) -> None:
    for i in range(x.size):
        out[i] = exp32(x[i])


def test_exp32_is_the_exponential() -> None:
    """Within 2e-7 relative; 1 at 0; beyond -87 and 88 as there."""
    x = np.concatenate([np.linspace(-87, 88, 100_001), np.linspace(-1e-3, 1e-3, 1_001)]).astype(np.float32)
    out = np.empty_like(x)
    exponentials(x, out)
    assert np.abs(out / np.exp(x.astype(float)) - 1.0).max() < 2e-7
    ends = np.empty(5, np.float32)
    exponentials(np.array([0.0, -1e30, -87.0, 88.0, 1e30], np.float32), ends)
    assert ends[0] == 1.0
    assert 0.0 < ends[1] == ends[2] < ends[3] == ends[4] < np.inf


@given(hnp.arrays(float, st.integers(1, 8), elements=st.floats(0.0, 5.0)), st.integers(1, 50))
def test_places_among_edges(parts: np.ndarray, count: int) -> None:
    edges = np.cumsum(parts + 0.01)
    edges = (edges / edges[-1]).astype(np.float32)
    u = np.random.default_rng(count).random(count, np.float32)
    places = np.empty(count, np.int8)
    places_of(edges, u, places)
    assert places.tolist() == np.searchsorted(edges[:-1], u, side="right").tolist()


@compiled
def count_all(total: np.ndarray, index: np.ndarray, value: np.ndarray) -> None:
    for i in range(index.size):
        count(total, index[i], value[i])


@given(st.integers(0, 30).flatmap(lambda n: hnp.arrays(np.int32, n, elements=st.integers(0, 3))), st.randoms())
def test_sums_are_exact_in_any_order(index: np.ndarray, random) -> None:
    value = np.random.default_rng(index.size).random(index.size) * 1e6
    order = list(range(index.size))
    random.shuffle(order)
    total, again = np.zeros(4, np.int64), np.zeros(4, np.int64)
    count_all(total, index, value)
    count_all(again, index[order], value[order])
    assert total.tolist() == again.tolist()
    assert total.tolist() == [sum(round(v / QUANTUM) for v in value[index == j]) for j in range(4)]


def test_shares_among_neighbours_by_hand() -> None:
    """Two tiles of three who know each other; the tie 0-1 of each leads to the other tile: 0 knows 4 and 2, 1 knows 3 and 2."""
    templates = np.array([[[1, 2], [0, 2], [0, 1]]] * 2, np.uint16)
    ends = [np.full((2, 1), end, np.uint16) for end in (0, 1)]
    swapped = np.array([[1], [0]], np.int32)
    one, other = np.array([1, 0, 0, 0, 1, 0], np.uint8), np.array([1, 1, 1, 0, 0, 0], np.uint8)
    out_one, out_other = np.empty(3, np.float32), np.empty(3, np.float32)
    shares_among(one, other, templates, *ends, swapped, swapped, 3, 0, 0, out_one, out_other)
    assert out_one.tolist() == [0.5, 0.0, 0.5]
    assert out_other.tolist() == [0.5, 0.5, 1.0]


@pytest.mark.parametrize(
    ("values", "total"),
    [([], 0.0), ([1.0, 2.5], 3.5), ([1.0, -0.1], None), ([np.nan], None), ([np.inf, 1.0], None)],
)
def test_valid_amounts_alone_are_transferred(values: list[float], total: float | None) -> None:
    payer, payee, nobody = np.zeros(len(values)), np.zeros(1), np.zeros(0, np.int64)
    found = transfer(payer, nobody, EACH, payee, nobody, TOGETHER, np.array(values))
    assert np.isnan(found) if total is None else found == total
    assert payee[0] == (total or 0.0)
    assert payer.sum() == -payee[0]


def test_a_transfer_by_hand() -> None:
    """Accounts 0, 2 and 0 pay 0.5, 1 and 0.25 to accounts 1, 1 and 0; an unknown account stops all of it."""
    payer, payee = np.array([1.0, 2.0, 3.0]), np.zeros(2)
    amounts, places, others = np.array([0.5, 1.0, 0.25]), np.array([0, 2, 0]), np.array([1, 1, 0], np.int32)
    assert transfer(payer, places, BY_INDEX, payee, others, BY_INDEX, amounts) == 1.75
    assert payer.tolist() == [0.25, 2.0, 2.0]
    assert payee.tolist() == [0.25, 1.5]
    assert transfer(payer, places + 1, BY_INDEX, payee, others, BY_INDEX, amounts) == -1.0
    assert transfer(payer, places, BY_INDEX, payee, others[:2], BY_INDEX, amounts) == -2.0
    assert payer.tolist() == [0.25, 2.0, 2.0]


def choose(utility: np.ndarray, index: np.ndarray, outside: float = 0.0, step: int = 3, first: int = 0) -> tuple:
    """Rows of any number of alternatives, filled up with places without one, whose worth must not matter."""
    rows, given = utility.shape
    more = ((0, 0), (0, WIDTH - given))
    place, chosen = np.empty(rows, np.int8), np.empty(rows, np.int32)
    full = np.pad(utility, more, constant_values=77.0).astype(np.float32), np.pad(index, more, constant_values=-1).astype(np.int32)
    gumbel_argmax(*map(np.asfortranarray, full), outside, KEY, step, first, place, chosen)
    return place, chosen


def test_a_choice_is_as_wide_as_the_offers_of_a_week() -> None:
    assert WIDTH == SLOTS


def test_choices_are_logit() -> None:
    """Shares of 200,000 rows against softmax of (0 outside, 1, -0.5, 2)."""
    rows = 200_000
    utility = np.tile([1.0, -0.5, 2.0], (rows, 1))
    _, chosen = choose(utility, np.tile([7, 11, 900_000], (rows, 1)))
    counts = [(chosen == who).sum() for who in (-1, 7, 11, 900_000)]
    expected = special.softmax([0.0, 1.0, -0.5, 2.0]) * rows
    assert stats.chisquare(counts, expected).pvalue > 1e-4


def test_noise_is_standard_gumbel() -> None:
    noise = np.empty(200_000, np.float32)
    rows = np.arange(noise.size, dtype=np.uint32)
    add_noise(np.zeros(noise.size, np.float32), np.full(noise.size, 7, np.int32), rows, noise)
    assert np.isfinite(noise).all()
    assert stats.kstest(noise.astype(float), "gumbel_r").pvalue > 1e-4


@given(st.floats(np.float32(1e-37), np.float32(3e38), width=32))
def test_the_logarithm_is_right_to_the_last_bits(x: float) -> None:
    assert float(log32(np.float32(x))) == pytest.approx(np.log(x), rel=4e-7, abs=2e-6)


@given(st.integers(0, 1000), st.permutations(range(5)))
def test_noise_belongs_to_row_and_alternative_never_to_a_position(seed: int, order: list[int]) -> None:
    """Offers shown in another order, among others that nobody wants or that are not there, are chosen alike."""
    rng = np.random.default_rng(seed)
    utility, index = rng.normal(size=(40, 5)), np.array([rng.permutation(60)[:5] for _ in range(40)])
    place, chosen = choose(utility, index)
    moved_place, moved_chosen = choose(utility[:, order], index[:, order])
    assert moved_chosen.tolist() == chosen.tolist()
    assert [order[k] if k >= 0 else -1 for k in moved_place] == place.tolist()
    empty = np.full((40, 1), -1)
    _, among_more = choose(np.hstack([np.full((40, 1), 99.0), utility]), np.hstack([empty, index]))
    assert among_more.tolist() == chosen.tolist()


@given(st.integers(1, 300), st.integers(0, 10_000))
def test_choices_do_not_depend_on_the_block(split: int, first: int) -> None:
    rng = np.random.default_rng(first)
    utility, index = rng.normal(size=(600, 4)), rng.integers(-1, 50, (600, 4))
    whole = choose(utility, index, first=first)
    parts = choose(utility[:split], index[:split], first=first), choose(utility[split:], index[split:], first=first + split)
    for place in range(2):
        assert whole[place].tolist() == np.concatenate([parts[0][place], parts[1][place]]).tolist()


def test_without_any_offer_nothing_is_chosen() -> None:
    place, chosen = choose(np.full((3, 2), 50.0), np.full((3, 2), -1), outside=-50.0)
    assert place.tolist() == chosen.tolist() == [-1, -1, -1]


def test_a_better_outside_wins_more_often() -> None:
    utility, index = np.zeros((2000, 2)), np.tile([3, 4], (2000, 1))
    bought = [(choose(utility, index, outside=value)[1] >= 0).sum() for value in (-3.0, 0.0, 3.0)]
    assert bought[0] > bought[1] > bought[2] > 0


@compiled
def listed(place):
    """`rows_with` and `rows_where` as rules use them."""
    return rows_with(place), rows_where(place == 3)


@given(hnp.arrays(np.int8, st.integers(0, 40), elements=st.sampled_from([-1, 0, 3])))
def test_rows_with_a_place(place) -> None:
    """All of them and no others, in order, for nobody, everybody and none at all."""
    placed, flagged = listed(place)
    assert placed.tolist() == np.flatnonzero(place >= 0).tolist()
    assert flagged.tolist() == np.flatnonzero(place == 3).tolist()
    assert placed.dtype == flagged.dtype == np.uintp


def test_a_section_whose_weights_are_no_number_together_is_drawn_from_by_nobody() -> None:
    """Two weights of 1e308 have no sum: its guide stays empty, and nothing is written beside it."""
    _, guide, _ = sections_of(np.array([1e308, 1e308, 1.0, 2.0]), np.array([0, 0, 0, 1]), 2, 8)
    assert guide[0].tolist() == [-1] * 8
    assert guide[1].tolist() == [3] * 8
