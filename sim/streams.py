"""Random numbers keyed by (seed, mechanic, phase, label, week, agent): a draw belongs to an agent.

Dropping a mechanic, changing the block size or the number of threads shifts nobody else's draws.
"""

from __future__ import annotations

import hashlib

import numpy as np

from sim.fields import Array
from sim.kernels.random import fill_normal, fill_uniform


def stream_key(seed: int, *words: object) -> int:
    """A 64-bit key from a seed and words, the same on every machine."""
    text = "\x1f".join([str(int(seed)), *map(str, words)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


class Streams:
    """The keyed streams of one run."""

    def __init__(self, seed: int) -> None:
        self.seed = int(seed)
        self._keys: dict[tuple[str, str, str], int] = {}

    def key(self, mechanic: str, phase: str, label: str = "") -> int:
        """The 64-bit key of one stream."""
        where = (mechanic, phase, label)
        if where not in self._keys:
            self._keys[where] = stream_key(self.seed, *where)
        return self._keys[where]

    def uniform(self, key: int, step: int, first: int, count: int, words: int = 1) -> Array:
        """Uniform draws in [0, 1) of agents first .. first+count-1: float32, (count,) or (words, count), words <= 5."""
        out = np.empty((words, count), np.float32)
        fill_uniform(out, np.uint64(key), step, first)
        return out[0] if words == 1 else out

    def normal(self, key: int, step: int, agents: Array, words: int = 1) -> Array:
        """Standard normal draws of the agents with these numbers: float32, (count,) or (words, count), words <= 4."""
        out = np.empty((words, agents.size), np.float32)
        fill_normal(out, np.uint64(key), step, agents)
        return out[0] if words == 1 else out
