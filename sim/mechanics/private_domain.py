"""Private domain: buyers join a brand's own channel, are active or dormant, leave, and are written to."""

from __future__ import annotations

import math

import numpy as np

from sim.fields import (
    ACTIVE,
    BONDS,
    DORMANT,
    LEFT,
    PRIVATE,
    PRIVATE_OPERATION,
    PRIVATE_SLOT,
    STRANGER,
    Array,
    last,
    own,
    param,
    read,
)
from sim.kernels.compiled import compiled, count, rows_where, rows_with
from sim.mechanic import Mechanic

RECENT = 4  # weeks within which a member was active who counts as active [weeks]; source: assumption (a month)
LONGEST_IDLE = 200  # weeks beyond which idleness is counted no further, in 8 bits [weeks]; source: definition


class PrivateDomain(Mechanic):
    """Members are won by a hook after a purchase, kept by trust, and lost by too many messages.

        join   = 1 - exp(-join_rate * door(channel) * trust * (1 + friends * active friends))
        active -> dormant  at  tire_rate * exp(overload * max(0, pushes - comfortable))
        dormant -> active  at  wake_rate * trust * pushes * exp(-pushes / comfortable)     (an inverted U)
        member -> left     at  leave_rate * exp(leave_overload * max(0, pushes - comfortable) - trust)
        pushes = private budget / (members * cost of a contact)

    Contact that drives members away: Ascarza, Iyengar & Schleicher 2016. Referral: Schmitt, Skiera & Van den Bulte 2011.
    """

    join_rate = param(
        0.25, unit="1/basket", bounds=(0, 5), source="assumption", doc="pull of the hook after a purchase; free in data_world"
    )
    door_streamer = param(0.35, unit="1", bounds=(0, 1), source="assumption", doc="door of a streamer's room against a brand's own")
    door_shelf = param(0.25, unit="1", bounds=(0, 1), source="assumption", doc="door of the shelf against a brand's own room")
    stranger_trust = param(0.4, unit="1", bounds=(0, 1), source="assumption", doc="trust with which a new customer considers joining")
    friends = param(0.5, unit="1", bounds=(0, 5), source="form:schmitt2011", doc="further pull when all friends are active members")
    tire_rate = param(
        0.10, unit="1/week", bounds=(0, 1), source="assumption", doc="active members who fall asleep each week; free in report_world"
    )
    wake_rate = param(
        0.02, unit="1/week", bounds=(0, 1), source="assumption", doc="dormant members woken a week at one push and full trust"
    )
    leave_rate = param(0.012, unit="1/week", bounds=(0, 1), source="assumption", doc="members without trust who leave each week")
    comfortable = param(2.0, unit="pushes/week", bounds=(0.1, 14), source="form:ascarza2016", doc="messages a week that are welcome")
    overload = param(0.4, unit="1", bounds=(0, 5), source="form:ascarza2016", doc="effect of further messages on falling asleep")
    leave_overload = param(0.5, unit="1", bounds=(0, 5), source="form:ascarza2016", doc="effect of further messages on leaving")
    contact_cost = param(1.2, unit="CNY/contact", bounds=(0.01, 100), source="assumption", doc="cost of one message with its service")
    most_pushes = param(7.0, unit="pushes/week", bounds=(0, 21), source="assumption", doc="most messages a week")
    members_at_start = param(
        0.13,
        unit="share",
        bounds=(0, 1),
        source="history:wecom_served",
        doc="bonds that are memberships at the start: 250 million WeChat users served in May 2020, one each, of 1,980 million bonds",
    )
    active_at_start = param(0.35, unit="share", bounds=(0, 1), source="assumption", doc="members active in the first week")
    other_carrier_at_start = param(
        0.3, unit="share", bounds=(0, 1), source="claim:1.2.2-b", doc="memberships outside the WeChat ecosystem at the start: 70% are in it"
    )
    platform_carrier = param(
        0.45,
        unit="share",
        bounds=(0, 1),
        source="assumption",
        doc="members won in live rooms who stay in the content platform's own private domain",
    )
    opening = param(1.0, unit="1", bounds=(0, 5), source="assumption", doc="multiplier of joining: hooks, open interfaces, policy")

    bond_state: Array = own(
        "consumer", "bond", unit="1", at="learn", dtype=np.int8, bounds=(0, 3), doc="0 no member, 1 active, 2 dormant, 3 left"
    )
    bond_elsewhere: Array = own(
        "consumer", "bond", unit="1", at="learn", dtype=np.bool_, doc="membership carried by a content platform, not WeChat"
    )
    bond_idle: Array = own(
        "consumer", "bond", unit="weeks", at="learn", init=LONGEST_IDLE, dtype=np.uint8, doc="weeks since active, at most 200"
    )
    happy_member: Array = own(
        "consumer", unit="1", at="learn", dtype=np.uint8, bounds=(0, 1), doc="published: active in some private domain"
    )
    last_members: Array = own(
        "brand", unit="members", at="enforce", init=1.0, bounds=(0, 1e12), doc="members among simulated consumers last week"
    )
    push_rate: Array = own("brand", unit="pushes/week", at="traffic", init=1.0, bounds=(0, 21), doc="messages a member gets each week")
    member_tires: Array = own("brand", unit="share", at="traffic", bounds=(0, 1e12), doc="active members who will fall asleep this week")
    member_wakes: Array = own("brand", unit="share", at="traffic", bounds=(0, 1e12), doc="sleeping members who will wake, at full trust")
    member_leaves: Array = own("brand", unit="share", at="traffic", bounds=(0, 1e12), doc="members who will leave, at no trust")
    join_pull: Array = own(
        "outlet", unit="share", at="traffic", bounds=(0, 1e12), doc="buyers who will join, at full trust and without friends"
    )
    brand_members: Array = own("brand", unit="members", at="learn", gather="sum", doc="members among simulated consumers")
    member_joins: Array = own("brand", unit="members", at="learn", gather="sum", doc="joins this week")
    member_exits: Array = own("brand", unit="members", at="learn", gather="sum", doc="exits this week, replaced bonds included")
    carrier_gmv: Array = own("carrier", unit="CNY", at="learn", gather="sum", doc="private sales through WeChat and through others")
    member_activity: Array = own("activity", unit="members", at="learn", gather="sum", doc="memberships, of which active within four weeks")
    value_sums: Array = own(
        "value",
        unit="CNY, bonds",
        at="learn",
        gather="sum",
        doc="sales to members, member bonds, sales to other customers, their bonds, people who are members",
    )

    budget: Array = read()
    bond_brand: Array = last()
    bond_trust: Array = last()
    bond_place: Array = read()
    bond_new: Array = read()
    chosen: Array = read()
    chosen_slot: Array = read()
    outlet_brand: Array = read()
    outlet_channel: Array = read()
    amount: Array = read()
    outcome: Array = read()
    neighbour_members: Array = read()
    price_level: Array = read()

    def endow(self, ctx):
        joined = ctx.uniform(label="joined", words=4).T[:, :BONDS]
        awake = ctx.uniform(label="awake", words=4).T[:, :BONDS]
        where = ctx.uniform(label="carrier", words=4).T[:, :BONDS]
        self.bond_state[...] = (
            (joined < self.p.members_at_start) * (self.bond_brand >= 0) * np.where(awake < self.p.active_at_start, ACTIVE, DORMANT)
        )
        self.bond_elsewhere[...] = where < self.p.other_carrier_at_start
        self.bond_idle[self.bond_state == ACTIVE] = 0

    def traffic(self, ctx):
        p, members = self.p, np.maximum(self.last_members, 1.0) * ctx.people
        contacts = self.budget[:, PRIVATE_OPERATION] / (p.contact_cost * self.price_level[0])
        self.push_rate[...] = np.minimum(contacts / members, p.most_pushes)
        excess = np.maximum(0.0, self.push_rate - p.comfortable)
        self.member_tires[...] = p.tire_rate * np.exp(p.overload * excess)
        self.member_wakes[...] = p.wake_rate * self.push_rate * np.exp(-self.push_rate / p.comfortable)
        self.member_leaves[...] = p.leave_rate * np.exp(p.leave_overload * excess)
        self.join_pull[...] = (np.array([p.door_streamer, 1.0, 1.0, p.door_shelf]) * p.join_rate * p.opening)[self.outlet_channel]

    def enforce(self, ctx):
        self.last_members[...] = self.brand_members

    def learn(self, ctx):
        p = self.p
        luck = ctx.uniform(label="moves", words=4)
        enter, carrier = ctx.uniform(label="join", words=2)
        belong(
            self.bond_state, self.bond_elsewhere, self.bond_idle, self.happy_member, self.bond_brand, self.bond_trust,
            self.bond_place, self.bond_new, self.chosen, self.chosen_slot, self.outcome, self.amount, self.neighbour_members,
            luck, enter, carrier, self.member_tires, self.member_wakes, self.member_leaves, self.join_pull,
            self.outlet_brand, self.outlet_channel,
            p.stranger_trust, p.friends, p.platform_carrier,
            self.brand_members, self.member_exits, self.member_joins, self.carrier_gmv, self.member_activity, self.value_sums,
        )  # fmt: skip


