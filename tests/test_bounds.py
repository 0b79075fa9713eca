"""A parameter's range is a promise: at either end of it the market still runs, checked, without a warning."""

import pytest

import sim
from sim.model import registry
from tests.small import small


@pytest.mark.parametrize("name", [name for name in sim.core() if registry()[name].parameters])
def test_the_market_runs_at_both_ends_of_every_range(name: str) -> None:
    """Ten weeks with one parameter at a bound and all others as they are; every fault is told at once."""
    faults = []
    for parameter in registry()[name].parameters.values():
        for bound in sorted({*parameter.bounds} - {parameter.default}):
            values = {name: {parameter.name: bound}}
            configuration = small(10, consumers=20, brands=6, streamers=6, parameters=values, checked=True)
            try:
                sim.run(configuration, 7)
            except (RuntimeWarning, ArithmeticError, sim.LivemarketError) as error:
                faults.append(f"{name}.{parameter.name} = {bound:g}: {error}")
    assert not faults, "\n".join(faults)
