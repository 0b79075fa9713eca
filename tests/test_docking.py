"""Parts of the model meet the textbook where it has an answer; each test says what is docked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from sim.fields import ACTIVE, LEFT, Array, last, own
from sim.kernels.auction import clearing_price
from sim.kernels.choice import WIDTH, gumbel_argmax
from sim.kernels.compiled import compiled
from sim.kernels.sections import pick_each, sections_of
from sim.mechanic import Mechanic
from sim.mechanics.adoption import Adoption
from sim.mechanics.misconduct import violation_probability
from sim.mechanics.private_domain import moved
from sim.mechanics.ranking import exploration_shares
from sim.streams import Streams
from tests.small import engine_of

CELLS = 64


class People(Mechanic):
    """Stands in for population: all of one generation and platform, all online from the start."""

    generation: Array = own("consumer", unit="1", at="populate", dtype=np.int8, doc="all millennials")
    habit_platform: Array = own("consumer", unit="1", at="populate", dtype=np.int8, doc="all on one platform")
    online_rank: Array = own("consumer", unit="share", at="populate", bounds=(0, 1), doc="all online")

    def populate(self, ctx):
        self.generation[...] = 1


class FullMixing(Mechanic):
    """Stands in for exposure and word of mouth: everybody sees the share of users among all."""

    online: Array = own("consumer", unit="1", at="offer", dtype=np.bool_, lasting=False, doc="shops online")
    neighbour_adopters: Array = own("consumer", unit="share", at="offer", lasting=False, doc="users among all")
    adopted: Array = last(whole=True)

    def offer(self, ctx):
        self.online[...] = True
        self.neighbour_adopters[...] = self.adopted.mean()


@pytest.mark.parametrize(("p", "q"), [(0.003, 0.04), (0.01, 0.0), (0.0008, 0.08)])
def test_adoption_alone_on_a_fully_mixed_network_is_bass(p: float, q: float) -> None:
    """The discrete Bass curve F' = F + (p + q F)(1 - F), from zero users and without drop-out.

    Docked: the mechanic `adoption` as it is. With 30,000 consumers the path is within 2 percentage points.
    """
    values = {
        "innovation": p,
        "imitation": q,
        "dropout": 0.0,
        "users_at_start": 0.0,
        "gen_z_ease": 1.0,
        "silver_ease": 1.0,
    }
    weeks = 150
    engine = engine_of(
        People,
        FullMixing,
        Adoption(**values),
        sizes={"consumer": 30_000, "platform": 4},
        weeks=weeks,
        people=1.0,
    )
    expected, worst = 0.0, 0.0
    for _ in range(weeks):
        engine.step()
        expected += (p + q * expected) * (1.0 - expected)
        worst = max(worst, abs(engine.observe("users_count").sum() / 30_000 - expected))
    assert expected > 0.75
    assert worst < 0.02


def rank_by_success(merit_power: float, entry: float, views: int, seed: int = 4) -> Array:
    """Views of rooms after `views` draws by merit, with a share `entry` from rooms that were never seen.

    The pool of exploration is given to rooms that nobody has seen yet, so each such draw is an entry. Draws
    come in small batches with weights fixed inside a batch.
    """
    rooms = int(entry * views * 1.2) + 100
    seen = np.zeros(rooms)
    seen[:10] = 1.0
    platform, pool = np.zeros(rooms, np.int64), np.array([entry])
    streams, done, batch = Streams(seed), 10, 0
    while done < views:
        size = max(1, done // 100)
        weight = exploration_shares(seen**merit_power * (seen > 0), (seen == 0).astype(float), platform, pool)
        cdf, guide, members = sections_of(weight, platform, 1, CELLS)
        out = np.empty(size, np.int32)
        u = streams.uniform(9, batch, 0, size)
        pick_each(cdf, guide, members, np.zeros(size, np.int8), u, out)
        seen += np.bincount(out, minlength=rooms)
        done, batch = done + size, batch + 1
    return seen[seen > 0].astype(np.int64)


def yule_simon_exponent(sizes: Array) -> float:
    """Maximum-likelihood exponent rho of the Yule-Simon law P(k) = rho B(k, rho + 1)."""
    grid = np.linspace(0.6, 2.5, 381)
    logs = [np.log(rho) * sizes.size + special.betaln(sizes, rho + 1.0).sum() for rho in grid]
    return float(grid[int(np.argmax(logs))])


@pytest.mark.parametrize("entry", [0.1, 0.25])
def test_proportional_success_with_entry_is_yule_simon(entry: float) -> None:
    """At matthew = 1 the cumulative exponent of sizes is 1 / (1 - entry) (Simon 1955).

    Docked: the ranking's rule for weights and the kernels that draw by them. Not docked: the mechanic's
    forgetting, its normalising and its constant of 1/10, with which no closed form is known.
    """
    sizes = rank_by_success(1.0, entry, 60_000)
    rho = 1.0 / (1.0 - entry)
    assert yule_simon_exponent(sizes) == pytest.approx(rho, rel=0.05)
    assert (sizes == 1).mean() == pytest.approx(rho / (1.0 + rho), abs=0.02)
    assert (sizes == 2).mean() == pytest.approx(rho * special.beta(2, rho + 1), abs=0.01)


def test_the_exponent_of_success_decides_who_takes_all() -> None:
    """Below 1 the largest stays small, above 1 it takes most (Krapivsky, Redner & Leyvraz 2000)."""
    below, one, above = (rank_by_success(power, 0.1, 20_000) for power in (0.6, 1.0, 1.5))
    tops = [sizes.max() / sizes.sum() for sizes in (below, one, above)]
    assert tops[0] < 0.02 < tops[1] < 0.4
    assert tops[2] > 0.6


@pytest.mark.parametrize(("slots", "bidders"), [(1, 2), (3, 7), (10, 10), (25, 40)])
def test_the_price_is_that_of_the_first_bidder_left_out(slots: int, bidders: int) -> None:
    """The (k + 1)-th highest value where budgets do not bind (Vickrey 1961). Docked: the auction."""
    value = np.exp(np.random.default_rng(bidders).normal(size=bidders))
    price = clearing_price(value, np.full(bidders, 1e9), np.ones(bidders), float(slots))
    ranked = np.sort(value)[::-1]
    expected = ranked[slots] if slots < bidders else 0.0
    assert price == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("competition", [2.0, 4.0, 5.0])
def test_the_mean_field_price_of_log_normal_bidders(competition: float) -> None:
    """CPM = exp(m + s * quantile(1 - K/n)): from 2 to 4 bidders a slot it rises by 96%, to 5 by 132%."""
    bidders, sigma = 40_000, 1.0
    value = np.exp(sigma * np.random.default_rng(3).normal(size=bidders))
    price = clearing_price(value, np.full(bidders, 1e9), np.ones(bidders), bidders / competition)
    assert price == pytest.approx(np.exp(sigma * stats.norm.ppf(1.0 - 1.0 / competition)), rel=0.02)


STEP = 0.05  # weeks: short enough that hardly anybody buys twice in one


@compiled
def leave_after(buys: Array, u: Array, leaving: Array, alive: Array) -> None:
    """Buyers leave as members do, with a probability of their own."""
    for i in range(buys.size):
        if buys[i]:
            alive[i] = moved(ACTIVE, u[i], 0.0, 0.0, 0.0, leaving[i]) != LEFT


def repeat_purchases(r: float, alpha: float, a: float, b: float, weeks: float, people: int) -> Array:
    """Repeat purchases of each customer until `weeks` or until they leave: the market's choice and its rule of leaving, step by step."""
    streams = Streams(21)
    u = streams.uniform(1, 0, 0, people, words=2).astype(np.float64)
    rate = stats.gamma.ppf((u[0] + 2**-25), r, scale=1.0 / alpha)
    leaving = stats.beta.ppf((u[1] + 2**-25), a, b)
    utility, index = np.zeros((people, WIDTH), np.float32, order="F"), np.full((people, WIDTH), -1, np.int32, order="F")
    utility[:, 0], index[:, 0] = np.log(np.expm1(rate * STEP)), 0  # bought with probability 1 - exp(-rate * step), against nothing
    alive, bought = np.ones(people, np.bool_), np.zeros(people)
    place, chosen = np.empty(people, np.int8), np.empty(people, np.int32)
    for step in range(round(weeks / STEP)):
        gumbel_argmax(utility, index, 0.0, np.uint64(7), step, 0, place, chosen)
        buys = alive & (chosen == 0)
        bought += buys
        leave_after(buys, streams.uniform(2, step, 0, people), leaving, alive)
    return bought


