"""What the rules over consumers mean, consumer by consumer and in float64, without the tables and tricks that make them fast."""

from __future__ import annotations

import numpy as np

from sim.fields import (
    ACTIVE,
    BONDS,
    DORMANT,
    FEED,
    FOLLOWED_SLOT,
    LEFT,
    PAID_SLOT,
    PRIVATE,
    PRIVATE_SLOT,
    SECOND_FEED,
    SHELF_SLOT,
    STRANGER,
    TIES,
)

ONE = 10_000  # a whole in exact sums, which count in units of 1e-4
LIVE, FOLLOWED = slice(PRIVATE_SLOT), slice(FOLLOWED_SLOT, PRIVATE_SLOT)


def units(value):
    """A value in units of 1e-4."""
    return int(np.rint(float(value) * 1e4))


# -- what an offer is worth; to all but `weigh` an empty slot counts as outlet 0, which has no meaning there --------------


def add_habit(utility, live_weight, live, private_weight, private):
    utility[:, LIVE] += live_weight * live.astype(float)[:, None]
    utility[:, PRIVATE_SLOT] += private_weight * private.astype(float)


def bore(utility, weight, fatigue):
    utility[:, LIVE] -= weight * fatigue.astype(float)[:, None]


def weigh(utility, appeal, log_price, sensitivity, sector, offered, need, match, taste, style):
    outlet = offered.clip(0)
    price = sensitivity.astype(float)[:, None] * log_price[outlet]
    worth = appeal[outlet] - price + match * (sector[outlet] == need[:, None])
    worth[:, LIVE] += np.einsum("ia,ika->ik", taste.astype(float), style[outlet[:, LIVE]])
    utility += np.where(offered >= 0, worth, 0.0)


def add_brand_trust(utility, weight, offered, brand_of, bond_brand, trust, stranger):
    brand = brand_of[offered.clip(0)]
    for i, k in np.ndindex(*offered.shape):
        bond = np.flatnonzero(bond_brand[i] == brand[i, k])
        utility[i, k] += weight * float(trust[i, bond[0]] if bond.size else stranger)


def add_host_trust(utility, weight, offered, reputation, trust):
    utility[:, :FOLLOWED_SLOT] += weight * (reputation[offered[:, :FOLLOWED_SLOT].clip(0)] - 0.5)
    utility[:, FOLLOWED] += weight * (trust.astype(float) - 0.5)


# -- what is met, bought and delivered ------------------------------------------------------------------------------------


def drawn(cdf, guide, members, section, u):
    """The first member of a section whose cumulative share exceeds u, -1 where it has no weight; the guide says where it begins."""
    entry = guide[section, 0]
    if entry < 0:
        return -1
    while cdf[entry] <= float(u):
        entry += 1
    return members[entry]


def draw(slot, present, filled, shown, section, cdf, guide, members, u, first):
    for i in range(u.size):
        member = drawn(cdf, guide, members, section[i], u[i])
        there = present[i] and float(shown[i]) < filled[section[i]] and member >= 0
        slot[i] = first + member if there else -1


def revisit(slot, viewer, room, on_air, u):
    slot[...] = np.where(viewer & (room >= 0) & (on_air[room.clip(0)] > u), room, -1)


def hear(slot, online, bond_brand, bond_state, heard, u, rooms):
    noticed = np.where(bond_state == ACTIVE, heard[bond_brand.clip(0)], 0.0)
    by_then = 1.0 - np.cumprod(1.0 - noticed, axis=1)  # probability that this message or one before it is noticed
    for i in range(u.size):
        first = np.flatnonzero(u[i] < by_then[i])
        slot[i] = rooms + bond_brand[i, first[0]] if online[i] and first.size else -1


def show(offered, online, need, slots, week, shown, organic, paid_share, rank, online_share, adopted, platform, need_edges, pull,
         feed, feed_guide, feed_members, paid, paid_guide, paid_members, shelf, shelf_guide, shelf_members,
         followed, on_air, bond_brand, bond_state, heard, rooms, brands):  # fmt: skip
    online[...] = rank < online_share
    viewer = online & (adopted > 0)
    need[...] = np.searchsorted(need_edges[:-1].astype(np.float32), week[0], side="right")
    second = np.searchsorted(pull[:-1].astype(np.float32), week[2], side="right")
    draw(offered[:, FEED], viewer, organic, shown[0], platform, feed, feed_guide, feed_members, slots[0], 0)
    draw(offered[:, SECOND_FEED], viewer, organic, shown[1], second, feed, feed_guide, feed_members, slots[1], 0)
    draw(offered[:, PAID_SLOT], viewer, paid_share, shown[2], platform, paid, paid_guide, paid_members, slots[2], 0)
    always = np.ones(need_edges.size)
    draw(offered[:, SHELF_SLOT], online, always, week[0], need, shelf, shelf_guide, shelf_members, slots[3], rooms + brands)
    for t in range(TIES):
        revisit(offered[:, FOLLOWED_SLOT + t], viewer, followed[:, t], on_air, week[3])
    hear(offered[:, PRIVATE_SLOT], online, bond_brand, bond_state, heard, week[1], rooms)


