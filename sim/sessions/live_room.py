"""One live room minute by minute: viewers come and go, the host calls "last hundred", stock runs out.

A viewer buys in a minute with hazard

    base * (1 + s * (gain * urgency * belief - loss * (1 - belief))) * (1 + s * proof * ticker)
         * (1 + interaction * answered) * exp(-s * delay_loss * latency)

where urgency jumps to 1 at a scarcity call and fades, belief falls with the calls a viewer has heard (most
viewers know the room from earlier sessions), ticker is the announced number of buyers, and answered the share
of questions for which the host has time. The effects of urgency, disbelief, ticker and latency come from
single firms or single tests, so they are upper bounds; s is the share of them that is taken (the shrinkage).

What the rooms of a market need of this are the tabulated curves of `sim.sessions.curves`.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import simpy

from sim.errors import ConfigError

STAY = 4.2  # mean stay of a viewer [minutes]; source: claim:5.2-c (2022)
PURCHASE_HAZARD = 0.007  # hazard of a purchase in a calm room [1/viewer-minute]; source: assumption (3% of views, the middle of 1-5%)
URGENCY_GAIN = 2.2  # purchase lift under full, believed urgency [relative]; source: claim:4.4-c (3.2 times)
DISBELIEF_LOSS = 0.19  # purchase loss of viewers who no longer believe [relative]; source: claim:4.4-j
PROOF_GAIN = 0.58  # purchase lift under a full buyer ticker [relative]; source: claim:4.4-e
PROOF_BUYERS = 1.0e5  # announced buyers at which the ticker is full [people]; source: claim:4.4-d
DELAY_LOSS = 1.0e-4  # loss of purchases per ms of latency [1/ms]; source: assumption (1% for 100 ms of a web shop)
SHRINKAGE = 0.3  # share of a case claim taken as mean effect [share]; source: assumption

CALL_MINUTES = 3.0  # time between scarcity calls at intensity 1 [minutes]; source: assumption
URGENCY_MINUTES = 3.0  # mean life of the urgency of one call [minutes]; source: assumption
BELIEF_CALLS = 4.0  # calls heard at which half the viewers still believe [calls]; source: assumption
BELIEF_SHARPNESS = 4.0  # exponent of the loss of belief [1]; source: assumption
KNOWING_SHARE = 0.9  # views by people who know the room's calls [share]; source: assumption
REMEMBERED_STAYS = 4.0  # earlier stays they remember [stays]; source: assumption
IMPULSE_BASE = 0.3  # purchases in a calm room made on impulse [share]; source: assumption

SURGE_HAZARD = 1 / 30  # hazard of a push by the platform [1/minute]; source: assumption
SURGE_MINUTES = 5  # length of a push [minutes]; source: assumption
SURGE_GAIN = 1.5  # extra arrivals during a push [relative]; source: assumption
TICKER_MINUTES = 5.0  # time between updates of the buyer ticker [minutes]; source: assumption
QUESTION_HAZARD = 0.05  # hazard of a question [1/viewer-minute]; source: assumption
ANSWERS = 6.0  # questions a host can answer [1/minute]; source: assumption
INTERACTION_GAIN = 0.5  # purchase lift when every question is answered [relative]; source: assumption
STOCK_COVER = 4.0  # stock as a multiple of base hazard times viewer-minutes [1]; source: assumption

_MS_PER_MINUTE = 60_000.0


@dataclass(frozen=True)
class Room:
    """The setting of one session.

    Attributes:
        viewers: viewers at the same time that the platform's traffic sustains [people].
        scarcity: intensity of scarcity calls, 0 none, 1 one every CALL_MINUTES [0..1].
        latency: time from a viewer's order or question to its effect in the room [ms].
        minutes: length of the session [minutes].
        stock: units for sale; None for STOCK_COVER times what the base hazard sells [units].
        shrinkage: share of the case claims taken as mean effects [0..1].

    Raises:
        ConfigError: naming every attribute outside its range.
    """

    viewers: float = 300.0
    scarcity: float = 0.0
    latency: float = 300.0
    minutes: int = 60
    stock: int | None = None
    shrinkage: float = SHRINKAGE

    def __post_init__(self) -> None:
        bounds = {"scarcity": (0, 1), "shrinkage": (0, 1), "minutes": (1, 1440)}
        faults = []
        for field in fields(self):
            value = getattr(self, field.name)
            low, high = bounds.get(field.name, (0, math.inf))
            if value is not None and not (low <= value <= high and value < math.inf):
                faults.append(f"room: {field.name} = {value} is outside [{low}, {high}].")
        if faults:
            raise ConfigError(faults)

    @property
    def units(self) -> int:
        """Units in stock at the start [units]."""
        if self.stock is not None:
            return int(self.stock)
        return math.ceil(STOCK_COVER * PURCHASE_HAZARD * self.viewers * self.minutes)


@dataclass(frozen=True)
class RoomResult:
    """What happened in one session.

    Attributes:
        views: people who entered [people].
        sold: units sold [units].
        left: units left [units].
        impulse: purchases made on impulse [units].
        calls: scarcity calls [calls].
        peak: most viewers at the same time [people].
    """

    views: int
    sold: int
    left: int
    impulse: float
    calls: int
    peak: int


def play(room: Room, key: int, session: int = 0) -> RoomResult:
    """Plays one session; rooms of one key and session meet the same draws, whatever their setting.

    Args:
        room: the setting.
        key: 64-bit key of the random numbers.
        session: which session of that key.
    """
    return _Session(room, key, session).run()


class _Session:
    """The state of one session and the processes that move it."""

    def __init__(self, room: Room, key: int, session: int) -> None:
        random = np.random.Generator(np.random.Philox(key=np.array([int(key), session], dtype=np.uint64)))
        begins = random.random(room.minutes) < SURGE_HAZARD
        pushed = np.convolve(begins, np.ones(SURGE_MINUTES))[: room.minutes] > 0
        self.arrivals = random.poisson(room.viewers / STAY * (1 + SURGE_GAIN * pushed)).tolist()
        self.carry_buying, self.carry_leaving = random.random(2).tolist()
        self.room = room
        self.environment = simpy.Environment()
        self.viewers = self.peak = self.views = round(room.viewers)
        self.sold = self.calls = 0
        self.left = room.units
        self.impulse = self.ticker = self.heard = self.urgency = 0.0
        calls_a_stay = room.scarcity * STAY / CALL_MINUTES
        self.known_calls = REMEMBERED_STAYS * calls_a_stay

    def run(self) -> RoomResult:
        self.environment.process(self._audience())
        self.environment.process(self._ticker())
        if self.room.scarcity > 0:
            self.environment.process(self._host())
        self.environment.run()
        return RoomResult(self.views, self.sold, self.left, self.impulse, self.calls, self.peak)

    def _host(self) -> Generator[simpy.Event, None, None]:
        """The host calls scarcity at an interval; everybody in the room hears it."""
        while True:
            yield self.environment.timeout(CALL_MINUTES / self.room.scarcity)
            if self.environment.now >= self.room.minutes:
                return
            self.calls += 1
            self.heard += 1.0
            self.urgency = 1.0

    def _ticker(self) -> Generator[simpy.Event, None, None]:
        """The room announces from time to time how many have bought."""
        while self.environment.now < self.room.minutes:
            self.ticker = min(1.0, math.log1p(self.sold) / math.log1p(PROOF_BUYERS))
            yield self.environment.timeout(TICKER_MINUTES)

    def _audience(self) -> Generator[simpy.Event, None, None]:
        """Each minute viewers arrive, buy and leave.

        Buyers and leavers are the whole part of the expected number; the rest is carried to the next minute,
        from a keyed start. This has the mean of binomial draws and little noise, so curves need few sessions.
        """
        room, fade = self.room, math.exp(-1 / URGENCY_MINUTES)
        leave = 1 - math.exp(-1 / STAY)
        delay = room.latency / _MS_PER_MINUTE
        prompt = math.exp(-room.shrinkage * DELAY_LOSS * room.latency)
        for arrived in self.arrivals:
            self.views += arrived
            self.viewers += arrived
            self.peak = max(self.peak, self.viewers)
            if self.viewers:
                self.heard *= 1 - arrived / self.viewers
                emotion, impulse = self._emotion()
                answered = min(1.0, ANSWERS / (QUESTION_HAZARD * self.viewers))
                calm = (1 + room.shrinkage * PROOF_GAIN * self.ticker) * (1 + INTERACTION_GAIN * answered) * prompt
                buying = -math.expm1(-PURCHASE_HAZARD * emotion * calm)
                self.carry_buying += self.viewers * buying
                orders = int(self.carry_buying)
                self.carry_buying -= orders
                if orders:
                    # An order takes the latency to reach the stock, which may be gone by then.
                    sale = self.environment.timeout(delay, (orders, impulse))
                    sale.callbacks.append(self._sell)
            self.carry_leaving += self.viewers * leave
            leavers = min(self.viewers, int(self.carry_leaving))
            self.carry_leaving -= leavers
            self.viewers -= leavers
            self.urgency *= fade
            yield self.environment.timeout(1)

    def _emotion(self) -> tuple[float, float]:
        """Purchase multiplier of the calls, and the share of purchases made on impulse."""
        belief = KNOWING_SHARE * _belief(self.heard + self.known_calls) + (1 - KNOWING_SHARE) * _belief(self.heard)
        lift = self.room.shrinkage * URGENCY_GAIN * self.urgency * belief
        emotion = 1 + lift - self.room.shrinkage * DISBELIEF_LOSS * (1 - belief)
        return emotion, min(1.0, (IMPULSE_BASE + lift) / (1 + lift))

    def _sell(self, event: simpy.Event) -> None:
        """Orders are served while stock lasts."""
        sale: Any = event.value
        orders, impulse = sale
        served = min(orders, self.left)
        self.left -= served
        self.sold += served
        self.impulse += served * impulse


def _belief(heard: float) -> float:
    """Share of viewers who still believe a call after so many heard; 1/2 at BELIEF_CALLS."""
    return 1 / (1 + math.pow(heard / BELIEF_CALLS, BELIEF_SHARPNESS))