@pytest.mark.parametrize("weeks", [13.0, 39.0])
def test_expected_repeat_purchases_are_those_of_bg_nbd(weeks: float) -> None:
    """E[X(t)] = (a + b - 1)/(a - 1) * (1 - (alpha/(alpha + t))^r 2F1(r, b; a + b - 1; t/(alpha + t))).

    Docked: the logit draw of the market and the rule by which members leave, in short steps, against the closed form of
    Fader, Hardie & Lee 2005 with their CDNOW values. Not docked: trust and habit, with which no closed form is known.
    """
    r, alpha, a, b = 0.243, 4.414, 0.793, 2.426
    shape = special.hyp2f1(r, b, a + b - 1.0, weeks / (alpha + weeks))
    expected = (a + b - 1.0) / (a - 1.0) * (1.0 - (alpha / (alpha + weeks)) ** r * shape)
    bought = repeat_purchases(r, alpha, a, b, weeks, 60_000)
    error = bought.std() / np.sqrt(bought.size)
    assert bought.mean() == pytest.approx(expected, abs=4.0 * error)
    assert error < 0.02 * expected
    assert bought.max() > 10 * bought.mean()


@pytest.mark.parametrize(("gain", "fine", "loss"), [(0.075, 0.5, 0.4), (0.2, 1.4, 0.6), (0.3, 0.0, 2.0)])
def test_inspection_leaves_hosts_indifferent_at_gain_over_loss(gain: float, fine: float, loss: float) -> None:
    """p* = g / (F + L): an inspector who answers violations with checks, else with idleness, settles there.

    Docked: `violation_probability` at low temperature and without scruple, as the host's best response in the
    inspection game (Tsebelis 1989). The inspector here is the textbook's, not the model's case desk.
    """
    term, sales, target = 4.0, np.array([20_000.0]), 0.3
    risk = np.array([0.2])
    settled = []
    for week in range(6000):
        chance = violation_probability(sales, risk, gain, fine * sales, loss, term, 1e-3, 0.0)
        risk = np.maximum(risk + 0.01 / (1.0 + week / 100.0) * (chance - target), 0.0)
        settled.append(-np.expm1(-term * risk[0]))
    assert np.mean(settled[-1000:]) == pytest.approx(gain / (fine + loss), rel=0.02)


def test_higher_fines_lower_inspection_where_the_inspector_answers() -> None:
    """A doubled loss halves the checks at which hosts are indifferent; a fixed inspector deters instead."""
    sales, term = np.array([10_000.0]), 4.0
    caught = 0.2 / (1.0 + 1.0)
    risk = np.array([-np.log1p(-caught) / term])
    at_rest = violation_probability(sales, risk, 0.2, np.array([10_000.0]), 1.0, term, 0.01, 0.0)
    deterred = violation_probability(sales, risk, 0.2, np.array([30_000.0]), 1.0, term, 0.01, 0.0)
    fewer_checks = violation_probability(sales, -np.log1p([-caught / 2]) / term, 0.2, np.array([30_000.0]), 1.0, term, 0.01, 0.0)
    assert at_rest == pytest.approx(0.5)
    assert deterred[0] < 1e-8
    assert fewer_checks == pytest.approx(0.5)
