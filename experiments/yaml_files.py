"""A YAML file is read as plain values, or refused with what is wrong and what to do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from sim.errors import DataError


def read_mapping(path: Path, remedy: str) -> dict[str, Any]:
    """The file's mapping with dates as ISO text; DataError if it is missing, empty or damaged."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
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
    """Mappings and lists of plain values, dates as ISO text at every depth."""
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes, for a run's manifest."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