def tire(fatigue, minutes, tiring, recovery):
    gain, before = tiring * minutes.astype(float) / 10.0, fatigue.astype(float)
    fatigue[...] = before + gain * (1.0 - before) / (1.0 + gain) - recovery * before


def watch(offered, slower, usual, minutes, views, watched, tiring):
    for i in range(slower.size):
        rooms = offered[i, LIVE][offered[i, LIVE] >= 0]
        stay, alike = float(slower[i]) * usual[rooms].T
        watched[i], tiring[i] = stay.sum(), alike.sum()
        for room, time in zip(rooms, stay, strict=True):
            minutes[room] += units(time)
            views[room] += ONE


def meet(offered, since_live, since_message):
    met, written = (offered[:, LIVE] >= 0).any(axis=1), offered[:, PRIVATE_SLOT] >= 0
    since_live[...] = np.where(met, 0, np.minimum(since_live.astype(int) + 1, 100))
    since_message[...] = np.where(written, 0, np.minimum(since_message.astype(int) + 1, 100))


def count_touched(chosen, since_live, since_message, window, total):
    bought = chosen >= 0
    total += ONE * np.array([bought.sum(), (bought & (since_live < window) & (since_message < window)).sum()])


def deliver(chosen, slot, means, luck, back, price, orders, bad_rate, return_rate, blame, outcome, amount,
            gmv, half_gmv, baskets, ordered, bad, refunds, paid_gmv, first):  # fmt: skip
    for i in np.flatnonzero(chosen >= 0):
        j = chosen[i]
        number = orders[j] * float(means[i])
        amount[i] = np.rint(price[j] * orders[j] * float(means[i]) * 100.0) / 100.0
        disappoints = luck[i] < bad_rate[j]
        outcome[i] = -1 if disappoints else 1
        gmv[j] += units(amount[i])
        half_gmv[j] += units(amount[i]) if (first + i) % 2 else 0
        ordered[j] += units(number)
        baskets[j] += ONE
        if disappoints:
            bad[j] += ONE
        if back[i] < return_rate[j] + (blame if disappoints else 0.0):
            refunds[j] += units(amount[i])
        if slot[i] == PAID_SLOT:
            paid_gmv[j] += units(amount[i])


# -- what is learned ------------------------------------------------------------------------------------------------------


def learn_habits(chosen, channel, online, speed, live, private):
    where = np.where(chosen >= 0, channel[chosen.clip(0)], -1)
    on_air, written = (where >= 0) & (where < PRIVATE), where == PRIVATE
    live += online * speed * (on_air - live.astype(float))
    private += online * speed * (written - private.astype(float))


def take_up(adopted, online, neighbours, generation, platform, u, ease, innovation, imitation, dropout, users):
    hazard = (innovation + imitation * neighbours.astype(float)) * ease[generation]
    adopted[...] = np.where(adopted > 0, u >= dropout, online & (u.astype(float) < hazard))
    np.add.at(users, platform[adopted > 0], ONE)


def find_bonds(chosen, brand_of, bond_brand, bond_trust, state, place, new):
    for i in range(chosen.size):
        place[i], new[i] = -1, False
        if chosen[i] < 0:
            continue
        known = np.flatnonzero(bond_brand[i] == brand_of[chosen[i]])
        empty = np.flatnonzero(bond_brand[i] < 0)
        belongs = (state[i] == ACTIVE) | (state[i] == DORMANT)
        others = np.flatnonzero(~belongs) if not belongs.all() else np.arange(BONDS)
        least = others[np.argmin(bond_trust[i, others])]
        place[i] = known[0] if known.size else empty[0] if empty.size else least
        new[i] = not known.size


