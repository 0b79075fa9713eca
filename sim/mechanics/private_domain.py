"""Private domain: buyers join a brand's own channel, are active or dormant, leave, and are written to."""

from __future__ import annotations

import numpy as np

from sim.fields import ACTIVE, DORMANT, LEFT, PRIVATE, PRIVATE_OPERATION, PRIVATE_SLOT, STRANGER, Array, last, own, param, read
from sim.kernels.sums import tally, tally_ones
from sim.mechanic import Mechanic


class PrivateDomain(Mechanic):
    """Members are won by a hook after a purchase, kept by trust, and lost by too many messages.

        join   = 1 - exp(-join_rate * door(channel) * trust ^ trust_power * (1 + friends * active friends))
        active -> dormant  at  tire_rate * exp(overload * max(0, pushes - comfortable))
        dormant -> active  at  wake_rate * trust * pushes * exp(-pushes / comfortable)     (an inverted U)
        member -> left     at  leave_rate * exp(leave_overload * max(0, pushes - comfortable) - trust)
        pushes = private budget / (members * cost of a contact)

    Contact that drives members away: Ascarza, Iyengar & Schleicher 2016. Referral: Schmitt, Skiera & Van den Bulte 2011.
    """

    join_rate = param(0.25, unit="1/basket", bounds=(0, 5), source="assumption", doc="pull of the hook after a purchase; free in data_world")
    door_streamer = param(0.35, unit="1", bounds=(0, 1), source="assumption", doc="door of a streamer's room against a brand's own")
    door_shelf = param(0.25, unit="1", bounds=(0, 1), source="assumption", doc="door of the shelf against a brand's own room")
    stranger_trust = param(0.4, unit="1", bounds=(0, 1), source="assumption", doc="trust with which a new customer considers joining")
    trust_power = param(1.0, unit="1", bounds=(0, 5), source="assumption", doc="exponent of trust in joining")
    friends = param(0.5, unit="1", bounds=(0, 5), source="schmitt2011", doc="further pull when all friends are active members")
    tire_rate = param(0.10, unit="1/week", bounds=(0, 1), source="assumption", doc="active members who fall asleep each week")
    wake_rate = param(0.09, unit="1/week", bounds=(0, 1), source="assumption", doc="dormant members woken a week at one push and full trust; free in report_world")
    leave_rate = param(0.012, unit="1/week", bounds=(0, 1), source="assumption", doc="members without trust who leave each week")
    comfortable = param(2.0, unit="pushes/week", bounds=(0.1, 14), source="ascarza2016", doc="messages a week that are welcome")
    overload = param(0.4, unit="1", bounds=(0, 5), source="ascarza2016", doc="effect of further messages on falling asleep")
    leave_overload = param(0.5, unit="1", bounds=(0, 5), source="ascarza2016", doc="effect of further messages on leaving")
    contact_cost = param(1.2, unit="CNY/contact", bounds=(0.01, 100), source="assumption", doc="cost of one message with its service")
    most_pushes = param(7.0, unit="pushes/week", bounds=(0, 21), source="assumption", doc="most messages a week")
    members_at_start = param(0.13, unit="share", bounds=(0, 1), source="history:wecom_served", doc="bonds that are memberships at the start")
    active_at_start = param(0.3, unit="share", bounds=(0, 1), source="assumption", doc="members active in the first week")
    other_carrier_at_start = param(0.3, unit="share", bounds=(0, 1), source="claim:1.2.2-b", doc="memberships outside the WeChat ecosystem at the start")
    platform_carrier = param(0.45, unit="share", bounds=(0, 1), source="assumption", doc="members won in live rooms who stay in the content platform's own private domain")
    opening = param(1.0, unit="1", bounds=(0, 5), source="assumption", doc="multiplier of joining: hooks, open interfaces, policy")

    bond_state: Array = own("consumer", "bond", unit="1", at="learn", dtype=np.int8, bounds=(0, 3), doc="0 no member, 1 active, 2 dormant, 3 left")
    bond_elsewhere: Array = own("consumer", "bond", unit="1", at="learn", dtype=np.bool_, doc="membership carried by a content platform, not WeChat")
    bond_idle: Array = own("consumer", "bond", unit="weeks", at="learn", init=200, dtype=np.uint8, doc="weeks since active, at most 200")
    happy_member: Array = own("consumer", unit="1", at="learn", dtype=np.uint8, bounds=(0, 1), doc="published: active in some private domain")
    last_members: Array = own("brand", unit="members", at="enforce", init=1.0, bounds=(0, 1e12), doc="members among simulated consumers last week")
    push_rate: Array = own("brand", unit="pushes/week", at="traffic", init=1.0, bounds=(0, 21), doc="messages a member gets each week")
    brand_members: Array = own("brand", unit="members", at="learn", gather="sum", doc="members among simulated consumers")
    member_joins: Array = own("brand", unit="members", at="learn", gather="sum", doc="joins this week")
    member_exits: Array = own("brand", unit="members", at="learn", gather="sum", doc="exits this week, replaced bonds included")
    carrier_gmv: Array = own("carrier", unit="CNY", at="learn", gather="sum", doc="private sales through WeChat and through others")
    member_activity: Array = own("activity", unit="members", at="learn", gather="sum", doc="memberships, of which active within four weeks")
    value_sums: Array = own("value", unit="CNY, bonds", at="learn", gather="sum", doc="sales to members, member bonds, sales to other customers, their bonds, people who are members")

    budget: Array = read()
    bond_brand: Array = last()
    bond_trust: Array = last()
    bond_place: Array = read()
    bond_new: Array = read()
    private_bond: Array = read()
    chosen: Array = read()
    chosen_slot: Array = read()
    outlet_brand: Array = read()
    outlet_channel: Array = read()
    amount: Array = read()
    outcome: Array = read()
    neighbour_members: Array = read()
    price_level: Array = read()

    def populate(self, ctx):
        joined = ctx.uniform(label="joined", words=4).T[:, : self.bond_state.shape[1]]
        awake = ctx.uniform(label="awake", words=4).T[:, : self.bond_state.shape[1]]
        where = ctx.uniform(label="carrier", words=4).T[:, : self.bond_state.shape[1]]
        self.bond_state[...] = (joined < self.p.members_at_start) * np.where(awake < self.p.active_at_start, ACTIVE, DORMANT)
        self.bond_elsewhere[...] = where < self.p.other_carrier_at_start
        self.bond_idle[self.bond_state == ACTIVE] = 0

    def traffic(self, ctx):
        members = np.maximum(self.last_members, 1.0) * ctx.people
        contacts = self.budget[:, PRIVATE_OPERATION] / (self.p.contact_cost * self.price_level[0])
        self.push_rate[...] = np.minimum(contacts / members, self.p.most_pushes)

    def enforce(self, ctx):
        self.last_members[...] = self.brand_members

    def learn(self, ctx):
        p = self.p
        tire, wake, leave = (ctx.uniform(label=what, words=4).T[:, : self.bond_state.shape[1]] for what in ("tire", "wake", "leave"))
        member = (self.bond_state == ACTIVE) | (self.bond_state == DORMANT)
        tally_ones(self.brand_members, np.where(member, self.bond_brand, -1).ravel())
        pushes = self.push_rate[self.bond_brand.clip(0)].astype(np.float32)
        excess = np.maximum(0.0, pushes - p.comfortable)
        falls = tire < p.tire_rate * np.exp(p.overload * excess)
        wakes = wake < p.wake_rate * self.bond_trust * pushes * np.exp(1.0 - pushes / p.comfortable) / p.comfortable * 2.0
        leaves = member & (leave < p.leave_rate * np.exp(p.leave_overload * excess - self.bond_trust))
        active = self.bond_state == ACTIVE
        self.bond_state[...] = np.where(
            leaves, LEFT, np.where(active & falls, DORMANT, np.where((self.bond_state == DORMANT) & wakes, ACTIVE, self.bond_state))
        )
        exits = np.where(leaves, self.bond_brand, -1)

        rows = np.flatnonzero(self.bond_place >= 0)
        place, outlet, new = self.bond_place[rows], self.chosen[rows], self.bond_new[rows]
        replaced = new & member[rows, place] & ~leaves[rows, place]
        exits[rows[replaced], place[replaced]] = self.bond_brand[rows[replaced], place[replaced]]
        self.bond_state[rows[new], place[new]] = STRANGER
        self.bond_idle[rows[new], place[new]] = 200
        brand, channel = self.outlet_brand[outlet], self.outlet_channel[outlet]
        trust = np.where(new, p.stranger_trust, self.bond_trust[rows, place])
        door = np.array([p.door_streamer, 1.0, 1.0, p.door_shelf])[channel]
        pull = p.join_rate * p.opening * door * trust**p.trust_power * (1.0 + p.friends * self.neighbour_members[rows])
        enter, carrier = ctx.uniform(label="join", words=2)[:, rows]
        state = self.bond_state[rows, place]
        joins = ((state == STRANGER) | (state == LEFT)) & (self.outcome[rows] > 0) & (enter < -np.expm1(-pull))
        joining = rows[joins], place[joins]
        self.bond_state[joining] = ACTIVE
        self.bond_elsewhere[joining] = (carrier < p.platform_carrier)[joins] & (channel[joins] < PRIVATE)
        wakened = rows[state == DORMANT], place[state == DORMANT]
        self.bond_state[wakened] = ACTIVE

        active = self.bond_state == ACTIVE
        self.bond_idle[...] = np.where(active, 0, np.minimum(self.bond_idle, 199) + 1)
        self.happy_member[...] = active.any(axis=1)
        tally_ones(self.member_joins, np.where(joins, brand, -1))
        tally_ones(self.member_exits, exits.ravel())
        self._count(rows, place)

    def _count(self, rows: Array, place: Array) -> None:
        """Sums that reports need: private sales by carrier, member activity, what members and others spend."""
        member = (self.bond_state == ACTIVE) | (self.bond_state == DORMANT)
        private = self.chosen_slot[rows] == PRIVATE_SLOT
        carrier = np.where(private, self.bond_elsewhere[rows, place].astype(np.int32), -1)
        tally(self.carrier_gmv, carrier, self.amount[rows])
        recent = member & (self.bond_idle < 4)
        someone = self.bond_brand >= 0
        _total(self.member_activity, member.sum(), recent.sum())
        buys_as_member = member[rows, place]
        _total(
            self.value_sums,
            self.amount[rows][buys_as_member].sum(), member.sum(),
            self.amount[rows][~buys_as_member].sum(), (someone & ~member).sum(), member.any(axis=1).sum(),
        )  # fmt: skip


def _total(channel: Array, *values: float) -> None:
    tally(channel, np.arange(len(values)), np.array(values, dtype=np.float64))
