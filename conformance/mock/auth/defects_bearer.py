"""Defects of how tokens are carried and refused at Patient Access. Imports access and the flow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.access import Access, Refusal
from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.flow import Admission, Call, Reply

_TOKEN = "access_token"  # noqa: S105 - the name of a parameter
#: The characters of the mock's own tokens: 32 bytes in base64url.
_LENGTH = 43
_FORBIDDEN = 403


@defect("access-token-in-query", breaks=["USE-QUERY-TOKEN"])
def in_query(call: Call) -> Call:
    """A token may stand in the address, as `access_token`."""
    if not call.value(_TOKEN):
        return call
    query = tuple(pair for pair in call.query if pair[0] != _TOKEN)
    return replace(call, query=query, headers=_bearer(call, f"Bearer {call.value(_TOKEN)}"))


@defect("access-any-scheme", breaks=["USE-OTHER-SCHEME"])
def any_scheme(call: Call) -> Call:
    """The last word of the Authorization header is the token, whatever stands before it."""
    words = call.headers.get("authorization", "").split()
    return replace(call, headers=_bearer(call, f"Bearer {words[-1]}")) if words else call


@defect("access-scheme-case", breaks=["USE-SCHEME-CASE"])
def one_spelling(call: Call) -> Call:
    """Only `Bearer` is understood, not `bearer` nor `BEARER`."""
    told = call.headers.get("authorization", "")
    return call if told.startswith("Bearer ") else replace(call, headers=_bearer(call, ""))


@defect("access-token-end-ignored", breaks=["USE-INVALID-TOKEN"])
def end_ignored(call: Call) -> Call:
    """Of a token as many characters are compared as tokens have; what follows is not looked at."""
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    return replace(call, headers=_bearer(call, f"{scheme} {value[:_LENGTH]}"))


@defect("access-jwt-not-verified", breaks=["USE-INVALID-TOKEN"])
def unsigned(admission: Admission) -> Admission:
    """A JSON Web Token is believed without a look at its signature."""
    told = admission.call.headers.get("authorization", "")
    if not (told.startswith("Bearer eyJ") and isinstance(admission.verdict, Refusal)):
        return admission
    scopes = frozenset(f"patient/{kind}.read" for kind in ("Patient", "Coverage"))
    return replace(admission, verdict=Access("forged", scopes, admission.everybody[0]))


@defect("access-scope-refusal-plain", breaks=["USE-SCOPE-OUTCOME"])
def plain_refusal(reply: Reply) -> Reply:
    """A request beyond the scopes is answered 403 with a gateway's JSON."""
    return replace(reply, body={"message": "Forbidden"}) if reply.status == _FORBIDDEN else reply


@defect("access-cors-reflected", breaks=["USE-CORS"])
def reflected(reply: Reply) -> Reply:
    """Any origin may read answers with the member's credentials."""
    origin = reply.call.headers.get("origin")
    if not origin:
        return reply
    shared = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
    }
    return replace(reply, headers={**reply.headers, **shared})


def _bearer(call: Call, value: str) -> dict[str, str]:
    kept = {name: told for name, told in call.headers.items() if name != "authorization"}
    return {**kept, "authorization": value} if value.strip() else kept
