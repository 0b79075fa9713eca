"""Machine code on disk: it is used again by other processes, and never for a rule that has become another."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.kernels.compiled import ingredients
from sim.mechanics.orders import deliver

ASK = """
import numpy as np
from sim.mechanics.orders import deliver
one, sums = np.ones(1), np.zeros((7, 1), np.int64)
small = np.ones(1, np.float32)
row, slot, none = np.zeros(1, np.int32), np.zeros(1, np.int8), np.zeros(1)
deliver(row, slot, small, small, small, one, one, none, none, 0.0, np.zeros(1, np.int8), np.zeros(1), *sums, 0)
print(sums[0, 0], sum(deliver.stats.cache_hits.values()))
"""


@pytest.fixture
def ask(tmp_path: Path):
    """Ask a copy of the engine for the sum of one basket of 1.00 CNY, and how much of the rule's code it found on disk."""
    shutil.copytree(Path(sim.__file__).parent, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))

    def asked(file: str = "", old: str = "", new: str = "") -> list[int]:
        if file:
            place = tmp_path / "sim" / file
            text = place.read_text(encoding="utf-8")
            assert text.count(old) == 1
            place.write_text(text.replace(old, new), encoding="utf-8")
        surroundings = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "machine"), "PYTHONPATH": str(tmp_path)}
        done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env=surroundings, cwd=tmp_path)
        return [int(word) for word in done.stdout.split()]

    return asked


def test_a_change_in_another_file_makes_a_rule_anew(ask) -> None:
    """A rule that it calls, a number that it uses, and words that change nothing."""
    assert ask() == [10_000, 0]
    assert ask() == [10_000, 1]
    assert ask("kernels/compiled.py", "np.float64(value) * 1e4", "np.float64(value) * 2e4") == [20_000, 0]
    assert ask("fields.py", "FEN = 100.0", "FEN = 0.8") == [25_000, 0]  # 0.8 is rounded to one of 1.25 CNY
    assert ask("kernels/compiled.py", '"""A value in units of 1e-4, as', '"""A value, in units of 1e-4, as') == [25_000, 1]


def test_what_a_rule_is_made_of() -> None:
    """Rules and numbers of other files by name, and those that they use in their turn; not its words."""
    found = dict(ingredients(deliver.py_func)[3])
    assert {"quanta", "rows_with", "FEN", "PAID_SLOT"} <= set(found)
    assert found["FEN"] == "100.0"
    assert "10000.0" in ingredients(deliver.py_func.__globals__["quanta"].py_func)[1]
    assert deliver.py_func.__doc__ not in repr(ingredients(deliver.py_func))


def looped(n):
    """Calls itself, as no rule does."""
    return looped(n - 1) + np.int64(1)


looped.py_func = looped  # as numba's dispatchers have it


def test_a_rule_that_calls_itself_comes_to_an_end() -> None:
    assert "looped" in dict(ingredients(looped)[3])
