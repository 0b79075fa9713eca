"""General kernels against plain numpy on awkward data; and no kernel is without an oracle."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels import auction, choice, market, random, sections, sums
from sim.kernels.sums import BY_INDEX, EACH, TOGETHER
from tests.adversarial import ALMOST_ONE, EXPONENTIAL, FIRMS, FLOAT64, PEOPLE, SEEDS, Draws, agree
from tests.references import COVERED, REFERENCES, kernels, scores

MODEST = settings(max_examples=40)
CELLS = st.sampled_from([8, 64, 512])
WEIGHTS = (0.0, 0.0, 1.0, 1.0, 1e-12, 1e9, 3.0, 0.1)


def test_every_kernel_has_an_oracle() -> None:
    """A new kernel needs a reference in tests/references.py that some test uses, or the name of a test that covers it."""
    with_reference = {f"{kernel.__module__.rpartition('.')[2]}.{kernel.__name__}" for kernel in REFERENCES}
    assert sorted(kernels()) == sorted([*with_reference, *COVERED])
    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_oracles*.py"))
    assert [name for name in sorted(with_reference) if f"agree({name}," not in text.replace("\n        ", "")] == []
    for test in COVERED.values():
        module, _, function = test.partition(".")
        assert callable(getattr(importlib.import_module(f"tests.{module}"), function))


@MODEST
@given(SEEDS, FIRMS, st.integers(1, 6), CELLS)
def test_sections(seed: int, rows: int, number: int, cells: int) -> None:
    """Ties, no weight, sections without rows, one row; draws at 0, at the edges themselves, and just below 1."""
    draw = Draws(seed)
    weight, section = draw.among(WEIGHTS, rows), draw.rows(number, rows)
    agree(sections.sections_of, weight, section, number, cells)
    cdf, guide, members = sections.sections_of(weight, section, number, cells)
    edges = cdf[cdf < 1.0].astype(np.float32)
    u = np.concatenate([draw.draws(40), edges, np.nextafter(edges, np.float32(0.0))])
    agree(sections.pick_each, cdf, guide, members, draw.rows(number, u.size), u.clip(0.0, ALMOST_ONE), np.empty(u.size, np.int32))


@MODEST
@given(SEEDS, FIRMS, CELLS)
def test_one_section(seed: int, rows: int, cells: int) -> None:
    """Ties, rows without weight before, between and after others, one row; draws at 0, on edges, a step beside them, and just below 1."""
    draw = Draws(seed)
    weight = draw.among(WEIGHTS, rows)
    weight[draw.rng.integers(rows)] = 3.0  # somebody has weight
    cdf, guide, _ = sections.sections_of(weight, np.zeros(rows, np.int64), 1, cells)
    steps = np.floor(cdf * 2**24)[:, None] + [-1, 0, 1]
    u = np.concatenate([draw.draws(40), steps.ravel().clip(0, 2**24 - 1) / np.float32(2**24)]).astype(np.float32)
    edges = cdf.astype(np.float32)
    agree(sections.pick_in_order, edges, guide[0], u, np.empty(u.size, np.uint32))


@MODEST
@given(SEEDS, PEOPLE, st.integers(1, 7))
def test_places(seed: int, people: int, parts: int) -> None:
    """Places of no width, one place, draws on the edges."""
    draw = Draws(seed)
    edges = np.cumsum(draw.among((0.0, 1.0, 1.0, 3.0, 1e-9), parts)) + 1e-12
    edges /= edges[-1]
    u = np.concatenate([draw.draws(people), edges[edges < 1.0].astype(np.float32)])
    agree(sections.places_of, edges, u, np.empty(u.size, np.int8))


PRICES = (0.0, 0.0, 1.0, 1.0, 2.0, 3.0, 0.5, 1e6)
"""Values, budgets and limits whose sums are exact, as a price jumps where what is asked for equals what is for sale."""


@MODEST
@given(SEEDS, FIRMS, st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, 7.0, 1e6]), st.booleans())
def test_auctions_of_units(seed: int, bidders: int, supply: float, alike: bool) -> None:
    """Ties in value, nobody with money, budgets that bind for some; nothing for sale and more than anybody wants.

    The price is exact to 1e-9: where budgets bind the reference halves intervals until floats end, the kernel divides once.
    """
    draw = Draws(seed)
    value, budget = draw.among(PRICES, bidders), draw.among(PRICES, bidders)
    limit = np.full(bidders, 0.125 * supply) if alike else draw.among(PRICES, bidders)
    price = auction.clearing_price(value, budget, limit, supply)
    ranked = np.sort(value)[::-1]
    agree(auction.price_among, ranked, value, budget, limit, supply, 0.0, tolerance={"rtol": 1e-9, "atol": 1e-12})
    for each in (price, 0.0, 1.0, 1e6):
        agree(auction.demand, each, value, budget, limit, tolerance=FLOAT64)
        agree(auction.share_units, np.empty(bidders), value, budget, limit, supply, each, tolerance=FLOAT64)


@MODEST
@given(SEEDS, st.integers(0, 3), st.integers(1, 5), st.sampled_from([0, 5, 2**32 - 2, 2**40]), st.sampled_from([0, 1, 571]))
def test_random_numbers(seed: int, count: int, words: int, first: int, step: int) -> None:
    """Philox in Python's whole numbers, to the bit. Normals to 1e-5: sines and logarithms of float32 at lengths up to 5.8."""
    key = np.uint64(np.random.default_rng(seed).integers(0, 2**64, dtype=np.uint64))
    agree(random.fill_uniform, np.empty((words, count), np.float32), key, step, first)
    agree(random.fill_five, *np.empty((5, count), np.float32), key, step, first)
    agents = first + np.arange(count)[::-1].copy()
    agree(random.fill_normal, np.empty((min(words, 4), count), np.float32), key, step, agents, tolerance={"rtol": 0.0, "atol": 1e-5})


