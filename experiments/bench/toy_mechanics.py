"""The toy step of the benchmark as ordinary mechanics, run by livemarket's engine.

Each week a consumer sees three of 200 streamers, drawn by popularity, and buys from one of them or from nobody (a logit
draw whose outside option is worth 0); a purchase moves trust towards how it went, a week without one wears it down; sales
move popularity. `experiments.bench.toy_step` defines it, `experiments.bench.peers` holds it in other frameworks.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from experiments.bench.toy_step import STREAMERS, popularity_after, streamers
from sim.clock import Clock
from sim.engine import Engine
from sim.fields import Array, last, own, param, read
from sim.kernels.choice import CHUNK, exp32
from sim.kernels.compiled import compiled
from sim.kernels.random import fill_uniform
from sim.kernels.sections import pick_in_order, sections_of
from sim.mechanic import Mechanic

SIZES = {"streamer": STREAMERS, "option": STREAMERS + 1, "cell": 4096, "seen": 3, "draw": 5}
"""Lengths of the dimensions: an option is a streamer or, last, nobody."""
FOR_CHOICE, FOR_DELIVERY = 3, 4  # draws of a week, after one for each streamer seen
BLOCK = 50_000  # a few calls of a hundred microseconds each: calls cost little, and what they work on stays in cache


class Popularity(Mechanic):
    """Platforms show streamers in proportion to popularity, which follows sales.

    popularity' = 0.95 * popularity + 0.05 * (share of sales * streamers + 0.1)
    """

    price: Array = own("streamer", unit="CNY", at="found", dtype=np.float32, doc="price of a streamer's product")
    quality: Array = own("streamer", unit="util", at="found", dtype=np.float32, doc="worth of a streamer's product")
    popularity: Array = own("streamer", unit="1", at="traffic", init=1.0, bounds=(0, 1e6), doc="weight in the feed")
    feed_cdf: Array = own("streamer", unit="share", at="traffic", dtype=np.float32, bounds=(0, 1), doc="cumulative weights")
    feed_guide: Array = own("cell", unit="1", at="traffic", dtype=np.int32, doc="where to begin looking in feed_cdf")

    sold: Array = last()  # (option,): baskets; the last is nobody's

    def found(self, ctx):
        self.popularity[...], self.price[...], self.quality[...] = streamers()

    def traffic(self, ctx):
        if ctx.step:
            self.popularity[...] = popularity_after(self.popularity, self.sold[:-1] * self.price)
        one = np.zeros(self.popularity.size, np.int64)
        self.feed_cdf[...], guide, _ = sections_of(self.popularity, one, 1, self.feed_guide.size)
        self.feed_guide[...] = guide[0]


class Showing(Mechanic):
    """Who is shown whom, and the luck of the week: five words from one draw of the consumer's stream."""

    luck: Array = own("consumer", "draw", unit="1", at="offer", init=None, lasting=False, bounds=(0, 1), doc="draws in [0, 1)")
    shown: Array = own("consumer", "seen", unit="1", at="offer", dtype=np.uint32, init=None, lasting=False, doc="streamers met this week")

    feed_cdf: Array = read()
    feed_guide: Array = read()

    def offer(self, ctx):
        fill_uniform(self.luck.T, ctx.key(), ctx.step, ctx.first)
        for k in range(self.shown.shape[1]):
            pick_in_order(self.feed_cdf, self.feed_guide, self.luck[:, k], self.shown[:, k])


class Worth(Mechanic):
    """utility = trust + quality - sensitivity * price"""

    sensitivity: Array = own("consumer", unit="util/CNY", at="populate", bounds=(0.5, 2.0), doc="how prices are felt")
    utility: Array = own("consumer", "seen", unit="util", at="appraise", init=None, lasting=False, doc="worth of what was met")

    shown: Array = read()
    trust: Array = last()
    quality: Array = read()
    price: Array = read()

    def populate(self, ctx):
        self.sensitivity[...] = 0.5 + 1.5 * ctx.uniform()

    def appraise(self, ctx):
        for k in range(self.shown.shape[1]):
            worth(self.shown[:, k], self.trust, self.sensitivity, self.quality, self.price, self.utility[:, k])


class Purchase(Mechanic):
    """One logit draw a week among those met and nobody; sales are counted exactly."""

    chosen: Array = own("consumer", unit="1", at="choose", dtype=np.uint32, init=None, lasting=False, doc="option chosen")
    sold: Array = own("option", unit="baskets", at="settle", gather="sum", doc="consumers who chose an option")

    luck: Array = read()
    shown: Array = read()
    utility: Array = read()

    def choose(self, ctx):
        utility, shown = [self.utility[:, k] for k in range(3)], [self.shown[:, k] for k in range(3)]
        choose_by_odds(self.luck[:, FOR_CHOICE], *utility, *shown, ctx.size("option") - 1, self.chosen)

    def settle(self, ctx):
        count_each(self.chosen, self.sold)


