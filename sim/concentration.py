"""Concentration of sales that does not depend on how many hosts are simulated."""

from __future__ import annotations

import numpy as np

from sim.fields import Array

REAL_SELLERS = 1.1e6  # real hosts who sell [people]; source: history:active_ecom_streamers_MOFCOM (2022)


def gini(values: Array) -> float:
    """Gini coefficient of not negative values, (n,); 0 where all are equal, nan where nothing is sold."""
    return concentration(values, values)


def concentration(values: Array, order: Array) -> float:
    """Concentration index: the Gini coefficient of values, (n,), with the ranks of another quantity, (n,); nan where nothing is sold."""
    sold, size = np.asarray(values, dtype=np.float64), len(values)
    if size < 2 or sold.sum() <= 0:
        return float("nan")
    _, place, alike = np.unique(order, return_inverse=True, return_counts=True)
    rank = (np.cumsum(alike) - 0.5 * (alike - 1))[place]  # of equals the mean
    return float(2.0 * (rank * sold).sum() / (size * sold.sum()) - (size + 1) / size)


def gini_of_samples(one: Array, other: Array) -> float:
    """Gini coefficient of sizes of which two independent samples, (n,) each, are known: without most of what chance adds to one's own.

    Chance makes the Gini coefficient of a sample too large, for who is lucky looks large, and the concentration of one sample by the
    ranks of the other too small, for luck is not repeated. The geometric mean of the two is free of either for normal sizes and
    noise (covariance form: Lerman & Yitzhaki 1984). Of a Pareto tail a quarter of the bias stays. Of log-normal sizes with a deviation
    up to 1 next to nothing stays from five baskets each on; of wider ones a fifth (1.5) to two fifths (2) too much is taken away, and more
    where most have one basket or none.
    """
    own = 0.5 * (gini(one) + gini(other))
    crossed = 0.5 * (concentration(one, other) + concentration(other, one))
    return float(np.sqrt(own * max(crossed, 0.0)))


def tail_exponent(values: Array, top: float = 0.1) -> float:
    """Pareto exponent of the largest `top` share, by the rank - 1/2 regression (Gabaix & Ibragimov 2011); nan below 10 rows."""
    ranked = np.sort(np.asarray(values, dtype=np.float64))[::-1]
    ranked = ranked[: max(10, round(top * ranked.size))]
    ranked = ranked[ranked > 0]
    if ranked.size < 10 or ranked[0] == ranked[-1]:
        return float("nan")
    size, rank = np.log(ranked), np.log(np.arange(1, ranked.size + 1) - 0.5)
    centred = size - size.mean()
    slope = (centred * rank).sum() / (centred**2).sum()
    return float(-slope)


def top_share(alpha: float, top: int = 100, sellers: float = REAL_SELLERS) -> float:
    """Share of the `top` largest of `sellers` whose sizes follow rank^(-1/alpha)."""
    if not np.isfinite(alpha) or alpha <= 0:
        return float("nan")
    power = 1.0 / alpha

    def total(last: float) -> float:
        exact = np.arange(1, min(last, 1000.0) + 1)
        summed = float((exact**-power).sum())
        if last > 1000:  # Euler-Maclaurin for the rest
            low, high = 1000.5, last + 0.5
            summed += float(np.log(high / low)) if abs(power - 1) < 1e-9 else (high ** (1 - power) - low ** (1 - power)) / (1 - power)
        return summed

    return total(float(top)) / total(sellers)
