"""What the benchmark's rules mean, in plain numpy: the toy step of `experiments.bench.toy_step`, all consumers at once, and full slots."""

from __future__ import annotations

import numpy as np


def worth(shown, trust, sensitivity, quality, price, utility):
    utility[...] = trust + quality[shown] - sensitivity * price[shown]


def exponentials(utility, odds):
    odds[...] = np.exp(utility.astype(float).clip(-87.0, 88.0))


def place_of(u, first, second, third, place):
    reached = np.cumsum([first, second, third], axis=0)
    place[...] = (u * (1 + reached[-1]) >= reached).sum(axis=0)


def option_at(place, first, second, third, nobody, chosen):
    options = np.stack([first, second, third, np.full_like(first, nobody)])
    chosen[...] = options[place, np.arange(place.size)]


def choose_by_odds(u, one, two, three, first, second, third, nobody, chosen):
    odds, place = np.empty((3, u.size)), np.empty(u.size, int)
    exponentials(np.stack([one, two, three]), odds)
    place_of(u.astype(float), *odds, place)
    option_at(place, first, second, third, nobody, chosen)


def count_each(chosen, total):
    total += 10_000 * np.bincount(chosen, minlength=total.size)


def move_trust(trust, chosen, luck, goal, pull, noise):
    trust += pull[chosen] * (goal[chosen] + (luck - 0.5) * noise[chosen] - trust)


def fill(offered, rooms, brands, seed):
    empty = offered < 0
    row, slot = np.nonzero(empty)
    mixed = ((8 * (seed + row) + slot).astype(np.uint64) * np.uint64(2654435761)) % np.uint64(2**32)
    mixed = ((mixed ^ (mixed >> np.uint64(15))) * np.uint64(2246822519)) % np.uint64(2**32)
    share = mixed.astype(float) / 2**32
    offered[empty] = np.select(
        [slot < 6, slot == 6], [np.floor(share * rooms), rooms + np.floor(share * brands)], rooms + brands + np.floor(share * brands)
    )
