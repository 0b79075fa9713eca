"""What the README and docs/ say is so: code runs as printed, commands and paths exist, errors are the engine's own words."""

import importlib
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

import sim
from experiments import forecast, resume
from experiments.application import Application, imported
from experiments.arguments import read_arguments
from experiments.history_targets import LAST_FITTED
from experiments.scenario_files import scenario_names
from scenarios.data import load_report
from sim.fields import PHASES, WEEK, Array, own, param, read
from sim.mechanic import Mechanic
from sim.model import registry
from tests.small import engine_of

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXPERIMENTS = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
MODEL = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)
PYTHON = [code for language, code in BLOCKS if language == "python"]
COMMANDS = [
    line.partition("#")[0].strip()
    for language, code in [*BLOCKS, *re.findall(r"^```(\w+)\n(.*?)^```$", EXPERIMENTS, flags=re.DOTALL | re.MULTILINE)]
    if language == "bash"
    for line in code.splitlines()
    if line.partition("#")[0].strip() and not line.startswith("dask ")
] + re.findall(r"`(uv run [^`]+)`", README)
SENTENCES = [line for language, code in BLOCKS if language == "text" for line in code.splitlines()]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


# -- Python ------------------------------------------------------------------------------------------------------


def test_python_blocks_run_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    """In one namespace, from the first to the last; the first prints yearly sales and the week, the last one number."""
    assert len(PYTHON) == 3
    names: dict[str, object] = {}
    printed = []
    for number, code in enumerate(PYTHON, start=1):
        exec(compile(code, f"README.md, Python block {number}", "exec"), names)
        printed.append(capsys.readouterr().out)
    sales, week = printed[0].split("\n", 1)
    assert re.fullmatch(r"\[\d+\.\d+\]", sales)
    assert float(sales.strip("[]")) > 0
    assert [line.split()[0] for line in week.splitlines() if not line.startswith(" ")] == ["phase", *PHASES]
    assert printed[1] == ""
    assert 0 < float(printed[2]) < 1


def test_the_printed_mechanic_is_the_shipped_file() -> None:
    assert PYTHON[1] == (ROOT / "sim" / "mechanics" / "confidence.py").read_text(encoding="utf-8")


# -- commands ----------------------------------------------------------------------------------------------------


def asked_of(command: str) -> tuple[Application | None, list[str]]:
    """The experiment that a command starts and the options it hands on: its own words, or those of ARGS for make; None for a tool."""
    words = shlex.split(command)
    if words[0] == "make":
        given = [word.partition("=")[2] for word in words if word.startswith("ARGS=")]
        return forecast.APPLICATION, shlex.split(given[0]) if given else []
    name = words[2] if words[:2] == ["uv", "run"] else words[0].rpartition("/")[2]
    if name not in resume.APPLICATIONS:
        return None, []
    return importlib.import_module(f"experiments.{name}").APPLICATION, words[words.index(name) + 1 if name in words else 1 :]


