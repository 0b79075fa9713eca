"""Notebooks read results and define nothing: their code runs from the first cell to the last in one namespace."""

import ast
import json
import time
from pathlib import Path

import matplotlib as mpl
import pytest

from tests.small import market

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
SECONDS = 60.0
"""Longest time of a notebook whose rules are compiled."""


def cells(notebook: Path) -> list[str]:
    """The code of a notebook, cell by cell."""
    page = json.loads(notebook.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in page["cells"] if cell["cell_type"] == "code"]


@pytest.fixture(scope="module", autouse=True)
def without_a_screen() -> None:
    """Draw into memory, and compile the rules before time is taken."""
    mpl.use("Agg", force=True)
    market(weeks=1)


def test_there_are_notebooks() -> None:
    """Numbered, so that one knows where to begin."""
    assert NOTEBOOKS
    assert all(notebook.name[:2].isdigit() for notebook in NOTEBOOKS)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(notebook: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All cells, in order, in a folder of their own; it prints its Dataset and draws with labels."""
    import matplotlib.pyplot as plt

    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    begun = time.perf_counter()
    try:
        for number, code in enumerate(cells(notebook), start=1):
            exec(compile(code, f"{notebook.name}, cell {number}", "exec"), names)
        assert time.perf_counter() - begun < SECONDS
        printed = capsys.readouterr().out
        assert "<xarray.Dataset>" in printed
        assert "CNY_trillion" in printed
        drawn = [axes for number in plt.get_fignums() for axes in plt.figure(number).axes]
        assert drawn
        assert all(axes.get_ylabel() and axes.lines for axes in drawn)
    finally:
        plt.close("all")
    assert not list(tmp_path.iterdir()), "a notebook leaves nothing behind"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_defines_nothing_and_keeps_no_output(notebook: Path) -> None:
    """Neither functions nor classes; outputs are made by running it, so the file changes only when its text does."""
    for code in cells(notebook):
        kinds = {type(node) for node in ast.walk(ast.parse(code))}
        assert not kinds & {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda}
    page = json.loads(notebook.read_text(encoding="utf-8"))
    assert page["nbformat"] == 4
    assert len({cell["id"] for cell in page["cells"]}) == len(page["cells"])
    assert not [cell for cell in page["cells"] if cell.get("outputs")]
