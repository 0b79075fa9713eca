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
    usual_stay: Array = own(
        "room", "stay", unit="minutes", at="traffic", bounds=(0, 1e5), doc="mean stay of who is not tired, and what of it is of one kind"
    )
    outlet_minutes: Array = own("outlet", unit="minutes", at="choose", gather="sum", doc="minutes watched by simulated consumers")
    outlet_views: Array = own("outlet", unit="views", at="choose", gather="sum", doc="visits by simulated consumers")
    utility: Array = add()

    offered: Array = read()
    room_similarity: Array = read()
    room_skill: Array = read()

    def traffic(self, ctx):
        p = self.p
        hazard = p.leave_rate * np.exp(p.sameness * (2 * self.room_similarity - 1) - p.quality * self.room_skill)
        self.usual_stay[:, 0], self.usual_stay[:, 1] = 1.0 / hazard, self.room_similarity / hazard

    def appraise(self, ctx):
        bore(self.utility, self.p.weight, self.fatigue)

    def choose(self, ctx):
        slower = np.exp(-self.p.tiredness * self.fatigue)
        watch(self.offered, slower, self.usual_stay, self.outlet_minutes, self.outlet_views, self.live_minutes, self.tiring_minutes)

    def learn(self, ctx):
        tire(self.fatigue, self.tiring_minutes, self.p.tiring, self.p.recovery)


@compiled
def bore(utility: Array, weight: float, fatigue: Array) -> None:
    """Take weight * fatigue (n,) from the live slots of utility (n, slots)."""
    for k in range(PRIVATE_SLOT):
        worth = utility[:, k]
        for i in range(fatigue.size):
            worth[i] -= np.float32(weight) * fatigue[i]


@compiled
def watch(offered: Array, slower: Array, usual: Array, minutes: Array, views: Array, watched: Array, tiring: Array) -> None:
    """Visit every room offered, shorter than usual if one is tired; counts minutes and views by outlet.

    Args:
        offered: (n, slots) outlets, rooms in the live slots, -1 for none. slower: (n,) effect of fatigue on the stay.
        usual: (rooms, 2) minutes of the fresh, and of these what tires. minutes, views: (outlets,) exact sums.
        watched, tiring: (n,) minutes, written.
    """
    whole, same = np.zeros(slower.size), np.zeros(slower.size)
    for k in range(PRIVATE_SLOT):
        for i in rows_with(offered[:, k]):
            room = np.uintp(offered[i, k])
            stay = slower[i] * usual[room, 0]
            minutes[room] += quanta(stay)
            views[room] += 10_000
            whole[i] += stay
            same[i] += slower[i] * usual[room, 1]
    for i in range(slower.size):
        watched[i], tiring[i] = whole[i], same[i]


@compiled
def tire(fatigue: Array, minutes: Array, tiring: float, recovery: float) -> None:
    """Fatigue (n,) after a week with minutes (n,) that tire: `tiring` is what ten of them do to the fresh, `recovery` what a week takes."""
    usual, rest, fresh = np.float32(TIRING_MINUTES), np.float32(recovery), np.float32(1.0)
    for i in range(fatigue.size):
        gain = np.float32(tiring) * minutes[i] / usual
        fatigue[i] += gain * (fresh - fatigue[i]) / (fresh + gain) - rest * fatigue[i]
