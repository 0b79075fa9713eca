"""Population: who the consumers are: region, generation, income, tastes and platform habits."""

from __future__ import annotations

import numpy as np

from sim.fields import PLATFORMS, TASTES, Array, own, param
from sim.mechanic import Mechanic

GEN_Z, MILLENNIAL, SILVER = 0, 1, 2
TILT = 1.0  # lean of a generation to an axis of its own, in standard deviations of a taste [1]; source: assumption


class Population(Mechanic):
    """Each simulated consumer stands for a stated number of people with one region, birth year, income and taste."""

    gen_z_share = param(0.28, unit="share", bounds=(0, 1), source="assumption", doc="online shoppers of Gen Z")
    millennial_share = param(0.36, unit="share", bounds=(0, 1), source="assumption", doc="online shoppers who are millennials")
    gen_z_birth_year_first = param(1995, unit="calendar_year", bounds=(1990, 2000), source="claim:4.3-a")
    gen_z_birth_year_last = param(2009, unit="calendar_year", bounds=(2005, 2015), source="claim:4.3-b")
    millennial_birth_year_first = param(1980, unit="calendar_year", bounds=(1975, 1985), source="claim:4.3-h")
    millennial_birth_year_last = param(1994, unit="calendar_year", bounds=(1990, 2000), source="claim:4.3-i")
    silver_birth_year_first = param(1960, unit="calendar_year", bounds=(1940, 1965), source="claim:4.3-k")
    silver_birth_year_last = param(1979, unit="calendar_year", bounds=(1970, 1985), source="claim:4.3-l")
    big_city_share = param(0.45, unit="share", bounds=(0, 1), source="assumption", doc="shoppers in first- and second-tier cities")
    income_spread = param(0.5, unit="log CNY", bounds=(0, 1.5), source="assumption", doc="standard deviation of log income")
    big_city_income = param(0.25, unit="log CNY", bounds=(0, 1), source="assumption", doc="log income gap of big cities")
    price_sensitivity_mean = param(
        2.6,
        unit="util",
        bounds=(0, 10),
        source="bijmolt2005",
        doc="utility lost a log point of price: mean elasticity of 2.62, its limit for a small share",
    )
    price_sensitivity_spread = param(0.3, unit="1", bounds=(0, 1), source="assumption", doc="log standard deviation over people")
    douyin_share = param(
        0.39,
        unit="share",
        bounds=(0, 1),
        source="form:history:douyin_ecom_gmv",
        doc="consumers whose main platform it is: 39% of the sales of these three in 2020",
    )
    kuaishou_share = param(0.29, unit="share", bounds=(0, 1), source="form:history:kuaishou_gmv_annual", doc="likewise: 30%")
    taobao_share = param(
        0.27, unit="share", bounds=(0, 1), source="form:history:taobao_live_gmv", doc="likewise: 31%, less a twentieth of all for WeChat"
    )

    region: Array = own("consumer", unit="1", at="populate", dtype=np.int8, bounds=(0, 1), doc="0 smaller places, 1 big cities")
    birth_year: Array = own("consumer", unit="calendar_year", at="populate", dtype=np.int16, doc="year of birth")
    generation: Array = own("consumer", unit="1", at="populate", dtype=np.int8, bounds=(0, 2), doc="0 Gen Z, 1 millennial, 2 silver")
    income: Array = own("consumer", unit="1", at="populate", init=1, bounds=(0, 1e3), doc="income relative to the mean")
    price_sensitivity: Array = own("consumer", unit="util", at="populate", bounds=(0, 100), doc="utility lost a log point of price")
    taste: Array = own("consumer", "taste", unit="1", at="populate", bounds=(-1, 1), doc="preferred content style, a unit vector")
    habit_platform: Array = own("consumer", unit="1", at="populate", dtype=np.int8, bounds=(0, 3), doc="main content platform")
    online_rank: Array = own("consumer", unit="share", at="populate", bounds=(0, 1), doc="order in which people come online")

    def populate(self, ctx):
        who, born, where, rank = ctx.uniform(label="who", words=4)
        z = ctx.normal(label="income", words=2)
        p = self.p
        group = (who >= p.gen_z_share).astype(np.int8) + (who >= p.gen_z_share + p.millennial_share)
        first = np.array([p.gen_z_birth_year_first, p.millennial_birth_year_first, p.silver_birth_year_first])
        final = np.array([p.gen_z_birth_year_last, p.millennial_birth_year_last, p.silver_birth_year_last])
        self.birth_year[...] = first[group] + np.floor(born * (final - first + 1)[group])
        self.generation[...] = np.where(
            self.birth_year >= first[GEN_Z], GEN_Z, np.where(self.birth_year >= first[MILLENNIAL], MILLENNIAL, SILVER)
        )
        self.region[...] = where < p.big_city_share
        self.income[...] = np.exp(p.income_spread * z[0] - 0.5 * p.income_spread**2 + p.big_city_income * (self.region - p.big_city_share))
        self.price_sensitivity[...] = p.price_sensitivity_mean * np.exp(p.price_sensitivity_spread * z[1])
        tilt = ctx.normal(label="taste", words=4).T[:, :TASTES]
        tilt = tilt + TILT * np.eye(first.size, TASTES, dtype=np.float32)[self.generation]
        self.taste[...] = tilt / np.linalg.norm(tilt, axis=1, keepdims=True)
        edges = np.cumsum([p.douyin_share, p.kuaishou_share, p.taobao_share])
        self.habit_platform[...] = np.minimum(np.searchsorted(edges, ctx.uniform(label="platform"), side="right"), len(PLATFORMS) - 1)
        self.online_rank[...] = rank
