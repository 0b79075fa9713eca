"""The teaching example is one file, one import line and one word: it runs as it is printed."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import sim
from sim.engine import Engine
from sim.fields import Array, add, own, param, read
from sim.mechanic import Mechanic
from sim.mechanics.confidence import Confidence as Shipped
from sim.model import build, known_mechanics, services_of, sizes_of
from tests.small import differing, market, same, small

PRINTED = '''
"""Confidence: what happened with the last order moves confidence; confidence moves the next choice."""
from sim.fields import Array, add, own, param, read
from sim.mechanic import Mechanic

class Confidence(Mechanic):
    """Consumers learn whether what is said on air is true; bad news weighs more than good.

        confidence' = confidence + gain * good * (1 - confidence) - loss * bad * confidence
        utility    += weight * (confidence - 1/2)
    """
    gain   = param(0.05, unit="1/order", bounds=(0, 1), source="assumption", doc="pull of a good order")
    loss   = param(0.20, unit="1/order", bounds=(0, 1), source="form:slovic1993", doc="pull of a bad order")
    weight = param(2.0, unit="util", bounds=(0, 10), source="assumption")

    confidence: Array = own(
        "consumer", unit="1", at="learn", init=0.5, bounds=(0, 1), doc="belief that claims on air are true"
    )
    utility: Array = add()      # (consumer, slot), util
    outcome: Array = read()     # (consumer,): 1 good, -1 bad, 0 no order

    def appraise(self, ctx):
        self.utility += (self.p.weight * (self.confidence - 0.5))[:, None]

    def learn(self, ctx):
        good, bad = self.outcome == 1, self.outcome == -1
        self.confidence += self.p.gain * good * (1 - self.confidence)
        self.confidence -= self.p.loss * bad * self.confidence
'''
README = Path(__file__).resolve().parent.parent / "README.md"
PAGES = [PRINTED]
if README.exists():
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    PAGES += [block for block in blocks if "class Confidence(Mechanic)" in block]


def printed(page: str) -> type[Mechanic]:
    """The class that a printed page defines."""
    names: dict[str, type[Mechanic]] = {}
    exec(compile(page, "printed", "exec"), names)
    return names["Confidence"]


def test_good_and_bad_orders_move_confidence_by_hand() -> None:
    """Good: 0.5 + 0.1 * 0.5 = 0.55; bad: 0.5 - 0.4 * 0.5 = 0.30; no order: unchanged."""
    confidence = np.array([0.5, 0.5, 0.5, 1.0, 0.0])
    outcome = np.array([1, -1, 0, 1, -1], np.int8)
    mechanic = Shipped.standalone({"gain": 0.1, "loss": 0.4}, confidence=confidence, outcome=outcome)
    mechanic.learn(None)
    assert confidence.tolist() == pytest.approx([0.55, 0.30, 0.5, 1.0, 0.0], abs=1e-12)
    mechanic.learn(None)
    assert confidence.tolist() == pytest.approx([0.595, 0.18, 0.5, 1.0, 0.0], abs=1e-12)


def test_confidence_moves_every_offer_by_hand() -> None:
    """At weight 2, confidence 0.8 adds 0.6 to both offers, confidence 0.5 nothing, 0.1 takes 0.8 away."""
    utility = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]])
    mechanic = Shipped.standalone(utility=utility, confidence=np.array([0.8, 0.5, 0.1]))
    mechanic.appraise(None)
    assert utility == pytest.approx(np.array([[1.6, 2.6], [1.0, 2.0], [0.2, 1.2]]))


def test_bad_news_weighs_more_than_good() -> None:
    confidence = np.full(1, 0.5)
    mechanic = Shipped.standalone(confidence=confidence, outcome=np.array([1]))
    mechanic.learn(SimpleNamespace())
    gained = confidence[0] - 0.5
    confidence[:], mechanic.outcome[:] = 0.5, -1
    mechanic.learn(SimpleNamespace())
    assert 0.5 - confidence[0] > gained > 0


@pytest.mark.parametrize("page", PAGES)
def test_the_printed_example_runs_as_printed(page: str) -> None:
    """In place of the shipped file it gives the same market, bit for bit."""
    configuration = small(12, mechanics=sim.with_("confidence"), checked=True)
    shipped = build(configuration, 5).run()
    known = known_mechanics()
    mechanics = [known[name]() for name in sim.core()] + [printed(page)()]
    sizes = sizes_of(configuration)
    wanted = {service for mechanic in mechanics for service in mechanic.uses}
    services = services_of(configuration, sizes, 5, wanted)
    own_engine = Engine(
        mechanics,
        sizes,
        configuration.clock,
        5,
        configuration.people / configuration.consumers,
        services=services,
    ).run()
    assert same(shipped.arrays["confidence"], own_engine.arrays["confidence"])
    assert same(shipped.observe("brand_channel_gmv"), own_engine.observe("brand_channel_gmv"))


def test_in_a_run_confidence_stays_in_range_and_moves_the_market() -> None:
    configuration = small(mechanics=sim.with_("confidence"), checked=True)
    engine = build(configuration, 7).run()
    confidence = engine.arrays["confidence"]
    assert confidence.min() >= 0.0
    assert confidence.max() <= 1.0
    assert confidence.std() > 0.01
    moved = differing(market(), sim.run(configuration, 7))
    assert "live_gmv" in moved
    assert "price_level" not in moved


def test_it_shows_in_the_week_and_its_parameters_are_checked() -> None:
    text = build(small(1, mechanics=sim.with_("confidence")), 1).explain()
    assert "confidence: confidence -> +utility" in text
    assert "confidence: outcome -> confidence" in text
    with pytest.raises(sim.ConfigError, match=r"confidence\.gain = 3 1/order is outside \[0, 1\]"):
        small(1, mechanics=sim.with_("confidence"), parameters={"confidence": {"gain": 3}})


def test_a_mechanic_of_ones_own_needs_one_class_and_one_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Registered by name it is one word in a configuration, like any other."""
    monkeypatch.setattr("sim.model._added", {})

    @sim.register
    class Optimism(Mechanic):
        """Everybody likes every offer a little more."""

        bonus = param(1.0, unit="util", bounds=(0, 10), source="assumption", doc="added to every offer")
        utility: Array = add()
        mood: Array = own("consumer", unit="1", at="learn", bounds=(-1, 1), doc="the last outcome")
        outcome: Array = read()

        def appraise(self, ctx):
            self.utility += self.p.bonus

        def learn(self, ctx):
            self.mood[...] = self.outcome

    assert "optimism" not in sim.core()
    glad = market(mechanics=sim.with_("optimism"))
    assert glad.online_retail_total.sum() > market().online_retail_total.sum()
