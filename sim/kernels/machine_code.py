"""Machine code of rules on disk: used again by other processes, and never for a rule that has become another."""

from __future__ import annotations

import os
import pickle
import types
import warnings
from collections.abc import Iterator
from enum import EnumType
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import uuid4

import numba
import numpy as np
from numba.core.caching import FunctionCache
from numba.core.serialize import dumps

STAMP = 32  # bytes at the beginning of a file of machine code, which tell what it was made of and that it is whole


def keep(dispatcher: Any, options: dict[str, Any]) -> None:
    """Keep a rule's machine code on disk, compiled with these options; where no folder can be written to, warn that it is not."""
    try:
        dispatcher._cache = RuleCache(dispatcher.py_func, options)
    except RuntimeError:  # numba knows no other place
        _not_kept("no folder for it can be written to")


class RuleCache(FunctionCache):
    """Machine code on disk, taken for a rule only if nothing has changed that the rule is made of, in whatever file.

    numba by itself looks at the file where a rule stands, and keeps an index beside the code, so that a process that dies or comes
    between the two writes leaves the code of one rule under the name of another. Here each file says itself what it was made of,
    and is put in its place whole.
    """

    def __init__(self, rule: Any, options: dict[str, Any]) -> None:
        """options: of the compiler; RuntimeError where no folder can be written to."""
        super().__init__(rule)  # type: ignore[no-untyped-call]  # numba's
        self._options = options

    @cached_property
    def made_of(self) -> str:
        """All that the machine code follows from, signature and processor apart; asked for when all rules of a file are there."""
        return repr((numba.__version__, sorted(self._options.items()), ingredients(self._py_func)))

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The code for a signature, None where there is none of this rule as it is now."""
        target_context.refresh()
        place, made_of = self._kept(sig, target_context.codegen())
        try:
            found = place.read_bytes()
        except OSError:
            return None
        stamp, code = found[:STAMP], found[STAMP:]
        if stamp != _stamp(made_of, code):
            return None
        return self._impl.rebuild(target_context, pickle.loads(code))

    def save_overload(self, sig: Any, data: Any) -> None:
        """Put code on disk, over what is there for this signature; without room for it, go on without."""
        if not self._impl.check_cachable(data):
            return
        place, made_of = self._kept(sig, data.codegen)
        code = dumps(self._impl.reduce(data))  # type: ignore[no-untyped-call]  # numba's
        own = place.with_suffix(f".{uuid4().hex}.tmp")
        try:
            own.parent.mkdir(parents=True, exist_ok=True)
            own.write_bytes(_stamp(made_of, code) + code)
            os.replace(own, place)
        except OSError as error:
            own.unlink(missing_ok=True)
            _not_kept(str(error.strerror))

    def _kept(self, sig: Any, codegen: Any) -> tuple[Path, str]:
        """Where the code for a signature and this processor lies, and all that it follows from."""
        asked = repr((sig, codegen.magic_tuple()))
        name = f"{self._impl.filename_base}.{blake2b(asked.encode(), digest_size=8).hexdigest()}.nbc"
        return Path(self.cache_path) / name, asked + self.made_of


def _stamp(made_of: str, code: bytes) -> bytes:
    return blake2b(made_of.encode() + code, digest_size=STAMP).digest()


def _not_kept(reason: str) -> None:
    warnings.warn(
        f"Compiled code cannot be kept on disk: {reason}. Every process compiles for itself, for up to half a minute. "
        "Make room, or name a folder that can be written to in the environment variable NUMBA_CACHE_DIR.",
        RuntimeWarning,
        stacklevel=1,
    )


def ingredients(rule: Any, known: frozenset[Any] = frozenset()) -> tuple[Any, ...]:
    """The code of a rule, and by name what it uses from outside with all that this is made of: what its machine code follows from."""
    codes = list(_codes(rule.__code__))
    cells = [cell.cell_contents for cell in rule.__closure__ or ()]
    outside = {**rule.__globals__, **dict(zip(rule.__code__.co_freevars, cells, strict=True))}
    names = dict.fromkeys(name for code in codes for name in (*code.co_names, *code.co_freevars))
    used = {name: outside[name] for name in names if name in outside}
    for module in [value for value in used.values() if isinstance(value, types.ModuleType)]:
        used |= {f"{module.__name__}.{name}": vars(module)[name] for name in names if name in vars(module)}
    constants = [[value for value in code.co_consts if not isinstance(value, types.CodeType) and value != rule.__doc__] for code in codes]
    texts = [(code.co_code.hex(), repr(inside), code.co_varnames) for code, inside in zip(codes, constants, strict=True)]
    return texts, [(name, _described(value, known)) for name, value in used.items()]


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """A function's code and that of all functions and comprehensions inside it."""
    yield code
    for value in code.co_consts:
        if isinstance(value, types.CodeType):
            yield from _codes(value)


def _described(value: Any, known: frozenset[Any]) -> Any:
    """What would change if the value did: rules by what they are made of, arrays by their bytes, what comes with Python by its name."""
    rule = getattr(value, "py_func", value)
    if isinstance(rule, types.FunctionType) and str(rule.__module__).partition(".")[0] not in ("numpy", "numba"):
        return () if rule in known else ingredients(rule, known | {rule})
    if isinstance(value, tuple):
        return [_described(part, known) for part in value]
    if isinstance(value, np.ndarray):
        return repr((value.dtype, value.shape)) + blake2b(value.tobytes()).hexdigest()
    if isinstance(value, EnumType):
        return repr(value.__members__)
    if isinstance(value, types.ModuleType) or callable(value):
        return f"{getattr(value, '__module__', '')}.{getattr(value, '__name__', '')}"
    return repr(value)
