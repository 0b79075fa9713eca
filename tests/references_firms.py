"""What the rules of firms, hosts, platforms and the law mean, in plain numpy."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

# -- attention ------------------------------------------------------------------------------------------------------------


def bidders_value(sales, impressions, shrinkage):
    market = sales.sum() / max(impressions.sum(), 1e-300)
    alone = np.divide(sales, impressions, out=np.full(sales.size, market), where=impressions > 0.0)
    return shrinkage * market + (1.0 - shrinkage) * alone


def auctions(cpm, spend, got, worth, ranked, budget, supply, limit):
    from tests.references import clearing_price, units_bought

    for k in range(supply.size):
        money = budget * supply[k] / supply.sum() if supply.sum() > 0.0 else np.zeros(budget.size)
        most = np.full(money.size, limit * supply[k])
        price = clearing_price(worth, money, most, supply[k])
        got[:, k] = units_bought(worth, money, most, supply[k], price)
        spend[:, k] = price * got[:, k]
        cpm[k] = 1000.0 * price


def an_hour(result, aired):
    return result.sum() / max(aired.sum(), 1e-12)


def success(result, aired, usual):
    return result / np.maximum(aired, 0.05) / usual if usual > 0.0 else 0.0


def remember(engagement, aired, minutes, sales, host, entries, platform, conversion, memory, newcomer):
    engagement[(host >= 0) & (entries[host] > 0.0)] = newcomer
    weight = conversion[platform]
    watched, sold = (success(result, aired, an_hour(result, aired)) for result in (minutes, sales))
    goal = (1.0 - weight) * watched + weight * sold
    engagement += np.where(aired > 0.0, (1.0 - memory) * (goal - engagement), 0.0)


def paid_weights(got, brand, platform, home, on_air, main, own_first):
    there = on_air * main * np.where(home >= 0, own_first, 1.0) + 1e-9
    pair = brand * got.shape[1] + platform
    return got[brand, platform] * part_of(there, pair, got.size)


def exploration_shares(merit, on_air, platform, exploration):
    by_merit, by_airtime = part_of(merit, platform, exploration.size), part_of(on_air, platform, exploration.size)
    return (1.0 - exploration[platform]) * by_merit + exploration[platform] * by_airtime


def part_of(weight, group, groups):
    """Each weight as a part of its group's, 0 where the group has none."""
    total = np.bincount(group, weight, groups)[group]
    return np.where(total > 0.0, weight / total, 0.0)


# -- what firms decide ----------------------------------------------------------------------------------------------------


def pursued(intensity, spent, sales, worth, learning, shrinkage, floor, most):
    market = sales.sum(axis=0) / np.maximum(spent.sum(axis=0), 1e-12)
    alone = np.where(spent > 0.0, sales / spent, market)
    gain = np.log(np.maximum(worth * (shrinkage * market + (1.0 - shrinkage) * alone), 1e-9)).clip(-2.0, 2.0)
    wish = np.maximum(intensity * np.exp(learning * gain), floor)
    return wish * np.minimum(1.0, most / np.maximum(wish.sum(axis=1, keepdims=True), 1e-12))


def violation_probability(sales, risk, gain, fine, other_loss, term, temperature, scruple):
    caught = -np.expm1(-term * risk)
    relative_fine = np.minimum(fine / np.maximum(sales, 1.0), 50.0)
    return logistic((gain - caught * (relative_fine + other_loss)) / temperature - scruple)


def logistic(x):
    return expit(np.clip(x, -50.0, 50.0))


def look_round(seen, risk, sector, violates, convicted, learning, prior, first):
    week = np.stack([np.bincount(sector, kind, risk.size) for kind in (violates, convicted)], axis=1)
    seen += learning * (week - seen)
    risk[...] = np.minimum((seen[:, 1] + prior * first) / (seen[:, 0] + prior), 1.0)


def broadcast(on_air, host, home, hours, active, presence, suspended):
    host, home = host[: on_air.size], home[: on_air.size]
    on_air[...] = np.where(host >= 0, hours[host] * (active[host] > 0.0), presence[home]) * (suspended <= 0.0)


