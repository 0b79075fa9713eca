"""Predictions on rules that tighten and the order they bring (sections 5.3, 8.1, 8.2)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import xarray as xr

from scenarios.predictions.prediction import IncomparableError, prediction
from scenarios.predictions.trajectory import (
    HORIZON,
    SINCE_2024,
    Values,
    above,
    annual,
    finite,
    growth,
    of_brands,
    ratio,
    yearly_sum,
)

GROWTH_COST = 0.005  # a year costs growth when the stricter run grows slower by more than half a point


@prediction("5.3-p2")
def more_rules_and_fines(run: xr.Dataset) -> dict[str, bool]:
    """Rules do not loosen, and breaking them comes to cost more.

    Annual values: none of the six steps of intensity from 2024 to 2030 falls; the expected cost of a
    violation in 2030 exceeds that of 2024, at current prices. Intensity is mostly put in: the upper fine is
    dated, and inspectors are too but for what the regulator's actor adds; the cost is what cases come to.
    """
    intensity = annual(run, "regulation_intensity", SINCE_2024)
    cost = annual(run, "expected_cost_per_violation", (2024, 2030))
    return {
        "intensity falls in no year": not any(above(was, now) for was, now in pairwise(intensity)),
        "cost per violation of 2030 above 2024": above(cost[1], cost[0]),
    }


@prediction("8.1-p1", variants=("strict_regulation",))
def from_wild_growth_to_order(run: xr.Dataset, *, strict_regulation: xr.Dataset) -> dict[str, bool]:
    """Rules over the whole chain bring violations down and slow the market for two years at most.

    Read on the strict run: violations per thousand sessions in 2030 below 2025. A year of 2025-2030 costs
    growth when yearly live GMV growth is below the base run's by more than half a percentage point.
    """
    first, last = annual(strict_regulation, "violation_rate", (2025, 2030))
    strict, base = (growth(yearly_sum(each, "live_gmv", SINCE_2024), "live_gmv") for each in (strict_regulation, run))
    return {
        "violation rate falls": above(first, last),
        "growth is lower in at most two years": int((base - strict > GROWTH_COST).sum()) <= 2,
    }


def whole_horizon(run: xr.Dataset, name: str, active: Values) -> Values:
    """A brand's count over 2025-2030; a year in which it was not active counts as none."""
    counts = of_brands(run, name, HORIZON)
    finite(counts[active > 0], f"{name} of active brands")
    return np.where(active > 0, counts, 0.0).sum(axis=0)


def cohort_by_compliance(run: xr.Dataset) -> dict[str, tuple[float, float]]:
    """Trust, yearly spend per user (CNY) and survival in 2030, each of compliant brands and of the others.

    The cohort is the brands active in 2024 that held sessions in 2025-2030. Compliant are those at or below
    the cohort's median of violations per session. A brand survives if it is active at any time of 2030; trust
    is the plain mean, spend the ratio of sums, of surviving brands with customers at the end of 2030: nobody
    is left whose trust in the others could be asked for.
    """
    active = finite(of_brands(run, "brand_active", SINCE_2024), "brand_active")
    sessions, violations = (whole_horizon(run, name, active[1:]) for name in ("brand_sessions", "brand_violations"))
    cohort = np.flatnonzero((active[0] > 0) & (sessions > 0))
    if len(cohort) == 0:
        raise IncomparableError("no brand of 2024 holds sessions after it")
    rate = violations[cohort] / sessions[cohort]
    clean = rate <= np.median(rate)
    columns = []
    for word, group in (("compliant", cohort[clean]), ("other", cohort[~clean])):
        alive = group[active[-1, group] > 0]
        if len(alive) == 0:
            raise IncomparableError(f"of {len(group)} {word} brands of 2024 none is active in 2030")
        users = finite(of_brands(run, "brand_customers", (2030,))[0, alive], f"brand_customers 2030 of {word} brands")
        known = users > 0
        if not known.any():
            raise IncomparableError(f"of {len(alive)} {word} brands active in 2030 none has customers")
        trust, gmv = (
            finite(of_brands(run, name, (2030,))[0, alive[known]], f"{name} 2030 of {word} brands") for name in ("brand_trust", "brand_gmv")
        )
        spend = 1000 * float(ratio(gmv.sum(), users.sum(), "spend per user"))  # CNY billion per million
        columns.append((float(trust.mean()), spend, len(alive) / len(group)))
    return dict(zip(("trust", "spend per user", "survival"), zip(*columns, strict=True), strict=True))


@prediction("8.2-p1", variants=("strict_regulation", "lax_regulation"))
def compliance_pays(run: xr.Dataset, *, strict_regulation: xr.Dataset, lax_regulation: xr.Dataset) -> dict[str, bool]:
    """Under strict rules, brands that keep them are trusted more, sell more to each user and last longer.

    'Under lax regulation they need not' is read as: at least one of the three advantages is smaller there.
    Survival must differ, so it is not met where no brand leaves. Each run's own record says who complies.
    """
    strict, lax = cohort_by_compliance(strict_regulation), cohort_by_compliance(lax_regulation)
    met = {f"{name} higher under strict rules": above(*pair) for name, pair in strict.items()}
    smaller = any(above(strict[name][0] - strict[name][1], lax[name][0] - lax[name][1]) for name in strict)
    return {**met, "an advantage is smaller under lax rules": smaller}
