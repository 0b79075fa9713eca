"""Every payment has a payer and a payee; what does not add up is refused."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.errors import LedgerError
from sim.ledger import SECTORS, TOLERANCE, Ledger
from sim.mechanics.payments import Payments
from sim.model import build
from sim.observables import TRILLION
from tests.small import market, small


def books() -> Ledger:
    return Ledger({"brand": 3, "platform": 2})


def test_a_payment_moves_money_from_one_account_to_another() -> None:
    """Brands 0 and 2 pay platform 1 together 30 and platform 0 5."""
    ledger = books()
    ledger.pay(
        "brand",
        "platform",
        np.array([10.0, 20.0, 5.0]),
        "advertising",
        payer_index=np.array([0, 2, 2]),
        payee_index=np.array([1, 1, 0]),
    )
    assert ledger.cash["brand"].tolist() == [-10.0, 0.0, -25.0]
    assert ledger.cash["platform"].tolist() == [5.0, 30.0]
    assert ledger.flows == {("brand", "platform", "advertising"): 35.0}
    assert ledger.check() == 0.0


def test_without_an_index_entry_i_is_account_i_and_one_account_takes_the_total() -> None:
    ledger = books()
    ledger.pay("consumers", "brand", np.array([1.0, 2.0, 3.0]), "orders")
    ledger.pay("brand", "outside", np.array([0.5, 0.5, 0.5]), "goods")
    ledger.pay("outside", "consumers", 4.0, "wages")
    assert ledger.cash["brand"].tolist() == [0.5, 1.5, 2.5]
    assert ledger.cash["consumers"].tolist() == [-2.0]
    assert ledger.cash["outside"].tolist() == [-2.5]
    assert sum(balance.sum() for balance in ledger.cash.values()) == 0.0


def test_a_matrix_pays_from_each_to_each() -> None:
    ledger = books()
    ledger.pay("brand", "platform", np.array([[1.0, 0.0], [2.0, 3.0], [0.0, 4.0]]), "advertising")
    assert ledger.cash["brand"].tolist() == [-1.0, -5.0, -4.0]
    assert ledger.cash["platform"].tolist() == [3.0, 7.0]
    with pytest.raises(LedgerError, match=r"brand pays platform for advertising: amounts are \(2, 2\), accounts \(3, 2\)"):
        ledger.pay("brand", "platform", np.ones((2, 2)), "advertising")


def test_flows_of_one_reason_add_up() -> None:
    ledger = books()
    for amount in (1.0, 2.5):
        ledger.pay("outside", "regulator", amount, "budget")
    assert ledger.flows == {("outside", "regulator", "budget"): 3.5}
    assert ledger.turnover == 3.5


def test_money_from_nothing_is_seen_however_much_was_paid_before() -> None:
    """After a thousand trillion CNY of orders nine hundred thousand too many still show in their week."""
    ledger = books()
    ledger.pay("consumers", "brand", 1e15, "orders", payee_index=np.zeros(1, np.int64))
    assert ledger.check() <= TOLERANCE
    ledger.pay("consumers", "brand", 1e11, "orders", payee_index=np.zeros(1, np.int64))
    assert ledger.check() <= TOLERANCE
    ledger.cash["brand"][0] += 9e5
    with pytest.raises(LedgerError, match="books are off"):
        ledger.check()


@pytest.mark.parametrize("amount", [-1.0, np.nan, np.inf, np.array([1.0, -1e-9, 2.0])])
def test_an_amount_that_is_negative_or_not_finite_is_refused(amount: float) -> None:
    ledger = books()
    with pytest.raises(LedgerError, match=r"consumers pays brand for orders.*negative or not finite"):
        ledger.pay("consumers", "brand", amount, "orders", payee_index=np.zeros(np.size(amount), np.int64))
    assert not ledger.flows


def test_amounts_that_match_no_account_are_refused() -> None:
    with pytest.raises(LedgerError, match="brand has 3 accounts but 2 amounts and no index"):
        books().pay("consumers", "brand", np.array([1.0, 2.0]), "orders")


def test_money_from_nowhere_is_found() -> None:
    ledger = books()
    ledger.pay("consumers", "brand", 100.0, "orders", payee_index=np.array([1]))
    ledger.cash["brand"][1] += 1e-6
    with pytest.raises(LedgerError, match=r"books are off by 1\.00e-08"):
        ledger.check()


def test_money_moved_without_a_flow_is_found_though_the_total_is_right() -> None:
    ledger = books()
    ledger.pay("consumers", "brand", 100.0, "orders", payee_index=np.array([1]))
    ledger.cash["brand"][1] -= 1.0
    ledger.cash["platform"][0] += 1.0
    with pytest.raises(LedgerError, match="books are off"):
        ledger.check()


def test_an_opening_balance_is_no_income() -> None:
    ledger = Ledger({"brand": 2}, endowment=50.0)
    ledger.pay("brand", "regulator", np.array([1.0, 2.0]), "penalties")
    assert ledger.check() <= TOLERANCE
    assert ledger.cash["brand"].tolist() == [49.0, 48.0]


def test_refunds_are_owed_by_the_brand_that_sold() -> None:
    """Brand 0 sells 100 in a host's room, 40 come back two weeks later, when brand 1 is featured there and sells nothing.

    Week 1: 100 less 5 to the platform, 20 to the host and 10 of overhead is 65. Week 3: 40 refunded, 2 and 8 taken back.
    """
    ledger = Ledger({"brand": 2, "streamer": 1, "agency": 1, "platform": 1})
    week = Payments.standalone(
        {"streamer_commission": 0.2, "overhead": 0.1, "living": 0.0, "wage": 0.0},
        pending=np.zeros((2, 1)),
        pending_brand=np.zeros((2, 1), np.int32),
        commission_rate=np.array([0.05]),
        price_level=np.ones(1),
        real_hosts=np.ones(1),
        outlet_home=np.array([-1]),
        streamer_agency=np.array([-1]),
        budget=np.zeros((2, 4)),
        ad_spend=np.zeros((2, 1)),
        platform_income=np.zeros((1, 3)),
        **{name: np.zeros(2) for name in ("unit_cost", "brand_profit", "brand_net_sales")},
        **{name: np.zeros(1, np.int64) for name in ("outlet_host", "outlet_channel", "outlet_platform")},
        **{name: np.zeros(1) for name in ("outlet_price", "outlet_orders", "room_penalty", "shoppers_online", "streamer_active")},
        **{name: np.zeros(1) for name in ("streamer_income", "platform_revenue")},
    )
    context = SimpleNamespace(step=0, people=1.0, cash=lambda sector: ledger.cash[sector].copy(), pay=ledger.pay)
    profits, incomes = [], []
    for brand, sales, refunds in ((0, 100.0, 40.0), (1, 0.0, 0.0), (1, 0.0, 0.0), (1, 0.0, 0.0)):
        week.outlet_brand, week.outlet_gmv, week.outlet_refunds = np.array([brand]), np.array([sales]), np.array([refunds])
        week.account(context)
        context.step += 1
        profits.append(week.brand_profit.tolist())
        incomes.append(week.streamer_income[0])
    assert profits == [pytest.approx([65.0, 0.0]), [0.0, 0.0], pytest.approx([-30.0, 0.0]), [0.0, 0.0]]
    assert incomes == pytest.approx([20.0, 0.0, -8.0, 0.0])
    assert ledger.check() <= TOLERANCE


def test_a_whole_market_balances_every_week() -> None:
    """The engine checks each week of a checked run; here once more, and money flows at all."""
    engine = build(small(12, checked=True), seed=3)
    while not engine.finished:
        engine.step()
        assert engine.ledger.check() <= TOLERANCE
        scale = engine.ledger.turnover
        assert abs(sum(balance.sum() for balance in engine.ledger.cash.values())) <= TOLERANCE * scale
    payers = {payer for payer, _, _ in engine.ledger.flows}
    assert payers >= {"consumers", "brand", "streamer", "outside"}
    assert set(engine.ledger.cash) == set(SECTORS)


def test_what_platforms_report_is_what_they_were_paid() -> None:
    """Revenue in the Dataset equals the books: advertising, commission less refunds, services."""
    engine = build(small(30), seed=3).run()
    dataset = market(seed=3, weeks=30)
    flows = engine.ledger.flows
    paid = {
        "ad_revenue": flows["brand", "platform", "advertising"],
        "commission_revenue": flows["brand", "platform", "commission"] - flows["platform", "brand", "commission refunded"],
        "service_revenue": flows["brand", "platform", "services"],
    }
    for name, amount in paid.items():
        assert amount > 0
        assert dataset[name].sum().item() * TRILLION == pytest.approx(amount, rel=1e-9)
    balance = engine.ledger.cash["platform"].sum()
    assert balance == pytest.approx(sum(paid.values()), rel=1e-9)


def test_what_consumers_pay_is_what_is_sold() -> None:
    """Orders in the books equal online sales in the Dataset, and fines reach the treasury."""
    engine = build(small(30), seed=3).run()
    dataset = market(seed=3, weeks=30)
    flows = engine.ledger.flows
    sold = dataset.online_retail_total.sum().item() * TRILLION
    assert flows["consumers", "brand", "orders"] == pytest.approx(sold, rel=1e-9)
    assert engine.ledger.cash["regulator"].sum() == pytest.approx(0.0, abs=1e-6)
