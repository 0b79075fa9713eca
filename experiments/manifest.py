"""A manifest says what a results folder was made of: code, data, packages, seeds, command and time."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

NAME = "manifest.json"
MADE_BY = "livemarket"
PACKAGES = (
    "hydra-core",
    "matplotlib",
    "mesa",
    "networkx",
    "numba",
    "numpy",
    "pyyaml",
    "scipy",
    "simpy",
    "xarray",
)
OF_STUDIES = ("distributed", "pandas", "pyarrow", "salib", "zarr")  # packages that write or reckon for a study
ROOT = Path(__file__).parents[1]


def carries_manifest(folder: Path) -> bool:
    """Whether a folder holds a manifest of ours, so that it may be replaced."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, Mapping) and found.get("made_by") == MADE_BY


def write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    """Write the manifest last: it lists every other file with its fingerprint, by path inside the folder."""
    files = {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != NAME
    }
    text = json.dumps({"made_by": MADE_BY, **content, "files": files}, indent=2, ensure_ascii=False)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")


@lru_cache(maxsize=1)
def versions(packages: Sequence[str] = PACKAGES) -> dict[str, str]:
    """Versions of Python and of packages, those that can change a number or a file of a run if none are named."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "missing"
    return found


def git_commit() -> str | None:
    """The commit of the sources, '+changes' if they were edited since; None outside a repository."""
    if not (ROOT / ".git").exists():
        return None
    try:
        commit, changes = (
            subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
            for words in (("rev-parse", "HEAD"), ("status", "--porcelain", "--untracked-files=no"))
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{commit}+changes" if changes else commit


def sha256(path: Path) -> str:
    """Fingerprint of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
