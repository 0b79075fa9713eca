"""Streamer career: hosts stay while it pays, leave when it does not, and newcomers follow good incomes."""

from __future__ import annotations

from sim.fields import FIRST_RESULTS, Array, last, own, param, read
from sim.kernels.compiled import compiled
from sim.kernels.market import logistic, middle
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
    streamer_sales_apart: Array = own(
        "half", "streamer", unit="CNY/week", at="enforce", bounds=(0, 1e15), doc="remembered sales of a real host to each half of consumers"
    )
    streamer_entries: Array = own("streamer", unit="1", at="enforce", bounds=(0, 1), doc="began this week in a place left empty")
    streamer_exits: Array = own("streamer", unit="1", at="enforce", bounds=(0, 1), doc="left this week")

    streamer_income: Array = last()
    outlet_gmv: Array = last()
    outlet_half_gmv: Array = last()
    real_hosts: Array = read()
    outlet_host: Array = read()
    price_level: Array = read()

    def found(self, ctx):
        self.streamer_active[...] = ctx.uniform("streamer") < self.p.active_at_start
        self.remembered_income[...] = self.p.reservation

    def enforce(self, ctx):
        p, hosts = self.p, self.real_hosts[0] / self.streamer_active.size
        other = p.reservation * self.price_level[0]
        pace = p.memory if ctx.step > FIRST_RESULTS else 0.0
        look_back(self.remembered_income, self.commitment, self.streamer_income, hosts, pace, p.adjustment, p.team)
        remember_sales(
            self.streamer_sales_apart, self.outlet_host, self.outlet_gmv, self.outlet_half_gmv, p.memory, p.memory * ctx.people / hosts
        )
        hope = middle(self.remembered_income[self.streamer_active > 0], other)
        leave, come = ctx.uniform("streamer", words=2)
        move(
            self.streamer_active, self.streamer_exits, self.streamer_entries, self.remembered_income, self.commitment,
            leave, come, p.exit_rate, p.entry_rate, p.sharpness, other, hope,
        )  # fmt: skip


@compiled
def look_back(income: Array, commitment: Array, week: Array, hosts: float, pace: float, adjustment: float, team: float) -> None:
    """Remembered income (streamers,) of a real host moves towards the week's, which all `hosts` had, and commitments follow it.

    Args:
        income, commitment: CNY a week, changed. pace: weight of the week. adjustment: speed of commitments. team: part of income.
    """
    for s in range(income.size):
        income[s] += pace * (week[s] / hosts - income[s])
        commitment[s] += adjustment * (team * max(income[s], 0.0) - commitment[s])


@compiled
def remember_sales(apart: Array, host: Array, sales: Array, half: Array, memory: float, part: float) -> None:
    """Remembered sales of each host to two halves of consumers, (2, streamers), fade, and a part of this week's is added.

    Args:
        host: (outlets,) streamer, -1 for none. sales, half: (outlets,) sales of the week, and those to the second half. memory: of a week.
    """
    for s in range(apart.shape[1]):
        apart[0, s] *= 1.0 - memory
        apart[1, s] *= 1.0 - memory
    for r in range(sales.size):
        if host[r] >= 0:
            apart[0, host[r]] += part * (sales[r] - half[r])
            apart[1, host[r]] += part * half[r]


@compiled
def move(active: Array, exits: Array, entries: Array, income: Array, commitment: Array, leave: Array, come: Array,
         exit_rate: float, entry_rate: float, sharpness: float, other: float, hope: float) -> None:  # fmt: skip
    """Who is in business may leave, and an empty place may be filled.

    Args:
        active, exits, entries: (streamers,) 0 or 1, the first changed, the others written.
        income, commitment: (streamers,) CNY a week, set anew for newcomers.
        leave, come: (streamers,) draws in [0, 1). exit_rate, entry_rate: most that leave or come in a week.
        sharpness: how sharply they follow. other: income of other work. hope: what newcomers see others earn.
    """
    chance = entry_rate * logistic(sharpness * (hope - other) / other)
    for s in range(active.size):
        shortfall = (other - (income[s] - commitment[s])) / other
        unlucky = active[s] > 0.0 and leave[s] < exit_rate  # most are not, and need no exponential
        exits[s] = unlucky and leave[s] < exit_rate * logistic(sharpness * shortfall)
        entries[s] = active[s] <= 0.0 and come[s] < chance
        if exits[s] > 0.0:
            active[s] = 0.0
        if entries[s] > 0.0:
            active[s], income[s], commitment[s] = 1.0, max(hope, other), 0.0
