"""Whether what a server returns conforms to its profiles. May import the validator, `profiles`."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from conformance.checks.claims import FAMILY, profiles_of
from conformance.checks.faults import told
from conformance.checks.rows import is_network
from conformance.checks.wording import listed
from conformance.findings import Assertion
from profiles import Validator
from profiles.issues import INVALID

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.checks.faults import Fault
    from conformance.records import Entry
    from profiles.validator.engine import Report

#: Types with a profile for each kind of row, told apart by nothing but what a row claims.
BY_CLAIM = frozenset({"Observation"})
#: An Organization of type `ntwk` has a profile of its own: what it is called beside the types.
NETWORK = "Network"
#: How many things not checked a line of evidence names.
NAMED = 12
#: What a server marks a resource with that it shows in part (FHIR R4 search.html#summary).
PARTIAL = "SUBSETTED"
_ROW = re.compile(r"Bundle\.entry\[\d+\]\.resource\b")
#: What a Bundle's own rule says at the place of a row.
MODE = "Bundle.entry.search.mode"


@cache
def validator() -> Validator:
    """Return the validator of the guides' versions that the contract names."""
    return Validator()


def resources_conform(entries: Iterable[Entry], profiles: Mapping[str, str]) -> Iterator[Assertion]:
    """Each resource conforms to FHIR R4, to the profile of its kind and to those that it claims.

    A Bundle is judged without its rows, which are resources of their own. What is shown in part
    (`_summary`, `_elements`) is not judged. Evidence without a verdict: which code systems could
    not be checked offline.

    Args:
        entries: each resource once, in any order.
        profiles: canonical URL that the contract asks of a type, or of `NETWORK`.
    """
    held: list[Assertion] = []
    faults: list[Fault] = []
    unchecked: set[str] = set()
    for entry in entries:
        if is_partial(entry.resource):
            continue
        wanted = wanted_of(entry.resource, profiles)
        report = _report(entry, wanted)
        unchecked.update(report.not_checked)
        wrong = [(entry, issue) for issue in report.issues if issue.severity in INVALID]
        faults += wrong
        if not wrong:
            expected = " and ".join(("FHIR R4", *wanted))
            held.append(Assertion(True, entry.key, expected, "conforms", entry.exchange.id))
    # Evidence first: of what holds, a finding keeps the first ones only.
    if unchecked:
        named = listed(sorted(unchecked), most=NAMED)
        yield Assertion(True, "terminology", "what no package holds is named", named)
    yield from told(faults)
    yield from held


def is_partial(resource: Mapping[str, Any]) -> bool:
    """Whether a server says that it left elements out, so that no profile can be asked for."""
    meta = resource.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    return isinstance(tags, list) and any(
        isinstance(tag, dict) and tag.get("code") == PARTIAL for tag in tags
    )


def wanted_of(resource: Mapping[str, Any], profiles: Mapping[str, str]) -> tuple[str, ...]:
    """Return the profile that the contract asks of a resource; nothing where the row itself tells.

    A claim is routed by its type and subtype (CARIN BB 1.1.0); one of no kind that the guide has a
    profile for has to conform to what all kinds share.
    """
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or kind in BY_CLAIM:
        return ()
    if kind == "Organization" and NETWORK in profiles and is_network(resource):
        kind = NETWORK
    profile = profiles.get(kind, "")
    if profile.startswith(FAMILY):
        kinds = profiles_of(resource)
        return kinds if len(kinds) == 1 else (FAMILY,)
    return (profile,) if profile else ()


def _report(entry: Entry, wanted: tuple[str, ...]) -> Report:
    resource = dict(entry.resource)
    if resource.get("resourceType") != "Bundle":
        return validator().validate(resource, wanted)
    rows = resource.get("entry")
    if isinstance(rows, list):
        resource["entry"] = [_without_row(row) for row in rows]
    report = validator().validate(resource)
    own = tuple(
        issue for issue in report.issues if issue.rule == MODE or not _ROW.match(issue.expression)
    )
    return type(report)(own, report.not_checked)


def _without_row(row: Any) -> Any:
    """Return an entry of a Bundle with as much of its resource as the Bundle's rules look at."""
    resource = row.get("resource") if isinstance(row, dict) else None
    if not isinstance(resource, dict):
        return row
    kept = {name: resource[name] for name in ("resourceType", "id") if name in resource}
    return {**row, "resource": kept}
