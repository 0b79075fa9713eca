"""The data are what the report and the history say; damaged copies are refused with every fault at once."""

import csv
import re
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from scenarios import vocabulary
from scenarios.data import HISTORY_FOLDER, REPORT_FOLDER, load_history, load_report
from sim.errors import DataError

ROOT = Path(__file__).resolve().parent.parent
TOLD_TWICE = [
    {"1.2.1-a", "12.1-b"},
    {"1.2.1-e", "12.1-d"},
    {"1.2.2-a", "12.1-e"},
    {"1.4.1-a", "5.1-a"},
    {"4.5-d", "6.4-e", "9.2-a"},
    {"6.2-a", "9.1-d"},
    {"6.2-e", "9.1-f"},
    {"5.3-i", "8.2-a"},
    {"5.1-d", "5.1-e"},
]
"""Sets whose claims tell one number: the same again, or the arithmetic of another."""


@pytest.fixture(scope="module")
def report():
    return load_report()


@pytest.fixture(scope="module")
def history():
    return load_history()


@pytest.fixture
def folder(tmp_path):
    """A copy of both folders to damage."""
    shutil.copytree(REPORT_FOLDER, tmp_path / "report")
    shutil.copytree(HISTORY_FOLDER, tmp_path / "history")
    return tmp_path


