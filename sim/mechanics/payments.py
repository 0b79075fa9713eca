"""Payments: orders, refunds with a lag, commission, fees, wages and penalties, each with payer and payee."""

from __future__ import annotations

import numpy as np

from sim.fields import OWN_ROOMS, PRIVATE_OPERATION, STREAMER_FEES, Array, own, param, read
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
        330, unit="CNY/week", bounds=(0, 1e5), source="history:online_retail_total_NBS", doc="income a shopper has for buying online, 2020"
    )

    pending: Array = own("lag", "outlet", unit="CNY", at="account", bounds=(0, 1e15), doc="refunds on their way, next week's first")
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
        p = self.p
        rooms = self.room_penalty.size
        brands, streamers, platforms = self.brand_profit.size, self.streamer_income.size, self.commission_rate.size
        sales, brand = self.outlet_gmv * ctx.people, self.outlet_brand
        back, owed_by = self.pending[0].copy(), self.pending_brand[0].copy()
        self.pending[:-1], self.pending_brand[:-1] = self.pending[1:], self.pending_brand[1:]
        self.pending[-1], self.pending_brand[-1] = self.outlet_refunds * ctx.people, brand
        before = ctx.cash("brand"), ctx.cash("streamer"), ctx.cash("platform")

        ctx.pay("outside", "consumers", p.wage * self.shoppers_online[0] * 1e6 * self.price_level[0], "wages")
        ctx.pay("consumers", "brand", sales, "orders", payee_index=brand)
        ctx.pay("brand", "consumers", back, "refunds", payer_index=owed_by)
        room_sales, room_back = sales[:rooms], back[:rooms]
        room_brand, platform = brand[:rooms], self.outlet_platform[:rooms]
        rate = self.commission_rate[platform]
        ctx.pay("brand", "platform", rate * room_sales, "commission", payer_index=room_brand, payee_index=platform)
        ctx.pay("platform", "brand", rate * room_back, "commission refunded", payer_index=platform, payee_index=owed_by[:rooms])
        commission = np.bincount(platform, rate * (room_sales - room_back), platforms)

        hosted = np.flatnonzero(self.outlet_host[:rooms] >= 0)
        host, seller = self.outlet_host[hosted], room_brand[hosted]
        ctx.pay("brand", "streamer", p.streamer_commission * room_sales[hosted], "hosts' commission", payer_index=seller, payee_index=host)
        ctx.pay(
            "streamer",
            "brand",
            p.streamer_commission * room_back[hosted],
            "hosts' commission refunded",
            payer_index=host,
            payee_index=owed_by[hosted],
        )
        featured = np.bincount(seller, room_sales[hosted] + 1.0, brands)
        fee = (self.budget[:, STREAMER_FEES] / np.maximum(featured, 1e-12))[seller] * (room_sales[hosted] + 1.0)
        ctx.pay("brand", "streamer", fee, "hosts' fees", payer_index=seller, payee_index=host)
        earned = np.bincount(host, p.streamer_commission * (room_sales[hosted] - room_back[hosted]) + fee, streamers)
        signed = np.flatnonzero(self.streamer_agency >= 0)
        cut = p.agency_cut * np.maximum(earned[signed], 0.0)
        ctx.pay("streamer", "agency", cut, "agency's part", payer_index=signed, payee_index=self.streamer_agency[signed])

        every, at = np.indices((brands, platforms)).reshape(2, -1)
        each = {"payer_index": every, "payee_index": at}
        ctx.pay("brand", "platform", self.ad_spend.ravel(), "advertising", **each)
        services = p.tool_share * self.budget[:, PRIVATE_OPERATION]
        live = np.bincount(platform, room_sales, platforms)
        wechat = p.wechat_services if live.sum() > 0 else 1.0
        share = (1.0 - wechat) * live / max(live.sum(), 1e-12)
        share[-1] += wechat
        ctx.pay("brand", "platform", (services[:, None] * share).ravel(), "services", **each)
        labour = (1 - p.tool_share) * self.budget[:, PRIVATE_OPERATION] + self.budget[:, OWN_ROOMS]
        ctx.pay("brand", "outside", labour, "operation")
        toll = np.array([0.0, 0.0, p.private_fee, p.shelf_fee])[self.outlet_channel] * sales
        ctx.pay("brand", "outside", toll, "fees of other marketplaces", payer_index=brand)
        orders = self.outlet_orders * ctx.people
        kept = orders * (1.0 - self.outlet_refunds / np.maximum(self.outlet_gmv, 1e-12))
        costs = self.unit_cost[brand] * kept + p.return_cost * self.price_level[0] * (orders - kept)
        ctx.pay("brand", "outside", costs, "goods and delivery", payer_index=brand)
        net = np.bincount(brand, sales, brands) - np.bincount(owed_by, back, brands)
        ctx.pay("brand", "outside", p.overhead * np.maximum(net, 0.0), "overhead")

        fines = self.room_penalty
        ctx.pay("streamer", "regulator", fines[hosted], "penalties", payer_index=host)
        self_run = np.flatnonzero(self.outlet_home[:rooms] >= 0)
        ctx.pay("brand", "regulator", fines[self_run], "penalties", payer_index=self.outlet_home[self_run])
        ctx.pay("regulator", "outside", fines.sum(), "treasury")

        self.brand_profit[...] = ctx.cash("brand") - before[0]
        self.streamer_income[...] = ctx.cash("streamer") - before[1]
        self.brand_net_sales[...] = net
        hosts = self.real_hosts[0] / streamers
        ctx.pay("streamer", "outside", p.living * self.price_level[0] * hosts * (self.streamer_active > 0), "living")
        self.platform_income[:, 0] = self.ad_spend.sum(axis=0)
        self.platform_income[:, 1] = commission
        self.platform_income[:, 2] = services.sum() * share
        self.platform_revenue[...] = self.platform_income.sum(axis=1)
