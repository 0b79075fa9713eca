"""Rules over consumers against plain numpy: ties, empty slots, nobody, one room, one brand, draws at both ends."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.fields import ACTIVE, BONDS, DORMANT, PRIVATE_SLOT, SHELF_SLOT, SLOTS, TASTES, TIES
from sim.kernels import sections
from sim.mechanics import (
    adoption,
    brand_trust,
    exposure,
    habit,
    orders,
    preference,
    private_domain,
    streamer_trust,
    touchpoints,
    watching,
)
from tests.adversarial import FIRMS, FLOAT32, PARTS, PROBABILITY, SEEDS, SEVERAL, Draws, agree

MODEST = settings(max_examples=40)
UTILS = (0.0, 0.0, 1.0, -1.0, 50.0, -50.0, 0.3)


class Week(Draws):
    """Consumers and outlets as one week has them: rooms first, then a private store and a shelf for each brand."""

    def __init__(self, seed: int, people: int, rooms: int, brands: int) -> None:
        super().__init__(seed)
        self.people, self.rooms_there, self.brands = people, rooms, brands
        self.outlets = rooms + 2 * brands
        self.brand_of = self.rows(brands, self.outlets)
        self.channel = np.concatenate([self.rows(2, rooms), np.repeat(np.array([2, 3], np.int32), brands)])
        self.home = np.where(self.channel == 0, -1, self.brand_of).astype(np.int32)
        self.utility = self.among(UTILS, (people, SLOTS), np.float32)
        self.offered = np.full((people, SLOTS), -1, np.int32, order="F")
        self.offered[:, :PRIVATE_SLOT] = self.rows(rooms, (people, PRIVATE_SLOT), missing=True)
        for slot, first in ((PRIVATE_SLOT, rooms), (SHELF_SLOT, rooms + brands)):
            brand = self.rows(brands, people, missing=True)
            self.offered[:, slot] = np.where(brand >= 0, first + brand, -1)
        self.slot = self.rows(SLOTS, people, np.int8, missing=True)
        bought = self.offered[np.arange(people), self.slot.clip(0)]
        self.chosen = np.where(self.slot >= 0, bought, -1).astype(np.int32)
        self.slot = np.where(self.chosen >= 0, self.slot, -1).astype(np.int8)
        self.outcome = np.where(self.chosen >= 0, self.among((1, -1), people, np.int8), 0).astype(np.int8)
        self.amount = np.where(self.chosen >= 0, self.money(people), 0.0)

    def share(self) -> np.ndarray:
        """A share for each consumer, float32."""
        return self.parts(self.people, np.float32)

    def counts(self, *sizes: int) -> list[np.ndarray]:
        """Exact sums that hold something already."""
        return [self.rng.integers(0, 3, size) * 10_000 for size in sizes]


WEEKS = st.builds(Week, SEEDS, SEVERAL, FIRMS, FIRMS)


@MODEST
@given(WEEKS, st.sampled_from([0.0, 0.7, 16.0]))
def test_what_offers_are_worth(week: Week, weight: float) -> None:
    agree(habit.add_habit, week.utility, weight, week.share(), 1.5, week.share(), tolerance=FLOAT32)
    agree(watching.bore, week.utility, weight, week.share(), tolerance=FLOAT32)
    brand, trust, _ = week.bonds(week.brands, week.people)
    agree(brand_trust.add_trust, week.utility, weight, week.offered, week.brand_of, brand, trust, 0.4, tolerance=FLOAT32)
    believed = week.parts((week.people, TIES), np.float32)
    agree(streamer_trust.add_trust, week.utility, weight, week.offered, week.parts(week.rooms_there), believed, tolerance=FLOAT32)


@MODEST
@given(WEEKS, st.sampled_from([0.0, 0.8, 6.0]))
def test_offers_by_price_sector_and_style(week: Week, match: float) -> None:
    appeal, log_price = (week.among((-8.0, 0.0, 1.7, 6.0), week.outlets) for _ in range(2))
    sector, need = week.rows(3, week.outlets), week.rows(3, week.people, np.int8)
    taste = week.among((-1.0, 0.0, 0.5, 1.0), (week.people, TASTES), np.float32)
    style = np.ascontiguousarray(week.among((-6.0, 0.0, 0.1, 6.0), (week.rooms_there, TASTES), np.float32))
    sensitivity = 4.0 * week.share()
    agree(
        preference.weigh, week.utility, appeal, log_price, sensitivity, sector, week.offered, need, match, taste, style, tolerance=FLOAT32
    )


@MODEST
@given(WEEKS, PROBABILITY, st.integers(1, 3), st.integers(1, 4))
def test_who_is_shown_what(week: Week, online_share: float, sectors: int, platforms: int) -> None:
    """Platforms without rooms or with one, sectors without weight, needs of no width, messages noticed always or never."""
    people, rooms, brands = week.people, week.rooms_there, week.brands
    weights = (0.0, 0.0, 1.0, 1.0, 1e-12, 7.0)
    by_platform, by_sector = week.rows(platforms, rooms), week.rows(sectors, brands)
    feed, paid = (sections.sections_of(week.among(weights, rooms), by_platform, platforms, 512) for _ in range(2))
    shelf = sections.sections_of(week.among(weights, brands), by_sector, sectors, 512)
    edges = [np.cumsum(week.among((0.0, 1.0, 3.0), count) + 1e-9) for count in (sectors, platforms)]
    bond_brand, _, bond_state = week.bonds(brands, people)
    agree(
        exposure.show,
        np.full((people, SLOTS), 7, np.int32, order="F"),  # what was there before; every entry is written
        np.zeros(people, np.bool_),
        np.zeros(people, np.int8),
        week.draws((4, people)),
        week.draws((4, people)),
        week.draws((3, people)),
        week.parts(platforms),
        week.parts(platforms),
        week.draws(people),
        online_share,
        week.among((0, 1), people, np.uint8),
        week.rows(platforms, people, np.int8),
        *[each / each[-1] for each in edges],
        *feed,
        *paid,
        *shelf,
        week.rows(rooms, (people, TIES), missing=True),
        week.parts(rooms),
        bond_brand,
        bond_state,
        week.parts(brands),
        rooms,
        brands,
    )


@MODEST
@given(WEEKS)
def test_what_is_watched(week: Week) -> None:
    """Minutes by room exactly; those of a consumer, and how tired they make, to float32."""
    usual = np.ascontiguousarray(week.among((8.0, 4.0, 1.0, 5.0, 0.5, 1 / 64, 0.0), (week.rooms_there, 2)))
    slower, fatigue = week.share(), week.share()
    minutes, views = week.counts(week.outlets, week.outlets)
    watched = np.zeros((2, week.people), np.float32)
    agree(watching.watch, week.offered, slower, usual, minutes, views, *watched, tolerance=FLOAT32)
    agree(watching.tire, fatigue, week.among((0.0, 3.0, 10.0, 1e4), week.people, np.float32), 0.03, 0.04, tolerance=FLOAT32)


@MODEST
@given(WEEKS, st.sampled_from([1.0, 12.5, 13.0, 100.0]))
def test_what_is_met(week: Week, window: float) -> None:
    since = [week.among((0, 1, 12, 13, 99, 100), week.people, np.uint8) for _ in range(2)]
    agree(touchpoints.meet, week.offered, *since)
    agree(touchpoints.count_touched, week.chosen, *since, window, *week.counts(2))


@MODEST
@given(WEEKS, PROBABILITY, st.sampled_from([0, 1, 65_537]))
def test_what_is_delivered(week: Week, blame: float, first: int) -> None:
    """Goods always or never bad or sent back, draws on these probabilities, free goods and dear ones; blocks that begin anywhere."""
    outlets, people = week.outlets, week.people
    agree(
        orders.deliver,
        week.chosen,
        week.slot,
        week.among((1.0, 0.0, 1.3, 100.0), people, np.float32),
        week.draws(people),
        week.draws(people),
        week.among((0.0, 0.01, 19.99, 100.0, 12345.678), outlets),
        week.among((0.0, 1.0, 3.2, 0.125), outlets),
        week.parts(outlets),
        2.0 * week.parts(outlets),
        blame,
        np.zeros(people, np.int8),
        np.zeros(people),
        *week.counts(*[outlets] * 7),
        first,
    )


@MODEST
@given(WEEKS, PROBABILITY, PROBABILITY, PROBABILITY)
def test_habits_and_adoption(week: Week, speed: float, imitation: float, dropout: float) -> None:
    online = week.rng.random(week.people) < 0.7
    agree(habit.learn_habits, week.chosen, week.channel, online, speed, week.share(), week.share(), tolerance=FLOAT32)
    agree(
        adoption.take_up,
        week.among((0, 1), week.people, np.uint8),
        online,
        week.share(),
        week.rows(3, week.people, np.int8),
        week.rows(4, week.people, np.int8),
        week.draws(week.people),
        np.array([1.5, 1.0, 0.0]),
        0.125,
        imitation,
        dropout,
        *week.counts(4),
    )


@settings(max_examples=10)
@given(st.builds(Week, SEEDS, st.sampled_from([0, 1]), FIRMS, FIRMS))
def test_a_block_of_one_consumer_or_none(week: Week) -> None:
    """Rules of one number a consumer, and some of several, which are compiled once more where a block has one row."""
    people, outlets, online = week.people, week.outlets, np.ones(week.people, np.bool_)
    agree(habit.learn_habits, week.chosen, week.channel, online, 0.5, week.share(), week.share(), tolerance=FLOAT32)
    agree(habit.add_habit, week.utility, 2.0, week.share(), 1.5, week.share(), tolerance=FLOAT32)
    agree(touchpoints.meet, week.offered, *np.full((2, people), 99, np.uint8))
    agree(brand_trust.find_bonds, week.chosen, week.brand_of, *week.bonds(week.brands, people), *remembered(week)[3:])
    rates = week.parts(outlets), week.parts(outlets)
    goods = week.among((0.01, 19.99), outlets), week.among((1.0, 3.2), outlets)
    sums = week.counts(*[outlets] * 7)
    agree(orders.deliver, week.chosen, week.slot, week.share(), *week.draws((2, people)), *goods, *rates, 0.5,
          np.zeros(people, np.int8), np.zeros(people), *sums, 1)  # fmt: skip


def remembered(week: Week) -> tuple[np.ndarray, ...]:
    """Brand, trust and state of bonds, and the bond of this week's basket and whether it is new."""
    brand, trust, state = week.bonds(week.brands, week.people)
    place, new = np.empty(week.people, np.int8), np.empty(week.people, np.bool_)
    brand_trust.find_bonds(week.chosen, week.brand_of, brand, trust, state, place, new)
    return brand, trust, state, place, new


