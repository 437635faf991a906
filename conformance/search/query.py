"""One search criterion as sent: parameter and its OR values. Imports stdlib only."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPLIT = re.compile(r"(?<!\\)((?:\\\\)*),")
_BAR = re.compile(r"(?<!\\)((?:\\\\)*)\|")
_ESCAPED = re.compile(r"\\([,|$\\])")


def escape(value: str) -> str:
    r"""Escape a value for a query: `\`, `,`, `|` and `$` (FHIR R4 search.html#escaping)."""
    return re.sub(r"([,|$\\])", r"\\\1", value)


def unescape(value: str) -> str:
    """Undo `escape`."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(r"\1", value)


def split_bar(value: str) -> tuple[str, str, str]:
    """Split `system|code` at the first bar that is not escaped; no bar means a code alone."""
    found = _BAR.search(value)
    if not found:
        return "", "", unescape(value)
    return unescape(value[: found.end() - 1]), "|", unescape(value[found.end() :])


@dataclass(frozen=True, slots=True)
class Criterion:
    """`name=value`; a comma in the value stands for OR (search.html#combining)."""

    name: str
    value: str

    @property
    def alternatives(self) -> tuple[str, ...]:
        """The OR values, still escaped."""
        if "," not in self.value:
            return (self.value,)
        return tuple(_SPLIT.sub("\\1\x00", self.value).split("\x00"))

    def __str__(self) -> str:
        return f"{self.name}={self.value}"
