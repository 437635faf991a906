"""Whether codes and tokens can be guessed (RFC 6749 10.10), judged in favour of the server.

What a value could hold at most is told by its length and its characters. What several values have
in common at their ends is no secret. A server that draws its values at random is never accused:
values that are long and yet predictable are not found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import takewhile
from math import log2
from typing import TYPE_CHECKING

from conformance.findings import Assertion
from conformance.redaction import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: Characters that a value is made of, the fewest first, and how many there are of them.
_ALPHABETS = (
    (re.compile(r"[0-9]*"), 10),
    (re.compile(r"[0-9a-f]*|[0-9A-F]*"), 16),
    (re.compile(r"[0-9a-z]*|[0-9A-Z]*"), 36),
    (re.compile(r"[0-9A-Za-z+/_-]*"), 64),
    (re.compile(r"[\x20-\x7e]*"), 94),
)
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: A signed JWT: who can guess its signature has the key. What it says may be known to everybody.
_JWS = re.compile(r"eyJ[\w-]*\.[\w-]*\.([\w-]+)")
#: So many characters that are as in the first value may be chance: six are once in 1,000,000.
_CHANCE = 5


@dataclass(frozen=True, slots=True)
class Issued:
    """A code or token that a server gave out, and the exchange that brought it."""

    value: str = field(repr=False)
    exchange: str


def has_room(issued: Iterable[Issued], name: str, bits: int) -> Iterator[Assertion]:
    """Values that a server made up have room for so many random bits."""
    known = [item for item in issued if item.value not in ("", MASK)]  # masked in a replay
    parts = _differing([_secret_part(item.value) for item in known])
    size = _alphabet(parts)
    for item, part in zip(known, parts, strict=True):
        room = len(part) * log2(size)
        yield Assertion(
            room >= bits,
            name,
            f"room for {bits} random bits",
            f"{int(room)} bits at most: {len(part)} characters of {size} that are its own",
            item.exchange,
        )


def _secret_part(value: str) -> str:
    """Return what of a value may be random: no padding, no dashes of a UUID, of a JWT the proof."""
    if signed := _JWS.fullmatch(value):
        return signed[1]
    return _UUID.sub(lambda found: found[0].replace("-", ""), value).rstrip("=")


def _differing(values: Sequence[str]) -> list[str]:
    """Return the values without what they all begin and end with, unless that may be chance."""
    begin = _shared(values)
    turned = [value[begin:][::-1] for value in values]
    end = _shared(turned)
    return [value[end:][::-1] for value in turned]


def _shared(values: Sequence[str]) -> int:
    """Return how many characters all begin with, but those that may be chance."""
    # Between the first and the last in order are all the others.
    pairs = zip(min(values, default=""), max(values, default=""), strict=False)
    count = len([*takewhile(lambda pair: pair[0] == pair[1], pairs)])
    others = len(values) - 1
    return max(0, count - _CHANCE // others) if others > 0 else 0


def _alphabet(values: Sequence[str]) -> int:
    text = "".join(values)
    return next((size for shape, size in _ALPHABETS if shape.fullmatch(text)), 256)
