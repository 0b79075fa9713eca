"""In a checked run every access is guarded: who reads, writes, keeps, replaces or leaves a range is stopped by name."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import ContractError
from sim.fields import Array, own, param, read
from sim.mechanic import Mechanic
from tests.small import engine_of
from tests.test_contracts import Orders


class Meddler(Mechanic):
    """Touches a field of another at a chosen moment."""

    sales: Array = read()

    def settle(self, ctx):
        self.sales.sum()

    def account(self, ctx):
        self.sales.sum()


def test_every_access_in_a_run_is_guarded() -> None:
    """Good in account, so the set-up proof lets it pass; in settle the field has no value yet."""
    with pytest.raises(ContractError, match=r"meddler read\(\)s 'sales' in settle, but orders sets it in settle. Use last"):
        engine_of(Orders, Meddler, checked=False).step()


def test_a_reader_cannot_write() -> None:
    class Thief(Mechanic):
        """Writes into what it may only read."""

        spent: Array = read()

        def learn(self, ctx):
            self.spent[...] = 0.0

    with pytest.raises(ValueError, match="read-only"):
        engine_of(Orders, Thief).step()


def test_a_reader_cannot_make_a_field_writable() -> None:
    class Burglar(Mechanic):
        """Sets the flag back that keeps others from writing."""

        spent: Array = read()

        def learn(self, ctx):
            self.spent.setflags(write=True)
            self.spent[...] = 0.0

    with pytest.raises(ValueError, match="cannot set WRITEABLE flag to True"):
        engine_of(Orders, Burglar).step()


def test_an_owner_cannot_write_in_another_phase() -> None:
    class Restless(Mechanic):
        """Owns a plan, changes it later."""

        plans: Array = own("brand", unit="CNY", at="plan", doc="plans")

        def plan(self, ctx):
            self.plans[...] = 1.0

        def account(self, ctx):
            self.plans[...] = 2.0

    with pytest.raises(ValueError, match="read-only"):
        engine_of(Restless).step()


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int8, np.int32, np.uint32, np.bool_])
def test_what_an_owner_leaves_unwritten_is_found(dtype: type) -> None:
    """Of a field without an init every entry is to be written: one that is not would be the last block's."""

    class Forgetful(Mechanic):
        """Writes all entries in the first week, and all but one in the second."""

        mood: Array = own("consumer", "slot", unit="1", at="offer", dtype=dtype, init=None, lasting=False, doc="mood")

        def offer(self, ctx):
            self.mood[: -1 if ctx.step else None] = ctx.step
            self.mood[-1:, 1:] = 0

    engine = engine_of(Forgetful)
    engine.step()
    with pytest.raises(ContractError, match=r"forgetful leaves entries of 'mood' as they were in offer, week 1; write every one"):
        engine.step()


def test_a_replaced_array_is_found() -> None:
    class Replacer(Mechanic):
        """Binds a new array instead of writing into its own."""

        mood: Array = own("consumer", unit="1", at="learn", doc="mood")

        def learn(self, ctx):
            self.mood = self.mood + 1.0

    with pytest.raises(ContractError, match=r"replacer replaced 'mood' in learn; write into it with \[...\]"):
        engine_of(Replacer).step()


def test_what_a_mechanic_keeps_beside_its_fields_is_found() -> None:
    class Hoarder(Mechanic):
        """Counts weeks on itself, where neither blocks nor threads share it."""

        mood: Array = own("consumer", unit="1", at="learn", doc="mood")

        def learn(self, ctx):
            self.memo = getattr(self, "memo", 0) + 1
            self.mood[...] = self.memo

    with pytest.raises(ContractError, match=r"hoarder keeps 'memo' on itself in learn; what lasts is a field: own\(\) it"):
        engine_of(Hoarder).step()


def test_a_parameter_is_not_a_mechanics_to_set() -> None:
    class Tuner(Mechanic):
        """Turns its own knob."""

        gain = param(0.5, unit="1", bounds=(0, 1), source="assumption", doc="gain")
        mood: Array = own("consumer", unit="1", at="learn", doc="mood")

        def learn(self, ctx):
            self.p.gain = 99.0
            self.mood[...] = self.p.gain

    with pytest.raises(ContractError, match=r"set its parameter 'gain'; only dated values"):
        engine_of(Tuner).step()


@pytest.mark.parametrize("value", [2.0, -0.5, np.nan, np.inf])
def test_a_value_out_of_range_is_found_with_its_week(value: float) -> None:
    class Wild(Mechanic):
        """Leaves its range in the third week."""

        mood: Array = own("consumer", unit="util", at="learn", bounds=(0, 1), doc="mood")

        def learn(self, ctx):
            self.mood[0] = value if ctx.step == 2 else 0.5

    engine = engine_of(Wild)
    engine.step()
    engine.step()
    with pytest.raises(ContractError, match=r"wild left 'mood' outside \[0, 1\] util in learn, week 2"):
        engine.step()
