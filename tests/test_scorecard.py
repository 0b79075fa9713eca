"""The scorecard: how often, how sure, which word, a row for each of the 50 predictions."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml

from experiments.naive import NaiveAnswer
from experiments.scorecard import Row, predictions_of_the_report, print_table, score, table_text, write_csv
from scenarios.predictions import NOT_MODELLED, PREDICTIONS, VARIANTS_FILE, variants_needed
from scenarios.predictions.judgement import jeffreys
from sim.errors import DataError
from tests.trajectories import cut, ensemble, made_up, made_up_brands

GINI_UP, GINI_DOWN = made_up(), made_up(streamer_gmv_gini=(0.8, 0.7))


def row_of(id: str, runs: list[xr.Dataset], weights: list[float] | None = None, **variants: xr.Dataset) -> Row:
    """The row of one prediction on an ensemble of these runs."""
    rows = score(ensemble(runs, weights), variants, {}, "report", "baseline")
    return next(row for row in rows if row.id == id)


def test_ordinary_rule() -> None:
    """5.1-p2: 8 of 8 members hold, none, 4 of 8; and one heavy member that outweighs seven."""
    holds = row_of("5.1-p2", [GINI_UP] * 8)
    assert (holds.status, holds.probability, holds.high, holds.members) == ("holds", 1.0, 1.0, 8)
    assert holds.low == pytest.approx(jeffreys(1.0, 8)[0])
    assert row_of("5.1-p2", [GINI_DOWN] * 8).status == "fails"
    half = row_of("5.1-p2", [GINI_UP, GINI_DOWN] * 4)
    assert (half.status, half.probability) == ("undecided", 0.5)
    heavy = row_of("5.1-p2", [GINI_DOWN] + [GINI_UP] * 7, weights=[7.0] + [1.0] * 7)
    assert heavy.status == "undecided"
    assert heavy.probability == pytest.approx(0.5)
    # (14)^2 / (49 + 7) = 3.5 members.
    assert (heavy.low, heavy.high) == pytest.approx(jeffreys(0.5, 3.5))


def test_nine_of_ten_seeds() -> None:
    """5.1-p1 needs 90% of seeds: 30 of 30 hold it, 5 of 5 are too few to know, 6 of 12 fail it."""
    cheaper = made_up(real_cpm=(20, 18))
    assert row_of("5.1-p1", [made_up()] * 30).status == "holds"
    assert row_of("5.1-p1", [made_up()] * 5).status == "undecided"
    row = row_of("5.1-p1", [made_up()] * 6 + [cheaper] * 6)
    assert (row.status, row.probability) == ("fails", 0.5)
    assert "median real CPM growth above 0: 50%; acquisition cost above 2024 in all quarters: 100%" in row.verdict


def live(start: float, level: float) -> xr.Dataset:
    """A run whose live market has these sizes in 2024 and 2025."""
    return made_up(live_gmv=[start, level, *[level] * 5])


def test_the_mean_of_2025_decides_not_the_majority() -> None:
    """1.2.1-p1: most members miss 5.51, but their mean does not; then missed, unsure, beside it."""
    mixed = row_of("1.2.1-p1", [live(4.9, 5.5)] * 12 + [live(4.9, 5.9)] * 8)
    assert mixed.probability == pytest.approx(0.4)
    assert mixed.status == "holds"
    assert "mean of 2025 is 5.66 CNY trillion" in mixed.verdict
    assert row_of("1.2.1-p1", [live(4.9, 5.4), live(4.9, 5.45)] * 5).status == "fails"
    assert row_of("1.2.1-p1", [live(4.9, 5.3), live(4.9, 5.8)] * 5).status == "undecided"
    elsewhere = row_of("1.2.1-p1", [live(5.3, 6.5)] * 10)
    assert (elsewhere.status, elsewhere.probability) == ("undecided", 1.0)
    assert "starts from 4.9 in 2024, these runs from 5.30" in elsewhere.verdict


def test_levels_in_the_words_are_shown_where_runs_start_elsewhere() -> None:
    row = row_of("5.1-p1", [made_up(customer_acquisition_cost=(60, 90))] * 30)
    assert row.status == "holds"
    assert "customer acquisition cost of 2024 is 60 here, 80 in the words" in row.verdict
    assert "in the words" not in row_of("5.1-p1", [made_up()] * 3).verdict


def test_a_row_for_each_of_the_fifty() -> None:
    naive = {"1.2.1-p1": NaiveAnswer(True, 5.9, "the last growth goes on: 5.9"), "5.1-p2": "no history"}
    rows = score(ensemble([made_up()] * 4), {}, naive, "report", "baseline")
    assert [row.id for row in rows] == list(predictions_of_the_report())
    assert len({row.id for row in rows}) == 50
    counts = Counter(row.status for row in rows)
    assert counts["not modelled yet"] == 30
    assert counts["needs experiment"] == 5
    by_id = {row.id: row for row in rows}
    assert "base_detail, traffic_shock" in by_id["4.2-p1"].verdict
    assert by_id["4.2-p1"].probability is None
    assert by_id["6.1-p2"].verdict == NOT_MODELLED["6.1-p2"]
    assert by_id["1.2.1-p1"].naive == "holds; the last growth goes on: 5.9"
    assert by_id["5.1-p2"].naive == "no history"
    assert by_id["5.1-p1"].naive == ""
    assert {(row.world, row.scenario) for row in rows} == {("report", "baseline")}


def test_pairs_meet_by_draw_and_seed() -> None:
    """Members 1 and 2 alone were run with the shock, in another order; the base is the detailed ensemble."""
    base = ensemble([made_up_brands()] * 4)
    shock = ensemble([cut([0.1] * 2 + [0.08] * 2 + [0.04] * 2), cut([0.1] * 6)])
    shock = shock.assign_coords(draw=("member", [2, 1]), seed=("member", [102, 101]))
    rows = {row.id: row for row in score(base, {"traffic_shock": shock}, {}, "report", "baseline")}
    assert (rows["4.2-p1"].members, rows["4.2-p1"].probability) == (2, 0.5)
    stray = shock.assign_coords(seed=("member", [7, 8]))
    rows = {row.id: row for row in score(base, {"traffic_shock": stray}, {}, "report", "baseline")}
    assert (rows["4.2-p1"].status, rows["4.2-p1"].probability) == ("undecided", None)
    assert "cannot be judged, as runs have gaps: no member shares draw and seed" in rows["4.2-p1"].verdict


def test_members_that_cannot_be_compared_are_set_aside() -> None:
    alike = made_up_brands(brand_violations=[[0] * 6] * 7)
    lax = ensemble([made_up_brands(brand_trust=[[0.5] * 6] * 7)] * 2)
    row = row_of("8.2-p1", [made_up()] * 2, strict_regulation=ensemble([made_up_brands(), alike]), lax_regulation=lax)
    assert (row.members, row.probability) == (1, 1.0)
    assert "[1 of 2 members set aside: of 0 other brands" in row.verdict
    row = row_of("8.2-p1", [made_up()] * 2, strict_regulation=ensemble([alike] * 2), lax_regulation=lax)
    assert (row.status, row.probability, row.members) == ("undecided", None, 0)


def test_worlds_and_scenarios_are_told_apart() -> None:
    up, down = (ensemble([run] * 8) for run in (GINI_UP, GINI_DOWN))
    worlds = xr.concat([up, down], xr.DataArray(["report", "data"], dims="world", name="world"), coords="minimal")
    both = worlds.expand_dims(scenario=["baseline"])
    found = {w: {r.id: r.status for r in score(both, {}, {}, w, "baseline")} for w in ("report", "data")}
    assert (found["report"]["5.1-p2"], found["data"]["5.1-p2"]) == ("holds", "fails")
    with pytest.raises(DataError, match=r"no scenario 'base_line', only baseline\. Did you mean 'baseline'"):
        score(both, {}, {}, "report", "base_line")
    ranked = both.assign_coords(scenario=["interaction_ranking"])
    rows = score(both, {"interaction_ranking": ranked}, {}, "report", "baseline")
    assert next(row for row in rows if row.id == "5.1-p3").status == "fails"


def test_a_gap_leaves_one_prediction_undecided_and_the_others_judged() -> None:
    run = made_up().drop_vars("streamer_gmv_gini_annual")
    broken = run.assign(live_gmv=run.live_gmv.where(run.month < run.month[-1]))
    rows = {row.id: row for row in score(ensemble([run, run, broken]), {}, {}, "report", "baseline")}
    assert len(rows) == 50
    assert (rows["5.1-p2"].status, rows["5.1-p2"].probability) == ("undecided", None)
    assert "gaps: the run has no variable 'streamer_gmv_gini_annual'" in rows["5.1-p2"].verdict
    assert "(in 3 of 3 members, first draw 0, seed 100)" in rows["5.1-p2"].verdict
    assert "'live_gmv 2024-2030' has 1 of 84 values missing" in rows["1.2.1-p2"].verdict
    assert "(in 1 of 3 members, first draw 2, seed 102)" in rows["1.2.1-p2"].verdict
    assert rows["1.2.2-p3"].probability is not None
    with pytest.raises(DataError, match=r"naive answer to '5\.1-p9': no such prediction\. Did you mean '5\.1-p"):
        score(ensemble([run]), {}, {"5.1-p9": "?"}, "report", "baseline")


def test_members_need_weights_and_names() -> None:
    good = ensemble([GINI_UP] * 2)
    with pytest.raises(DataError, match="member 1 needs finite draw and seed, weight >= 0"):
        score(good.assign_coords(weight=("member", [1.0, np.nan])), {}, {}, "report", "baseline")
    with pytest.raises(DataError, match="draw 0, seed 100 occurs more than once"):
        score(good.isel(member=[0, 0]), {}, {}, "report", "baseline")
    with pytest.raises(DataError, match=r"lacks \['seed'\]"):
        score(good.drop_vars("seed"), {}, {}, "report", "baseline")
    with pytest.raises(DataError, match="sum to 0"):
        score(good.assign_coords(weight=("member", [0.0, 0.0])), {}, {}, "report", "baseline")


def test_csv_and_table(tmp_path: Path) -> None:
    naive = {"5.1-p2": NaiveAnswer(None, None, "a long text " * 20)}
    rows = score(ensemble([GINI_UP] * 8), {}, naive, "report", "baseline")
    rows += score(ensemble([GINI_DOWN] * 8), {}, {}, "data", "baseline")
    write_csv(rows, tmp_path / "scorecard.csv")
    text = (tmp_path / "scorecard.csv").read_text(encoding="utf-8")
    assert text.startswith("id,status,probability,low,high,world,scenario,members,verdict,naive,statement\n")
    read = list(csv.DictReader(io.StringIO(text)))
    assert len(read) == 100
    one = next(row for row in read if row["id"] == "5.1-p2" and row["world"] == "report")
    assert (one["status"], one["probability"], one["high"], one["members"]) == (
        "holds",
        "1.0000",
        "1.0000",
        "8",
    )
    assert next(row for row in read if row["id"] == "6.1-p1")["probability"] == ""
    assert one["naive"].startswith("cannot tell; a long text")
    table = table_text(rows)
    assert max(map(len, table.splitlines())) <= 100
    assert "50 predictions of the report in world 'report', scenario 'baseline'" in table
    assert table.count("  30 not modelled yet") == 2
    out = io.StringIO()
    print_table(rows, out)
    assert out.getvalue() == table + "\n"


def test_the_variants_file_holds_what_the_tests_need() -> None:
    table = yaml.safe_load(VARIANTS_FILE.read_text(encoding="utf-8"))
    assert set(table) == {name for test in PREDICTIONS.values() for name in test.variants}


def test_variants_are_plain_and_complete(tmp_path: Path) -> None:
    table = tmp_path / "variants.yaml"
    (tmp_path / "strict.yaml").write_text(
        "scenario:\n  name: strict\n  parameters: {}\n  schedule: {regulation: {inspectors: {2025-01-01: 90, 2026-01-01: 99}}}\n"
    )
    names = sorted({name for test in PREDICTIONS.values() for name in test.variants})
    entries = [f"{name}: {{schedule: {{a: {{b: {{2025-01-01: 1}}}}}}}}" for name in names[1:]]
    change = "{detail: true, scenario: strict, schedule: {regulation: {inspectors: {2026-01-01: 5}}}}"
    table.write_text("\n".join([f"{names[0]}: {change}", *entries]))
    found = variants_needed(table)
    assert set(found) == set(names)
    assert found[names[0]] == {
        "parameters": {},
        "schedule": {"regulation": {"inspectors": {"2025-01-01": 90, "2026-01-01": 5}}},
        "detail": True,
    }
    table.write_text("\n".join(["extra: {shedule: {}, scenario: none}", *entries]))
    with pytest.raises(DataError) as caught:
        variants_needed(table)
    assert len(caught.value.faults) == 4
