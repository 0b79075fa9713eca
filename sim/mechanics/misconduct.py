"""Misconduct: hosts weigh what false claims sell against what they believe a penalty costs."""

from __future__ import annotations

import numpy as np

from sim.fields import Array, add, last, own, param, read
from sim.kernels.compiled import compiled
from sim.kernels.market import logistic
from sim.mechanic import Mechanic

KNOWN_WEEKS = 52  # weeks whose convictions the public counts together [weeks]; source: assumption (a year)
MOST_FINE = 50.0  # largest fine that a host reckons with, against sales of a term [terms]; source: assumption


class Misconduct(Mechanic):
    """A room makes false claims when the gain exceeds the expected cost, with a logit error (Becker 1968).

        x = (uplift * margin - caught * (fine / sales of the term + suspension + reputation)) / temperature - scruple
        caught = 1 - exp(-term * perceived_risk);  fine = min(upper limit, multiple * sales of the term)
    P(violation) = 1 / (1 + exp(-x));   perceived_risk = (hits remembered + prior * start) / (violators remembered + prior)

    Perceptions follow what happened to others in the sector (Sah 1991). The market's penalty exceeds the law's
    (Karpoff, Lee & Martin 2008).
    """

    uplift = param(0.30, unit="1", bounds=(0, 3), source="assumption", doc="sales gained by false claims")
    margin = param(0.25, unit="share", bounds=(0, 1), source="assumption", doc="part of sales a host keeps")
    temperature = param(
        0.06, unit="share", bounds=(0.001, 10), source="assumption", doc="scale of the logit error, against sales of a term"
    )
    scruple = param(3.0, unit="1", bounds=(-10, 10), source="assumption", doc="reluctance to deceive")
    reputation = param(0.5, unit="terms", bounds=(0, 20), source="form:karpoff2008", doc="sales a convicted host loses later, in terms")
    term = param(4, unit="weeks", bounds=(1, 52), source="assumption", doc="time between decisions")
    learning = param(
        0.03, unit="1/week", bounds=(0, 1), source="form:sah1991", doc="pull of what happened to others; half-life of half a year"
    )
    risk_at_start = param(
        0.01, unit="1/week", bounds=(0, 1), source="assumption", doc="believed probability of a penalty in a week of violation"
    )
    prior = param(2.0, unit="rooms", bounds=(0.01, 1e3), source="assumption", doc="weight of the first belief against what was seen")
    appeal = param(0.18, unit="util", bounds=(0, 3), source="assumption", doc="what false claims add to an offer's worth")
    fear = param(
        1.0, unit="util", bounds=(0, 10), source="assumption", doc="worth that live offers lose when every third room is seen to deceive"
    )

    violates: Array = own("room", unit="1", at="plan", bounds=(0, 1), doc="makes false claims this term")
    outlet_violation: Array = own("outlet", unit="1", at="plan", bounds=(0, 1), doc="makes false claims")
    perceived_risk: Array = own(
        "sector", unit="1/week", at="plan", bounds=(0, 1), doc="believed probability of a penalty in a week of violation"
    )
    seen: Array = own("sector", "seen", unit="rooms", at="plan", bounds=(0, 1e9), doc="remembered violators and convictions of a week")
    known_misconduct: Array = own(unit="share", at="plan", bounds=(0, 1), doc="publicly known share of convicted rooms, slowly forgotten")
    outlet_appeal: Array = add()

    room_gmv: Array = last()
    convicted: Array = last()
    real_hosts: Array = read()
    outlet_sector: Array = read()
    max_penalty: Array = read()
    fine_multiple: Array = read()
    suspension: Array = read()
    on_air: Array = read()

    def found(self, ctx):
        self.perceived_risk[...] = self.p.risk_at_start

    def plan(self, ctx):
        p, rooms = self.p, self.violates.size
        sector = self.outlet_sector[:rooms]
        look_round(self.seen, self.perceived_risk, sector, self.violates, self.convicted, p.learning, p.prior, p.risk_at_start)
        known = self.known_misconduct[0] + p.learning * (self.convicted.sum() / rooms * KNOWN_WEEKS - self.known_misconduct[0])
        self.known_misconduct[0] = min(max(known, 0.0), 1.0)
        hosts = self.real_hosts[0] / ctx.size("streamer")
        due = slice(-ctx.step % int(p.term), None, int(p.term))  # one room in `term` decides anew each week
        sales = p.term * self.room_gmv[due] / hosts
        fine = np.minimum(self.max_penalty[0], self.fine_multiple[0] * np.maximum(sales, 1.0))
        chance = violation_probability(
            sales, self.perceived_risk[sector[due]], p.uplift * p.margin, fine,
            self.suspension[0] / p.term * p.margin + p.reputation * p.margin, p.term, p.temperature, p.scruple,
        )  # fmt: skip
        self.violates[due] = ctx.uniform("room")[due] < chance
        self.outlet_violation[:rooms] = self.violates * (self.on_air > 0)

    def traffic(self, ctx):
        rooms = self.violates.size
        self.outlet_appeal[:rooms] += self.p.appeal * self.violates - self.p.fear * self.known_misconduct[0]


@compiled
def look_round(seen: Array, risk: Array, sector: Array, violates: Array, convicted: Array, learning: float, prior: float,
               first: float) -> None:  # fmt: skip
    """What is remembered of a week's violators and convictions, and the risk that one believes in.

    Args:
        seen: (sectors, 2) rooms, changed. risk: (sectors,) 1/week, written. sector, violates, convicted: (rooms,).
        learning: pull of a week. prior: rooms that the first belief counts for.
    """
    week = np.zeros(seen.shape)
    for r in range(sector.size):
        week[sector[r], 0] += violates[r]
        week[sector[r], 1] += convicted[r]
    for s in range(risk.size):
        for k in range(2):
            seen[s, k] += learning * (week[s, k] - seen[s, k])
        risk[s] = min((seen[s, 1] + prior * first) / (seen[s, 0] + prior), 1.0)


@compiled
def violation_probability(sales: Array, risk: Array, gain: float, fine: Array, other_loss: float, term: float,
                          temperature: float, scruple: float) -> Array:  # fmt: skip
    """Probability to violate in a term, (rooms,).

    Args:
        sales: CNY a term of one real host. risk: believed probability of a penalty in a week of violation.
        gain: share of sales gained. fine: (rooms,) CNY a conviction. other_loss: further loss in shares of a term's sales.
        term: weeks. temperature: share of sales. scruple: reluctance.
    """
    chance = np.empty(sales.size)
    for r in range(sales.size):
        caught = -np.expm1(-term * risk[r])
        relative_fine = min(fine[r] / max(sales[r], 1.0), MOST_FINE)
        x = (gain - caught * (relative_fine + other_loss)) / temperature - scruple
        chance[r] = logistic(x)
    return chance
