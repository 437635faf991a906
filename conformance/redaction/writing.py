"""How a value looks wherever it may be written: in a URL, a form, JSON, HTML or base64.

Imports nothing of ours.
"""

from __future__ import annotations

import re
from base64 import b64encode
from html import escape
from json import dumps
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where no word goes on: after no letter, unless that ends `%2F`, `\n` or `\u00e9`; before none.
_BEGINS = (
    r"(?:(?<![^\W\d_])|(?<=%[0-9A-Fa-f]{2})|(?<=%25[0-9A-Fa-f]{2})|(?<=%2525[0-9A-Fa-f]{2})"
    r"|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4}))"
)
_ENDS = r"(?![^\W\d_])"
#: A shorter part of base64 may stand in any text by chance.
SHORTEST_CORE = 10


def anchor_of(value: str) -> str:
    """Return the longest part of a value that every way of writing it leaves as it is."""
    parts: list[str] = re.findall(r"[A-Za-z0-9]*", value)
    return max(parts, key=len)


def written(value: str) -> str:
    """Return a pattern of a value as it is, percent-encoded (once or more), in JSON and in HTML."""
    return "".join(_character(character) for character in value)


def written_as_word(value: str) -> str:
    """Return the same pattern, for where the value is no part of a longer word."""
    return f"{_BEGINS}{written(value)}{_ENDS}"


def base64_cores(value: str) -> Iterator[str]:
    """Yield what base64 makes of a value, wherever in the encoded text it begins (RFC 4648).

    Characters at the ends depend on what stands beside the value, and are left out.
    """
    data = value.encode("utf-8", errors="surrogatepass")
    for before in range(3):
        bits = 8 * before
        encoded = b64encode(b"\0" * before + data).decode()
        core = encoded[-(-bits // 6) : (bits + 8 * len(data)) // 6]
        if len(core) >= SHORTEST_CORE:
            yield core


def in_base64(core: str) -> str:
    """Return a pattern of a core in a base64 text of either alphabet, percent-encoded too.

    It takes a few characters on either side along: those hold the rest of the value.
    """
    either = {"+": "(?:\\+|-|%(?:25)*2[Bb])", "/": "(?:\\\\?/|_|%(?:25)*2[Ff])"}
    inner = "".join(either.get(character, character) for character in core)
    beside = "[A-Za-z0-9+/_-]{0,2}"
    return rf"{beside}{inner}{beside}(?:=|%(?:25)*3[Dd]){{0,2}}"


def _character(character: str) -> str:
    """Match one character in each form that a URL, a form, JSON or HTML gives it."""
    if character.isascii() and character.isalnum():
        return character
    encoded = character.encode("utf-8", errors="surrogatepass")
    forms = [re.escape(character), "".join(_percent(byte) for byte in encoded)]
    if character == " ":
        forms.append(r"\+")
    escaped = {dumps(character)[1:-1], dumps(character, ensure_ascii=False)[1:-1]}
    forms += [_any_case(form) for form in escaped - {character}]
    forms.append(_any_case("".join(f"\\u{unit:04x}" for unit in _utf16(character))))
    if character == "/":
        forms.append(r"\\/")
    if (entity := escape(character)) != character:
        forms.append(re.escape(entity))
    forms.append(rf"&#(?:0*{ord(character)}|[xX]0*(?i:{ord(character):x}));")
    # The longest form first, or a backslash would match only half of what escapes it.
    return f"(?:{'|'.join(sorted(dict.fromkeys(forms), key=len, reverse=True))})"


def _percent(byte: int) -> str:
    """Match `%2F`, `%2f`, and both as they look inside an encoded address (`%252F`)."""
    return f"%(?:25)*(?i:{byte:02X})"


def _any_case(escaped: str) -> str:
    return f"(?i:{re.escape(escaped)})"


def _utf16(character: str) -> list[int]:
    raw = character.encode("utf-16-be", errors="surrogatepass")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]
