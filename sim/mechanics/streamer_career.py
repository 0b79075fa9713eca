"""Streamer career: hosts stay while it pays, leave when it does not, and newcomers follow good incomes."""

from __future__ import annotations

import numpy as np

from sim.fields import Array, last, own, param, read
from sim.mechanic import Mechanic


class StreamerCareer(Mechanic):
    """Exit and entry follow remembered income against what other work would pay.

    exit  = exit_rate * logistic((reservation - income + commitments) / reservation * sharpness)
    entry = entry_rate * logistic((median income - reservation) / reservation * sharpness)
    """

    reservation = param(1400, unit="CNY/week", bounds=(1, 1e6), source="assumption", doc="income of other work, 2020")
    exit_rate = param(0.02, unit="1/week", bounds=(0, 1), source="assumption", doc="hosts who leave each week when income is far too low")
    entry_rate = param(
        0.02, unit="1/week", bounds=(0, 1), source="assumption", doc="places filled by newcomers each week when incomes are high"
    )
    sharpness = param(4.0, unit="1", bounds=(0, 50), source="assumption", doc="how sharply exit follows income")
    team = param(0.65, unit="share", bounds=(0, 1), source="assumption", doc="part of income that goes into staff, rooms and samples")
    adjustment = param(0.02, unit="1/week", bounds=(0, 1), source="assumption", doc="speed at which these commitments follow income")
    memory = param(
        0.08, unit="1/week", bounds=(0.001, 1), source="assumption", doc="weight of the last week in remembered income and sales"
    )
    active_at_start = param(0.7, unit="share", bounds=(0, 1), source="assumption", doc="hosts in business at the start; the rest may enter")

    streamer_active: Array = own("streamer", unit="1", at="enforce", init=1.0, bounds=(0, 1), doc="in business")
    remembered_income: Array = own("streamer", unit="CNY/week", at="enforce", bounds=(-1e30, 1e30), doc="remembered income of a real host")
    commitment: Array = own("streamer", unit="CNY/week", at="enforce", bounds=(0, 1e15), doc="staff, rooms and samples of a real host")
    streamer_sales: Array = own("streamer", unit="CNY/week", at="enforce", bounds=(0, 1e15), doc="remembered sales of a real host")
    streamer_entries: Array = own("streamer", unit="1", at="enforce", bounds=(0, 1), doc="began this week in a place left empty")
    streamer_exits: Array = own("streamer", unit="1", at="enforce", bounds=(0, 1), doc="left this week")

    streamer_income: Array = last()
    room_gmv: Array = last()
    real_hosts: Array = read()
    outlet_host: Array = read()
    price_level: Array = read()

    def found(self, ctx):
        self.streamer_active[...] = ctx.uniform("streamer") < self.p.active_at_start
        self.remembered_income[...] = self.p.reservation

    def enforce(self, ctx):
        p, rooms = self.p, self.room_gmv.size
        hosts = self.real_hosts[0] / self.streamer_active.size
        hosted = self.outlet_host[:rooms] >= 0
        sales = np.bincount(self.outlet_host[:rooms][hosted], self.room_gmv[hosted], self.streamer_active.size) / hosts
        on = self.streamer_active > 0
        pace = p.memory if ctx.step > 8 else 0.0
        self.remembered_income += pace * (self.streamer_income / hosts - self.remembered_income)
        self.streamer_sales += p.memory * (sales - self.streamer_sales)
        other = p.reservation * self.price_level[0]
        self.commitment += p.adjustment * (p.team * np.maximum(self.remembered_income, 0.0) - self.commitment)
        shortfall = (other - (self.remembered_income - self.commitment)) / other
        leave, come = ctx.uniform("streamer", words=2)
        exits = on & (leave < p.exit_rate / (1.0 + np.exp(-p.sharpness * shortfall.clip(-10, 10))))
        incomes = np.sort(self.remembered_income[on])  # np.median takes ten times as long
        hope = 0.5 * float(incomes[(incomes.size - 1) // 2] + incomes[incomes.size // 2]) if incomes.size else other
        chance = p.entry_rate / (1.0 + np.exp(-p.sharpness * np.clip((hope - other) / other, -10, 10)))
        entries = ~on & (come < chance)
        self.streamer_exits[...] = exits
        self.streamer_entries[...] = entries
        self.streamer_active[exits] = 0.0
        self.streamer_active[entries] = 1.0
        self.remembered_income[entries] = max(hope, other)
        self.commitment[entries] = 0.0
