"""Uniform-price auction of identical units among budget-bound bidders."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def clearing_price(value: Array, budget: Array, limit: Array, supply: float, reserve: float = 0.0) -> float:
    """The lowest price at which demand does not exceed supply.

    A bidder whose value exceeds the price p asks for min(budget / p, limit) units. With budgets that do not bind and
    limit 1, this is the (k+1)-th highest value for k units: the uniform (k+1)-price auction (Vickrey 1961).

    Args:
        value: CNY a unit, (n,). budget: CNY, (n,). limit: most units wanted, (n,).
        supply: units for sale. reserve: lowest price, CNY a unit.
    """
    if supply <= 0.0 or value.size == 0:
        return float(max(reserve, value.max(initial=0.0)))
    order = np.argsort(value)[::-1]
    ranked, money, most = value[order], budget[order], limit[order]

    def demand(price: float) -> float:
        asks = ranked > price
        if price <= 0.0:
            return float(most[asks & (money > 0)].sum())
        return float(np.minimum(money[asks] / price, most[asks]).sum())

    if demand(reserve) <= supply:
        return reserve
    low, high = 0, ranked.size
    while low < high:  # the highest-ranked bidders whose value stays above the price
        middle = (low + high) // 2
        if demand(float(ranked[middle])) <= supply:
            low = middle + 1
        else:
            high = middle
    # demand at ranked[low-1] fits the supply, at the next lower value it does not
    floor = max(reserve, float(ranked[low]) if low < ranked.size else 0.0)
    ceiling = float(ranked[low - 1]) if low > 0 else floor
    for _ in range(60):
        middle_price = 0.5 * (floor + ceiling)
        if demand(middle_price) > supply:
            floor = middle_price
        else:
            ceiling = middle_price
    return ceiling


def units_bought(value: Array, budget: Array, limit: Array, supply: float, price: float) -> Array:
    """Units each bidder gets at the clearing price, (n,); what is marginal is shared in proportion, never above supply."""
    if price <= 0.0:
        asked = np.where(value > price, limit, 0.0)
    else:
        asked = np.where(value > price, np.minimum(budget / price, limit), 0.0)
        room = supply - asked.sum()
        margin = (np.abs(value - price) <= 1e-9 * price) & (value > 0)
        if room > 0.0 and margin.any():
            extra = np.where(margin, np.minimum(budget / price, limit), 0.0)
            asked = asked + extra * min(1.0, room / max(extra.sum(), 1e-300))
    total = asked.sum()
    return asked * min(1.0, supply / total) if total > 0.0 else asked
