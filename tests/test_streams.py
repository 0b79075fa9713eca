"""Random numbers are the published ones, uniform, and belong to an agent and a week, never to a block."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.kernels.random import fill_uniform, philox
from sim.streams import Streams, stream_key
from tests.small import same

PUBLISHED = [
    # Random123, kat_vectors: philox4x32 with 10 rounds. Counter, key, result.
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text: str) -> list[np.uint32]:
    return [np.uint32(int(word, 16)) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "result"), PUBLISHED)
def test_philox_gives_the_published_numbers(counter: str, key: str, result: str) -> None:
    assert [int(word) for word in philox(*words(counter), *words(key))] == [int(w) for w in words(result)]


def test_agent_and_week_make_the_counter() -> None:
    """Agent 2**32 + 5 in week 9: the counter is (5, 1, 9, 0), and 24 bits of each word make the number."""
    key = 0x299F31D0_A4093822
    out = np.empty((4, 1), np.float32)
    fill_uniform(out, np.uint64(key), 9, 2**32 + 5)
    expected = philox(*words("00000005 00000001 00000009 00000000"), *words("a4093822 299f31d0"))
    assert out[:, 0].tolist() == [(int(word) >> 8) / 2**24 for word in expected]


def test_uniforms_are_uniform() -> None:
    """Kolmogorov-Smirnov and a chi-square over 64 cells, each on 100,000 agents; four words alike."""
    draws = Streams(5).uniform(stream_key(5, "a"), 3, 0, 100_000, words=4)
    assert draws.dtype == np.float32
    assert draws.min() >= 0.0
    assert draws.max() < 1.0
    for row in draws:
        assert stats.kstest(row.astype(np.float64), "uniform").pvalue > 1e-4
        cells = np.bincount((row * 64).astype(int), minlength=64)
        assert stats.chisquare(cells).pvalue > 1e-4


def test_normals_are_normal() -> None:
    draws = Streams(5).normal(stream_key(5, "a"), 3, np.arange(100_000), words=4).astype(np.float64)
    for row in draws:
        assert stats.kstest(row, "norm").pvalue > 1e-4
    assert np.abs(np.corrcoef(draws) - np.eye(4)).max() < 0.02


def test_weeks_words_labels_and_seeds_are_unrelated() -> None:
    """Correlations of 100,000 pairs lie within five standard errors (0.016)."""
    streams = Streams(5)
    key = streams.key("orders", "settle")
    one = streams.uniform(key, 0, 0, 100_000)
    others = [
        streams.uniform(key, 1, 0, 100_000),
        streams.uniform(key, 0, 1, 100_000),
        streams.uniform(streams.key("orders", "settle", "luck"), 0, 0, 100_000),
        streams.uniform(streams.key("orders", "learn"), 0, 0, 100_000),
        Streams(6).uniform(Streams(6).key("orders", "settle"), 0, 0, 100_000),
    ]
    for other in others:
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.016


@given(
    first=st.integers(0, 2**40),
    counts=st.lists(st.integers(1, 40), min_size=1, max_size=5),
    week=st.integers(0, 2**31 - 1),
    width=st.integers(1, 4),
)
def test_blocks_do_not_matter(first: int, counts: list[int], week: int, width: int) -> None:
    """Agents drawn block by block get what they get when drawn all at once."""
    streams = Streams(11)
    key = streams.key("orders", "settle")
    starts = first + np.concatenate([[0], np.cumsum(counts)[:-1]])
    parts = [streams.uniform(key, week, int(start), n, width) for start, n in zip(starts, counts, strict=True)]
    assert same(streams.uniform(key, week, first, sum(counts), width), np.concatenate(parts, axis=-1))
    agents = first + np.random.default_rng(week).permutation(sum(counts))
    everybody = streams.normal(key, week, first + np.arange(agents.size), width)
    assert same(streams.normal(key, week, agents, width), everybody[..., agents - first].copy())


def test_the_first_word_is_the_same_however_many_are_drawn() -> None:
    streams = Streams(11)
    assert same(streams.uniform(7, 2, 0, 50), streams.uniform(7, 2, 0, 50, words=4)[0].copy())


def test_keys_are_stable_and_distinct() -> None:
    """A key is a hash of seed and words: it never changes, and words joined or split do not collide."""
    assert stream_key(7, "orders", "settle") == stream_key(7, "orders", "settle")
    assert Streams(7).key("orders", "settle") == stream_key(7, "orders", "settle", "")
    keys = {
        stream_key(7, "orders", "settle"),
        stream_key(7, "orderssettle"),
        stream_key(7, "order", "ssettle"),
        stream_key(8, "orders", "settle"),
        stream_key(7, "settle", "orders"),
    }
    assert len(keys) == 5
    assert all(0 <= key < 2**64 for key in keys)
