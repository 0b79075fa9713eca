"""A YAML file is read as plain values, or refused with what is wrong and what to do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import yaml

from sim.errors import DataError

COPIES: ContextVar[Mapping[str, Path]] = ContextVar("COPIES", default={})  # noqa: B039  # nobody writes to it


class PlainLoader(yaml.SafeLoader):
    """YAML as Hydra reads it: dates stay text, 1e6 is a number; a name that stands twice is a fault."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # a table of the base class
        first: [(tag, form) for tag, form in rules if tag != "tag:yaml.org,2002:timestamp"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A mapping whose names are all different."""
        seen = set()
        for name, _ in node.value:
            if name.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"'{name.value}' stands twice", name.start_mark)
            seen.add(name.value)
        return super().construct_mapping(node, deep)


PlainLoader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789"))


def read_mapping(path: Path, remedy: str) -> dict[str, Any]:
    """The file's mapping, dates as text; DataError if it is missing, empty or damaged."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), PlainLoader)  # a SafeLoader
    except FileNotFoundError:
        raise DataError(f"{path}: the file is missing. {remedy}") from None
    except OSError as error:
        raise DataError(f"{path}: the file cannot be read ({error.strerror}). {remedy}") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise DataError(f"{path}: the file is damaged ({problem(error)}). {remedy}") from None
    if content is None:
        raise DataError(f"{path}: the file is empty. {remedy}")
    if not isinstance(content, Mapping):
        raise DataError(f"{path}: the file holds no mapping of names to values. {remedy}")
    return plain(content)


def problem(error: Exception) -> str:
    """What a reader stumbled over, in one line."""
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or "it is no UTF-8 text"
    return f"line {mark.line + 1}: {what}" if mark is not None else str(what)


def plain(value: Any) -> Any:
    """Mappings, with text as names, and lists at every depth."""
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def own_path(typed: str) -> Path:
    """The user's own file as he named it, or the copy that is read instead."""
    return COPIES.get().get(typed) or Path(typed).expanduser()


@contextmanager
def reading(copies: Mapping[str, Path]) -> Iterator[None]:
    """Read copies instead of the user's own files, by the names that he gave them."""
    token = COPIES.set(copies)
    try:
        yield
    finally:
        COPIES.reset(token)


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes, for a run's manifest."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
