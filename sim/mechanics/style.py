"""Style: hosts imitate who leads and rarely innovate, so content grows alike."""

from __future__ import annotations

import numpy as np

from sim.fields import Array, last, own, param, read
from sim.mechanic import Mechanic


class Style(Mechanic):
    """A room's style is a point on a sphere; with some probability it moves towards its sector's leader.

        imitation:  x' = norm((1 - step) x + step x_leader + noise)        (Bikhchandani et al. 1992)
        innovation: x' = norm(x + jump)
        similarity = (1 + mean pairwise cosine) / 2, by sector; weighted by minutes watched, and unweighted
    """

    imitation_rate = param(0.03, unit="1/week", bounds=(0, 1), source="assumption", doc="probability to move towards the leader")
    innovation_rate = param(0.01, unit="1/week", bounds=(0, 1), source="assumption", doc="probability to try something else")
    step = param(0.35, unit="1", bounds=(0, 1), source="assumption", doc="part of the way to the leader")
    noise = param(0.10, unit="1", bounds=(0, 2), source="assumption", doc="error of imitation, each axis")
    jump = param(1.0, unit="1", bounds=(0, 5), source="assumption", doc="length of an innovation, each axis")

    room_style: Array = own("room", "taste", unit="1", at="plan", bounds=(-1, 1), doc="content style, a unit vector")
    room_similarity: Array = own("room", unit="1", at="plan", init=0.5, bounds=(0, 1), doc="likeness of a room to what its sector shows")
    similarity: Array = own("sector", unit="1", at="plan", init=0.5, bounds=(0, 1), doc="likeness of content, weighted by minutes watched")
    similarity_unweighted: Array = own("sector", unit="1", at="plan", init=0.5, bounds=(0, 1), doc="likeness of content, all rooms alike")
    innovating: Array = own(unit="share", at="plan", bounds=(0, 1), doc="rooms that tried something else this week")

    outlet_sector: Array = read()
    room_minutes: Array = last()

    def found(self, ctx):
        axes = self.room_style.shape[1]
        self.room_style[...] = _normalised(ctx.normal("room", words=4).T[:, :axes].astype(np.float64))

    def plan(self, ctx):
        p, rooms = self.p, self.room_style.shape[0]
        sector = self.outlet_sector[:rooms]
        who = ctx.uniform("room", "who")
        error = ctx.normal("room", "error", words=4).T[:, : self.room_style.shape[1]]
        leader = leaders(self.room_minutes, sector, self.similarity.size)[sector]
        imitates = (who < p.imitation_rate) & (leader >= 0) & (leader != np.arange(rooms))
        innovates = (who >= 1.0 - p.innovation_rate) & ~imitates
        moved = self.room_style.copy()
        moved[imitates] = (1 - p.step) * moved[imitates] + p.step * self.room_style[leader[imitates]] + p.noise * error[imitates]
        moved[innovates] += p.jump * error[innovates]
        self.room_style[...] = _normalised(moved)
        self.innovating[...] = innovates.mean()
        weight = self.room_minutes + 1e-9
        self.similarity[...] = mean_similarity(self.room_style, sector, weight, self.similarity.size)
        self.similarity_unweighted[...] = mean_similarity(self.room_style, sector, np.ones(rooms), self.similarity.size)
        centre = np.zeros((self.similarity.size, self.room_style.shape[1]))
        np.add.at(centre, sector, weight[:, None] * self.room_style)
        centre /= np.maximum(np.bincount(sector, weight, self.similarity.size), 1e-300)[:, None]
        self.room_similarity[...] = 0.5 + 0.5 * (self.room_style * centre[sector]).sum(axis=1)


def leaders(success: Array, sector: Array, sectors: int) -> Array:
    """The most successful room of each sector, (sectors,) int; -1 where there is none."""
    best = np.full(sectors, -1)
    order = np.argsort(success, kind="stable")
    best[sector[order]] = order
    return best


def mean_similarity(style: Array, sector: Array, weight: Array, sectors: int) -> Array:
    """Mean pairwise cosine of unit vectors inside each sector, weighted by the product of weights, mapped to [0, 1].

    Args:
        style: (rooms, axes) unit vectors. sector: (rooms,) int. weight: (rooms,) not negative.
    """
    summed = np.zeros((sectors, style.shape[1]))
    np.add.at(summed, sector, weight[:, None] * style)
    total = np.bincount(sector, weight, sectors)
    alone = np.bincount(sector, weight**2, sectors)
    pairs = total**2 - alone
    cosine = np.where(pairs > 1e-12 * np.maximum(total, 1e-300) ** 2, ((summed**2).sum(axis=1) - alone) / np.maximum(pairs, 1e-300), 0.0)
    return (0.5 + 0.5 * cosine).clip(0, 1)


def _normalised(vectors: Array) -> Array:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