class Trust(Mechanic):
    """Trust moves towards how a purchase went, and wears down without one.

    trust' = trust + gain * (quality + luck - 1/2 - trust) after a purchase, trust * (1 - wear) otherwise
    """

    gain = param(0.05, unit="1/purchase", bounds=(0, 1), source="assumption", doc="pull of a purchase")
    wear = param(0.001, unit="1/week", bounds=(0, 1), source="assumption", doc="what a week without a purchase takes")

    trust: Array = own("consumer", unit="util", at="learn", init=0.5, doc="trust in what is sold on air")
    goal: Array = own("option", unit="util", at="found", dtype=np.float32, doc="where trust is pulled to at mean luck")
    pull: Array = own("option", unit="1", at="found", dtype=np.float32, doc="how far it is pulled")
    noise: Array = own("option", unit="util", at="found", dtype=np.float32, doc="weight of luck")

    chosen: Array = read()
    luck: Array = read()
    quality: Array = read()

    def found(self, ctx):
        self.goal[:-1], self.goal[-1] = self.quality, 0.0
        self.pull[:-1], self.pull[-1] = self.p.gain, self.p.wear
        self.noise[:-1], self.noise[-1] = 1.0, 0.0

    def populate(self, ctx):
        self.trust[...] = ctx.uniform()

    def learn(self, ctx):
        move_trust(self.trust, self.chosen, self.luck[:, FOR_DELIVERY], self.goal, self.pull, self.noise)


@compiled
def worth(shown: Array, trust: Array, sensitivity: Array, quality: Array, price: Array, utility: Array) -> None:
    """Worth of the streamers shown (n,), into utility (n,)."""
    for i in range(shown.size):
        s = np.uintp(shown[i])
        utility[i] = trust[i] + quality[s] - sensitivity[i] * price[s]


@compiled
def exponentials(utility: Array, odds: Array) -> None:
    """exp of utility (n,), into odds (n,)."""
    for i in range(utility.size):
        odds[i] = exp32(utility[i])


@compiled
def place_of(u: Array, first: Array, second: Array, third: Array, place: Array) -> None:
    """Which of three odds (n,), or 3 for the outside option of odds 1, a draw u (n,) falls on, into place (n,)."""
    for i in range(u.size):
        two = first[i] + second[i]
        three = two + third[i]
        at = u[i] * (np.float32(1.0) + three)
        place[i] = np.uint32(at >= first[i]) + np.uint32(at >= two) + np.uint32(at >= three)


@compiled
def option_at(place: Array, first: Array, second: Array, third: Array, nobody: int, chosen: Array) -> None:
    """The option at each place (n,), without a branch that luck decides: the others are masked out."""
    for i in range(place.size):
        at, none = place[i], np.uint32(nobody)
        one = np.uint32(first[i] & np.uint32(-np.int32(at == np.uint32(0))))
        two = np.uint32(second[i] & np.uint32(-np.int32(at == np.uint32(1))))
        three = np.uint32(third[i] & np.uint32(-np.int32(at == np.uint32(2))))
        chosen[i] = np.uint32(one | two) | np.uint32(three | np.uint32(none & np.uint32(-np.int32(at == np.uint32(3)))))


@compiled
def choose_by_odds(
    u: Array, one: Array, two: Array, three: Array, first: Array, second: Array, third: Array, nobody: int, chosen: Array
) -> None:
    """A logit draw by inversion for each row, chunk by chunk in the first-level cache.

    Args:
        u: (n,) draws. one, two, three: (n,) utilities. first, second, third: (n,) options. nobody: the outside option.
        chosen: (n,) uint32, written.
    """
    odds = np.empty((3, CHUNK), np.float32)
    place = np.empty(CHUNK, np.uint32)
    for begin in range(0, u.size, CHUNK):
        end = min(begin + CHUNK, u.size)
        size = end - begin
        exponentials(one[begin:end], odds[0, :size])
        exponentials(two[begin:end], odds[1, :size])
        exponentials(three[begin:end], odds[2, :size])
        place_of(u[begin:end], odds[0, :size], odds[1, :size], odds[2, :size], place[:size])
        option_at(place[:size], first[begin:end], second[begin:end], third[begin:end], nobody, chosen[begin:end])


@compiled
def count_each(chosen: Array, total: Array) -> None:
    """Count the options chosen (n,) into total (options,) in units of 1e-4; four tables, so that one count need not wait for another."""
    tables = np.zeros((4, total.size), np.int64)
    a, b, c, d = tables[0], tables[1], tables[2], tables[3]
    whole = chosen.size // 4 * 4
    for i in range(0, whole, 4):
        a[np.uintp(chosen[i])] += 1
        b[np.uintp(chosen[i + 1])] += 1
        c[np.uintp(chosen[i + 2])] += 1
        d[np.uintp(chosen[i + 3])] += 1
    for i in range(whole, chosen.size):
        a[np.uintp(chosen[i])] += 1
    for option in range(total.size):
        total[option] += 10_000 * (a[option] + b[option] + c[option] + d[option])


@compiled
def move_trust(trust: Array, chosen: Array, luck: Array, goal: Array, pull: Array, noise: Array) -> None:
    """Move trust (n,) by what was chosen (n,) and by luck (n,); goal, pull, noise (options,) hold nobody's row too."""
    for i in range(trust.size):
        s = np.uintp(chosen[i])
        trust[i] += pull[s] * (goal[s] + (luck[i] - np.float32(0.5)) * noise[s] - trust[i])


MECHANICS = (Popularity, Showing, Worth, Purchase, Trust)


def toy_engine(consumers: int, steps: int, seed: int = 7, threads: int = 1, block: int = BLOCK, checked: bool = False) -> Engine:
    """An engine of the toy market, ready for its first week."""
    start = date(2020, 1, 2)
    clock = Clock(start, start + timedelta(weeks=steps - 1))
    mechanics = [mechanic() for mechanic in MECHANICS]
    return Engine(mechanics, {**SIZES, "consumer": consumers}, clock, seed, threads=threads, block=block, checked=checked)
