"""Regulation: complaints and inspections open cases, a desk of inspectors decides them, penalties follow."""

from __future__ import annotations

import numpy as np

from sim.fields import HOURS_PER_WEEK, QUARTER, Array, own, param, read
from sim.kernels.compiled import compiled
from sim.mechanic import Mechanic

ALLOCATION_AT_START = 0.5  # inspectors' hours led by complaints, not by lot, at the start [share]; source: assumption
LEAST_FADE = 1e-3  # slowest loss of evidence for which an expected fine is reckoned [1/week]; source: assumption


class Regulation(Mechanic):
    """The law is dated; its force depends on how many cases the inspectors can decide.

        complaints = bad live baskets * complaint rate;  a case is opened by complaints, and by lot for the other hours of inspectors
        penalty    = min(max_penalty, multiple * illicit sales of a real host), and a suspension

    A simulated room stands for many real ones: cases, inspectors and penalties are scaled by the same number.
    """

    uses = ("actors", "case_desk")

    max_penalty_value = param(
        500_000, unit="CNY", bounds=(0, 1e12), source="claim:5.3-b", doc="upper limit of a fine; dated, two million from 2024"
    )
    penalty_multiple = param(
        1.4,
        unit="1",
        bounds=(0, 1e6),
        source="history:regulation_timeline",
        doc="fine against illicit sales: 68.94 against over 50 million at Three Sheep, 2024",
    )
    suspension_weeks = param(6, unit="weeks", bounds=(0, 520), source="assumption", doc="weeks off air after a conviction")
    inspectors = param(4000, unit="people", bounds=(0, 1e7), source="assumption", doc="inspectors for live commerce in the country")
    hours_per_case = param(30, unit="hours", bounds=(0.1, 1000), source="assumption", doc="inspector's hours for a case")
    machine_share = param(
        0.15,
        unit="share",
        bounds=(0, 1),
        source="assumption",
        doc="cases triaged by machines; claim 8.5-a counts what one platform's machines stopped, no share",
    )
    complaint_rate = param(
        0.00006,
        unit="share",
        bounds=(0, 1),
        source="form:history:complaints_12315_livestream",
        doc="bad live baskets that end in a complaint at the start; how many baskets were bad no series says; free in data_world",
    )
    awareness_growth = param(
        0.30,
        unit="1/year",
        bounds=(-0.5, 3),
        source="form:history:complaints_12315_livestream",
        doc="yearly growth of the inclination to complain, fading: complaints a GMV grew by 52, 45 and 9%; free in data_world",
    )
    awareness_fade = param(0.25, unit="1/year", bounds=(0, 5), source="assumption", doc="rate at which that growth fades")
    evidence = param(
        0.3,
        unit="weeks",
        bounds=(0.001, 52),
        source="assumption",
        doc="remembered weeks with false claims that prove a case",
    )
    evidence_fade = param(0.25, unit="1/week", bounds=(0, 1), source="assumption", doc="evidence that is lost each week")
    memory = param(
        0.03, unit="1/week", bounds=(0.001, 1), source="assumption", doc="weight of the last week in remembered delays and convictions"
    )
    prior_hits = param(
        0.01, unit="rooms", bounds=(0, 10), source="assumption", doc="convictions a week believed before any is seen, for one violator"
    )
    proof = param(0.85, unit="share", bounds=(0, 1), source="assumption", doc="violators among opened cases who are convicted")

    max_penalty: Array = own(unit="CNY", at="govern", init=500_000, bounds=(0, 1e12), doc="upper limit of a fine")
    fine_multiple: Array = own(unit="1", at="govern", init=1.4, bounds=(0, 1e7), doc="fine against illicit sales")
    hit_rate: Array = own("hit", unit="rooms", at="enforce", bounds=(0, 1e9), doc="remembered convictions and violators of a week")
    suspension: Array = own(unit="weeks", at="govern", bounds=(0, 520), doc="weeks off air after a conviction")
    inspectors_now: Array = own(unit="people", at="govern", bounds=(0, 1e7), doc="inspectors after the regulator's decision")
    stance: Array = own(
        "stance",
        unit="1",
        at="govern",
        init=1.0,
        bounds=(0, 1e4),
        doc="the regulator's multiples of inspectors and of fines, and the share of hours led by complaints",
    )
    live_sales: Array = own(unit="CNY/week", at="enforce", bounds=(0, 1e15), doc="live sales of the week")
    complaints: Array = own(unit="complaints/week", at="enforce", bounds=(0, 1e12), doc="complaints of real people about live sales")
    convicted: Array = own("room", unit="1", at="enforce", bounds=(0, 1), doc="convicted this week")
    suspended_weeks: Array = own("room", unit="weeks", at="enforce", bounds=(0, 520), doc="weeks that a room stays off air")
    room_penalty: Array = own("room", unit="CNY/week", at="enforce", bounds=(0, 1e30), doc="penalties of the real hosts a room stands for")
    illicit_sales: Array = own("room", unit="CNY", at="enforce", bounds=(0, 1e15), doc="remembered sales with false claims")
    illicit_weeks: Array = own("room", unit="weeks", at="enforce", bounds=(0, 1e4), doc="remembered weeks on air with false claims")
    case_delay: Array = own(unit="weeks", at="enforce", bounds=(0, 1e4), doc="mean weeks from case to decision, remembered")
    penalty_per_violation: Array = own(
        unit="CNY", at="enforce", bounds=(0, 1e12), doc="fine a real host on air would expect for a week of violation"
    )

    real_hosts: Array = read()
    violates: Array = read()
    outlet_bad: Array = read()
    outlet_gmv: Array = read()
    outlet_violation: Array = read()

    def found(self, ctx):
        self.stance[2] = ALLOCATION_AT_START

    def govern(self, ctx):
        if ctx.step and ctx.step % QUARTER == 0:
            self._decide(ctx)
        self.max_penalty[...] = self.p.max_penalty_value * self.stance[1]
        self.suspension[...] = self.p.suspension_weeks
        self.fine_multiple[...] = self.p.penalty_multiple * self.stance[1]
        self.inspectors_now[...] = self.p.inspectors * self.stance[0]

    def _decide(self, ctx) -> None:
        """The regulator's actor moves hours towards complaints or checks by lot, and may hire or raise fines."""
        hired, fines, allocation = self.stance
        per_gmv = float(self.complaints[0] / max(self.live_sales[0] / 1e9, 1e-9))
        view = {"inspectors": self.p.inspectors * hired, "fine_multiplier": fines, "allocation": allocation,
                "complaints_per_gmv": per_gmv, "week": ctx.step}  # fmt: skip
        wish = ctx.service("actors")["regulator"][0].decide(view)
        if self.p.inspectors > 0:
            self.stance[0] = wish.get("inspectors", view["inspectors"]) / self.p.inspectors
        self.stance[1:] = wish.get("fine_multiplier", fines), wish.get("allocation", allocation)

    def enforce(self, ctx):
        p, rooms = self.p, self.convicted.size
        real = self.real_hosts[0] / ctx.size("streamer")
        years = ctx.step * 7 / 365.25
        fading = -np.expm1(-p.awareness_fade * years) / p.awareness_fade if p.awareness_fade > 0 else years
        inclination = p.complaint_rate * np.exp(p.awareness_growth * fading)
        sales, bad = self.outlet_gmv[:rooms], self.outlet_bad[:rooms]
        self.live_sales[...] = sales.sum() * ctx.people
        self.complaints[...] = bad.sum() * ctx.people * inclination
        luck, checked, proof = ctx.uniform("room", words=3)
        a_host = ctx.people / real  # from sales of simulated consumers to those of one real host
        capacity = self.inspectors_now[0] / real * HOURS_PER_WEEK / p.hours_per_case
        opened = np.flatnonzero(suspects(bad, a_host * inclination, luck, (1.0 - self.stance[2]) * capacity / rooms, checked))
        desk = ctx.service("case_desk")
        desk.set_capacity(self.inspectors_now[0] / real, p.hours_per_case, p.machine_share)
        if opened.size:
            desk.open(ctx.step, opened, 1.0 + bad[opened] * a_host * inclination)
        decided = desk.advance(ctx.step)
        usual_fine = sentence(
            self.convicted, self.suspended_weeks, self.room_penalty, self.illicit_sales, self.illicit_weeks,
            self.outlet_violation[:rooms], sales, a_host, decided.subject, proof, p.proof, p.evidence, p.evidence_fade,
            p.suspension_weeks, self.max_penalty[0], self.fine_multiple[0],
        )  # fmt: skip
        self.room_penalty *= real
        self.hit_rate[0] += p.memory * (self.convicted.sum() - self.hit_rate[0])
        self.hit_rate[1] += p.memory * (self.violates.sum() - self.hit_rate[1])
        caught = (self.hit_rate[0] + p.prior_hits) / (self.hit_rate[1] + 1.0)
        self.penalty_per_violation[...] = min(caught, 1.0) * usual_fine
        if decided.subject.size:
            self.case_delay += p.memory * (decided.delay_weeks.mean() - self.case_delay)


