"""Scenarios say what is different this time and what is claimed about it: stories, worlds, the report and the history."""
