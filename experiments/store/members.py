"""A member as the bytes of one file: netCDF-3, which xarray opens, with a seal over every byte of it.

content = made(configuration, seed)      # run, and pack
dataset = unpacked(content)              # DamagedError unless the seal holds
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
from collections.abc import Callable, Mapping
from typing import Any

import xarray as xr

from experiments.manifest import versions
from experiments.store.keys import key_of
from sim.config import Configuration
from sim.errors import LivemarketError
from sim.runner import run

ABOUT, SEAL = "about", "seal"  # the two attributes of a member's file, in this order
SEAL_START = "sha256:"
OPEN_SEAL = SEAL_START + 64 * "0"
ABOUT_START = b"about\0\0\0" + struct.pack(">i", 2)  # netCDF-3: the name filled up to words, then the type, text
PADDING = 4096  # bytes: `about` is filled up to a multiple, so that members of one kind share their layout


class DamagedError(LivemarketError):
    """A member whose file is not what was written."""


def made(configuration: Configuration, seed: int, progress: Callable[[int, int], None] | None = None) -> bytes:
    """Run one member and pack it with all that made it."""
    about = {
        "key": key_of(configuration, seed),
        "configuration": configuration.to_mapping(),
        "seed": int(seed),
        "checked": configuration.checked,
        "packages": versions(),
    }
    dataset = run(configuration, seed, progress)
    return packed(dataset, {**about, "code_version": dataset.attrs["code_version"]})


def packed(dataset: xr.Dataset, about: Mapping[str, Any]) -> bytes:
    """A Dataset as sealed bytes.

    Args:
        dataset: what a run has recorded; its attributes are replaced.
        about: where it comes from, in plain values.
    """
    text = json.dumps(about, sort_keys=True)
    text += " " * (-len(text) % PADDING)
    sealed = dataset.drop_attrs(deep=False).assign_attrs({ABOUT: text, SEAL: OPEN_SEAL})
    content = bytes(sealed.to_netcdf(engine="scipy", format="NETCDF3_64BIT"))
    return content.replace(OPEN_SEAL.encode(), seal_of(content), 1)


def seal_of(content: bytes) -> bytes:
    """The seal of a file whose place for it is still open."""
    return SEAL_START.encode() + hashlib.sha256(content).hexdigest().encode()


def is_whole(content: bytes) -> bool:
    """Whether every byte is as it was written."""
    at = content.find(SEAL_START.encode())
    end = at + len(OPEN_SEAL)
    if at < 0 or end > len(content):
        return False
    digest = hashlib.sha256(content[:at])
    digest.update(OPEN_SEAL.encode())
    digest.update(memoryview(content)[end:])
    return content[at + len(SEAL_START) : end] == digest.hexdigest().encode()


def unpacked(content: bytes) -> xr.Dataset:
    """The Dataset of a member, in memory; DamagedError unless its seal holds."""
    if not is_whole(content):
        raise DamagedError("The file is damaged.")
    with xr.open_dataset(io.BytesIO(content), engine="scipy") as dataset:
        return dataset.load()


def about_of(content: bytes) -> dict[str, Any]:
    """What made a member, read from its bytes: key, configuration, seed, whether it was checked, packages, code_version."""
    start = content.index(ABOUT_START) + len(ABOUT_START)
    (length,) = struct.unpack_from(">i", content, start)
    return json.loads(content[start + 4 : start + 4 + length])
