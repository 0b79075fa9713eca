"""Streamer trust: viewers follow rooms, and trust in a host is built slowly and lost fast."""

from __future__ import annotations

import numpy as np

from sim.fields import FOLLOWED_SLOT, PRIVATE_SLOT, TIES, Array, add, last, own, param, read
from sim.kernels.compiled import compiled
from sim.mechanic import Mechanic

NEUTRAL = 0.5  # reputation of an unknown room, and trust that speaks neither for nor against an offer [1]; source: assumption


class StreamerTrust(Mechanic):
    """Trust in a host lives on the tie of a follower; others go by the room's reputation.

    trust'  = trust + gain * good * (1 - trust) - loss * bad * trust        (Slovic 1993: bad news weighs more)
    utility += weight * (trust - 1/2)
    """

    gain = param(0.06, unit="1/basket", bounds=(0, 1), source="form:joesang2002", doc="pull of a good basket")
    loss = param(0.20, unit="1/basket", bounds=(0, 1), source="form:slovic1993", doc="pull of a bad basket")
    weight = param(1.5, unit="util", bounds=(0, 10), source="assumption", doc="effect of trust on an offer's worth")
    follow_rate = param(0.03, unit="1/view", bounds=(0, 1), source="assumption", doc="probability to follow a room met in the feed")
    follow_after_purchase = param(0.35, unit="1/basket", bounds=(0, 1), source="assumption", doc="probability to follow a room bought from")
    unfollow_rate = param(0.012, unit="1/week", bounds=(0, 1), source="assumption", doc="ties lost each week")
    word = param(
        0.04,
        unit="1/week",
        bounds=(0, 1),
        source="assumption",
        doc="speed at which a much-visited room's reputation follows what its buyers say",
    )
    followed_at_start = param(
        0.6, unit="share", bounds=(0, 1), source="assumption", doc="ties filled at the start, drawn by streamers' success"
    )
    initial = param(0.5, unit="1", bounds=(0, 1), source="assumption", doc="trust in a host one starts to follow")

    followed: Array = own("consumer", "tie", unit="1", at="learn", init=-1, dtype=np.int32, doc="rooms followed, -1 for none")
    follow_trust: Array = own(
        "consumer", "tie", unit="1", at="learn", init=NEUTRAL, bounds=(0, 1), doc="trust in the host of a followed room"
    )
    room_reputation: Array = own("room", unit="1", at="traffic", init=NEUTRAL, bounds=(0, 1), doc="what non-followers believe of a room")
    host_gone: Array = own("outlet", unit="1", at="traffic", dtype=np.bool_, doc="whether who hosted the room has left")
    utility: Array = add()

    engagement: Array = read()
    offered: Array = read()
    chosen: Array = read()
    outcome: Array = read()
    streamer_active: Array = last()
    streamer_entries: Array = last()
    outlet_host: Array = read()
    outlet_baskets: Array = last()
    outlet_bad: Array = last()

    def populate(self, ctx):
        drawn = self.engagement * (self.outlet_host[: self.engagement.size] >= 0)
        edges = np.cumsum(drawn) / max(drawn.sum(), 1e-12)
        known = ctx.uniform(label="known", words=4)
        which = ctx.uniform(label="which", words=4)
        for tie in range(TIES):
            room = np.minimum(np.searchsorted(edges, which[tie]), edges.size - 1)
            fresh = (known[tie] < self.p.followed_at_start) & ~(self.followed[:, :tie] == room[:, None]).any(axis=1)
            self.followed[:, tie] = np.where(fresh, room, -1)

    def traffic(self, ctx):
        p, usual = self.p, self.outlet_baskets[: self.room_reputation.size].mean()
        tell(
            self.room_reputation, self.outlet_baskets, self.outlet_bad, usual, self.outlet_host, self.streamer_entries,
            p.gain, p.loss, p.word,
        )  # fmt: skip
        self.host_gone[...] = (self.outlet_host >= 0) & (self.streamer_active[self.outlet_host] <= 0)

    def appraise(self, ctx):
        add_trust(self.utility, self.p.weight, self.offered, self.room_reputation, self.follow_trust)

    def learn(self, ctx):
        p = self.p
        leave, meet, which = ctx.uniform(label="ties", words=3)
        follow(
            self.followed, self.follow_trust, self.offered, self.chosen, self.outcome, leave, meet, which, self.host_gone,
            self.room_reputation.size, p.gain, p.loss, p.follow_rate, p.follow_after_purchase, p.unfollow_rate, p.initial,
        )  # fmt: skip


