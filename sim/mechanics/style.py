"""Style: hosts imitate who leads and rarely innovate, so content grows alike."""

from __future__ import annotations

import numpy as np

from sim.fields import TASTES, Array, last, own, param, read
from sim.kernels.compiled import compiled
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
        self.room_style[...] = _normalised(ctx.normal("room", words=4).T[:, :TASTES].astype(np.float64))

    def plan(self, ctx):
        p, rooms = self.p, self.room_style.shape[0]
        sector = self.outlet_sector[:rooms]
        who = ctx.uniform("room", "who")
        leader = leaders(self.room_minutes, sector, self.similarity.size)
        moving, ahead = movers(who, sector, leader, p.imitation_rate, p.innovation_rate)
        error = ctx.normal("room", "error", words=TASTES, rows=moving)
        move(self.room_style, moving, ahead, error, p.step, p.noise, p.jump)
        self.innovating[...] = np.count_nonzero(ahead < 0) / rooms
        likeness(self.room_style, sector, self.room_minutes + 1e-9, self.similarity, self.room_similarity)
        likeness(self.room_style, sector, np.ones(rooms), self.similarity_unweighted, np.empty(0))


@compiled
def leaders(success: Array, sector: Array, sectors: int) -> Array:
    """The most successful room of each sector, of equals the last, (sectors,) int; -1 where there is none."""
    best = np.full(sectors, -1)
    for room in range(sector.size):
        leader = best[sector[room]]
        if leader < 0 or success[room] >= success[leader]:
            best[sector[room]] = room
    return best


@compiled
def movers(who: Array, sector: Array, leader: Array, imitation: float, innovation: float) -> tuple[Array, Array]:
    """The rooms that change their style, (k,) int, and whom each imitates, (k,) int, -1 for nobody: that one innovates.

    Args:
        who: (rooms,) draws in [0, 1). sector: (rooms,). leader: (sectors,) room, -1 for none; it imitates nobody.
        imitation, innovation: shares of rooms.
    """
    moving, ahead, found = np.empty(who.size, np.int64), np.empty(who.size, np.int64), 0
    for room in range(who.size):
        first = leader[sector[room]]
        imitates = who[room] < np.float32(imitation) and first >= 0 and first != room
        if imitates or who[room] >= np.float32(1.0 - innovation):
            moving[found], ahead[found] = room, first if imitates else -1
            found += 1
    return moving[:found], ahead[:found]


@compiled
def move(style: Array, moving: Array, ahead: Array, error: Array, step: float, noise: float, jump: float) -> None:
    """Some rooms change their style, (rooms, 4 axes): towards a leader's as it was before, or by a jump; it stays a unit vector.

    Args:
        moving: (k,) rooms. ahead: (k,) whom each imitates, -1 for nobody. error: (axes, k).
        step: part of the way. noise, jump: size of the error where one imitates, and where one does not.
    """
    towards = np.empty((moving.size, TASTES))
    for k in range(moving.size):
        for a in range(TASTES):
            towards[k, a] = style[max(ahead[k], 0), a]
    for k in range(moving.size):
        room, length = moving[k], 0.0
        for a in range(TASTES):
            here = style[room, a]
            kept = here if ahead[k] < 0 else (1.0 - step) * here + step * towards[k, a]
            style[room, a] = kept + (jump if ahead[k] < 0 else noise) * error[a, k]
            length += style[room, a] ** 2
        for a in range(TASTES):
            style[room, a] /= max(np.sqrt(length), 1e-12)


@compiled
def likeness(style: Array, sector: Array, weight: Array, similarity: Array, room_similarity: Array) -> None:
    """Mean pairwise cosine of unit vectors inside each sector, weighted by products of weights; mapped to [0, 1].

    Args:
        style: (rooms, axes) unit vectors. sector: (rooms,) int. weight: (rooms,) not negative.
        similarity: (sectors,), written; 1/2 where a sector has fewer than two rooms of weight.
        room_similarity: (rooms,), written: likeness of each room to the weighted mean of its sector; (0,) where nobody asks.
    """
    sectors = similarity.size
    summed = np.zeros((sectors, TASTES))
    total = np.zeros(sectors)
    alone = np.zeros(sectors)
    for r in range(sector.size):
        s = sector[r]
        total[s] += weight[r]
        alone[s] += weight[r] ** 2
        for a in range(TASTES):
            summed[s, a] += weight[r] * style[r, a]
    for s in range(sectors):
        pairs = total[s] ** 2 - alone[s]
        length = 0.0
        for a in range(TASTES):
            length += summed[s, a] ** 2
        cosine = (length - alone[s]) / pairs if pairs > 1e-12 * total[s] ** 2 and pairs > 0.0 else 0.0
        similarity[s] = min(max(0.5 + 0.5 * cosine, 0.0), 1.0)
    for r in range(room_similarity.size):
        inner = 0.0
        for a in range(TASTES):
            inner += style[r, a] * summed[sector[r], a]
        room_similarity[r] = 0.5 + 0.5 * inner / max(total[sector[r]], 1e-300)


def _normalised(vectors: Array) -> Array:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