@MODEST
@given(WEEKS)
def test_where_a_basket_belongs(week: Week) -> None:
    """Known brands, empty bonds, equal trust, and nothing but memberships."""
    bonds = week.bonds(week.brands, week.people)
    place, new = np.empty(week.people, np.int8), np.empty(week.people, np.bool_)
    agree(brand_trust.find_bonds, week.chosen, week.brand_of, *bonds, place, new)


@MODEST
@given(WEEKS, PROBABILITY, PROBABILITY, PROBABILITY, PROBABILITY)
def test_trust_in_brands(week: Week, fade: float, gain: float, loss: float, blame: float) -> None:
    """Exact: all numbers have so few bits that float32 holds every step."""
    brand, trust, _, place, new = remembered(week)
    agree(
        brand_trust.learn_brands,
        brand,
        trust,
        place,
        new,
        week.chosen,
        week.slot,
        week.outcome,
        week.amount,
        week.brand_of,
        week.home,
        0.375,
        fade,
        gain,
        loss,
        blame,
        *week.counts(week.outlets, week.outlets, week.brands, week.brands, week.brands),
    )


@MODEST
@given(WEEKS, PROBABILITY, PROBABILITY, PROBABILITY, PROBABILITY)
def test_who_is_followed(week: Week, gain: float, loss: float, rate: float, unfollow: float) -> None:
    """Exact likewise. Equal trust, all places empty, hosts gone, draws on the probabilities."""
    followed = week.distinct(week.rooms_there, week.people, TIES, np.int32)
    gone = (week.rng.random(week.outlets) < 0.3) & (week.channel == 0)
    agree(
        streamer_trust.follow,
        followed,
        week.parts(followed.shape, np.float32),
        week.offered,
        week.chosen,
        week.outcome,
        week.draws(week.people),
        week.draws(week.people),
        week.draws(week.people),
        gone,
        week.rooms_there,
        gain,
        loss,
        rate,
        0.5,
        unfollow / 2,
        0.5,
    )


