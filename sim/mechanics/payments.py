"""Payments: orders, refunds with a lag, commission, fees, wages and penalties, each with payer and payee."""

from __future__ import annotations

import numpy as np

from sim.fields import OWN_ROOMS, PRIVATE_OPERATION, STREAMER_FEES, Array, own, param, read
from sim.kernels.compiled import compiled
from sim.mechanic import Mechanic


class Payments(Mechanic):
    """Money changes hands at the end of the week; returns arrive weeks later and take their commission back."""

    streamer_commission = param(
        0.20, unit="share", bounds=(0, 0.8), source="assumption", doc="commission of a host on sales; refunded on returns"
    )
    agency_cut = param(0.30, unit="share", bounds=(0, 1), source="assumption", doc="agency's part of a host's income")
    shelf_fee = param(0.04, unit="share", bounds=(0, 0.5), source="assumption", doc="fee of the shelf, to marketplaces outside the model")
    private_fee = param(0.006, unit="share", bounds=(0, 0.5), source="wechatpay2020", doc="payment fee on private sales")
    tool_share = param(
        0.35, unit="share", bounds=(0, 1), source="assumption", doc="part of private operation spent on platforms' tools and services"
    )
    wechat_services = param(
        0.5, unit="share", bounds=(0, 1), source="assumption", doc="tools and services bought from WeChat; the rest goes with live sales"
    )
    return_cost = param(12, unit="CNY/order", bounds=(0, 500), source="assumption", doc="cost of handling a returned order")
    overhead = param(0.10, unit="share", bounds=(0, 1), source="assumption", doc="other costs against net sales")
    living = param(800, unit="CNY/week", bounds=(0, 1e5), source="assumption", doc="what a real host spends")
    wage = param(
        330,
        unit="CNY/week",
        bounds=(0, 1e5),
        source="form:history:online_retail_total_NBS",
        doc="income a shopper has for buying online, 2020: NBS over CNNIC spent 302",
    )

    pending: Array = own(
        "lag", "outlet", unit="CNY", at="account", bounds=(0, 1e15), doc="refunds on their way, by the week of the sale modulo the lag"
    )
    pending_brand: Array = own("lag", "outlet", unit="1", at="account", dtype=np.int32, doc="brand that owes each of these refunds")
    streamer_income: Array = own(
        "streamer", unit="CNY/week", at="account", bounds=(-1e30, 1e30), doc="income after refunds, agency and penalties"
    )
    brand_profit: Array = own("brand", unit="CNY/week", at="account", bounds=(-1e30, 1e30), doc="profit after all costs")
    brand_net_sales: Array = own("brand", unit="CNY/week", at="account", bounds=(-1e15, 1e15), doc="sales less refunds paid")
    platform_income: Array = own(
        "platform", "income", unit="CNY/week", at="account", bounds=(-1e15, 1e15), doc="advertising, commission, services"
    )
    platform_revenue: Array = own("platform", unit="CNY/week", at="account", bounds=(-1e15, 1e15), doc="all income of a platform")

    real_hosts: Array = read()
    outlet_gmv: Array = read()
    outlet_refunds: Array = read()
    outlet_orders: Array = read()
    outlet_price: Array = read()
    outlet_brand: Array = read()
    outlet_host: Array = read()
    outlet_home: Array = read()
    outlet_channel: Array = read()
    outlet_platform: Array = read()
    streamer_agency: Array = read()
    commission_rate: Array = read()
    unit_cost: Array = read()
    budget: Array = read()
    ad_spend: Array = read()
    room_penalty: Array = read()
    shoppers_online: Array = read()
    price_level: Array = read()
    streamer_active: Array = read()

    def account(self, ctx):
        p, prices = self.p, self.price_level[0]
        rooms, outlets = self.room_penalty.size, self.outlet_brand.size
        brands, streamers, platforms = self.brand_profit.size, self.streamer_income.size, self.commission_rate.size
        sales, brand = self.outlet_gmv * ctx.people, self.outlet_brand
        due = ctx.step % len(self.pending)
        back, owed_by = self.pending[due].copy(), self.pending_brand[due].copy()
        np.multiply(self.outlet_refunds, ctx.people, out=self.pending[due])
        self.pending_brand[due] = brand
        before = ctx.cash("brand"), ctx.cash("streamer")

        (commission, commission_back), (hosts, hosts_back), fee = np.empty((2, rooms)), np.empty((2, rooms)), np.empty(rooms)
        toll, costs = np.empty((2, outlets))
        earned, cut = np.zeros((2, streamers))
        net, (live, kept) = np.zeros(brands), np.zeros((2, platforms))
        host = np.maximum(self.outlet_host[:rooms], 0)
        platform, seller, owing = self.outlet_platform[:rooms], brand[:rooms], owed_by[:rooms]
        settle_rooms(
            commission, commission_back, hosts, hosts_back, fee, earned, cut, live, kept, sales, back,
            self.outlet_host, seller, platform, self.streamer_agency, self.commission_rate, p.streamer_commission, p.agency_cut,
            self.budget[:, STREAMER_FEES],
        )  # fmt: skip
        settle_outlets(
            toll, costs, net, sales, back, brand, owed_by, self.outlet_channel, np.array([0.0, 0.0, p.private_fee, p.shelf_fee]),
            self.outlet_orders, self.outlet_gmv, self.outlet_refunds, ctx.people, self.unit_cost, p.return_cost * prices,
        )  # fmt: skip

        ctx.pay("outside", "consumers", p.wage * self.shoppers_online[0] * 1e6 * prices, "wages")
        ctx.pay("consumers", "brand", sales, "orders", payee_index=brand)
        ctx.pay("brand", "consumers", back, "refunds", payer_index=owed_by)
        ctx.pay("brand", "platform", commission, "commission", payer_index=seller, payee_index=platform)
        ctx.pay("platform", "brand", commission_back, "commission refunded", payer_index=platform, payee_index=owing)
        ctx.pay("brand", "streamer", hosts, "hosts' commission", payer_index=seller, payee_index=host)
        ctx.pay("streamer", "brand", hosts_back, "hosts' commission refunded", payer_index=host, payee_index=owing)
        ctx.pay("brand", "streamer", fee, "hosts' fees", payer_index=seller, payee_index=host)
        ctx.pay("streamer", "agency", cut, "agency's part", payee_index=np.maximum(self.streamer_agency, 0))

        ctx.pay("brand", "platform", self.ad_spend, "advertising")
        services = p.tool_share * self.budget[:, PRIVATE_OPERATION]
        wechat = p.wechat_services if live.sum() > 0 else 1.0
        share = (1.0 - wechat) * live / max(live.sum(), 1e-12)
        share[-1] += wechat
        ctx.pay("brand", "platform", services[:, None] * share, "services")
        labour = (1 - p.tool_share) * self.budget[:, PRIVATE_OPERATION] + self.budget[:, OWN_ROOMS]
        ctx.pay("brand", "outside", labour, "operation")
        ctx.pay("brand", "outside", toll, "fees of other marketplaces", payer_index=brand)
        ctx.pay("brand", "outside", costs, "goods and delivery", payer_index=brand)
        ctx.pay("brand", "outside", p.overhead * np.maximum(net, 0.0), "overhead")

        fined = np.flatnonzero(self.room_penalty)
        hosted, own = fined[self.outlet_host[fined] >= 0], fined[self.outlet_host[fined] < 0]
        ctx.pay("streamer", "regulator", self.room_penalty[hosted], "penalties", payer_index=self.outlet_host[hosted])
        ctx.pay("brand", "regulator", self.room_penalty[own], "penalties", payer_index=self.outlet_home[own])
        ctx.pay("regulator", "outside", self.room_penalty.sum(), "treasury")

        self.brand_profit[...] = ctx.cash("brand") - before[0]
        self.streamer_income[...] = ctx.cash("streamer") - before[1]
        self.brand_net_sales[...] = net
        hosts_each = self.real_hosts[0] / streamers
        ctx.pay("streamer", "outside", p.living * prices * hosts_each * (self.streamer_active > 0), "living")
        self.platform_income[:, 0] = self.ad_spend.sum(axis=0)
        self.platform_income[:, 1] = kept
        self.platform_income[:, 2] = services.sum() * share
        self.platform_revenue[...] = self.platform_income.sum(axis=1)


