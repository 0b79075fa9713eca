"""Made-up runs with every quantity on a plain path, to try predictions on numbers known beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

YEARS = np.arange(2020, 2031)
MONTHS = np.arange("2020-01", "2031-01", dtype="datetime64[M]")
FLOWS = {
    "live_gmv", "private_domain_gmv", "shelf_gmv", "online_retail_total",
    "ad_revenue", "commission_revenue", "service_revenue",
    "brand_gmv", "brand_private_gmv", "brand_violations", "brand_sessions",
}  # fmt: skip
ALIKE = np.array([0.60, 0.65, 0.70, 0.75, 0.80, 0.85])  # similarity of the six sectors
PATHS: dict[str, Any] = {
    "live_gmv": [4.9 * 1.12**k for k in range(7)],
    "private_domain_gmv": (3.2, 6.2),
    "shelf_gmv": (9.0, 8.0),
    "online_retail_total": (17.2, 24.4),
    "brand_self_broadcast_share": (0.35, 0.50),
    "wechat_share_of_private_domain": (0.70, 0.58),
    "share_of_orders_touching_both_channels": (0.2, 0.4),
    "repeat_gmv_share": (0.45, 0.60),
    "closed_loop_adoption_share": (0.30, 0.72),
    "real_cpm": (20, 32),
    "customer_acquisition_cost": (80, 116),
    "streamer_gmv_gini": (0.80, 0.86),
    "mid_tier_streamer_count": (200, 140),
    "mid_tier_streamer_income": (8000, 5000),
    "dual_channel_margin": (0.10, 0.09),
    "public_only_margin": (0.08, 0.02),
    "ltv_ratio": (3.0, 3.6),
    "ad_revenue": (0.30, 0.50),
    "commission_revenue": (0.10, 0.30),
    "service_revenue": (0.02, 0.20),
    "paid_public_spend_share": (0.6, 0.4),
    "gmv_per_retained_user": (300, 480),
    "regulation_intensity": (0.5, 0.8),
    "expected_cost_per_violation": (1e4, 5e4),
    "violation_rate": (30, 18),
    "content_similarity_sector": (ALIKE, ALIKE + 0.06),
    "watch_time_sector": (5 - 2 * ALIKE, 4 - 2 * ALIKE),
    "unit_profit_sector": (20 - ALIKE, 8 - ALIKE),
}
BRANDS: dict[str, Any] = {  # six brands; the first two keep the rules least and have the least private trade
    "brand_gmv": [[12.0] * 6] * 7,
    "brand_private_gmv": [[0.0, 1.2, 2.4, 4.8, 7.2, 9.6]] * 7,
    "brand_violations": [[6, 5, 4, 3, 2, 1]] * 7,
    "brand_sessions": [[100] * 6] * 7,
    "brand_trust": [[0.4, 0.4, 0.5, 0.6, 0.7, 0.8]] * 7,
    "brand_customers": [[0.5, 0.5, 0.5, 0.2, 0.2, 0.2]] * 7,
    "brand_active": [[1.0] * 6] * 6 + [[0, 1, 1, 1, 1, 1]],
}


def made_up(**paths: Any) -> xr.Dataset:
    """A run on the paths above but for those given: (2024, 2030) is a line, seven numbers are 2024 to 2030.

    Years before 2024 follow the line or repeat 2024. Flows are a twelfth a month.
    """
    variables = {}
    for name, path in {**PATHS, **paths}.items():
        monthly = smooth(path) if isinstance(path, tuple) else stepwise(path)
        second = ["brand" if name.startswith("brand_") else "sector"] if monthly.ndim == 2 else []
        variables[name] = ["month", *second], monthly / 12 if name in FLOWS else monthly
        by_year = monthly.reshape(11, 12, *monthly.shape[1:])
        variables[f"{name}_annual"] = ["year", *second], by_year.mean(axis=1)
    return xr.Dataset(variables, coords={"month": MONTHS.astype("datetime64[ns]"), "year": YEARS})


def smooth(ends: tuple[Any, Any]) -> np.ndarray:
    """A straight line by month whose mean over 2024 and 2030 is the first and the second end."""
    years_since_2024 = (np.arange(132) - 5.5) / 12 - 4
    first, last = (np.asarray(end, dtype=float) for end in ends)
    return first + np.multiply.outer(years_since_2024 / 6, last - first)


def stepwise(years: Sequence[Any]) -> np.ndarray:
    """Each year's value in all its months; years before 2024 are like 2024."""
    values = np.asarray(years, dtype=float)
    return np.repeat(np.concatenate([np.repeat(values[:1], 4, axis=0), values]), 12, axis=0)


def made_up_brands(**paths: Any) -> xr.Dataset:
    """A run that also records six brands."""
    return made_up(**{**BRANDS, **paths})


def cut(losses: Sequence[float]) -> xr.Dataset:
    """A run in which each brand loses that part of its sales of 2026, all of it in the first quarter."""
    run = made_up_brands()
    first_quarter = (run.month >= np.datetime64("2026-01-01")) & (run.month < np.datetime64("2026-04-01"))
    drop = xr.DataArray(4 * np.array(losses), dims="brand")
    run["brand_gmv"] = run["brand_gmv"] * xr.where(first_quarter, 1 - drop, 1.0)
    return run


def ensemble(runs: Sequence[xr.Dataset], weights: Sequence[float] | None = None) -> xr.Dataset:
    """Runs side by side as members, each of a draw of its own."""
    count = len(runs)
    shares = np.full(count, 1 / count) if weights is None else np.asarray(weights, dtype=float)
    return xr.concat(runs, "member", coords="minimal", compat="override").assign_coords(
        draw=("member", np.arange(count)),
        seed=("member", 100 + np.arange(count)),
        weight=("member", shares / shares.sum()),
    )
