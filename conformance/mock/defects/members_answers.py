"""Defects of the answers around members' resources. Imports flow, outcomes and the registry."""

from __future__ import annotations

from dataclasses import replace

from conformance.mock.defects.registry import defect
from conformance.mock.flow import Lookup, Reply
from conformance.mock.outcomes import outcome

_EOB = "ExplanationOfBenefit"
_GATEWAY = {"timestamp": 0, "error": "Bad Request"}


@defect(
    "coverage-vread-ignores-version",
    breaks=[
        "PA-COV-VREAD-UNKNOWN",
        "PA-COV-VERSIONED-REFERENCES",
        "PA-EOB-VERSIONED-REFERENCES",
    ],
)
def ignore_version(lookup: Lookup) -> Lookup:
    """Coverage: vread gives the current version whichever is asked, even unknown ones."""
    return replace(lookup, vid="") if lookup.type == "Coverage" else lookup


@defect("coverage-bundle-undatable", breaks=["PA-COV-ANSWERS-CONFORM"])
def undatable(reply: Reply) -> Reply:
    """Coverage: the Bundle of a search has a timestamp that is no instant."""
    return reply.with_body(timestamp="today") if reply.searched == "Coverage" else reply


@defect("eob-vread-unsupported", breaks=["PA-EOB-VREAD"])
def refuse_vread(reply: Reply) -> Reply:
    """ExplanationOfBenefit: vread answers 404 for every version."""
    if not reply.call.is_("vread", _EOB):
        return reply
    return Reply(reply.call, 404, outcome("not-found", "Resource is not known"))


@defect("eob-error-without-outcome", breaks=["PA-EOB-SEARCH-ERROR-OUTCOME"])
def plain_error(reply: Reply) -> Reply:
    """ExplanationOfBenefit: a refused search is answered with a gateway's JSON."""
    if not reply.call.is_("search-type", _EOB) or reply.status < 400:  # noqa: PLR2004
        return reply
    return replace(reply, body={**_GATEWAY, "status": reply.status})


@defect("coverage-refusal-without-outcome", breaks=["PA-COV-ERROR-OUTCOME"])
def plain_refusal(reply: Reply) -> Reply:
    """Coverage: a refused read (403, 404) is answered with a gateway's JSON."""
    if not reply.call.is_("read", "Coverage") or reply.status < 400:  # noqa: PLR2004
        return reply
    return replace(reply, body={**_GATEWAY, "status": reply.status})


@defect("patient-read-unknown-200", breaks=["PA-PAT-READ-UNKNOWN"])
def empty_for_unknown(reply: Reply) -> Reply:
    """Patient: read of an unknown id answers 200 with an OperationOutcome."""
    if reply.call.is_("read", "Patient") and reply.status == 404:  # noqa: PLR2004
        return replace(reply, status=200)
    return reply


@defect("patient-read-forbidden", breaks=["PA-PAT-READ", "PA-PAT-MEMBER-READ", "USE-BEARER"])
def forbid_read(reply: Reply) -> Reply:
    """Patient: read answers 403 to the member, search works."""
    if not reply.call.is_("read", "Patient") or reply.status != 200:  # noqa: PLR2004
        return reply
    return Reply(reply.call, 403, outcome("forbidden", "Access to the resource is denied"))


@defect("eob-without-patient-401", breaks=["USE-EXAMPLE"])
def blame_the_token(reply: Reply) -> Reply:
    """ExplanationOfBenefit: a search without patient is answered 401, as if for its token."""
    searched = reply.call.is_("search-type", _EOB) and reply.status == 400  # noqa: PLR2004
    if not searched or reply.call.value("patient"):
        return reply
    body = outcome("login", "The access token does not name a patient")
    return Reply(reply.call, 401, body, {"WWW-Authenticate": 'Bearer error="invalid_token"'})


@defect("patient-content-type-plain", breaks=["PA-PAT-CONTENT-TYPE"])
def plain_json(reply: Reply) -> Reply:
    """Patient: answers are `application/json`, not `application/fhir+json`."""
    if reply.call.type != "Patient":
        return reply
    return replace(reply, content_type="application/json")


@defect("condition-post-refused", breaks=["PA-COND-SEARCH-POST"])
def refuse_post(reply: Reply) -> Reply:
    """Condition: a search by POST answers 405."""
    if reply.call.method != "POST" or reply.call.type != "Condition":
        return reply
    body = outcome("not-supported", "Method POST is not supported")
    return Reply(reply.call, 405, body, {"Allow": "GET"})


@defect("eob-empty-search-404", breaks=["PA-EOB-MEMBER-SEARCH"])
def nothing_is_missing(reply: Reply) -> Reply:
    """ExplanationOfBenefit: a search that finds nothing answers 404, as for a clinical member."""
    if reply.searched != _EOB or reply.body["total"]:
        return reply
    return Reply(reply.call, 404, outcome("not-found", "No claims"))


@defect("procedure-read-fails", breaks=["PA-PROC-MEMBER-READ"])
def fail_read(reply: Reply) -> Reply:
    """Procedure: read answers 500, search works."""
    if not reply.call.is_("read", "Procedure"):
        return reply
    return Reply(reply.call, 500, outcome("exception", "Internal error"))


@defect("medicationdispense-search-unavailable", breaks=["PA-MDISP-MEMBER-SEARCH"])
def no_search(reply: Reply) -> Reply:
    """MedicationDispense: every search answers 501."""
    if not reply.call.is_("search-type", "MedicationDispense"):
        return reply
    return Reply(reply.call, 501, outcome("not-supported", "Search is not supported"))


@defect("members-metadata-missing", breaks=["PA-METADATA"])
def no_metadata(reply: Reply) -> Reply:
    """Patient Access: `/metadata` answers 404."""
    if reply.call.interaction != "metadata":
        return reply
    return Reply(reply.call, 404, outcome("not-found", "No capability statement"))


@defect("members-metadata-fhir-version", breaks=["PA-FHIR-VERSION"])
def other_fhir_version(reply: Reply) -> Reply:
    """Patient Access: the CapabilityStatement claims FHIR 4.3.0."""
    stated = reply.call.interaction == "metadata" and reply.status == 200  # noqa: PLR2004
    return reply.with_body(fhirVersion="4.3.0") if stated else reply


@defect("members-metadata-omits-eob", breaks=["PA-EOB-CAPABILITY"])
def omit_claims(reply: Reply) -> Reply:
    """Patient Access: the CapabilityStatement does not mention ExplanationOfBenefit."""
    if reply.call.interaction != "metadata" or reply.status != 200:  # noqa: PLR2004
        return reply
    rest = reply.body["rest"][0]
    kept = [found for found in rest["resource"] if found["type"] != _EOB]
    return reply.with_body(rest=[{**rest, "resource": kept}])
