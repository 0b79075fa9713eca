"""Streamer trust: viewers follow rooms, and trust in a host is built slowly and lost fast."""

from __future__ import annotations

import numpy as np

from sim.fields import FOLLOWED_SLOT, PRIVATE_SLOT, Array, add, last, own, param, read
from sim.mechanic import Mechanic


class StreamerTrust(Mechanic):
    """Trust in a host lives on the tie of a follower; others go by the room's reputation.

        trust'  = trust + gain * good * (1 - trust) - loss * bad * trust        (Slovic 1993: bad news weighs more)
        utility += weight * (trust - 1/2)
    """

    gain = param(0.06, unit="1/basket", bounds=(0, 1), source="joesang2002", doc="pull of a good basket")
    loss = param(0.20, unit="1/basket", bounds=(0, 1), source="slovic1993", doc="pull of a bad basket")
    weight = param(1.5, unit="util", bounds=(0, 10), source="assumption", doc="effect of trust on an offer's worth")
    follow_rate = param(0.03, unit="1/view", bounds=(0, 1), source="assumption", doc="probability to follow a room met in the feed")
    follow_after_purchase = param(0.35, unit="1/basket", bounds=(0, 1), source="assumption", doc="probability to follow a room bought from")
    unfollow_rate = param(0.012, unit="1/week", bounds=(0, 1), source="assumption", doc="ties lost each week")
    initial = param(0.5, unit="1", bounds=(0, 1), source="assumption", doc="trust in a host one starts to follow")

    followed: Array = own("consumer", "tie", unit="1", at="learn", init=-1, dtype=np.int32, doc="rooms followed, -1 for none")
    follow_trust: Array = own("consumer", "tie", unit="1", at="learn", init=0.5, bounds=(0, 1), doc="trust in the host of a followed room")
    room_reputation: Array = own("room", unit="1", at="enforce", init=0.5, bounds=(0, 1), doc="what non-followers believe of a room")
    utility: Array = add()

    offered: Array = read()
    chosen: Array = read()
    outcome: Array = read()
    streamer_active: Array = last()
    outlet_host: Array = read()
    outlet_baskets: Array = read()
    outlet_bad: Array = read()

    def appraise(self, ctx):
        rooms = self.room_reputation.size
        known = self.offered[:, :FOLLOWED_SLOT]
        belief = self.room_reputation[known.clip(0, rooms - 1)]
        self.utility[:, :FOLLOWED_SLOT] += self.p.weight * (belief - 0.5) * (known >= 0)
        self.utility[:, FOLLOWED_SLOT:PRIVATE_SLOT] += self.p.weight * (self.follow_trust - 0.5)

    def learn(self, ctx):
        p, rooms = self.p, self.room_reputation.size
        leave, meet, which = ctx.uniform(label="ties", words=3)
        bought = np.where((self.chosen >= 0) & (self.chosen < rooms), self.chosen, -1)
        mine = (self.followed == bought[:, None]) & (bought >= 0)[:, None]
        good, bad = mine & (self.outcome == 1)[:, None], mine & (self.outcome == -1)[:, None]
        self.follow_trust += p.gain * good * (1 - self.follow_trust)
        self.follow_trust -= p.loss * bad * self.follow_trust

        met = np.where(which < 0.5, self.offered[:, 0], self.offered[:, 1])
        candidate = np.where(bought >= 0, bought, met)
        chance = np.where(bought >= 0, p.follow_after_purchase * (self.outcome > 0), p.follow_rate)
        new = (candidate >= 0) & (meet < chance) & ~(self.followed == candidate[:, None]).any(axis=1)
        weakest = np.where(self.followed < 0, -1.0, self.follow_trust).argmin(axis=1)
        rows = np.flatnonzero(new)
        self.followed[rows, weakest[rows]] = candidate[rows]
        self.follow_trust[rows, weakest[rows]] = p.initial

        host = self.outlet_host[self.followed.clip(0)]
        gone = (host >= 0) & (self.streamer_active[host.clip(0)] <= 0)
        place = (which * self.followed.shape[1]).astype(np.int64).clip(0, self.followed.shape[1] - 1)
        dropped = gone.copy()
        dropped[np.arange(place.size), place] |= leave < p.unfollow_rate * self.followed.shape[1]
        self.followed[dropped & (self.followed >= 0)] = -1

    def enforce(self, ctx):
        rooms = self.room_reputation.size
        bad, baskets = self.outlet_bad[:rooms], self.outlet_baskets[:rooms]
        pull_up, pull_down = self.p.gain * (baskets - bad), self.p.loss * bad
        weight = pull_up + pull_down
        share = weight / (1.0 + weight)
        self.room_reputation += share * (pull_up / np.maximum(weight, 1e-12) - self.room_reputation) * (weight > 0)
