"""One contract for all mechanics: no number without unit, range and source, no field without meaning."""

import ast
import inspect
from pathlib import Path

import pytest

import sim
from experiments.parameters import Sources, faults
from sim.fields import PHASES, Declaration, Parameter
from sim.mechanic import Mechanic
from sim.model import EXAMPLES, registry
from tests.small import small

ALLOWED = (
    "sim.fields",
    "sim.mechanic",
    "sim.kernels",
    "numpy",
    "math",
    "typing",
    "collections",
    "__future__",
)
MECHANICS = list(registry().values())
PARAMETERS = [p for mechanic in MECHANICS for p in mechanic.parameters.values()]
FIELDS = [(mechanic, declaration) for mechanic in MECHANICS for declaration in mechanic.declarations.values() if declaration.mode == "own"]


@pytest.fixture(scope="module")
def sources() -> Sources:
    return Sources.load()


def name_of(value: object) -> str:
    """How a case is called in the list of tests."""
    if isinstance(value, Parameter):
        return f"{value.mechanic}.{value.name}"
    if isinstance(value, Declaration):
        return value.name
    return getattr(value, "name", str(value))


@pytest.mark.parametrize("parameter", PARAMETERS, ids=name_of)
def test_a_parameter_has_unit_and_bounds_around_its_default(parameter: Parameter) -> None:
    low, high = parameter.bounds
    assert parameter.unit.strip()
    assert low < high
    assert low <= parameter.default <= high
    assert parameter.fault(parameter.default) is None
    assert parameter.fault(high + 1.0) is not None
    assert parameter.fault(low - 1.0) is not None


@pytest.mark.parametrize("mechanic", MECHANICS, ids=name_of)
def test_every_parameter_has_a_source_that_resolves_and_a_meaning(mechanic: type[Mechanic], sources: Sources) -> None:
    assert faults([mechanic], sources) == []


@pytest.mark.parametrize(("mechanic", "field"), FIELDS, ids=name_of)
def test_a_field_has_unit_and_meaning(mechanic: type[Mechanic], field: Declaration) -> None:
    contract = field.contract
    assert contract["unit"].strip()
    assert contract["doc"].strip()
    assert all(phase in PHASES for phase in contract["at"])
    if contract["bounds"] is not None:
        low, high = contract["bounds"]
        assert low < high
        assert contract["gather"] or contract["init"] is None or low <= contract["init"] <= high


@pytest.mark.parametrize("mechanic", MECHANICS, ids=name_of)
def test_the_first_line_says_what_happens(mechanic: type[Mechanic]) -> None:
    """Of the file and of the class: one sentence that ends; the file's begins with the mechanic's name."""
    module = inspect.getmodule(mechanic)
    assert module is not None
    for text in (module.__doc__, mechanic.__doc__):
        first = (text or "").strip().partition("\n")[0]
        assert first.endswith("."), first
        assert len(first.split()) >= 5, first
    words = mechanic.name.replace("_", " ")
    assert module.__doc__.lower().startswith(f"{words}: ")


@pytest.mark.parametrize("mechanic", MECHANICS, ids=name_of)
def test_one_file_holds_one_mechanic_and_imports_what_is_allowed(mechanic: type[Mechanic]) -> None:
    path = Path(inspect.getfile(mechanic))
    assert path.stem == mechanic.name
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "no relative import"
            imported.append(node.module or "")
    for module in imported:
        assert any(module == ok or module.startswith(f"{ok}.") for ok in ALLOWED), module
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    assert [node.name.lower() for node in classes] == [mechanic.name.replace("_", "")]


@pytest.mark.parametrize("mechanic", MECHANICS, ids=name_of)
def test_a_mechanic_takes_part_in_the_week_and_shows_itself(mechanic: type[Mechanic]) -> None:
    assert mechanic.phases
    text = repr(mechanic())
    assert text.startswith(f"<{mechanic.name}: ")
    assert all(f"own {name}" in text for name, d in mechanic.declarations.items() if d.mode == "own")


def test_the_core_runs_every_mechanic_but_the_examples() -> None:
    assert set(sim.core()) == set(registry()) - set(EXAMPLES)
    assert set(sim.with_(*EXAMPLES)) == set(registry())


def test_leaving_out_what_is_not_there_is_told_with_a_hint() -> None:
    with pytest.raises(sim.ConfigError, match=r"'habits' is not in the core market. Did you mean 'habit'"):
        sim.without("habits")


@pytest.mark.parametrize("name", sim.core())
def test_without_one_mechanic_the_market_runs_or_says_what_is_missing(name: str) -> None:
    """It runs, checked, if nobody needs the fields of the one left out; else each fault names one of them."""
    owned = {field for field, d in registry()[name].declarations.items() if d.mode == "own"}
    users = {
        (user.name, field)
        for user in MECHANICS
        for field, declaration in user.declarations.items()
        if declaration.mode != "own" and field in owned and user.name not in (name, *EXAMPLES)
    }
    configuration = small(6, mechanics=sim.without(name), checked=True)
    if not users:
        assert sim.run(configuration, 1).sizes["month"] == 2
        return
    with pytest.raises(sim.ContractError) as caught:
        sim.run(configuration, 1)
    assert len(caught.value.faults) == len(users)
    for user, field in users:
        expected = f"{user} uses '{field}', which no mechanic owns."
        assert any(fault.startswith(expected) for fault in caught.value.faults)
