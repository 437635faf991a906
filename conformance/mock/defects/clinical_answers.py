"""Defects of the answers about clinical resources, and of their rows. Imports flow, registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.defects.clinical_search import CLINICAL, of_each
from conformance.mock.defects.registry import defect
from conformance.mock.flow import Reply
from conformance.mock.outcomes import outcome

if TYPE_CHECKING:
    from conformance.mock.flow import Shown


@defect("clinical-read-fails", breaks=of_each("READ"))
def fail_read(reply: Reply) -> Reply:
    """Clinical resources: read answers 500, search works."""
    if reply.call.interaction != "read" or reply.call.type not in CLINICAL:
        return reply
    return Reply(reply.call, 500, outcome("exception", "Internal error"))


@defect("clinical-bare-search-refused", breaks=of_each("SEARCH"))
def refuse_bare_search(reply: Reply) -> Reply:
    """Clinical resources: a search without any parameter answers 400."""
    return _bare_refused(reply, CLINICAL)


@defect("patient-bare-search-refused", breaks=["PA-USPAT-SEARCH", "PA-USPAT-EXAMPLE-SEARCH"])
def refuse_bare_patient_search(reply: Reply) -> Reply:
    """Patient: a search without any parameter answers 400, as before the clinical resources."""
    return _bare_refused(reply, ("Patient",))


def _bare_refused(reply: Reply, kinds: tuple[str, ...]) -> Reply:
    if reply.searched not in kinds or reply.call.interaction == "page" or reply.call.query:
        return reply
    return Reply(reply.call, 400, outcome("required", "A search needs a parameter"))


@defect("clinical-post-refused", breaks=of_each("SEARCH-POST", "ENC IMM"))
def refuse_post(reply: Reply) -> Reply:
    """Encounter and Immunization: a search by POST answers 405."""
    if reply.call.method != "POST" or reply.call.type not in CLINICAL[1:]:
        return reply
    body = outcome("not-supported", "Method POST is not supported")
    return Reply(reply.call, 405, body, {"Allow": "GET"})


@defect("clinical-post-finds-half", breaks=of_each("POST-SAME", "COND IMM"))
def half_by_post(reply: Reply) -> Reply:
    """Condition and Immunization: POST finds every second row of what GET finds."""
    if reply.call.method != "POST" or reply.searched not in ("Condition", "Immunization"):
        return reply
    return reply.with_body(entry=reply.body.get("entry", [])[::2] or None)


@defect("encounter-before-2016", breaks=["PA-ENC-WINDOW"])
def old_encounter(shown: Shown) -> Shown:
    """Encounter: all began on the last day of 2015 and ended in the new year."""
    if shown.type != "Encounter":
        return shown
    return shown.with_(
        period={"start": "2015-12-31T20:00:00-07:00", "end": "2016-01-01T06:00:00-07:00"}
    )


@defect("immunization-before-2016", breaks=["PA-IMM-WINDOW"])
def old_immunization(shown: Shown) -> Shown:
    """Immunization: all were given in 2014."""
    return shown.with_(occurrenceDateTime="2014-10") if shown.type == "Immunization" else shown


@defect("patient-us-core-profile-missing", breaks=["PA-USPAT-PROFILE"])
def drop_us_core(shown: Shown) -> Shown:
    """Patient: resources name the profile of CARIN BB only."""
    if shown.type != "Patient":
        return shown
    profiles = shown.resource["meta"]["profile"]
    return shown.with_meta(profile=[url for url in profiles if "us/core" not in url])
