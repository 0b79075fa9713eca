"""The table of parameters is what the code says, every source leads somewhere, assumptions become fewer."""

import ast
from collections.abc import Iterator

import pytest

from experiments.parameters import (
    ROOT,
    TABLE,
    Sources,
    faults,
    fixed_faults,
    fixed_numbers,
    levers,
    main,
    parameters,
    share_of_assumptions,
    table,
)
from scenarios.data import load_report
from sim.actors.cast import CLASSES
from sim.errors import DataError
from sim.fields import param
from sim.mechanic import Mechanic
from sim.model import registry

HIGHEST_SHARE_OF_ASSUMPTIONS = 0.693
"""May only fall: lower it when parameters have found sources. It rose once, from 0.675: the numbers of actors' rules are counted
now, and three parameters named a source that gives no such number (`calendar.june`, `orders.stocking_up`, `regulation.machine_share`)."""
HIGHEST_SHARE_WITHOUT_A_NUMBER = 0.897
"""Of those, and of parameters of which a source gives only the form: may only fall too, so that no form passes for a number."""


@pytest.fixture(scope="module")
def sources() -> Sources:
    return Sources.load()


class Toy(Mechanic):
    """Shows one parameter of each kind of source."""

    read = param(0.5, unit="share", bounds=(0, 1), source="claim:5.1-b")
    observed = param(7, unit="weeks", bounds=(1, 52), source="history:livestream_gmv_100EC", doc="a | b")
    studied = param(3, unit="1", bounds=(0, 1e6), source="slovic1993", doc="from a journal")
    signed = param(2, unit="1", bounds=(0, 9), source="form:slovic1993", doc="only its sign is from a journal")
    sized = param(3, unit="1", bounds=(0, 9), source="form:claim:5.1-b", doc="only its size is from the report")
    guessed = param(0.1, unit="1", bounds=(0, 1), source="assumption", doc="a guess")


class Sourceless(Mechanic):
    """Shows what can be wrong."""

    misspelt = param(1, unit="1", bounds=(0, 1), source="slovic1994", doc="key with a slip")
    unclaimed = param(1, unit="1", bounds=(0, 1), source="claim:99.9-z", doc="no such claim")
    unobserved = param(1, unit="1", bounds=(0, 1), source="history:weather", doc="no such series")
    unpredicted = param(1, unit="1", bounds=(0, 1), source="prediction:0.0-p0", doc="no such prediction")
    unformed = param(1, unit="1", bounds=(0, 1), source="form:claim:99.9-z", doc="no such claim either")
    unexplained = param(1, unit="1", bounds=(0, 1), source="assumption")


def test_the_table_in_docs_is_up_to_date(sources: Sources) -> None:
    """If this fails, run: python -m experiments.parameters."""
    assert TABLE.read_text(encoding="utf-8") == table(registry(), sources, CLASSES), (
        "docs/parameters.md is stale; renew it with `python -m experiments.parameters`."
    )


def test_the_command_writes_it_and_names_every_fault(tmp_path, capsys, monkeypatch, sources: Sources) -> None:
    """Into a folder that it makes, with one line of what it wrote; a fault is told after the table is written."""
    target = tmp_path / "docs" / "parameters.md"
    monkeypatch.setattr("experiments.parameters.registry", lambda: {"toy": Toy})
    monkeypatch.setattr("experiments.parameters.CLASSES", {})
    main(target)
    assert target.read_text(encoding="utf-8") == table({"toy": Toy}, sources, {})
    assert capsys.readouterr().out == f"{target}: 6 parameters, 17% assumptions.\n"
    monkeypatch.setattr("experiments.parameters.registry", lambda: {"sourceless": Sourceless})
    with pytest.raises(DataError, match="6 faults in the data"):
        main(target)
    assert "| slovic1994 (missing) |" in target.read_text(encoding="utf-8")


