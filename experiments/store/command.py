"""`store`: list, check, prune or move the store of members.

store list                     # studies, and how many members of which sources
store check                    # reads every byte: names damaged members, exit code 1 if there are any
store prune                    # removes members that no study holds, damaged ones and what was left unfinished
store prune code=old           # also studies, and members, of other sources than these
store prune study=NAME         # forgets a study first
store move to=FOLDER           # copies, checks, then removes here; not while other commands use the store
store list store=FOLDER        # another store than runs/store (or $LIVEMARKET_STORE)
"""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from experiments.application import DONE, FAILED, REFUSED, tell
from experiments.folder import megabytes
from experiments.store.members import DamagedError
from experiments.store.places import SIGN, Store, StoreError, usual_place
from experiments.store.studies import Study, free_name
from sim.errors import LivemarketError, did_you_mean
from sim.runner import code_version

ABANDONED = 24 * 3600.0  # seconds after which an unfinished file has no writer any more: none takes a day for one member
SHOWN = 20  # damaged members named one by one


def main() -> None:
    """The console script."""
    if hasattr(signal, "SIGPIPE"):  # who reads it may stop, as `head` does
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(command(sys.argv[1:]))


def command(typed: Sequence[str]) -> int:
    """Do what was typed; returns 0 done, 1 damage found or a failure, 2 refused."""
    if {"--help", "-h"} & set(typed) or not typed:
        print(__doc__)
        return DONE if typed else REFUSED
    try:
        verb, given = understood(typed)
        store = Store(given.get("store", usual_place()))
        if not (store.folder / "members").is_dir():
            raise StoreError([f"store = {store.folder} is no store. Give store=<folder>; experiments make one at their first run."])
        if fault := store.format_fault():
            raise StoreError([fault])
        if verb in CHANGES and (why := store.unwritable()) is not None:
            raise StoreError(
                [f"store = {store.folder} cannot be written to ({why}), so nothing can be removed there. A copy of it is a store too."]
            )
        try:
            return VERBS[verb](store, given)
        finally:
            store.release()
    except (LivemarketError, OSError) as error:
        tell(f"store: {error}")
        return REFUSED if isinstance(error, StoreError) else FAILED


