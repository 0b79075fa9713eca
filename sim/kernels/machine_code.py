"""Machine code of rules on disk: used again by other processes, and never for a rule that has become another."""

from __future__ import annotations

import os
import pickle
import warnings
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import uuid4

import numba
import numpy as np
from numba import types
from numba.core.caching import FunctionCache
from numba.core.serialize import dumps

from sim.kernels.ingredients import ingredients

STAMP = 32  # bytes at the beginning of a file of machine code, which tell what it was made of and that it is whole


def keep(dispatcher: Any, options: dict[str, Any]) -> None:
    """Keep a rule's machine code on disk, compiled with these options; where there is no place for it, warn that it is not."""
    try:
        dispatcher._cache = RuleCache(dispatcher.py_func, options)
    except RuntimeError:  # numba knows no place
        _not_kept("it stands in no file, or no folder for it can be written to")


class RuleCache(FunctionCache):
    """Machine code on disk, taken for a rule only if nothing has changed that the rule is made of, in whatever file.

    numba by itself looks at the file where a rule stands, and keeps an index beside the code, so that a process that dies or comes
    between the two writes leaves the code of one rule under the name of another. Here each file says itself what it was made of,
    and is put in its place whole. Methods that others give to arrays (numba's `overload_method`) are not seen where they change.
    """

    def __init__(self, rule: Any, options: dict[str, Any]) -> None:
        """options: of the compiler; RuntimeError where there is no place."""
        super().__init__(rule)  # type: ignore[no-untyped-call]  # numba's
        settings = vars(numba.config)
        self._given = (numba.__version__, np.__version__, settings["BOUNDSCHECK"], settings["OPT"], sorted(options.items()))

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The code for a signature, None where there is none of this rule as it is now."""
        target_context.refresh()
        place, made_of = self._kept(sig, target_context.codegen())
        try:
            found = place.read_bytes()
            stamp, code = found[:STAMP], found[STAMP:]
            return self._impl.rebuild(target_context, pickle.loads(code)) if stamp == _stamp(made_of, code) else None
        except Exception:  # whatever keeps it from being read, it can be compiled
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Put code on disk, over what is there for this signature; without room for it, go on without."""
        if not self._impl.check_cachable(data) or not all(_plain(kind) for kind in sig):
            return
        place, made_of = self._kept(sig, data.codegen)
        code = dumps(self._impl.reduce(data))  # type: ignore[no-untyped-call]  # numba's
        own = place.with_suffix(f".{uuid4().hex}.tmp")
        try:
            own.parent.mkdir(parents=True, exist_ok=True)
            own.write_bytes(_stamp(made_of, code) + code)
            os.replace(own, place)
        except OSError as error:
            with suppress(OSError):
                own.unlink()
            _not_kept(str(error.strerror))

    def _kept(self, sig: Any, codegen: Any) -> tuple[Path, str]:
        """Where the code for a signature and this processor lies, and all that it follows from."""
        asked = repr((sig, codegen.magic_tuple()))
        name = f"{self._impl.filename_base}.{blake2b(asked.encode(), digest_size=8).hexdigest()}.nbc"
        return Path(self.cache_path) / name, repr((asked, self._given, ingredients(self._py_func)))


def _stamp(made_of: str, code: bytes) -> bytes:
    return blake2b(made_of.encode() + code, digest_size=STAMP).digest()


def _plain(kind: Any) -> bool:
    """Whether the name of a type says all about it, as that of a function or a named tuple does not."""
    if isinstance(kind, types.BaseAnonymousTuple):
        parts: Any = kind
        return all(_plain(part) for part in parts)
    return isinstance(kind, (types.Number, types.Boolean, types.NoneType, types.UnicodeType, types.Literal, types.Omitted, types.Array))


@cache
def _not_kept(reason: str) -> None:
    """Say so once for each reason."""
    warnings.warn(
        f"Compiled code cannot be kept on disk: {reason}. Every process compiles for itself, for up to half a minute. "
        "Make room, or name a folder that can be written to in the environment variable NUMBA_CACHE_DIR.",
        RuntimeWarning,
        stacklevel=2,
    )
