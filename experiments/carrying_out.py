"""A plan is carried out: its study is kept in the store, what is missing is run behind a bar, and all of it opens.

store = store_of(settings)
study = carry_out(plan, store, asked, out)      # too long a study wants confirm=true, once its first member is there
dataset = open_study(store, study)
"""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from experiments.application import Asked, tell
from experiments.completion import Engine, IncompleteError, Missing, complete, missing_of
from experiments.folder import megabytes
from experiments.plan import Plan
from experiments.refusal import RefusedError
from experiments.store.keys import key_of
from experiments.store.places import Store, usual_place
from experiments.store.studies import Study, kept, keys_of
from experiments.workers import Advance, Embedded

LONG = 3600.0  # seconds of all runs, above which a study wants to be confirmed
MANY = 2000  # runs above which the first is made before the others are planned, which takes a millisecond each


def carry_out(plan: Plan, store: Store, asked: Asked, out: str, follow: int | None = 0, part: str = "") -> Study:
    """Run what the store lacks of a plan, and keep it; the first member tells how long the others take.

    Args:
        follow: runs that may be wanted after these; None once the reader has been told.
        part: ends the study's name, where an experiment makes several.

    Raises:
        RefusedError: what takes longer than an hour and is not confirmed; members made so far are kept.
        IncompleteError: members that failed; all others are kept.
        StoreError: a store that takes nothing more.
        ClusterError: a cluster that was lost.
    """
    writable = store.unwritable() is None
    if writable:
        store.prepare()
    store.hold()
    for note in plan.late if follow is not None else ():
        tell(f"Note: {note}")
    told = follow is None
    if plan.count > MANY and not told:
        told = pilot(plan, store, asked, plan.count + (follow or 0))
        tell(f"Planning {plan.count:,} runs ...")
    study = replace(plan.study(asked.application, asked.command, out, part), data=asked.inputs.data)
    study = kept(store, study) if writable else study
    missing = missing_of(study, plan.runs, store, plan.settings["checked"] is True)
    for damaged in missing.damaged:
        tell(f"Note: {damaged}")
    if missing.found and follow is not None:  # who looks at ever more members finds those made before
        tell(f"{missing.found} of {missing.found + len(missing.keys)} members are in {store.folder} already.")
    if missing.keys:
        again = f"resume {study.name}{elsewhere(store)}"
        with engine_of(plan, asked) as engine, bar(len(missing.keys) * plan.steps) as advance:
            look = Estimate(plan, len(missing.keys) + (follow or 0), engine, again, told)
            failures = complete(missing, store, engine, advance, look)
        if failures:
            raise IncompleteError(failures, len(missing.keys) + missing.found, again)
    return study


def pilot(plan: Plan, store: Store, asked: Asked, count: int) -> bool:
    """Make the first run of many before the others are planned, to tell how long they take; whether that was told."""
    first = plan.first
    key = key_of(first.configuration, first.seed)
    if store.path(key).exists():
        return False
    with engine_of(plan, asked) as engine, bar(plan.steps) as advance:
        look = Estimate(plan, count, engine)
        complete(Missing([key], [first], 0, []), store, engine, advance, look)
    return look.told


def nothing_to_write(plan: Plan, store: Store) -> bool:
    """Whether a store that cannot be written to has all members of a plan."""
    if not store.members.is_dir() or store.unwritable() is None:
        return False
    return all(store.path(key).exists() for key in keys_of(plan.runs)[0].tolist() if key)


@dataclass
class Estimate:
    """Looks at the members as they come; the first says what all of them take.

    Attributes:
        count: runs that are wanted.
        again: the command that goes on, where there is one besides the same.
        told: whether the reader knows.
    """

    plan: Plan
    count: int
    engine: Engine
    again: str = ""
    told: bool = False

    def __call__(self, seconds: float, size: int) -> None:
        """A member took so many seconds and bytes; RefusedError where the rest takes too long and is not confirmed."""
        if self.told or self.count == 1:
            return
        self.told = True
        whole = seconds * (self.count - 1) / self.engine.width
        text = f"{self.count:,} runs take about {duration(whole)} and {megabytes(self.count * size)}"
        if whole > LONG and self.plan.settings.get("confirm") is not True:
            same = f"the same command, or {self.again} confirm=true" if self.again else "the same command"
            raise RefusedError(
                [f"{text}. Give confirm=true if that is meant ({same}), or ask for fewer runs, fewer consumers or an earlier end."]
            )
        tell(f"One member took {seconds:.1f} s: {text}.")


def duration(seconds: float) -> str:
    """A time for a reader."""
    if seconds < 90:
        return f"{math.ceil(seconds)} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:,.1f} h"


def elsewhere(store: Store) -> str:
    """What a command needs to find this store; nothing where it is the usual one."""
    return "" if store.folder == Store(usual_place()).folder else f" store={shlex.quote(str(store.folder))}"


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
    """The store that was asked for, or the usual one."""
    place = settings.get("store")
    return Store(place if isinstance(place, str) and place.strip() else usual_place())
