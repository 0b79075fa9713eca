"""Time inside a week: a live room by the minute, the regulator's case desk by the hour (SimPy)."""

from sim.sessions.case_desk import CaseDesk
from sim.sessions.cases import Decisions
from sim.sessions.curves import ResponseCurves, response_curves
from sim.sessions.live_room import Room, RoomResult, play

__all__ = ["CaseDesk", "Decisions", "ResponseCurves", "Room", "RoomResult", "play", "response_curves"]
