"""Rewrites of reads, errors and of HTTP around all answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rewriting import (
    BY_LAST_UPDATED,
    METADATA,
    READ,
    SEARCH,
    TYPES,
    UNREADABLE,
    each,
    on_bundles,
    outcome,
    page,
    rewrite,
    selecting,
    with_link,
)
from traffic import Answer

if TYPE_CHECKING:
    from rewriting_proxy import Forward
    from traffic import Asked

READS = (READ, each("VERSION-ID"), each("READ-CONSISTENT"), each("EXAMPLE-READ"))


def _of_read(asked: Asked, forward: Forward, what: str = "read") -> dict[str, Any] | None:
    """Return what a read brings, None where it is no such read or brings nothing."""
    if asked.what != what:
        return None
    answer = forward(asked)
    return answer.document if answer.bears(*TYPES) else None


@rewrite(breaks=[READ], also=[*READS])
def read_gives_another_id(asked: Asked, forward: Forward) -> Answer:
    """A read gives a resource of another id."""
    found = _of_read(asked, forward)
    return forward(asked).having({**found, "id": "another"}) if found else forward(asked)


@rewrite(breaks=[READ], also=["DIR-NETWORK-IS-ORGANIZATION"], alone=True)
def read_finds_nothing(asked: Asked, forward: Forward) -> Answer:
    """Every read is answered 404."""
    return outcome(404, "not-found") if asked.what == "read" else forward(asked)


@rewrite(breaks=[READ], also=[each("VERSION-ID"), each("READ-CONSISTENT")])
def read_gives_a_bundle(asked: Asked, forward: Forward) -> Answer:
    """A read gives a Bundle around the resource."""
    found = _of_read(asked, forward)
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": found}]}
    return forward(asked).having(bundle) if found else forward(asked)


@rewrite(breaks=[each("READ-UNKNOWN")], also=[each("ERROR-OUTCOME"), each("EXAMPLE-READ")])
def unknown_id_is_answered(asked: Asked, forward: Forward) -> Answer:
    """A read of an unknown id answers 200 with an OperationOutcome."""
    answer = forward(asked)
    unknown = asked.what == "read" and answer.status == 404
    return replace(answer, status=200) if unknown else answer


@rewrite(breaks=[each("READ-UNKNOWN")], hides=[each("ERROR-OUTCOME")])
def unknown_id_is_a_bad_request(asked: Asked, forward: Forward) -> Answer:
    """A read of an unknown id is answered 400."""
    answer = forward(asked)
    return outcome(400) if asked.what == "read" and answer.status == 404 else answer


@rewrite(breaks=[each("VREAD")])
def vread_gives_another_version(asked: Asked, forward: Forward) -> Answer:
    """A vread gives another version than was asked."""
    found = _of_read(asked, forward, "vread")
    meta = {**found["meta"], "versionId": "77"} if found else {}
    return forward(asked).having({**found, "meta": meta}) if found else forward(asked)


@rewrite(breaks=[each("VREAD")])
def vread_is_not_there(asked: Asked, forward: Forward) -> Answer:
    """Every vread is answered 404."""
    return outcome(404, "not-found") if asked.what == "vread" else forward(asked)


@rewrite(breaks=[each("VREAD")])
def vread_gives_other_content(asked: Asked, forward: Forward) -> Answer:
    """A vread lacks elements that a read of the same version has."""
    found = _of_read(asked, forward, "vread")
    kept = {name: found[name] for name in ("resourceType", "id", "meta")} if found else {}
    return forward(asked).having(kept) if found else forward(asked)


@rewrite(breaks=[each("VREAD-UNKNOWN")])
def unknown_version_is_the_current(asked: Asked, forward: Forward) -> Answer:
    """A vread of an unknown version gives the current one."""
    answer = forward(asked)
    if asked.what != "vread" or answer.status == 200:
        return answer
    return forward(replace(asked, path="/".join(asked.path.split("/")[:2])))


@rewrite(breaks=[each("VERSION-ID"), each("READ-CONSISTENT")])
def read_tells_no_version(asked: Asked, forward: Forward) -> Answer:
    """What a read gives has no meta.versionId."""
    found = _of_read(asked, forward)
    if not found:
        return forward(asked)
    del found["meta"]["versionId"]
    return forward(asked).having(found)


@rewrite(breaks=[each("READ-CONSISTENT")])
def read_lacks_an_element(asked: Asked, forward: Forward) -> Answer:
    """A read leaves out an element that the search row of the same version has."""
    found = _of_read(asked, forward)
    if not found:
        return forward(asked)
    last = [name for name in found if name not in {"resourceType", "id", "meta"}][-1]
    return forward(asked).having({n: v for n, v in found.items() if n != last})


@rewrite(breaks=[each("READ-CONSISTENT")], hides=[BY_LAST_UPDATED])
def read_is_stale(asked: Asked, forward: Forward) -> Answer:
    """A read gives an older state than the search does."""
    found = _of_read(asked, forward)
    if not found:
        return forward(asked)
    meta = {**found["meta"], "versionId": "0", "lastUpdated": "2001-01-01T00:00:00.000Z"}
    return forward(asked).having({**found, "meta": meta, "language": "en"})


@rewrite(breaks=[each("READ-CONSISTENT")])
def read_lacks_the_profile(asked: Asked, forward: Forward) -> Answer:
    """A read leaves out meta.profile, which the search row has."""
    found = _of_read(asked, forward)
    if not found:
        return forward(asked)
    del found["meta"]["profile"]
    return forward(asked).having(found)


def _error(answer: Answer, other: Answer) -> Answer:
    return replace(other, status=answer.status) if answer.status >= 400 else answer


WITHOUT_OUTCOME = (
    each("ERROR-OUTCOME"), each("SEARCH-ERROR-OUTCOME"), each("UNLISTED-REFUSED"),
)  # fmt: skip


@rewrite(breaks=[*WITHOUT_OUTCOME])
def errors_are_plain_json(asked: Asked, forward: Forward) -> Answer:
    """Errors carry a gateway's JSON instead of an OperationOutcome."""
    body = Answer(0, b'{"status": 400, "error": "Bad Request"}').typed("application/json")
    return _error(forward(asked), body)


