"""The work of `robust`: every strategy in every future, then regret, satisficing and dominance."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.analysis.regret import Lead, choices, dominated, lead, refuse_gaps, regrets, satisfied
from experiments.application import Asked
from experiments.design_points import design_faults, design_points
from experiments.experiment import Findings, Prepared, experiment_faults, prepare, publish, read_scenarios, run
from experiments.layers import Layer
from experiments.objectives import Objective, load_objectives
from experiments.options import ROBUST
from experiments.outputs import known_outputs, long_table, read_outputs
from experiments.plan import Case
from experiments.strategies import load_strategies
from experiments.tables import listed
from sim.errors import DataError, did_you_mean

Array = npt.NDArray[Any]
SATISFIED = 0.25  # quantile of the first strategy that satisfies where no threshold is given; source: assumption


def robust(settings: Mapping[str, Any], asked: Asked) -> None:
    """Compare strategies over futures; RefusedError with all faults before anything runs."""
    begun = time.perf_counter()
    scenarios, faults = read_scenarios(settings.get("scenarios"))
    faults += experiment_faults(settings)
    strategies, wants = read_choice(settings, faults)
    thresholds = settings.get("thresholds")
    faults += threshold_faults(thresholds, wants)
    vary, samples, seed, points = settings.get("vary"), settings.get("samples"), settings.get("seed"), None
    if vary and not (found := design_faults("latin", vary, samples)):
        points = design_points("latin", vary, int(samples or 1), seed if isinstance(seed, int) else 0)
    elif vary:
        faults += found
    prepared = prepare(settings, [*asked.faults, *faults], "robust", options=ROBUST, scenarios=scenarios, points=points)
    prepared = with_strategies(prepared, strategies)
    dataset = run(prepared, asked)
    dims = ("world", "scenario", "member", *prepared.plan.points.dims)
    names = list(dict.fromkeys([*(want.quantity for want in wants), *settings["outputs"]]))
    outputs = read_outputs(dataset, names, settings["year"])
    payoffs, weights, draws, futures = payoffs_of(prepared, scenarios, list(strategies), wants, outputs)
    levels = np.array([thresholds.get(want.quantity, np.nan) * want.sign if thresholds else np.nan for want in wants])
    levels = np.where(np.isnan(levels), [float(np.quantile(each[0], SATISFIED)) for each in payoffs], levels)
    table = strategies_table(list(strategies), payoffs, levels, weights, draws, wants)
    found = lead(list(strategies), payoffs[0], weights, draws)
    year = settings["year"] or str(settings["end"])[:4]
    findings = Findings(
        title=f"Which strategy of the {settings['user']} holds in most futures",
        subtitle=f"{len(strategies)} strategies in {len(weights):,} futures, {prepared.plan.count:,} runs; yearly values of {year}.",
        answer=answer(table, wants, levels, settings["user"], found),
        tables={
            "strategies": table,
            "futures": futures.assign(**{name: each for name, each in zip(strategies, regrets(payoffs[0]), strict=True)}),
            "runs": long_table(dataset, outputs, dims),
        },
        units={name: each.unit for name, each in known_outputs().items()}
        | dict.fromkeys(strategies, known_outputs()[wants[0].quantity].unit),
        draw=lambda folder: pictures(list(strategies), payoffs, weights, table, wants, found, folder, settings, asked),
        shown={"Strategies": table},
    )
    publish(prepared, asked, findings, begun)


def read_choice(settings: Mapping[str, Any], faults: list[str]) -> tuple[dict[str, Layer], tuple[Objective, ...]]:
    """The strategies and the objectives of the user; what is wrong with them goes to the faults."""
    user = settings.get("user")
    strategies: dict[str, Layer] = {}
    wants: tuple[Objective, ...] = ()
    try:
        strategies = load_strategies(user, settings.get("strategies"))
    except DataError as error:
        faults += error.faults
    try:
        users = load_objectives(settings.get("objectives"))
        if user in users:
            wants = users[user]
        else:
            faults.append(f"user = {user!r} has no objectives.{did_you_mean(str(user), users)} There are: {', '.join(users)}.")
    except DataError as error:
        faults += error.faults
    return strategies, wants


def threshold_faults(thresholds: Any, wants: Sequence[Objective]) -> list[str]:
    """Thresholds of what the user does not want, or that are no numbers."""
    if not isinstance(thresholds, Mapping):
        return [f"thresholds = {thresholds!r} is no mapping. Write thresholds.<quantity>=number."]
    wanted = [want.quantity for want in wants]
    faults = [
        f"thresholds.{name} is no objective of the user.{did_you_mean(str(name), wanted)} These are: {', '.join(wanted)}."
        for name in thresholds
        if wanted and name not in wanted
    ]
    wrong = [name for name, value in thresholds.items() if isinstance(value, bool) or not isinstance(value, int | float)]
    return faults + [f"thresholds.{name} = {thresholds[name]!r} is no number." for name in wrong]


def with_strategies(prepared: Prepared, strategies: Mapping[str, Layer]) -> Prepared:
    """The same with every strategy in every scenario."""
    cases = tuple(
        Case(f"{scenario.name}: {name}", scenario.scenario, layer)
        for scenario, (name, layer) in product(prepared.plan.cases, strategies.items())
    )
    return replace(prepared, plan=replace(prepared.plan, cases=cases))


def payoffs_of(
    prepared: Prepared, scenarios: Sequence[Any], strategies: Sequence[str], wants: Sequence[Objective], outputs: Mapping[str, Array]
) -> tuple[Array, Array, Array, pd.DataFrame]:
    """Payoffs (objective, strategy, future), weight and draw of each future, and the table that names the futures.

    A future is a world, a scenario, a member and a point; worlds, scenarios and points count alike, members by their weight.

    Raises:
        DataError: futures in which an objective has no number.
    """
    plan = prepared.plan
    worlds, points = list(plan.worlds), max(1, int(np.prod(plan.points.shape)))
    shape = (len(worlds), len(scenarios), len(strategies), plan.shape[2], points)
    payoffs = []
    for want in wants:
        values = want.sign * outputs[want.quantity].reshape(shape)
        payoffs.append(np.moveaxis(values, 2, 0).reshape(len(strategies), -1))
        refuse_gaps([f"{want.quantity} of {name}" for name in strategies], payoffs[-1])
    futures = pd.DataFrame(
        [
            {"world": world, "scenario": scenario["name"], "member": number, "draw": member.draw, "seed": member.seed, "point": point}
            | {"weight": member.weight / (len(worlds) * len(scenarios) * points)}
            for world in worlds
            for scenario in scenarios
            for number, member in enumerate(plan.members[world])
            for point in range(points)
        ]
    )
    return np.array(payoffs), futures["weight"].to_numpy(), futures["draw"].to_numpy(), futures


def strategies_table(
    names: Sequence[str], payoffs: Array, levels: Array, weights: Array, draws: Array, wants: Sequence[Objective]
) -> pd.DataFrame:
    """A row for each strategy, the least regretted first."""
    shares = dict(zip(names, satisfied(payoffs, levels, weights, draws), strict=True))
    above, unit = dominated(names, payoffs, weights, draws), known_outputs()[wants[0].quantity].unit
    rows = []
    for rank, each in enumerate(choices(names, payoffs[0], weights), start=1):
        row = {"rank": rank, "strategy": each.name, "quantity": wants[0].quantity, "unit": unit, **asdict(each)}
        del row["name"]
        row |= {"payoff": wants[0].sign * each.payoff, "satisfied": shares[each.name].value}
        row |= {"satisfied_low": shares[each.name].low, "satisfied_high": shares[each.name].high}
        rows.append({**row, "dominated_by": ", ".join(above[each.name])})
    return pd.DataFrame(rows)


def answer(table: pd.DataFrame, wants: Sequence[Objective], levels: Array, user: str, found: Lead) -> list[str]:
    """Which strategy is regretted least, which satisfies most often, and which are dominated."""
    unit = known_outputs()[wants[0].quantity].unit
    first, most = table.iloc[0], table[table["satisfied"] == table["satisfied"].max()]
    words = [("at least" if want.sign > 0 else "at most", want.sign * level) for want, level in zip(wants, levels, strict=True)]
    limits = " and ".join(f"{want.quantity} {word} {level:.3g}" for want, (word, level) in zip(wants, words, strict=True))
    best = table["best"][: len(found.leaders)].sum()
    sentences = [
        f"The {user} regrets {listed(found.leaders)} least{', alike' * (len(found.leaders) > 1)}: {first['regret']:.3g} {unit} on average "
        f"of {wants[0].quantity}, {first['worst_regret']:.3g} at worst; best in {best:.0%} of the futures."
        if found.rival
        else f"For the {user} all strategies are the same in every future by {wants[0].quantity}: none can be preferred.",
    ]
    if found.rival and not found.resolved:
        sentences.append(f"Whether that is better than {found.rival} is not resolved by these runs.")
    often = f"in {most['satisfied'].iloc[0]:.0%} ({most['satisfied_low'].iloc[0]:.0%} to {most['satisfied_high'].iloc[0]:.0%})"
    if len(most) == len(table):
        sentences.append(f"All strategies satisfy equally often, {often} of the futures: {limits}.")
    else:
        others = table.drop(most.index)
        verb = "satisfies" if len(most) == 1 else "satisfy"
        sentences.append(f"{listed(list(most['strategy']))} {verb} most often, {often} of the futures: {limits}.")
        near = others[others["satisfied_high"] >= most["satisfied_low"].iloc[0]]
        if len(near):
            sentences.append(f"That this is more often than with {listed(list(near['strategy']))} is not resolved by these runs.")
    worst = table.sort_values("worst_regret").iloc[0]
    if worst["worst_regret"] < first["worst_regret"]:
        behind = f"never more than {worst['worst_regret']:.3g} {unit} behind in these futures"
        sentences.append(f"Who fears the worst case takes {worst['strategy']}: {behind}.")
    beaten = table[table["dominated_by"] != ""]
    sentences += [f"{row.strategy} is dominated by {row.dominated_by}." for row in beaten.itertuples()]
    return sentences


def pictures(
    names: list[str],
    payoffs: Array,
    weights: Array,
    table: pd.DataFrame,
    wants: Sequence[Objective],
    found: Lead,
    folder: Path,
    settings: Mapping[str, Any],
    asked: Asked,
) -> list[Any]:
    """Regret over futures, and how often each strategy satisfies."""
    from experiments.canvas import look_of
    from experiments.charts import regret_chart

    order = [names.index(name) for name in table["strategy"]]
    shares = list(table[["satisfied", "satisfied_low", "satisfied_high"]].itertuples(index=False, name=None))
    quantity = wants[0].quantity
    regret = regrets(payoffs[0])[order]
    look = look_of(folder, asked.command, settings["language"])
    word = "alike" if found.rival is None else "regret" if found.resolved else "unsure"
    title = look.say(word, name=listed(found.leaders), rival=found.rival)
    unit = known_outputs()[quantity].unit
    return [regret_chart([names[n] for n in order], regret, weights, shares, quantity, unit, title, look, "regret")]
