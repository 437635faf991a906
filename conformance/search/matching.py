"""Whether a resource matches a search: must, may, or must not. Imports search modules only.

`MAY` is the honest answer where FHIR R4 leaves room (punctuation in strings, later words of a name,
the case of codes, zoneless dates, how far `ap` reaches): no server is
faulted there, whatever it does.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from conformance.search.dates import ZONES, Span, span_of
from conformance.search.definitions import RESULT_PARAMETERS, ParameterDefinition, definition_of
from conformance.search.query import Criterion, split_bar, unescape
from conformance.search.values import Token, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


_GAP = re.compile(r"[\W_]+")


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
def _base_letters(text: str) -> str:
    """Fold what every server must: case and combining characters, nothing else."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()


@lru_cache(maxsize=1 << 16)
def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in _GAP.split(normalise(text)) if word)


def match_string(held: str, wanted: str) -> Match:
    """Equals or starts with, whatever case and accents.

    Punctuation, white space, and whether the later words of a name or an address are searched on
    their own ("Carreno Quinones" by "Quinones"), is for the server to weigh.
    """
    wanted = unescape(wanted)
    if _base_letters(held).startswith(_base_letters(wanted)):
        return Match.YES
    words, bare = _words(held), "".join(_words(wanted))
    starts = ("".join(words[index:]) for index in range(len(words)))
    return Match.MAY if bare and any(start.startswith(bare) for start in starts) else Match.NO


def match_token(held: Token, wanted: str) -> Match:
    """`code`, `system|code`, `|code`, `system|` (search.html#token)."""
    system, bar, code = split_bar(wanted)
    if bar and held.system is not None and system != held.system:
        return Match.NO
    # A code, a boolean, an id or a contact has no system of its own to compare: what a server
    # makes of the bar there is not for us to say.
    best = Match.MAY if bar and held.system is None else Match.YES
    if not code or code == held.code:
        return best if bar or code else Match.NO
    return Match.MAY if code.casefold() == held.code.casefold() else Match.NO


def _match_id(held: Token, wanted: str) -> Match:
    """Like any token, but "matches on `_id` are always case sensitive" (search.html#token)."""
    if "|" not in wanted and "\\" not in wanted:
        return Match.YES if wanted == held.code else Match.NO
    return match_token(held, wanted) if split_bar(wanted)[2] == held.code else Match.NO


def match_reference(held: str, wanted: str) -> Match:
    """`id`, `Type/id`, an absolute URL (search.html#reference).

    A relative reference and an absolute URL are the same where the URL is below the server's base,
    which a row does not tell; R4 gives no rule for searching by a version.
    """
    wanted = unescape(wanted)
    mine, asked = _reference_parts(held), _reference_parts(wanted)
    if not mine or not asked or mine[-len(asked) :] != asked:
        return Match.NO
    versioned = "/_history/" in held or "/_history/" in wanted
    if "://" in held and "://" in wanted and not versioned:
        return Match.YES if held == wanted else Match.NO
    return Match.MAY if versioned or ("://" in held) != ("://" in wanted) else Match.YES


def _reference_parts(reference: str) -> list[str]:
    path = reference.partition("/_history/")[0].partition("://")[2] or reference
    return [part for part in path.partition("/_history/")[0].split("/") if part][-2:]


def match_date(held: str, wanted: str) -> Match:
    """Compare spans by prefix (search.html#prefix)."""
    prefix, value = (wanted[:2], wanted[2:]) if wanted[:2].isalpha() else ("eq", wanted)
    mine, asked = span_of(held), span_of(value)
    compare = _PREFIXES.get(prefix)
    if mine is None or asked is None or compare is None:
        return Match.MAY
    if prefix == "ap":
        return _about(mine, asked)
    if mine.zoned != asked.zoned and not _far_apart(mine, asked):
        return Match.MAY
    found = compare(mine, asked)
    if mine.instant and asked.instant and found != compare(mine.point, asked.point):
        return Match.MAY
    return Match.YES if found else Match.NO


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
    "ap": lambda mine, asked: mine.start < asked.end and asked.start < mine.end,
}


def _about(mine: Span, asked: Span) -> Match:
    """What overlaps is about the same; how much farther "about" reaches is the server's choice."""
    if mine.zoned == asked.zoned and _PREFIXES["ap"](mine, asked):
        return Match.YES
    return Match.MAY


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

    A parameter of a type that has no matcher here (`special`) always gives `MAY`, and so does one
    without a value, which R4 gives no meaning.
    """
    return _decide(resource, definition, _alternatives(criterion))


def _alternatives(criterion: Criterion) -> tuple[str, ...]:
    return tuple(wanted for wanted in criterion.alternatives if wanted)


def _decide(
    resource: Mapping[str, Any], definition: ParameterDefinition, alternatives: tuple[str, ...]
) -> Match:
    matcher = _match_id if definition.name == "_id" else _MATCHERS.get(definition.type)
    if matcher is None or not alternatives:
        return Match.MAY
    best = Match.NO
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
        # Ids first: they are told fastest, and leave the fewest rows.
        ranked = sorted(self.criteria, key=lambda pair: pair[0].name != "_id")
        self._judged = tuple((known, _alternatives(criterion)) for known, criterion in ranked)

    def match(self, resource: Mapping[str, Any]) -> Match:
        """Say whether a resource matches every parameter."""
        worst = Match.YES
        for definition, alternatives in self._judged:
            worst = min(worst, _decide(resource, definition, alternatives))
            if worst is Match.NO:
                break
        return worst

    def __str__(self) -> str:
        return " and ".join(f"{c.name} = {c.value}" for _, c in self.criteria)
