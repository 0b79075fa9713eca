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
MOST = 65_536  # limit of people in a tile, who are numbered in 16 bits [people]; source: definition
PATH_SOURCES = 32  # people from whom the mean path is measured
_STREAM = 0x50C1A1  # second word of the Philox key of this file


@dataclass(frozen=True)
class Neighbours:
    """A symmetric, connected graph without loops, folded: what all tiles share is kept once, so a person takes a byte or two.

    Attributes:
        people: how many there are.
        size, larger: people in a tile; the first `larger` tiles have one more.
        templates: (2, most people in a tile, degree) uint16, ties inside a tile of size + 1 and of size people, padded with
            the person itself.
        near, far: (2, seams) uint16, ends of the ties that leave a tile instead, by kind of tile.
        target: (tiles, seams) int32, the tile to which each of these ties leads from its near end; source: to its far end.
    """

    people: int
    size: int
    larger: int
    templates: npt.NDArray[np.uint16]
    near: npt.NDArray[np.uint16]
    far: npt.NDArray[np.uint16]
    target: Rows
    source: Rows

    def __len__(self) -> int:
        return self.people

    @property
    def folded(self) -> tuple[Any, ...]:
        """What `sim.kernels.sums.shares_among` needs of it."""
        return self.templates, self.near, self.far, self.target, self.source, self.size, self.larger

    @property
    def nbytes(self) -> int:
        """Memory, bytes."""
        return sum(array.nbytes for array in self.folded[:5])

    def table(self) -> Rows:
        """The rows whom each person knows, unfolded: (people, degree) int32, padded with the person's own row."""
        tiles = np.arange(len(self.target))
        kind, begin = (tiles >= self.larger).astype(int), tiles * self.size + np.minimum(tiles, self.larger)
        count = self.size + 1 - kind
        rows = np.concatenate([self.templates[k, :n].astype(np.int32) + b for k, n, b in zip(kind, count, begin, strict=True)])
        near, far = self.near[kind].astype(np.int64) + begin[:, None], self.far[kind].astype(np.int64) + begin[:, None]
        slot_near, slot_far = np.argmax(rows[near] == far[:, :, None], axis=2), np.argmax(rows[far] == near[:, :, None], axis=2)
        rows[near, slot_near] = np.take_along_axis(far, self.target, axis=0)
        rows[far, slot_far] = np.take_along_axis(near, self.source, axis=0)
        return rows


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
        template: most people in one tile, above 2 * degree and below 65,536.

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
    if not 2 * degree < template < MOST:
        faults.append(f"neighbours: template = {template} is not between 2 * degree = {2 * degree} and {MOST}.")
    if faults:
        raise ConfigError(faults)
    if n <= degree:  # so few that everybody knows everybody
        own = np.arange(n)
        others = np.array([np.delete(own, row) for row in range(n)], dtype=np.int64).reshape(n, n - 1)
        table = np.concatenate([others, np.repeat(own[:, None], degree + 1 - n, axis=1)], axis=1)
        return _folded(n, [table, table], [np.zeros((0, 2), np.int64)] * 2, np.zeros((0, 1), np.int64))
    random = np.random.Generator(np.random.Philox(key=np.array([int(key), _STREAM], dtype=np.uint64)))
    tiles = -(-n // template)
    size, larger = divmod(n, tiles)
    kinds = [size, size + 1] if larger else [size]
    graphs = [_small_world(people, degree, rewire, random) for people in kinds]
    tables = [np.array([sorted(graph[row]) for row in range(people)]) for people, graph in zip(kinds, graphs, strict=True)]
    seams, target = [np.zeros((0, 2), np.int64)] * len(kinds), np.zeros((0, tiles), np.int64)
    if tiles > 1:
        seams = [_seams(graph, rewire * SEAM_SHARE, random) for graph in graphs]
        target = random.permuted(np.tile(np.arange(tiles), (min(map(len, seams)), 1)), axis=1)
        target[0] = np.roll(np.arange(tiles), -1)
    return _folded(n, [tables[-1], tables[0]], [seams[-1], seams[0]], target)


def summary(graph: Neighbours) -> Summary:
    """Clustering and path length of the first tile, for analysis; ties to other tiles do not count."""
    people = graph.size + (graph.larger > 0)
    part = nx.Graph()
    part.add_nodes_from(range(people))
    ends = graph.table()[:people]
    starts = np.repeat(np.arange(people)[:, None], ends.shape[1], axis=1)
    inside = (ends < people) & (ends != starts)
    part.add_edges_from(np.column_stack([starts[inside], ends[inside]]).tolist())
    sources = np.unique(np.linspace(0, people - 1, min(PATH_SOURCES, people)).astype(int)).tolist()
    steps = [sum(nx.single_source_shortest_path_length(part, source).values()) for source in sources]
    return Summary(
        nodes=people,
        mean_degree=2 * part.number_of_edges() / people,
        clustering=float(nx.average_clustering(part)),
        mean_path=float(np.mean(steps)) / max(people - 1, 1),
    )


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


def _folded(people: int, tables: list[Any], seams: list[Offsets], target: Offsets) -> Neighbours:
    """The graph from the ties (people of a tile, degree) and the seams (seams, 2) of both kinds of tile, the larger first.

    Args:
        target: (seams, tiles) the tile to which each seam leads from its near end, a permutation of the tiles.
    """
    count, tiles = target.shape
    templates = np.zeros((2, len(tables[0]), tables[0].shape[1]), np.uint16)
    for template, table in zip(templates, tables, strict=True):
        template[: len(table)] = table
    near, far = (np.array([ties[:count, end] for ties in seams], np.uint16).reshape(2, count) for end in (0, 1))
    source = np.argsort(target, axis=1)
    arrays = templates, near, far, *(np.ascontiguousarray(there.T, np.int32) for there in (target, source))
    for array in arrays:
        array.setflags(write=False)
    size, larger = divmod(people, tiles)
    return Neighbours(people, size, larger, *arrays)
