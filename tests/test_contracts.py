"""A mechanic that slips is told who, what, what is allowed and what to do, mostly before the first week."""

from collections.abc import Callable

import numpy as np
import pytest

from sim.context import Context
from sim.errors import ConfigError, ContractError
from sim.fields import Array, add, last, own, param, read, scale
from sim.mechanic import Mechanic
from tests.small import engine_of


class Orders(Mechanic):
    """Every consumer buys for one CNY."""

    sales: Array = own("brand", unit="CNY", at="settle", gather="sum", doc="sales")
    spent: Array = own("consumer", unit="CNY", at="settle", bounds=(0, 1e9), doc="spent so far")

    def settle(self, ctx):
        self.spent += 1.0
        self.sales[0] += 10_000 * ctx.count


class Confidence(Mechanic):
    """Grows by its gain each week."""

    gain = param(0.05, unit="1/order", bounds=(0, 1), source="assumption", doc="pull of an order")
    loss = param(0.20, unit="1/order", bounds=(0, 1), source="assumption", doc="pull of a bad order")
    confidence: Array = own("consumer", unit="1", at="learn", init=0.5, bounds=(0, 1), doc="belief")

    def learn(self, ctx):
        self.confidence += self.p.gain


class Misspelt(Mechanic):
    """Reads a field that nobody owns."""

    sale: Array = read()

    def account(self, ctx):
        self.sale.sum()


class Second(Mechanic):
    """Owns what another owns."""

    confidence: Array = own("consumer", unit="1", at="learn", doc="belief")

    def learn(self, ctx):
        self.confidence += 0.0


class Early(Mechanic):
    """Reads before the week has a value."""

    sales: Array = read()
    plans: Array = own("brand", unit="CNY", at="plan", doc="plans")

    def plan(self, ctx):
        self.plans[...] = self.sales


def faults_of(*mechanics: type[Mechanic]) -> tuple[str, ...]:
    with pytest.raises(ContractError) as caught:
        engine_of(*mechanics)
    return caught.value.faults


def test_an_unknown_field_comes_with_the_likely_one_and_its_owner() -> None:
    assert faults_of(Orders, Misspelt) == ("misspelt uses 'sale', which no mechanic owns. Did you mean 'sales', owned by orders?",)


def test_an_unknown_field_unlike_any_other_comes_without_a_guess() -> None:
    class Lost(Mechanic):
        """Reads something else."""

        weather: Array = read()

        def account(self, ctx):
            self.weather.sum()

    assert faults_of(Orders, Lost) == ("lost uses 'weather', which no mechanic owns.",)


def test_two_owners_are_told_what_to_do() -> None:
    assert faults_of(Confidence, Second) == (
        "Both second and confidence own 'confidence'. A field has one owner; the other should read() or add() to it.",
    )


def test_a_read_before_the_value_is_set_points_to_last() -> None:
    assert faults_of(Early, Orders) == (
        "early read()s 'sales' in plan, but orders sets it in settle. Use last() if you mean the previous step's value.",
    )


def test_a_parameter_outside_its_bounds_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        Confidence(gain=3)
    assert str(caught.value) == "confidence.gain = 3 1/order is outside [0, 1]."


def test_all_faults_of_parameters_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        Confidence(gain=3, los=0.1, loss="much")
    text = str(caught.value)
    assert len(caught.value.faults) == 3
    for part in (
        "gain = 3",
        "no parameter 'los'. Did you mean 'loss'?",
        "loss = 'much' 1/order is not a number",
    ):
        assert part in text


def test_all_faults_of_a_model_are_told_at_once() -> None:
    faults = faults_of(Orders, Confidence, Misspelt, Second, Early)
    assert [fault.split()[0] for fault in faults] == ["Both", "early", "misspelt"]


