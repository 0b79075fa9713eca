"""The table of parameters is what the code says, every source leads somewhere, assumptions become fewer."""

import ast

import pytest

from experiments.parameters import (
    ROOT,
    TABLE,
    Sources,
    faults,
    fixed_numbers,
    levers,
    main,
    parameters,
    share_of_assumptions,
    table,
)
from scenarios.data import load_report
from sim.errors import DataError
from sim.fields import param
from sim.mechanic import Mechanic
from sim.model import registry

HIGHEST_SHARE_OF_ASSUMPTIONS = 0.675
"""May only fall: lower it when parameters have found sources."""


@pytest.fixture(scope="module")
def sources() -> Sources:
    return Sources.load()


class Toy(Mechanic):
    """Shows one parameter of each kind of source."""

    read = param(0.5, unit="share", bounds=(0, 1), source="claim:5.1-b")
    observed = param(7, unit="weeks", bounds=(1, 52), source="history:livestream_gmv_100EC", doc="a | b")
    studied = param(3, unit="1", bounds=(0, 1e6), source="slovic1993", doc="from a journal")
    signed = param(2, unit="1", bounds=(0, 9), source="form:slovic1993", doc="only its sign is from a journal")
    guessed = param(0.1, unit="1", bounds=(0, 1), source="assumption", doc="a guess")


class Sourceless(Mechanic):
    """Shows what can be wrong."""

    misspelt = param(1, unit="1", bounds=(0, 1), source="slovic1994", doc="key with a slip")
    unclaimed = param(1, unit="1", bounds=(0, 1), source="claim:99.9-z", doc="no such claim")
    unobserved = param(1, unit="1", bounds=(0, 1), source="history:weather", doc="no such series")
    unpredicted = param(1, unit="1", bounds=(0, 1), source="prediction:0.0-p0", doc="no such prediction")
    unexplained = param(1, unit="1", bounds=(0, 1), source="assumption")


def test_the_table_in_docs_is_up_to_date(sources: Sources) -> None:
    """If this fails, run: python -m experiments.parameters."""
    assert TABLE.read_text(encoding="utf-8") == table(registry(), sources), (
        "docs/parameters.md is stale; renew it with `python -m experiments.parameters`."
    )


def test_the_command_writes_it_and_names_every_fault(tmp_path, capsys, monkeypatch, sources: Sources) -> None:
    """Into a folder that it makes, with one line of what it wrote; a fault is told after the table is written."""
    target = tmp_path / "docs" / "parameters.md"
    monkeypatch.setattr("experiments.parameters.registry", lambda: {"toy": Toy})
    main(target)
    assert target.read_text(encoding="utf-8") == table({"toy": Toy}, sources)
    assert capsys.readouterr().out == f"{target}: 5 parameters, 20% assumptions.\n"
    monkeypatch.setattr("experiments.parameters.registry", lambda: {"sourceless": Sourceless})
    with pytest.raises(DataError, match="5 faults in the data"):
        main(target)
    assert "| slovic1994 (missing) |" in target.read_text(encoding="utf-8")


def test_assumptions_may_only_become_fewer() -> None:
    share = share_of_assumptions(parameters(registry().values()))
    assert share <= HIGHEST_SHARE_OF_ASSUMPTIONS
    assert share_of_assumptions(parameters([Toy])) == 0.2


def test_every_source_leads_somewhere(sources: Sources) -> None:
    assert faults(registry().values(), sources) == []


def test_a_table_by_hand(sources: Sources) -> None:
    page = table({"toy": Toy}, sources)
    statement = load_report().claim("5.1-b").statement
    scenarios, configs = "../scenarios", "../configs"
    for part in (
        "5 parameters of 1 mechanics. 20% are assumptions",
        "Of a further 20% a source gives the equation or its sign",
        "## toy\n\nShows one parameter of each kind of source.\n",
        f"| `toy.read` | 0.5 | share | 0 to 1 | [claim 5.1-b]({scenarios}/report/claims.csv) | {statement} |",
        f"| `toy.observed` | 7 | weeks | 1 to 52 | [livestream_gmv_100EC]({scenarios}/history/market_series.csv) | a \\| b |",
        f"| `toy.studied` | 3 | 1 | 0 to 1e+06 | [slovic1993]({configs}/evidence.yaml) | from a journal |",
        f"| `toy.signed` | 2 | 1 | 0 to 9 | [form: slovic1993]({configs}/evidence.yaml) | only its sign is from a journal |",
        "| `toy.guessed` | 0.1 | 1 | 0 to 1 | assumption | a guess |",
        f"| [slovic1993]({configs}/evidence.yaml) | Slovic, P. (1993). Perceived Risk, Trust, and Democra",
    ):
        assert part in page


def test_all_missing_sources_are_told_at_once(sources: Sources) -> None:
    found = faults([Toy, Sourceless], sources)
    text = "\n".join(found)
    assert len(found) == 5
    for part in (
        "sourceless.misspelt: 'slovic1994' is no key of configs/evidence.yaml. Did you mean 'slovic1993'?",
        "sourceless.unclaimed: '99.9-z' is no claim of the report.",
        "sourceless.unobserved: 'weather' is no series of the history.",
        "sourceless.unpredicted: '0.0-p0' is no prediction of the report.",
        "sourceless.unexplained has no meaning; give it a doc.",
    ):
        assert part in text


TECHNICAL = {"DRAW_ROWS", "PATH_SOURCES", "SESSIONS", "TRILLION", "BILLION", "MILLION", "WEEKS_PER_MONTH", "WEEKS_PER_QUARTER"}
"""Sizes of tables and samples, and units: numbers that say nothing about the world."""


def test_numbers_fixed_in_the_code_state_a_source_too() -> None:
    """Whatever is a number in capitals beside the mechanics stands in the table, with its source."""
    listed = {name.strip("`") for name, *_ in fixed_numbers()}
    unlisted = []
    for path in (*ROOT.glob("sim/sessions/*.py"), *ROOT.glob("sim/networks/*.py"), ROOT / "sim/observables.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, (ast.Constant, ast.BinOp)):
                name = node.targets[0].id
                unlisted += [name] if name.isupper() and name[0] != "_" and name not in listed | TECHNICAL else []
    assert unlisted == []
    assert {"SHRINKAGE", "DEGREE", "LOOP", "AGEING_WEEKS"} <= listed
    assert ("`ad_load`", "share of impressions", "0.01", "0.02 to 0.4", "assumption") in levers()
