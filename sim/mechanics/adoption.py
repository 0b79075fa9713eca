"""Adoption: people take up live shopping by themselves and from their neighbours."""

from __future__ import annotations

import numpy as np

from sim.fields import Array, own, param, read
from sim.kernels.compiled import compiled
from sim.mechanic import Mechanic


class Adoption(Mechanic):
    """Bass adoption on a network: hazard = innovation + imitation * share of neighbours who watch; some drop out.

    Reference: Bass 1969; Van den Bulte & Stremersch 2004 for China.
    """

    innovation = param(
        0.0006, unit="1/week", bounds=(0, 0.1), source="sultan1990", doc="hazard without any neighbour: 0.03 a year; free in data_world"
    )
    imitation = param(
        0.009,
        unit="1/week",
        bounds=(0, 0.5),
        source="form:sultan1990",
        doc="hazard with all neighbours: their mean of 0.38 a year is 0.0073; free in data_world",
    )
    dropout = param(0.0008, unit="1/week", bounds=(0, 0.1), source="assumption", doc="users who stop each week")
    users_at_start = param(
        235.0,
        unit="million",
        bounds=(0, 1500),
        source="form:history:ecom_livestream_users_CNNIC",
        doc="users of live shopping at the start: 265 in March 2020, less 30 for the quarter before it",
    )
    shoppers_at_start = param(
        700.0,
        unit="million",
        bounds=(1, 1500),
        source="form:history:online_shoppers_CNNIC",
        doc="people who shop online at the start: between 639 in June 2019 and 710 in March 2020",
    )
    gen_z_ease = param(1.3, unit="1", bounds=(0, 5), source="assumption", doc="hazard of Gen Z against millennials")
    silver_ease = param(0.7, unit="1", bounds=(0, 5), source="assumption", doc="hazard of the silver generation against millennials")

    adopted: Array = own("consumer", unit="1", at="learn", dtype=np.uint8, bounds=(0, 1), doc="uses live shopping")
    users_count: Array = own("platform", unit="people", at="learn", gather="sum", doc="simulated users by main platform")

    generation: Array = read()
    habit_platform: Array = read()
    online_rank: Array = read()
    online: Array = read()
    neighbour_adopters: Array = read()

    def _ease(self) -> Array:
        return np.array([self.p.gen_z_ease, 1.0, self.p.silver_ease])

    def populate(self, ctx):
        everybody = ctx.size("consumer") * ctx.people / 1e6
        share = self.p.users_at_start / self.p.shoppers_at_start
        ease = self._ease()[self.generation]
        ready = ctx.uniform(label="start") < share * ease / self._ease().mean()
        self.adopted[...] = ready & (self.online_rank * everybody < self.p.shoppers_at_start)

    def learn(self, ctx):
        p = self.p
        take_up(
            self.adopted, self.online, self.neighbour_adopters, self.generation, self.habit_platform, ctx.uniform(),
            self._ease(), p.innovation, p.imitation, p.dropout, self.users_count,
        )  # fmt: skip


@compiled
def take_up(adopted: Array, online: Array, neighbours: Array, generation: Array, platform: Array, u: Array, ease: Array,
            innovation: float, imitation: float, dropout: float, users: Array) -> None:  # fmt: skip
    """One week of adoption and drop-out for (n,) consumers; users by main platform are counted exactly.

    The hazard is (innovation + imitation * share of neighbours) * ease of the generation.
    """
    leisure = np.empty(u.size)
    for i in range(u.size):
        leisure[i] = ease[np.uintp(generation[i])]
    for i in range(u.size):  # without branches, of which luck would decide most
        stays, comes = u[i] >= dropout, online[i] & (u[i] < (innovation + imitation * neighbours[i]) * leisure[i])
        was = adopted[i] > 0
        adopted[i] = (was & stays) | (not was and comes)
    for p in range(users.size):
        there = 0
        for i in range(u.size):
            there += int((adopted[i] > 0) & (platform[i] == p))
        users[p] += 10_000 * there
