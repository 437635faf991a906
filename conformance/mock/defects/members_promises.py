"""Defects of what is promised beyond one request: guides, versions, data. Imports flow, search."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect
from conformance.mock.flow import Reply
from conformance.mock.outcomes import outcome

if TYPE_CHECKING:
    from conformance.mock.search.engine import SearchResult


@defect("members-metadata-us-core-version", breaks=["PA-IG-US-CORE"])
def other_us_core(reply: Reply) -> Reply:
    """Patient Access: the CapabilityStatement names US Core 3.1.1, not 3.2.0."""
    return _renamed(reply, "us.core|3.2.0", "us.core|3.1.1")


@defect("members-metadata-pdex-version", breaks=["PA-IG-PDEX"])
def other_pdex(reply: Reply) -> Reply:
    """Patient Access: the CapabilityStatement names PDEX 2.0.0, not 1.0.0."""
    return _renamed(reply, "pdex|1.0.0", "pdex|2.0.0")


def _renamed(reply: Reply, guide: str, instead: str) -> Reply:
    if reply.call.interaction != "metadata" or reply.status != 200:  # noqa: PLR2004
        return reply
    guides = [url.replace(guide, instead) for url in reply.body["implementationGuide"]]
    return reply.with_body(implementationGuide=guides)


@defect(
    "coverage-old-version-gone",
    breaks=["PA-COV-VERSIONED-REFERENCES", "PA-EOB-VERSIONED-REFERENCES"],
)
def forget_old_version(reply: Reply) -> Reply:
    """Coverage: the first version of each, which claims refer to, answers 404."""
    if not reply.call.is_("vread", "Coverage") or reply.call.vid != "1":
        return reply
    return Reply(reply.call, 404, outcome("not-found", "Resource is not known"))


@defect("members-feed-missing", breaks=["PA-SANDBOX-DATA", "PA-SANDBOX-CLINICAL"])
def patient_alone(result: SearchResult) -> SearchResult:
    """Patient Access: the member's Patient is there and nothing else, as before the first feed."""
    return result if result.request.type == "Patient" else replace(result, rows=(), total=0)


@defect("coverage-empty-search-500", breaks=["PA-SANDBOX-NO-CLAIMS"])
def fail_without_plan(reply: Reply) -> Reply:
    """Coverage: a search that finds nothing answers 500, as where every member has a plan."""
    if reply.searched != "Coverage" or reply.body["total"]:
        return reply
    return Reply(reply.call, 500, outcome("exception", "No plan of this member"))
