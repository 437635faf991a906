"""What the rows of a profile show of its must-support elements. May import search and `profiles`.

https://hl7.org/fhir/R4/conformance-rules.html#mustSupport. A server is to be able to populate each
of them. What no row has proves no inability, so that most of it is counted and not judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.checks.conformity import NAMED, is_partial, validator, wanted_of
from conformance.checks.wording import listed
from conformance.findings import Assertion, Coverage, ElementCount
from conformance.search import values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from conformance.records import Entry
    from conformance.search import ParameterDefinition
    from profiles.validator.coverage import Support


def rows_of_profile(
    entries: Iterable[Entry], profile: str, profiles: Mapping[str, str]
) -> list[Entry]:
    """Return the rows that a profile is asked of, or that claim it where the contract asks none.

    `profiles` gives the contract's profile by type (`conformity.wanted_of`).
    """
    return [
        entry
        for entry in entries
        if not is_partial(entry.resource)
        and profile in (wanted_of(entry.resource, profiles) or _claimed(entry.resource))
    ]


def _claimed(resource: Mapping[str, Any]) -> set[str]:
    meta = resource.get("meta")
    urls = meta.get("profile") if isinstance(meta, dict) else None
    return {str(url).partition("|")[0] for url in (urls if isinstance(urls, list) else ())}


def support_of(entries: Sequence[Entry], profile: str) -> tuple[Support, ...]:
    """Count the must-support elements and slices of a profile in rows."""
    return validator().must_support((dict(entry.resource) for entry in entries), profile)


def coverage_of(profile: str, entries: Sequence[Entry], support: Iterable[Support]) -> Coverage:
    """Return the count as evidence of a finding."""
    counts = (ElementCount(item.element, item.present, item.absent) for item in support)
    return Coverage(profile, len(entries), tuple(counts))


def not_demonstrated(coverage: Coverage) -> str:
    """Say how much was seen, and what never was."""
    return f"{coverage}; never seen: {listed(coverage.never_seen, most=NAMED)}"


def must_support_is_populated(
    entries: Sequence[Entry], support: Sequence[Support], searched: Iterable[ParameterDefinition]
) -> Iterator[Assertion]:
    """Rows show the must-support elements that they ought to.

    These are: what the profile requires; what a documented search parameter reads, for nobody
    finds anything by it otherwise; and of what the profile leaves optional, anything at all.
    Where these are there and others were never seen, nothing is demonstrated.

    Args:
        entries: the rows of a profile.
        support: their must-support elements, counted.
        searched: the search parameters that the document lists for the type.
    """
    if not entries:
        return
    faults = [
        *_required(entries, support),
        *_searched(entries, support, searched),
        *_optional(entries, support),
    ]
    yield from faults
    if faults:
        told = not_demonstrated(coverage_of("", entries, support))
        yield Assertion(True, entries[0].key.partition("/")[0], "what was seen is counted", told)
    if faults or all(item.present for item in support):
        for item in support:
            if item.present:
                told = f"in {item.present:,} of {item.present + item.absent:,}"
                yield Assertion(True, item.element, "in some row", told, entries[0].exchange.id)


def _required(entries: Sequence[Entry], support: Iterable[Support]) -> Iterator[Assertion]:
    for item in support:
        if item.required and item.absent and not item.present:
            yield _never(entries, item.element, "the profile requires it", item.absent)


def _searched(
    entries: Sequence[Entry], support: Iterable[Support], searched: Iterable[ParameterDefinition]
) -> Iterator[Assertion]:
    unseen = {item.element: item for item in support if item.absent and not item.present}
    for parameter in searched:
        read = [name for name in unseen if _reads(parameter, name)]
        if read and not any(list(values_of(entry.resource, parameter)) for entry in entries):
            for name in read:
                if not unseen[name].required:
                    why = f"the document lists the search parameter {parameter.name} for it"
                    yield _never(entries, name, why, unseen[name].absent)


def _reads(parameter: ParameterDefinition, element: str) -> bool:
    """Whether a parameter reads an element of a profile: `Location.address`, `Encounter.value[x]`.

    An extension is told by its URL, whose end is the name of the profile's slice.
    """
    place = element.partition(".")[2]
    name = place.partition(":")[2]
    if name and not place.startswith("extension:"):
        return False
    if name:
        return any(path.endswith(f"/{name})") for path in parameter.paths)
    stem = place.removesuffix("[x]")
    return any(
        path == place or (stem != place and path.startswith(stem)) for path in parameter.paths
    )


def _optional(entries: Sequence[Entry], support: Iterable[Support]) -> Iterator[Assertion]:
    could = [item for item in support if not item.required and (item.present or item.absent)]
    if could and not any(item.present for item in could):
        names = ", ".join(item.element for item in could)
        at = could[0].element.partition(".")[0]
        yield _never(
            entries, at, f"some of what the profile leaves optional: {names}", len(entries)
        )


def _never(entries: Sequence[Entry], at: str, why: str, number: int) -> Assertion:
    rows = f"{number:,} {'resource' if number == 1 else 'resources'}"
    return Assertion(False, at, f"in some row: {why}", f"in none of {rows}", entries[0].exchange.id)
