"""Undoes a Content-Encoding piece by piece, within a bound. Imports nothing of ours.

A few kilobytes of gzip may hold gigabytes, twice packed far more, and httpx undoes all at once.
"""

from __future__ import annotations

import zlib

#: What we ask for (`Accept-Encoding`), and the form zlib expects: 32 tells gzip from zlib itself.
GZIP_OR_ZLIB, RAW = 32 + zlib.MAX_WBITS, -zlib.MAX_WBITS
UNDERSTOOD = frozenset({"gzip", "x-gzip", "deflate"})


class CannotInflate(Exception):  # noqa: N818 - what the target sent is at fault
    """The body is not of the encoding that it claims, or of one nobody asked for."""


class Inflater:
    """Decodes one body; `feed` it what arrives, `end` it when nothing more does."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding.strip().lower()
        self._plain = self._encoding in {"", "identity"}
        if not self._plain and self._encoding not in UNDERSTOOD:
            raise CannotInflate(f"{encoding!r} was not asked for")
        self._engine = zlib.decompressobj(GZIP_OR_ZLIB)
        self._begun = False

    def feed(self, chunk: bytes, most: int) -> bytes:
        """Return what a piece decodes to, `most` bytes of it at the most.

        Raises:
            CannotInflate: the piece is not what the encoding says.
        """
        if self._plain:
            return chunk[:most]
        try:
            decoded = self._first(chunk, most)
            # A gzip file may have several members (RFC 1952 2.2).
            while self._engine.eof and self._engine.unused_data and len(decoded) < most:
                rest, self._engine = self._engine.unused_data, zlib.decompressobj(GZIP_OR_ZLIB)
                decoded += self._engine.decompress(rest, most - len(decoded))
        except zlib.error as error:
            raise CannotInflate(str(error)) from None
        return decoded

    def _first(self, chunk: bytes, most: int) -> bytes:
        begun, self._begun = self._begun, True
        try:
            return self._engine.decompress(chunk, most)
        except zlib.error:
            if begun or self._encoding != "deflate":
                raise
            # Servers are known to leave the zlib wrapper of "deflate" out (RFC 9110 8.4.1.2).
            self._engine = zlib.decompressobj(RAW)
            return self._engine.decompress(chunk, most)

    def end(self) -> None:
        """Check that the body was whole.

        Raises:
            CannotInflate: it stops in the middle.
        """
        if self._begun and not self._engine.eof:
            raise CannotInflate("it stops in the middle")