@compiled
def settle_rooms(commission: Array, commission_back: Array, hosts: Array, hosts_back: Array, fee: Array, earned: Array, cut: Array,
                 live: Array, kept: Array, sales: Array, back: Array, host: Array, seller: Array, platform: Array, agency: Array,
                 rate: Array, host_rate: float, agency_rate: float, fees: Array) -> None:  # fmt: skip
    """What is owed for a week in each room, CNY; whatever a brand's own room would owe a host stays 0.

    Args:
        commission, commission_back, hosts, hosts_back, fee: (rooms,), written: commission of platform and host, what they
            return of it, and the host's fee.
        earned, cut: (streamers,) zeros, written: a host's earnings, and the agency's part of them.
        live, kept: (platforms,) zeros, written: live sales, and the commission on them less what is returned of it.
        sales, back: sales and refunds. host: streamer, -1 in a brand's own room. seller, platform: brand and platform.
        agency: (streamers,), -1 for none. rate: (platforms,), host_rate: commission as shares of sales. agency_rate: of earnings.
        fees: (brands,) budgets for hosts, shared by sales.
    """
    weight = np.zeros(fees.size)
    for r in range(seller.size):
        if host[r] >= 0:
            weight[seller[r]] += sales[r] + 1.0
    for r in range(seller.size):
        live[platform[r]] += sales[r]
        commission[r], commission_back[r] = rate[platform[r]] * sales[r], rate[platform[r]] * back[r]
        kept[platform[r]] += commission[r] - commission_back[r]
        hosts[r] = hosts_back[r] = fee[r] = 0.0
        if host[r] >= 0:
            hosts[r], hosts_back[r] = host_rate * sales[r], host_rate * back[r]
            fee[r] = fees[seller[r]] / weight[seller[r]] * (sales[r] + 1.0)
            earned[host[r]] += hosts[r] - hosts_back[r] + fee[r]
    for s in range(agency.size):
        if agency[s] >= 0:
            cut[s] = agency_rate * max(earned[s], 0.0)


@compiled
def settle_outlets(toll: Array, costs: Array, net: Array, sales: Array, back: Array, brand: Array, owed_by: Array, channel: Array,
                   tolls: Array, orders: Array, gross: Array, refunds: Array, people: float, unit_cost: Array,
                   return_cost: float) -> None:  # fmt: skip
    """What a week's orders cost the brands, CNY.

    Args:
        toll, costs: (outlets,), written: fees outside the model, goods and delivery. net: (brands,) zeros, written: sales less refunds.
        sales, back: sales and refunds paid. brand, owed_by: who sells, and who owes the refunds. channel: of the outlet.
        tolls: (channels,) shares of sales. orders, gross, refunds: of simulated consumers, each of whom is so many people.
        unit_cost: (brands,) CNY an order. return_cost: CNY an order sent back.
    """
    for j in range(brand.size):
        net[brand[j]] += sales[j]
        net[owed_by[j]] -= back[j]
        toll[j] = tolls[channel[j]] * sales[j]
        kept = orders[j] * people * (1.0 - refunds[j] / max(gross[j], 1e-12))
        costs[j] = unit_cost[brand[j]] * kept + return_cost * (orders[j] * people - kept)
