"""Ledger: every payment has a payer and a payee; balances are checked every week.

Sectors with accounts: consumers and outside (one account each), brand, streamer, agency, platform (one account a
firm) and regulator. Amounts are CNY, float64.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from sim.errors import LedgerError
from sim.fields import Array
from sim.kernels.sums import BY_INDEX, EACH, TOGETHER, transfer

SECTORS = ("consumers", "brand", "streamer", "agency", "platform", "regulator", "outside")
TOLERANCE = 1e-9
ROUNDING = 1e-6  # of all cash: where less is paid, the last bits of balances would weigh more than what is paid
NOBODY = np.zeros(0, np.int32)


@lru_cache(maxsize=8)
def pairs(payers: int, payees: int) -> tuple[Array, Array]:
    """Row and column of each entry of a matrix (payers, payees), (entries,) each."""
    return np.repeat(np.arange(payers), payees).astype(np.int32), np.tile(np.arange(payees), payers).astype(np.int32)


class Ledger:
    """Cash of every account and the flows between sectors.

    Attributes:
        cash: sector -> balances in CNY, shape (accounts,).
        flows: (payer sector, payee sector, reason) -> CNY paid since the start.
    """

    def __init__(self, accounts: Mapping[str, int], endowment: float = 0.0) -> None:
        self.cash = {sector: np.full(accounts.get(sector, 1), endowment) for sector in SECTORS}
        self.flows: dict[tuple[str, str, str], float] = {}
        self._checked_cash = {sector: float(balance.sum()) for sector, balance in self.cash.items()}
        self._checked_flows: dict[tuple[str, str, str], float] = {}

    def pay(
        self,
        payer: str,
        payee: str,
        amount: Array | float,
        reason: str,
        payer_index: Array | None = None,
        payee_index: Array | None = None,
    ) -> None:
        """Move money between two sectors.

        Args:
            payer, payee: sector names.
            amount: CNY, one number, one an entry, or a matrix of what each payer (row) pays to each payee (column);
                never negative.
            reason: what for, in words that are the same every week.
            payer_index, payee_index: the account of each entry; without it entry i is account i, and a sector of
                one account takes the total.
        """
        amounts = np.asarray(amount, dtype=np.float64)
        if amounts.ndim == 2:
            accounts = self.cash[payer].size, self.cash[payee].size
            if amounts.shape != accounts:
                raise LedgerError(f"{payer} pays {payee} for {reason}: amounts are {amounts.shape}, accounts {accounts}.")
            payer_index, payee_index = pairs(*amounts.shape)
        amounts = amounts.reshape(-1)
        total = transfer(*self._accounts(payer, amounts, payer_index), *self._accounts(payee, amounts, payee_index), amounts)
        if not total >= 0.0:
            if np.isnan(total):
                raise LedgerError(f"{payer} pays {payee} for {reason}: an amount is negative or not finite.")
            sector, index = (payer, payer_index) if total == -1.0 else (payee, payee_index)
            given = "no" if index is None else index.size
            raise LedgerError(f"{sector}: {amounts.size} amounts but {given} accounts, or one that does not exist.")
        key = (payer, payee, reason)
        self.flows[key] = self.flows.get(key, 0.0) + total

    @property
    def turnover(self) -> float:
        """All that was paid since the start, CNY."""
        return sum(self.flows.values())

    def _accounts(self, sector: str, amounts: Array, index: Array | None) -> tuple[Array, Array, int]:
        """Balances of a sector, the account of each amount, and how they meet."""
        balance = self.cash[sector]
        if index is not None:
            return balance, np.ascontiguousarray(index, np.int32), BY_INDEX  # one kind of index: one kernel to compile
        if balance.size == amounts.size:
            return balance, NOBODY, EACH
        if balance.size == 1:
            return balance, NOBODY, TOGETHER
        raise LedgerError(f"{sector} has {balance.size} accounts but {amounts.size} amounts and no index.")

    def check(self) -> float:
        """Error of the books since the last check, relative to what was paid since; raises LedgerError above 1e-9.

        Compares the change of each sector's cash with its recorded flows, and the sum over all sectors with zero.
        """
        cash = {sector: float(balance.sum()) for sector, balance in self.cash.items()}
        flows = {key: paid - self._checked_flows.get(key, 0.0) for key, paid in self.flows.items()}
        change = {sector: cash[sector] - self._checked_cash[sector] for sector in SECTORS}
        rounding = ROUNDING * sum(float(np.abs(balance).sum()) for balance in self.cash.values())
        scale = max(sum(flows.values()), rounding, 1.0)
        worst = abs(sum(change.values())) / scale
        for sector in SECTORS:
            received = sum(v for (_, payee, _), v in flows.items() if payee == sector)
            paid = sum(v for (payer, _, _), v in flows.items() if payer == sector)
            worst = max(worst, abs(change[sector] - received + paid) / scale)
        if not worst <= TOLERANCE:  # nor where an account holds what is no number
            raise LedgerError(f"The books are off by {worst:.2e} of what was paid; allowed is {TOLERANCE:g}. Changes: {change}")
        self._checked_cash, self._checked_flows = cash, dict(self.flows)
        return worst
