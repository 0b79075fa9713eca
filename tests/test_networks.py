"""Social graphs are symmetric, connected and of one degree; agencies are few and unequal."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from sim.errors import ConfigError
from sim.kernels.sums import shares_among
from sim.networks import Neighbours, agency_ties, neighbours, summary


def as_matrix(graph: Neighbours) -> csr_array:
    """The graph as a sparse matrix of ones; a double tie would show as two."""
    table = graph.table()
    own = np.repeat(np.arange(len(graph)), table.shape[1])
    known = table.ravel() != own  # a row is padded with the person itself
    return csr_array(coo_array((np.ones(known.sum()), (own[known], table.ravel()[known])), shape=(len(graph), len(graph))))


@pytest.mark.parametrize("n", [1, 2, 5, 8, 9, 17, 40, 300, 301, 899, 3000])
@pytest.mark.parametrize("degree", [2, 8])
def test_ties_are_mutual_distinct_and_join_everybody(n: int, degree: int) -> None:
    """With one tile or many: symmetric, no loop, no double tie, one component."""
    graph = neighbours(n, key=3, degree=degree, template=300)
    matrix = as_matrix(graph)
    assert (matrix != matrix.T).nnz == 0
    assert matrix.diagonal().sum() == 0
    assert matrix.sum() == 0 or matrix.max() == 1
    assert connected_components(matrix)[0] == 1
    assert (np.diff(matrix.indptr) == min(degree, n - 1)).all()
    assert graph.table().shape == (n, degree)


@given(n=st.integers(1, 1500), start=st.floats(0, 1), stop=st.floats(0, 1), seed=st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_shares_among_neighbours_are_those_of_the_table(n: int, start: float, stop: float, seed: int) -> None:
    """Folded and unfolded say the same of any block, to the bit: counts divided by the degree."""
    graph = neighbours(n, key=seed, template=300)
    first, last = sorted((int(start * n), int(stop * n)))
    flags = np.random.default_rng(seed).integers(0, 2, (2, n)).astype(np.uint8)
    out = np.empty((2, last - first), np.float32)
    shares_among(*flags, *graph.folded, first, *out)
    rows = graph.table()[first:last]
    assert np.array_equal(out, np.stack([flag[rows].sum(axis=1).astype(np.float32) / np.float32(8) for flag in flags]))


def test_seams_lead_to_other_tiles() -> None:
    """About half of the rewired ties leave their tile, to many different tiles."""
    graph = neighbours(3000, key=3, template=300)
    home = np.arange(3000) // 300
    table = graph.table()
    away = table // 300 != home[:, None]
    assert 0.03 < away.mean() < 0.06
    assert len(np.unique(table[:300][away[:300]] // 300)) == 9


def test_the_world_is_small() -> None:
    """Clustered like a ring, and yet every two people a few steps apart."""
    measured = summary(neighbours(1000, key=3))
    ring = summary(neighbours(1000, key=3, rewire=0.0))
    assert ring.clustering == pytest.approx(9 / 14)
    assert measured.clustering > 0.35
    assert measured.mean_path < 7 < ring.mean_path / 5
    assert measured.mean_degree == 8
    assert summary(neighbours(1, key=3)).mean_path == 0


def test_graphs_are_deterministic_and_read_only() -> None:
    """Same key, same graph; another key, another one; nobody writes."""
    first, same, other = neighbours(1000, 3), neighbours(1000, 3), neighbours(1000, 4)
    assert np.array_equal(first.table(), same.table())
    assert not np.array_equal(first.table(), other.table())
    with pytest.raises(ValueError, match="read-only"):
        first.templates[0, 0] = 5


def test_a_million_consumers_take_seconds() -> None:
    """The bound leaves room for slow machines."""
    start = time.process_time()
    graph = neighbours(1_000_000, key=3)
    assert time.process_time() - start < 6
    assert len(graph) == 1_000_000
    assert graph.nbytes < 2 * len(graph)
    assert np.array_equal(np.bincount(graph.table().ravel(), minlength=1_000_000), np.full(1_000_000, 8))


def test_agencies_are_unequal() -> None:
    """The share of signed streamers is met, the largest agency is many times the median one."""
    ties = agency_ties(2000, 100, key=5)
    sizes = np.bincount(ties[ties >= 0], minlength=100)
    assert ties.shape == (2000,)
    assert ties.min() == -1
    assert (ties >= 0).sum() == 800
    assert (np.diff(sizes) <= 0).all()
    assert sizes[0] > 10 * np.median(sizes)
    ranks = np.arange(1, 31)
    assert np.polyfit(np.log(ranks), np.log(sizes[:30]), 1)[0] == pytest.approx(-1, abs=0.1)


def test_agency_ties_are_deterministic_and_spread() -> None:
    """Same key, same ties; who is signed does not depend on the row."""
    assert np.array_equal(agency_ties(500, 20, 5), agency_ties(500, 20, 5))
    assert not np.array_equal(agency_ties(500, 20, 5), agency_ties(500, 20, 6))
    signed = np.flatnonzero(agency_ties(2000, 20, 5) >= 0)
    assert abs(signed.mean() - 1000) < 60


@pytest.mark.parametrize(("streamers", "agencies"), [(0, 5), (5, 0), (1, 1), (3, 50)])
def test_few_streamers_or_agencies(streamers: int, agencies: int) -> None:
    """Corner cases give rows all the same."""
    ties = agency_ties(streamers, agencies, key=5, affiliated=1.0)
    assert ties.shape == (streamers,)
    assert (ties < agencies).all()
    assert ((ties >= 0) == bool(agencies)).all()


def test_networks_say_all_that_is_wrong() -> None:
    """Every fault of the arguments at once."""
    with pytest.raises(ConfigError) as error:
        neighbours(0, 1, degree=3, rewire=2, template=5)
    assert len(error.value.faults) == 4
    with pytest.raises(ConfigError) as error:
        agency_ties(-1, 2, 1, affiliated=2, rank_exponent=-1)
    assert len(error.value.faults) == 3
