"""Defects of Patient, which two sections of a document describe. Imports flow and search."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect
from conformance.mock.flow import Reply
from conformance.mock.outcomes import outcome
from conformance.mock.search.documented import Parameter

if TYPE_CHECKING:
    from conformance.mock.search.documented import Vocabulary
    from conformance.mock.search.request import SearchRequest


def both(suffix: str) -> list[str]:
    """Return the clause of each of the two sections."""
    return [f"PA-PAT-{suffix}", f"PA-USPAT-{suffix}"]


@defect(
    "patient-read-fails",
    # The very request by which a token and its `patient` are judged.
    breaks=[*both("READ"), "TOKEN-PATIENT-USABLE", "USE-BEARER", "SCOPE-PATIENT-PATIENT"],
)
def fail_read(reply: Reply) -> Reply:
    """Patient: read answers 500, search works."""
    if not reply.call.is_("read", "Patient"):
        return reply
    return Reply(reply.call, 500, outcome("exception", "Internal error"))


@defect("patient-number-read-fails", breaks=["PA-USPAT-EXAMPLE-READ"])
def fail_on_numbers(reply: Reply) -> Reply:
    """Patient: read of an id of digits is taken for a key of the database and answers 500."""
    if not reply.call.is_("read", "Patient") or not reply.call.id.isdecimal():
        return reply
    return Reply(reply.call, 500, outcome("exception", "invalid input syntax for type uuid"))


@defect("patient-vread-unsupported", breaks=["PA-PAT-VREAD", "PA-PAT-VERSIONED-REFERENCES"])
def refuse_vread(reply: Reply) -> Reply:
    """Patient: vread answers 404 for every version, also for those that claims refer to."""
    if not reply.call.is_("vread", "Patient"):
        return reply
    return Reply(reply.call, 404, outcome("not-found", "Resource is not known"))


@defect("patient-count-refused", breaks=both("SEARCH-COUNT"))
def refuse_count(vocabulary: Vocabulary) -> Vocabulary:
    """Patient: _count is refused as unknown."""
    return vocabulary.without("_count") if vocabulary.type == "Patient" else vocabulary


@defect("patient-offset-ignored", breaks=both("SEARCH-GETPAGESOFFSET"))
def ignore_offset(request: SearchRequest) -> SearchRequest:
    """Patient: a search starts at its first row, whatever _getpagesoffset says."""
    return replace(request, offset=0) if request.type == "Patient" else request


@defect("patient-id-ignored", breaks=both("SEARCH-ID"))
def ignore_id(request: SearchRequest) -> SearchRequest:
    """Patient: drops _id."""
    return request.without("_id") if request.type == "Patient" else request


@defect("patient-unlisted-applied", breaks=both("UNLISTED-NOT-APPLIED"))
def honour_unlisted(vocabulary: Vocabulary) -> Vocabulary:
    """Patient: `gender`, which is not listed, selects."""
    if vocabulary.type != "Patient":
        return vocabulary
    return vocabulary.having(Parameter("gender", "token"))


@defect("patient-unlisted-ignored", breaks=both("UNLISTED-REFUSED"))
def ignore_unlisted(vocabulary: Vocabulary) -> Vocabulary:
    """Patient: parameters that are not listed are left out without a word."""
    return replace(vocabulary, lenient=True) if vocabulary.type == "Patient" else vocabulary
