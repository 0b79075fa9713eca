"""Word of mouth: what consumers see of their neighbours in the social network."""

from __future__ import annotations

from sim.fields import Array, last, own
from sim.kernels.sums import shares_among
from sim.mechanic import Mechanic


class WordOfMouth(Mechanic):
    """Each consumer sees which neighbours bought on air and which are active members of some private domain."""

    uses = ("neighbours",)

    neighbour_adopters: Array = own(
        "consumer", unit="share", at="offer", init=None, lasting=False, bounds=(0, 1), doc="neighbours who use live shopping"
    )
    neighbour_members: Array = own(
        "consumer", unit="share", at="offer", init=None, lasting=False, bounds=(0, 1), doc="neighbours active in a private domain"
    )

    adopted: Array = last(whole=True)
    happy_member: Array = last(whole=True)

    def offer(self, ctx):
        known = ctx.service("neighbours").folded
        shares_among(self.adopted, self.happy_member, *known, ctx.first, self.neighbour_adopters, self.neighbour_members)