def change(path: Path, line: int, column: str, value: str) -> None:
    """Write a cell of a CSV file; lines count from 1, the header being line 1."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    rows[line - 1][rows[0].index(column)] = value
    write(path, rows)


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def line_of(path: Path, id: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if line.startswith(id + ","))


def faults(load, place) -> tuple[str, ...]:
    with pytest.raises(DataError) as caught:
        load(place)
    return caught.value.faults


def test_report_has_its_rows(report):
    assert [len(part) for part in (report.claims, report.mechanisms, report.predictions)] == [288, 190, 50]
    assert next(iter(report.claims)) == "1.1.3-a"
    assert len(report.sha256) == 64


def test_claims_carry_value_unit_and_baseline(report):
    claim = report.claim("5.2-c")
    assert (claim.value, claim.unit, claim.baseline_value, claim.baseline_year, claim.year) == (
        2.8,
        "minutes",
        4.2,
        2022,
        2023,
    )
    assert report.claim("5.1-b").baseline_value is None
    assert set(report.claim("1.2.1-c").conflict) == {"1.2.1-d", "7.1-i"}
    assert report.claim("4.2-f").value == -0.72


def test_predictions_and_mechanisms_are_parsed(report):
    prediction = report.prediction("1.2.1-p1")
    assert (prediction.first_year, prediction.last_year, prediction.related_claims) == (
        2025,
        2025,
        ("1.2.1-c", "1.2.1-a"),
    )
    assert report.prediction("5.1-p1").last_year == 2030
    mechanism = report.mechanism("1.3.3-m2")
    assert (mechanism.acting, mechanism.affected, mechanism.sign) == ("regulator", "brand", "+")


def test_unknown_names_are_answered_with_a_hint(report, history):
    with pytest.raises(DataError, match=r"'5.1-bb' is no claim of the report. Did you mean '5.1-b'\?"):
        report.claim("5.1-bb")
    with pytest.raises(DataError, match=r"Did you mean 'livestream_gmv_100EC'\?"):
        history.series("livestream_gmv_100ec")
    with pytest.raises(DataError, match=r"no yearly value for 2024. Ask for one of its years: 2017, "):
        history.value("livestream_gmv_100EC", 2024)
    with pytest.raises(DataError, match="Did you mean 'target'"):
        report.with_role("targets")


def test_every_claim_has_one_role_and_a_reason_of_its_own(report):
    assert list(report.roles) == list(report.claims)
    reasons = [role.reason for role in report.roles.values()]
    assert min(map(len, reasons)) > 15
    assert len(set(reasons)) > 0.95 * len(reasons)


def test_targets_are_few_and_checks_are_held_out(report):
    """No more targets than free parameters can bear, and something is left to be reproduced."""
    used = {role: {claim.id for claim in report.with_role(role)} for role in vocabulary.ROLES}
    assert used["target"] == {
        "12.1-a", "1.2.1-a", "1.2.1-e", "1.2.2-a", "5.2-a", "5.2-c", "1.4.2-a", "5.1-a", "5.1-b",
    }  # fmt: skip
    assert used["prediction"] == {"1.2.1-c", "1.2.1-d"}
    assert len(used["check"]) >= 8
    assert sum(map(len, used.values())) == 288


@pytest.mark.parametrize("told", TOLD_TWICE, ids=lambda told: "+".join(sorted(told)))
def test_a_number_told_twice_is_used_once(report, told):
    assert len([id for id in told if report.roles[id].role != "context"]) <= 1


def test_arithmetic_of_two_targets_is_no_check(report):
    """0.9 to 4.9 over four years is 53% a year whatever the model does, once both ends are fitted."""
    start, end, growth = (report.claim(id) for id in ("12.1-a", "1.2.1-a", "12.1-c"))
    assert (end.value / start.value) ** 0.25 - 1 == pytest.approx(growth.value, abs=0.005)
    assert [report.roles[claim.id].role for claim in (start, end, growth)] == ["target", "target", "context"]


def test_no_number_is_put_in_and_checked(report):
    """A claim that sets a parameter shares metric, scope, year and value with no claim that is held out."""

    def numbers(role: str) -> set[tuple[str, str, int | None, float]]:
        return {(claim.metric, claim.scope, claim.year, claim.value) for claim in report.with_role(role)}

    assert not numbers("input") & (numbers("check") | numbers("target"))
    assert not numbers("target") & numbers("check")


def test_what_the_model_takes_is_an_input(report):
    """A claim that sets a number of the model is nothing else; a baseline may stand beside a target."""
    baselines = {"5.2-c"}
    taken = {
        id
        for path in (ROOT / "sim").rglob("*.py")
        for id in re.findall(rf'source[=:] ?"?(?:form:)?claim:({vocabulary.CLAIM_ID})', path.read_text(encoding="utf-8"))
    }
    roles = {id: report.roles[id].role for id in taken - baselines}
    assert not {id: role for id, role in roles.items() if role != "input"}, "make these inputs in roles.csv"


def test_what_is_an_input_is_taken_by_the_model(report):
    """The parameter or constant that an input names stands in that module with the claim as its source."""
    code = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "sim").rglob("*.py")}
    not_taken = {}
    for claim in report.with_role("input"):
        module, _, name = report.roles[claim.id].parameter_or_observable.partition(".")
        if not re.search(rf"\b{name} = (?:(?! = ).)*?claim:{re.escape(claim.id)}\b", code.get(module, ""), re.DOTALL):
            not_taken[claim.id] = f"{module}.{name}"
    assert not not_taken, "correct the name in roles.csv, or make these context with a reason"


def test_history_has_its_rows(history):
    assert sum(len(history.series(name)) for name in history.observations) == 186
    assert len(history.rules) == 17
    assert len(history.sha256) == 64


def test_history_gives_years_and_quarters(history):
    assert history.value("livestream_gmv_100EC", 2023) == 4.917
    years, values = history.annual("online_retail_total_NBS")
    np.testing.assert_array_equal(years, range(2017, 2024))
    assert values[-1] == 15.43
    starts, gmv = history.quarters("kuaishou_gmv_q")
    assert (len(gmv), str(starts[0]), str(starts[-1])) == (16, "2020-01-01", "2023-10-01")
    assert gmv[4:8].sum() == pytest.approx(history.value("kuaishou_gmv_annual", 2021), rel=1e-3)


def test_parts_of_a_year_are_no_year(history):
    """Half a year's advertising is not the year's; a stock of December is, unless the whole year is given."""
    assert history.value("kuaishou_ad_revenue", 2020) == 21.86
    assert history.value("ecom_livestream_users_CNNIC", 2020) == 388
    assert history.value("popmart_member_repeat_rate", 2023) == 50.0
    with pytest.raises(DataError, match="Ask for one of its years: none"):
        history.value("livestream_sales_MOFCOM", 2023)


def test_rules_are_in_order_and_say_how_precise_they_are(history):
    assert [rule.date for rule in history.rules] == sorted(rule.date for rule in history.rules)
    march = next(rule for rule in history.rules if rule.event.startswith("Three-department"))
    assert (march.date, march.day_known) == (date(2022, 3, 1), False)


def test_fingerprint_follows_the_data_alone(folder, report):
    assert load_report(folder / "report").sha256 == report.sha256
    change(folder / "report" / "claims.csv", 3, "value", "4.8")
    assert load_report(folder / "report").sha256 != report.sha256


REPORT_DAMAGE = [
    (
        "claims.csv",
        "5.1-b",
        "value",
        "eighty",
        ["line 99, column 'value': 'eighty' is not a number", "such as 0.35"],
    ),
    ("claims.csv", "5.1-b", "value", "nan", ["'nan' is not a number"]),
    (
        "claims.csv",
        "5.1-b",
        "unit",
        "CNY_per_users",
        ["column 'unit'", "Did you mean 'CNY_per_user'", "Allowed: share"],
    ),
    ("claims.csv", "5.1-b", "year", "24", ["'24' is not a year"]),
    ("claims.csv", "5.1-b", "kind", "guess", ["'guess' is not in the closed list", "vocabulary.py"]),
    ("claims.csv", "5.1-b", "scope", "firm", ["'firm' has the wrong form", "case:<name>"]),
    ("claims.csv", "5.1-b", "statement", "", ["the cell is empty"]),
    ("claims.csv", "5.1-b", "conflict", "5.1-zz: never", ["no claim is named", "id,id: why"]),
    ("claims.csv", "5.1-b", "conflict", "9.9-z: never", ["'9.9-z' is no id of claims.csv"]),
    ("claims.csv", "5.1-b", "conflict", "5.1-c: never", ["'5.1-c' does not list '5.1-b' in return"]),
    ("mechanisms.csv", "1.3.3-m2", "sign", "plus", ["'plus' is not in the closed list", "inverted_u"]),
    (
        "mechanisms.csv",
        "1.3.3-m2",
        "agents",
        "regulator-brand",
        ["'regulator-brand' has the wrong form", "from->to"],
    ),
    ("mechanisms.csv", "1.3.3-m2", "related_claims", "8.1-e;8.1-y", ["'8.1-y' is no id of claims.csv"]),
    ("predictions.csv", "5.1-p1", "horizon", "soon", ["'soon' has the wrong form"]),
    ("predictions.csv", "5.1-p1", "direction", "upp", ["Did you mean 'up'"]),
    ("roles.csv", "5.1-b", "role", "aim", ["'aim' is not in the closed list", "target"]),
    ("roles.csv", "5.1-b", "parameter_or_observable", "", ["the observable, as it is a target"]),
    ("roles.csv", "4.3-a", "parameter_or_observable", "birth", ["Write mechanic.parameter"]),
    ("roles.csv", "5.1-b", "reason", "", ["column 'reason': the cell is empty"]),
    ("roles.csv", "5.1-b", "id", "5.9-b", ["'5.9-b' is no id of claims.csv", "claim '5.1-b' has no role"]),
]


@pytest.mark.parametrize(("name", "id", "column", "value", "said"), REPORT_DAMAGE)
def test_damaged_cell_of_the_report_is_named(folder, name, id, column, value, said):
    path = folder / "report" / name
    change(path, line_of(path, id), column, value)
    text = "\n".join(faults(load_report, folder / "report"))
    assert str(path) in text
    assert all(part in text for part in said)


HISTORY_DAMAGE = [
    ("market_series.csv", 2, "value", "1,2", ["line 2, column 'value': '1,2' is not a number"]),
    ("market_series.csv", 2, "start", "2017-02-30", ["'2017-02-30' is not a date"]),
    ("market_series.csv", 2, "start", "2017-01", ["'2017-01' is not a date", "YYYY-MM-DD"]),
    ("market_series.csv", 2, "end", "2016-12-31", ["2016-12-31 is before the start 2017-01-01"]),
    ("market_series.csv", 2, "value", "-0.1", ["line 2, column 'value': -0.1 CNY_trillion is negative, and only a change can be"]),
    ("market_series.csv", 2, "grade", "E", ["Allowed: A, B, C, D"]),
    ("market_series.csv", 2, "provenance", "heard", ["'heard' is not in the closed list"]),
    ("market_series.csv", 2, "unit", "CNY_trilion", ["Did you mean 'CNY_trillion'"]),
    ("regulation_timeline.csv", 2, "date", "2019", ["YYYY-MM-DD or YYYY-MM"]),
    ("regulation_timeline.csv", 2, "kind", "law", ["Allowed: rule, penalty"]),
]


@pytest.mark.parametrize(("name", "line", "column", "value", "said"), HISTORY_DAMAGE)
def test_damaged_cell_of_the_history_is_named(folder, name, line, column, value, said):
    path = folder / "history" / name
    change(path, line, column, value)
    found = faults(load_history, folder / "history")
    assert len(found) == 1
    assert all(part in found[0] for part in (str(path), *said))


def test_repeated_observation_is_named(folder):
    path = folder / "history" / "market_series.csv"
    change(path, 3, "start", "2017-01-01")
    change(path, 3, "end", "2017-12-31")
    assert "stands in line 2 already" in faults(load_history, folder / "history")[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "the file is missing"),
        ("", "the file is empty"),
        ("id,section\n", "missing: cause"),
        ("cause,id,section,effect,sign,agents,domain,statement,related_claims\n", "out of order"),
        ("id,section,cause,effect,sign,agents,domain,statement,related_claims\n", "a header and no rows"),
        (
            "id,section,cause,effect,sign,agents,domain,statement,related_claims\n1.1-m1,1.1\n",
            "line 2: 2 columns",
        ),
        (b"\xff\xfe\x00", "no readable CSV"),
    ],
)
def test_damaged_file_is_named(folder, content, said):
    path = folder / "report" / "mechanisms.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = faults(load_report, folder / "report")
    assert len(found) == 1
    assert said in found[0]


def test_missing_claims_are_one_fault_not_hundreds(folder):
    """Who cannot read the claims does not go on to call every reference to them unknown."""
    (folder / "report" / "claims.csv").unlink()
    assert len(faults(load_report, folder / "report")) == 1


def test_repeated_and_forgotten_roles_are_named(folder):
    path = folder / "report" / "roles.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:-1], lines[1]]) + "\n", encoding="utf-8")
    found = faults(load_report, folder / "report")
    assert len(found) == 2
    assert "'1.1.3-a' stands in line 2 already" in found[0]
    assert "claim '12.1-f' has no role" in found[1]


def test_all_faults_of_all_files_come_at_once(folder):
    place = folder / "report"
    change(place / "claims.csv", line_of(place / "claims.csv", "5.1-b"), "value", "eighty")
    change(place / "claims.csv", line_of(place / "claims.csv", "1.2.1-d"), "conflict", "")
    change(place / "mechanisms.csv", 2, "sign", "plus")
    change(place / "predictions.csv", 2, "related_claims", "0.0-a")
    change(place / "roles.csv", 2, "role", "aim")
    found = faults(load_report, place)
    assert len(found) == 6
    text = "\n".join(found)
    assert all(name in text for name in vocabulary.REPORT_COLUMNS)
    assert "'1.2.1-d' does not list '1.2.1-c' in return" in text
    assert "'1.2.1-d' does not list '12.1-c' in return" in text


def test_literature_says_what_it_is_and_how_it_was_checked():
    """Every source has title, authors, year, grade, kind and note; other texts are no citations."""
    text = (ROOT / "configs" / "evidence.yaml").read_text(encoding="utf-8")
    evidence = yaml.safe_load(text)
    assert len(re.findall(r"^[a-z]\w*:", text, re.MULTILINE)) == len(evidence), "a key stands twice"
    for key, entry in evidence.items():
        assert {"title", "authors", "year", "grade", "kind", "note"} <= set(entry), key
        assert entry["grade"] in vocabulary.GRADES, key
        assert entry.get("status", "from_memory") in ("checked", "from_memory"), key
        assert isinstance(entry["year"], int), key
        assert 1850 < entry["year"] < 2030, key


def test_cut_file_of_roles_is_told_in_one_line(folder):
    """Hundreds of claims without a role are one fault, which says what has happened."""
    path = folder / "report" / "roles.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:101]), encoding="utf-8")
    found = faults(load_report, folder / "report")
    assert len(found) == 1
    assert "188 of 288 claims have no role" in found[0]
