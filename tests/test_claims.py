"""Answers and titles of experiments claim what the runs resolve, and nothing that comes of looking at many numbers."""

import re

import numpy as np
import pandas as pd
import pytest

from experiments import discovering, screening, sweeping
from experiments.analysis.effects import paired_effect
from experiments.analysis.sensitivity import ChanceShare, Indices, Screening, leaders, resolved_shares
from experiments.canvas import Look, look_of
from experiments.charts import boxes_chart, effects_chart, relation, sweep_chart
from experiments.columns import OF_ROW, column_units
from experiments.importance import importance_map, tornado_chart
from experiments.words import TEXTS

FACTOR = "style.jump"
TRIES = 60
ALLOWED = 11  # of 60 at 10% each: more in 2.5% of all such tests; one claim in ten tries is what is promised


def runs_of(values, draws=None):
    """A table of runs of a grid, values (point, member); each member a draw of its own if nothing is said."""
    points, members = values.shape
    draws = np.arange(members) if draws is None else draws
    rows = [
        {"world": "report", "scenario": "baseline", "member": member, FACTOR: float(point), "draw": draws[member], "seed": member}
        | {"weight": 1 / members, "cpm": values[point, member]}
        for point in range(points)
        for member in range(members)
    ]
    return pd.DataFrame(rows)


def answer_of(runs):
    """What `sweep` says of the runs."""
    return sweeping.answer(sweeping.points_table(runs, ["cpm"], [FACTOR]), runs, ["cpm"], [FACTOR])[0]


def noise(points, members, seed, draws=None):
    """Members that differ, points that do not, and chance."""
    random = np.random.default_rng(seed)
    values = 50 + random.normal(0, 5, members) + random.normal(0, 1, (points, members))
    if draws is not None and len(set(draws)) > 1:  # points that differ by draw, though not on average
        values += random.normal(0, 1, (points, members))[:, draws]
    return values


class TestSweep:
    """The widest of many differences is judged as the widest of many."""

    @pytest.mark.parametrize("draws", [None, np.repeat(np.arange(4), 2), np.zeros(8, int)], ids=["8 draws", "4 draws", "1 draw"])
    def test_noise_is_told_as_not_resolved(self, draws):
        """20 points and 8 members: with the interval of a pair chosen beforehand 51 of 60 tries claimed a difference."""
        said = [answer_of(runs_of(noise(20, 8, seed, draws), draws)) for seed in range(TRIES)]
        assert sum("the difference is" in sentence for sentence in said) <= ALLOWED
        assert "not resolved by 8 pairs of runs, reckoned with the choice among 190 pairs of points" in said[0]

    def test_titles_of_noise_say_so_too(self):
        courses = [sweeping.course(runs_of(noise(20, 8, seed)), "cpm", FACTOR) for seed in range(TRIES)]
        assert TRIES - courses.count("unresolved") <= ALLOWED

    def test_a_real_effect_is_found(self):
        """One of ten points lies 12 deviations higher, the others do not differ."""
        found = 0
        for seed in range(20):
            values = noise(10, 8, seed)
            values[7] += 12
            said = answer_of(runs_of(values))
            found += "the difference is" in said and f"highest, {values[7].mean():.4g}, at {FACTOR} = 7" in said
            assert "reckoned with the choice among 45 pairs of points" in said
        assert found == 20

    def test_pairs_that_would_do_are_told(self):
        """By hand: t of 7 degrees at 1 - 0.1 / 190 / 2 is 6.02; so many like these resolve what eight do not."""
        base, weights, draws, other = np.zeros(8), np.full(8, 1 / 8), np.arange(8), np.random.default_rng(1).normal(1.0, 1.0, 8)
        once, often = (paired_effect(base, other, weights, draws, number) for number in (1, 190))
        assert (often.high - often.estimate) / (once.high - once.estimate) == pytest.approx(6.0164 / 1.8946, rel=0.01)
        assert often.pairs_needed > once.pairs_needed

    def test_one_pair_is_no_choice(self):
        """Two points are judged as before, with nothing said of a choice."""
        values = noise(2, 8, 1)
        values[1] += 2
        said = answer_of(runs_of(values))
        assert "the difference is" in said
        assert "choice" not in said

    @pytest.mark.parametrize(
        ("shape", "course"),
        [([0, 10, 20], "rises"), ([20, 10, 0], "falls"), ([0, 20, 0], "bends"), ([0, 0, 0], "unresolved"), ([0, 20, 19.99], "rises")],
    )
    def test_a_course_is_what_is_resolved_of_it(self, shape, course):
        assert sweeping.course(runs_of(noise(3, 8, 3) * 0.1 + np.array(shape)[:, None]), "cpm", FACTOR) == course

    def test_points_of_a_random_design_count_once(self):
        """Eight runs of each of twelve points, all alike but for the point: a relation in at most one of ten tries."""
        found = 0
        for seed in range(200):
            random = np.random.default_rng(seed)
            x, y = random.random(12), random.normal(0, 1, 12)
            found += relation(x, y, [y[:6], y[6:]]) != "unresolved"
        assert found <= 29  # of 200 at 10%: more in 2% of all such tests

    def test_a_title_of_several_markets_claims_no_more_than_is_resolved(self, tmp_path):
        look = look_of(tmp_path, "sweep", "en")
        line = (np.arange(3.0), np.arange(3.0), np.arange(3.0) - 1, np.arange(3.0) + 1)
        said = [
            sweep_chart({"a": line, "b": line}, courses, "cpm", "CNY", FACTOR, "1", look, "picture").title
            for courses in (["rises", "rises"], ["rises", "unresolved"], ["rises", "falls"], ["unresolved", "unresolved"])
        ]
        assert said[0] == f"cpm rises with {FACTOR}"
        assert "in some of the markets only" in said[1]
        assert "otherwise in each market" in said[2]
        assert "is not resolved" in said[3]


