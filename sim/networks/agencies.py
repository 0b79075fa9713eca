"""Agencies sign streamers: a few houses have hundreds, most a handful."""

from __future__ import annotations

import networkx as nx
import numpy as np
import numpy.typing as npt

from sim.errors import ConfigError

AFFILIATED = 0.4  # streamers with an agency [share]; source: assumption
RANK_EXPONENT = 1.0  # size of the agency of rank r goes with r ** -exponent [1]; source: assumption (Zipf's law of firms)
_STREAM = 0xA6E2C1  # second word of the Philox key of this file


def agency_ties(
    streamers: int,
    agencies: int,
    key: int,
    affiliated: float = AFFILIATED,
    rank_exponent: float = RANK_EXPONENT,
) -> npt.NDArray[np.int64]:
    """Agency of each streamer, or -1: (streamers,); agency 0 is the largest.

    Sizes follow a rank law, size ~ rank ** -rank_exponent; who is signed by whom is a random bipartite graph
    with these degrees (configuration model of Newman, Strogatz & Watts 2001, in networkx).

    Args:
        streamers: number of streamers, 0 or more.
        agencies: number of agencies, 0 or more.
        key: 64-bit key of the random numbers.
        affiliated: share of streamers with an agency [0..1].
        rank_exponent: 0 for equal sizes, above 1 for very unequal ones [1].

    Raises:
        ConfigError: naming every argument outside its range.
    """
    faults = []
    if streamers < 0 or agencies < 0:
        faults.append(f"agency ties: {streamers} streamers and {agencies} agencies; neither may be negative.")
    if not 0 <= affiliated <= 1:
        faults.append(f"agency ties: affiliated = {affiliated} is outside [0, 1].")
    if rank_exponent < 0:
        faults.append(f"agency ties: rank_exponent = {rank_exponent} is negative.")
    if faults:
        raise ConfigError(faults)
    ties = np.full(streamers, -1, dtype=np.int64)
    signed = round(affiliated * streamers) if agencies else 0
    if not signed:
        return ties
    random = np.random.Generator(np.random.Philox(key=np.array([int(key), _STREAM], dtype=np.uint64)))
    members = random.permutation(streamers)[:signed]
    sizes = _sizes(signed, agencies, rank_exponent)
    graph = nx.bipartite.configuration_model([1] * signed, sizes.tolist(), seed=random)
    for member, agency in graph.edges():
        ties[members[member]] = agency - signed
    return ties


def _sizes(signed: int, agencies: int, rank_exponent: float) -> npt.NDArray[np.int64]:
    """Whole sizes that follow the rank law and sum to `signed` (largest remainders)."""
    weights: npt.NDArray[np.float64] = np.arange(1, agencies + 1, dtype=np.float64) ** -rank_exponent
    exact = signed * weights / weights.sum()
    sizes: npt.NDArray[np.int64] = np.floor(exact).astype(np.int64)
    short = signed - int(sizes.sum())
    sizes[np.argsort(sizes - exact, kind="stable")[:short]] += 1
    return sizes