def test_faults_of_declarations_are_told_with_a_hint() -> None:
    class Careless(Mechanic):
        """Declares what cannot be."""

        mood: Array = own("consumr", unit="1", at="learn", doc="wrong dimension")
        pulse: Array = own("consumer", unit="1", at="lern", doc="wrong phase")
        cash: Array = own("brand", unit="CNY", at="settle", doc="market field set by blocks")
        trust: Array = own("consumer", unit="1", at="plan", doc="consumer field set by the market")
        factor: Array = own("brand", unit="1", at="settle", gather="product", doc="product of blocks")
        silent: Array = own("brand", unit="1", at="govern", doc="never set")

        kept: Array = own("consumer", unit="1", at="learn", gather="sum", doc="never emptied")
        early: Array = own("brand", unit="1", at="endow", gather="sum", doc="counted before the first week")
        blank: Array = own("consumer", unit="1", at="learn", init=None, doc="lasts, and begins with nothing")
        void: Array = own("consumer", unit="1", at="learn", init=None, gather="sum", lasting=False, doc="gathers from nothing")
        bare: Array = own("brand", unit="1", at="plan", init=None, lasting=False, doc="of firms")
        early_blank: Array = own("consumer", unit="1", at="populate", init=None, lasting=False, doc="set before the first week")
        twice: Array = own("consumer", unit="1", at=("learn", "settle"), init=None, lasting=False, doc="set in two phases")
        odd: Array = own("consumer", unit="1", at="learn", init=None, lasting=False, dtype=np.complex64, doc="no real number")

        def learn(self, ctx): ...
        def settle(self, ctx): ...
        def plan(self, ctx): ...
        def populate(self, ctx): ...

    text = "\n".join(faults_of(Careless))
    for part in (
        "unknown dimension 'consumr'. Did you mean 'consumer'?",
        "there is no phase 'lern'. Did you mean 'learn'?",
        "blocks of consumers cannot set a market field in settle",
        "a consumer field is set in a block phase, not in plan",
        "products from blocks to the market depend on the blocks",
        "careless.silent is set at govern, but careless has no method 'govern'",
        "careless.kept: a channel over consumers is gathered anew in each block; own() it with lasting=False.",
        "careless.early: what is gathered in endow would join the first week's",
        *(
            f"careless.{name}: init=None is for numbers over consumers with lasting=False, which gather nothing and are set in one phase"
            for name in ("blank", "void", "bare", "early_blank", "twice", "odd")
        ),
    ):
        assert part in text


def test_adding_to_what_is_no_channel_is_refused() -> None:
    class Pusher(Mechanic):
        """Adds where nothing gathers, and scales a sum."""

        confidence: Array = add()
        sales: Array = scale()

        def learn(self, ctx): ...
        def settle(self, ctx): ...

    faults = faults_of(Orders, Confidence, Pusher)
    assert "pusher adds to 'confidence', which is no sum channel of confidence; read() it instead." in faults
    assert any("pusher scales to 'sales', which is no product channel of orders" in fault for fault in faults)


def test_a_field_that_dies_with_its_block_has_no_last_week() -> None:
    class Fleeting(Mechanic):
        """Sets a mood that nobody remembers."""

        mood: Array = own("consumer", unit="1", at="offer", lasting=False, doc="mood")

        def offer(self, ctx): ...

    class Rememberer(Mechanic):
        """Asks for it all the same."""

        mood: Array = last()

        def learn(self, ctx): ...

    assert faults_of(Fleeting, Rememberer) == ("rememberer uses last('mood'), which does not outlive its block.",)


def test_those_who_wait_for_each_other_at_set_up_are_named() -> None:
    class Hen(Mechanic):
        """Needs an egg."""

        hens: Array = own("brand", unit="1", at="found", doc="hens")
        eggs: Array = read()

        def found(self, ctx): ...

    class Egg(Mechanic):
        """Needs a hen."""

        eggs: Array = own("brand", unit="1", at="found", doc="eggs")
        hens: Array = read()

        def found(self, ctx): ...

    assert faults_of(Hen, Egg) == ("In found, these wait for each other: egg, hen.",)


