"""Rewrites of searches in their forms: lists, pairs, tokens, dates, escapes, counts, POST."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rewriting import (
    BY_TOKEN,
    EXAMPLES,
    REFERENCES,
    TOKENS,
    asking,
    each,
    is_listed,
    outcome,
    rewrite,
    selecting,
    shaping,
    with_entries,
    without_need,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rewriting_proxy import Forward
    from traffic import Answer, Asked

    Pair = tuple[str, str]

DATES = frozenset({"_lastUpdated", "service-date", "onset-date", "date"})
LARGE = 1000
#: Clauses whose searches have two parameters.
PAIRS = (each("DATE-VALUES"), each("AND-REPEATED"))


def recast(asked: Asked, forward: Forward, change: Callable[[Pair], Pair | None]) -> Answer:
    """Forward a search with its own parameters changed, or left out; the self link shows none."""
    if asked.what != "search":
        return forward(asked)
    own = without_need(asked)
    kept = [changed for pair in own if (changed := change(pair))]
    query = [*kept, *asked.query[len(own) :]]
    return forward(asked) if query == list(asked.query) else asking(asked, forward, query)


def of(names: Iterable[str], change: Callable[[str], str]) -> Callable[[Pair], Pair]:
    """Change the values of some parameters."""
    chosen = frozenset(names)
    return lambda pair: (pair[0], change(pair[1])) if pair[0] in chosen else pair


@rewrite(breaks=[each("OR-VALUES")], also=[each("METAMORPHIC"), EXAMPLES])
def a_list_is_its_first_value(asked: Asked, forward: Forward) -> Answer:
    """Of a list of values only the first selects."""

    def first(pair: Pair) -> Pair:
        return pair if pair[0][0] == "_" else (pair[0], re.split(r"(?<!\\),", pair[1])[0])

    return recast(asked, forward, first)


@rewrite(breaks=[each("AND-REPEATED")])
def a_repeated_parameter_keeps_its_last(asked: Asked, forward: Forward) -> Answer:
    """Of a parameter that is given twice only the last value selects."""
    last = dict(asked.query)
    return recast(asked, forward, lambda pair: pair if last[pair[0]] == pair[1] else None)


@rewrite(
    breaks=[each("COMBINED"), each("METAMORPHIC")],
    also=[*PAIRS, EXAMPLES, "DIR-NET-SEARCH-COMBINED"],
    alone=True,
)
def two_filters_select_nothing(asked: Asked, forward: Forward) -> Answer:
    """A search by two parameters gives every row of its type."""
    names = {name for name, _ in selecting(asked)}
    pair = asked.what == "search" and len(names) > 1
    if not (pair and all(is_listed(asked, name) for name in names)):
        return forward(asked)
    return asking(asked, forward, shaping(asked))


@rewrite(breaks=[each("TOKEN-FORMS")], also=[BY_TOKEN, EXAMPLES, each("(OR-VALUES|COMBINED|.*)")],
         alone=True)  # fmt: skip
def a_code_needs_its_system(asked: Asked, forward: Forward) -> Answer:
    """A code without its system finds nothing."""
    return recast(
        asked, forward, of(TOKENS, lambda value: value if "|" in value else "flexcheck-none")
    )


@rewrite(breaks=[each("DATE-VALUES")])
def not_equal_is_equal(asked: Asked, forward: Forward) -> Answer:
    """A date with the prefix `ne` selects what it is."""
    return recast(asked, forward, of(DATES, lambda value: re.sub("^ne", "eq", value)))


@rewrite(breaks=[each("ESCAPES")])
def escapes_are_not_read(asked: Asked, forward: Forward) -> Answer:
    """A comma behind a backslash separates values all the same."""
    return recast(asked, forward, lambda pair: (pair[0], pair[1].replace("\\,", ",")))


@rewrite(breaks=["DIR-ORG-ESCAPES"])
def an_escaped_dollar_keeps_its_backslash(asked: Asked, forward: Forward) -> Answer:
    """The backslash before a dollar sign is searched for as well."""
    return recast(asked, forward, lambda pair: (pair[0], pair[1].replace("\\$", "\\\\\\$")))


@rewrite(breaks=[each("REFERENCE-ABSOLUTE")])
def absolute_references_find_nothing(asked: Asked, forward: Forward) -> Answer:
    """A reference by its whole address finds nothing."""

    def none(value: str) -> str:
        return "Nobody/none" if "://" in value else value

    return recast(asked, forward, of((*REFERENCES, "patient"), none))


@rewrite(breaks=[each("MODIFIERS")])
def modifiers_are_dropped(asked: Asked, forward: Forward) -> Answer:
    """A parameter with a modifier selects as it does without."""

    def bare(pair: Pair) -> Pair:
        name = pair[0].partition(":")[0]
        return (name if is_listed(asked, name) else pair[0], pair[1])

    return recast(asked, forward, bare)


@rewrite(breaks=[each("COUNT-ZERO")])
def no_count_is_the_usual_one(asked: Asked, forward: Forward) -> Answer:
    """_count=0 gives a page of the usual size."""
    return recast(asked, forward, lambda pair: None if pair == ("_count", "0") else pair)


@rewrite(breaks=[each("COUNT-LARGE")])
def a_large_count_is_too_much(asked: Asked, forward: Forward) -> Answer:
    """A large _count ends in an internal error."""
    count = asked.value("_count")
    return outcome(500) if count.isdecimal() and int(count) > LARGE else forward(asked)


@rewrite(breaks=[each("COUNT-INVALID")])
def a_wrong_count_is_ignored(asked: Asked, forward: Forward) -> Answer:
    """A _count that is no number is left out."""

    def known(pair: Pair) -> Pair | None:
        return pair if pair[0] != "_count" or pair[1].isdecimal() else None

    return recast(asked, forward, known)


@rewrite(breaks=[each("OFFSET-PAST-END")])
def an_offset_past_the_end_starts_anew(asked: Asked, forward: Forward) -> Answer:
    """A _getpagesoffset behind the last row gives the first page."""

    def near(pair: Pair) -> Pair | None:
        return None if pair[0] == "_getpagesoffset" and int(pair[1]) >= LARGE else pair

    return recast(asked, forward, near)


@rewrite(breaks=[each("POST-CONSISTENT")])
def post_finds_nothing(asked: Asked, forward: Forward) -> Answer:
    """A search by POST is answered, and finds nothing, where the document has none."""
    answer = forward(asked)
    if not asked.is_posted or answer.status != 405:
        return answer
    path = asked.path.removesuffix("/_search")
    got = forward(replace(asked, method="GET", path=path))
    return got.having(with_entries(got.document, [], 0))
