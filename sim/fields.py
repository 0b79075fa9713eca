"""The vocabulary of mechanics: param, own, read, last, add, scale, and the phases of a week.

A mechanic declares what it uses as class attributes. Outside the phases in which a field may be used,
touching it raises a ContractError that says why (see `Declaration.__get__`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.errors import ContractError

Array = npt.NDArray[Any]

QUANTUM = 1e-4
"""Sums from consumers to the market are exact: they run in integers of this many units (1e-4 of a CNY, minute, ...)."""


@dataclass(frozen=True)
class Phase:
    """One part of the week: over the whole market at once, or over blocks of consumers."""

    name: str
    over: str
    question: str


WEEK = (
    Phase("govern", "market", "which rules, prices and calendars are in force?"),
    Phase("plan", "market", "what do firms decide?"),
    Phase("traffic", "market", "what does attention cost, and who gets it?"),
    Phase("offer", "block", "who is shown what?"),
    Phase("appraise", "block", "what is each offer worth to me?"),
    Phase("choose", "block", "what do I watch, buy, skip?"),
    Phase("settle", "block", "what was delivered, paid, returned?"),
    Phase("learn", "block", "what do I believe, and where do I belong, now?"),
    Phase("enforce", "market", "what was sold, who complained, was caught, is fined?"),
    Phase("account", "market", "does the money add up; who enters and leaves?"),
)
SETUP = (
    Phase("found", "market", "which firms, rooms and institutions are there at the start?"),
    Phase("populate", "block", "who are the consumers at the start?"),
    Phase("endow", "block", "where do they belong at the start, given who they are?"),
)
PHASES = {phase.name: phase for phase in SETUP + WEEK}
POSITION = {phase.name: place for place, phase in enumerate(SETUP + WEEK)}


@dataclass(frozen=True)
class Parameter:
    """A number of a mechanic with unit, range and source; dated values may replace it."""

    default: float
    unit: str
    bounds: tuple[float, float]
    source: str
    doc: str
    interpolate: bool
    name: str = ""
    mechanic: str = ""

    def fault(self, value: object) -> str | None:
        """What is wrong with a value for this parameter, or None."""
        who = f"{self.mechanic}.{self.name} = {value!r} {self.unit}"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return f"{who} is not a number; give a number in [{self.bounds[0]:g}, {self.bounds[1]:g}]."
        if not self.bounds[0] <= value <= self.bounds[1] or abs(value) == math.inf:
            return f"{who} is outside [{self.bounds[0]:g}, {self.bounds[1]:g}]."
        return None


class Declaration:
    """A field that a mechanic declares; the engine puts the array in its place, phase by phase."""

    def __init__(self, mode: str, **contract: Any) -> None:
        self.mode = mode
        self.contract = contract
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        raise ContractError(instance.explain_absence(self.name))


def param(
    default: float,
    *,
    unit: str,
    bounds: tuple[float, float],
    source: str,
    doc: str = "",
    interpolate: bool = False,
) -> Any:
    """A parameter: its value in force this week is `self.p.<name>`.

    Args:
        default: value where a configuration gives none.
        unit: unit in words, "1" for none.
        bounds: lowest and highest allowed value.
        source: `claim:<id>` of the report, `history:<series>`, a key of evidence.yaml, `form:<any of these>` where
            that gives the equation, its sign or a rough size and not the number, or `assumption`.
        doc: what it means.
        interpolate: whether dated values are joined by straight lines instead of steps.
    """
    return Parameter(float(default), unit, (float(bounds[0]), float(bounds[1])), source, doc, interpolate)


def own(
    *dims: str,
    unit: str,
    at: str | Sequence[str],
    init: float | None = 0.0,
    bounds: tuple[float, float] | None = None,
    doc: str = "",
    dtype: npt.DTypeLike | None = None,
    gather: str | None = None,
    lasting: bool = True,
) -> Any:
    """A field that this mechanic owns: no other may set it.

    Args:
        dims: names of its axes; "consumer" first where consumers have it; none means one number, shape (1,).
        unit: unit in words, "1" for none.
        at: the phase in which it is set, or the phases in which contributions gather.
        init: value at the start (of the run, or of the week where it gathers or does not last). None for a consumer field that does
            not last and every entry of which its owner sets to something new, which saves the time to fill it. A checked run finds
            entries that are left alone, but not all that are made from what was there before (`+=` on whole numbers).
        bounds: range checked in a checked run, that of a channel when all have contributed.
        doc: what it means.
        dtype: numpy type; by default float32 for consumers and float64 for the market, where money is.
        gather: "sum" or "product" for a channel to which every mechanic may contribute. What consumers add to a sum of the market is
            a whole number of `QUANTUM`, for its owner too: `np.int64(round(value / QUANTUM))`, or `count` in a compiled rule.
        lasting: False for consumer fields that live only while their block is in flight.
    """
    phases = (at,) if isinstance(at, str) else tuple(at)
    kind = "own" if gather is None else gather
    return Declaration(
        "own",
        dims=tuple(dims),
        unit=unit,
        at=phases,
        init=init,
        bounds=bounds,
        doc=doc,
        dtype=np.dtype(dtype or (np.float32 if dims[:1] == ("consumer",) else np.float64)),
        gather=None if kind == "own" else kind,
        lasting=lasting,
    )


def read() -> Any:
    """This week's value of somebody's field; usable in the phases after the one that sets it."""
    return Declaration("read")


def last(*, whole: bool = False) -> Any:
    """Last week's value of somebody's field.

    Args:
        whole: give a block the values of all consumers, not only its own (for looking at neighbours).
    """
    return Declaration("last", whole=whole)


def add() -> Any:
    """A contribution to a sum channel. From a block to the market it is a whole number of `QUANTUM`; see `own`."""
    return Declaration("add")


def scale() -> Any:
    """A contribution to a product channel."""
    return Declaration("scale")


STREAMER_ROOM, BRAND_ROOM, PRIVATE, SHELF = 0, 1, 2, 3
"""Codes of `outlet_channel`."""
PAID_TRAFFIC, STREAMER_FEES, OWN_ROOMS, PRIVATE_OPERATION = 0, 1, 2, 3
"""Rows of the dimension `lever`: what a brand's marketing budget is spent on."""
CHANNELS = 4
"""How many codes `outlet_channel` has."""
SLOTS = 8  # offers a consumer meets in a week at most [offers]; source: definition (the places of `slot`)
TIES = 3  # rooms a consumer follows at most [rooms]; source: assumption
BONDS = 4  # brands a consumer remembers at most [brands]; source: assumption
TASTES = 4  # axes of style and taste [axes]; source: assumption
"""Lengths of the dimensions `slot`, `tie`, `bond` and `taste`: rules that loop over a known number take half the time."""
FEED, SECOND_FEED, PAID_SLOT, FOLLOWED_SLOT, PRIVATE_SLOT, SHELF_SLOT = 0, 1, 2, 3, 6, 7
"""Places of the dimension `slot`; the live ones come before the private message."""
STRANGER, ACTIVE, DORMANT, LEFT = 0, 1, 2, 3
"""Codes of `bond_state`."""
SECTORS = ("beauty", "apparel", "food", "appliance", "home", "baby")
PLATFORMS = ("douyin", "kuaishou", "taobao_live", "wechat_channels")
"""Rows of the dimensions `sector` and `platform`."""
STREAMERS_PER_SECOND_ROOM = 5  # streamers of whom one has a second room on another platform [streamers]; source: assumption
BRANDS_PER_SECOND_ROOM = 2  # brands of which one has a second room on another platform [brands]; source: assumption
STREAMERS_PER_AGENCY = 20  # streamers for each agency [streamers]; source: assumption
LEADING_BRANDS = 5  # brands that decide alone, as actors [brands]; source: assumption
LEADING_STREAMERS = 5  # streamers who decide alone, as actors [streamers]; source: assumption
REFUND_WEEKS = 2  # weeks from a sale to its refund [weeks]; source: assumption
MONTH = 4  # weeks after which leading brands and streamers decide again [weeks]; source: assumption (a month)
QUARTER = 13  # weeks after which platforms and the regulator decide again [weeks]; source: assumption (a quarter)
FEN = 100.0  # fen of a yuan, to which prices and amounts are rounded [fen/CNY]; source: definition
HOURS_PER_WEEK = 40.0  # full time of an inspector or a host [hours]; source: definition (the statutory working week of China)
FIRST_SALES = 4  # last week, from 0, whose sales are averaged plainly and do not move the shelf yet [week]; source: assumption
FIRST_RESULTS = 8  # last week, from 0, whose margins, incomes and returns change nothing yet [week]; source: assumption
