"""Data and worlds that are damaged are refused by name, with their faults and how to get them back."""

import shutil
from pathlib import Path

import pytest

import experiments.experiment
import experiments.layers
import experiments.scenario_files
import experiments.worlds
import scenarios.data
from tests.test_bad_input import ROOT, refused
from tests.test_forecast import write_world


class TestData:
    """A damaged file is refused by name, with its faults and how to get it back."""

    @pytest.fixture
    def copied(self, tmp_path, monkeypatch):
        """Copies of the data that may be damaged."""
        for word in ("report", "history"):
            shutil.copytree(ROOT / "scenarios" / word, tmp_path / word)
            monkeypatch.setattr(scenarios.data, f"{word.upper()}_FOLDER", tmp_path / word)
        write_world(tmp_path / "worlds")
        monkeypatch.setattr(experiments.worlds, "FOLDER", tmp_path / "worlds")
        shutil.copy(ROOT / "configs" / "calendar.yaml", tmp_path / "calendar.yaml")
        monkeypatch.setattr(experiments.layers, "CALENDAR", tmp_path / "calendar.yaml")
        return tmp_path

    @pytest.mark.parametrize("file", ["report/claims.csv", "history/market_series.csv", "worlds/report.yaml", "calendar.yaml"])
    def test_empty_file(self, copied, file, capsys):
        """Nothing inside."""
        (copied / file).write_text("", encoding="utf-8")
        message = refused(["draws=1"], capsys, copied / "out")
        assert f"{Path(file).name}: the file is empty" in message

    @pytest.mark.parametrize("file", ["report/claims.csv", "history/market_series.csv", "worlds/report.yaml", "calendar.yaml"])
    def test_damaged_file(self, copied, file, capsys):
        """Bytes that are no text."""
        path = copied / file
        path.write_bytes(path.read_bytes()[:40] + b"\xff\xfe\x00" + path.read_bytes()[40:])
        message = refused(["draws=1"], capsys, copied / "out")
        assert Path(file).name in message
        assert "is no readable CSV" in message or "is damaged" in message

    def test_truncated_row(self, copied, capsys):
        """A row cut in the middle, in two files at once."""
        for file in ("report/claims.csv", "history/market_series.csv"):
            text = (copied / file).read_text(encoding="utf-8")
            (copied / file).write_text(text[: len(text) // 2].rsplit(",", 1)[0], encoding="utf-8")
        message = refused(["draws=1"], capsys, copied / "out")
        assert "claims.csv line" in message
        assert "market_series.csv line" in message

    def test_world_with_faults(self, copied, capsys):
        """All of them, by draw and name, and the command that writes it again."""
        content = write_world(copied / "worlds")
        content["draws"][0]["weight"] = -1
        content["draws"][1]["parameters"] = {"brand_trust": {"gian": 0.1}}
        content["draws"][2]["parameters"] = {"brand_trust": {"gain": 5}}
        content["free"]["style.jump"] = [3, 1]
        content["inputs"] = {"stile": {"jump": 1}}
        del content["best"]
        content["bests"] = {}
        import yaml

        path = copied / "worlds" / "report.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        assert "'best' is missing. Did you mean 'bests'?" in refused(["draws=1"], capsys, copied / "out")
        content["best"] = {}
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        message = refused(["draws=1"], capsys, copied / "out")
        assert "5 faults" in message, "the hint is none"
        for part in ("draws[0].weight = -1", "'gian'", "gain = 5", "style.jump = [3, 1]", "unknown mechanic 'stile'"):
            assert part in message
        assert "python -m experiments.fit world=report" in message

    def test_report_that_lost_a_prediction(self, copied, capsys):
        """A line is gone: told before anything runs."""
        path = copied / "report" / "predictions.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith("1.2.1-p1,")), encoding="utf-8")
        message = refused(["draws=1"], capsys, copied / "out")
        assert "predictions.csv lacks 1.2.1-p1. Restore it from the repository." in message

    def test_history_cut_at_the_end_of_a_row(self, copied, capsys):
        """Whole rows are gone: told before anything runs, with the file, all series and the remedy."""
        path = copied / "history" / "market_series.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(lines[:60]), encoding="utf-8")
        message = refused(["draws=1"], capsys, copied / "out")
        assert "market_series.csv has only" in message
        assert "0 of 4 observations of 'private_domain_gmv_100EC'" in message
        assert "Restore it from the repository." in message

    def test_more_draws_than_the_world_has(self, copied, capsys):
        """A world of three draws cannot give sixteen."""
        assert "draws = 16, but world 'report' has 3" in refused(["members=16"], capsys, copied / "out")

    def test_missing_world(self, copied, capsys):
        """The file of a world is gone, alone or beside one that is there."""
        message = refused(["draws=2", "world=both"], capsys, copied / "out")
        assert "data.yaml: the file is missing. Write it again: python -m experiments.fit world=data" in message
        (copied / "worlds" / "report.yaml").unlink()
        assert "report.yaml: the file is missing." in refused(["draws=2"], capsys, copied / "out")

    def test_scenario_with_faults(self, copied, capsys):
        """A story of one's own with several slips."""
        path = copied / "mine.yaml"
        path.write_text("scenario: {name: mine}\nscenario: {name: yours}\n", encoding="utf-8")
        assert "line 2: 'scenario' stands twice" in refused([f"scenario={path}"], capsys, copied / "out")
        path.write_text(
            "scenario:\n  nam: mine\n  question: What if?\n  claims: [{id: a, sign: up}]\n  schedule: {style: {jump: {2025-02-30: 1}}}\n",
            encoding="utf-8",
        )
        message = refused([f"scenario={path}"], capsys, copied / "out")
        for part in ("unknown word 'nam'. Did you mean 'name'?", "'written' is missing", "sign = 'up'", "'2025-02-30' is no date"):
            assert part in message

    def test_scenario_with_a_fault_in_every_place(self, copied, capsys):
        """Words, references, claims, parameters and dates at once, each counted, and one hint that is not."""
        path = copied / "mine.yaml"
        path.write_text(
            """
scenario:
  name: mine
  question: What if?
  refrences: ["5.1"]
  references: ["99.9", "5.3"]
  claims: [{id: mine-1, observable: live_gmvv, sign: up, expectation: 5, written: 2026-13-01}]
  parameters: {brand_trust: {gian: 0.1}}
  schedule: {regulation: {inspectors: {2024-01-01: -4, 2024-13-01: 5}}}
""",
            encoding="utf-8",
        )
        message = refused([f"scenario={path}", "members=0", "draws=1"], capsys, copied / "out")
        parts = ["unknown word 'refrences'", "no section '99.9'", "sign = 'up'", "expectation = 5 is no text", "members = 0"]
        parts += ["observable = 'live_gmvv' is recorded by no run. Did you mean 'live_gmv'?", "no parameter 'gian'. Did you mean 'gain'"]
        parts += ["written = '2026-13-01' is no date", "inspectors: '2024-13-01' is no date", "inspectors = -4 people is outside"]
        assert f"{len(parts)} faults, so nothing was run:" in message
        for part in (*parts, "See scenarios/baseline.yaml"):
            assert message.count(part) == 1, part

    def test_scenario_that_is_well_written_and_means_nothing(self, copied, capsys):
        """What needs the report and the model to be seen."""
        path = copied / "mine.yaml"
        claim = '{id: mine-1, observable: live_gmvv, sign: "+", expectation: More., written: 2026-11-23}'
        path.write_text(
            f'scenario: {{name: mine, question: "What if?", references: ["99.9"], claims: [{claim}], parameters: {{stile: {{jump: 1}}}}}}',
            encoding="utf-8",
        )
        message = refused([f"scenario={path}", "draws=1"], capsys, copied / "out")
        assert "3 faults, so nothing was run:" in message
        for part in ("no section '99.9'", "'live_gmvv' is recorded by no run", "unknown mechanic 'stile'. Did you mean 'style'?"):
            assert message.count(part) == 1, part

    def test_damaged_default_scenario(self, copied, monkeypatch, capsys):
        """Even the baseline may be damaged."""
        (copied / "baseline.yaml").write_text("scenario: [", encoding="utf-8")
        monkeypatch.setattr(experiments.scenario_files, "FOLDER", copied)
        message = refused([], capsys, copied / "out")
        assert "baseline.yaml: the file is damaged" in message
