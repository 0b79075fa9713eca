"""The work of `compare`: effects on quantities and predictions, and a ranking by what each user wants."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from experiments.analysis.effects import SAME, Effect, paired_effect, paired_share
from experiments.analysis.regret import Lead, choices, dominated, lead
from experiments.application import Asked
from experiments.ensemble import of_case, weighed
from experiments.experiment import Findings, experiment_faults, prepare, publish, read_scenarios, run
from experiments.objectives import Objective, load_objectives
from experiments.options import COMPARE
from experiments.outputs import known_outputs, long_table, read_outputs
from experiments.plan import SAME_AS_BASE, Plan
from experiments.scorecard import conditions_met
from experiments.tables import listed, table_of
from scenarios.predictions import PREDICTIONS
from scenarios.predictions.judgement import LEVEL
from scenarios.predictions.members import Members
from sim.errors import DataError

Array = npt.NDArray[Any]
SAID = 4  # effects told in the answer, the largest first
PREDICTED = (
    "world", "scenario", "prediction", "verdict", "share_before", "share_after", "estimate", "low", "high", "relative", "relative_low",
    "relative_high", "resolved", "pairs", "left_out", "pairs_needed", "runs_saved",
)  # fmt: skip
"""The columns of the table of predictions."""
RANKED = (
    dict.fromkeys(("world", "user", "quantity", "unit"), "object")
    | {"rank": "int64", "scenario": "object"}
    | dict.fromkeys(("mean", "regret", "regret_90", "worst_regret", "share_best"), "float64")
    | {"dominated_by": "object"}
)
"""The columns of the ranking, and of which kind they are."""


def compare(settings: Mapping[str, Any], asked: Asked) -> None:
    """Compare scenarios with the first of them; RefusedError with all faults before anything runs."""
    begun = time.perf_counter()
    scenarios, faults = read_scenarios(settings.get("scenarios"))
    if not faults and len(scenarios) < 2:
        faults.append(f"scenarios = [{scenarios[0]['name']}] compares nothing. Give at least two.")
    users: dict[str, tuple[Objective, ...]] = {}
    try:
        users = load_objectives(settings.get("objectives"))
    except DataError as error:
        faults += error.faults
    faults += experiment_faults(settings)
    prepared = prepare(settings, [*asked.faults, *faults], "compare", options=COMPARE, scenarios=scenarios)
    plan, year = prepared.plan, settings["year"]
    dataset = run(prepared, asked)
    names = [case.name for case in plan.cases if case.members is None]
    wanted = list(dict.fromkeys([*settings["outputs"], *(each.quantity for wants in users.values() for each in wants)]))
    outputs = read_outputs(dataset.isel(scenario=slice(len(names))), wanted, year)
    effects = effects_table(plan, names, {name: outputs[name] for name in settings["outputs"]})
    predictions = predictions_table(plan, names, dataset)
    ranking, preferred = ranking_table(plan, names, outputs, users)
    first = dataset.isel(scenario=slice(len(names)))
    last = year or int(dataset["year"].values[-1])
    units = {name: each.unit for name, each in known_outputs().items()}
    findings = Findings(
        title=f"What {', '.join(names[1:])} changes against {names[0]}",
        subtitle=f"{plan.count:,} runs, paired by parameter draw and seed; yearly values of {last}.",
        answer=[*effect_sentences(effects, names[0], last), *prediction_sentences(predictions), *preferred],
        tables={
            "effects": effects,
            "predictions": predictions,
            "ranking": ranking,
            "runs": long_table(first, outputs, ("world", "scenario", "member")),
        },
        units=units,
        draw=lambda folder: pictures(effects, folder, settings, asked),
        shown={
            f"Effects in {last}, with 90% intervals": effects,
            "The report's predictions": predictions,
            "Who prefers which scenario": ranking,
        },
    )
    publish(prepared, asked, findings, begun)


def pictures(effects: pd.DataFrame, folder: Path, settings: Mapping[str, Any], asked: Asked) -> list[Any]:
    """The effects of each world."""
    from experiments.canvas import look_of
    from experiments.charts import effects_chart

    look = look_of(folder, asked.command, settings["language"])
    return [effects_chart(mine.to_dict("records"), look, f"effects_{world}") for world, mine in effects.groupby("world", sort=False)]


def weights_of(plan: Plan, world: str) -> tuple[Array, Array]:
    """Weight and draw of each member of a world."""
    members = plan.members[world]
    return np.array([each.weight for each in members]), np.array([each.draw for each in members])


def effects_table(plan: Plan, names: Sequence[str], outputs: Mapping[str, Array]) -> pd.DataFrame:
    """A row for each world, scenario and quantity: its effect against the first scenario.

    Args:
        outputs: (world, scenario, member) by quantity.
    """
    rows = []
    known = known_outputs()
    for place, world in enumerate(plan.worlds):
        weights, draws = weights_of(plan, world)
        for number, name in enumerate(names[1:], start=1):
            for quantity, values in outputs.items():
                effect = paired_effect(values[place, 0], values[place, number], weights, draws)
                rows.append({"world": world, "scenario": name, "quantity": quantity, "unit": known[quantity].unit, **told(effect)})
    return pd.DataFrame(rows)


def told(effect: Effect) -> dict[str, Any]:
    """An effect as columns; shares of the base's mean beside the differences, and words for whether it is resolved."""
    level = effect.estimate / effect.relative if effect.relative else np.nan
    return {
        **asdict(effect),
        "relative_low": effect.low / level,
        "relative_high": effect.high / level,
        "pairs_needed": np.nan if effect.pairs_needed is None else effect.pairs_needed,
        "verdict": effect.verdict,
    }


