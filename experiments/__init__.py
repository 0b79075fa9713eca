"""Experiments decide which runs to make and compare, and how they are judged; they read and write the files."""