CHANCES = (0.0, 0.125, 0.25, 0.0625, 1.0, 2.0)


@MODEST
@given(
    st.sampled_from([ACTIVE, DORMANT]), SEEDS, st.sampled_from(PARTS), *[st.sampled_from(CHANCES)] * 3
)  # fmt: skip
def test_where_a_member_moves(state: int, seed: int, trust: float, tires: float, wakes: float, leaves: float) -> None:
    """One draw decides leaving and then, on what is left of it, falling asleep or waking."""
    for u in Draws(seed).draws(10):
        agree(private_domain.moved, np.int8(state), u, np.float32(trust), tires, wakes, leaves)


@MODEST
@given(WEEKS, PROBABILITY, PROBABILITY)
def test_a_week_of_belonging(week: Week, friends: float, platform_carrier: float) -> None:
    """Members who leave, sleep, wake, are written off or win; certain and impossible moves; everything counted exactly."""
    brand, trust, state, place, new = remembered(week)
    idle = np.where(state == ACTIVE, 0, week.among((0, 1, 3, 199, 200), state.shape, np.uint8)).astype(np.uint8)
    agree(
        private_domain.belong,
        state,
        week.among((0, 1), state.shape, np.bool_),
        np.asfortranarray(idle),
        np.zeros(week.people, np.uint8),
        brand,
        trust,
        place,
        new,
        week.chosen,
        week.slot,
        week.outcome,
        week.amount,
        week.share(),
        week.draws((BONDS, week.people)),
        week.draws(week.people),
        week.draws(week.people),
        *[week.among(CHANCES, week.brands) for _ in range(3)],
        week.among((0.0, 0.25, 1.0, 25.0), week.outlets),
        week.brand_of,
        week.channel,
        0.5,
        5.0 * friends,
        platform_carrier,
        *week.counts(week.brands, week.brands, week.brands, 2, 2, 5),
    )
