"""Who plays: all strategic actors of a market, inside one Mesa model."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import mesa
import numpy as np

from sim.actors.actors import Actor, LeadingBrandActor, LeadingStreamerActor, PlatformActor, RegulatorActor
from sim.actors.levers import Lever
from sim.actors.rules import Rule
from sim.errors import ConfigError, did_you_mean

CLASSES: Mapping[str, type[Actor]] = {kind.kind: kind for kind in (PlatformActor, RegulatorActor, LeadingBrandActor, LeadingStreamerActor)}
KINDS = tuple(CLASSES)
_STREAM = 0xAC7025  # second word of the Philox key of this file


def cast(
    config_like: Any,
    rng_key: int,
    platforms: int,
    leading_brands: int,
    leading_streamers: int,
    *,
    decide: Mapping[str, Rule] | None = None,
    classes: Mapping[str, type[Actor]] | None = None,
    model: Any = None,
) -> dict[str, list[Actor]]:
    """Creates the platforms, one regulator and the leading brands and streamers.

    Args:
        config_like: None, a mapping {kind: {argument: value}}, or an object whose `parameters` is one; names
            that are no kind are ignored. Arguments are those of the actor's class, and `<lever>_step`,
            `<lever>_low` and `<lever>_high`.
        rng_key: 64-bit key; it draws which lever each platform tries first, and which way.
        platforms, leading_brands, leading_streamers: how many; rows count from 0.
        decide: pure functions of the view that replace the rule of a kind.
        classes: classes that replace that of a kind.
        model: the Mesa model to live in; None for a new one.

    Returns:
        The actors of each kind in order of their rows; they share one `.model`.

    Raises:
        ConfigError: naming every argument, kind and lever that is unknown.
    """
    parameters = getattr(config_like, "parameters", config_like) or {}
    played = dict(CLASSES) | dict(classes or {})
    counts = {
        "platform": platforms,
        "regulator": 1,
        "leading_brand": leading_brands,
        "leading_streamer": leading_streamers,
    }
    faults = [
        f"cast: '{kind}' is no kind of actor.{did_you_mean(kind, KINDS)}"
        for kind in [*(decide or {}), *(classes or {})]
        if kind not in CLASSES
    ]
    faults += [f"cast: {count} actors of kind {kind}." for kind, count in counts.items() if count < 0]
    options = {kind: _options(played[kind], dict(parameters.get(kind, {})), faults) for kind in KINDS}
    if faults:
        raise ConfigError(faults)
    random = np.random.Generator(np.random.Philox(key=np.array([int(rng_key), _STREAM], dtype=np.uint64)))
    first_lever = random.integers(len(PlatformActor.own_levers), size=platforms).tolist()
    first_direction = random.choice([-1, 1], size=platforms).tolist()
    if model is None:
        model = mesa.Model(rng=random)
    actors: dict[str, list[Actor]] = {}
    for kind, count in counts.items():
        rule = (decide or {}).get(kind)
        actors[kind] = []
        for row in range(count):
            own = options[kind]
            if issubclass(played[kind], PlatformActor):
                own = {"first_lever": first_lever[row], "first_direction": first_direction[row]} | own
            actors[kind].append(played[kind](model, row, decide=rule, **own))
    return actors


def _options(played: type[Actor], given: dict[str, Any], faults: list[str]) -> dict[str, Any]:
    """Arguments of a class from configuration values; changes of levers become the argument `levers`."""
    known = {
        name
        for base in played.__mro__
        if issubclass(base, Actor)
        for name, parameter in inspect.signature(base.__init__).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    } - {"levers", "decide"} | played.parameters.keys()
    changes = {
        f"{lever.name}_{field.name}": (lever.name, field.name)
        for lever in played.own_levers
        for field in fields(Lever)
        if field.name in ("step", "low", "high")
    }
    options: dict[str, Any] = {}
    levers = {lever.name: lever for lever in played.own_levers}
    for name, value in given.items():
        if name in changes:
            lever, part = changes[name]
            levers[lever] = replace(levers[lever], **{part: value})
        elif name in known:
            options[name] = value
        else:
            faults.append(f"{played.kind} has no argument '{name}'.{did_you_mean(name, [*sorted(known), *changes])}")
    faults += [
        f"{played.kind}.{lever.name}: step {lever.step} must be above 0, and low {lever.low} below high {lever.high}."
        for lever in levers.values()
        if not (lever.step > 0 and lever.low < lever.high)
    ]
    return options | {"levers": tuple(levers.values())}
