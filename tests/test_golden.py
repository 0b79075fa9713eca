"""Golden numbers: a small market's year is what it was; a change of results is meant, recorded and explained.

Renew, together with an entry of kind `results` in the changelog:

    python -m tests.test_golden
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.small import market

GOLDEN = Path(__file__).parent / "golden.json"
SEED, WEEKS, SIZES = 7, 52, {"consumers": 600, "brands": 24, "streamers": 48}
TOLERANCE = 1e-6  # machines differ in the last bits of exp and log
RENEW = "If results were meant to move, run `python -m tests.test_golden` and say why in the changelog."


def numbers() -> dict[str, float]:
    """Every yearly value of the small market by name, with its label where it has one; undefined ones left out."""
    dataset = market(SEED, WEEKS, **SIZES)
    found = {}
    for name in sorted(str(name) for name in dataset.data_vars):
        if name.endswith("_annual"):
            array = dataset[name].isel(year=0)
            labels = [f"[{label}]" for label in array[array.dims[0]].values] if array.dims else [""]
            for label, value in zip(labels, np.atleast_1d(array.values), strict=True):
                if np.isfinite(value):
                    found[name.removesuffix("_annual") + label] = float(value)
    return found


@pytest.fixture(scope="module")
def now() -> dict[str, float]:
    return numbers()


@pytest.fixture(scope="module")
def golden() -> dict[str, float]:
    return json.loads(GOLDEN.read_text(encoding="utf-8"))["numbers"]


def test_the_numbers_are_what_they_were(now: dict[str, float], golden: dict[str, float]) -> None:
    moved = [
        f"{name}: {golden[name]:.9g} was, {now[name]:.9g} is"
        for name in golden
        if name in now and now[name] != pytest.approx(golden[name], rel=TOLERANCE, abs=1e-12)
    ]
    assert not moved, f"{len(moved)} of {len(golden)} numbers moved. {RENEW}\n" + "\n".join(moved)


def test_no_number_came_or_went(now: dict[str, float], golden: dict[str, float]) -> None:
    assert now.keys() == golden.keys(), RENEW


def test_the_numbers_describe_a_market(golden: dict[str, float]) -> None:
    """Not zeros or ones alone: sales, prices and shares are there and plausible in size."""
    assert len(golden) > 60
    assert golden["live_gmv"] > 0.1
    assert 0 < golden["live_share_of_online_retail"] < 1
    assert golden["cpm"] > 0
    assert len(set(golden.values())) > 0.8 * len(golden)


def renew() -> None:
    """Write golden.json anew."""
    made = {"seed": SEED, "weeks": WEEKS, **SIZES}
    text = json.dumps({"made_by": "python -m tests.test_golden", **made, "numbers": numbers()}, indent=1)
    GOLDEN.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    renew()
