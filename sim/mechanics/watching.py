"""Watching: how long people stay in rooms, and how sameness tires them."""

from __future__ import annotations

import numpy as np

from sim.fields import PRIVATE_SLOT, Array, add, own, param, read
from sim.kernels.compiled import compiled, quanta, rows_with
from sim.mechanic import Mechanic

TIRING_MINUTES = 10.0  # minutes a week of one kind that tire by `tiring` [minutes]; source: definition


class Watching(Mechanic):
    """A viewer leaves a room at a hazard that rises with sameness and fatigue; the mean stay is its inverse.

    stay     = 1 / (leave_rate * exp(sameness * (2 similarity - 1) + tiredness * fatigue - talent * quality))
    fatigue' = fatigue + tiring * minutes / 10 * similarity * (1 - fatigue) - recovery * fatigue
    utility -= weight * fatigue   (Naik, Mantrala & Sawyer 1998 for wear-out)
    """

    leave_rate = param(
        0.16, unit="1/minute", bounds=(0.01, 2), source="assumption", doc="hazard of leaving fresh and varied rooms; free in report_world"
    )
    sameness = param(1.0, unit="1", bounds=(0, 5), source="assumption", doc="effect of sameness on the log hazard of leaving")
    tiredness = param(1.0, unit="1", bounds=(0, 5), source="form:naik1998", doc="effect of fatigue on the log hazard of leaving")
    quality = param(0.3, unit="1/util", bounds=(0, 3), source="assumption", doc="effect of talent on the log hazard of leaving")
    tiring = param(0.03, unit="1/week", bounds=(0, 1), source="form:naik1998", doc="fatigue gained in a week of ten minutes of one kind")
    recovery = param(0.04, unit="1/week", bounds=(0, 1), source="form:naik1998", doc="fatigue lost in a week")
    weight = param(0.6, unit="util", bounds=(0, 5), source="assumption", doc="utility of a live offer lost when fully tired")

    fatigue: Array = own("consumer", unit="1", at="learn", bounds=(0, 1), doc="tiredness of live content")
    live_minutes: Array = own(
        "consumer", unit="minutes/week", at="choose", init=None, lasting=False, bounds=(0, 1e4), doc="minutes watched this week"
    )
    tiring_minutes: Array = own(
        "consumer", unit="minutes/week", at="choose", init=None, lasting=False, bounds=(0, 1e4), doc="minutes weighted by sameness"
    )
    leave_hazard: Array = own("room", unit="1/minute", at="traffic", init=0.2, bounds=(0, 100), doc="hazard of leaving before fatigue")
    outlet_minutes: Array = own("outlet", unit="minutes", at="choose", gather="sum", doc="minutes watched by simulated consumers")
    outlet_views: Array = own("outlet", unit="views", at="choose", gather="sum", doc="visits by simulated consumers")
    utility: Array = add()

    offered: Array = read()
    room_similarity: Array = read()
    room_skill: Array = read()

    def traffic(self, ctx):
        p = self.p
        self.leave_hazard[...] = p.leave_rate * np.exp(p.sameness * (2 * self.room_similarity - 1) - p.quality * self.room_skill)

    def appraise(self, ctx):
        bore(self.utility, self.p.weight, self.fatigue)

    def choose(self, ctx):
        slower = np.exp(-self.p.tiredness * self.fatigue)
        watch(
            self.offered,
            slower,
            self.leave_hazard,
            self.room_similarity,
            self.outlet_minutes,
            self.outlet_views,
            self.live_minutes,
            self.tiring_minutes,
        )

    def learn(self, ctx):
        gain = self.p.tiring * self.tiring_minutes / TIRING_MINUTES
        self.fatigue += gain * (1.0 - self.fatigue) / (1.0 + gain) - self.p.recovery * self.fatigue


@compiled
def bore(utility: Array, weight: float, fatigue: Array) -> None:
    """Take weight * fatigue (n,) from the live slots of utility (n, slots)."""
    for k in range(PRIVATE_SLOT):
        worth = utility[:, k]
        for i in range(fatigue.size):
            worth[i] -= np.float32(weight) * fatigue[i]


@compiled
def watch(
    offered: Array, slower: Array, hazard: Array, similarity: Array, minutes: Array, views: Array, watched: Array, tiring: Array
) -> None:
    """Visit every room offered: the mean stay is slower / hazard minutes; counts minutes and views by outlet.

    Args:
        offered: (n, slots) outlets, rooms in the live slots, -1 for none. slower: (n,) effect of fatigue on the stay.
        hazard, similarity: (rooms,). minutes, views: (outlets,) exact sums. watched, tiring: (n,) minutes, written.
    """
    rooms = hazard.size
    usual = np.zeros((rooms, 2))  # minutes of the fresh, and minutes times sameness
    counted = np.zeros((rooms, 2), np.int64)  # minutes and visits, together as many rooms are far apart in memory
    for r in range(rooms):
        usual[r, 0], usual[r, 1] = 1.0 / hazard[r], similarity[r] / hazard[r]
    whole, same = np.zeros(slower.size), np.zeros(slower.size)
    for k in range(PRIVATE_SLOT):
        for i in rows_with(offered[:, k]):
            room = np.uintp(offered[i, k])
            stay = slower[i] * usual[room, 0]
            counted[room, 0] += quanta(stay)
            counted[room, 1] += 10_000
            whole[i] += stay
            same[i] += slower[i] * usual[room, 1]
    for i in range(slower.size):
        watched[i], tiring[i] = whole[i], same[i]
    for r in range(rooms):
        minutes[r] += counted[r, 0]
        views[r] += counted[r, 1]