def price_tags(price, brand, channel, sector, list_price, discount, sector_price, part, level):
    price[...] = np.round(list_price[brand] * level * (1.0 - part[channel] * discount[brand]), 2)
    return np.maximum(price, 0.01) / (sector_price[sector] * level)


def leaders(success, sector, sectors):
    best = np.full(sectors, -1)
    for s in range(sectors):
        inside = np.flatnonzero(sector == s)
        if inside.size:
            best[s] = inside[success[inside] == success[inside].max()][-1]
    return best


def movers(who, sector, leader, imitation, innovation):
    first = leader[sector]
    imitates = (who < np.float32(imitation)) & (first >= 0) & (first != np.arange(who.size))
    moving = np.flatnonzero(imitates | (who >= np.float32(1.0 - innovation)))
    return moving, np.where(imitates, first, -1)[moving]


def move_style(style, moving, ahead, error, step, noise, jump):
    before, error = style.copy(), error.astype(float)
    for k, room in enumerate(moving):
        if ahead[k] >= 0:
            goal = (1.0 - step) * before[room] + step * before[ahead[k]] + noise * error[:, k]
        else:
            goal = before[room] + jump * error[:, k]
        style[room] = goal / max(np.linalg.norm(goal), 1e-12)


def likeness(style, sector, weight, similarity, room_similarity):
    alike = np.full(weight.size, 0.5)
    for s in range(similarity.size):
        inside = sector == s
        w, cosine = weight[inside], style[inside] @ style[inside].T
        pairs = np.outer(w, w)
        others = pairs * ~np.eye(w.size, dtype=bool)
        mean = (others * cosine).sum() / others.sum() if (w > 0.0).sum() > 1 else 0.0
        similarity[s] = np.clip(0.5 + 0.5 * mean, 0.0, 1.0)
        if w.sum() > 0.0:
            alike[inside] = 0.5 + 0.5 * cosine @ w / w.sum()
    room_similarity[...] = alike[: room_similarity.size]


# -- what an outlet is to everybody ----------------------------------------------------------------------------------------


def appeal(worth, channel, brand, host, by_channel, quality, talent):
    worth += by_channel[channel] + quality[brand] + np.where(host >= 0, talent[host], 0.0)


def expect(basket, return_rate, bad_rate, sector, channel, brand, usual, calm, impulsive, impulse, bad, harm, violation):
    basket[...] = usual[sector]
    return_rate[...] = calm[channel] + impulsive * impulse
    bad_rate[...] = np.clip(bad[brand] + harm * violation, 0.0, 1.0)


def tell(reputation, baskets, bad, usual, host, entries, gain, loss, word):
    rooms = reputation.size
    baskets, bad, host = baskets[:rooms], bad[:rooms], host[:rooms]
    up, down, heard = gain * (baskets - bad), loss * bad, baskets / max(usual, 1e-12)
    praise = up / np.maximum(up + down, 1e-12)
    reputation += np.where(baskets > 0.0, word * heard / (1.0 + heard) * (praise - reputation), 0.0)
    reputation[(host >= 0) & (entries[host] > 0.0)] = 0.5


def add_up(room_gmv, room_minutes, platform_gmv, channel_gmv, lever_gmv, sales, paid, minutes, brand, channel, platform, people):
    rooms, (brands, channels) = room_gmv.size, channel_gmv.shape
    room_gmv[...], room_minutes[...] = sales[:rooms] * people, minutes[:rooms] * people
    platform_gmv[...] = np.bincount(platform[:rooms], room_gmv, platform_gmv.size)
    pair = brand * channels + channel
    channel_gmv[...] = np.bincount(pair, sales * people, channel_gmv.size).reshape(brands, channels)
    bought = np.bincount(pair, paid * people, channel_gmv.size).reshape(brands, channels)
    unpaid = np.maximum(channel_gmv - bought, 0.0)
    lever_gmv[...] = np.stack([bought.sum(axis=1), unpaid[:, 0], unpaid[:, 1], channel_gmv[:, 2]], axis=1)


# -- careers --------------------------------------------------------------------------------------------------------------


