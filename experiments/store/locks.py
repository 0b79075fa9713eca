"""A store in use stays where it is: who runs a study shares a lock on the store's sign, who moves the store wants it alone.

The system lets go of a lock when its process ends, however that happens. Where a file system or a system knows no such locks
(Windows), nobody is kept from anything.
"""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import Any

fcntl: Any
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


class Lock:
    """A lock on a file, shared with others or alone, until it is opened or nobody knows of it any more.

    Raises:
        BlockingIOError: somebody else has one that does not go with it.
    """

    def __init__(self, path: Path, alone: bool) -> None:
        number = os.open(path, os.O_RDONLY)
        self.open = weakref.finalize(self, os.close, number)
        if fcntl is None:
            return
        try:
            fcntl.flock(number, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            self.open()
            raise
        except OSError:  # a file system without locks
            return
