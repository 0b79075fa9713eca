"""Hydra's groups: how big and how long a run is, where its results go, and on which engine it runs (`pkg://configs`)."""
