"""One file of members that the same members always give again, byte for byte. Imports nothing.

It is a plain tar (POSIX ustar) with nothing in it but names and contents, so that any tool opens
it, and writing it again shows a flipped bit even where no content stands.
"""

from __future__ import annotations

import io
import tarfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The largest member after inflating: a log is far smaller, a bomb is not.
MAX_BYTES = 4 * 1024**3


class NoArchive(ValueError):  # noqa: N818 - says what the file is
    """The file is none that flexcheck wrote, or was changed since."""


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return the archive of these members, in the order of their names."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(members):
            info = tarfile.TarInfo(name)
            info.size = len(members[name])
            tar.addfile(info, io.BytesIO(members[name]))
    return out.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the members of an archive.

    Raises:
        NoArchive: it is none, or a byte of it is not as `pack` writes it.
    """
    try:
        members = _members(data)
    except NoArchive:
        raise
    except (tarfile.TarError, ValueError, EOFError, OverflowError) as error:
        raise NoArchive(f"not an evidence archive ({type(error).__name__})") from None
    if pack(members) != data:
        raise NoArchive("the archive's own bytes are not as flexcheck writes them")
    return members


def _members(data: bytes) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
        for info in tar:
            file = tar.extractfile(info) if info.isreg() else None
            if file is None or info.name in members:
                raise NoArchive(f"{info.name!r} is no plain file, or is there twice")
            members[info.name] = file.read()
    return members


def deflate(data: bytes) -> bytes:
    """Return the gzip form of a member, without time or name."""
    packer = zlib.compressobj(9, wbits=31)
    return packer.compress(data) + packer.flush()


def inflate(data: bytes) -> bytes:
    """Return what `deflate` was given; `NoArchive` where it is no such thing, or far too much."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(data, MAX_BYTES)
    except zlib.error as error:
        raise NoArchive(f"a compressed member cannot be read: {error}") from None
    if not unpacker.eof or unpacker.unused_data:
        raise NoArchive("a compressed member does not end as it should")
    return content
