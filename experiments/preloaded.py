"""What every worker needs, imported once by the process that workers are forked from; nothing here starts a thread or compiles.

What fails here fails in the worker again, which tells of it.
"""

from contextlib import suppress

with suppress(Exception):
    import sim.actors  # before all else: while it is imported, Mesa looks through whatever there is
    import sim.model
    import sim.networks
    import sim.recorder
    import sim.sessions

    sim.sessions.response_curves(sim.model.CURVES_KEY)
