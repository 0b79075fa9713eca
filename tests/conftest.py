"""Property tests draw the same examples everywhere and have no deadline, for the first call compiles; every test has a store of its own."""

import pytest
from hypothesis import settings

settings.register_profile("livemarket", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("livemarket")


@pytest.fixture(autouse=True)
def store_of_its_own(tmp_path_factory, monkeypatch):
    """No test finds the members of another, and none leaves any in the project."""
    monkeypatch.setenv("LIVEMARKET_STORE", str(tmp_path_factory.mktemp("store") / "store"))
