"""What every worker needs, imported once by the process that workers are forked from; nothing here starts a thread or compiles rules.

What fails here fails in the worker again, which tells of it.
"""

import gc
from contextlib import suppress

gc.disable()  # all of this stays: looking for garbage in between takes a seventh of the time
with suppress(Exception):
    import sim.actors  # before all else: while it is imported, Mesa looks through whatever there is
    import sim.model
    import sim.networks
    import sim.recorder
    import sim.sessions

    sim.model.registry()
    sim.sessions.response_curves(sim.model.CURVES_KEY)

    from numba.core.registry import cpu_target

    cpu_target.target_context.refresh()  # numba's knowledge of Python and numpy, which it gathers when it first has something to compile
gc.freeze()
gc.enable()
