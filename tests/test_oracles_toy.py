"""The benchmark's toy step against plain numpy: ties, one streamer, nobody, draws at both ends and on the edges."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.bench import full_slots, toy_mechanics
from sim.fields import SLOTS
from sim.kernels.choice import CHUNK
from tests.adversarial import EXPONENTIAL, FIRMS, PARTS, PEOPLE, SEEDS, Draws, agree

MODEST = settings(max_examples=40)
MANY = st.sampled_from([0, 2, 40, CHUNK, CHUNK + 88])
SIGNED = (*PARTS, -1.0, -0.5, -0.0625)
"""Few bits, so that float32 rounds nothing and what is worked out must be exact."""
FAR = -1e30
"""A worth whose odds vanish beside any other's, but that wins a draw of 0 where it comes first."""


def options(draw: Draws, streamers: int, people: int) -> list[np.ndarray]:
    """Three options that each consumer meets, uint32; often the same one twice or thrice."""
    return [np.ascontiguousarray(draw.rows(streamers, people, np.uint32)) for _ in range(3)]


@MODEST
@given(SEEDS, PEOPLE, FIRMS)
def test_worth(seed: int, people: int, streamers: int) -> None:
    """One streamer, qualities below 0, prices of 0; to the bit."""
    draw = Draws(seed)
    trust, sensitivity, utility = (draw.among(SIGNED, people, np.float32) for _ in range(3))
    quality, price = draw.among(SIGNED, streamers, np.float32), draw.parts(streamers, np.float32)
    agree(toy_mechanics.worth, options(draw, streamers, people)[0], trust, sensitivity, quality, price, utility)


@MODEST
@given(SEEDS, PEOPLE)
def test_exponentials(seed: int, people: int) -> None:
    """Usual worths, and those beyond which an exponential stays as it is."""
    draw = Draws(seed)
    utility = np.where(draw.rng.random(people) < 0.5, draw.among((0.0, -87.0, 88.0, FAR, 1e30), people), draw.rng.normal(0, 3, people))
    agree(toy_mechanics.exponentials, utility.astype(np.float32), np.empty(people, np.float32), tolerance=EXPONENTIAL)


@MODEST
@given(SEEDS, PEOPLE)
def test_places_among_odds(seed: int, people: int) -> None:
    """Odds of 0, alike, and far above that of nobody; draws of 0, on the edges and just below 1. To the bit, whatever the rounding."""
    draw = Draws(seed)
    odds = [draw.among((0.0, 0.0, 1.0, 1.0, 2.0, 1e9, 0.1, 1e-38), people, np.float32) for _ in range(3)]
    agree(toy_mechanics.place_of, draw.draws(people), *odds, np.empty(people, np.uint32))


@MODEST
@given(SEEDS, PEOPLE, st.sampled_from([1, 200, 2**32 - 1]))
def test_options_at_places(seed: int, people: int, nobody: int) -> None:
    """One streamer and nobody, as many as there may be, everybody in the same place."""
    draw = Draws(seed)
    place = np.ascontiguousarray(draw.rows(4, people, np.uint32))
    agree(toy_mechanics.option_at, place, *options(draw, nobody, people), nobody, np.empty(people, np.uint32))


@MODEST
@given(SEEDS, MANY, st.sampled_from([1, 200]))
def test_draws_by_odds(seed: int, people: int, streamers: int) -> None:
    """Nobody, whole chunks and parts of one; first worths whose odds are exact, with draws on the edges, then any worths.

    Of the latter, rows are left out whose draw lies within 2e-6 of an edge, relative to all odds: what an exponential right to 2e-7
    and three roundings of float32 leave open.
    """
    draw = Draws(seed)
    shown, chosen = options(draw, streamers, people), np.empty(people, np.uint32)
    exact = [np.ascontiguousarray(draw.among((0.0, 0.0, FAR), people, np.float32)) for _ in range(3)]
    u = draw.draws(people)
    u[::3] = draw.among((0.25, 0.75), u[::3].shape)
    agree(toy_mechanics.choose_by_odds, u, *exact, *shown, streamers, chosen)
    usual = draw.rng.normal(0.0, 2.0, (3, people)).astype(np.float32)
    edges = np.cumsum(np.exp(usual.astype(float)), axis=0)
    sure = (np.abs(u - edges / (1.0 + edges[-1])) > 2e-6).all(axis=0)
    assert (~sure).sum() <= 3
    rows = [np.ascontiguousarray(each[sure]) for each in (u, *usual, *shown, chosen)]
    agree(toy_mechanics.choose_by_odds, *rows[:7], streamers, rows[7])


@MODEST
@given(SEEDS, PEOPLE, FIRMS)
def test_counts(seed: int, people: int, streamers: int) -> None:
    """Nobody, one streamer, numbers that four does not divide; added to what was there."""
    draw = Draws(seed)
    chosen = np.ascontiguousarray(draw.rows(streamers, people, np.uint32))
    agree(toy_mechanics.count_each, chosen, draw.rng.integers(0, 3, streamers) * 10_000)


@MODEST
@given(SEEDS, PEOPLE, FIRMS)
def test_trust(seed: int, people: int, streamers: int) -> None:
    """Pulls of 0 and 1, with noise and without. To the bit where luck has few bits.

    Any other luck costs a few roundings of float32 (6e-8 relative each) among terms of at most 2 utils.
    """
    draw = Draws(seed)
    trust, chosen = draw.among(SIGNED, people, np.float32), options(draw, streamers, people)[0]
    goal, pull, noise = draw.among(SIGNED, streamers, np.float32), draw.parts(streamers, np.float32), draw.parts(streamers, np.float32)
    agree(toy_mechanics.move_trust, trust, chosen, draw.parts(people, np.float32), goal, pull, noise)
    agree(toy_mechanics.move_trust, trust, chosen, draw.draws(people), goal, pull, noise, tolerance={"rtol": 0.0, "atol": 5e-7})


@MODEST
@given(SEEDS, PEOPLE, FIRMS, FIRMS)
def test_full_slots(seed: int, people: int, rooms: int, brands: int) -> None:
    """Offers stay, and every empty slot gets an outlet of its kind: one room, one brand, slots all empty or all full."""
    draw = Draws(seed)
    offered = np.where(draw.rng.random((people, SLOTS)) < draw.rng.choice([0.0, 0.5, 1.0]), -1, 0).astype(np.int32)
    agree(full_slots.fill, offered, rooms, brands, seed)
    full_slots.fill(offered, rooms, brands, seed)
    assert ((offered >= 0) & (offered < rooms + 2 * brands)).all()
