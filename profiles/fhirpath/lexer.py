"""Cuts an expression into tokens (FHIRPath N1, Lexical Elements). Imports errors only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from profiles.fhirpath.errors import FhirPathSyntaxError

_TOKENS = re.compile(
    r"""
      (?P<space>\s+|//[^\n]*|/\*.*?\*/)
    | (?P<time>@T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?!\d))
    | (?P<datetime>@\d{4}(?:-\d\d(?:-\d\d)?)?T
        (?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)
    | (?P<date>@\d{4}(?:-\d\d(?:-\d\d)?)?)
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<delimited>`(?:[^`\\]|\\.)*`)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<special>\$(?:this|index|total))
    | (?P<variable>%(?:(?:vs-|ext-)[\w-]+|\w+|`[^`]*`|'[^']*'|"[^"]*"))
    | (?P<operator>!=|!~|<=|>=|[.,()\[\]{}|&+\-*/<>=~])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Token:
    """One token; the text of strings and delimited names is what they stand for.

    Attributes:
        kind: time, datetime, date, number, string, delimited, word, special, variable, operator or
            end.
        column: 1 for the first character of the expression.
    """

    kind: str
    text: str
    column: int


def tokens(expression: str) -> list[Token]:
    r"""Return the tokens of an expression, an `end` last.

    Raises:
        FhirPathSyntaxError: at the first character that begins no token.

    >>> [token.text for token in tokens("name.where(use = 'a\\'b') // c")]
    ['name', '.', 'where', '(', 'use', '=', "a'b", ')', '']
    """
    found, at = [], 0
    while at < len(expression):
        match = _TOKENS.match(expression, at)
        if match is None or (expression.startswith("/*", at) and match["operator"]):
            raise FhirPathSyntaxError(f"{expression[at]!r} begins nothing", expression, at + 1)
        kind = str(match.lastgroup)
        if kind != "space":
            found.append(Token(kind, _text(kind, match[0]), at + 1))
        at = match.end()
    found.append(Token("end", "", len(expression) + 1))
    return found


def _text(kind: str, text: str) -> str:
    if kind == "variable":
        return text[1:].strip("`'\"")
    return _ESCAPE.sub(_unescape, text[1:-1]) if kind in {"string", "delimited"} else text


def _unescape(match: re.Match[str]) -> str:
    what = match[1]
    return chr(int(what[1:], 16)) if len(what) > 1 else _ESCAPED.get(what, what)
