"""The oracle of every kernel: a plain numpy reference that takes the same arguments and leaves the same behind.

References are written from definitions, for reading: without tables, guides, chunks or branch-free arithmetic.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numba.core.registry import CPUDispatcher

import experiments.bench
import sim.kernels
import sim.mechanics
from experiments.bench import full_slots
from experiments.bench import toy_mechanics as toy
from sim.kernels import auction, choice, market, random, sections, sums
from sim.mechanics import (
    adoption,
    advertising,
    airtime,
    brand_career,
    brand_strategy,
    brand_trust,
    exposure,
    habit,
    misconduct,
    orders,
    payments,
    preference,
    pricing,
    private_domain,
    ranking,
    regulation,
    streamer_career,
    streamer_trust,
    style,
    takings,
    touchpoints,
    watching,
)
from tests import references_consumers as consumers
from tests import references_firms as firms
from tests import references_toy

MASK = 2**32 - 1


# -- sections -------------------------------------------------------------------------------------------------------------


def sections_of(weight, section, sections, cells):
    cdf, guide = np.ones(weight.size), np.full((sections, cells), -1, np.int32)
    members = np.argsort(section, kind="stable").astype(np.int32)
    for s in range(sections):
        inside = np.flatnonzero(section[members] == s)
        upto = np.cumsum(weight[members[inside]])
        if upto.size and upto[-1] > 0.0:
            cdf[inside] = upto / upto[-1]
            guide[s] = inside[np.searchsorted(cdf[inside], np.arange(cells) / cells, side="right")]
    return cdf, guide, members


def places_of(edges, u, place):
    place[...] = np.searchsorted(edges[:-1].astype(np.float32), u, side="right")


def pick_each(cdf, guide, members, section, u, out):
    out[...] = [consumers.drawn(cdf, guide, members, s, one) for s, one in zip(section, u, strict=True)]


def pick_in_order(cdf, guide, u, out):
    out[...] = np.searchsorted(cdf, u, side="right")


# -- auction --------------------------------------------------------------------------------------------------------------


def demand(price, value, budget, limit):
    return wanted(price, budget, limit)[(value > price) & (budget > 0.0)].sum()


def wanted(price, budget, limit):
    """Units that bidders afford and may take at a price."""
    return np.minimum(budget / price, limit) if price > 0.0 else limit


def clearing_price(value, budget, limit, supply, reserve=0.0):
    """By halving the interval in which the lowest price lies at which demand does not exceed supply."""
    if supply <= 0.0:
        return max(reserve, value.max(initial=reserve))
    if demand(reserve, value, budget, limit) <= supply:
        return reserve
    low, high = reserve, value.max()  # too much is asked for at the lower price, at the higher one it fits
    while low < (middle := (low + high) / 2.0) < high:
        low, high = (low, middle) if demand(middle, value, budget, limit) <= supply else (middle, high)
    return high


def price_among(ranked, value, budget, limit, supply, reserve):
    return clearing_price(value, budget, limit, supply, reserve)


def share_units(units, value, budget, limit, supply, price):
    units[...] = units_bought(value, budget, limit, supply, price)


def units_bought(value, budget, limit, supply, price):
    asked = np.where(value > price, wanted(price, budget, limit), 0.0)
    marginal = (value > 0.0) & (value <= price) & (price - value <= auction.MARGINAL * price) & (price > 0.0)
    more = np.where(marginal, wanted(price, budget, limit), 0.0)
    rest = max(supply - asked.sum(), 0.0)
    units = asked + more * (min(1.0, rest / more.sum()) if more.sum() > 0.0 else 0.0)
    return units * min(1.0, supply / units.sum()) if units.sum() > 0.0 else units


# -- random numbers and noise ---------------------------------------------------------------------------------------------


def philox(counter, key):
    """Philox4x32-10 in whole numbers (Salmon et al. 2011)."""
    c, (k0, k1) = list(counter), key
    for _ in range(10):
        one, two = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(two >> 32) ^ c[1] ^ k0, two & MASK, (one >> 32) ^ c[3] ^ k1, one & MASK]
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c


def words_of(agent, step, key):
    """Five uniform draws in [0, 1) of 24 bits each: the upper ones of each of four words, and the lower ones of three together."""
    agent, key = int(agent), int(key)
    words = philox((agent & MASK, agent >> 32, int(step) & MASK, 0), (key & MASK, key >> 32))
    lower = [word % 256 for word in words]
    return np.array([*(word // 256 for word in words), (lower[0] * 256 + lower[1]) * 256 + lower[2]]) / 2.0**24


def fill_uniform(out, key, step, first):
    for i in range(out.shape[1]):
        out[:, i] = words_of(int(first) + i, step, key)[: out.shape[0]]


def fill_five(one, two, three, four, five, key, step, first):
    for i in range(one.size):
        one[i], two[i], three[i], four[i], five[i] = words_of(int(first) + i, step, key)


def fill_normal(out, key, step, agents):
    for i, agent in enumerate(agents):
        radius, angle = words_of(agent, step, key)[:4].reshape(2, 2).T
        length = np.sqrt(-2.0 * np.log(1.0 - radius))
        pairs = np.stack([length * np.cos(2 * np.pi * angle), length * np.sin(2 * np.pi * angle)], axis=1)
        out[:, i] = pairs.reshape(-1)[: out.shape[0]]


def gumbel(row, alternative):
    """Standard Gumbel noise of a row's hash and an alternative: 23 bits of fmix32 (Appleby 2011) between 0 and 1."""
    h = int(row) ^ ((int(alternative) & MASK) * 0x9E3779B1 & MASK)
    h = (h ^ (h >> 16)) * 0x85EBCA6B & MASK
    h = (h ^ (h >> 13)) * 0xC2B2AE35 & MASK
    h ^= h >> 16
    return -np.log(-np.log(((h >> 9) + 0.5) / 2.0**23))


