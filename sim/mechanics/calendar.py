"""Calendar: prices, seasons, people online and minutes on air are inputs with dates, never outcomes."""

from __future__ import annotations

import numpy as np

from sim.fields import Array, own, param
from sim.mechanic import Mechanic

JUNE_FESTIVAL = (24, 25)  # weeks that may hold 18 June [ISO week]; source: definition
NOVEMBER_FESTIVAL = (45, 46)  # weeks that may hold 11 November [ISO week]; source: definition
SPRING_LULL = (5, 6)  # weeks of Spring Festival, which moves between 3 and 8 [ISO week]; source: assumption
BASE_DAY = 737_425  # 1 January 2020, on which prices and spending are 1 [day of the common era]; source: definition


class Calendar(Mechanic):
    """The year has shopping festivals, prices drift, and more people shop online.

    price_level = (1 + inflation) ^ years since 2020;  season = 1 + festival weight in its weeks
    """

    inflation = param(0.015, unit="1/year", bounds=(-0.05, 0.2), source="assumption",
                      doc="yearly change of the prices of goods sold online")  # fmt: skip
    income_growth = param(0.035, unit="1/year", bounds=(-0.05, 0.2), source="history:online_retail_total_NBS",
                          doc="yearly real growth of what a shopper buys: NBS over CNNIC, from 15.8 thousand CNY in 2020 to 17.5 in 2023; "
                          "taken as real, as parcels became cheaper")  # fmt: skip
    june = param(
        0.35,
        unit="1",
        bounds=(0, 2),
        source="assumption",
        doc="extra demand around 18 June; the second quarters of Kuaishou show no clear one",
    )
    november = param(
        0.70,
        unit="1",
        bounds=(0, 3),
        source="form:history:kuaishou_gmv_q",
        doc="extra demand around 11 November: the fourth quarter is the largest",
    )
    spring = param(
        0.25,
        unit="1",
        bounds=(0, 0.95),
        source="form:history:kuaishou_gmv_q",
        doc="missing demand at Spring Festival: the first quarter is the smallest",
    )
    online_shoppers = param(710.0, unit="million", bounds=(1, 1500), source="history:online_shoppers_CNNIC", interpolate=True,
                            doc="people who shop online: March 2020")  # fmt: skip
    minutes_per_day = param(85.4, unit="minutes/day", bounds=(1, 600), source="history:kuaishou_minutes_per_DAU", interpolate=True,
                            doc="minutes a day a user spends on a content platform: second quarter of 2020")  # fmt: skip

    hosts = param(1.1e6, unit="people", bounds=(1e3, 1e8), source="history:active_ecom_streamers_MOFCOM", interpolate=True,
                  doc="real hosts of live commerce, whom the simulated streamers stand for: 2022")  # fmt: skip

    real_hosts: Array = own(
        unit="people", at="govern", init=1.1e6, bounds=(0, 1e9), doc="real hosts whom the simulated streamers stand for"
    )
    price_level: Array = own(unit="1", at="govern", init=1.0, bounds=(0.1, 100), doc="price index of goods, 2020 = 1")
    spending_level: Array = own(unit="1", at="govern", init=1.0, bounds=(0.1, 100), doc="real spending of a shopper, 2020 = 1")
    season: Array = own(unit="1", at="govern", init=1.0, bounds=(0, 10), doc="demand of the week relative to a normal week")
    shoppers_online: Array = own(unit="million", at="govern", init=0.0, bounds=(0, 1500), doc="people who shop online now")
    app_minutes: Array = own(unit="minutes/week", at="govern", init=0.0, bounds=(0, 4200), doc="weekly minutes of a platform user")

    def govern(self, ctx):
        years = (ctx.date.toordinal() - BASE_DAY) / 365.25
        week = ctx.date.isocalendar().week
        self.price_level[...] = (1.0 + self.p.inflation) ** years
        self.spending_level[...] = (1.0 + self.p.income_growth) ** years
        self.season[...] = 1.0 + (
            self.p.june * (week in JUNE_FESTIVAL) + self.p.november * (week in NOVEMBER_FESTIVAL) - self.p.spring * (week in SPRING_LULL)
        )
        self.real_hosts[...] = self.p.hosts
        self.shoppers_online[...] = self.p.online_shoppers
        self.app_minutes[...] = 7.0 * np.asarray(self.p.minutes_per_day)