def test_assumptions_may_only_become_fewer() -> None:
    found = parameters([*registry().values(), *CLASSES.values()])
    formed = sum(each.source.startswith("form:") for each in found) / len(found)
    assert share_of_assumptions(found) <= HIGHEST_SHARE_OF_ASSUMPTIONS
    assert share_of_assumptions(found) + formed <= HIGHEST_SHARE_WITHOUT_A_NUMBER
    assert share_of_assumptions(parameters([Toy])) == 1 / 6


def test_the_readme_tells_the_true_shares() -> None:
    """Seven in ten assumptions, two in ten forms, one in ten with a number: rounded to tenths."""
    found = parameters([*registry().values(), *CLASSES.values()])
    formed = sum(each.source.startswith("form:") for each in found) / len(found)
    assert f"Seven in ten of {len(found)} parameters are assumptions" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert (round(10 * share_of_assumptions(found)), round(10 * formed)) == (7, 2)


def test_every_source_leads_somewhere(sources: Sources) -> None:
    assert faults([*registry().values(), *CLASSES.values()], sources) == []
    assert fixed_faults(fixed_numbers(), sources) == []
    lost = ("`LOST`", "1", "share", "what", "claim:99.9-z (2022)", "`sim/lost.py`")
    assert fixed_faults([lost], sources) == ["`LOST` in `sim/lost.py`: '99.9-z' is no claim of the report. There are 288."]


def test_a_table_by_hand(sources: Sources) -> None:
    page = table({"toy": Toy}, sources, CLASSES)
    years = "growth of GMV below which it gives up profit for growth"
    statement = load_report().claim("5.1-b").statement
    scenarios, configs = "../scenarios", "../configs"
    for part in (
        "13 parameters of 1 mechanics and 4 kinds of actors. 54% are assumptions",
        "Of a further 23% a source gives the equation, its sign or a rough size",
        "## toy\n\nShows one parameter of each kind of source.\n",
        f"| `toy.read` | 0.5 | share | 0 to 1 | [claim 5.1-b]({scenarios}/report/claims.csv) | {statement} |",
        f"| `toy.observed` | 7 | weeks | 1 to 52 | [livestream_gmv_100EC]({scenarios}/history/market_series.csv) | a \\| b |",
        f"| `toy.studied` | 3 | 1 | 0 to 1e+06 | [slovic1993]({configs}/evidence.yaml) | from a journal |",
        f"| `toy.signed` | 2 | 1 | 0 to 9 | [form: slovic1993]({configs}/evidence.yaml) | only its sign is from a journal |",
        f"| `toy.sized` | 3 | 1 | 0 to 9 | [form: claim 5.1-b]({scenarios}/report/claims.csv) | only its size is from the report |",
        "| `toy.guessed` | 0.1 | 1 | 0 to 1 | assumption | a guess |",
        f"| [slovic1993]({configs}/evidence.yaml) | Slovic, P. (1993). Perceived Risk, Trust, and Democra",
        f"| `platform.growth_target` | 0.15 | 1/year | -1 to 10 | assumption | {years} |",
    ):
        assert part in page


def test_all_missing_sources_are_told_at_once(sources: Sources) -> None:
    found = faults([Toy, Sourceless], sources)
    text = "\n".join(found)
    assert len(found) == 6
    for part in (
        "sourceless.misspelt: 'slovic1994' is no key of configs/evidence.yaml. Did you mean 'slovic1993'?",
        "sourceless.unclaimed: '99.9-z' is no claim of the report.",
        "sourceless.unobserved: 'weather' is no series of the history.",
        "sourceless.unpredicted: '0.0-p0' is no prediction of the report.",
        "sourceless.unformed: '99.9-z' is no claim of the report.",
        "sourceless.unexplained has no meaning; give it a doc.",
    ):
        assert part in text


TECHNICAL = {
    *(
        "DRAW_ROWS",
        "PATH_SOURCES",
        "SESSIONS",
        "CELLS",
        "ROOMS_PER_CELL",
        "BLOCK",
        "VIEWER_GRID",
        "LATENCY_GRID",
        "WARM_UP",
    ),
    *("QUANTUM", "MOST_UNITS", "COUNTS", "BROAD", "FEW", "LONG", "ROUNDING", "TOLERANCE", "CHANNELS", "THURSDAY"),
    *("TRILLION", "BILLION", "MILLION", "WEEKS_PER_YEAR", "WEEKS_PER_MONTH"),
}
"""Sizes of tables and samples, limits of arithmetic, codes and units: numbers that say nothing about the world."""


