"""The whole market as a Mesa model: its weeks are the engine's, its headlines the observables'."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.runner import Watch
from tests.small import small


def test_a_mesa_model_runs_the_market_and_keeps_the_headlines() -> None:
    market = small(weeks=8)
    model = sim.ecosystem(market, seed=3)
    while model.running:
        model.step()
    table = model.datacollector.get_model_vars_dataframe()
    dataset = sim.run(market, seed=3)
    assert len(table) == market.clock.steps == table["week"].iloc[-1]
    assert table["live_gmv"].sum() == pytest.approx(float(dataset["live_gmv_annual"].sum()), rel=1e-12)
    assert np.isfinite(table["trust_brand"]).all()


def test_an_unknown_observable_is_named_with_its_neighbour() -> None:
    with pytest.raises(sim.ContractError, match=r"no observable 'live_gmw'. Did you mean 'live_gmv'\?"):
        Watch(small(weeks=1), seed=1).observe("live_gmw")
