"""Property tests draw the same examples everywhere and have no deadline, for the first call compiles."""

from hypothesis import settings

settings.register_profile("livemarket", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("livemarket")