def learn_brands(bond_brand, bond_trust, place, new, chosen, slot, outcome, amount, brand_of, home, stranger, fade, gain, loss, blame,
                 newcomers, repeat_gmv, paid_newcomers, trust_total, bonds):  # fmt: skip
    bond_trust -= fade * (bond_trust.astype(float) - stranger)
    for i in np.flatnonzero(place >= 0):
        j, t = chosen[i], place[i]
        brand, trust = brand_of[j], stranger if new[i] else float(bond_trust[i, t])
        part = blame if home[j] < 0 else 1.0
        bond_brand[i, t] = brand
        bond_trust[i, t] = trust + gain * (1.0 - trust) if outcome[i] > 0 else trust - loss * part * trust
        if new[i]:
            newcomers[j] += ONE
            paid_newcomers[brand] += ONE * (slot[i] == PAID_SLOT)
        else:
            repeat_gmv[j] += units(amount[i])
    for brand, trust in zip(bond_brand[bond_brand >= 0], bond_trust[bond_brand >= 0], strict=True):
        trust_total[brand] += units(trust)
        bonds[brand] += ONE


def follow(followed, trust, offered, chosen, outcome, leave, meet, which, gone, rooms, gain, loss, rate, after, unfollow, initial):
    for i in range(chosen.size):
        bought = chosen[i] if 0 <= chosen[i] < rooms else -1
        good = outcome[i] > 0
        for t in np.flatnonzero((followed[i] == bought) & (bought >= 0)):
            belief = float(trust[i, t])
            trust[i, t] = belief + gain * (1.0 - belief) if good else belief - loss * belief
        candidate = bought if bought >= 0 else offered[i, FEED if which[i] < 0.5 else SECOND_FEED]
        chance = rate if bought < 0 else after if good else 0.0
        if candidate >= 0 and candidate not in followed[i] and meet[i] < chance:
            empty = np.flatnonzero(followed[i] < 0)
            t = empty[0] if empty.size else np.argmin(trust[i])
            followed[i, t], trust[i, t] = candidate, initial
        if leave[i] < unfollow * TIES:
            followed[i, int(float(which[i]) * TIES)] = -1
        for t in range(TIES):
            if followed[i, t] >= 0 and gone[followed[i, t]]:
                followed[i, t] = -1


# -- where one belongs ----------------------------------------------------------------------------------------------------


def moved(state, u, trust, tires, wakes, leaves):
    gone = leaves * np.exp(-float(trust))
    if u < gone:
        return LEFT
    if state == ACTIVE:
        return DORMANT if u < gone + tires else ACTIVE
    return ACTIVE if u < gone + wakes * float(trust) else DORMANT


def move(state, idle, brand, trust, u, tires, wakes, leaves, members, exits):
    for i in range(state.size):
        if state[i] in (ACTIVE, DORMANT):
            b = brand[i]
            members[b] += ONE
            state[i] = moved(state[i], u[i], trust[i], tires[b], wakes[b], leaves[b])
            exits[b] += ONE * (state[i] == LEFT)
        idle[i] = 0 if state[i] == ACTIVE else min(int(idle[i]) + 1, 200)


def belong(state, elsewhere, idle, happy, brand, trust, place, new, chosen, slot, outcome, amount, friends_active,
           luck, enter, carrier, tires, wakes, leaves, door, brand_of, channel, stranger, friends, platform_carrier,
           members, exits, joins, carrier_gmv, activity, value):  # fmt: skip
    for t in range(BONDS):
        move(state[:, t], idle[:, t], brand[:, t], trust[:, t], luck[t], tires, wakes, leaves, members, exits)
    for i in np.flatnonzero(place >= 0):
        j, t = chosen[i], place[i]
        if new[i]:  # another brand takes the bond, and a membership of the former ends
            if state[i, t] in (ACTIVE, DORMANT):
                exits[brand[i, t]] += ONE
            state[i, t], idle[i, t] = STRANGER, 200
        if state[i, t] == DORMANT:
            state[i, t] = ACTIVE
        elif state[i, t] != ACTIVE and outcome[i] > 0:
            belief = stranger if new[i] else float(trust[i, t])
            if enter[i] < -np.expm1(-door[j] * belief * (1.0 + friends * float(friends_active[i]))):
                state[i, t] = ACTIVE
                elsewhere[i, t] = channel[j] < PRIVATE and carrier[i] < platform_carrier
                joins[brand_of[j]] += ONE
        active = state[i, t] == ACTIVE
        if active:
            idle[i, t] = 0
        value[0 if active else 2] += units(amount[i])
        if slot[i] == PRIVATE_SLOT:
            carrier_gmv[1 if elsewhere[i, t] else 0] += units(amount[i])
    belongs = (state == ACTIVE) | (state == DORMANT)
    bought_here = place[:, None] == np.arange(BONDS)
    happy[...] = (state == ACTIVE).any(axis=1)
    activity += ONE * np.array([belongs.sum(), (belongs & (idle < 4)).sum()])
    value[1] += ONE * belongs.sum()
    value[3] += ONE * (~belongs & ((brand >= 0) | bought_here)).sum()
    value[4] += ONE * belongs.any(axis=1).sum()
