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
        followers = (1 - p.step) * self.room_style[imitates] + p.step * self.room_style[leader[imitates]] + p.noise * error[imitates]
        self.room_style[innovates] = _normalised(self.room_style[innovates] + p.jump * error[innovates])
        self.room_style[imitates] = _normalised(followers)
        self.innovating[...] = innovates.mean()
        weight = self.room_minutes + 1e-9
        summed = sums_by_sector(self.room_style * weight[:, None], sector, self.similarity.size)
        alike = np.ones(rooms)
        self.similarity[...] = mean_similarity(summed, weight, sector)
        self.similarity_unweighted[...] = mean_similarity(sums_by_sector(self.room_style, sector, self.similarity.size), alike, sector)
        centre = summed / np.maximum(np.bincount(sector, weight, self.similarity.size), 1e-300)[:, None]
        self.room_similarity[...] = 0.5 + 0.5 * np.einsum("ra,ra->r", self.room_style, centre[sector])


def leaders(success: Array, sector: Array, sectors: int) -> Array:
    """The most successful room of each sector, (sectors,) int; -1 where there is none."""
    best = np.full(sectors, -1)
    order = np.argsort(success, kind="stable")
    best[sector[order]] = order
    return best


def sums_by_sector(vectors: Array, sector: Array, sectors: int) -> Array:
    """Sums of vectors (rooms, axes) by sector, (sectors, axes)."""
    return np.stack([np.bincount(sector, column, sectors) for column in vectors.T], axis=1)


def mean_similarity(summed: Array, weight: Array, sector: Array) -> Array:
    """Mean pairwise cosine inside each sector, weighted by the product of weights and mapped to [0, 1], (sectors,).

    Args:
        summed: (sectors, axes) sums of weight * unit vector. weight: (rooms,) not negative. sector: (rooms,) int.
    """
    total = np.bincount(sector, weight, summed.shape[0])
    alone = np.bincount(sector, weight**2, summed.shape[0])
    pairs = total**2 - alone
    some = pairs > 1e-12 * np.maximum(total, 1e-300) ** 2
    cosine = np.where(some, ((summed**2).sum(axis=1) - alone) / np.where(some, pairs, 1.0), 0.0)
    return (0.5 + 0.5 * cosine).clip(0, 1)


def _normalised(vectors: Array) -> Array:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
