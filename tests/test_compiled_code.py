"""Machine code on disk: it is used again by other processes, and never for a rule that has become another."""

from __future__ import annotations

import enum
import errno
import functools
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from numba import njit, types, vectorize

import sim
from sim import fields
from sim.kernels.compiled import compiled
from sim.kernels.ingredients import ingredients
from sim.kernels.machine_code import _not_kept
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

    def asked(file: str = "", old: str = "", new: str = "", **surroundings: str) -> list[int]:
        if file:
            place = tmp_path / "sim" / file
            text = place.read_text(encoding="utf-8")
            assert text.count(old) == 1
            place.write_text(text.replace(old, new), encoding="utf-8")
        surroundings = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "machine"), "PYTHONPATH": str(tmp_path), **surroundings}
        done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env=surroundings, cwd=tmp_path)
        asked.said = done.stderr
        return [int(word) for word in done.stdout.split()]

    return asked


def test_a_change_in_another_file_makes_a_rule_anew(ask) -> None:
    """A rule that it calls, and a number that it uses; all that a file says counts where a rule of it is called."""
    assert ask() == [10_000, 0]
    assert ask() == [10_000, 1]
    assert ask("kernels/compiled.py", "np.float64(value) * 1e4", "np.float64(value) * 2e4") == [20_000, 0]
    assert ask("fields.py", "FEN = 100.0", "FEN = 0.8") == [25_000, 0]  # 0.8 is rounded to one of 1.25 CNY
    assert ask("kernels/compiled.py", '"""A value in units of 1e-4, as', '"""A value, in units of 1e-4, as') == [25_000, 0]


def test_code_that_a_dying_process_leaves_is_taken_for_no_other_rule(ask, tmp_path: Path) -> None:
    """Files of code of before, cut off, or of another rule under this one's name are as good as none."""
    assert ask() == [10_000, 0]
    (kept,) = (tmp_path / "machine").rglob("orders.deliver-*.nbc")
    whole = kept.read_bytes()
    assert ask("fields.py", "FEN = 100.0", "FEN = 0.8") == [12_500, 0]
    renewed = kept.read_bytes()
    for left in (whole, renewed[:-100], renewed[:10], b"", renewed[:-1] + b"?"):
        kept.write_bytes(left)
        assert ask() == [12_500, 0]
    assert ask() == [12_500, 1]
    assert not list((tmp_path / "machine").rglob("*.tmp"))


def test_without_a_folder_to_write_to_rules_run_all_the_same(ask, tmp_path: Path) -> None:
    """With one warning that says what to do: a file stands where the only folder would be."""
    (tmp_path / "machine").write_text("in the way", encoding="utf-8")
    assert ask(NUMBA_CACHE_LOCATOR_CLASSES="UserProvidedCacheLocator") == [10_000, 0]
    assert ask.said.count("cannot be kept on disk") == 1
    assert "NUMBA_CACHE_DIR" in ask.said


