"""Tests mirror the packages: `tests/test_<module>.py` holds what a module promises."""
