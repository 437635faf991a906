"""What a claim says: its kind, its details, and the Coverage in force that day (CARIN BB 1.1.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.checks.wording import listed
from conformance.findings import Assertion
from conformance.search.dates import ZONES, Span, span_of
from conformance.search.elements import elements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime, timedelta

    from conformance.records import Entry

FAMILY = "http://hl7.org/fhir/us/carin-bb/StructureDefinition/C4BB-ExplanationOfBenefit"
INPATIENT, OUTPATIENT = f"{FAMILY}-Inpatient-Institutional", f"{FAMILY}-Outpatient-Institutional"
CLAIM_TYPES = "http://terminology.hl7.org/CodeSystem/claim-type"
SUBTYPES = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBInstitutionalClaimSubType"
#: The profiles of each claim type; an institutional claim's subtype chooses among its two.
PROFILES = {
    "institutional": (INPATIENT, OUTPATIENT),
    "professional": (f"{FAMILY}-Professional-NonClinician",),
    "pharmacy": (f"{FAMILY}-Pharmacy",),
}
BY_SUBTYPE = {"inpatient": (INPATIENT,), "outpatient": (OUTPATIENT,)}
#: What tells of the claim, and what of its adjudication.
CLAIM = ("item", "addItem", "diagnosis", "procedure", "supportingInfo", "careTeam")
ADJUDICATION = ("item.adjudication", "addItem.adjudication", "adjudication", "total")
#: A claim that waits has no adjudication yet (FHIR R4 remittance-outcome).
WAITING = "queued"


def profile_is_of_its_kind(entries: Iterable[Entry]) -> Iterator[Assertion]:
    """A claim of a kind that CARIN BB has a profile for claims that profile and no other kind's.

    One that claims no profile of the family is judged by the clause that asks for one.
    """
    for entry in entries:
        wanted = profiles_of(entry.resource)
        meta = entry.resource.get("meta")
        claimed = meta.get("profile") if isinstance(meta, dict) else None
        urls = {
            str(url).partition("|")[0] for url in (claimed if isinstance(claimed, list) else ())
        }
        mine = {url for url in urls if url.startswith(FAMILY)}
        if wanted and mine:
            kinds = mine - {FAMILY}
            yield Assertion(
                bool(kinds) and kinds <= set(wanted),
                f"{entry.key}.meta.profile",
                " or ".join(wanted),
                listed(mine),
                entry.exchange.id,
            )


def profiles_of(resource: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the profiles that a claim's type and subtype leave it; nothing for another kind."""
    types = _codes(resource, "type", CLAIM_TYPES)
    profiles = next((PROFILES[code] for code in PROFILES if code in types), ())
    if profiles == PROFILES["institutional"]:
        told = _codes(resource, "subType", SUBTYPES) & BY_SUBTYPE.keys()
        return BY_SUBTYPE[min(told)] if len(told) == 1 else profiles
    return profiles


def _codes(resource: Mapping[str, Any], element: str, system: str) -> set[str]:
    return {
        str(coding.get("code"))
        for coding in elements(resource, f"{element}.coding")
        if isinstance(coding, dict) and coding.get("system") == system
    }


def claim_has_its_details(entries: Iterable[Entry]) -> Iterator[Assertion]:
    """A claim tells what was claimed and, unless it still waits, how that was adjudicated."""
    for entry in entries:
        yield _tells(entry, "claim details", CLAIM)
        if entry.resource.get("outcome") != WAITING:
            yield _tells(entry, "adjudication details", ADJUDICATION)


def _tells(entry: Entry, what: str, paths: tuple[str, ...]) -> Assertion:
    there = [path for path in paths if any(elements(entry.resource, path))]
    return Assertion(
        bool(there),
        entry.key,
        f"{what}: one of {', '.join(paths)}",
        ", ".join(there) or "none of them",
        entry.exchange.id,
    )


def coverages_of(resource: Mapping[str, Any]) -> list[str]:
    """Return the references to the Coverages that a claim was adjudicated on: the focal ones."""
    insurances = [item for item in elements(resource, "insurance") if isinstance(item, dict)]
    focal = [item for item in insurances if item.get("focal") is True] or insurances
    return [
        str(reference)
        for item in focal
        for reference in elements(item, "coverage.reference")
        if isinstance(reference, str)
    ]


def coverage_was_in_force(
    entries: Iterable[Entry], coverages: Mapping[str, Mapping[str, Any]]
) -> Iterator[Assertion]:
    """The Coverage that a claim refers to was in force when the claim's service was given.

    `coverages` are what the references lead to, by reference as written. A Coverage without a
    period, and a claim without a date of service, demonstrate nothing.
    """
    for entry in entries:
        service = _service(entry.resource)
        for reference in coverages_of(entry.resource):
            period = _period(coverages.get(reference, {}))
            if service and period:
                yield Assertion(
                    _meet(*(span_of(text) for text in (service, period))),
                    f"{entry.key}.insurance.coverage ({reference})",
                    f"a Coverage in force on {service}",
                    f"in force {period}",
                    entry.exchange.id,
                )


def _service(resource: Mapping[str, Any]) -> str:
    """Return when the service was given, as `start/end`, "" where that is not told."""
    period = _period(resource, "billablePeriod")
    if period:
        return period
    days = [day for day in elements(resource, "item.servicedDate") if isinstance(day, str)]
    return f"{min(days)}/{max(days)}" if days else ""


def _period(resource: Mapping[str, Any], element: str = "period") -> str:
    period = resource.get(element)
    bounds = [period.get(name) for name in ("start", "end")] if isinstance(period, dict) else []
    told = [bound if isinstance(bound, str) else "" for bound in bounds]
    return "/".join(told) if any(told) else ""


def _meet(service: Span | None, period: Span | None) -> bool:
    """Whether two spans meet; one without a zone may lie some hours to either side."""
    if service is None or period is None:
        return True
    slack = ZONES if service.zoned != period.zoned else ZONES * 0
    return service.start < _moved(period.end, slack) and service.end > _moved(period.start, -slack)


def _moved(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:  # a period without an end
        return moment
