"""Confidence: what happened with the last order moves confidence; confidence moves the next choice."""

from sim.fields import Array, add, own, param, read
from sim.mechanic import Mechanic


class Confidence(Mechanic):
    """Consumers learn whether what is said on air is true; bad news weighs more than good.

    confidence' = confidence + gain * good * (1 - confidence) - loss * bad * confidence
    utility    += weight * (confidence - 1/2)
    """

    gain = param(0.05, unit="1/order", bounds=(0, 1), source="assumption", doc="pull of a good order")
    loss = param(0.20, unit="1/order", bounds=(0, 1), source="form:slovic1993", doc="pull of a bad order")
    weight = param(2.0, unit="util", bounds=(0, 10), source="assumption", doc="effect on an offer's worth")

    confidence: Array = own("consumer", unit="1", at="learn", init=0.5, bounds=(0, 1), doc="belief that claims on air are true")
    utility: Array = add()  # (consumer, slot), util
    outcome: Array = read()  # (consumer,): 1 good, -1 bad, 0 no order

    def appraise(self, ctx):
        self.utility += (self.p.weight * (self.confidence - 0.5))[:, None]

    def learn(self, ctx):
        good, bad = self.outcome == 1, self.outcome == -1
        self.confidence += self.p.gain * good * (1 - self.confidence)
        self.confidence -= self.p.loss * bad * self.confidence