def predictions_table(plan: Plan, names: Sequence[str], dataset: xr.Dataset) -> pd.DataFrame:
    """A row for each world, scenario and prediction that is modelled: in which share of the pairs more it holds."""
    rows = []
    for world in plan.worlds:
        base = held(plan, dataset, world, 0)
        for number, name in enumerate(names[1:], start=1):
            other = held(plan, dataset, world, number)
            for id in PREDICTIONS:
                row: dict[str, Any] = {"world": world, "scenario": name, "prediction": id}
                if isinstance(base[id], str) or isinstance(other[id], str):
                    rows.append({**row, "verdict": base[id] if isinstance(base[id], str) else other[id]})
                    continue
                members = {(each.draw, each.seed): each for each in plan.members[world]}
                keys = [key for key in base[id] if key in other[id]]
                one, two = (np.array([holds[key] for key in keys], float) for holds in (base[id], other[id]))
                weights, draws = (np.array([getattr(members[key], word) for key in keys]) for word in ("weight", "draw"))
                effect = paired_share(one, two, weights, draws)
                shares = [float(np.average(held, weights=weights)) if keys else np.nan for held in (one, two)]
                rows.append({**row, "share_before": shares[0], "share_after": shares[1], **told(effect)})
    return pd.DataFrame(rows, columns=list(PREDICTED))


def held(plan: Plan, dataset: xr.Dataset, world: str, number: int) -> dict[str, Any]:
    """For each modelled prediction in which members of one scenario it holds, by (draw, seed); or why that cannot be said."""
    labels = {"world": (world,), "scenario": (plan.scenario,)}
    runs = of_case(plan, dataset, number)
    base = Members.of(runs, labels, "the ensemble")
    pairs = {}
    name = plan.cases[number].name
    for variant in plan.variants:
        if variant == SAME_AS_BASE:
            chosen = runs.isel(member=slice(plan.cases[number].detailed))
        else:
            chosen = of_case(plan, dataset, next(n for n, case in enumerate(plan.cases) if case.name == f"{name}: {variant}"))
        pairs[variant] = Members.of(weighed(chosen), labels, f"variant '{variant}'")
    found: dict[str, Any] = {}
    for id, test in PREDICTIONS.items():
        if any(variant not in pairs for variant in test.variants):
            found[id] = "needs paired runs (paired=8)"
            continue
        keys = [key for key in base.runs if all(key in pairs[variant].runs for variant in test.variants)]
        try:
            met, _ = conditions_met(test, base, pairs, keys)
        except (DataError, KeyError) as error:
            found[id] = f"cannot be judged: {' '.join(str(error).split())[:120]}"
            continue
        found[id] = {key: all(conditions.values()) for key, conditions in met.items()}
    return found


