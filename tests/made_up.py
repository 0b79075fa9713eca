"""A made-up ensemble for tests of what comes after the runs: smooth paths, no model behind them."""

from __future__ import annotations

import numpy as np
import xarray as xr

# variable: (first value, last value, width of the members' spread as a fraction, unit)
PATHS = {
    "live_gmv": (1.1, 9.4, 0.14, "CNY_trillion"),
    "private_domain_gmv": (0.9, 7.1, 0.18, "CNY_trillion"),
    "online_retail_total": (11.8, 21.5, 0.03, "CNY_trillion"),
    "cpm": (21.0, 58.0, 0.12, "CNY per thousand impressions"),
    "content_similarity_beauty_apparel": (0.66, 0.83, 0.04, "1"),
    "watch_time": (4.6, 2.1, 0.10, "minutes"),
    "brand_self_broadcast_share": (0.14, 0.47, 0.10, "share"),
    "streamer_tail_exponent": (1.14, 1.02, 0.04, "1"),
    "streamer_gmv_gini": (0.86, 0.91, 0.02, "1"),
    "top100_gmv_share": (0.19, 0.34, 0.20, "share"),
    "violation_rate": (9.0, 4.2, 0.20, "per thousand sessions"),
    "complaint_count": (40.0, 520.0, 0.20, "thousand"),
    "live_share_of_online_retail": (0.10, 0.41, 0.10, "share"),
    "private_domain_share": (0.08, 0.33, 0.10, "share"),
    "customer_acquisition_cost": (35.0, 122.0, 0.15, "CNY_per_user"),
}


def made_up_ensemble(
    worlds: tuple[str, ...] = ("report", "data"),
    scenarios: tuple[str, ...] = ("baseline", "strict_regulation"),
    draws: int = 16,
    seeds: int = 2,
    first: int = 2020,
    last: int = 2030,
) -> xr.Dataset:
    """Every quantity follows an S-curve from its first to its last value; members and worlds differ.

    Shape (world, scenario, member, year) for the yearly twins; weights are uneven and sum to one.
    """
    rng = np.random.default_rng(12)
    years = np.arange(first, last + 1)
    members = draws * seeds
    start, end, *curve = 1.0 / (1.0 + np.exp(-0.75 * (np.array([2020, 2030, *years]) - 2023.5)))
    progress = (np.array(curve) - start) / (end - start)
    variables = {}
    for name, (low, high, width, unit) in PATHS.items():
        path = low + (high - low) * progress
        spread = np.exp(width * rng.normal(size=(1, 1, members, 1)) * np.linspace(0.3, 1.0, years.size))
        noise = np.exp(0.25 * width * rng.normal(size=(len(worlds), len(scenarios), members, years.size)))
        lean = (1.0 - 0.16 * np.arange(len(worlds)) * (high > low)).reshape(-1, 1, 1, 1)
        push = (1.0 - 0.08 * np.arange(len(scenarios))).reshape(1, -1, 1, 1)
        late = np.where(years >= 2025, push, 1.0)
        values = path * spread * noise * (1.0 + (lean - 1.0) * progress) * late
        if unit in ("share", "1") and name != "streamer_tail_exponent":
            values = np.clip(values, 0.0, 0.99)
        dims = ("world", "scenario", "member", "year")
        variables[f"{name}_annual"] = (dims, values, {"units": unit, "long_name": name.replace("_", " ")})
    weights = np.repeat(rng.dirichlet(np.full(draws, 3.0)), seeds) / seeds
    months = np.arange(f"{first}-01", f"{last + 1}-01", dtype="datetime64[M]").astype("datetime64[ns]")
    return xr.Dataset(
        variables,
        coords={
            "world": list(worlds),
            "scenario": list(scenarios),
            "member": np.arange(members),
            "year": years,
            "month": months,
            "draw": ("member", np.repeat(np.arange(draws), seeds)),
            "seed": ("member", np.tile(np.arange(seeds), draws)),
            "weight": ("member", weights),
        },
        attrs={"code_version": "0.1.0"},
    )