def test_a_missing_service_and_a_double_mechanic_are_named() -> None:
    class Caller(Mechanic):
        """Uses something of another library."""

        uses = ("telephone",)

    assert faults_of(Caller) == ("caller uses the service 'telephone', which this model does not provide.",)
    assert faults_of(Orders, Orders)[0] == "Mechanic 'orders' is listed twice."


def test_a_service_that_was_not_declared_is_refused_although_it_is_there() -> None:
    class Guest(Mechanic):
        """Uses what another declared."""

        uses = ("actors",)

        def plan(self, ctx):
            assert ctx.service("actors") == "cast"
            ctx.service("case_desk")

    engine = engine_of(Guest, services={"case_desk": "desk", "actors": "cast"}, checked=False)
    with pytest.raises(ContractError) as caught:
        engine.step()
    assert str(caught.value) == (
        "guest asks for the service 'case_desk' in plan without declaring it. Write uses = ('actors', 'case_desk') in its class."
    )


@pytest.mark.parametrize("phase", ["populate", "settle"])
@pytest.mark.parametrize(
    ("what", "act"),
    [
        ("pays", lambda ctx: ctx.pay("consumers", "brand", 0.1, "orders", payee_index=np.zeros(1, int))),
        ("asks for cash", lambda ctx: ctx.cash("brand")),
    ],
)
def test_money_does_not_move_block_by_block(phase: str, what: str, act: Callable[[Context], object]) -> None:
    """Sums of floats would depend on the size of the blocks; the market phases may pay."""

    def paying(self: Mechanic, ctx: Context) -> None:
        act(ctx)

    hasty = type("Hasty", (Mechanic,), {"__doc__": "Pays among consumers.", phase: paying})
    calm = type("Calm", (Mechanic,), {"__doc__": "Pays when all are through.", "account": paying})
    engine_of(calm, checked=False).step()
    with pytest.raises(ContractError, match=rf"hasty {what} in {phase}, .* Count there into a tally .* pay in a market phase"):
        engine_of(hasty, checked=False).step()


def test_outside_a_run_a_field_points_to_standalone() -> None:
    with pytest.raises(ContractError, match=r"'confidence' uses 'confidence' outside a run; see Mechanic.standalone"):
        _ = Confidence().confidence
    with pytest.raises(ConfigError, match=r"declares no field 'confidense'. Did you mean 'confidence'"):
        Confidence.standalone(confidense=np.zeros(2))


def test_this_week_and_last_week_are_kept_apart() -> None:
    """A reader in account sees this week's sales, one in plan through last() those of the week before."""

    class Diary(Mechanic):
        """Writes down what it sees."""

        sales: Array = last()
        seen: Array = own("brand", unit="CNY", at="plan", doc="sales of last week")

        def plan(self, ctx):
            self.seen[...] = self.sales

    class Growing(Mechanic):
        """Sells one CNY more each week."""

        sales: Array = own("brand", unit="CNY", at="enforce", doc="sales")

        def enforce(self, ctx):
            self.sales[...] = ctx.step + 1

    engine = engine_of(Diary, Growing)
    seen = []
    for _ in range(4):
        engine.step()
        seen.append((engine.observe("seen")[0], engine.observe("sales")[0]))
    assert seen == [(0, 1), (1, 2), (2, 3), (3, 4)]


def test_channels_start_anew_each_week_and_sum_exactly_over_blocks() -> None:
    engine = engine_of(Orders, sizes={"consumer": 100}, block=16, threads=2)
    for _ in range(3):
        engine.step()
        assert engine.observe("sales").tolist() == [100.0, 0.0]
    assert engine.arrays["spent"].tolist() == [3.0] * 100


def test_the_week_explains_itself() -> None:
    lines = engine_of(Orders, Confidence).explain().splitlines()
    assert "settle    block   what was delivered, paid, returned?" in lines
    assert any("orders: - -> spent, +sales" in line for line in lines)
    assert any("confidence: - -> confidence" in line for line in lines)