@compiled
def suspects(bad: Array, complaints: float, luck: Array, by_lot: float, checked: Array) -> Array:
    """Whether a case is opened against each room, (rooms,): a real host is complained about, or drawn by lot.

    Args:
        bad: (rooms,) bad baskets. complaints: expected complaints against a real host for each of them.
        luck, checked: (rooms,) draws in [0, 1). by_lot: probability to be drawn.
    """
    opened = np.empty(bad.size, np.bool_)
    for r in range(bad.size):
        expected = bad[r] * complaints
        complained = luck[r] < expected and luck[r] < -np.expm1(-expected)  # the first is sooner said, and mostly no
        opened[r] = complained or checked[r] < by_lot
    return opened


@compiled
def sentence(convicted: Array, suspended: Array, fine: Array, illicit: Array, illicit_weeks: Array, violates: Array,
             sales: Array, a_host: float, decided: Array, proof: Array, proven: float, evidence: float, fade: float, weeks: float,
             most: float, multiple: float) -> float:  # fmt: skip
    """Evidence gathers, and the decided cases of rooms with enough of it end in a fine and a suspension.

    Args:
        convicted, fine: (rooms,), written, fine of one real host in CNY. suspended: (rooms,) weeks, changed.
        illicit, illicit_weeks: (rooms,) remembered sales of one real host in CNY, and weeks, with false claims, changed; a
            conviction settles them. Weeks prove a case, for sales of few simulated consumers would by chance be none.
        violates, sales: (rooms,), claims on air and sales of simulated consumers; a_host: what these are for one real host.
        decided: rooms of the cases decided. proof: (rooms,) draws in [0, 1). proven: share of violators convicted.
        evidence: weeks that prove a case. fade: evidence lost a week. weeks: suspension. most, multiple: of a fine.

    Returns:
        Fine that rooms with sales would pay on average if they violated all the time.
    """
    expected, selling = 0.0, 0
    for r in range(sales.size):
        weekly = sales[r] * a_host
        illicit[r] = illicit[r] * (1.0 - fade) + violates[r] * weekly
        illicit_weeks[r] = illicit_weeks[r] * (1.0 - fade) + violates[r]
        suspended[r] = max(suspended[r] - 1.0, 0.0)
        convicted[r] = fine[r] = 0.0
        if weekly > 0.0:
            expected += min(most, multiple * weekly / max(fade, LEAST_FADE))
            selling += 1
    for r in decided:
        if illicit_weeks[r] > evidence and proof[r] < proven:
            convicted[r], suspended[r] = 1.0, weeks
            fine[r] = min(most, multiple * illicit[r])
            illicit[r] = illicit_weeks[r] = 0.0
    return expected / max(selling, 1)