def test_a_full_disk_stops_no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    @compiled
    def doubled(x: float) -> float:
        return 2.0 * x

    def full(*paths: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    _not_kept.cache_clear()
    monkeypatch.setattr(os, "replace", full)
    monkeypatch.setattr(Path, "unlink", full)
    with pytest.warns(RuntimeWarning, match="No space left on device") as told:
        assert [doubled(1.5), doubled(1)] == [3.0, 2.0]
    assert len(told) == 1
    monkeypatch.undo()
    for left in Path(doubled._cache.cache_path).glob("*doubled*"):
        left.unlink()


def test_numbers_that_change_between_two_signatures_leave_nothing_wrong_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept for the second says that it was made with the second number."""
    scaled = compiled(scaling)
    assert scaled(1) == 2.0
    monkeypatch.setitem(globals(), "FACTOR", 5.0)
    assert scaled(1.5) == 7.5
    monkeypatch.undo()
    assert compiled(scaling)(1.5) == 3.0


def test_what_a_rule_is_made_of() -> None:
    """Rules and numbers of other files by name, and those that they use in their turn; not its words."""
    found = dict(ingredients(deliver.py_func)[1])
    assert {"quanta", "rows_with", "FEN", "PAID_SLOT"} <= set(found)
    assert found["FEN"] == ("", "100.0")
    assert "10000.0" in repr(ingredients(deliver.py_func.__globals__["quanta"].py_func)[0])
    assert deliver.py_func.__doc__ not in repr(ingredients(deliver.py_func))


FACTOR = 2.0
PARTS = np.array([1.0, 2.0])


def scaling(x):
    """Times a number of this file."""
    return FACTOR * x


NESTED = (3, np.arange(4))


class Kind(enum.Enum):
    """Named numbers, as a rule may use."""

    ONE = 1


PAIR = namedtuple("PAIR", "a b")


def helping(x):
    """A plain function, as numba takes where it is told to."""
    return x + 1


def outer(x):
    """Uses something of every kind that may change while its own code does not."""
    here = sys.modules
    return [helping(FACTOR * part) for part in PARTS], NESTED, Kind.ONE, fields.FEN, here, x


@pytest.mark.parametrize(
    ("place", "name", "new"),
    [
        (globals(), "FACTOR", 3.0),
        (globals(), "PARTS", np.array([1.0, 2.5])),
        (globals(), "PARTS", np.array([1.0, 2.0], np.float32)),
        (globals(), "NESTED", (3, np.arange(5))),
        (globals(), "Kind", enum.Enum("Kind", {"ONE": 2})),
        (globals(), "helping", lambda x: x + 2),
        (vars(fields), "FEN", 1.0),
    ],
)
def test_whatever_a_rule_uses_changes_what_it_is_made_of(monkeypatch: pytest.MonkeyPatch, place: dict, name: str, new: object) -> None:
    """Numbers, arrays, tuples, names for numbers, functions, also inside a comprehension or through a module."""
    before = repr(ingredients(outer))
    assert before == repr(ingredients(outer))
    monkeypatch.setitem(place, name, new)
    assert repr(ingredients(outer)) != before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lambda a: min(a), lambda a: max(a)),
        (lambda a: a.sum(), lambda a: a.prod()),
        (lambda a: np.linalg.norm(a), lambda a: np.linalg.det(a)),
        (lambda a, b=1: a + b, lambda a, b=2: a + b),
        (lambda a, *, b=1: a + b, lambda a, *, b=2: a + b),
        (lambda a: [min(b) for b in a], lambda a: [max(b) for b in a]),
        (njit(lambda a: a, fastmath=True), njit(lambda a: a)),
        (namedtuple("Pair", "a b"), namedtuple("Pair", "b a")),
        (PAIR(np.zeros(3000), 1e-10), PAIR(np.eye(1, 3000, 1500)[0], 1e-10)),
        (PAIR(np.zeros(2), 1e-10), PAIR(np.full(2, 1e-12), 1e-10)),
        (PAIR(1.0, 2.0), (1.0, 2.0)),
        (vectorize(lambda a: a + 1), vectorize(lambda a: a + 2)),
        (types.float32, types.float64),
    ],
)  # fmt: skip
def test_two_that_differ_in_one_word_are_made_of_other_things(monkeypatch: pytest.MonkeyPatch, one: object, other: object) -> None:
    """Names that come with Python, methods, defaults, options of the compiler, order of fields, what named tuples hold, types."""
    monkeypatch.setitem(globals(), "helping", one)
    before = repr(ingredients(outer))
    assert repr(ingredients(outer)) == before
    monkeypatch.setitem(globals(), "helping", other)
    assert repr(ingredients(outer)) != before


def test_what_cannot_be_described_is_never_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "helping", functools.partial(min, 1))
    assert repr(ingredients(outer)) != repr(ingredients(outer))


def test_every_rule_is_told_alike_by_every_process() -> None:
    """Or it would be compiled again by each: whatever the order of sets."""
    words = "from tests.references import kernels\nfrom sim.kernels.ingredients import ingredients\nimport hashlib\n"
    words += "told = repr([(name, ingredients(rule.py_func)) for name, rule in kernels().items()])\n"
    words += "print(len(told) > 10_000, hashlib.sha256(told.encode()).hexdigest())"
    root = Path(sim.__file__).parents[1]
    told = [
        subprocess.run(
            [sys.executable, "-c", words], capture_output=True, text=True, check=True, cwd=root, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]
    assert told[0].startswith("True ")


def test_a_closure_is_made_of_what_it_holds() -> None:
    def adding(amount: float):
        return lambda x: x + amount

    assert ingredients(adding(1.0)) == ingredients(adding(1.0))
    assert ingredients(adding(1.0)) != ingredients(adding(2.0))


def looped(n):
    """Calls itself, as no rule does."""
    return looped(n - 1) + np.int64(1)


looped.py_func = looped  # as numba's dispatchers have it


def test_a_rule_that_calls_itself_comes_to_an_end() -> None:
    assert "looped" in dict(ingredients(looped)[1])
