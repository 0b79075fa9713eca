"""What is no number stops at a border: parameters, data, money, the desk, actors, counts and channels of a checked run."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sim
from scenarios.tables import Row, Table
from sim.actors import cast
from sim.engine import MOST_UNITS
from sim.errors import ConfigError, ContractError, LedgerError
from sim.fields import Array, own, param
from sim.kernels.compiled import compiled, count
from sim.ledger import Ledger
from sim.mechanic import Mechanic
from sim.model import build
from sim.sessions.live_room import Room
from tests.small import engine_of, small

NO_NUMBERS = pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])


@NO_NUMBERS
def test_no_parameter_takes_it(value: float) -> None:
    """Neither by a mapping, nor by a date, nor in a configuration made by hand, which is checked before it runs."""
    for given in ({"parameters": {"brand_trust": {"gain": value}}}, {"schedule": {"brand_trust": {"gain": {"2020-02-01": value}}}}):
        with pytest.raises(ConfigError, match=r"brand_trust.gain = -?(nan|inf) 1/basket is outside \[0, 1\]"):
            small(2, **given)
        with pytest.raises(ConfigError, match=r"brand_trust.gain = -?(nan|inf)"):
            build(sim.Configuration(**given), 1)
    with pytest.raises(ConfigError, match="people = "):
        small(2, people=value)


@pytest.mark.parametrize("seed", [math.nan, math.inf, 1.5, 1.0, True, None, "1"])
def test_no_seed_is_one(seed: object) -> None:
    """Nor a part of one, which would be cut off; said with all other faults. Any whole number is a seed, numpy's too."""
    with pytest.raises(ConfigError) as error:
        build(small(2, parameters={}).replace(mechanics=("brand_thrust",)), seed)  # type: ignore[arg-type]
    assert f"seed = {seed!r} is not a whole number; give one." in str(error.value)
    assert "brand_thrust" in str(error.value)
    assert build(small(2), np.int64(-3)).streams.seed == -3


@NO_NUMBERS
def test_no_default_and_no_open_range_lets_it_in(value: float) -> None:
    class Endless(Mechanic):
        """Has a range without end."""

        gain = param(1.0, unit="1", bounds=(-math.inf, math.inf), source="assumption", doc="gain")

    class Unset(Mechanic):
        """Has a default that its own range excludes."""

        gain = param(value, unit="1", bounds=(0, 1), source="assumption", doc="gain")

    assert Endless(gain=1e300).p.gain == 1e300
    with pytest.raises(ConfigError, match=r"endless.gain = -?(nan|inf) 1 is outside"):
        Endless(gain=value)
    with pytest.raises(ConfigError, match=r"unset.gain = -?(nan|inf) 1 is outside"):
        Unset()


@pytest.mark.parametrize("cell", ["nan", "NaN", "inf", "-inf", "1e999", ""])
def test_no_table_holds_it(cell: str, tmp_path) -> None:
    table = Table(tmp_path / "history.csv", ("value",), [])
    Row(table, 2, {"value": cell}).number("value")
    assert len(table.faults) == 1
    assert "Write one finite number" in table.faults[0]


@NO_NUMBERS
def test_nobody_pays_or_holds_it(value: float) -> None:
    """Not as an amount, nor in an account, be it there from the start; nor as the sum of amounts that are too large together."""
    ledger = Ledger({"brand": 2})
    with pytest.raises(LedgerError, match="an amount is negative or not finite"):
        ledger.pay("consumers", "brand", np.array([1.0, value]), "orders")
    assert ledger.check() == 0.0
    ledger.cash["brand"][1] = value
    with pytest.raises(LedgerError, match="books are off by nan"):
        ledger.check()
    with pytest.raises(LedgerError, match="books are off by nan"):
        Ledger({"brand": 2}, endowment=value).check()


def test_no_total_overflows() -> None:
    ledger = Ledger({"brand": 2})
    ledger.pay("consumers", "brand", np.array([1e308, 1e308]), "orders")
    with pytest.raises(LedgerError, match="books are off by nan"), np.errstate(over="ignore"):
        ledger.check()


@NO_NUMBERS
def test_no_actor_decides_by_it(value: float) -> None:
    actor = cast(None, 1, 1, 1, 1)["leading_brand"][0]
    view = {"ad_budget_multiplier": 1.0, "margin": 0.3, "week": 4}
    assert actor.decide({**view, "roi": 3.0})
    with pytest.raises(ContractError, match=r"leading_brand 0 sees roi = -?(nan|inf), which is no number"):
        actor.decide({**view, "roi": value})


@NO_NUMBERS
@pytest.mark.parametrize("name", ["viewers", "latency", "shrinkage"])
def test_no_room_has_it(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=f"room: {name} = "):
        Room(**{name: value})


@compiled
def count_one(total: Array, value: float) -> None:
    count(total, 0, value)


@NO_NUMBERS
def test_no_exact_sum_counts_it(value: float) -> None:
    """As an integer it would be the lowest there is; in a checked run the block that counts it stops."""

    class Counter(Mechanic):
        """Counts what it has found out by itself, so that no range of a field stops it."""

        total: Array = own("brand", unit="CNY", at="learn", gather="sum", doc="total")

        def learn(self, ctx):
            count_one(self.total, value if ctx.step == 1 else 12.5)

    engine = engine_of(Counter)
    engine.step()
    assert engine.observe("total").tolist() == [12.5, 0.0]
    with pytest.raises(ContractError, match="counter counted what is no number into 'total' in learn, week 1"):
        engine.step()
    assert MOST_UNITS * sim.fields.QUANTUM > 4e14