def mix(x):
    """One round of splitmix64 in whole numbers."""
    wide = 2**64 - 1
    x = (int(x) + 0x9E3779B97F4A7C15) & wide
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & wide
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & wide
    return x ^ (x >> 31)


def exp32(x):
    return np.exp(np.clip(float(x), -87.0, 88.0))


def add_noise(utility, index, row, value):
    for i in range(value.size):
        value[i] = utility[i] + gumbel(row[i], index[i]) if index[i] >= 0 else choice.NEVER


def first_of_most(value, nothing, place):
    best = value.argmax(axis=0)
    place[...] = np.where(value.max(axis=0) > nothing, best, -1)


def scores(utility, index, outside, key, step, first):
    """What nothing and each alternative of each row is worth with its noise, (n, 1 + WIDTH); minus infinity where there is none."""
    table = np.full((index.shape[0], 1 + index.shape[1]), -np.inf)
    week = mix(int(key) ^ int(step))
    for i in range(index.shape[0]):
        row = mix(week ^ (int(first) + i)) >> 32
        table[i, 0] = outside + gumbel(row, -1)
        for k in np.flatnonzero(index[i] >= 0):
            table[i, 1 + k] = float(utility[i, k]) + gumbel(row, index[i, k])
    return table


def gumbel_argmax(utility, index, outside, key, step, first, place, chosen):
    place[...] = scores(utility, index, outside, key, step, first).argmax(axis=1) - 1
    for i in range(place.size):
        chosen[i] = index[i, place[i]] if place[i] >= 0 else -1


# -- sums -----------------------------------------------------------------------------------------------------------------


def take_counts(counts, unit, total):
    total[...] = counts * unit
    counts[...] = 0


def transfer(payer, payer_index, payer_how, payee, payee_index, payee_how, amounts):
    if not (np.isfinite(amounts) & (amounts >= 0.0)).all():
        return np.nan
    for wrong, balance, index, how in ((-1.0, payer, payer_index, payer_how), (-2.0, payee, payee_index, payee_how)):
        if how == sums.BY_INDEX and (index.size != amounts.size or not np.isin(index, np.arange(balance.size)).all()):
            return wrong
    for sign, balance, index, how in ((-1.0, payer, payer_index, payer_how), (1.0, payee, payee_index, payee_how)):
        if how == sums.TOGETHER:
            balance[0] += sign * amounts.sum()
        else:
            np.add.at(balance, index if how == sums.BY_INDEX else np.arange(amounts.size), sign * amounts)
    return amounts.sum()


