"""Members of experiments are kept under the hash of what can change their numbers; studies are lists of such keys.

    store = Store("runs/store")
    store.prepare()
    store.put(key_of(configuration, seed), made(configuration, seed))      # whole or not at all
    open_study(store, "sweep-20261124-101500")                             # one lazy xarray Dataset

Nothing is imported here: workers import `members` alone.
"""