def understood(typed: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The verb and the options; StoreError with all faults."""
    verb, words = typed[0], typed[1:]
    faults = [] if verb in VERBS else [f"'{verb}' is unknown.{did_you_mean(verb, VERBS)} Give one of {', '.join(VERBS)}."]
    known = {"list": ("store",), "check": ("store",), "prune": ("store", "code", "study"), "move": ("store", "to")}.get(verb, ("store",))
    given = dict(word.partition("=")[::2] for word in words)
    faults += [f"'{word}': store {verb} takes {', '.join(f'{name}=...' for name in known)}." for word in given if word not in known]
    faults += [f"{name} has no value." for name, value in given.items() if not value]
    if given.get("code", "old") != "old":
        faults.append(f"code = {given['code']} is not 'old'.")
    if verb == "move" and "to" not in given:
        faults.append("Say where to: store move to=<folder>.")
    if faults:
        raise StoreError(faults)
    return verb, given


def list_all(store: Store, given: Mapping[str, str]) -> int:
    """Studies with what of them is there, and members by the sources that made them."""
    there = {key: store.path(key).stat().st_size for key in store.each_key()}
    held: set[str] = set()
    for name in store.study_names():
        try:
            study = Study.of(store, name)
        except StoreError as error:
            print(f"{name}: damaged\n    {error.faults[0]}")
            continue
        held |= study.members
        aside = "" if study.code == code_version() else f", other sources ({study.code})"
        print(f"{name}: {len(study.members & there.keys())} of {len(study.members)} members{aside}\n    {study.command}")
    codes: Counter[str] = Counter()
    for key in there:
        try:
            codes[str(store.about(key)["code_version"])] += 1
        except DamagedError:
            codes["damaged"] += 1
    print(f"{len(there)} members, {megabytes(sum(there.values()))}, in {store.folder}; {len(there.keys() - held)} of them in no study")
    for code, count in codes.most_common():
        print(f"    {count} of code {code}{' (these sources)' if code == code_version() else ''}")
    if left := list(store.unfinished.iterdir()):
        print(f"    {len(left)} unfinished files, of writers at work or of killed ones")
    return DONE


def check(store: Store, given: Mapping[str, str]) -> int:
    """Read every byte of every member and study."""
    damaged = damages(store)
    count = sum(1 for _ in store.each_key())
    for message in list(damaged.values())[:SHOWN]:
        print(message)
    if len(damaged) > SHOWN:
        print(f"and {len(damaged) - SHOWN} more")
    broken = []
    for name in store.study_names():
        try:
            Study.of(store, name)
        except StoreError as error:
            broken.append(name)
            print(error.faults[0])
    print(f"{count - len(damaged)} of {count} members are whole; {len(damaged)} damaged; {len(broken)} damaged studies")
    return FAILED if damaged or broken else DONE


def damages(store: Store) -> dict[str, str]:
    """A message on each damaged member, by key."""
    found = {}
    for key in store.each_key():
        try:
            store.read(key)
        except DamagedError as error:
            found[key] = str(error)
    return found


def prune(store: Store, given: Mapping[str, str]) -> int:
    """Remove what nobody needs; StoreError, and nothing removed, while a damaged study hides which members it holds."""
    forgotten, names = given.get("study"), store.study_names()
    if forgotten is not None and forgotten not in names:
        store.read_study(forgotten)  # says which there are
    studies, faults = [], []
    for name in names:
        try:
            studies += [Study.of(store, name)] * (name != forgotten)
        except StoreError as error:
            faults += [f"{error.faults[0]} Or forget it first: store prune study={name}"] * (name != forgotten)
    if faults:
        raise StoreError(faults)
    old = [study for study in studies if given.get("code") == "old" and study.code != code_version()]
    for name in [*([forgotten] if forgotten else []), *(study.name for study in old)]:
        store.forget_study(name)
    held = {key for study in studies if study not in old for key in study.members}
    removed, freed = 0, 0
    damaged = damages(store)
    for key in store.each_key():
        if key not in held or key in damaged:
            freed += store.path(key).stat().st_size
            store.path(key).unlink(missing_ok=True)
            removed += 1
    for path in abandoned(store):
        freed += path.stat().st_size
        path.unlink(missing_ok=True)
    print(f"{removed} members removed, {megabytes(freed)} freed")
    return DONE


def abandoned(store: Store) -> list[Path]:
    """Unfinished files that are a day old by the clock of their own disk, whatever this machine's clock says."""
    probe = store.unfinished / "now"
    probe.touch()
    now = probe.stat().st_mtime
    probe.unlink()
    return [path for path in store.unfinished.iterdir() if now - path.stat().st_mtime > ABANDONED]


def move(store: Store, given: Mapping[str, str]) -> int:
    """Copy everything to another place, check it there, then remove it here; safe to give again after an interruption."""
    target = Store(given["to"])
    size = sum(store.path(key).stat().st_size for key in store.each_key())
    if faults := [fault.replace("store =", "to =", 1) for fault in target.faults(size)]:
        raise StoreError(faults)
    here, there = store.folder.resolve(), target.folder.resolve()
    if here.is_relative_to(there) or there.is_relative_to(here):
        raise StoreError([f"to = {target.folder} is the store itself, lies in it or holds it. Give a folder beside it."])
    store.hold(alone=True)
    target.prepare()
    moved, begun = 0, time.monotonic()
    for key in list(store.each_key()):
        try:
            content = store.read(key)
        except DamagedError as error:
            tell(f"Left where it is: {error}")
            continue
        assert content is not None
        target.put(key, content)
        store.path(key).unlink()
        moved += 1
    for name in store.study_names():
        try:
            study = Study.of(store, name)
        except StoreError as error:
            tell(f"Left where it is: {error.faults[0]}")
            continue
        name_there = free_name(target, name, lambda found, study=study: found.to_mapping() == study.to_mapping())
        if name_there != name:
            tell(f"Study {name} is {name_there} there, where another has its name.")
        target.write_study(name_there, study.to_mapping())
        store.forget_study(name)
    left = dismantled(store)
    print(f"{moved} members moved to {target.folder} in {time.monotonic() - begun:.0f} s; use it with store={target.folder}")
    if left:
        print(f"Left in {store.folder}: {', '.join(left)}")
    return DONE


def dismantled(store: Store) -> list[str]:
    """Remove the folders of an empty store, and its sign; never anything in them. Returns what is left."""
    for path in abandoned(store):
        path.unlink(missing_ok=True)
    for folder in (*store.members.glob("??"), store.members, store.studies, store.unfinished):
        with suppress(OSError):  # somebody has put something there
            folder.rmdir()
    if not any(folder.exists() for folder in (store.members, store.studies, store.unfinished)):
        (store.folder / SIGN).unlink(missing_ok=True)
    left = sorted(path.name for path in store.folder.iterdir())
    if not left:
        with suppress(OSError):  # a link to the folder stays, and the folder with it
            store.folder.rmdir()
    return left


CHANGES = ("prune", "move")
VERBS: dict[str, Callable[[Store, Mapping[str, str]], int]] = {"list": list_all, "check": check, "prune": prune, "move": move}

if __name__ == "__main__":
    main()