REFERENCES: Mapping[Any, Callable[..., Any]] = {
    adoption.take_up: consumers.take_up,
    advertising.auctions: firms.auctions,
    advertising.bidders_value: firms.bidders_value,
    advertising.paid_weights: firms.paid_weights,
    airtime.broadcast: firms.broadcast,
    auction.demand: demand,
    auction.price_among: price_among,
    auction.share_units: share_units,
    brand_career.move: firms.move_brand,
    brand_strategy.pursued: firms.pursued,
    brand_trust.add_trust: consumers.add_brand_trust,
    brand_trust.find_bonds: consumers.find_bonds,
    brand_trust.learn_brands: consumers.learn_brands,
    choice.add_noise: add_noise,
    choice.exp32: exp32,
    choice.first_of_most: first_of_most,
    choice.gumbel_argmax: gumbel_argmax,
    exposure.show: consumers.show,
    habit.add_habit: consumers.add_habit,
    habit.learn_habits: consumers.learn_habits,
    market.logistic: firms.logistic,
    misconduct.look_round: firms.look_round,
    misconduct.violation_probability: firms.violation_probability,
    orders.deliver: consumers.deliver,
    orders.expect: firms.expect,
    payments.settle_outlets: firms.settle_outlets,
    payments.settle_rooms: firms.settle_rooms,
    preference.appeal: firms.appeal,
    preference.weigh: consumers.weigh,
    pricing.price_tags: firms.price_tags,
    private_domain.belong: consumers.belong,
    private_domain.moved: consumers.moved,
    random.fill_five: fill_five,
    random.fill_normal: fill_normal,
    random.fill_uniform: fill_uniform,
    ranking.exploration_shares: firms.exploration_shares,
    ranking.remember: firms.remember,
    ranking.an_hour: firms.an_hour,
    ranking.success: firms.success,
    regulation.sentence: firms.sentence,
    regulation.suspects: firms.suspects,
    sections.pick_each: pick_each,
    sections.pick_in_order: pick_in_order,
    sections.places_of: places_of,
    sections.sections_of: sections_of,
    streamer_career.look_back: firms.look_back,
    streamer_career.move: firms.move_host,
    streamer_career.remember_sales: firms.remember_sales,
    streamer_trust.add_trust: consumers.add_host_trust,
    streamer_trust.follow: consumers.follow,
    streamer_trust.tell: firms.tell,
    style.leaders: firms.leaders,
    style.likeness: firms.likeness,
    style.move: firms.move_style,
    style.movers: firms.movers,
    sums.take_counts: take_counts,
    sums.transfer: transfer,
    takings.add_up: firms.add_up,
    touchpoints.count_touched: consumers.count_touched,
    touchpoints.meet: consumers.meet,
    full_slots.fill: references_toy.fill,
    toy.choose_by_odds: references_toy.choose_by_odds,
    toy.count_each: references_toy.count_each,
    toy.exponentials: references_toy.exponentials,
    toy.move_trust: references_toy.move_trust,
    toy.option_at: references_toy.option_at,
    toy.place_of: references_toy.place_of,
    toy.worth: references_toy.worth,
    watching.bore: consumers.bore,
    watching.tire: consumers.tire,
    watching.watch: consumers.watch,
}
"""kernel: its reference"""

COVERED = {
    "sums.shares_among": "test_networks.test_shares_among_neighbours_are_those_of_the_table",
    # Parts that the compiler copies into kernels: tested through these, or on their own.
    "choice.gumbel": "test_oracles.test_noise",
    "choice.log32": "test_kernels.test_the_logarithm_is_right_to_the_last_bits",
    "choice.mix": "test_oracles.test_choices",
    "compiled.count": "test_kernels.test_sums_are_exact_in_any_order",
    "compiled.quanta": "test_kernels.test_sums_are_exact_in_any_order",
    "compiled.rows_where": "test_kernels.test_rows_with_a_place",
    "compiled.rows_with": "test_kernels.test_rows_with_a_place",
    "exposure.draw": "test_oracles_consumers.test_who_is_shown_what",
    "exposure.hear": "test_oracles_consumers.test_who_is_shown_what",
    "exposure.revisit": "test_oracles_consumers.test_who_is_shown_what",
    "private_domain.move": "test_oracles_consumers.test_a_week_of_belonging",
    "random.low_bytes": "test_oracles.test_random_numbers",
    "random.normal_pair": "test_oracles.test_random_numbers",
    "random.philox": "test_streams.test_philox_gives_the_published_numbers",
    "random.unit_float": "test_oracles.test_random_numbers",
    "random.words_of": "test_oracles.test_random_numbers",
    "sections.pick": "test_oracles.test_sections",
    "sums._begin": "test_networks.test_shares_among_neighbours_are_those_of_the_table",
    "sums._lead_away": "test_networks.test_shares_among_neighbours_are_those_of_the_table",
    "sums._post": "test_oracles.test_transfers",
    "sums._unknown": "test_oracles.test_transfers",
}
"""module.kernel: the test that covers it in another way than by a reference of the same arguments"""


def kernels() -> dict[str, Any]:
    """Every compiled function of the kernels, of the mechanics and of the benchmark, as module.function."""
    found = {}
    for package in (sim.kernels, sim.mechanics, experiments.bench):
        for info in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{info.name}")
            for name, value in vars(module).items():
                if isinstance(value, CPUDispatcher) and value.__module__ == module.__name__:
                    found[f"{info.name}.{name}"] = value
    return found
