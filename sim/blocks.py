"""Blocks: consumer phases run block by block, each block staying in cache from offer to learn, on threads.

Whatever a block sends to the market is counted in integers, so neither the size of the blocks nor the number of threads
can change a result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import numpy as np

from sim.contracts import Field
from sim.fields import Array

FEW = 64  # views of blocks that are kept whatever their size
LONG = 4096  # consumers of a block of which every view is kept: 256 bytes for each of 23 fields are 1.4 a consumer


def spans(consumers: int, most: int, threads: int) -> list[tuple[int, int]]:
    """First and one-past-last consumer of each block: equal parts, as many for each thread, of at most `most` consumers."""
    parts = min(-(-consumers // (most * threads)) * threads, consumers)
    return [(consumers * part // parts, consumers * (part + 1) // parts) for part in range(parts)]


class Rows:
    """A field over consumers in memory: the rows of a block lie together, column after column, so rules run along columns.

    Args:
        shape: (consumers, ...). dtype: numpy type. init: value at the start.
    """

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any], init: float) -> None:
        self.inner = shape[:0:-1]
        self.width = math.prod(self.inner)
        self.flat = np.full(shape[0] * self.width, init, dtype)
        self._views: dict[tuple[int, int], Array] = {}

    def block(self, first: int, stop: int) -> Array:
        """A view of rows first to stop - 1 of one block, (stop - first, ...), each column contiguous."""
        view = self._views.get((first, stop))
        if view is None:
            part = self.flat[first * self.width : stop * self.width]
            view = part.reshape(*self.inner, stop - first).T if self.inner else part
            if stop - first >= LONG or len(self._views) < FEW:
                self._views[first, stop] = view
        return view


class Workspace:
    """What one thread needs: buffers for fields that live only in a block, its own counts for the market,
    and last week's values of what a block is about to change. A checked one marks what owners have to write."""

    def __init__(
        self,
        fields: Sequence[Field],
        shape: Callable[[Field], tuple[int, ...]],
        block: int,
        kept: Collection[str] = (),
        checked: bool = False,
    ) -> None:
        consumers = {f.name: f for f in fields if f.over_consumers}
        short = {name: f for name, f in consumers.items() if not f.lasting}
        self.buffers = {name: Rows((block, *shape(f)[1:]), f.dtype, f.begins or 0.0) for name, f in short.items()}
        self.kept = {name: Rows((block, *shape(f)[1:]), f.dtype, 0.0) for name, f in consumers.items() if name in kept}
        self.counts, self.tallies = together({f.name: shape(f) for f in fields if f.tally}, np.int64)
        self.filled = [(self.buffers[name], f.begins) for name, f in short.items() if f.begins is not None]
        self.marked = [self.buffers[name] for name, f in short.items() if f.begins is None and checked]

    def begin(self, first: int, stop: int, rows: Mapping[str, Rows]) -> None:
        """Make the buffers ready for a block of consumers first to stop - 1, whose lasting rows are given by name."""
        for buffer, value in self.filled:
            buffer.block(0, stop - first)[...] = value
        for buffer in self.marked:
            bits(buffer.block(0, stop - first))[...] = mark(buffer.flat.dtype)
        for name, kept in self.kept.items():
            kept.block(0, stop - first)[...] = rows[name].block(first, stop)


def mark(dtype: np.dtype[Any]) -> float:
    """What stands where an owner has to write in a checked run: no number, or the one farthest from 0."""
    whole = np.iinfo(np.uint8 if dtype == np.bool_ else dtype) if dtype.kind != "f" else None
    return np.nan if whole is None else whole.min or whole.max


def bits(values: Array) -> Array:
    """The same memory, that of truth values as small whole numbers: these have room for a mark."""
    return values.view(np.uint8) if values.dtype == np.bool_ else values


def unwritten(values: Array) -> bool:
    """Whether a mark was left standing."""
    sign = mark(values.dtype)
    return bool((np.isnan(values) if np.isnan(sign) else bits(values) == sign).any())


def together(shapes: Mapping[str, tuple[int, ...]], dtype: type) -> tuple[Array, dict[str, Array]]:
    """Arrays of these shapes, one after the other in one that is worked on at once: all of it, and each by name."""
    everything: Array = np.zeros(sum(map(math.prod, shapes.values())), dtype)
    begin, found = 0, {}
    for name, shape in shapes.items():
        found[name] = everything[begin : begin + math.prod(shape)].reshape(shape)
        begin += math.prod(shape)
    return everything, found


def for_each_block(
    work: Callable[[int, int, int], None],
    blocks: Sequence[tuple[int, int]],
    threads: int,
    pool: ThreadPoolExecutor | None,
    give_up: Callable[[], None] = lambda: None,
) -> None:
    """Call work(worker, first, stop) for every block; each worker, of whom the caller is one, takes the next block that is free.

    Where one fails, nobody takes another block, `give_up` is called, and the error is raised when all have stopped: the caller's own first.
    """
    left = iter(blocks)

    def serve(worker: int) -> None:
        try:
            for first, stop in left:
                work(worker, first, stop)
        except BaseException:
            list(left)  # at once: whoever took one before finds none between that and the end
            give_up()
            raise

    others = [pool.submit(serve, worker) for worker in range(1, min(threads, len(blocks)))] if pool is not None else []
    try:
        serve(0)
    finally:
        wait(others)
    for future in others:
        future.result()
