"""Whether what a server returns conforms to its profiles. May import the validator, `profiles`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from conformance.checks.claims import FAMILY, profiles_of
from conformance.findings import Assertion
from profiles import Validator
from profiles.issues import INVALID

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.records import Entry
    from profiles import Issue

#: Types with a profile for each kind of row, told apart by nothing but what a row claims.
BY_CLAIM = frozenset({"Observation"})
#: How many absent elements, and how many things not checked, a line of evidence names.
NAMED = 12


@cache
def validator() -> Validator:
    """Return the validator of the guides' versions that the contract names."""
    return Validator()


def rows_conform(entries: Iterable[Entry], profile: str, resource_type: str) -> Iterator[Assertion]:
    """Each row conforms to FHIR R4, to the profile of its kind and to those that it claims.

    A row that came several times in one version is judged once. What came with the rows, of other
    types, is judged by what it claims. Evidence without a verdict: how many of the must-support
    elements some row has, and which code systems could not be checked offline.

    Args:
        entries: whatever holds rows, in any order.
        profile: canonical URL that the contract asks of `resource_type`.
        resource_type: the type that the clause is about.
    """
    seen: set[tuple[str, str]] = set()
    judged: list[Assertion] = []
    by_profile: dict[str, list[dict[str, Any]]] = {}
    unchecked: set[str] = set()
    for entry in entries:
        meta = entry.resource.get("meta")
        version = str(meta.get("versionId", "")) if isinstance(meta, dict) else ""
        if entry.is_outcome or (entry.key, version) in seen:
            continue
        seen.add((entry.key, version))
        resource = dict(entry.resource)
        wanted = profile_of(resource, profile, resource_type)
        report = validator().validate(resource, wanted)
        unchecked.update(report.not_checked)
        for name in wanted:
            by_profile.setdefault(name, []).append(resource)
        judged += _judged(entry, wanted, report.issues)
    # Evidence first: of what holds, a finding keeps the first ones only.
    for name, rows in by_profile.items():
        yield _support(name, rows)
    if unchecked:
        yield Assertion(
            True, "terminology", "what no package holds is named", _named(sorted(unchecked))
        )
    yield from judged


def profile_of(resource: Mapping[str, Any], profile: str, resource_type: str) -> tuple[str, ...]:
    """Return the profile that the contract asks of a row; nothing where the row itself tells.

    A claim is routed by its type and subtype (CARIN BB 1.1.0); one of no kind that the guide has a
    profile for has to conform to what all kinds share.
    """
    if resource.get("resourceType") != resource_type or resource_type in BY_CLAIM:
        return ()
    if profile.startswith(FAMILY):
        kinds = profiles_of(resource)
        return kinds if len(kinds) == 1 else (FAMILY,)
    return (profile,) if profile else ()


def _judged(
    entry: Entry, wanted: tuple[str, ...], issues: tuple[Issue, ...]
) -> Iterator[Assertion]:
    wrong = [issue for issue in issues if issue.severity in INVALID]
    for issue in wrong:
        rule = " ".join(filter(None, (issue.profile or "FHIR R4", issue.rule)))
        yield Assertion(
            False, f"{entry.key}: {issue.expression}", rule, issue.message, entry.exchange.id
        )
    if not wrong:
        expected = " and ".join(("FHIR R4", *wanted))
        yield Assertion(True, entry.key, expected, "conforms", entry.exchange.id)


def _support(profile: str, rows: list[dict[str, Any]]) -> Assertion:
    found = validator().must_support(rows, profile)
    absent = [item.element for item in found if not item.present]
    told = f"{len(found) - len(absent)} of {len(found)} in some row"
    if absent:
        told += f"; in none: {_named(absent)}"
    return Assertion(True, profile, "must-support elements, counted", told)


def _named(names: list[str]) -> str:
    rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + rest
