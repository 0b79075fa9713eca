"""In a checked run a contribution adds to a channel or scales it: it neither sets it nor sees what others gave."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.errors import ContractError
from sim.fields import Array, add, own, param, scale
from sim.mechanic import Mechanic
from tests.small import engine_of


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
            self.appeal[np.array([False, True])] -= 2.0
            np.add.at(self.appeal, [1, 1], 3.0)

        def appraise(self, ctx):
            self.utility[:, 0] += 1.0

    engine = engine_of(Owner)
    engine.step()
    assert engine.observe("appeal").tolist() == [2.0, 8.0]

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

    with pytest.raises(ContractError, match=r"bully sets or reads 'appeal' in traffic, where it may only add: write \+="):
        engine_of(Owner, Bully).step()
    with pytest.raises(ContractError, match=r"pusher sets or reads 'utility' in appraise, where it may only add"):
        engine_of(Owner, Pusher).step()


class Shelves(Mechanic):
    """Owns a sum and a product over firms, a sum over consumers and a count from blocks."""

    appeal: Array = own("brand", unit="util", at="traffic", gather="sum", doc="appeal")
    factor: Array = own("brand", unit="1", at="traffic", gather="product", doc="factor")
    utility: Array = own("consumer", "slot", unit="util", at="appraise", gather="sum", lasting=False, doc="utility")
    count: Array = own("brand", unit="1", at="appraise", gather="sum", doc="count")

    def traffic(self, ctx): ...
    def appraise(self, ctx): ...


def sets_its_double(channel: Array) -> None:
    channel[...] = channel + channel


def moves_a_column(channel: Array) -> None:
    channel[..., 0] = channel[..., 1]


def adds_a_neighbour(channel: Array) -> None:
    channel[..., 0] += channel[..., 1]


def takes_everything_back(channel: Array) -> None:
    channel -= channel


def takes_back_by_hand(channel: Array) -> None:
    channel += -channel


def takes_back_one_number(channel: Array) -> None:
    channel[..., 0] -= float(channel[..., 0].flatten()[0])


def scales(channel: Array) -> None:
    channel *= 0


def carries_off(channel: Array) -> None:
    mine = np.zeros(channel.shape)
    mine += channel


def sets_the_flat_one(channel: Array) -> None:
    channel.flat = 0


LOSSES = [
    sets_its_double,
    moves_a_column,
    adds_a_neighbour,
    takes_everything_back,
    takes_back_by_hand,
    takes_back_one_number,
    scales,
    carries_off,
    sets_the_flat_one,
    lambda channel: channel.fill(-5),
    lambda channel: np.copyto(channel, 0),
    lambda channel: np.negative(channel, out=channel),
    lambda channel: np.add(1, 1, out=channel),
    lambda channel: np.multiply(channel, 0, out=channel),
    lambda channel: channel.sum(),
    lambda channel: np.multiply.at(channel, 0, 0),
    lambda channel: channel.sort(),
    lambda channel: channel.T.__setitem__(0, 0),
]


@pytest.mark.parametrize("name", ["appeal", "utility", "count"])
@pytest.mark.parametrize("loss", LOSSES)
def test_nobody_loses_what_was_added_before(name: str, loss: Callable[[Array], object]) -> None:
    """Whatever way it is written in, in numpy's words too: another's contribution is neither set, scaled, taken back nor seen."""

    class Bully(Mechanic):
        """Does more than add."""

        appeal: Array = add()
        utility: Array = add()
        count: Array = add()

        def traffic(self, ctx):
            if name == "appeal":
                loss(self.appeal)

        def appraise(self, ctx):
            if name != "appeal":
                loss(getattr(self, name))

    with pytest.raises(ContractError, match=rf"bully sets or reads '{name}' in \w+, where it may only add: write \+= \(or -=\)"):
        engine_of(Shelves, Bully).step()


def test_a_product_is_scaled_and_not_added_to() -> None:
    class Scaler(Mechanic):
        """Scales in every right way."""

        factor: Array = scale()

        def traffic(self, ctx):
            self.factor *= 3.0
            self.factor[1:] /= 2.0

    class Adder(Mechanic):
        """Adds where it should scale."""

        factor: Array = scale()

        def traffic(self, ctx):
            self.factor += 1.0

    engine = engine_of(Shelves, Scaler)
    engine.step()
    assert engine.observe("factor").tolist() == [3.0, 1.5]
    with pytest.raises(ContractError, match=r"adder sets or reads 'factor' in traffic, where it may only scale: write \*="):
        engine_of(Shelves, Adder).step()


def test_a_channel_shows_itself_to_whoever_looks_for_a_mistake() -> None:
    class Puzzled(Mechanic):
        """Prints what it cannot read."""

        appeal: Array = add()

        def traffic(self, ctx):
            self.appeal += 1.5
            raise RuntimeError(f"{self.appeal} {self.appeal!r}")

    with pytest.raises(RuntimeError, match=r"1\.5.*1\.5"):
        engine_of(Shelves, Puzzled).step()


def test_a_channel_is_checked_when_everybody_has_contributed() -> None:
    """A sum over firms, a product over consumers, a count from blocks: above the range halfway is right, at the end it is not."""

    class Owner(Mechanic):
        """Owns three channels with a range."""

        appeal: Array = own("brand", unit="util", at=("plan", "traffic"), gather="sum", bounds=(0, 1), doc="appeal")
        factor: Array = own("consumer", unit="1", at="choose", gather="product", lasting=False, bounds=(0, 1), doc="factor")
        sales: Array = own("brand", unit="CNY", at="settle", gather="sum", bounds=(0, 50), doc="sales")

        def traffic(self, ctx):
            self.appeal += 3.0

        def choose(self, ctx):
            self.factor *= 3.0

        def settle(self, ctx):
            self.sales[0] += 70_000 * ctx.count

    class Taker(Mechanic):
        """Brings them back into their range until the third week."""

        excess = param(0.0, unit="1", bounds=(0, 2), source="assumption", doc="which channel is left above its range")
        appeal: Array = add()
        factor: Array = scale()
        sales: Array = add()

        def traffic(self, ctx):
            self.appeal -= 1.0 if ctx.step == 2 and self.p.excess == 0 else 2.5

        def choose(self, ctx):
            self.factor /= 2.0 if ctx.step == 2 and self.p.excess == 1 else 4.0

        def settle(self, ctx):
            if not (ctx.step == 2 and self.p.excess == 2):
                self.sales[0] -= 30_000 * ctx.count

    left = (
        r"'appeal' outside \[0, 1\] util in traffic",
        r"'factor' outside \[0, 1\] 1 in choose",
        r"'sales' outside \[0, 50\] CNY in settle",
    )
    runs = ("from 2 to 2", "from 1.5 to 1.5", "from 0 to 70")
    for excess, (name, most) in enumerate(zip(left, runs, strict=True)):
        engine = engine_of(Owner, Taker(excess=excess), block=4, threads=2)
        engine.step()
        engine.step()
        with pytest.raises(ContractError, match=rf"^owner and taker left {name}, week 2: it runs {most}\.$"):
            engine.step()
        unchecked = engine_of(Owner, Taker(excess=excess), checked=False)
        unchecked.run()
