"""Predictions on content that wears out (section 5.2)."""

from __future__ import annotations

import numpy as np
import xarray as xr

from scenarios.predictions.prediction import prediction
from scenarios.predictions.trajectory import ROUNDING, Values, above, annual, quarterly_mean


def correlation(left: Values, right: Values) -> float:
    """Pearson's correlation; 0 where one of the two does not vary."""
    spread = float(left.std() * right.std())
    return float(np.mean((left - left.mean()) * (right - right.mean()))) / spread if spread > 0 else 0.0


@prediction("5.2-p1", variants=("no_innovation",))
def sameness_drives_price_war(run: xr.Dataset, *, no_innovation: xr.Dataset) -> dict[str, bool]:
    """Where nobody renews the content, viewers leave sooner and sellers earn less, most where all is alike.

    Read on the run without innovation. High-similarity sectors are the upper half in 2025; their plain mean
    in each quarter of 2030 must lie below the same quarter of 2025. The correlation is Pearson's over the
    sectors in 2030, and counts as not negative where the sectors do not differ.
    """
    similarity = annual(no_innovation, "content_similarity_sector", (2025, 2030))
    stay = annual(no_innovation, "watch_time_sector", (2030,))[0]
    alike = np.argsort(-similarity[0], kind="stable")[: max(1, similarity.shape[1] // 2)]
    met = {}
    for word, name in (("watch time", "watch_time_sector"), ("unit profit", "unit_profit_sector")):
        quarters = quarterly_mean(no_innovation, name, (2025, 2030))[:, alike].mean(axis=1)
        pairs = zip(quarters[:4], quarters[4:], strict=True)
        met[f"{word} of 2030 below 2025"] = all(above(was, now) for was, now in pairs)
    negative = correlation(similarity[1], stay) < -ROUNDING
    return {**met, "similarity and watch time correlate negatively": negative}