def screening_of(sizes, half):
    """A screening of which sizes of effects and half their intervals are given."""
    values = np.array(sizes, float)
    names = tuple("ABCDE"[: len(values)])
    return Screening(names, values, values, np.array(half, float), values, values / 2, False)


def shares_of(total, half):
    """Shares of a variance with half their intervals."""
    values, wide = np.array(total, float), np.array(half, float)
    return Indices(tuple("ABCDE"[: len(values)]), values, wide, values, wide, None, None, False)


class TestSensitivity:
    """Who matters most is told only where intervals tell it."""

    def test_leaders(self):
        assert leaders(np.array([1.0, 5.0, 3.0]), np.array([0.5, 0.9, 0.9])) == [1]
        assert leaders(np.array([1.0, 5.0, 3.0]), np.array([0.5, 1.1, 1.0])) == [1, 2]
        assert leaders(np.array([1.0, 5.0, 3.0]), np.array([9.0, 0.1, 0.1])) == [1, 0], "a wide interval reaches from far below"
        assert leaders(np.array([1.0, 5.0]), np.array([np.nan, 0.1])) == [1, 0]

    def test_which_shares_are_resolved(self):
        shares, half = np.array([0.6, 0.02, 0.07, 0.9, 0.3]), np.array([0.2, 0.03, 3.24, 0.6, 0.35])
        assert resolved_shares(shares, half).tolist() == [True, True, False, False, False]

    @pytest.mark.parametrize(
        ("half", "title"),
        [
            ([0.01, 0.01, 0.01, 0.01], "cpm depends most on A"),
            ([0.02, 0.02, 0.01, 0.01], "cpm depends most on one of A and B, which are not told apart"),
            ([0.3, 0.3, 0.3, 0.6], "Which parameter cpm depends on most is not resolved"),
        ],
    )
    def test_titles_and_words_say_what_the_intervals_do(self, half, title, tmp_path):
        each, look = screening_of([0.652, 0.625, 0.532, 0.1], half), look_of(tmp_path, "sensitivity", "en")
        assert tornado_chart(each.names, {"elementary": (each.mu_star, each.mu_star_conf)}, "cpm", "CNY", look, "p").title == title
        said = screening.answer({"cpm": each}, {}, {}, 2, 32)[0]
        assert f"A 0.652 ± {half[0]:.2g}; B 0.625 ± {half[1]:.2g}; C 0.532 ± {half[2]:.2g}" in said
        assert ("not resolved" in said) == ("not resolved" in title)
        assert ("not told apart" in said) == ("not told apart" in title)

    def test_the_map_too(self, tmp_path):
        look, values = look_of(tmp_path, "sensitivity", "en"), np.array([[1.0, 1.2], [0.9, 1.1], [0.1, 0.2]])
        titles = [importance_map("ABC", ["one", "two"], values, np.full((3, 2), half), look, "p").title for half in (0.01, 0.2, 1.0)]
        assert titles[0] == "A matters most, over all outputs"
        assert titles[1] == "One of A and B matters most, over all outputs; they are not told apart"
        assert titles[2] == "Which parameter matters most, over all outputs, is not resolved"

    def test_shares_that_may_be_anything_are_told_as_such(self, tmp_path):
        each, shares = screening_of([3, 2, 1], [0.1, 0.1, 0.1]), shares_of([0.9, 0.2, 0.07], [0.2, 0.09, 3.24])
        said = screening.answer({"cpm": each}, {"cpm": shares}, {"cpm": ChanceShare(0.4, 0.3, 0.55)}, 2, 8)
        assert "Shares of its variance, interactions included: A 90% ± 20%; B 20% ± 9%; not resolved: C." in said[0]
        assert "324%" not in said[0]
        assert "40% (30% to 55%) of the variance of single runs is chance." in said[0]
        assert said[-1].endswith("give more samples (now 8) or more members (now 2).")
        none = screening.answer({"cpm": each}, {"cpm": shares_of([0.6, 0.5], [2.0, 3.0])}, {}, 2, 8)
        assert "No parameter's share of its variance is resolved." in none[0]

    def test_a_share_that_may_be_anything_leads_in_no_title(self, tmp_path):
        look = look_of(tmp_path, "sensitivity", "en")
        for total, half, title in (
            ([2.0, 0.1, 0.1], [0.9, 0.1, 0.1], "Which parameter cpm depends on most is not resolved"),
            ([0.8, 0.1, 0.1], [0.1, 0.1, 0.1], "cpm depends most on A"),
        ):
            shares = shares_of(total, half)
            series = {"total": (shares.total_order, shares.total_order_conf), "alone": (shares.first_order, shares.first_order_conf)}
            assert tornado_chart(shares.names, series, "cpm", "1", look, "p").title == title


