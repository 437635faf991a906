"""Chooses search values from rows a directory is known to hold. Imports search modules only."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from conformance.search.dates import span_of
from conformance.search.query import escape
from conformance.search.values import Token, values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.search.definitions import ParameterDefinition

#: Longer or stranger values judge the server's limits, not whether a parameter filters.
LONGEST, SHORTEST = 60, 2
#: A value that selects more rows than this costs more pages than it tells.
LARGEST_ANSWER = 300


def as_query(value: Any) -> str:
    """Write a held value as a search value: tokens by code alone, references as `Type/id`."""
    if isinstance(value, Token):
        return escape(value.code)
    return escape(str(value))


def sample_values(
    rows: Iterable[Mapping[str, Any]], definition: ParameterDefinition, most: int = 2
) -> list[str]:
    """Choose values that select some of the rows but, where possible, not all of them.

    The rarest value that several rows share comes first (a lost row shows), then the most common
    one that does not select everything. Dates are given as `ge` and `lt` around the middle.
    """
    rows = list(rows)
    if definition.type == "date":
        return _around_the_middle(rows, definition)[:most]
    ranked = _ranked(rows, definition)
    some = [value for value, held_by in ranked if held_by < len(rows)] or [v for v, _ in ranked]
    return some[:1] + some[-1:] * (len(some) > 1 and most > 1)


def _ranked(
    rows: list[Mapping[str, Any]], definition: ParameterDefinition
) -> list[tuple[str, int]]:
    """Return usable values with how many rows hold them, those held by several first."""
    held: Counter[str] = Counter()
    for row in rows:
        held.update({as_query(value) for value in values_of(row, definition)})
    usable = [(v, n) for v, n in held.items() if is_usable(v) and n <= LARGEST_ANSWER]
    return sorted(usable, key=lambda item: (item[1] < 2, item[1], item[0]))  # noqa: PLR2004


def is_usable(value: str) -> bool:
    """Whether a value is plain enough to search by."""
    return (
        SHORTEST <= len(value) <= LONGEST
        and value == value.strip()
        and value.isprintable()
        and "\\" not in value
        and not value.startswith("#")
        and "/_history/" not in value
    )


def _around_the_middle(rows: list[Mapping[str, Any]], definition: ParameterDefinition) -> list[str]:
    held = [value for row in rows for value in values_of(row, definition)]
    bounds = [bound for value in held for bound in value.split("/")]
    dated = sorted((span.start, bound) for bound in bounds if (span := span_of(bound)))
    if not dated:
        return []
    middle = dated[len(dated) // 2][1]
    return [f"ge{middle}", f"lt{middle}"]
