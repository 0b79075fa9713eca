"""Strategic actors and the live view (Mesa).

Mesa takes a second or more to import, so import this package only where it is needed.
"""

from sim.actors.actors import (
    Actor,
    LeadingBrandActor,
    LeadingStreamerActor,
    PlatformActor,
    RegulatorActor,
)
from sim.actors.cast import KINDS, cast
from sim.actors.ecosystem import Ecosystem
from sim.actors.levers import Lever
from sim.actors.rules import Levers, Rule, View

__all__ = [
    "KINDS",
    "Actor",
    "Ecosystem",
    "LeadingBrandActor",
    "LeadingStreamerActor",
    "Lever",
    "Levers",
    "PlatformActor",
    "RegulatorActor",
    "Rule",
    "View",
    "cast",
]