def test_the_readme_begins_with_two_commands() -> None:
    assert [command.split()[1] for command in COMMANDS[:2]] == ["forecast", "test"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_exists_and_takes_these_options(command: str) -> None:
    """A target of the Makefile, the console script, or a tool of the lock; every option stands in --help and is accepted."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    words = shlex.split(command)
    if words[0] == "make":
        targets = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert words[1] in targets
    elif words[:2] == ["uv", "run"]:
        assert words[2] in project["project"]["scripts"] or words[2] in (ROOT / "requirements.lock").read_text(encoding="utf-8")
    else:
        folder, name = words[0].rsplit("/", 1)
        assert folder == ".venv/bin"
        assert name in project["project"]["scripts"]
    application, given = asked_of(command)
    if application is not None:
        known, text = imported(application.options), application.helped()
        named = [word.partition("=")[0].partition(".")[0] for word in given if "=" in word]
        assert set(named) <= {option.name for option in known}
        assert all(re.search(rf"^  {name} ", text, flags=re.MULTILINE) for name in named)
        assert read_arguments([word for word in given if word != "--help"], application.name, known).faults == []


def test_python_versions_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["requires-python"] == ">=3.11,<3.14"
    assert "Python (3.11, 3.12 or 3.13)" in README


# -- facts -------------------------------------------------------------------------------------------------------


def test_numbers_are_those_of_the_files() -> None:
    """Predictions, members, draws, contradictions and the last year that is fitted."""
    market, fit = (yaml.safe_load((ROOT / "configs" / f"{name}.yaml").read_text(encoding="utf-8")) for name in ("market", "fit"))
    told = (ROOT / "scenarios" / "report" / "README.md").read_text(encoding="utf-8")
    contradictions = max(int(number) for number in re.findall(r"^(\d+)\. ", told, flags=re.MULTILINE))
    for said in (
        f"{len(load_report().predictions)} predictions",
        f"simulates {market['members']} markets",
        f"{fit['draws']} weighted draws",
        f"in {contradictions} places",
        f"end of {LAST_FITTED}",
    ):
        assert said in " ".join(README.split()), said


def test_scenarios_are_all_there() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", README, flags=re.MULTILINE)) == set(scenario_names())


def test_folders_of_the_table_exist() -> None:
    folders = re.findall(r"^\| `([\w/]+)/` \|", README, flags=re.MULTILINE)
    assert folders == ["sim", "scenarios", "configs", "experiments", "notebooks", "docs"]
    assert all((ROOT / folder).is_dir() for folder in folders)


def heading_links(page: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", page, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_and_headings(page: Path) -> None:
    """Links to other sites are left alone."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        assert not anchor or anchor in heading_links(path.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_named_in_code_type_exist(page: Path) -> None:
    """`sim/...`, `configs/...` and the like; results and patterns are not looked up, worlds are written by the fit."""
    for name in re.findall(r"`((?:sim|configs|scenarios|experiments|tests|docs)/[\w./-]*)`", page.read_text(encoding="utf-8")):
        if not name.startswith("scenarios/worlds"):
            assert (ROOT / name).exists() or name == "sim/run.py", name


# -- errors ------------------------------------------------------------------------------------------------------


class Orders(Mechanic):
    """Every consumer buys for one CNY."""

    sales: Array = own("brand", unit="CNY", at="settle", gather="sum", doc="sales")

    def settle(self, ctx):
        self.sales[0] += 10_000 * ctx.count


class Confidence(Mechanic):
    """Confidence grows by its gain each week."""

    gain = param(0.05, unit="1/order", bounds=(0, 1), source="assumption", doc="pull of an order")
    confidence: Array = own("consumer", unit="1", at="learn", init=0.5, bounds=(0, 1), doc="belief")

    def learn(self, ctx):
        self.confidence += self.p.gain


def misspelt() -> None:
    class Bad(Mechanic):
        """Reads a field that nobody owns."""

        sale: Array = read()

        def account(self, ctx):
            self.sale.sum()

    engine_of(Orders, Bad)


def owned_twice() -> None:
    class Bad(Mechanic):
        """Owns what another owns."""

        confidence: Array = own("consumer", unit="1", at="learn", doc="belief")

        def learn(self, ctx):
            self.confidence += 0.0

    engine_of(Confidence, Bad)


def read_early() -> None:
    class Early(Mechanic):
        """Reads before the week has a value."""

        sales: Array = read()
        plans: Array = own("brand", unit="CNY", at="plan", doc="plans")

        def plan(self, ctx):
            self.plans[...] = self.sales

    engine_of(Orders, Early)


def outside() -> None:
    engine_of(Confidence(gain=3))


SLIPS = (misspelt, owned_twice, read_early, outside)


@pytest.mark.parametrize(("slip", "sentence"), list(zip(SLIPS, SENTENCES, strict=True)), ids=[slip.__name__ for slip in SLIPS])
def test_the_engine_says_so(slip, sentence: str) -> None:
    """One slip, one sentence, word by word."""
    with pytest.raises((sim.ContractError, sim.ConfigError)) as caught:
        slip()
    assert str(caught.value) == sentence


def test_the_same_range_fault_comes_from_the_shipped_mechanic() -> None:
    with pytest.raises(sim.ConfigError) as caught:
        registry()["confidence"](gain=3)
    assert str(caught.value) == SENTENCES[3]


# -- docs/model.md -----------------------------------------------------------------------------------------------


def test_the_week_of_the_model_page_is_the_engine_s() -> None:
    """Each phase with its question's side and the mechanics of the core market that take part in it."""
    rows = re.findall(r"^\| (\w+) \| (market|block) \| ([\w, ]+) \|", MODEL, flags=re.MULTILINE)
    written = {phase: (over, sorted(names.split(", "))) for phase, over, names in rows}
    core = [registry()[name] for name in sim.core()]
    coded = {phase.name: (phase.over, sorted(mechanic.name for mechanic in core if phase.name in mechanic.phases)) for phase in WEEK}
    assert written == coded


def test_the_model_page_has_every_mechanic_and_the_elements_of_odd() -> None:
    assert {name for name in registry() if f"`{name}.py`" not in MODEL} == set()
    headings = re.findall(r"^## \d+ (.+)$", MODEL, flags=re.MULTILINE)
    assert headings[:7] == [
        "Purpose and patterns",
        "Entities, state variables, scales",
        "Process overview and scheduling",
        "Design concepts",
        "Initialisation",
        "Input data",
        "Submodels",
    ]


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_is_one_short_page_of_three_parts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {page.name[:4]} ")
    assert re.findall(r"^\*\*(\w+)\.\*\*", text, flags=re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert len(text.split()) < 400
