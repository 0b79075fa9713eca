"""The peers' own environment: other frameworks stay out of the product, and one that does not install leaves the rest."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".bench-venv"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
STAMP = ".installed"


def python_of(folder: Path = FOLDER) -> Path:
    """The interpreter of an environment."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def make(folder: Path = FOLDER, requirements: Path = REQUIREMENTS, tell: Callable[[str], None] = print) -> dict[str, str]:
    """Make the environment unless it is up to date; all packages at once, else one by one.

    Returns:
        package -> why it did not install, in the installer's last words.
    """
    wanted = requirements.read_text(encoding="utf-8")
    stamp = folder / STAMP
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return {}
    tell(f"Installing the other frameworks into {folder.name}/ ...")
    if fault := run([sys.executable, "-m", "venv", "--clear", str(folder)]):
        return {name_of(line): fault for line in wanted.splitlines()}
    install = [str(python_of(folder)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    missing = {}
    if run([*install, "--requirement", str(requirements)]):
        missing = {name_of(line): fault for line in wanted.splitlines() if (fault := run([*install, line]))}
    if not missing:
        stamp.write_text(wanted, encoding="utf-8")
    return missing


def name_of(requirement: str) -> str:
    """The package that a line such as polars==1.0 asks for."""
    return requirement.partition("==")[0].strip()


def run(command: list[str]) -> str:
    """Run a command; its last words if it failed, else nothing."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else last_words(done.stderr + done.stdout)


def last_words(text: str) -> str:
    """The last line of a program's complaint."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it ended without a word"
