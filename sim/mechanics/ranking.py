"""Ranking: platforms show rooms in proportion to past success; success breeds success."""

from __future__ import annotations

import numpy as np

from sim.fields import Array, last, own, param, read
from sim.kernels.compiled import compiled
from sim.kernels.sections import sections_of
from sim.mechanic import Mechanic

LEAST_AIRTIME = 0.05  # time on air to which success an hour is reckoned at least [share of full time]; source: assumption


class Ranking(Mechanic):
    """The feed of a platform is drawn in proportion to a score, with a pool for everybody.

        engagement' = memory * engagement + (1 - memory) * (minutes and sales an hour on air, against the mean)
        weight      = on air * [(1 - exploration) * (least + engagement)^matthew * exp(quality + boost) + exploration]

    Reference: Simon 1955; Jeong, Néda & Barabási 2003; Krapivsky, Redner & Leyvraz 2000 for the exponent.
    """

    matthew = param(
        0.9,
        unit="1",
        bounds=(0, 2),
        source="jeong2003",
        doc="exponent of past success, 0.8 to 1.05 where measured; from 1 on the best room takes all",
    )
    memory = param(0.96, unit="1/week", bounds=(0, 1), source="assumption", doc="weight of the past in engagement")
    talent_weight = param(0.5, unit="1", bounds=(0, 5), source="assumption", doc="what a util of talent adds to the log weight")
    least = param(0.1, unit="1", bounds=(0, 10), source="assumption", doc="engagement that a room is credited with beside its own")
    newcomer = param(0.2, unit="1", bounds=(0, 10), source="assumption", doc="engagement with which a newcomer begins")
    tail_at_start = param(
        1.12,
        unit="1",
        bounds=(0.5, 10),
        source="history:streamer_gmv_May2020_rank25",
        doc="Pareto exponent of streamers' success at the start: rank-size slope 0.89 in May 2020",
    )

    engagement: Array = own(
        "room", unit="1", at="traffic", init=1.0, bounds=(0, 1e9), doc="discounted past success an hour on air, mean near 1"
    )
    aired: Array = own("room", unit="share", at="traffic", bounds=(0, 2), doc="time on air last week")
    feed_weight: Array = own("room", unit="1", at="traffic", init=1.0, bounds=(0, 1e15), doc="weight of a room in its platform's feed")
    feed_cdf: Array = own("room", unit="share", at="traffic", bounds=(0, 1 + 1e-9), doc="cumulative weights, platform by platform")
    feed_guide: Array = own("platform", "cell", unit="1", at="traffic", dtype=np.int32, doc="where to begin looking in feed_cdf")
    feed_members: Array = own("room", unit="1", at="traffic", dtype=np.int32, doc="room of each entry of feed_cdf")

    outlet_platform: Array = read()
    outlet_host: Array = read()
    room_main: Array = read()
    room_skill: Array = read()
    conversion_weight: Array = read()
    exploration: Array = read()
    brand_boost: Array = read()
    on_air: Array = read()
    streamer_entries: Array = last()
    room_minutes: Array = last()
    room_gmv: Array = last()

    def found(self, ctx):
        tail = (1.0 - ctx.uniform("room").astype(np.float64)) ** (-1.0 / self.p.tail_at_start)
        streamers = self.outlet_host[: tail.size] >= 0
        self.engagement[streamers] = (tail / tail[streamers].mean())[streamers]

    def traffic(self, ctx):
        p, rooms = self.p, self.engagement.size
        platform, host = self.outlet_platform[:rooms], self.outlet_host[:rooms]
        remember(
            self.engagement, self.aired, self.room_minutes, self.room_gmv, host, self.streamer_entries, platform,
            self.conversion_weight, p.memory, p.newcomer,
        )  # fmt: skip
        np.multiply(self.on_air, self.room_main, out=self.aired)
        boost = np.where(host >= 0, 0.0, self.brand_boost[platform])
        merit = (p.least + self.engagement) ** p.matthew * np.exp(p.talent_weight * self.room_skill + boost)
        self.feed_weight[...] = exploration_shares(merit * self.aired, self.aired, platform, self.exploration)
        platforms, cells = self.feed_guide.shape
        self.feed_cdf[...], self.feed_guide[...], self.feed_members[...] = sections_of(self.feed_weight, platform, platforms, cells)


@compiled
def remember(engagement: Array, aired: Array, minutes: Array, sales: Array, host: Array, entries: Array, platform: Array,
             conversion: Array, memory: float, newcomer: float) -> None:  # fmt: skip
    """Engagement (rooms,) follows last week's success in rooms that were on air; a newcomer's begins anew.

    Args:
        aired, minutes, sales: (rooms,) time on air, minutes watched, CNY. host: (rooms,) streamer, -1 for none.
        entries: (streamers,) above 0 for newcomers. platform: (rooms,). conversion: (platforms,) weight of sales, not minutes.
    """
    usual_minutes, usual_sales = an_hour(minutes, aired), an_hour(sales, aired)
    for r in range(engagement.size):
        if host[r] >= 0 and entries[host[r]] > 0.0:
            engagement[r] = newcomer
        if aired[r] > 0.0:
            weight = conversion[platform[r]]
            watched, sold = success(minutes[r], aired[r], usual_minutes), success(sales[r], aired[r], usual_sales)
            engagement[r] += (1.0 - memory) * ((1.0 - weight) * watched + weight * sold - engagement[r])


@compiled
def an_hour(result: Array, aired: Array) -> float:
    """What all rooms (rooms,) together had for each hour on air."""
    return result.sum() / max(aired.sum(), 1e-12)


@compiled
def success(result: float, aired: float, usual: float) -> float:
    """What a room that was on air had for an hour of it, against what is usual; 0 where nobody had anything."""
    return result / max(aired, LEAST_AIRTIME) / usual if usual > 0.0 else 0.0


@compiled
def exploration_shares(merit: Array, on_air: Array, platform: Array, exploration: Array) -> Array:
    """Share of each room in its platform's feed: by merit, and evenly over time on air for the pool, (rooms,)."""
    merits, airtime = np.full(exploration.size, 1e-300), np.full(exploration.size, 1e-300)
    for r in range(platform.size):
        merits[platform[r]] += merit[r]
        airtime[platform[r]] += on_air[r]
    share = np.empty(platform.size)
    for r in range(platform.size):
        k = platform[r]
        share[r] = (1 - exploration[k]) * merit[r] / merits[k] + exploration[k] * on_air[r] / airtime[k]
    return share
