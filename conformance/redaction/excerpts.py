"""Passages of long texts, found again wherever a part of one is quoted. Imports nothing of ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: An address of a standard, or a value that a run made up, is nobody's own words.
_NOT_OWN = re.compile(r"<[^<>]*>|https?://\S+|flexcheck[\w!.-]*")


class Excerpts:
    """Remembers texts by short pieces, so that a quotation that was cut is known as well.

    Every `STRIDE`-th piece of `PIECE` characters is kept, so a quotation of
    `PIECE + STRIDE - 1` characters is always found. A piece of one word alone is not kept:
    it may be a word of ours.
    """

    PIECE, STRIDE, LONG = 12, 4, 200
    MOST = 2_000_000

    def __init__(self, public: str = "") -> None:
        self._pieces: dict[int, str] = {}
        #: What everybody says (the contract's own words) is no passage of anybody's.
        self._public = {
            hash(public[at : at + self.PIECE]) for at in range(len(public) - self.PIECE + 1)
        }

    def learn(self, text: str, instead: str) -> None:
        """Remember a text, markup and addresses left out."""
        for passage in _NOT_OWN.split(text):
            for at in range(0, len(passage) - self.PIECE + 1, self.STRIDE):
                piece = passage[at : at + self.PIECE]
                key = hash(piece)
                if not (piece.isalpha() or key in self._public or len(self._pieces) >= self.MOST):
                    self._pieces.setdefault(key, instead)

    def replace(self, text: str) -> str:
        """Return a text in which no passage of a known one is left."""
        out: list[str] = []
        done = 0
        for start, end, instead in self._found(text) if self._pieces else ():
            if start > done or not out:
                out += [text[done:start], f"[{instead}]"]
            done = end
        return "".join([*out, text[done:]])

    def _found(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield where known pieces stand, with what may stand around them of the same text."""
        around = self.STRIDE - 1
        for at in range(len(text) - self.PIECE + 1):
            instead = self._pieces.get(hash(text[at : at + self.PIECE]))
            if instead is not None:
                yield max(0, at - around), min(len(text), at + self.PIECE + around), instead