@compiled
def moved(state: int, u: float, trust: float, tires: float, wakes: float, leaves: float) -> int:
    """Where a member is after a week: one draw decides leaving first, then falling asleep or waking."""
    gone = leaves * math.exp(-trust)
    other, moves = (DORMANT, tires) if state == ACTIVE else (ACTIVE, wakes * trust)
    return LEFT if u < gone else other if u < gone + moves else state


@compiled
def move(state: Array, idle: Array, brand: Array, trust: Array, u: Array, tires: Array, wakes: Array, leaves: Array,
         members: Array, exits: Array) -> None:  # fmt: skip
    """A week of everybody's bond of one place, (n,): members of each brand are counted, move, and stay idle or not."""
    member = np.empty(state.size, np.bool_)
    for i in range(state.size):
        member[i] = (state[i] == ACTIVE) | (state[i] == DORMANT)
    for i in rows_where(member):
        now, b = state[i], np.uintp(max(brand[i], 0))
        members[b] += 10_000
        if u[i] < leaves[b] + (tires[b] if now == ACTIVE else wakes[b]):  # at most: most stay as they are, and this says so soon
            state[i] = moved(now, u[i], trust[i], tires[b], wakes[b], leaves[b])
            exits[b] += 10_000 * (state[i] == LEFT)
    for i in range(state.size):
        weeks = min(idle[i] + 1, LONGEST_IDLE)
        idle[i] = 0 if state[i] == ACTIVE else weeks


