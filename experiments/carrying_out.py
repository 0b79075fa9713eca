"""A plan is carried out: its study is kept in the store, what is missing is run behind a bar, and all of it opens.

store = store_of(settings, faults)
study = carry_out(plan, store, asked, out)
dataset = open_study(store, study)
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from experiments.application import Asked, tell
from experiments.completion import Engine, IncompleteError, complete, missing_of
from experiments.plan import Plan
from experiments.store.places import Store
from experiments.store.studies import Study, kept
from experiments.workers import Advance, Embedded


def carry_out(plan: Plan, store: Store, asked: Asked, out: str) -> Study:
    """Run what the store lacks of a plan, and keep it.

    Raises:
        IncompleteError: members that failed; all others are kept.
        StoreError: a store that takes nothing more.
        ClusterError: a cluster that was lost.
    """
    store.prepare()
    study = kept(store, plan.study(asked.application, asked.command, out))
    missing = missing_of(study, plan.runs, store, plan.settings["checked"] is True)
    for damaged in missing.damaged:
        tell(f"Note: {damaged}")
    if missing.found and (missing.keys or not plan.settings.get("precision")):  # which looks at ever more members
        tell(f"{missing.found} of {missing.found + len(missing.keys)} members are in {store.folder} already.")
    if missing.keys:
        with engine_of(plan, asked) as engine, bar(len(missing.keys) * plan.steps) as advance:
            failures = complete(missing, store, engine, advance)
        if failures:
            raise IncompleteError(failures, len(missing.keys) + missing.found, f"resume {study.name}")
    return study


@contextmanager
def engine_of(plan: Plan, asked: Asked) -> Iterator[Engine]:
    """Who runs the members."""
    if plan.settings["engine"] == "embedded":
        yield Embedded(asked.pool, plan.processes)
        return
    from experiments.cluster import Cluster

    with Cluster(plan.settings["address"]) as cluster:
        yield cluster


@contextmanager
def bar(weeks: int) -> Iterator[Advance]:
    """A bar that counts weeks over all runs, and says when they will be done."""
    from tqdm import tqdm

    with tqdm(
        total=weeks,
        unit="week",
        desc="starting (after a change of the code it is compiled first)",
        smoothing=0.1,
        mininterval=0.5 if sys.stderr.isatty() else 30.0,
        dynamic_ncols=True,
    ) as shown:

        def advance(more: int) -> None:
            shown.set_description("simulating", refresh=False)
            shown.update(more)

        yield advance


def store_of(settings: Mapping[str, Any]) -> Store:
    """The store that was asked for."""
    place = settings.get("store")
    return Store(place if isinstance(place, str) and place.strip() else "runs/store")
