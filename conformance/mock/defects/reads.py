"""Defects of read and vread. Imports flow, outcomes and the registry."""

from __future__ import annotations

from dataclasses import replace

from conformance.mock.defects.registry import defect
from conformance.mock.flow import Lookup, Reply, Shown
from conformance.mock.outcomes import outcome


@defect("affiliation-read-fails", breaks=["DIR-AFF-READ"])
def fail_read(reply: Reply) -> Reply:
    """OrganizationAffiliation: read answers 500, search works."""
    if not reply.call.is_("read", "OrganizationAffiliation"):
        return reply
    return Reply(reply.call, 500, outcome("exception", "Internal error"))


@defect("location-vread-unsupported", breaks=["DIR-LOC-VREAD"])
def refuse_vread(reply: Reply) -> Reply:
    """Location: vread answers 404 for every version, as where history is switched off."""
    if not reply.call.is_("vread", "Location"):
        return reply
    return Reply(reply.call, 404, outcome("not-found", "Resource is not known"))


@defect("organization-vread-ignores-version", breaks=["DIR-ORG-VREAD-UNKNOWN"])
def ignore_version(lookup: Lookup) -> Lookup:
    """Organization: vread gives the current version whichever is asked, even unknown ones."""
    return replace(lookup, vid="") if lookup.type == "Organization" else lookup


@defect("practitioner-read-unknown-200", breaks=["DIR-PRAC-READ-UNKNOWN"])
def empty_for_unknown(reply: Reply) -> Reply:
    """Practitioner: read of an unknown id answers 200 with an OperationOutcome."""
    if reply.call.is_("read", "Practitioner") and reply.status == 404:  # noqa: PLR2004
        return replace(reply, status=200)
    return reply


@defect("role-read-unknown-500", breaks=["DIR-ROLE-READ-UNKNOWN"])
def server_error_for_unknown(reply: Reply) -> Reply:
    """PractitionerRole: read of an unknown id ends in an internal error (500)."""
    if reply.call.is_("read", "PractitionerRole") and reply.status == 404:  # noqa: PLR2004
        return Reply(reply.call, 500, outcome("exception", "Internal error: no row"))
    return reply


@defect("service-read-stale", breaks=["DIR-HSVC-READ-CONSISTENT"])
def read_stale(shown: Shown) -> Shown:
    """HealthcareService: read comes from a cache that holds another name than search shows."""
    if (shown.interaction, shown.type) != ("read", "HealthcareService"):
        return shown
    return shown.with_(name=f"{shown.resource['name']} (former)")