def ranking_table(
    plan: Plan, names: list[str], outputs: Mapping[str, Array], users: Mapping[str, Sequence[Objective]]
) -> tuple[pd.DataFrame, list[str]]:
    """A row for each world, user and scenario: payoff, regret, who dominates it; and a sentence for each user."""
    rows, sentences = [], []
    for place, world in enumerate(plan.worlds):
        weights, draws = weights_of(plan, world)
        aside = f" in world '{world}'" if len(plan.worlds) > 1 else ""
        for user, wants in users.items():
            payoffs = np.array([want.sign * outputs[want.quantity][place] for want in wants])
            try:
                ranked = choices(names, payoffs[0], weights)
            except DataError as error:
                sentences.append(f"The {user} cannot be asked{aside}: {error.faults[0]}")
                continue
            above, unit = dominated(names, payoffs, weights, draws), known_outputs()[wants[0].quantity].unit
            for rank, each in enumerate(ranked, start=1):
                mean = wants[0].sign * each.payoff
                row = {"world": world, "user": user, "quantity": wants[0].quantity, "unit": unit, "rank": rank, "scenario": each.name}
                row |= {
                    "mean": mean,
                    "regret": each.regret,
                    "regret_90": each.high_regret,
                    "worst_regret": each.worst_regret,
                    "share_best": each.best,
                }
                rows.append({**row, "dominated_by": ", ".join(above[each.name])})
            found = lead(names, payoffs[0], weights, draws)
            sentences.append(preference(user, wants[0].quantity, aside, found, sum(each.best for each in ranked[: len(found.leaders)])))
    return table_of(rows, RANKED), sentences


def preference(user: str, quantity: str, aside: str, found: Lead, best: float) -> str:
    """Which scenario a user prefers, in a sentence."""
    if found.rival is None:
        return f"For the {user} all scenarios are the same in every run{aside} by {quantity}."
    names, verb = listed(found.leaders), "is" if len(found.leaders) == 1 else "are, alike,"
    if found.resolved:
        return f"The {user} prefers {names}{aside} by {quantity}: {'it' if verb == 'is' else 'they'} {verb} best in {best:.0%} of the runs."
    return (
        f"For the {user} it is not resolved{aside} which scenario is best by {quantity}; "
        f"{names} {verb} regretted least and best in {best:.0%} of the runs."
    )


def effect_sentences(effects: pd.DataFrame, base: str, year: int) -> list[str]:
    """The largest resolved effects of each scenario, and how many are not resolved."""
    sentences = []
    several = effects["world"].nunique() > 1
    for (world, scenario), mine in effects.groupby(["world", "scenario"], sort=False):
        resolved = mine[mine["resolved"]]
        largest = resolved.reindex(resolved["relative"].abs().sort_values(ascending=False).index).head(SAID)
        where = f"In world '{world}', {scenario}" if several else f"{scenario}"
        if (mine["verdict"] == SAME).all():
            sentences.append(f"{where}: all {len(mine)} quantities of {year} are the same in every run as in {base}.")
            continue
        if largest.empty:
            sentences.append(f"{where}: no effect on the {len(mine)} quantities of {year} is resolved against {base}.")
        else:
            said = "; ".join(
                f"{row.quantity} {row.relative:+.1%} ({row.relative_low:+.1%} to {row.relative_high:+.1%})" for row in largest.itertuples()
            )
            by_chance = f"were there none, {(1 - LEVEL) * len(mine):.1f} would seem so on average"
            sentences.append(f"{where} against {base} in {year}: {said}. {len(resolved)} of {len(mine)} effects are resolved; {by_chance}.")
        needed = mine.loc[~mine["resolved"], "pairs_needed"].dropna()
        if len(needed):
            said = f"{int(needed.median()):,} pairs would resolve half of the others of {scenario}"
            sentences.append(f"{said}; {int(mine['pairs'].max())} were run.")
        gain = mine["runs_saved"].median()
        if np.isfinite(gain):
            sentences.append(
                f"Pairing by seed saved about {gain:,.0f} runs for {scenario} (median over quantities)."
                if gain >= 0
                else f"Pairing by seed did not help for {scenario}: unpaired runs would have done with {-gain:,.0f} fewer."
            )
    return sentences


def prediction_sentences(predictions: pd.DataFrame) -> list[str]:
    """Predictions whose share changes for certain."""
    resolved = predictions[predictions["verdict"] == "resolved"]
    if resolved.empty:
        return ["No prediction of the report holds in a resolved different share of the runs."]
    return [
        f"Prediction {row.prediction} holds in {row.share_after:.0%} of the runs of {row.scenario} instead of {row.share_before:.0%}."
        for row in resolved.itertuples()
    ]
