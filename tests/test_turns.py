"""Calls of a phase side by side give what they give one after the other: where the order matters, each waits for its turn."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import sim
import sim.engine
from sim.blocks import for_each_block
from sim.engine import Engine
from sim.errors import LedgerError
from sim.fields import Array, add, own
from sim.mechanic import Mechanic
from tests.small import engine_of, small


class Apple(Mechanic):
    """First by name, and slow: it adds a number beside which one is nothing, and pays."""

    heap: Array = own("brand", unit="1", at="traffic", gather="sum", doc="what all three add up to")
    slow: Array = own("brand", unit="1", at="traffic", doc="set alone")

    def traffic(self, ctx):
        time.sleep(0.02)
        self.slow[...] = 1.0
        self.heap += 1e16
        ctx.pay("consumers", "outside", 1.0, "apples")


class Banana(Mechanic):
    """Takes the large number away."""

    heap: Array = add()

    def traffic(self, ctx):
        self.heap -= 1e16


class Cherry(Mechanic):
    """Adds one."""

    heap: Array = add()

    def traffic(self, ctx):
        self.heap += 1.0


class Date(Mechanic):
    """Adds nothing, so it begins at once; it pays, and looks at what is left."""

    left: Array = own(unit="CNY", at="traffic", bounds=(-1e9, 1e9), doc="cash of consumers after all before have paid")

    def traffic(self, ctx):
        ctx.pay("consumers", "outside", 2.0, "dates")
        self.left[...] = ctx.cash("consumers")


@pytest.fixture
def broad(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if any market were one of many rows."""
    monkeypatch.setattr(sim.engine, "BROAD", 1)


def fruit(threads: int) -> Engine:
    """A market of four mechanics after two weeks."""
    engine = engine_of(Apple, Banana, Cherry, Date, weeks=2, threads=threads, checked=False)
    return engine.run()


@pytest.mark.usefixtures("broad")
@pytest.mark.parametrize("threads", [2, 4])
def test_what_depends_on_the_order_keeps_it(threads: int) -> None:
    """In order (1e16 - 1e16) + 1 is 1; with apples last, 0. Dates are paid after apples, which nothing else sees to."""
    engine = fruit(threads)
    assert engine._turns
    assert engine.observe("heap").tolist() == [1.0, 1.0]
    assert engine.observe("left").tolist() == [-6.0]
    assert list(engine.ledger.flows) == [("consumers", "outside", "apples"), ("consumers", "outside", "dates")]


def test_a_small_market_and_one_thread_take_no_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does a checked run."""
    assert not fruit(2)._turns
    monkeypatch.setattr(sim.engine, "BROAD", 1)
    assert not fruit(1)._turns
    assert not engine_of(Apple, weeks=1, threads=2)._turns


@pytest.mark.usefixtures("broad")
def test_what_does_not_depend_on_it_runs_at_the_same_time() -> None:
    """Two mechanics meet in the middle of a phase; one after the other they never would."""
    meeting = threading.Barrier(2)

    class Left(Mechanic):
        """Waits for the other."""

        here: Array = own(unit="1", at="traffic", doc="set alone")

        def traffic(self, ctx):
            meeting.wait(timeout=30)
            self.here[...] = 1.0

    class Right(Mechanic):
        """Waits for the other."""

        there: Array = own(unit="1", at="traffic", doc="set alone")

        def traffic(self, ctx):
            meeting.wait(timeout=30)
            self.there[...] = 2.0

    engine = engine_of(Left, Right, weeks=1, threads=2, checked=False).run()
    assert (engine.observe("here")[0], engine.observe("there")[0]) == (1.0, 2.0)


@pytest.mark.usefixtures("broad")
def test_one_that_fails_keeps_nobody_waiting() -> None:
    """Those who wait for it go on, and the error is raised in the end."""

    class Aubergine(Mechanic):
        """Between apples and bananas, it pays what is no money."""

        def traffic(self, ctx):
            ctx.pay("consumers", "outside", float("nan"), "nothing")

    with pytest.raises(LedgerError, match="an amount is negative or not finite"):
        engine_of(Apple, Aubergine, Banana, Cherry, Date, weeks=1, threads=2, checked=False).step()


@pytest.mark.usefixtures("broad")
def test_a_whole_market_is_the_same_to_the_bit() -> None:
    """Every field of the market and of consumers, and the books, after a year with actors, cases and exits."""
    many, one = (sim.build(small(60, threads=threads), 7).run() for threads in (3, 1))
    assert many._turns
    assert not one._turns
    for name in one.arrays.keys() | one.rows.keys():
        assert many.observe(name).tobytes() == one.observe(name).tobytes(), name
    assert list(many.ledger.flows.items()) == list(one.ledger.flows.items())


def test_where_one_fails_nobody_begins_and_all_have_stopped() -> None:
    """Worker 1 fails while the caller is in its first block: the caller ends that one, takes no other, and the error is raised then."""
    begun, failed = threading.Event(), threading.Event()
    done: list[int] = []

    def work(worker: int, first: int, stop: int) -> None:
        if worker:
            begun.wait(timeout=30)
            raise ValueError("a worker")
        begun.set()
        failed.wait(timeout=30)
        done.append(first)

    with ThreadPoolExecutor(1) as pool, pytest.raises(ValueError, match="a worker"):
        for_each_block(work, [(place, place + 1) for place in range(50)], 2, pool, failed.set)
    assert len(done) == 1


def test_an_interrupt_of_the_caller_is_not_lost() -> None:
    """Ctrl-C in the caller is what is raised, whatever else went wrong."""
    begun = threading.Event()

    def work(worker: int, first: int, stop: int) -> None:
        if worker:
            begun.wait(timeout=30)
            raise ValueError("a worker")
        begun.set()
        raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool, pytest.raises(KeyboardInterrupt):
        for_each_block(work, [(0, 1), (1, 2)], 2, pool)
