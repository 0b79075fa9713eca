"""From single runs to a judgement: how often a prediction holds, how sure that is, and the word for it.

A prediction holds in each member or not. Its probability is the weighted share of members in which it holds,
with the equal-tailed 90% Jeffreys interval (Brown, Cai & DasGupta 2001): quantiles of Beta(n p + 1/2, n (1 -
p) + 1/2). Statuses: `holds` if the interval lies above one half, `fails` if below, `undecided` if it
straddles one half. Where the words of a prediction ask for another share or for the ensemble's mean, that
takes the place of one half.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy import special  # scipy.stats takes a second to import

from scenarios.predictions.trajectory import ROUNDING, Values

HOLDS, FAILS, UNDECIDED = "holds", "fails", "undecided"
NEEDS_EXPERIMENT, NOT_MODELLED = "needs experiment", "not modelled yet"
STATUSES = (HOLDS, FAILS, UNDECIDED, NEEDS_EXPERIMENT, NOT_MODELLED)
LEVEL = 0.9


@dataclass(frozen=True)
class Share:
    """How often something holds: weighted share, 90% interval, members counted and what they are worth."""

    value: float
    low: float
    high: float
    members: int
    effective: float

    def __str__(self) -> str:
        return f"{self.value:.0%} of members ({self.low:.0%} to {self.high:.0%})"


@dataclass(frozen=True)
class Verdict:
    """A status and the sentence that explains it."""

    status: str
    text: str


@dataclass(frozen=True)
class Evidence:
    """What a verdict is given: runs, weights (sum 1), draws, conditions met, and the share that holds."""

    runs: tuple[xr.Dataset, ...]
    weights: Values
    draws: Values
    conditions: tuple[Mapping[str, bool], ...]
    share: Share


Judge = Callable[[Evidence], Verdict]


def kish(weights: Values) -> float:
    """How many equally weighted members a weighted sample is worth: (sum w)^2 / sum w^2 (Kish 1965)."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def effective_size(values: Values, weights: Values, draws: Values) -> float:
    """Sample size behind a weighted mean, when seeds of one parameter draw may resemble each other.

    spread / error, with spread the weighted variance of the values and error the variance of their mean
    estimated from the draws' means; kept between the Kish size of the draws and that of the members.
    With a single draw, or with values that do not differ, it is the Kish size of the members.
    """
    counted = weights > 0
    values, weights, draws = values[counted], weights[counted] / weights.sum(), draws[counted]
    mean = float(weights @ values)
    spread = float(weights @ (values - mean) ** 2)
    _, owner = np.unique(draws, return_inverse=True)
    mass = np.bincount(owner, weights)
    deviation = np.bincount(owner, weights * (values - mean))
    members, count = kish(weights), len(mass)
    error = float((deviation**2).sum()) * count / (count - 1) if count > 1 else 0.0
    if np.ptp(values) == 0 or error <= ROUNDING * spread:
        return members
    return float(np.clip(spread / error, kish(mass), members))


def jeffreys(share: float, size: float, level: float = LEVEL) -> tuple[float, float]:
    """Equal-tailed Jeffreys interval of a share among `size` members; it reaches 0 or 1 if the share does."""
    hits = float(np.clip(share, 0, 1)) * size
    tail = (1 - level) / 2
    low, high = special.betaincinv(hits + 0.5, size - hits + 0.5, [tail, 1 - tail])
    return (0.0 if share <= 0 else float(low)), (1.0 if share >= 1 else float(high))


def share_of(holds: Values, weights: Values, draws: Values) -> Share:
    """Weighted share of the members in which something holds, with its interval."""
    value = round(float(weights @ holds / weights.sum()), 12)  # all of them are exactly 1
    size = effective_size(holds, weights, draws)
    low, high = jeffreys(value, size)
    return Share(value, low, high, len(holds), size)


def status(low: float, high: float, needed: float) -> str:
    """`holds` if the interval lies above what is needed, `fails` if below, else `undecided`."""
    if low > needed:
        return HOLDS
    return FAILS if high < needed else UNDECIDED


def parts(evidence: Evidence) -> str:
    """The share of members that meets each condition: 'shelf share falls: 100%; others rise: 93%'."""
    names = evidence.conditions[0]
    met = {name: [met[name] for met in evidence.conditions] for name in names}
    return "; ".join(f"{name}: {float(evidence.weights @ np.array(hits)):.0%}" for name, hits in met.items())


def majority(evidence: Evidence) -> Verdict:
    """The ordinary rule: compare the interval of the share with one half."""
    share = evidence.share
    return Verdict(status(share.low, share.high, 0.5), f"holds in {share}; {parts(evidence)}")


def share_of_seeds(needed: float) -> Judge:
    """The rule of tests that say 'in at least 90% of seeds': compare the interval with that share."""

    def judge(evidence: Evidence) -> Verdict:
        share = evidence.share
        words = f"needed in {needed:.0%} of seeds, holds in {share}; {parts(evidence)}"
        return Verdict(status(share.low, share.high, needed), words)

    return judge


def mean_interval(values: Values, weights: Values, draws: Values, level: float = LEVEL) -> tuple[float, float, float]:
    """Weighted mean and its Student interval, of 90% if nothing is said; unbounded when the members are worth only one."""
    weights = weights / weights.sum()
    mean = float(weights @ values)
    size = effective_size(values, weights, draws)
    if size <= 1 + 1e-9:
        return mean, -np.inf, np.inf
    variance = float(weights @ (values - mean) ** 2) * size / (size - 1)
    half = float(special.stdtrit(size - 1, (1 + level) / 2)) * np.sqrt(variance / size)
    return mean, mean - half, mean + half
