"""A results folder appears whole or not at all.

    with ResultsFolder("runs/mine") as folder:      # an unfinished folder beside it, removed if anything fails
        (folder.path / "forecast.nc").write_bytes(...)
        folder.finish()                             # on the disk, and under its name

An existing folder is replaced only when asked for, and only if it holds results of livemarket.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from experiments.manifest import carries_manifest
from sim.errors import FaultsError

MARGIN = 1.5  # free space wanted, against the estimate


class ResultsError(FaultsError):
    """Results that cannot be written where they should go."""

    headline = "faults of the results folder"


class ResultsFolder:
    """The folder `out`, built under another name beside its place.

    Args:
        out: the folder to make.
        overwrite: whether earlier results there may be replaced.
        numbered: whether a number is put behind the name where somebody else has taken it meanwhile.
    """

    def __init__(self, out: str | Path, overwrite: bool = False, numbered: bool = False) -> None:
        self._nowhere = ""
        try:
            self.out = Path(out).expanduser()
            if self.out.name in ("", ".."):
                self.out = Path(os.path.abspath(self.out))
            self.out.exists()
        except (OSError, RuntimeError, ValueError) as error:  # too long a name, no such user, a null character
            reason = str(error.args[-1]).rstrip(".")
            self._nowhere = f"out = {str(out)[:80]!r} is no place for a folder: {reason}. Give another."
            self.out = Path("nowhere")
        if not self.out.name:
            self._nowhere = f"out = {out} is the top of the disk. Give a folder in it."
            self.out = Path("nowhere")
        self.overwrite, self.numbered = overwrite, numbered
        self.path = self.out.with_name(f".{self.out.name}.unfinished-{os.getpid()}")
        self._made: list[Path] = []

    def faults(self, needed: float = 0.0) -> list[str]:
        """Why results of so many bytes cannot be written there, as far as one can tell beforehand."""
        if self._nowhere:
            return [self._nowhere]
        if self.out.is_symlink() or self.out.exists():
            if not self.overwrite:
                return [f"out = {self.out} exists already. Give another folder, or overwrite=true to replace it."]
            if self.out.is_symlink() or not carries_manifest(self.out):
                return [
                    f"out = {self.out} exists and is not a results folder of livemarket (it has no manifest.json "
                    "of ours), so it is not replaced. Give another folder."
                ]
        place = self.out.parent
        while not place.exists() and place != place.parent:
            place = place.parent
        try:  # the superuser may write everywhere, but not on every file system
            os.rmdir(tempfile.mkdtemp(prefix=f".{self.out.name[:50]}.", dir=place))
        except OSError:
            return [f"out = {self.out} cannot be made: {place} is no folder one may write to. Give another."]
        free = shutil.disk_usage(place).free
        if free < MARGIN * needed:
            return [
                f"out = {self.out}: the results need about {megabytes(needed)} and {megabytes(free)} are free. "
                "Free some space, or give a folder on another disk."
            ]
        return []

    def __enter__(self) -> Self:
        faults = self.faults()
        if faults:
            raise ResultsError(faults)
        try:
            self._made = [place for place in reversed(self.out.parents) if not place.exists()]
            self.path.mkdir(parents=True)
        except OSError as error:
            self._clear()
            raise ResultsError(self._trouble(error)) from error
        return self

    def finish(self) -> Path:
        """Bring everything onto the disk and put it in its place; returns the place."""
        for file in [*self.path.rglob("*"), self.path]:
            to_disk(file)
        if self.overwrite and self.out.exists():
            old = self.out.with_name(f".{self.out.name}.replaced-{os.getpid()}")
            os.rename(self.out, old)
            try:
                os.rename(self.path, self.out)
            except OSError:
                os.rename(old, self.out)
                raise
            shutil.rmtree(old, ignore_errors=True)
        else:
            self.out = self._taken()
        to_disk(self.out.parent)
        self._made = []
        return self.out

    def _taken(self) -> Path:
        """Take the place, or one with a number behind it; returns which."""
        place, number = self.out, 1
        while True:
            if not place.exists():
                try:
                    os.rename(self.path, place)
                    return place
                except OSError:
                    if not place.exists():
                        raise
            if not self.numbered:  # made by somebody else meanwhile
                raise ResultsError(f"out = {place} was made by another program meanwhile; it is not touched.")
            number += 1
            place = self.out.with_name(f"{self.out.name}-{number}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._clear()
        if isinstance(error, OSError):
            raise ResultsError(self._trouble(error)) from error

    def _clear(self) -> None:
        """Remove the unfinished folder and what was made to hold it, if it is still empty."""
        shutil.rmtree(self.path, ignore_errors=True)
        for place in reversed(self._made):
            try:
                place.rmdir()
            except OSError:
                break

    def _trouble(self, error: OSError) -> str:
        """What went wrong, and what to do."""
        if disk_is_full(error):
            return (
                f"The disk is full: the results for {self.out} could not be written, and nothing is left of them. "
                "Free some space, or give a folder on another disk, and run again."
            )
        what = error.strerror or str(error)
        return f"The results for {self.out} could not be written ({what}), and nothing is left of them."


def disk_is_full(error: OSError) -> bool:
    """Whether a disk or a quota has no room; HDF5 tells its number in words."""
    numbers = [error.errno, *(int(found) for found in re.findall(r"errno = (\d+)", str(error)))]
    return any(number in (errno.ENOSPC, errno.EDQUOT) for number in numbers)


def to_disk(path: Path) -> None:
    """Wait until a file or folder has reached the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def megabytes(size: float) -> str:
    """A size for a reader."""
    return f"{size / 1e6:.1f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"