def look_back(income, commitment, week, hosts, pace, adjustment, team):
    income[...] = (1.0 - pace) * income + pace * week / hosts
    commitment[...] = (1.0 - adjustment) * commitment + adjustment * team * income.clip(0.0)


def remember_sales(apart, host, sales, half, memory, part):
    apart *= 1.0 - memory
    hosted = host >= 0
    for each, sample in zip(apart, (sales - half, half), strict=True):
        np.add.at(each, host[hosted], part * sample[hosted])


def move_host(active, exits, entries, income, commitment, leave, come, exit_rate, entry_rate, sharpness, other, hope):
    there = active > 0.0
    leaves = there & (leave < exit_rate * logistic(sharpness * (other - (income - commitment)) / other))
    comes = ~there & (come < np.float64(entry_rate * logistic(sharpness * (hope - other) / other)))
    exits[...], entries[...] = leaves, comes
    active[...] = (there & ~leaves) | comes
    income[comes], commitment[comes] = max(hope, other), 0.0


def move_brand(active, exits, margin, profit, sales, leave, come, memory, exit_rate, entry_rate, tolerance):
    sold = sales > 0.0
    week = np.clip(profit / np.maximum(sales, 1e-9), -2.0, 2.0)
    margin[sold] += memory * (week - margin)[sold]
    there = active > 0.0
    leaves = there & (leave < exit_rate * logistic(-(margin + tolerance) / tolerance))
    comes = ~there & (come.astype(float) < entry_rate)
    exits[...] = leaves
    active[...] = (there & ~leaves) | comes
    margin[comes] = 0.1


# -- the law, and what is owed --------------------------------------------------------------------------------------------


def suspects(bad, complaints, luck, by_lot, checked):
    return (luck < -np.expm1(-bad * complaints)) | (checked.astype(float) < by_lot)


def sentence(convicted, suspended, fine, illicit, illicit_weeks, violates, sales, a_host, decided, proof, proven, evidence,
             fade, weeks, most, multiple):  # fmt: skip
    weekly = sales * a_host
    illicit[...] = illicit * (1.0 - fade) + violates * weekly
    illicit_weeks[...] = illicit_weeks * (1.0 - fade) + violates
    suspended[...] = np.maximum(suspended - 1.0, 0.0)
    convicted[...] = fine[...] = 0.0
    for room in dict.fromkeys(decided.tolist()):
        if illicit_weeks[room] > evidence and float(proof[room]) < proven:
            convicted[room], suspended[room] = 1.0, weeks
            fine[room] = min(most, multiple * illicit[room])
            illicit[room] = illicit_weeks[room] = 0.0
    selling = weekly > 0.0
    return np.minimum(most, multiple * weekly[selling] / max(fade, 1e-3)).mean() if selling.any() else 0.0


def settle_rooms(commission, commission_back, hosts, hosts_back, fee, earned, cut, live, kept,
                 sales, back, host, seller, platform, agency, rate, host_rate, agency_rate, fees):  # fmt: skip
    hosted = host >= 0
    commission[...], commission_back[...] = rate[platform] * sales, rate[platform] * back
    hosts[...], hosts_back[...] = host_rate * sales * hosted, host_rate * back * hosted
    weight = (sales + 1.0) * hosted
    fee[...] = np.where(hosted, fees[seller] * part_of(weight, seller, fees.size), 0.0)
    np.add.at(earned, host[hosted], (hosts - hosts_back + fee)[hosted])
    cut[...] = np.where(agency >= 0, agency_rate * np.maximum(earned, 0.0), 0.0)
    live += np.bincount(platform, sales, live.size)
    kept += np.bincount(platform, commission - commission_back, kept.size)


def settle_outlets(toll, costs, net, sales, back, brand, owed_by, channel, tolls, orders, gross, refunds, people, unit_cost, return_cost):
    net += np.bincount(brand, sales, net.size) - np.bincount(owed_by, back, net.size)
    toll[...] = tolls[channel] * sales
    number = orders * people
    sent_back = np.where(gross > 0.0, refunds / np.maximum(gross, 1e-12), 0.0) * number
    costs[...] = unit_cost[brand] * (number - sent_back) + return_cost * sent_back
