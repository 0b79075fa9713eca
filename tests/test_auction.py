"""The auction of attention clears: nobody overspends, and the price is that of the first bidder left out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sim.kernels.auction import clearing_price, demand, units_bought


def test_demand_by_hand() -> None:
    """At price 2: bidder 0 (value 3) affords 5 of her 10; bidder 1 (2) is at the margin; bidder 2 (4) wants 2."""
    value, budget, limit = np.array([3.0, 2.0, 4.0]), np.array([10.0, 10.0, 10.0]), np.array([10.0, 10.0, 2.0])
    assert demand(2.0, value, budget, limit) == 7.0
    assert demand(0.0, value, budget, limit) == 22.0
    assert demand(4.0, value, budget, limit) == 0.0


def test_a_price_by_hand_where_budgets_bind() -> None:
    """Two bidders of 12 CNY each for 6 units, values far above: all is spent at 24 / 6 = 4."""
    value, budget, limit = np.array([100.0, 90.0]), np.array([12.0, 12.0]), np.array([50.0, 50.0])
    price = clearing_price(value, budget, limit, 6.0)
    assert price == pytest.approx(4.0)
    assert units_bought(value, budget, limit, 6.0, price) == pytest.approx(np.array([3.0, 3.0]))


def test_prices_at_the_edges() -> None:
    """Nobody: the reserve. Nothing for sale: the highest value. More than anyone wants: the reserve."""
    none, one = np.empty(0), np.ones(1)
    assert clearing_price(none, none, none, 5.0, 0.3) == 0.3
    assert clearing_price(np.array([2.0, 5.0]), np.full(2, 9.0), np.ones(2), 0.0) == 5.0
    assert clearing_price(np.array([2.0, 5.0]), np.full(2, 9.0), np.ones(2), 2.0, 0.1) == 0.1
    assert units_bought(one, one, one, 5.0, 0.0) == pytest.approx(one)


amounts = st.floats(0.0, 1e4, allow_subnormal=False)
bidders = st.integers(1, 12).flatmap(
    lambda n: st.tuples(
        hnp.arrays(float, n, elements=st.one_of(amounts, st.sampled_from([0.0, 1.0, 1.0, 2.0]))),
        hnp.arrays(float, n, elements=st.one_of(amounts, st.just(0.0))),
        hnp.arrays(float, n, elements=st.one_of(amounts, st.just(0.0))),
    )
)


@given(bidders, st.floats(0.01, 1e4))
def test_the_auction_clears(auction: tuple, supply: float) -> None:
    """Demand fits at the price and not below it; nobody overspends, exceeds a limit or pays above value."""
    value, budget, limit = auction
    price = clearing_price(value, budget, limit, supply)
    assert 0.0 <= price <= max(value.max(), 0.0)
    assert demand(price, value, budget, limit) <= supply * (1 + 1e-9)
    if price > 1e-6:
        assert demand(price * (1 - 1e-6), value, budget, limit) > supply * (1 - 1e-3)
    units = units_bought(value, budget, limit, supply, price)
    assert (units >= 0.0).all()
    assert units.sum() <= supply * (1 + 1e-9)
    assert (units <= limit * (1 + 1e-9)).all()
    assert (price * units <= budget * (1 + 1e-6) + 1e-9).all()
    assert (units[value < price * (1 - 1e-6)] == 0.0).all()


@given(hnp.arrays(float, st.integers(1, 12), elements=st.sampled_from([0.5, 1.0, 1.0, 2.0, 3.0])), st.data())
def test_without_budgets_the_price_is_the_first_value_left_out(value: np.ndarray, data: st.DataObject) -> None:
    """The (k + 1)-th highest value, ties included; the reserve, 0, where all can be served."""
    slots = data.draw(st.integers(1, value.size + 1))
    price = clearing_price(value, np.full(value.size, 1e12), np.ones(value.size), float(slots))
    ranked = np.sort(value)[::-1]
    assert price == pytest.approx(ranked[slots] if slots < value.size else 0.0, rel=1e-9)