PARTS = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.Tuple, ast.operator, ast.unaryop, ast.expr_context)


def named_numbers(tree: ast.Module) -> Iterator[str]:
    """Names in capitals that a module gives to numbers, one by one or several in a line; codes that count up from 0 are none."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            parts = [*ast.walk(node.value)]
            constants = [part.value for part in parts if isinstance(part, ast.Constant)]
            numbers = all(isinstance(part, PARTS) for part in parts) and all(isinstance(value, int | float) for value in constants)
            codes = isinstance(node.targets[0], ast.Tuple) and constants == sorted(set(constants)) and constants[0] == 0
            names = [name.id for name in ast.walk(node.targets[0]) if isinstance(name, ast.Name)]
            yield from (name for name in names if numbers and not codes and name.isupper() and name[0] != "_")


def test_numbers_fixed_in_the_code_state_a_source_too() -> None:
    """Whatever is a number in capitals at the top of a file, kernels apart, stands in the table, with its unit and source."""
    listed = {name.strip("`") for name, *_ in fixed_numbers()}
    unlisted = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted(ROOT.glob("sim/**/*.py"))
        if path.parent.name != "kernels"
        for name in named_numbers(ast.parse(path.read_text(encoding="utf-8")))
        if name not in listed | TECHNICAL
    ]
    assert unlisted == []
    assert {"SHRINKAGE", "DEGREE", "LOOP", "AGEING_WEEKS", "FIRST_RESULTS", "MOST_FINE", "SPRING_LULL"} <= listed
    assert ("`ad_load`", "share of impressions", "0.01", "0.02 to 0.4", "assumption") in levers()


def test_a_number_in_capitals_is_found_however_it_is_written() -> None:
    code = "A = 5\nB, C = 5, 5\nD = (24, 25)\nE = -1 / 30\nZERO, ONE = 0, 1\nWORDS = ('x', 'y')\nMADE = f(3)\n_HIDDEN = 4\nlow = 3"
    assert [*named_numbers(ast.parse(code))] == ["A", "B", "C", "D", "E"]


PLAIN = {0, 1, 2, 0.5, 1e-9, 1e-12, 1e-300, 10_000, 1000, 1e6, 1e9, 7, 365.25}
"""Numbers that need no name: nothing, whole, double, half; guards against 0; one in an exact sum; thousands; days."""


def bare_numbers(tree: ast.Module) -> Iterator[tuple[int, float]]:
    """Line and value of each number in a function, its defaults included; places in arrays and counts of draws are none."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            places = [node.slice for node in ast.walk(function) if isinstance(node, ast.Subscript)]
            places += [node.value for node in ast.walk(function) if isinstance(node, ast.keyword) and node.arg == "words"]
            meant = {id(node) for place in places for node in ast.walk(place)}
            for node in ast.walk(function):
                if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and id(node) not in meant:
                    yield node.lineno, node.value


def test_no_function_of_a_mechanic_or_an_actor_hides_a_number() -> None:
    """What it uses is a parameter, a lever, or a number with a name, a unit and a source."""
    hidden = [
        f"{path.relative_to(ROOT)}:{line}: {value}"
        for path in sorted([*ROOT.glob("sim/mechanics/*.py"), *ROOT.glob("sim/actors/*.py")])
        for line, value in bare_numbers(ast.parse(path.read_text(encoding="utf-8")))
        if value not in PLAIN
    ]
    assert hidden == []


def test_a_hidden_number_is_found() -> None:
    code = "X = 0.3\ndef f(a=0.2):\n    return a[3] * draw(words=4) + 0.05 * g(-50.0)"
    assert {value for _, value in bare_numbers(ast.parse(code))} == {0.2, 0.05, 50.0}