@compiled
def belong(state: Array, elsewhere: Array, idle: Array, happy: Array, brand: Array, trust: Array,
           place: Array, new: Array, chosen: Array, slot: Array, outcome: Array, amount: Array, friends_active: Array,
           luck: Array, enter: Array, carrier: Array, tires: Array, wakes: Array, leaves: Array,
           door: Array, brand_of: Array, channel: Array,
           stranger: float, friends: float, platform_carrier: float,
           members: Array, exits: Array, joins: Array, carrier_gmv: Array, activity: Array, value: Array) -> None:  # fmt: skip
    """A week of belonging: members move, buyers join or wake up, and everything is counted exactly.

    Args:
        state, elsewhere, idle: (n, bonds), changed. happy: (n,), written: active somewhere. brand, trust: (n, bonds), last week's.
        place, new: (n,) the bond of this week's basket and whether it changed hands; -1 for none.
        chosen, slot, outcome, amount, friends_active: (n,) the basket, and the share of friends who are active members.
        luck: (bonds, n), enter, carrier: (n,) draws in [0, 1). tires, wakes, leaves: (brands,) probabilities a week.
        door, brand_of, channel: (outlets,) pull of joining, brand and channel.
        members, exits, joins: (brands,); carrier_gmv, activity, value: as the fields; exact sums.
    """
    for t in range(BONDS):
        move(state[:, t], idle[:, t], brand[:, t], trust[:, t], luck[t], tires, wakes, leaves, members, exits)
    for i in rows_with(place):
        j, here = np.uintp(chosen[i]), np.uintp(place[i])
        now = state[i, here]
        if new[i]:
            exits[max(brand[i, here], 0)] += 10_000 * ((now == ACTIVE) | (now == DORMANT))
            now = STRANGER
            idle[i, here] = LONGEST_IDLE
        if now == DORMANT:
            now = ACTIVE
        elif now != ACTIVE and outcome[i] > 0:
            most = door[j] * (1.0 + friends * friends_active[i])
            belief = stranger if new[i] else trust[i, here]
            if enter[i] < most and enter[i] < -np.expm1(-most * belief):
                now = ACTIVE
                elsewhere[i, here] = channel[j] < PRIVATE and carrier[i] < platform_carrier
                joins[brand_of[j]] += 10_000
        if now == ACTIVE:
            idle[i, here] = 0
        state[i, here] = now
        count(value, 0 if now == ACTIVE else 2, amount[i])
        if slot[i] == PRIVATE_SLOT:
            count(carrier_gmv, 1 if elsewhere[i, here] else 0, amount[i])
    memberships = recent = others = people = np.int64(0)
    for i in range(place.size):
        active = member = False
        for t in range(BONDS):
            belongs = (state[i, t] == ACTIVE) | (state[i, t] == DORMANT)
            active |= state[i, t] == ACTIVE
            member |= belongs
            memberships += belongs
            recent += belongs & (idle[i, t] < RECENT)
            others += (not belongs) & ((brand[i, t] >= 0) | (t == place[i]))
        happy[i] = active
        people += member
    activity[0] += memberships * 10_000
    activity[1] += recent * 10_000
    value[1] += memberships * 10_000
    value[3] += others * 10_000
    value[4] += people * 10_000
