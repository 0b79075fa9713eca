STREAMERS=200
import numpy as np
def streamers():
    r = np.random.default_rng(1)
    pop = 1.0 / np.arange(1, STREAMERS + 1) ** 0.8
    return pop / pop.sum() * STREAMERS, r.uniform(0.5, 2.0, STREAMERS), r.uniform(-0.5, 1.0, STREAMERS)
def popularity_after(pop,g):
    return 0.95 * pop + 0.05 * (g / max(g.sum(), 1e-12) * STREAMERS + 0.1)
