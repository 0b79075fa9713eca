"""Consumers know a few others: small worlds of some thousand people, joined at rewired seams.

A template ring of Watts & Strogatz (1998) with `degree` ties each is rewired by swapping the ends of two ties
at a time (Maslov & Sneppen 2002), so everybody keeps exactly `degree` ties and the graph is a rectangular
table. The template is built once with networkx and laid down as often as there are consumers to fill (two
templates, one person apart, where they do not divide). At a seam, a tie (a, b) of the template becomes a tie
from a in one tile to b in another, by a permutation of the tiles; the first permutation is a circle through
all tiles, and no seam lies on a spanning tree of its tile, so the whole graph is connected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt

from sim.errors import ConfigError

Rows = npt.NDArray[np.int32]
Offsets = npt.NDArray[np.int64]

DEGREE = 8  # ties of a consumer that carry influence [people]; source: assumption
REWIRE = 0.1  # share of ties to far people [share]; source: assumption (small-world range of Watts & Strogatz 1998)
TEMPLATE = 4000  # most people in one tile [people]; source: assumption (bounds set-up time)
SEAM_SHARE = 0.5  # share of the rewired ties that lead to other tiles, as far as ties can be paired [share]; source: assumption
PATH_SOURCES = 32  # people from whom the mean path is measured
_STREAM = 0x50C1A1  # second word of the Philox key of this file


@dataclass(frozen=True)
class Neighbours:
    """A symmetric, connected graph without loops, as read-only arrays.

    Attributes:
        indptr: first tie of each person in `indices`, (n + 1,) int64.
        indices: the people they know, int32.
        table: the same, one row for each person, (n, degree) int32; padded with the person's own row.
        tile: people in the first tile.
    """

    indptr: Offsets
    indices: Rows
    table: Rows
    tile: int

    def __len__(self) -> int:
        return len(self.table)


@dataclass(frozen=True)
class Summary:
    """Small-world measures of a graph.

    Attributes:
        nodes: people measured.
        mean_degree: ties of a person inside the part measured.
        clustering: chance that two people one knows know each other [share].
        mean_path: steps between two people, from PATH_SOURCES sources [steps].
    """

    nodes: int
    mean_degree: float
    clustering: float
    mean_path: float


def neighbours(n: int, key: int, degree: int = DEGREE, rewire: float = REWIRE, template: int = TEMPLATE) -> Neighbours:
    """Ties between n consumers.

    Args:
        n: consumers, at least 1.
        key: 64-bit key of the random numbers.
        degree: ties of each consumer, even and at least 2; with n <= degree everybody knows everybody.
        rewire: share of ties rewired to far people [0..1].
        template: most people in one tile, above 2 * degree.

    Raises:
        ConfigError: naming every argument outside its range.
    """
    faults = []
    if not 1 <= n < 2**31:
        faults.append(f"neighbours: n = {n} is outside [1, 2**31).")
    if degree < 2 or degree % 2:
        faults.append(f"neighbours: degree = {degree} is not an even number of at least 2.")
    if not 0 <= rewire <= 1:
        faults.append(f"neighbours: rewire = {rewire} is outside [0, 1].")
    if template <= 2 * degree:
        faults.append(f"neighbours: template = {template} is not above 2 * degree = {2 * degree}.")
    if faults:
        raise ConfigError(faults)
    if n <= degree:
        return _everybody(n, degree)
    random = np.random.Generator(np.random.Philox(key=np.array([int(key), _STREAM], dtype=np.uint64)))
    tiles = -(-n // template)
    size, larger = divmod(n, tiles)
    sizes = [size + 1] * larger + [size] * (tiles - larger)
    graphs = {people: _small_world(people, degree, rewire, random) for people in sorted(set(sizes))}
    table = _lay(sizes, graphs, degree)
    if tiles > 1:
        share = rewire * SEAM_SHARE
        seams = {people: _seams(graph, share, random) for people, graph in graphs.items()}
        _sew(table, sizes, seams, random)
    indptr = np.arange(n + 1, dtype=np.int64) * degree
    return _frozen(indptr, table.reshape(-1), table, sizes[0])


def summary(graph: Neighbours) -> Summary:
    """Clustering and path length of the first tile, for analysis; ties to other tiles do not count."""
    people = graph.tile
    part = nx.Graph()
    part.add_nodes_from(range(people))
    ends = graph.indices[: graph.indptr[people]]
    starts = np.repeat(np.arange(people), np.diff(graph.indptr[: people + 1]))
    inside = ends < people
    part.add_edges_from(np.column_stack([starts[inside], ends[inside]]).tolist())
    sources = np.unique(np.linspace(0, people - 1, min(PATH_SOURCES, people)).astype(int)).tolist()
    steps = [sum(nx.single_source_shortest_path_length(part, source).values()) for source in sources]
    return Summary(
        nodes=people,
        mean_degree=2 * part.number_of_edges() / people,
        clustering=float(nx.average_clustering(part)),
        mean_path=float(np.mean(steps)) / max(people - 1, 1),
    )


def _everybody(n: int, degree: int) -> Neighbours:
    """So few that everybody knows everybody."""
    own = np.arange(n, dtype=np.int32)
    table = np.repeat(own[:, None], degree, axis=1)
    others = np.array([np.delete(own, row) for row in range(n)], dtype=np.int32).reshape(n, n - 1)
    table[:, : n - 1] = others
    return _frozen(np.arange(n + 1, dtype=np.int64) * (n - 1), others.reshape(-1), table, n)


def _small_world(people: int, degree: int, rewire: float, random: np.random.Generator) -> Any:
    """A connected ring lattice with a share of its ties swapped; every degree stays."""
    swaps = round(rewire * people * degree / 2 / 2)  # a swap rewires two ties
    graph = nx.watts_strogatz_graph(people, degree, 0.0)
    if swaps and people > 2 * degree:
        nx.double_edge_swap(graph, nswap=swaps, max_tries=100 * swaps + 100, seed=random)
        if not nx.is_connected(graph):
            # Seldom with 4 ties or more: swap again, checking each swap, which takes three times as long.
            graph = nx.watts_strogatz_graph(people, degree, 0.0)
            nx.connected_double_edge_swap(graph, swaps, seed=random)
    return graph


def _seams(graph: Any, share: float, random: np.random.Generator) -> Offsets:
    """Ties (a, b) off a spanning tree, no person in two of them: (seams, 2), at least one."""
    tree = {frozenset(edge) for edge in nx.bfs_edges(graph, 0)}
    spare = [edge for edge in graph.edges if frozenset(edge) not in tree]
    wanted = max(1, round(share * graph.number_of_edges()))
    used: set[int] = set()
    chosen = []
    for place in random.permutation(len(spare)).tolist():
        edge = spare[place]
        if used.isdisjoint(edge):
            used.update(edge)
            chosen.append(edge)
            if len(chosen) == wanted:
                break
    return np.array(chosen, dtype=np.int64)


def _lay(sizes: list[int], graphs: dict[int, Any], degree: int) -> Rows:
    """The tiles side by side: (n, degree)."""
    table = np.empty((sum(sizes), degree), dtype=np.int32)
    first = 0
    for people in sorted(set(sizes), reverse=True):
        rows = np.array([sorted(graphs[people][row]) for row in range(people)], dtype=np.int32)
        count = sizes.count(people)
        offsets = first + people * np.arange(count, dtype=np.int32)
        last = first + people * count
        np.add(rows, offsets[:, None, None], out=table[first:last].reshape(count, people, degree))
        first = last
    return table


def _sew(table: Rows, sizes: list[int], seams: dict[int, Offsets], random: np.random.Generator) -> None:
    """Each seam tie (a, b) leaves its tile: a's end stays, b's end moves to the tile a permutation says."""
    count = min(len(ties) for ties in seams.values())
    tiles = np.arange(len(sizes))
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    near = np.stack([seams[people][:count, 0] for people in sizes], axis=1) + starts  # (seam, tile)
    far = np.stack([seams[people][:count, 1] for people in sizes], axis=1) + starts
    target = random.permuted(np.tile(tiles, (count, 1)), axis=1)
    target[0] = np.roll(tiles, -1)
    slot_near = np.argmax(table[near] == far[:, :, None], axis=2)
    slot_far = np.argmax(table[far] == near[:, :, None], axis=2)
    new_far = np.take_along_axis(far, target, axis=1)
    table[near, slot_near] = new_far
    table[new_far, np.take_along_axis(slot_far, target, axis=1)] = near


def _frozen(indptr: Offsets, indices: Rows, table: Rows, tile: int) -> Neighbours:
    for array in (indptr, indices, table):
        array.setflags(write=False)
    return Neighbours(indptr, indices, table, tile)