@compiled
def add_trust(utility: Array, weight: float, offered: Array, reputation: Array, trust: Array) -> None:
    """Add weight * (belief - 1/2): reputation for rooms met in feeds, own trust for followed ones. Shapes (n, slots)."""
    for k in range(FOLLOWED_SLOT):
        room, worth = offered[:, k], utility[:, k]
        for i in range(room.size):
            worth[i] += np.float32(weight * (reputation[max(room[i], 0)] - NEUTRAL))
    for k in range(FOLLOWED_SLOT, PRIVATE_SLOT):
        belief, worth = trust[:, k - FOLLOWED_SLOT], utility[:, k]
        for i in range(belief.size):
            worth[i] += np.float32(weight * (belief[i] - NEUTRAL))


@compiled
def tell(reputation: Array, baskets: Array, bad: Array, usual: float, host: Array, entries: Array, gain: float, loss: float,
         word: float) -> None:  # fmt: skip
    """A room's reputation (rooms,) follows what its buyers say, the faster the more they are; a newcomer starts afresh.

    Args:
        baskets, bad: (outlets,) all baskets, and those that disappoint. usual: baskets of a room. host: (outlets,) streamer, -1
        for none. entries: (streamers,) above 0 for newcomers. gain, loss: pull of a basket. word: fastest pull.
    """
    for r in range(reputation.size):
        if baskets[r] > 0.0:
            up, down = gain * (baskets[r] - bad[r]), loss * bad[r]
            heard = baskets[r] / max(usual, 1e-12)
            reputation[r] += word * heard / (1.0 + heard) * (up / max(up + down, 1e-12) - reputation[r])
        if host[r] >= 0 and entries[host[r]] > 0.0:
            reputation[r] = NEUTRAL


@compiled
def follow(followed: Array, trust: Array, offered: Array, chosen: Array, outcome: Array, leave: Array, meet: Array, which: Array,
           gone: Array, rooms: int, gain: float, loss: float, rate: float, after: float, unfollow: float,
           initial: float) -> None:  # fmt: skip
    """Learn from a basket, start to follow a room met or bought from, and drop ties: to hosts gone, or at random.

    Args:
        followed, trust: (n, ties), changed. offered: (n, slots). chosen, outcome: (n,). leave, meet, which: (n,) in [0, 1).
        gone: (outlets,) whether the host left. rooms: outlets below this number are rooms.
        gain, loss: pull of a good and of a bad basket. rate, after: probability to follow a room met, or bought from.
        unfollow: ties lost a week. initial: trust at the start of a tie.
    """
    candidate, room_bought = np.empty(chosen.size, np.int32), np.empty(chosen.size, np.int32)
    weakest, starts = np.empty(chosen.size, np.int8), np.empty(chosen.size, np.bool_)
    for i in range(chosen.size):
        room_bought[i] = chosen[i] if chosen[i] < rooms else -1
        met = offered[i, 0] if which[i] < np.float32(0.5) else offered[i, 1]
        candidate[i] = room_bought[i] if room_bought[i] >= 0 else met
    for t in range(TIES):
        room, belief = followed[:, t], trust[:, t]
        for i in range(chosen.size):
            goal = np.float32(1.0) if outcome[i] > 0 else np.float32(0.0)
            pull = np.float32(gain) if outcome[i] > 0 else np.float32(loss)
            pull = pull if (room[i] == room_bought[i]) & (room[i] >= 0) else np.float32(0.0)
            belief[i] += pull * (goal - belief[i])
    for i in range(chosen.size):
        least, at, known = np.float32(2.0), 0, False
        for t in range(TIES):
            known |= followed[i, t] == candidate[i]
            standing = trust[i, t] if followed[i, t] >= 0 else np.float32(-1.0)
            at = t if standing < least else at
            least = standing if standing < least else least
        chance = np.float32(after) if outcome[i] > 0 else np.float32(0.0)
        chance = chance if room_bought[i] >= 0 else np.float32(rate)
        weakest[i] = at
        starts[i] = (meet[i] < chance) & (candidate[i] >= 0) & (not known)
    for i in range(chosen.size):
        if starts[i]:
            followed[i, weakest[i]] = candidate[i]
            trust[i, weakest[i]] = initial
        if leave[i] < unfollow * TIES:
            followed[i, min(int(which[i] * TIES), TIES - 1)] = -1
    for t in range(TIES):
        room = followed[:, t]
        for i in range(chosen.size):
            room[i] = -1 if gone[max(room[i], 0)] else room[i]
