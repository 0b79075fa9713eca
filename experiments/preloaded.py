"""What every worker needs, imported once by the process that workers are forked from; it compiles nothing, so it stays single-threaded."""

import sim.actors  # before all else: while it is imported, Mesa looks through whatever there is
import sim.model
import sim.networks
import sim.recorder
import sim.sessions
from sim.model import CURVES_KEY

sim.sessions.response_curves(CURVES_KEY)
