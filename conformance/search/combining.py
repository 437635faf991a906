"""Chooses values that tell AND from OR: few rows, but some. Imports search modules only."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from conformance.search.matching import Match, Selection
from conformance.search.sampling import LARGEST_ANSWER, as_query, is_usable, sample_values
from conformance.search.values import values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.search.definitions import ParameterDefinition

    Rows = Mapping[str, Mapping[str, Any]]

#: How many values of a parameter are weighed: more cost time and hardly tell more.
WEIGHED = 40
#: How many ids stand in a list of ids that is searched with something else.
LISTED = 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A search value with the known rows that hold it as it is."""

    value: str
    ids: frozenset[str]


def candidates(rows: Rows, definition: ParameterDefinition) -> list[Candidate]:
    """Return values to search by, those of several rows first.

    `_id` gives one list of ids from all over the rows, a date the two halves of the rows.
    """
    if definition.name == "_id":
        listed = spread(rows, LISTED)
        return [Candidate(",".join(listed), frozenset(listed))] if len(listed) > 1 else []
    if definition.type == "date":
        values = sample_values(rows.values(), definition)
        return [Candidate(value, _matching(rows, definition, value)) for value in values]
    held: dict[str, set[str]] = {}
    for row_id, row in rows.items():
        for value in values_of(row, definition):
            held.setdefault(as_query(value), set()).add(row_id)
    found = [
        Candidate(value, frozenset(ids))
        for value, ids in held.items()
        if is_usable(value) and len(ids) <= LARGEST_ANSWER
    ]
    found.sort(key=lambda found: (-len(found.ids), found.value))
    # The rarest tell as much as the most common, and cost less.
    return found if len(found) <= WEIGHED else found[: WEIGHED // 2] + found[-WEIGHED // 2 :]


def spread(rows: Iterable[str], most: int) -> list[str]:
    """Return some of many, from the first to the last."""
    ids = list(rows)
    step = max(1, len(ids) // most)
    return ids[::step][:most]


def _matching(rows: Rows, definition: ParameterDefinition, value: str) -> frozenset[str]:
    selects = Selection(definition.resource_type, ((definition.name, value),)).match
    return frozenset(row_id for row_id, row in rows.items() if selects(row) is Match.YES)


def telling_pair(
    one: list[Candidate], other: list[Candidate]
) -> tuple[Candidate, Candidate] | None:
    """Choose a value of each so that some rows hold both, and some only one of them.

    Where both values select the same rows, a server that drops one of them is not seen.
    """
    pairs = [(a, b) for a, b in product(one, other) if a.ids & b.ids and a.value != b.value]
    return max(pairs, key=lambda pair: _tells(*pair), default=None)


def _tells(one: Candidate, other: Candidate) -> tuple[bool, bool, int]:
    both = len(one.ids & other.ids)
    narrower = both < len(one.ids), both < len(other.ids)
    return all(narrower), any(narrower), -both


def alternatives(found: list[Candidate]) -> tuple[Candidate, Candidate] | None:
    """Choose two values of one parameter of which each has rows of its own."""
    several = [item for item in found if len(item.ids) > 1][-3:] or found[:3]
    pairs = [
        (a, b)
        for a, b in product(several, found)
        if a.ids - b.ids and b.ids - a.ids and not a.value.startswith(b.value)
    ]
    return min(pairs, key=lambda pair: len(pair[0].ids | pair[1].ids), default=None)


def repeated(found: list[Candidate]) -> tuple[Candidate, Candidate] | None:
    """Choose two values of one parameter: those of one row, else of rows that share none.

    Then both together select what is not what either selects alone.
    """
    pair = telling_pair(found, found)
    told = pair is not None and _tells(*pair)[0]
    return pair if told else alternatives(found) or pair
