"""In a checked run every access is guarded: who reads, writes, keeps, replaces or leaves a range is stopped by name."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import ContractError
from sim.fields import Array, add, own, param, read
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


def test_a_contribution_that_is_no_number_is_found() -> None:
    class Owner(Mechanic):
        """Has a channel."""

        appeal: Array = own("brand", unit="util", at="traffic", gather="sum", doc="appeal")

        def traffic(self, ctx):
            self.appeal += 1.0

    class Spoiler(Mechanic):
        """Adds what is no number."""

        appeal: Array = add()

        def traffic(self, ctx):
            self.appeal += np.nan

    with pytest.raises(ContractError, match=r"spoiler added what is no number to 'appeal' in traffic, week 0"):
        engine_of(Owner, Spoiler).step()


def test_a_contribution_may_not_replace_what_others_gave() -> None:
    """Adding to the whole, to a slice and to chosen places is right in any way of writing it; setting is not."""

    class Owner(Mechanic):
        """Has a channel over brands and one over consumers."""

        appeal: Array = own("brand", unit="util", at="traffic", gather="sum", doc="appeal")
        utility: Array = own("consumer", "slot", unit="util", at="appraise", gather="sum", lasting=False, doc="utility")

        def traffic(self, ctx):
            self.appeal += 1.0
            self.appeal[1:] += 1.0
            self.appeal[[0, 1]] += np.array([1.0, 2.0])
            self.appeal[self.appeal > 3.0] *= 2.0

        def appraise(self, ctx):
            self.utility[:, 0] += 1.0

    engine = engine_of(Owner)
    engine.step()
    assert engine.observe("appeal")[:2].tolist() == [2.0, 8.0]

    class Bully(Mechanic):
        """Sets what it should add to."""

        appeal: Array = add()

        def traffic(self, ctx):
            self.appeal[...] = 5.0

    class Pusher(Mechanic):
        """Sets what it should add to, in a block."""

        utility: Array = add()

        def appraise(self, ctx):
            self.utility[:, 0] = 5.0

    with pytest.raises(ContractError, match=r"bully sets 'appeal' in traffic, which would lose what others gave; write \+="):
        engine_of(Owner, Bully).step()
    with pytest.raises(ContractError, match=r"pusher sets 'utility' in appraise, which would lose what others gave"):
        engine_of(Owner, Pusher).step()


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
