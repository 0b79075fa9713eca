"""Machine code of rules on disk: used again by other processes, and never for a rule that has become another."""

from __future__ import annotations

import os
import pickle
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import EnumType
from functools import cache
from hashlib import blake2b
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any
from uuid import uuid4

import numba
import numpy as np
from numba import types
from numba.core.caching import FunctionCache
from numba.core.serialize import dumps

STAMP = 32  # bytes at the beginning of a file of machine code, which tell what it was made of and that it is whole
GIVEN = ("builtins", "cmath", "math", "numba", "numpy", "operator")  # packages whose names say enough: their versions count


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
        source, settings = self._impl.locator.get_source_stamp(), vars(numba.config)
        self._given = (numba.__version__, np.__version__, settings["BOUNDSCHECK"], settings["OPT"], sorted(options.items()), source)

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


def ingredients(rule: Any, known: frozenset[Any] = frozenset()) -> tuple[Any, ...]:
    """The code of a rule, and by name what it uses from outside with all that this is made of: what its machine code follows from."""
    codes = list(_codes(rule.__code__))
    cells = [cell.cell_contents for cell in rule.__closure__ or ()]
    outside = {**rule.__globals__, **dict(zip(rule.__code__.co_freevars, cells, strict=True))}
    texts: list[Any] = [_source(rule.__code__.co_filename), repr((rule.__defaults__, rule.__kwdefaults__))]
    for code in codes:
        constants = [value for value in code.co_consts if not isinstance(value, CodeType) and value != rule.__doc__]
        said = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
        counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
        texts.append((code.co_code.hex(), code.co_exceptiontable.hex(), repr(constants), said, counts))
    names = tuple(dict.fromkeys(name for code in codes for name in (*code.co_names, *code.co_freevars)))
    return texts, _among(outside, names, known)


@cache
def _source(file: str) -> str:
    """A digest of a file; nothing where there is none."""
    try:
        return blake2b(Path(file).read_bytes()).hexdigest()
    except OSError:
        return ""


def _home(name: str | None) -> str:
    """A digest of the file of a module."""
    return _source(str(getattr(sys.modules.get(str(name)), "__file__", "")))


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code and that of all functions and comprehensions inside it."""
    yield code
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _codes(value)


def _among(outside: dict[str, Any], names: Iterable[str], known: frozenset[Any]) -> list[tuple[str, Any]]:
    return [(name, _described(outside[name], names, known)) for name in names if name in outside]


def _described(value: Any, names: Iterable[str], known: frozenset[Any]) -> Any:
    """What changes if the value does: of rules and modules what they are made of, of arrays their bytes.

    Args:
        value: of a name that a rule uses. names: all that it uses, by which it may reach into a module. known: what is being described.
    """
    if isinstance(value, np.ndarray):
        return repr((value.dtype, value.shape, value.flags)) + blake2b(value.tobytes()).hexdigest()
    if type(value) is tuple:
        return [_described(part, names, known) for part in value]
    jitted = getattr(value, "_dispatcher", value)  # of a ufunc made of a rule
    rule = getattr(jitted, "py_func", jitted)
    if isinstance(rule, (FunctionType, ModuleType)) and rule in known:
        return ()
    home = rule.__globals__["__name__"] if isinstance(rule, FunctionType) else getattr(value, "__module__", None)
    if str(home or getattr(value, "__name__", "")).partition(".")[0] in GIVEN:
        return f"{home}.{getattr(value, '__name__', value)}"
    if isinstance(rule, FunctionType):
        return repr(getattr(jitted, "targetoptions", "")), ingredients(rule, known | {rule})
    if isinstance(value, ModuleType):
        return _source(str(getattr(value, "__file__", ""))), _among(vars(value), names, known | {value})
    if isinstance(value, EnumType):
        members: dict[str, Any] = dict(value.__members__)
        return _home(home), repr([(name, member.value) for name, member in members.items()])
    if isinstance(value, type) and hasattr(value, "_fields"):
        return _home(home), repr(value._fields)
    if callable(value):
        return uuid4().hex  # what cannot be described is never found again
    return _home(type(value).__module__), repr(value)
