"""What the machine code of a rule follows from, said in words that are the same in every process.

A rule is made of its own code, of the file it stands in, and of what it uses by name: other rules (made of the same in their
turn), numbers, arrays, and what it reaches through modules. What comes with Python, numpy and numba is said by its name.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from enum import EnumType
from functools import cache
from hashlib import blake2b
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any
from uuid import uuid4

import numpy as np

GIVEN = ("builtins", "cmath", "math", "numba", "numpy", "operator")  # packages whose names say enough: their versions count


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
    jitted = getattr(value, "_dispatcher", value)  # of a ufunc made of a rule
    rule = getattr(jitted, "py_func", jitted)
    if isinstance(value, np.ndarray):
        return repr((value.dtype, value.shape, value.flags)) + blake2b(value.tobytes()).hexdigest()
    if isinstance(value, tuple):  # a named one is its class too
        kind = [] if type(value) is tuple else [_home(type(value).__module__), type(value).__qualname__]
        return kind + [_described(part, names, known) for part in value]
    if isinstance(rule, (FunctionType, ModuleType)) and rule in known:
        return ()
    home = rule.__globals__["__name__"] if isinstance(rule, FunctionType) else getattr(value, "__module__", None)
    if str(home or getattr(value, "__name__", "")).partition(".")[0] in GIVEN:
        return f"{home}.{getattr(value, '__name__', value)}"
    if isinstance(rule, FunctionType):
        return repr(getattr(jitted, "targetoptions", "")), ingredients(rule, known | {rule})
    if isinstance(value, ModuleType):
        return _home(value.__name__), _among(vars(value), names, known | {value})
    if isinstance(value, EnumType):
        members: dict[str, Any] = dict(value.__members__)
        return _home(home), repr([(name, member.value) for name, member in members.items()])
    if isinstance(value, type) and hasattr(value, "_fields"):
        return _home(home), repr(value._fields)
    if callable(value):
        return uuid4().hex  # what cannot be described is never found again
    return _home(type(value).__module__), repr(value)
