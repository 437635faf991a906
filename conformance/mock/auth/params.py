"""Parameters of a query or a form, doubled ones noticed. Imports the standard library only."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

_MOST_FIELDS = 100
_NAME = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Params:
    """Names and values in the order they came; the empty ones count as left out (RFC 6749, 3.1)."""

    pairs: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def value(self, name: str) -> str:
        """Return the first value of a parameter, "" where it is absent."""
        return next((value for key, value in self.pairs if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a parameter (the check boxes of a form)."""
        return tuple(value for key, value in self.pairs if key == name)

    def doubled(self) -> tuple[str, ...]:
        """Return the names that came more than once, as they can be shown in an error."""
        times = Counter(name for name, _ in self.pairs)
        names = [name for name in times if times[name] > 1]
        return tuple(name if _NAME.fullmatch(name) else "a parameter" for name in names)


def query_params(raw: bytes) -> Params:
    """Return the parameters of a query, one character a byte: `state` must come back as it was.

    Raises:
        ValueError: there are absurdly many.
    """
    return _parse(raw.decode("latin-1"), "latin-1")


def form_params(raw: bytes) -> Params:
    """Return the parameters of a form.

    Raises:
        ValueError: it is no UTF-8 (UnicodeDecodeError is one), or there are absurdly many.
    """
    return _parse(raw.decode("ascii"), "utf-8")


def _parse(text: str, encoding: str) -> Params:
    pairs = parse_qsl(
        text,
        keep_blank_values=True,
        encoding=encoding,
        errors="strict",
        max_num_fields=_MOST_FIELDS,
    )
    return Params(tuple(pairs))
