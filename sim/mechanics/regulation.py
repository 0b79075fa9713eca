"""Regulation: complaints and inspections open cases, a desk of inspectors decides them, penalties follow."""

from __future__ import annotations

import numpy as np

from sim.fields import Array, own, param, read
from sim.mechanic import Mechanic

HOURS_A_WEEK = 40


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
    penalty_multiple = param(1.4, unit="1", bounds=(0, 1e6), source="history:regulation_timeline", doc="fine against illicit sales")
    suspension_weeks = param(6, unit="weeks", bounds=(0, 520), source="assumption", doc="weeks off air after a conviction")
    inspectors = param(4000, unit="people", bounds=(0, 1e7), source="assumption", doc="inspectors for live commerce in the country")
    hours_per_case = param(30, unit="hours", bounds=(0.1, 1000), source="assumption", doc="inspector's hours for a case")
    machine_share = param(
        0.15, unit="share", bounds=(0, 1), source="claim:8.5-a", doc="cases triaged by machines; a platform's own figure, shrunk"
    )
    complaint_rate = param(
        0.00006,
        unit="share",
        bounds=(0, 1),
        source="history:complaints_12315_livestream",
        doc="bad live baskets that end in a complaint at the start; free in data_world",
    )
    awareness_growth = param(
        0.30,
        unit="1/year",
        bounds=(-0.5, 3),
        source="history:complaints_12315_livestream",
        doc="yearly growth of the inclination to complain, fading; free in data_world",
    )
    awareness_fade = param(0.25, unit="1/year", bounds=(0, 5), source="assumption", doc="rate at which that growth fades")
    evidence = param(
        0.3,
        unit="weeks",
        bounds=(0.001, 52),
        source="assumption",
        doc="remembered illicit sales, in weeks of the room's sales, that prove a case",
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
        self.stance[2] = 0.5

    def govern(self, ctx):
        if ctx.step and ctx.step % 13 == 0:
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
        self.live_sales[...] = self.outlet_gmv[:rooms].sum() * ctx.people
        by_room = self.outlet_bad[:rooms] * ctx.people * inclination
        self.complaints[...] = by_room.sum()
        luck, checked, proof = ctx.uniform("room", words=3)
        complained = luck < -np.expm1(-by_room / real)
        capacity = self.inspectors_now[0] / real * HOURS_A_WEEK / p.hours_per_case
        opened = np.flatnonzero(complained | (checked < (1.0 - self.stance[2]) * capacity / rooms))
        desk = ctx.service("case_desk")
        desk.set_capacity(self.inspectors_now[0] / real, p.hours_per_case, p.machine_share)
        if opened.size:
            desk.open(ctx.step, opened, 1.0 + by_room[opened] / real)
        decided = desk.advance(ctx.step)
        self.illicit_sales *= 1.0 - p.evidence_fade
        self.illicit_sales += self.violates * self.outlet_gmv[:rooms] * ctx.people / real
        self.convicted[...] = 0.0
        evident = self.illicit_sales > p.evidence * self.outlet_gmv[:rooms] * ctx.people / real
        guilty = np.unique(decided.subject[evident[decided.subject]]) if decided.subject.size else decided.subject
        guilty = guilty[proof[guilty] < p.proof] if guilty.size else guilty
        self.convicted[guilty] = 1.0
        self.suspended_weeks[...] = np.maximum(self.suspended_weeks - 1.0, 0.0)
        self.suspended_weeks[guilty] = p.suspension_weeks
        fine = np.minimum(self.max_penalty[0], self.fine_multiple[0] * self.illicit_sales)
        self.room_penalty[...] = self.convicted * fine * real
        self.illicit_sales[guilty] = 0.0
        self.hit_rate += p.memory * (np.array([self.convicted.sum(), self.violates.sum()]) - self.hit_rate)
        caught = (self.hit_rate[0] + p.prior_hits) / (self.hit_rate[1] + 1.0)
        weekly = self.outlet_gmv[:rooms] * ctx.people / real
        usual_fine = np.minimum(self.max_penalty[0], self.fine_multiple[0] * weekly / max(p.evidence_fade, 1e-3))
        self.penalty_per_violation[...] = min(caught, 1.0) * float(usual_fine[weekly > 0].mean()) if (weekly > 0).any() else 0.0
        if decided.subject.size:
            self.case_delay += p.memory * (float(np.mean(decided.delay_weeks)) - self.case_delay)
