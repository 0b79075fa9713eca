"""Which pictures there are, and the sentence each of them says, computed from the runs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from experiments.fans import Fan
from experiments.published import AnchorPoint
from experiments.words import MESSAGES, say


@dataclass(frozen=True)
class Panel:
    """One pair of axes: what it shows, how it is scaled, whether its scale starts at zero."""

    variable: str
    factor: float = 1.0
    zero: bool = True
    digits: int | None = None


@dataclass(frozen=True)
class Plan:
    """One picture: its panels, the panels its title speaks of, and the claims it quotes."""

    name: str
    panels: tuple[Panel, ...]
    spoken: tuple[int, ...] = (0,)
    quotes: str = ""


PLANS = (
    Plan("live_gmv", (Panel("live_gmv"),)),
    Plan("private_domain_gmv", (Panel("private_domain_gmv"),)),
    Plan("cpm", (Panel("cpm"), Panel("cpm_growth", 100, zero=False)), quotes="cpm_growth"),
    Plan("sameness", (Panel("content_similarity_beauty_apparel", digits=2), Panel("watch_time")), (0, 1)),
    Plan("brand_rooms", (Panel("brand_self_broadcast_share", 100),)),
    Plan(
        "concentration",
        (
            Panel("top100_gmv_share", 100),
            Panel("streamer_tail_exponent", zero=False, digits=2),
            Panel("streamer_gmv_gini", zero=False, digits=2),
        ),
        (0, 1),
        quotes="top100_gmv_share",
    ),
    Plan("violations", (Panel("violation_rate"), Panel("complaint_count")), (0, 1)),
)


def digits_text(value: float, digits: int | None = None, sign: bool = False) -> str:
    """A number as a reader wants it: one decimal below ten, none above; never minus zero."""
    places = digits if digits is not None else (0 if abs(value) >= 10 else 1)
    value = round(value, places) + 0.0
    return f"{value:+,.{places}f}" if sign else f"{value:,.{places}f}"


def direction(before: float, after: float, words: tuple[str, str, str] = ("rises", "falls", "stays")) -> str:
    """Which of three words tells the move; less than 2% of it is no move."""
    if abs(after - before) <= 0.02 * max(abs(before), abs(after)):
        return words[2]
    return words[0] if after > before else words[1]


def message(
    plan: Plan,
    fans: dict[str, dict[str, Fan]],
    anchors: dict[str, list[AnchorPoint]],
    base: int,
    language: str,
) -> list[str]:
    """The picture's message: one sentence about the first world, a short one about each further world."""
    several = len(fans) > 1
    sentences = []
    for index, (world, of_world) in enumerate(fans.items()):
        name = say(f"world:{world}", language)
        where = {"en": f" in the {name}", "zh": f"{name}："}[language] if several else ""
        values: dict[str, object] = {"where": where, "world": name}
        for place, suffix in zip(plan.spoken, ("", "2"), strict=False):
            values |= _spoken(plan.panels[place], of_world, base, language, suffix)
        fan = of_world[plan.panels[0].variable]
        if plan.name in ("live_gmv", "private_domain_gmv"):
            values |= _growth(fan.growth(), base, language)
        elif plan.name == "cpm":
            growth = of_world["cpm_growth"].at(base).median
            values |= {
                "growth": digits_text(100 * growth, 0, sign=True),
                "base": base,
                "first": int(fan.years[0]),
            }
        if plan.quotes:
            quoted = [point for point in anchors.get(plan.quotes, []) if point.house == "report"]
            signed = plan.quotes == "cpm_growth"
            low, high = (100 * getattr(quoted[-1], end) for end in ("low", "high")) if quoted else (math.nan, math.nan)
            values |= {"claim_low": digits_text(low, 0, signed), "claim_high": digits_text(high, 0, signed)}
        sentences.append(MESSAGES[plan.name][language][min(index, 1)].format(**values))
    return sentences


def _ends(fan: Fan, base: int) -> tuple[int, int]:
    """The years a sentence compares: from the base, or from the first year where nothing comes after it, to the last."""
    first, last = int(fan.years[0]), int(fan.years[-1])
    return (max(base, first) if base < last else first), last


def _growth(grown: Fan, base: int, language: str) -> dict[str, object]:
    if not len(grown.years):  # a single year was simulated
        return {"turns": say("is", language), "growth": "?"}
    start, end = _ends(grown, base)
    early, late = grown.at(start).median, grown.at(end).median
    turns = direction(early, late, ("quickens", "slows", "stays")) if start < end else "is"
    return {"turns": say(turns, language), "growth": digits_text(100 * late, 0)}


def _spoken(panel: Panel, fans: dict[str, Fan], base: int, language: str, suffix: str) -> dict[str, object]:
    fan = fans[panel.variable]
    since, last = _ends(fan, base)
    start, end = fan.at(since), fan.at(last)
    digits = _digits(panel, end.median)
    texts = {
        key: digits_text(panel.factor * getattr(end, name), digits) for key, name in (("level", "median"), ("low", "low"), ("high", "high"))
    }
    before = digits_text(panel.factor * start.median, digits)
    texts["moves"] = say(direction(start.median, end.median), language, before=before, base=since)
    return {key + suffix: text for key, text in texts.items()} | {"year": last}


def _digits(panel: Panel, value: float) -> int:
    return panel.digits if panel.digits is not None else (0 if panel.factor * value >= 20 else 1)


def description(plan: Plan, fans: dict[str, dict[str, Fan]], sentences: list[str], language: str) -> str:
    """The picture told in words: its message, and the start and the end of every line."""
    parts = [" ".join(sentences)]
    for panel in plan.panels:
        for world, of_world in fans.items():
            fan = of_world[panel.variable]
            first, last = int(fan.years[0]), int(fan.years[-1])
            digits = _digits(panel, fan.at(last).median)
            ends = [digits_text(panel.factor * fan.at(year).median, digits) for year in (first, last)]
            unit, name = say(panel.variable, language), say(f"world:{world}", language)
            parts.append(f"{panel.variable} ({name}), {unit}: {first} {ends[0]}, {last} {ends[1]}.")
    return " ".join(parts)
