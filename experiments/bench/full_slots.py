"""The market with an offer in every slot, which it never has by itself; a week of a later year, of more members, costs more still."""

from __future__ import annotations

import numpy as np

from sim.fields import PRIVATE_SLOT, SHELF_SLOT, Array
from sim.kernels.compiled import compiled
from sim.mechanics import exposure


class Exposure(exposure.Exposure):
    """Exposure whose empty slots hold any room, any brand's message or any brand's shelf."""

    def offer(self, ctx):
        super().offer(ctx)
        fill(self.offered, self.on_air.size, self.brand_active.size, ctx.first + ctx.step)


@compiled
def fill(offered: Array, rooms: int, brands: int, seed: int) -> None:
    """Put an outlet into each empty slot: offered (n, slots), written; rows and weeks meet others, as after a draw."""
    for k in range(offered.shape[1]):
        begin = 0 if k < PRIVATE_SLOT else rooms if k < SHELF_SLOT else rooms + brands
        outlets, slot = np.uint64(rooms if k < PRIVATE_SLOT else brands), offered[:, k]
        for i in range(slot.size):
            mixed = np.uint32(np.uint32(8 * (seed + i) + k) * np.uint32(2654435761))
            mixed = np.uint32(np.uint32(mixed ^ (mixed >> np.uint32(15))) * np.uint32(2246822519))
            any_outlet = np.int32(begin + np.int64((np.uint64(mixed) * outlets) >> np.uint64(32)))
            slot[i] = slot[i] if slot[i] >= 0 else any_outlet
