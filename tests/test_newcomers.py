"""Who takes an empty place begins anew: with little success in the feed, and without the reputation of who left."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.mechanics.ranking import Ranking
from sim.mechanics.streamer_trust import StreamerTrust
from sim.model import build
from tests.small import small

HOSTS = np.array([0, 1, 2, 1, -1])
"""Rooms 0 to 3 of three hosts, of whom host 1 has two; room 4 is a brand's own."""
ENTRIES = np.array([0.0, 1.0, 0.0])


def test_a_newcomer_takes_over_no_reputation() -> None:
    """Host 1 is new: both rooms start again at 1/2, whatever was said of room 3; room 2, with all other baskets, hears.

    Heard 4 / 1.6 = 2.5 times as much as the mean: 0.04 * 5/7 of the way to 0.06 * 3 / (0.06 * 3 + 0.30 * 1) = 0.375.
    """
    market = StreamerTrust.standalone(
        {"gain": 0.06, "loss": 0.3, "word": 0.04},
        room_reputation=np.array([0.9, 0.8, 0.7, 0.1, 0.6]),
        outlet_host=HOSTS,
        streamer_entries=ENTRIES,
        outlet_bad=np.array([0.0, 0.0, 1.0, 1.0, 0.0]),
        outlet_baskets=np.array([0.0, 0.0, 4.0, 4.0, 0.0]),
        streamer_active=np.array([1.0, 1.0, 0.0]),
        host_gone=np.zeros(HOSTS.size, np.bool_),
    )
    market.traffic(None)
    assert market.host_gone.tolist() == (HOSTS == 2).tolist()
    assert market.room_reputation == pytest.approx([0.9, 0.5, 0.7 + 0.04 * 5 / 7 * (0.375 - 0.7), 0.5, 0.6])


def test_a_newcomer_begins_with_little_success() -> None:
    """All rooms but the newcomer's were on air, with equal success of 1: engagements move a tenth of the way to it."""
    rooms = HOSTS.size
    market = Ranking.standalone(
        {"memory": 0.9, "newcomer": 0.2, "least": 0.1, "matthew": 1.0, "talent_weight": 0.0},
        engagement=np.array([3.0, 5.0, 1.0, 4.0, 0.0]),
        aired=np.array([1.0, 0.0, 1.0, 0.0, 1.0]),
        outlet_platform=np.zeros(rooms, np.int64),
        outlet_host=HOSTS,
        conversion_weight=np.array([0.35]),
        on_air=np.ones(rooms),
        room_main=np.ones(rooms),
        streamer_entries=ENTRIES,
        room_skill=np.zeros(rooms),
        brand_boost=np.zeros(1),
        exploration=np.zeros(1),
        room_minutes=np.array([7.0, 0.0, 7.0, 0.0, 7.0]),
        room_gmv=np.array([50.0, 0.0, 50.0, 0.0, 50.0]),
        feed_weight=np.zeros(rooms),
        feed_cdf=np.zeros(rooms),
        feed_members=np.zeros(rooms, np.int32),
        feed_guide=np.zeros((1, 8), np.int32),
    )
    market.traffic(SimpleNamespace(step=1))
    assert market.engagement == pytest.approx([2.8, 0.2, 1.0, 0.2, 0.1])
    assert market.feed_weight == pytest.approx(np.array([2.9, 0.3, 1.1, 0.3, 0.2]) / 4.8)


def test_newcomers_are_told_in_the_week_in_which_they_come() -> None:
    """Who enters was not active the week before and is now; nobody enters and leaves at once."""
    engine = build(small(20, parameters={"streamer_career": {"entry_rate": 0.5, "reservation": 1.0}}), 7)
    came = 0
    while not engine.finished:
        before = engine.observe("streamer_active").copy()
        engine.step()
        now, entries = engine.observe("streamer_active"), engine.observe("streamer_entries") > 0
        assert ((before == 0) & (now == 1) == entries).all()
        assert not (entries & (engine.observe("streamer_exits") > 0)).any()
        came += entries.sum()
    assert came > 3