@rewrite(breaks=[*WITHOUT_OUTCOME])
def errors_are_web_pages(asked: Asked, forward: Forward) -> Answer:
    """Errors carry a web page instead of an OperationOutcome."""
    return _error(forward(asked), page(0, "<html>Error</html>"))


@rewrite(breaks=[*WITHOUT_OUTCOME])
def errors_are_empty(asked: Asked, forward: Forward) -> Answer:
    """Errors have no body."""
    return _error(forward(asked), Answer(0, b""))


@rewrite(breaks=[*WITHOUT_OUTCOME])
def outcomes_have_no_issue(asked: Asked, forward: Forward) -> Answer:
    """Errors carry an OperationOutcome without any issue."""
    empty = Answer(0, b'{"resourceType": "OperationOutcome"}').typed("application/fhir+json")
    return _error(forward(asked), empty)


@rewrite(breaks=[*WITHOUT_OUTCOME])
def issues_have_no_severity(asked: Asked, forward: Forward) -> Answer:
    """Errors carry an OperationOutcome whose issue lacks severity and code."""
    bare = Answer(0, b"").typed("application/fhir+json")
    issue = {"diagnostics": "no"}
    return _error(
        forward(asked), bare.having({"resourceType": "OperationOutcome", "issue": [issue]})
    )


@rewrite(
    also=[each("EXAMPLE-READ")],
    breaks=[each("READ-UNKNOWN"), each("VREAD-UNKNOWN"), each("SEARCH-ERROR-OUTCOME"),
            each("UNLISTED-REFUSED"), each("TOKEN-REQUIRED"), each("PATIENT-REQUIRED")],
)  # fmt: skip
def errors_have_status_200(asked: Asked, forward: Forward) -> Answer:
    """Errors are OperationOutcomes with status 200."""
    return replace(forward(asked), status=200)


def _typed(answer: Answer, media_type: str) -> Answer:
    return answer.typed(media_type) if answer.status == 200 else answer


@rewrite(breaks=[each("CONTENT-TYPE")])
def media_type_is_json(asked: Asked, forward: Forward) -> Answer:
    """Answers are `application/json`."""
    return _typed(forward(asked), "application/json")


@rewrite(breaks=[each("CONTENT-TYPE")])
def media_type_is_html(asked: Asked, forward: Forward) -> Answer:
    """Answers are `text/html` by their header."""
    return _typed(forward(asked), "text/html")


@rewrite(breaks=[each("CONTENT-TYPE")])
def charset_is_latin(asked: Asked, forward: Forward) -> Answer:
    """Answers say that they are ISO-8859-1."""
    return _typed(forward(asked), "application/fhir+json;charset=iso-8859-1")


