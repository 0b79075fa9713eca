"""The same seed gives the same bits, however the work is cut up; what is left out takes no draws along."""

import tracemalloc

import numpy as np
import pytest
import xarray as xr

import sim
from sim.blocks import FEW, Rows
from sim.model import rehearse
from tests.small import differing, market, small

CONSUMERS = 2600  # 41 blocks of 64, 3 of 1000, 1 of 4096


@pytest.fixture(scope="module")
def reference() -> xr.Dataset:
    return market(consumers=CONSUMERS, detail=True)


@pytest.mark.parametrize(("block", "threads"), [(64, 1), (1000, 1), (64, 2), (64, 3), (1000, 3), (4096, 2)], ids=str)
def test_blocks_and_threads_change_no_bit(reference: xr.Dataset, block: int, threads: int) -> None:
    """The reference ran in one block on one thread."""
    other = market(consumers=CONSUMERS, detail=True, block=block, threads=threads)
    assert differing(reference, other) == []


def test_every_consumer_is_the_same_however_the_work_is_cut_up() -> None:
    """Not only sums: the lasting state of each consumer, bit by bit, in more blocks than views of them are kept."""
    one = sim.build(small(12, consumers=2 * CONSUMERS), 7).run()
    other = sim.build(small(12, consumers=2 * CONSUMERS, block=64, threads=3), 7).run()
    assert len(other.blocks) > FEW
    assert one.arrays.keys() | one.rows.keys() == other.arrays.keys() | other.rows.keys()
    for name in one.arrays.keys() | one.rows.keys():
        assert one.observe(name).tobytes() == other.observe(name).tobytes(), name


def test_views_of_short_blocks_do_not_add_up() -> None:
    """A thousand blocks of 64 hold less than half a byte a consumer; the first few views are kept, and those of long blocks."""
    rows = Rows((64_000, 2), np.dtype(np.float32), 0.0)
    tracemalloc.start()
    for first in range(0, 64_000, 64):
        rows.block(first, first + 64)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 32_000
    assert rows.block(0, 64) is rows.block(0, 64)
    assert rows.block(32_000, 64_000) is rows.block(32_000, 64_000)


def test_the_order_of_the_mechanics_changes_no_bit() -> None:
    names = list(sim.core())
    ordered = market(mechanics=names)
    for seed in range(2):
        shuffled = [names[place] for place in np.random.default_rng(seed).permutation(len(names))]
        assert shuffled != names
        assert differing(ordered, market(mechanics=shuffled)) == []


def test_the_same_seed_gives_the_same_bits_and_another_seed_others() -> None:
    one, again, other = market(seed=1), market(seed=1), market(seed=2)
    assert differing(one, again) == []
    assert {"live_gmv", "cpm", "content_similarity", "trust_brand"} <= set(differing(one, other))


def test_inputs_are_the_same_for_every_seed() -> None:
    changed = differing(market(seed=1), market(seed=2))
    assert not {"price_level", "price_level_annual", "online_shoppers", "online_shoppers_annual"} & set(changed)


def test_checking_and_detail_change_no_result() -> None:
    plain = market()
    looked_at = market(checked=True, detail=True)
    added = {name for name in looked_at.data_vars if name not in plain}
    assert added
    assert set(differing(plain, looked_at)) == added


def test_dropping_a_leaf_leaves_all_others_bit_identical() -> None:
    """Touchpoints only counts; without it its own series is missing and no other moves."""
    whole = market()
    rest = market(mechanics=sim.without("touchpoints"))
    touched = "share_of_orders_touching_both_channels"
    assert differing(whole, rest) == [touched, f"{touched}_annual"]


def test_adding_what_has_no_effect_leaves_all_others_bit_identical() -> None:
    """A mechanic without weight takes no draw of anybody."""
    silent = {"confidence": {"weight": 0.0}}
    assert differing(market(), market(mechanics=sim.with_("confidence"), parameters=silent)) == []


@pytest.mark.parametrize(
    ("mechanic", "parameter", "value"),
    [
        ("regulation", "max_penalty_value", 5_000_000),
        ("public_traffic", "multiplier", 0.6),
        ("pricing", "war", 0.6),
    ],
)
def test_until_a_dated_change_two_runs_are_the_same(mechanic: str, parameter: str, value: float) -> None:
    """A value dated 1 April 2020: the first three months are the same to the last bit, a later one is not."""
    dated = {mechanic: {parameter: {"2020-04-01": value}}}
    base, changed = market(weeks=26), market(weeks=26, schedule=dated)
    first, rest = slice("2020-01", "2020-03"), slice("2020-04", "2020-06")
    monthly = [name for name in base.data_vars if not str(name).endswith("_annual")]
    assert differing(base[monthly].sel(month=first), changed[monthly].sel(month=first)) == []
    assert differing(base[monthly].sel(month=rest), changed[monthly].sel(month=rest)) != []


def test_more_weeks_do_not_change_the_earlier_ones() -> None:
    short, long = market(weeks=13), market(weeks=20)
    months = slice("2020-01", "2020-03")
    monthly = [name for name in short.data_vars if not str(name).endswith("_annual")]
    assert differing(short[monthly].sel(month=months), long[monthly].sel(month=months)) == []


def test_a_run_says_what_it_was() -> None:
    """Configuration, seed and code version are kept, and the configuration reads back."""
    import json

    dataset = market(weeks=3)
    again = sim.Configuration.from_mapping(json.loads(dataset.attrs["configuration"]))
    assert again == small(3)
    assert dataset.attrs["seed"] == 7
    assert dataset.attrs["code_version"] == sim.code_version()


@pytest.mark.filterwarnings("error")
def test_a_rehearsal_leaves_no_trace() -> None:
    """Rules compiled from either end of the week; a market run afterwards has the bits of one run before."""
    before = sim.run(small(), 5)
    rehearse(backwards=True)
    rehearse()
    xr.testing.assert_identical(sim.run(small(), 5), before)
