"""Defects of the answer around the resources: status, headers, bundle. Imports flow, outcomes."""

from __future__ import annotations

from dataclasses import replace

from conformance.mock.defects.registry import defect
from conformance.mock.flow import Reply
from conformance.mock.outcomes import outcome


@defect("location-error-without-outcome", breaks=["DIR-LOC-SEARCH-ERROR-OUTCOME"])
def plain_error(reply: Reply) -> Reply:
    """Location: what is refused is answered with a gateway's JSON, not an OperationOutcome."""
    if not _of(reply, "Location") or reply.status < 400:  # noqa: PLR2004
        return reply
    return replace(reply, body={"timestamp": 0, "status": reply.status, "error": "Bad Request"})


@defect("location-outcome-code-unknown", breaks=["DIR-LOC-ANSWERS-CONFORM"])
def unknown_code(reply: Reply) -> Reply:
    """Location: the OperationOutcome of a refusal has an issue code that FHIR does not know."""
    if not _of(reply, "Location") or not isinstance(reply.body, dict) or "issue" not in reply.body:
        return reply
    return reply.with_body(issue=[{**issue, "code": "oops"} for issue in reply.body["issue"]])


@defect("organization-content-type-plain", breaks=["DIR-ORG-CONTENT-TYPE"])
def plain_json(reply: Reply) -> Reply:
    """Organization: answers are `application/json`, not `application/fhir+json`."""
    return replace(reply, content_type="application/json") if _of(reply, "Organization") else reply


@defect("location-needs-token", breaks=["DIR-LOC-ANONYMOUS"])
def ask_for_token(reply: Reply) -> Reply:
    """Location: answers 401 to whoever brings no token."""
    if not _of(reply, "Location") or "authorization" in reply.call.headers:
        return reply
    body = outcome("login", "Authentication is required")
    return Reply(reply.call, 401, body, {"WWW-Authenticate": 'Bearer realm="flex"'})


@defect("affiliation-id-search-unavailable", breaks=["DIR-AFF-SEARCH", "DIR-AFF-SEARCH-ID"])
def no_search(reply: Reply) -> Reply:
    """OrganizationAffiliation: the documented search, by _id, answers 501."""
    if not reply.call.is_("search-type", "OrganizationAffiliation") or not reply.call.value("_id"):
        return reply
    return Reply(reply.call, 501, outcome("not-supported", "Search by _id is not supported"))


@defect("affiliation-bundle-type-collection", breaks=["DIR-AFF-BUNDLE"])
def collection(reply: Reply) -> Reply:
    """OrganizationAffiliation: search results are a bundle of type `collection`."""
    if reply.searched != "OrganizationAffiliation":
        return reply
    return reply.with_body(type="collection")


@defect("role-full-url-missing", breaks=["DIR-ROLE-BUNDLE"])
def no_full_url(reply: Reply) -> Reply:
    """PractitionerRole: entries of search results have no fullUrl."""
    if reply.searched != "PractitionerRole":
        return reply
    entries = [
        {key: value for key, value in entry.items() if key != "fullUrl"}
        for entry in reply.body.get("entry", ())
    ]
    return reply.with_body(entry=entries or None)


@defect("practitioner-self-link-missing", breaks=["DIR-PRAC-SELF-LINK"])
def no_self_link(reply: Reply) -> Reply:
    """Practitioner: search results have no self link."""
    if reply.searched != "Practitioner":
        return reply
    links = [link for link in reply.body["link"] if link["relation"] != "self"]
    return reply.with_body(link=links or None)


def _of(reply: Reply, kind: str) -> bool:
    return reply.call.type == kind