@rewrite(breaks=[each("CONTENT-TYPE")])
def media_type_of_filtered_searches_is_json(asked: Asked, forward: Forward) -> Answer:
    """Answers to searches with a filter are `application/json`."""
    answer = forward(asked)
    return _typed(answer, "application/json") if selecting(asked) else answer


@rewrite(breaks=[each("CONTENT-TYPE")])
def media_type_of_vreads_is_json(asked: Asked, forward: Forward) -> Answer:
    """Answers to vreads are `application/json`."""
    answer = forward(asked)
    return _typed(answer, "application/json") if asked.what == "vread" else answer


@rewrite(breaks=[each("ANONYMOUS"), SEARCH, METADATA],
         also=[UNREADABLE], alone=True)  # fmt: skip
def everything_needs_a_token(_asked: Asked, _forward: Forward) -> Answer:
    """Every request is answered 401."""
    return replace(outcome(401, "login"), headers={"www-authenticate": "Bearer"})


@rewrite(
    breaks=[each("ANONYMOUS"), READ],
    also=[
        *READS,
        each("CONTENT-TYPE"),
        each("ERROR-OUTCOME"),
        each("READ-UNKNOWN"),
        each("TOKEN-REQUIRED"),
        "DIR-NETWORK.*",
    ],
)
def reads_are_sent_to_a_login_elsewhere(asked: Asked, forward: Forward) -> Answer:
    """Reads are sent to a login on another host."""
    if asked.what != "read":
        return forward(asked)
    return Answer(302, b"", {"location": "https://login.example/authorize"})


@rewrite(
    breaks=[each("ANONYMOUS"), READ],
    also=[
        *READS,
        each("CONTENT-TYPE"),
        each("ERROR-OUTCOME"),
        each("READ-UNKNOWN"),
        each("TOKEN-REQUIRED"),
        "DIR-NETWORK.*",
    ],
)
def reads_are_sent_to_a_login_here(asked: Asked, forward: Forward) -> Answer:
    """Reads are sent to a login page on the same host."""
    if asked.path == "/login":
        return page(200)
    return Answer(302, b"", {"location": "/login"}) if asked.what == "read" else forward(asked)


@rewrite(breaks=[SEARCH, each("BUNDLE"), METADATA], also=[UNREADABLE], alone=True)
def bodies_are_cut_off(asked: Asked, forward: Forward) -> Answer:
    """Bodies end in the middle."""
    answer = forward(asked)
    return replace(answer, body=answer.body[: len(answer.body) // 2])


@rewrite(
    breaks=[READ, each("VREAD")],
    also=[
        *READS,
        each("CONTENT-TYPE"),
        each("READ-UNKNOWN"),
        each("ERROR-OUTCOME"),
        each("TOKEN-REQUIRED"),
        "DIR-NETWORK.*",
    ],
    alone=True,
)
def reads_are_not_utf8(asked: Asked, forward: Forward) -> Answer:
    """What reads and vreads give holds a byte that is no UTF-8."""
    answer = forward(asked)
    if asked.what not in {"read", "vread"}:
        return answer
    return replace(answer, body=answer.body.replace(b'"id"', b'"language": "\xff", "id"', 1))


@rewrite(breaks=[], exit_code=3, alone=True)
def vreads_are_cut(asked: Asked, forward: Forward) -> Answer:
    """The connection is cut on every vread: an error of the environment, no finding."""
    return replace(outcome(500), reset=True) if asked.what == "vread" else forward(asked)


@rewrite(
    breaks=["DIR-LOC-READ"],
    also=["DIR-LOC-(READ-CONSISTENT|VERSION-ID|READ-UNKNOWN|ERROR-OUTCOME)"],
)
def location_read_fails(asked: Asked, forward: Forward) -> Answer:
    """Location: every read is answered 500; nothing else is touched."""
    wrong = asked.what == "read" and asked.type == "Location"
    return outcome(500, "exception") if wrong else forward(asked)


@rewrite(breaks=["DIR-ORG-SELF-LINK"])
@on_bundles
def organization_self_link_is_missing(
    asked: Asked, bundle: dict[str, Any]
) -> dict[str, Any] | None:
    """Organization: no self link; nothing else is touched."""
    if asked.type != "Organization":
        return None
    return with_link(bundle, "self", "")
