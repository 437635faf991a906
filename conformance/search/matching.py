"""Whether a resource matches a search: must, may, or must not. Imports search modules only.

`MAY` is the honest answer where FHIR R4 leaves room (punctuation in strings, the case of codes,
zoneless dates, `ap`): no server is faulted there, whatever it does.
"""

from __future__ import annotations

import unicodedata
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.search.dates import ZONES, Span, span_of
from conformance.search.definitions import RESULT_PARAMETERS, ParameterDefinition, definition_of
from conformance.search.query import Criterion, unescape
from conformance.search.values import Token, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Match(IntEnum):
    """Ordered so that OR is `max` and AND is `min`."""

    NO = 0
    MAY = 1
    YES = 2


@lru_cache(maxsize=1 << 16)
def normalise(text: str) -> str:
    """Fold case, accents and white space (search.html#string)."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.casefold().split())


@lru_cache(maxsize=1 << 16)
def _letters(text: str) -> str:
    return "".join(char for char in normalise(text) if char.isalnum())


def match_string(held: str, wanted: str) -> Match:
    """Equals or starts with, after normalisation; punctuation is for the server to weigh."""
    wanted = unescape(wanted)
    if normalise(held).startswith(normalise(wanted)):
        return Match.YES
    bare = _letters(wanted)
    return Match.MAY if bare and _letters(held).startswith(bare) else Match.NO


def match_token(held: Token, wanted: str) -> Match:
    """`code`, `system|code`, `|code`, `system|` (search.html#token)."""
    system, bar, code = _split_token(wanted)
    if bar and held.system is not None and system != held.system:
        return Match.NO
    if not code or code == held.code:
        return Match.YES if bar or code else Match.NO
    return Match.MAY if code.casefold() == held.code.casefold() else Match.NO


def _split_token(wanted: str) -> tuple[str, str, str]:
    for index, char in enumerate(wanted):
        if char == "|" and (index == 0 or wanted[index - 1] != "\\"):
            return unescape(wanted[:index]), "|", unescape(wanted[index + 1 :])
    return "", "", unescape(wanted)


def match_reference(held: str, wanted: str) -> Match:
    """`id`, `Type/id`, an absolute URL (search.html#reference); versions do not take part."""
    mine, asked = _reference_parts(held), _reference_parts(unescape(wanted))
    if not mine or not asked or mine[-1] != asked[-1]:
        return Match.NO
    if len(asked) == 1 or mine[-2:] == asked[-2:]:
        return Match.YES
    return Match.NO


def _reference_parts(reference: str) -> list[str]:
    path = urlsplit(reference).path if "://" in reference else reference
    return [part for part in path.partition("/_history/")[0].split("/") if part][-2:]


def match_date(held: str, wanted: str) -> Match:
    """Compare spans by prefix (search.html#prefix)."""
    prefix, value = (wanted[:2], wanted[2:]) if wanted[:2].isalpha() else ("eq", wanted)
    mine, asked = span_of(held), span_of(value)
    compare = _PREFIXES.get(prefix)
    if mine is None or asked is None or compare is None:
        return Match.MAY
    if mine.zoned == asked.zoned or _far_apart(mine, asked):
        return Match.YES if compare(mine, asked) else Match.NO
    return Match.MAY


def _far_apart(mine: Span, asked: Span) -> bool:
    """Whether no choice of zone could change how two spans lie."""
    edges = [(mine.start, asked.start), (mine.start, asked.end), (mine.end, asked.start)]
    return all(abs(a - b) > ZONES for a, b in [*edges, (mine.end, asked.end)])


_PREFIXES: dict[str, Callable[[Span, Span], bool]] = {
    "eq": lambda mine, asked: asked.start <= mine.start and mine.end <= asked.end,
    "ne": lambda mine, asked: not (asked.start <= mine.start and mine.end <= asked.end),
    "gt": lambda mine, asked: mine.end > asked.end,
    "lt": lambda mine, asked: mine.start < asked.start,
    "ge": lambda mine, asked: mine.end > asked.end or mine.start >= asked.start,
    "le": lambda mine, asked: mine.start < asked.start or mine.end <= asked.end,
    "sa": lambda mine, asked: mine.start >= asked.end,
    "eb": lambda mine, asked: mine.end <= asked.start,
}


def _match_uri(held: str, wanted: str) -> Match:
    return Match.YES if held == unescape(wanted) else Match.NO


_MATCHERS: dict[str, Callable[[Any, str], Match]] = {
    "string": match_string,
    "token": match_token,
    "reference": match_reference,
    "date": match_date,
    "uri": _match_uri,
}


def match(
    resource: Mapping[str, Any], definition: ParameterDefinition, criterion: Criterion
) -> Match:
    """Say whether a resource matches one criterion.

    A parameter of a type that has no matcher here (`special`) always gives `MAY`.
    """
    matcher = _MATCHERS.get(definition.type)
    if matcher is None:
        return Match.MAY
    best, alternatives = Match.NO, criterion.alternatives
    for value in values_of(resource, definition):
        for wanted in alternatives:
            found = matcher(value, wanted)
            if found is Match.YES:
                return Match.YES
            best = max(best, found)
    return best


class Selection:
    """The selecting parameters of a search, looked up once; all of them must match (AND).

    Raises:
        KeyError: the standard defines no such parameter for the type.
    """

    def __init__(self, resource_type: str, params: Iterable[tuple[str, str]]) -> None:
        self.criteria = tuple(
            (definition_of(resource_type, name), Criterion(name, value))
            for name, value in params
            if name not in RESULT_PARAMETERS
        )

    def match(self, resource: Mapping[str, Any]) -> Match:
        """Say whether a resource matches every parameter."""
        worst = Match.YES
        for definition, criterion in self.criteria:
            worst = min(worst, match(resource, definition, criterion))
            if worst is Match.NO:
                break
        return worst

    def __str__(self) -> str:
        return " and ".join(f"{c.name} = {c.value}" for _, c in self.criteria)
