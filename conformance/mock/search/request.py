"""A search as understood: criteria, includes and window, or a refusal. Imports data, outcomes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conformance.mock.outcomes import FhirProblem, invalid
from conformance.mock.search.documented import GENERAL, Parameter
from conformance.mock.search.values import split

if TYPE_CHECKING:
    from conformance.mock.search.documented import Vocabulary

DEFAULT_COUNT = 20
MAX_COUNT = 200
_NATURAL = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One parameter of a search; a row satisfies it if it satisfies one of the alternatives."""

    parameter: Parameter
    alternatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search as the server understood it; `query` is what the self link repeats."""

    type: str
    criteria: tuple[Criterion, ...] = ()
    includes: tuple[str, ...] = ()
    revincludes: tuple[str, ...] = ()
    count: int = DEFAULT_COUNT
    offset: int = 0
    query: tuple[tuple[str, str], ...] = ()

    def names(self, *parameters: str) -> bool:
        """Whether the request has one of these parameters."""
        return any(name in parameters for name, _ in self.query)

    def without(self, parameter: str) -> SearchRequest:
        """Return the request with a selecting parameter dropped (the self link still has it)."""
        kept = tuple(c for c in self.criteria if c.parameter.name != parameter)
        return replace(self, criteria=kept)


def parse(vocabulary: Vocabulary, query: list[tuple[str, str]]) -> SearchRequest:
    """Read a query by what is documented for its type.

    Raises:
        FhirProblem: a parameter or value is not supported (400, naming the parameter).
    """
    asked = [(name, value) for name, value in query if name not in GENERAL]
    if vocabulary.lenient:
        asked = [(name, value) for name, value in asked if vocabulary.get(name)]
    for name, value in asked:
        _refuse(vocabulary, name, value)
    for name in vocabulary.required:
        if name not in dict(asked):
            raise FhirProblem(
                400, "required", f'A search of {vocabulary.type} needs the parameter "{name}"'
            )
    return SearchRequest(
        type=vocabulary.type,
        criteria=tuple(_criteria(vocabulary, asked)),
        includes=_links(asked, "_include", vocabulary.includes),
        revincludes=_links(asked, "_revinclude", vocabulary.revincludes),
        count=min(number(asked, "_count", DEFAULT_COUNT), MAX_COUNT),
        offset=number(asked, "_getpagesoffset", 0),
        query=tuple(asked),
    )


def number(asked: list[tuple[str, str]], name: str, default: int) -> int:
    """Return the natural number a control parameter gives."""
    values = [value for key, value in asked if key == name]
    if not values:
        return default
    if len(values) > 1 or not _NATURAL.fullmatch(values[0]):
        raise invalid(name, f"{', '.join(values)!r} is not one whole number from 0 up")
    return int(values[0])


def _refuse(vocabulary: Vocabulary, name: str, value: str) -> None:
    if not vocabulary.get(name):
        known = ", ".join(sorted(p.name for p in vocabulary.parameters))
        raise FhirProblem(
            400,
            "not-supported",
            f'Unknown search parameter "{name}" for resource type "{vocabulary.type}". '
            f"Valid search parameters for this search are: [{known}]",
        )
    if not value:
        raise invalid(name, "it is empty")


def _criteria(vocabulary: Vocabulary, asked: list[tuple[str, str]]) -> list[Criterion]:
    known = ((vocabulary.get(name), value) for name, value in asked)
    return [
        Criterion(parameter, tuple(split(value, ",")))
        for parameter, value in known
        if parameter and not parameter.control
    ]


def _links(asked: list[tuple[str, str]], name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    values = [value for key, value in asked if key == name]
    for value in values:
        if value not in allowed:
            raise invalid(name, f'"{value}" is none of [{", ".join(allowed)}]')
    return tuple(dict.fromkeys(values))
