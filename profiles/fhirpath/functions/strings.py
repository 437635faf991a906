"""Functions on strings (FHIRPath N1, String Manipulation; and encode, escape, split of STU)."""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from profiles.fhirpath.code import EMPTY, Items, Scope, single
from profiles.fhirpath.errors import EvaluationError
from profiles.fhirpath.registry import function, scalar
from profiles.fhirpath.values import plain, whole

if TYPE_CHECKING:
    from collections.abc import Callable

_STRING, _BOOLEAN, _INTEGER = "System.String", "System.Boolean", "System.Integer"


def _text(value: Any) -> str:
    if type(value) is not str:
        raise EvaluationError(f"{value!r} is no string")
    return value


@scalar("startsWith", 1, types=_BOOLEAN)
def starts_with(text: Any, prefix: Any) -> bool:
    """`startsWith(prefix)`."""
    return _text(text).startswith(_text(prefix))


@scalar("endsWith", 1, types=_BOOLEAN)
def ends_with(text: Any, suffix: Any) -> bool:
    """`endsWith(suffix)`."""
    return _text(text).endswith(_text(suffix))


@scalar("contains", 1, types=_BOOLEAN)
def contains(text: Any, part: Any) -> bool:
    """`contains(substring)`."""
    return _text(part) in _text(text)


@scalar("indexOf", 1, types=_INTEGER)
def index_of(text: Any, part: Any) -> int:
    """`indexOf(substring)`, -1 where it is not."""
    return _text(text).find(_text(part))


@scalar("lastIndexOf", 1, types=_INTEGER)
def last_index_of(text: Any, part: Any) -> int:
    """`lastIndexOf(substring)`, -1 where it is not."""
    return _text(text).rfind(_text(part))


@scalar("substring", 1, 2, types=_STRING)
def substring(text: Any, start: Any, length: Any = None) -> str | None:
    """`substring(start, length)`; nothing where the start lies outside."""
    content, first = _text(text), whole(start)
    if not 0 <= first < len(content):
        return None
    return content[first:] if length is None else content[first : first + max(whole(length), 0)]


@scalar("length", types=_INTEGER)
def length(text: Any) -> int:
    """`length()`."""
    return len(_text(text))


@scalar("upper", types=_STRING)
def upper(text: Any) -> str:
    """`upper()`."""
    return _text(text).upper()


@scalar("lower", types=_STRING)
def lower(text: Any) -> str:
    """`lower()`."""
    return _text(text).lower()


@scalar("trim", types=_STRING)
def trim(text: Any) -> str:
    """`trim()`."""
    return _text(text).strip()


@scalar("replace", 2, types=_STRING)
def replace(text: Any, pattern: Any, substitution: Any) -> str:
    """`replace(pattern, substitution)`."""
    return _text(text).replace(_text(pattern), _text(substitution))


#: `(?<name>…)` of PCRE, which Python writes `(?P<name>…)`.
_NAMED = re.compile(r"\(\?<(?![=!])")


@lru_cache(maxsize=512)
def pattern_of(regex: str) -> re.Pattern[str]:
    r"""Return a regular expression of FHIRPath (PCRE, single-line mode) as Python's.

    What published expressions use is the same in both, but for `\p{…}`, which Python lacks.
    """
    try:
        with warnings.catch_warnings():
            # "[[" and "--" in a set are what they are: Python only fears for its future.
            warnings.simplefilter("ignore", FutureWarning)
            return re.compile(_NAMED.sub("(?P<", regex), re.DOTALL)
    except re.error as error:
        raise EvaluationError(f"{regex!r} is no regular expression: {error}") from error


@scalar("matches", 1, types=_BOOLEAN)
def matches(text: Any, regex: Any) -> bool:
    """`matches(regex)`, anywhere in the text."""
    return pattern_of(_text(regex)).search(_text(text)) is not None


@scalar("matchesFull", 1, types=_BOOLEAN)
def matches_full(text: Any, regex: Any) -> bool:
    """`matchesFull(regex)`, of the whole text."""
    return pattern_of(_text(regex)).fullmatch(_text(text)) is not None


_GROUP = re.compile(r"\$(\d+|\{\w+\})")


@scalar("replaceMatches", 2, types=_STRING)
def replace_matches(text: Any, regex: Any, substitution: Any) -> str:
    """`replaceMatches(regex, substitution)`, with `$1` and `${name}`."""
    if not regex:
        return _text(text)
    template = _GROUP.sub(
        lambda match: rf"\g<{match[1].strip('{}')}>", _text(substitution).replace("\\", r"\\")
    )
    try:
        return pattern_of(_text(regex)).sub(template, _text(text))
    except (re.error, IndexError) as error:
        raise EvaluationError(f"{substitution!r} is no substitution: {error}") from error


@function("toChars", types=_STRING)
def to_chars(_scope: Scope, items: Items) -> Items:
    """`toChars()`."""
    text = single(items)
    return EMPTY if text is None else list(_text(text))


@function("split", 1, types=_STRING)
def split(_scope: Scope, items: Items, separator: Items) -> Items:
    """`split(separator)`."""
    text, mark = single(items), single(separator)
    return EMPTY if text is None or not mark else list(_text(text).split(_text(mark)))


@function("join", 0, 1, types=_STRING)
def join(_scope: Scope, items: Items, separator: Items = EMPTY) -> Items:
    """`join(separator)`."""
    mark = str(single(separator) or "")
    return [mark.join(_text(plain(item)) for item in items)] if items else EMPTY


def _unbase64(text: str) -> str:
    return base64.b64decode(text, validate=True).decode()


_CODES: dict[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    "base64": (lambda text: base64.b64encode(text.encode()).decode(), _unbase64),
    "urlbase64": (
        lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
        lambda text: base64.urlsafe_b64decode(text).decode(),
    ),
    "hex": (lambda text: text.encode().hex(), lambda text: bytes.fromhex(text).decode()),
}
_ESCAPES: dict[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    "html": (html.escape, html.unescape),
    "json": (
        lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
        lambda text: str(json.loads(f'"{text}"')) if "\\" in text else text,
    ),
}


def _coded(table: dict[str, Any], way: int, text: Any, form: Any) -> str | None:
    if type(form) is not str or form not in table:
        return None
    try:
        return str(table[form][way](_text(text)))
    except (binascii.Error, ValueError) as error:
        raise EvaluationError(f"{text!r} is no {form}: {error}") from error


scalar("encode", 1, types=_STRING)(lambda text, form: _coded(_CODES, 0, text, form))
scalar("decode", 1, types=_STRING)(lambda text, form: _coded(_CODES, 1, text, form))
scalar("escape", 1, types=_STRING)(lambda text, form: _coded(_ESCAPES, 0, text, form))
scalar("unescape", 1, types=_STRING)(lambda text, form: _coded(_ESCAPES, 1, text, form))
