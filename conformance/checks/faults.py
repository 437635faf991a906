"""Tells what the validator found wrong with many resources, so that a person can read it.

May import records, findings and the issues of `profiles`.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from conformance.findings import Assertion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.records import Entry
    from profiles import Issue

    Fault = tuple[Entry, Issue]

#: From how many places on one fault is told by its first ones and a count.
MANY, FIRST = 10, 3
_INDEX = re.compile(r"\[\d+\]")


def told(faults: Iterable[Fault]) -> Iterator[Assertion]:
    """Tell the first fault of each cause, then the second of each; the most frequent cause first.

    Many faults of one cause (one rule of one profile, at places that differ in indexes only) are
    told by the first ones and an assertion that counts the rest.
    """
    causes: dict[tuple[str, str, str], list[Fault]] = {}
    for entry, issue in faults:
        cause = (issue.profile, issue.rule, _INDEX.sub("", issue.expression))
        causes.setdefault(cause, []).append((entry, issue))
    ranked = sorted(causes.items(), key=lambda item: -len(item[1]))
    series = [list(_of_cause(place, alike)) for (_, _, place), alike in ranked]
    for round_ in zip_longest(*series):
        yield from (assertion for assertion in round_ if assertion)


def _of_cause(place: str, alike: Sequence[Fault]) -> Iterator[Assertion]:
    shown = alike if len(alike) <= MANY else alike[:FIRST]
    resources = len({id(entry) for entry, _ in alike})
    noun = "resource" if resources == 1 else "resources"
    number = f" (one of {len(alike):,} such places in {resources:,} {noun})"
    for entry, issue in shown:
        said = issue.message + (number if len(alike) > 1 else "")
        yield Assertion(False, _place(entry, issue), _rule(issue), said, entry.exchange.id)
    if rest := len(alike) - len(shown):
        entry, issue = alike[FIRST]
        said = f"{rest:,} more such places, the next at {_place(entry, issue)}: {issue.message}"
        yield Assertion(False, f"more: {place}", _rule(issue), said, entry.exchange.id, rest)


def _place(entry: Entry, issue: Issue) -> str:
    return f"{entry.key}: {issue.expression}" if entry.resource.get("id") else issue.expression


def _rule(issue: Issue) -> str:
    return ", rule ".join(filter(None, (issue.profile or "FHIR R4", issue.rule)))
