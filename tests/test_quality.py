"""The linters gate: style, format, types and who may import whom, each failing with the tool's own words."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

TOOLS = {
    "ruff check": ["-m", "ruff", "check", "--output-format", "concise", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy", "sim"],
    "import contracts": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
}


@pytest.mark.parametrize("tool", TOOLS)
def test_tool_finds_no_fault(tool: str) -> None:
    """A tool that finds a fault exits with another code than 0 and says what it found."""
    result = subprocess.run([sys.executable, *TOOLS[tool]], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    if result.returncode != 0:
        pytest.fail(f"{tool} found faults:\n{result.stdout}{result.stderr}", pytrace=False)


def test_lock_pins_every_package_and_names_no_index() -> None:
    """Anyone's pip finds the same versions: each line is an exact pin, none names an index."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if "==" in line.partition(";")[0]]
    assert len(pinned) == len(lines) > 0
    assert not [line for line in lines if "://" in line or "--" in line]


def test_universal_lock_names_public_hosts_only() -> None:
    """The lock of uv names the public registry and its file host, never a mirror of somebody's machine."""
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    hosts = {part.partition("/")[0] for part in lock.split("https://")[1:]}
    assert hosts == {"pypi.org", "files.pythonhosted.org"}
    assert "http://" not in lock
    assert "file://" not in lock
