"""Choices that have to hold in many futures: regret, satisficing and dominance.

Payoffs are (choice, future) or (objective, choice, future), more is better. Futures have weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.analysis.effects import paired_effect
from experiments.fans import weighted_quantile
from scenarios.predictions.judgement import Share, share_of
from sim.errors import DataError

Array = npt.NDArray[Any]
HIGH = 0.9  # quantile of regret that is told beside the mean and the worst


@dataclass(frozen=True)
class Choice:
    """How one choice does over all futures.

    Attributes:
        payoff: weighted mean. regret, high_regret, worst_regret: mean, 90% quantile and largest regret.
        best: weighted share of futures in which no other choice does better; ties are shared.
    """

    name: str
    payoff: float
    regret: float
    high_regret: float
    worst_regret: float
    best: float


def regrets(payoffs: Array) -> Array:
    """What the best choice of each future would have brought more, (choice, future)."""
    return payoffs.max(axis=0) - payoffs


@dataclass(frozen=True)
class Lead:
    """Who is regretted least.

    Attributes:
        leaders: the choice that is, and those with the same payoff in every future.
        rival: the next best; None where all are the same.
        resolved: whether a leader's mean payoff is resolved better than the rival's.
    """

    leaders: list[str]
    rival: str | None
    resolved: bool


def lead(names: Sequence[str], payoffs: Array, weights: Array, draws: Array) -> Lead:
    """Who is regretted least, and for how sure; payoffs (choice, future)."""
    ranked = [names.index(each.name) for each in choices(names, payoffs, weights)]
    best = payoffs[ranked[0]]
    leaders = [names[place] for place in ranked if np.array_equal(payoffs[place], best)]
    rivals = [place for place in ranked if names[place] not in leaders]
    resolved = bool(rivals) and paired_effect(payoffs[rivals[0]], best, weights, draws).resolved
    return Lead(leaders, names[rivals[0]] if rivals else None, resolved)


def choices(names: Sequence[str], payoffs: Array, weights: Array) -> list[Choice]:
    """Every choice with its regret, the least mean regret first.

    Raises:
        DataError: payoffs that are no numbers.
    """
    refuse_gaps(names, payoffs)
    share, regret = weights / weights.sum(), regrets(payoffs)
    best = (regret == 0) / (regret == 0).sum(axis=0)
    found = []
    for number, name in enumerate(names):
        high = float(weighted_quantile(regret[number], share, (HIGH,))[0])
        mean, mine = float(share @ payoffs[number]), float(share @ regret[number])
        found.append(Choice(name, mean, mine, high, float(regret[number][share > 0].max()), float(share @ best[number])))
    return sorted(found, key=lambda each: each.regret)


def satisfied(payoffs: Array, thresholds: Array, weights: Array, draws: Array) -> list[Share]:
    """For each choice the weighted share of futures in which every objective reaches its threshold, with Jeffreys interval.

    Args:
        payoffs: (objective, choice, future). thresholds: (objective,).
    """
    met = (payoffs >= thresholds[:, None, None]).all(axis=0)
    return [share_of(each.astype(float), weights, draws) for each in met]


def dominated(names: Sequence[str], payoffs: Array, weights: Array, draws: Array) -> dict[str, list[str]]:
    """For each choice those that dominate it: resolved better in some objective, and resolved worse in none.

    Better is reckoned with the number of pairs and objectives that are looked through, worse is not: noise makes no dominance.

    Args:
        payoffs: (objective, choice, future).
    """
    found: dict[str, list[str]] = {name: [] for name in names}
    many = max(1, len(names) * (len(names) - 1) // 2 * len(payoffs))
    for one, name in enumerate(names):
        for other, rival in enumerate(names):
            if one != other:
                effects = [paired_effect(of[one], of[other], weights, draws) for of in payoffs]
                if any(each.resolved and each.estimate < 0 for each in effects):
                    continue
                wide = [paired_effect(of[one], of[other], weights, draws, many) for of in payoffs]
                if any(each.resolved and each.estimate > 0 for each in wide):
                    found[name].append(rival)
    return found


def refuse_gaps(names: Sequence[str], payoffs: Array) -> None:
    """DataError with each choice that has no payoff in some futures."""
    gaps = ~np.isfinite(payoffs)
    faults = [
        f"'{name}' has no payoff in {int(gap.sum())} of {len(gap)} futures, first in number {int(np.argmax(gap))}."
        for name, gap in zip(names, gaps, strict=True)
        if gap.any()
    ]
    if faults:
        raise DataError(faults)
