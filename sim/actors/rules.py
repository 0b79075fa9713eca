"""How a firm moves a lever: try a small step and see, or follow a ratio towards its target."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sim.actors.levers import Lever

View = Mapping[str, float]
Levers = Mapping[str, float]
Rule = Callable[[View], Levers]


@dataclass
class HillClimb:
    """Moves one lever at a time; goes on while the score rises, and turns back when it falls.

    Attributes:
        levers: the levers, tried in turn.
        lever: place of the lever to move next.
        direction: +1 or -1, the way of the next move.
        score: the score to beat; nan before the first move.
        moved: what the last move changed its lever by; 0 if it did not move [unit of the lever].
    """

    levers: tuple[Lever, ...]
    lever: int = 0
    direction: int = 1
    score: float = math.nan
    moved: float = 0.0
    _tried: int = field(default=0, repr=False)

    def move(self, view: View, score: float) -> dict[str, float]:
        """The next move: one lever, or two when the last move is taken back.

        Args:
            view: must show every lever under its name.
            score: what the last move brought, the more the better.
        """
        decision: dict[str, float] = {}
        if self.moved and score < self.score:
            back = self.levers[self.lever]
            decision[back.name] = back.clip(view[back.name] - self.moved)
            self._turn()
            # Where it returns to, the old score holds; half of the new one forgets a market that has changed.
            score = (self.score + score) / 2
        elif not self.moved and not math.isnan(self.score):
            self._turn()
        self.score = score
        lever = self.levers[self.lever]
        value = decision.get(lever.name, view[lever.name])
        target = lever.clip(value + self.direction * lever.step)
        self.moved = target - value
        if self.moved:
            decision[lever.name] = target
        return decision

    def _turn(self) -> None:
        """The other way with this lever; after both ways, the next lever."""
        self.direction = -self.direction
        self._tried += 1
        if self._tried % 2 == 0:
            self.lever = (self.lever + 1) % len(self.levers)


def follow(lever: Lever, value: float, ratio: float, speed: float) -> float:
    """A multiplier follows its return: value * exp(speed * (ratio - 1)), inside the bounds.

    Args:
        lever: the lever, for its bounds and its largest relative step.
        value: the value now [unit of the lever].
        ratio: return over required return; 1 leaves the lever alone [1].
        speed: gain of the feedback for one decision [1].
    """
    change = min(lever.step, max(-lever.step, speed * (ratio - 1)))
    return lever.clip(value * math.exp(change))