@MODEST
@given(SEEDS, PEOPLE)
def test_noise(seed: int, people: int) -> None:
    """To 2e-5: the logarithm is right to 4e-7 relative and taken twice; worths up to a hundred utils are rounded to 4e-6."""
    draw = Draws(seed)
    row = draw.rng.integers(0, 2**32, people, dtype=np.uint32)
    index, utility = draw.rows(2**31 - 1, people, missing=True), draw.among((0.0, -100.0, 100.0, 0.5), people, np.float32)
    agree(choice.add_noise, utility, index, row, np.empty(people, np.float32), tolerance={"rtol": 4e-7, "atol": 2e-5})


@MODEST
@given(SEEDS, PEOPLE)
def test_the_first_of_the_best(seed: int, people: int) -> None:
    """Ties among alternatives and with nothing, which wins them; places without an alternative."""
    draw = Draws(seed)
    value = np.ascontiguousarray(draw.among((choice.NEVER, 0.0, 1.0, 1.0, -3.0), (choice.WIDTH, people), np.float32))
    nothing = draw.among((-5.0, 0.0, 1.0, 2.0), people, np.float32)
    agree(choice.first_of_most, value, nothing, np.empty(people, np.int8))


@MODEST
@given(SEEDS, st.sampled_from([2, 40, 600]), st.sampled_from([-100.0, 0.0, 2.2, 100.0]), st.sampled_from([0, 2**31, 2**40]))
def test_choices(seed: int, people: int, outside: float, first: int) -> None:
    """Few outlets, so that one is offered twice to many: of equals the first. No offers at all, worths far apart, chunks.

    Rows are left out in which the two best differ by less than 1e-4, what logarithms of float32 and worths of a hundred utils leave open.
    """
    draw = Draws(seed)
    shape = people, choice.WIDTH
    utility, index = draw.among((0.0, 0.0, 1.0, -1.0, 8.0, -100.0, 100.0), shape, np.float32), draw.rows(5, shape, missing=True)
    key = np.uint64(seed)
    table = np.sort(scores(utility, index, outside, key, 3, first), axis=1)
    best = table[:, -1:]
    rival = np.where(table < best, table, -np.inf).max(axis=1, initial=-np.inf)
    sure = best[:, 0] - rival > 1e-4
    if sure.all():
        agree(choice.gumbel_argmax, utility, index, outside, key, 3, first, np.empty(people, np.int8), np.empty(people, np.int32))
    else:
        assert (~sure).sum() <= 3
        place, chosen = np.empty((2, people), np.int8), np.empty((2, people), np.int32)
        for kernel, at in ((choice.gumbel_argmax, 0), (REFERENCES[choice.gumbel_argmax], 1)):
            kernel(utility, index, outside, key, 3, first, place[at], chosen[at])
        assert place[0, sure].tolist() == place[1, sure].tolist()
        assert chosen[0, sure].tolist() == chosen[1, sure].tolist()


@MODEST
@given(st.sampled_from([-1e300, -50.0, -1e-300, 0.0, 3.0, 50.0, 710.0, 1e300]))
def test_the_logistic(x: float) -> None:
    agree(market.logistic, x, tolerance=FLOAT64)


@MODEST
@given(st.floats(-90.0, 90.0, width=32) | st.sampled_from([-1e30, -87.0, -1e-30, 0.0, 88.0, 1e30]))
def test_the_exponential(x: float) -> None:
    """Beyond -87 and 88 as there."""
    agree(choice.exp32, np.float32(x), tolerance=EXPONENTIAL)


BAD = (0.0, 1.0, 2.5, 1e9, 0.25, np.nan, -1.0, np.inf)
ENTRIES = st.sampled_from([0, 1, 3, 20])


@MODEST
@given(SEEDS, ENTRIES, FIRMS, FIRMS, st.integers(0, 2))
def test_transfers(seed: int, entries: int, payers: int, payees: int, fault: int) -> None:
    """Accounts by index (many times the same), one by one and together; amounts that are no money and accounts that do not exist."""
    draw = Draws(seed)
    amounts = draw.among(BAD if fault == 1 else BAD[:5], entries)
    nobody = np.zeros(0, np.int64)

    def side(accounts: int) -> tuple:
        how = int(draw.rng.choice([BY_INDEX, EACH, TOGETHER]))
        balance = draw.among((0.0, 1.0, -2.0, 1e6), entries if how == EACH else accounts)
        index = draw.rng.integers(-1 if fault == 2 else 0, accounts + (fault == 2), entries + (draw.rng.random() < 0.1 * fault))
        return balance, index if how == BY_INDEX else nobody, how

    agree(sums.transfer, *side(payers), *side(payees), amounts)
    agree(sums.take_counts, draw.rng.integers(-(2**53), 2**53, entries), 1e-4, np.full(entries, np.nan))
