"""Uniform-price auction of identical units among budget-bound bidders."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.kernels.compiled import compiled

MARGINAL = 1e-9  # values this near below the price are marginal, relative


@compiled
def demand(price: float, value: Any, budget: Any, limit: Any) -> float:
    """Units asked for at a price by bidders whose value exceeds it."""
    asked = 0.0
    for i in range(value.size):
        if value[i] > price and budget[i] > 0.0:
            asked += min(budget[i] / price, limit[i]) if price > 0.0 else limit[i]
    return asked


def clearing_price(value: Any, budget: Any, limit: Any, supply: float, reserve: float = 0.0) -> float:
    """The lowest price at which demand does not exceed supply.

    A bidder whose value exceeds the price p asks for min(budget / p, limit) units. With budgets that do not bind and
    limit 1, this is the (k+1)-th highest value for k units: the uniform (k+1)-price auction (Vickrey 1961).

    Args:
        value: CNY a unit, (n,). budget: CNY, (n,). limit: most units wanted, (n,).
        supply: units for sale. reserve: lowest price, CNY a unit.
    """
    return float(price_among(np.sort(value)[::-1], value, budget, limit, supply, reserve))


@compiled
def price_among(ranked: Any, value: Any, budget: Any, limit: Any, supply: float, reserve: float) -> float:
    """`clearing_price` where ranked holds the values in falling order."""
    if value.size == 0:
        return reserve
    if supply <= 0.0:
        return max(reserve, ranked[0])
    if demand(reserve, value, budget, limit) <= supply:
        return reserve
    low, high = 0, ranked.size
    while low < high:  # how many of the highest values fit the supply when they are the price
        middle = (low + high) // 2
        if demand(ranked[middle], value, budget, limit) <= supply:
            low = middle + 1
        else:
            high = middle
    floor = max(reserve, ranked[low]) if low < ranked.size else reserve
    price = top = ranked[low - 1]
    while price > floor:  # down the tangent of a concave function: never below the price, and on it after a few steps
        money, units = 0.0, supply
        for i in range(value.size):
            if value[i] >= top and budget[i] > 0.0:
                binds = budget[i] < limit[i] * price
                money += budget[i] if binds else 0.0
                units -= 0.0 if binds else limit[i]
        if units <= 0.0 or money / units >= price:
            break
        price = max(money / units, floor)
    return price


def units_bought(value: Any, budget: Any, limit: Any, supply: float, price: float) -> Any:
    """Units each bidder gets at the clearing price, (n,); what is marginal is shared in proportion, never above supply."""
    share_units(units := np.empty(value.size), value, budget, limit, supply, price)
    return units


@compiled
def share_units(units: Any, value: Any, budget: Any, limit: Any, supply: float, price: float) -> None:
    """`units_bought` into units (n,)."""
    asked = more = 0.0
    for i in range(value.size):
        wanted = min(budget[i] / price, limit[i]) if price > 0.0 else limit[i]
        marginal = price > 0.0 and value[i] > 0.0 and value[i] <= price and price - value[i] <= MARGINAL * price
        units[i] = wanted if value[i] > price else -wanted if marginal else 0.0  # below 0: at the margin
        asked += max(units[i], 0.0)
        more += max(-units[i], 0.0)
    part = min(1.0, max(supply - asked, 0.0) / more) if more > 0.0 else 0.0
    total = asked + part * more
    fits = min(1.0, supply / total) if total > 0.0 else 1.0
    for i in range(value.size):
        units[i] = fits * (units[i] if units[i] > 0.0 else -part * units[i])
