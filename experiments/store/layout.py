"""Where in a member's file the numbers of each variable begin: the header of netCDF-3, read once for all members alike.

The format is that of the NetCDF Users Guide, "File Format Specifications": magic, dimensions, attributes,
variables; every name and list is preceded by its length and filled up to four bytes, all numbers big-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from experiments.store.members import ABOUT_START, OPEN_SEAL, SEAL_START, DamagedError

MAGIC = b"CDF\x02"  # netCDF-3 with 64-bit offsets
TYPES = {1: "i1", 2: "S1", 3: ">i2", 4: ">i4", 5: ">f4", 6: ">f8"}  # netCDF's number of a type: numpy's name
WORD = 4  # bytes to whose multiples everything is filled up


@dataclass(frozen=True)
class Place:
    """Where one variable lies, and as what."""

    offset: int
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """The header of a member without what is its own, and where the variables lie.

    Attributes:
        before, after: bytes of the header before and after what members of one kind do not share.
        places: by variable.
    """

    before: bytes
    after: bytes
    gap: int
    places: dict[str, Place]

    @classmethod
    def of(cls, content: bytes) -> Layout:
        """The layout of a whole member."""
        places = dict(variables(content))
        size = min(place.offset for place in places.values())
        start = content.index(ABOUT_START)
        end = content.index(SEAL_START.encode()) + len(OPEN_SEAL)
        return cls(content[:start], content[end:size], end - start, places)

    def fits(self, content: bytes) -> bool:
        """Whether another member lies in its file in the same way."""
        end = len(self.before) + self.gap
        return content.startswith(self.before) and content.startswith(self.after, end)


class Header:
    """Reads a header from its beginning on."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, len(MAGIC)
        if not content.startswith(MAGIC):
            raise DamagedError("The file is no netCDF-3 with 64-bit offsets.")

    def whole(self, count: int = 1) -> tuple[int, ...]:
        """So many whole numbers of four bytes."""
        return self.take(f">{count}i")

    def take(self, form: str) -> tuple[int, ...]:
        """What stands next, in the words of `struct`."""
        found = struct.unpack_from(form, self.content, self.at)
        self.at += struct.calcsize(form)
        return found

    def name(self) -> str:
        """A name with its length before it."""
        (length,) = self.whole()
        text = self.content[self.at : self.at + length].decode()
        self.skip(length)
        return text

    def skip(self, count: int) -> None:
        """Go on behind so many bytes and what fills them up."""
        self.at += count + -count % WORD

    def entries(self) -> range:
        """How many entries a list has, which says its kind first."""
        return range(self.whole(2)[1])

    def attributes(self) -> None:
        """Go on behind a list of attributes."""
        for _ in self.entries():
            self.name()
            kind, count = self.whole(2)
            self.skip(count * np.dtype(TYPES[kind]).itemsize)


def variables(content: bytes) -> Iterator[tuple[str, Place]]:
    """Each variable of a netCDF-3 file and where it lies; none may have an unlimited dimension."""
    header = Header(content)
    header.whole()  # number of records: there are none
    sizes = [(header.name(), header.whole()[0])[1] for _ in header.entries()]
    header.attributes()
    for _ in header.entries():
        name = header.name()
        dimensions = header.whole(header.whole()[0])
        header.attributes()
        (kind,), _, (offset,) = header.whole(), header.whole(), header.take(">q")
        yield name, Place(offset, TYPES[kind], tuple(sizes[number] for number in dimensions))