class TestCompare:
    """The picture of effects."""

    def test_the_title_speaks_of_resolved_effects_and_cut_intervals_are_marked(self, tmp_path):
        row = {"scenario": "strict", "quantity": "cpm", "relative": 0.1, "relative_low": 0.05, "relative_high": 0.15, "resolved": True}
        wide = row | {"quantity": "live_gmv", "relative": 0.02, "relative_low": -3.0, "relative_high": 3.04, "resolved": False}
        look = look_of(tmp_path, "compare", "en")
        assert (
            effects_chart([row, wide], look, "cut").title == "Of the resolved effects, that of strict on cpm is largest: +10% (+5% to +15%)"
        )
        effects_chart([row], look, "whole")
        cut, whole = ((tmp_path / f"{name}.svg").read_text(encoding="utf-8") for name in ("cut", "whole"))
        assert cut.count("<use") > whole.count("<use")
        assert effects_chart([wide], look, "none").title == "No effect is resolved"
        alike = {**wide, "relative": 0.0, "relative_low": 0.0, "relative_high": 0.0}
        assert effects_chart([alike], look, "a/b x").title == "All quantities are the same in every run"
        assert (look.folder / "a-b-x.png").exists(), "a scenario may be called anything"


class TestDiscover:
    """One hit among thirty runs rules nothing out."""

    @pytest.mark.parametrize(
        ("hits", "title", "said"),
        [
            (1, "No condition is resolved that makes cpm > 9 likelier: it happens in 1 of 30 runs", "cpm > 9 in 1 of 30 runs (3%)."),
            (0, "cpm > 9 in none of 30 runs", "It never happens in 30 runs: cpm > 9."),
            (30, "cpm > 9 in all 30 runs", "It happens in all 30 runs: cpm > 9."),
        ],
    )
    def test_without_a_box(self, hits, title, said, tmp_path):
        x, free, look = np.random.default_rng(1).random((30, 2)), np.full(2, np.inf), look_of(tmp_path, "discover", "en")
        steps = np.ones(1 if hits % 30 else 0), np.full(1 if hits % 30 else 0, hits / 30)
        assert boxes_chart(x, ["a", "b"], np.arange(30) < hits, (-free, free), "", "cpm > 9", steps, look, "box").title == title
        sentences = discovering.answer([], {}, "cpm > 9", hits, 30)
        assert sentences[0].startswith(said)
        assert ("is resolved" in sentences[-1]) == (hits == 1)


class TestWords:
    """English and Chinese say the same."""

    @pytest.mark.parametrize("text", TEXTS)
    def test_both_languages_name_the_same_things(self, text):
        english, chinese = (sorted(re.findall(r"{(\w+)}", each)) for each in TEXTS[text])
        assert english == chinese

    def test_names_are_listed_as_the_language_does(self, tmp_path):
        assert Look(tmp_path, "", "zh", []).listed(["a", "b", "c"]) == "a、b、c"
        assert Look(tmp_path, "", "en", []).listed(["a", "b", "c"]) == "a, b and c"


class TestColumns:
    """Every number has a unit, or is a label or a count."""

    def test_a_unit_of_the_row_is_told_as_such(self):
        assert column_units(["quantity", "unit", "estimate", "pairs"], {}) == {"estimate": OF_ROW, "pairs": "pairs of runs"}
        assert column_units(["prediction", "estimate"], {}) == {"estimate": "1"}
        assert column_units(["cpm", "cpm_low", "style.jump", "member"], {"cpm": "CNY"}) == {
            "cpm": "CNY",
            "cpm_low": "CNY",
            "style.jump": "1",
        }
