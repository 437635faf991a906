"""Packs: the facts of one package in one file, of which only what is asked for is unpacked.

Imports shelf and errors. A pack is a magic line, a header (length in 4 bytes, then JSON) and blocks
of xz-compressed JSON; the header says where each kind's index is, an index in which block, from
where and how long each item is. The bytes depend on the package alone.
"""

from __future__ import annotations

import lzma
import struct
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import orjson

from profiles.packages.errors import PackageError
from profiles.packages.shelf import KINDS, items_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from profiles.packages.facts import Facts
    from profiles.packages.source import Package

#: Raised whenever facts or layout change, so that an old pack is refused and not misread.
PACK_FORMAT = 3
SUFFIX = ".pack"
_MAGIC = b"flexcheck pack\n"
_LENGTH = struct.Struct(">I")
#: Bytes of JSON in one block: larger is smaller on disk and slower to reach into.
_BLOCK = 1 << 16
#: Blocks kept unpacked: what stands in one block is often asked for together.
_KEPT = 6
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 20}]

Row = tuple[str, str, bytes]
Index = dict[str, list[tuple[str, int, int, int]]]


def pack_name(package: str, version: str) -> str:
    """Return the file name of a pack.

    >>> pack_name("hl7.fhir.r4.core", "4.0.1")
    'hl7.fhir.r4.core-4.0.1.pack'
    """
    return f"{package}-{version}{SUFFIX}"


def build_pack(package: Package) -> bytes:
    """Compile a package; the same package gives the same bytes.

    Raises:
        PackageError: a member is broken.
    """
    blocks: list[bytes] = []
    indexes: dict[str, int] = {}
    for kind, by_key in items_of(package).items():
        rows = [(key, version, body) for key in by_key for version, body in by_key[key]]
        index = _fill(blocks, sorted(rows, key=_order))
        indexes[kind] = len(blocks)
        blocks.append(_compress(orjson.dumps(index, option=orjson.OPT_SORT_KEYS)))
    header = {
        "format": PACK_FORMAT,
        "id": package.id,
        "version": package.version,
        "dependencies": dict(package.dependencies),
        "fingerprint": package.fingerprint,
        "counts": {kind: n for kind, n in package.counts().items() if kind in KINDS},
        "indexes": indexes,
        "blocks": [len(block) for block in blocks],
    }
    head = orjson.dumps(header, option=orjson.OPT_SORT_KEYS)
    return b"".join((_MAGIC, _LENGTH.pack(len(head)), head, *blocks))


def _order(row: Row) -> tuple[bool, str, str]:
    """Put types before what constrains them: a validator asks for many types, few profiles."""
    key, version, body = row
    return b'"derivation":"constraint"' in body, key, version


def _fill(blocks: list[bytes], rows: Iterable[Row]) -> Index:
    index: Index = {}
    parts: list[bytes] = []
    size = 0
    for key, version, body in rows:
        index.setdefault(key, []).append((version, len(blocks), size, len(body)))
        parts.append(body)
        size += len(body)
        if size >= _BLOCK:
            blocks.append(_compress(b"".join(parts)))
            parts, size = [], 0
    if parts:
        blocks.append(_compress(b"".join(parts)))
    return index


def _compress(data: bytes) -> bytes:
    return lzma.compress(data, lzma.FORMAT_XZ, lzma.CHECK_CRC32, filters=_FILTERS)


class Pack:
    """A pack file as a `Shelf`; opening it reads the header only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        header, start = _read_header(path)
        self.id: str = header["id"]
        self.version: str = header["version"]
        self.dependencies: Mapping[str, str] = header["dependencies"]
        self.fingerprint: str = header["fingerprint"]
        self.counts: Mapping[str, int] = header["counts"]
        self._index_blocks: Mapping[str, int] = header["indexes"]
        self._places = tuple(_places(header["blocks"], start))
        self._indexes: dict[str, Index] = {}
        self._unpacked: OrderedDict[int, bytes] = OrderedDict()

    def keys(self, kind: str) -> Iterable[str]:
        """Name what there is."""
        return self._index(kind)

    def versions(self, kind: str, key: str) -> tuple[str, ...]:
        """Return the versions of one URL."""
        return tuple(row[0] for row in self._index(kind).get(key, ()))

    def facts(self, kind: str, key: str, number: int) -> Facts:
        """Return the facts of one version."""
        _, block, start, length = self._index(kind)[key][number]
        facts: Facts = orjson.loads(self._block(block)[start : start + length])
        return facts

    def _index(self, kind: str) -> Index:
        if kind not in self._indexes:
            self._indexes[kind] = orjson.loads(self._unpack(self._index_blocks[kind]))
        return self._indexes[kind]

    def _block(self, number: int) -> bytes:
        if number in self._unpacked:
            self._unpacked.move_to_end(number)
        else:
            self._unpacked[number] = self._unpack(number)
            if len(self._unpacked) > _KEPT:
                self._unpacked.popitem(last=False)
        return self._unpacked[number]

    def _unpack(self, number: int) -> bytes:
        start, length = self._places[number]
        try:
            with self._path.open("rb") as file:
                file.seek(start)
                return lzma.decompress(file.read(length), lzma.FORMAT_XZ)
        except (OSError, lzma.LZMAError, EOFError) as error:
            raise _broken(self._path, str(error)) from error


def _places(lengths: Iterable[int], start: int) -> Iterator[tuple[int, int]]:
    for length in lengths:
        yield start, length
        start += length


def _read_header(path: Path) -> tuple[dict[str, Any], int]:
    """Return the header and where the blocks begin."""
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise _broken(path, "it does not begin as one")
            (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
            header = orjson.loads(file.read(length))
    except (OSError, struct.error, orjson.JSONDecodeError) as error:
        raise _broken(path, str(error)) from error
    if header.get("format") != PACK_FORMAT:
        raise _broken(path, f"its format is {header.get('format')}, not {PACK_FORMAT}")
    if missing := [kind for kind in KINDS if kind not in header["indexes"]]:
        raise _broken(path, f"it has no {missing[0]}")
    return header, len(_MAGIC) + _LENGTH.size + length


def _broken(path: Path, why: str) -> PackageError:
    return PackageError(
        f"{path} is no pack that this flexcheck can read: {why}. "
        "Build it again: flexcheck packages build ID#VERSION."
    )
