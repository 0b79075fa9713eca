"""Many live rooms played by the minute become curves that a market of rooms can read in a week's step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sim.errors import ConfigError
from sim.sessions.live_room import SHRINKAGE, Room, play

Floats = npt.NDArray[np.float64]

SCARCITY_GRID = tuple(step / 10 for step in range(11))  # intensity of scarcity calls [0..1]
VIEWER_GRID = (30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 1e5)  # viewers at the same time [people]
LATENCY_GRID = (20.0, 50.0, 100.0, 300.0, 1e3, 3e3, 1e4)  # latency of an interaction [ms]
SESSIONS = 8  # sessions played for a point, of which 32 move no point by more than 2%


@dataclass(frozen=True)
class ResponseCurves:
    """How a room answers to its setting, relative to a calm room (no calls, 300 viewers, 300 ms).

    Attributes:
        scarcity: grid of the intensity of scarcity calls [0..1], (11,).
        conversion_by_scarcity: purchases per view against the calm room [1], (11,).
        impulse_by_scarcity: share of purchases made on impulse [share], (11,).
        viewers: grid of viewers at the same time [people], (7,).
        conversion_by_viewers: purchases per view against the calm room [1], (7,).
        latency: grid of the latency of an interaction [ms], (7,).
        conversion_by_latency: purchases per view against the calm room [1], (7,).
        conversion: purchases per view of the calm room [share].
        sessions: sessions played for a point.
        shrinkage: share of the case claims taken as mean effects [0..1].
    """

    scarcity: Floats
    conversion_by_scarcity: Floats
    impulse_by_scarcity: Floats
    viewers: Floats
    conversion_by_viewers: Floats
    latency: Floats
    conversion_by_latency: Floats
    conversion: float
    sessions: int
    shrinkage: float

    def conversion_at(self, scarcity: npt.ArrayLike) -> Floats:
        """Conversion against a calm room at intensities of scarcity calls [0..1]."""
        return _read(scarcity, self.scarcity, self.conversion_by_scarcity)

    def impulse_at(self, scarcity: npt.ArrayLike) -> Floats:
        """Share of purchases made on impulse at intensities of scarcity calls [0..1]."""
        return _read(scarcity, self.scarcity, self.impulse_by_scarcity)

    def conversion_at_viewers(self, viewers: npt.ArrayLike) -> Floats:
        """Conversion against a room of 300, at viewers at the same time [people]; flat outside the grid."""
        logs = np.log(np.maximum(np.asarray(viewers, dtype=np.float64), self.viewers[0]))
        return _read(logs, np.log(self.viewers), self.conversion_by_viewers)

    def conversion_at_latency(self, latency: npt.ArrayLike) -> Floats:
        """Conversion against a room of 300 ms, at latencies [ms]; flat outside the grid."""
        return _read(latency, self.latency, self.conversion_by_latency)


def response_curves(key: int, sessions: int = SESSIONS, shrinkage: float = SHRINKAGE) -> ResponseCurves:
    """Plays every point of the grids; a table once made is kept.

    Args:
        key: 64-bit key of the random numbers.
        sessions: sessions played for a point, at least 1.
        shrinkage: share of the case claims taken as mean effects [0..1].

    Raises:
        ConfigError: if an argument is outside its range.
    """
    if sessions < 1:
        raise ConfigError(f"response curves: sessions = {sessions} is below 1.")
    return _response_curves(int(key), int(sessions), float(shrinkage))


@lru_cache(maxsize=32)
def _response_curves(key: int, sessions: int, shrinkage: float) -> ResponseCurves:
    calm = Room(shrinkage=shrinkage)
    conversion, _ = _mean(calm, key, sessions)
    by_scarcity = [_mean(replace(calm, scarcity=value), key, sessions) for value in SCARCITY_GRID]
    by_viewers = [_mean(replace(calm, viewers=value), key, sessions)[0] for value in VIEWER_GRID]
    by_latency = [_mean(replace(calm, latency=value), key, sessions)[0] for value in LATENCY_GRID]
    return ResponseCurves(
        scarcity=_column(SCARCITY_GRID),
        conversion_by_scarcity=_column([point[0] / conversion for point in by_scarcity]),
        impulse_by_scarcity=_column([point[1] for point in by_scarcity]),
        viewers=_column(VIEWER_GRID),
        conversion_by_viewers=_column([point / conversion for point in by_viewers]),
        latency=_column(LATENCY_GRID),
        conversion_by_latency=_column([point / conversion for point in by_latency]),
        conversion=conversion,
        sessions=sessions,
        shrinkage=shrinkage,
    )


def _mean(room: Room, key: int, sessions: int) -> tuple[float, float]:
    """Purchases per view, and the share of them made on impulse, over all sessions of one setting."""
    results = [play(room, key, session) for session in range(sessions)]
    sold = sum(result.sold for result in results)
    return sold / sum(result.views for result in results), sum(result.impulse for result in results) / sold


def _column(values: npt.ArrayLike) -> Floats:
    """A read-only column of a table that everybody shares."""
    column = np.array(values, dtype=np.float64)
    column.setflags(write=False)
    return column


def _read(values: npt.ArrayLike, grid: Floats, column: Floats) -> Floats:
    return np.asarray(np.interp(np.asarray(values, dtype=np.float64), grid, column), dtype=np.float64)
