"""A store on disk: every member in a file of its own, every study in one; whatever is killed, only whole ones are there.

store/livemarket-store.json       says that this is a store
store/members/4a/4addc1....nc     members, by key
store/studies/NAME.json           studies: lists of keys with coordinates
store/unfinished/                 what is being written; removed by `store prune` where its writer has died
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from experiments.folder import disk_is_full, megabytes, to_disk
from experiments.store.keys import KEY_LENGTH
from experiments.store.locks import Lock
from experiments.store.members import DamagedError, about_of, is_whole
from sim.errors import FaultsError, did_you_mean

SIGN, FORMAT = "livemarket-store.json", 1
PLACE, VARIABLE = "runs/store", "LIVEMARKET_STORE"  # where a store is, unless this variable or the reader says otherwise
SPARE = 1.2  # free space wanted, against the estimate
ENDING = ".nc"
REMEDY = "The command of its study makes it again; store check names all such members."


class StoreError(FaultsError):
    """A store that cannot be used as it should, with what to do."""

    headline = "faults of the store"


class Store:
    """The store in a folder, which need not be there yet.

    Args:
        folder: where it is, or is to be.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder).expanduser()
        self.members, self.studies, self.unfinished = (self.folder / name for name in ("members", "studies", "unfinished"))
        self._lock: Lock | None = None

    def faults(self, needed: float = 0.0) -> list[str]:
        """Why members of so many bytes cannot be kept here, as far as one can tell beforehand."""
        try:
            there = self.folder.exists()
        except (OSError, ValueError) as error:
            return [f"store = {str(self.folder)[:80]!r} is no place for a folder: {str(error.args[-1]).rstrip('.')}. Give another."]
        if there and not self.folder.is_dir():
            return [f"store = {self.folder} is a file. Give a folder."]
        if there and any(self.folder.iterdir()):
            if not (self.folder / SIGN).is_file():
                return [f"store = {self.folder} holds other files and is no store (it has no {SIGN}). Give another folder."]
            if (fault := self.format_fault()) is not None:
                return [fault]
        if (why := self.unwritable()) is not None:
            return [f"store = {self.folder} cannot be written to ({why}). Give store=<another folder>, or a copy of it."]
        free = shutil.disk_usage(self.nearest()).free
        if free < SPARE * needed:
            return [
                f"store = {self.folder}: the members need about {megabytes(needed)} and {megabytes(free)} are free. "
                "Free some space (store prune), or give store=<a folder on another disk>."
            ]
        return []

    def nearest(self) -> Path:
        """The folder, or the nearest one above it that exists."""
        place = self.folder
        while not place.exists() and place != place.parent:
            place = place.parent
        return place

    def unwritable(self) -> str | None:
        """Why nothing can be written here; None if it can. The superuser may write everywhere, but not on every file system."""
        try:
            os.rmdir(tempfile.mkdtemp(prefix=".livemarket-", dir=self.nearest()))
        except OSError as error:
            return str(error.strerror)
        return None

    def hold(self, alone: bool = False) -> None:
        """Keep the store from being moved until `release`, or have it alone; StoreError if others are in the way."""
        self.release()
        try:
            self._lock = Lock(self.folder / SIGN, alone)
        except BlockingIOError:
            what = "is in use by other commands. Wait for them" if alone else "is being moved. Wait for that, and use its new place"
            raise StoreError([f"store = {self.folder} {what}."]) from None

    def release(self) -> None:
        """Others may move the store again."""
        if self._lock is not None:
            self._lock.open()
            self._lock = None

    def format_fault(self) -> str | None:
        """What is wrong with the sign of a store."""
        try:
            found = json.loads((self.folder / SIGN).read_text(encoding="utf-8"))["format"]
        except (OSError, ValueError, KeyError, TypeError):
            return f'store = {self.folder}: {SIGN} is damaged. If this is a store, write it anew: {{"format": {FORMAT}}}'
        if found != FORMAT:
            return f"store = {self.folder} has format {found!r}; this version of livemarket reads {FORMAT}. Give another folder."
        return None

    def prepare(self) -> None:
        """Make the folders of a store; StoreError if that cannot be."""
        if faults := self.faults():
            raise StoreError(faults)
        with self.telling():
            for folder in (self.members, self.studies, self.unfinished):
                folder.mkdir(parents=True, exist_ok=True)
            if not (self.folder / SIGN).exists():
                self.write(self.folder / SIGN, json.dumps({"format": FORMAT}).encode())

    def path(self, key: str) -> Path:
        """Where a member lies, or would."""
        return self.members / key[:2] / f"{key}{ENDING}"

    def read(self, key: str) -> bytes | None:
        """The bytes of a member, None if it is not there; DamagedError if they are not what was written."""
        try:
            content = self.path(key).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DamagedError(f"Member {key} cannot be read ({error.strerror}): {self.path(key)}.") from None
        if not is_whole(content):
            raise DamagedError(f"Member {key} is damaged: {self.path(key)}. {REMEDY}")
        if (other := about_of(content).get("key")) != key:
            raise DamagedError(f"Member {key} is another one, {other}: {self.path(key)}. {REMEDY}")
        return content

    def put(self, key: str, content: bytes) -> None:
        """Keep a member, whole or not at all; several processes may do so at once.

        Raises:
            DamagedError: content that is no sealed member, or that other sources than ours have made.
            StoreError: a disk that is full or cannot be written to.
        """
        if not is_whole(content):
            raise DamagedError(f"Member {key} arrived damaged.")
        about = about_of(content)
        if about["key"] != key:
            raise DamagedError(
                f"Member {key} was made by other sources (code {about['code_version']}). "
                "Let all workers run the same sources as this command, unchanged while it runs."
            )
        with self.telling():
            self.path(key).parent.mkdir(exist_ok=True)
            self.write(self.path(key), content)

    def write(self, path: Path, content: bytes) -> None:
        """A file with this content under its name, or the file that was there."""
        partial = self.unfinished / uuid4().hex
        try:
            with partial.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        to_disk(path.parent)

    def telling(self) -> Telling:
        """What goes wrong on the disk inside is told in our words."""
        return Telling(self)

    def each_key(self) -> Iterator[str]:
        """All members there are, in order; whether they are whole is another question."""
        for folder in sorted(self.members.glob("??")):
            for path in sorted(folder.glob(f"*{ENDING}")):
                if len(path.stem) == KEY_LENGTH:
                    yield path.stem

    def about(self, key: str) -> dict[str, Any]:
        """What made a member; DamagedError if it is not there or damaged."""
        content = self.read(key)
        if content is None:
            raise DamagedError(f"Member {key} is not there.")
        return about_of(content)

    def study_names(self) -> list[str]:
        """Names of all studies."""
        return sorted(path.stem for path in self.studies.glob("*.json"))

    def write_study(self, name: str, content: Mapping[str, Any]) -> None:
        """Keep a study under its name; an earlier one of that name is replaced."""
        with self.telling():
            self.write(self.studies / f"{name}.json", json.dumps(content, ensure_ascii=False).encode())

    def forget_study(self, name: str) -> None:
        """Remove a study; its members stay."""
        (self.studies / f"{name}.json").unlink(missing_ok=True)

    def read_study(self, name: str) -> dict[str, Any]:
        """A study by name; StoreError if there is none or it is damaged."""
        path, names = self.studies / f"{name}.json", self.study_names()
        if name not in names:
            known = f" There are: {', '.join(names)}." if names else " There is none yet."
            raise StoreError([f"{self.folder} has no study '{name}'.{did_you_mean(name, names) or known}"])
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StoreError([f"Study {name} is damaged ({error}). Give its command again: its members are kept."]) from None


def usual_place() -> str:
    """Where the store is when nothing is said."""
    return os.environ.get(VARIABLE) or PLACE


class Telling:
    """Inside, an error of the disk becomes a StoreError that says what to do."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, OSError):
            return
        what = "The disk is full" if disk_is_full(error) else f"It cannot be written to ({error.strerror or error})"
        raise StoreError(
            [f"store = {self.store.folder}: {what}. All members finished so far are kept. Mend that, and give the same command again."]
        ) from error
