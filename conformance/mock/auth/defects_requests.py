"""Defects of the form of requests and answers, at both endpoints. Imports flow and the registry."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlencode

from conformance.mock.auth.problems import Breach
from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.auth.flow import (
        Authorization,
        Consent,
        ErrorPage,
        Redirection,
        TokenReply,
    )
    from conformance.mock.auth.tokens import TokenCall

_FORM = "application/x-www-form-urlencoded"
_ASKED = frozenset(
    {
        *("response_type", "client_id", "redirect_uri", "scope", "state", "aud", "nonce"),
        *("code_challenge", "code_challenge_method"),
    }
)
_SENT = frozenset(
    {
        *("grant_type", "code", "redirect_uri", "client_id", "client_secret", "code_verifier"),
        *("refresh_token", "scope"),
    }
)


@defect("authorize-doubled-accepted", breaks=["AUTH-REQUEST-DOUBLED", "AUTH-REQUEST-DOUBLED-ERROR"])
def doubled(request: Authorization) -> Authorization:
    """Of a parameter that comes twice the first is taken."""
    return request.forgiving("doubled")


@defect("authorize-doubled-uri-followed", breaks=["AUTH-REQUEST-DOUBLED-URI"])
def follow_last(page: ErrorPage) -> ErrorPage:
    """Of two redirect URIs the last gets the error, registered or not."""
    asked = page.params.all("redirect_uri")
    return replace(page, to=asked[-1]) if len(asked) > 1 else page


@defect("authorize-empty-state-accepted", breaks=["AUTH-REQUEST-EMPTY"])
def empty_state(request: Authorization) -> Authorization:
    """A state without a value is one: only a request without any is refused."""
    return request.forgiving("state") if request.params.all("state") else request


@defect("authorize-unknown-parameter-refused", breaks=["AUTH-REQUEST-UNKNOWN"])
def unknown_parameter(request: Authorization) -> Authorization:
    """A request with a parameter that the server does not know is refused."""
    more = {name for name, _ in request.params.pairs} - _ASKED
    found = [Breach("unknown", "invalid_request", "An unknown parameter was sent")] if more else []
    return replace(request, breaches=(*request.breaches, *found))


@defect("authorize-answers-in-fragment", breaks=["AUTH-RESPONSE-QUERY"])
def in_fragment(redirection: Redirection) -> Redirection:
    """Code and errors come back in the fragment, as for a flow that is no more."""
    return replace(redirection, to=f"{redirection.to}#from=flex?")


@defect(
    "authorize-state-decoded-twice",
    breaks=["AUTH-RESPONSE-STATE", "AUTH-RESPONSE-STATE-UNICODE", "AUTH-CALLBACK-STATE"],
)
def decode_state(redirection: Redirection) -> Redirection:
    """A percent sign in state is taken for an escape."""
    state = redirection.parameters.get("state", "")
    return redirection.with_(state=unquote(state, "latin-1") or None)


@defect("authorize-state-cut", breaks=["AUTH-RESPONSE-STATE-LONG"])
def cut_state(redirection: Redirection) -> Redirection:
    """Of a long state 255 characters come back: the column is no wider."""
    state = redirection.parameters.get("state", "")
    return redirection.with_(state=state[:255] or None)


@defect("authorize-state-ascii-only", breaks=["AUTH-RESPONSE-STATE-UNICODE", "AUTH-CALLBACK-STATE"])
def ascii_state(redirection: Redirection) -> Redirection:
    """What is beyond ASCII in state is lost."""
    state = redirection.parameters.get("state", "")
    return redirection.with_(state=state.encode("ascii", "ignore").decode() or None)


@defect("authorize-error-code-invented", breaks=["AUTH-ERROR-KNOWN", "AUTH-ERROR-SCOPE"])
def invented_error(redirection: Redirection) -> Redirection:
    """Scopes that are not supported give the error `scope_not_allowed`."""
    if redirection.parameters.get("error") != "invalid_scope":
        return redirection
    return redirection.with_(error="scope_not_allowed")


@defect("authorize-error-quotes", breaks=["AUTH-ERROR-CHARACTERS"])
def quoting_error(redirection: Redirection) -> Redirection:
    """The error_description quotes what was wrong, with quotation marks."""
    told = redirection.parameters.get("error_description")
    return redirection.with_(error_description=f'"{told}"') if told else redirection


@defect("consent-none-is-all", breaks=["AUTH-CONSENT-DECLINED"])
def none_is_all(consent: Consent) -> Consent:
    """A member who unchecks every scope and allows shares them all."""
    if consent.decision != "allow" or consent.allowed:
        return consent
    return replace(consent, allowed=consent.asked)


@defect("token-scope-told-twice", breaks=["AUTH-SCOPE-DOUBLED"])
def told_twice(reply: TokenReply) -> TokenReply:
    """The token response names each scope twice."""
    told = reply.body.get("scope")
    return reply.with_body(scope=f"{told} {told}") if told else reply


@defect("token-by-get", breaks=["TOKEN-REQUEST-GET"])
def by_get(call: TokenCall) -> TokenCall:
    """Tokens are given to GET requests too."""
    if call.method != "GET":
        return call
    return replace(call, method="POST", body=call.query, content_type=_FORM)


@defect("token-in-address", breaks=["TOKEN-REQUEST-QUERY"])
def in_address(call: TokenCall) -> TokenCall:
    """The parameters of a token request may stand in its address."""
    if call.method != "POST" or not call.query:
        return call
    return replace(call, body=call.body + b"&" * bool(call.body) + call.query)


@defect("token-request-json", breaks=["TOKEN-REQUEST-JSON"])
def from_json(call: TokenCall) -> TokenCall:
    """A token request may be JSON."""
    if "json" not in call.content_type:
        return call
    return replace(call, body=urlencode(json.loads(call.body)).encode(), content_type=_FORM)


@defect("token-doubled-accepted", breaks=["TOKEN-REQUEST-DOUBLED"])
def doubled_field(call: TokenCall) -> TokenCall:
    """Of a field that comes twice the last is taken."""
    return replace(call, body=urlencode(dict(_fields(call))).encode())


@defect("token-empty-is-a-value", breaks=["TOKEN-REQUEST-EMPTY"])
def empty_field(call: TokenCall) -> TokenCall:
    """A field without a value is the text `null`."""
    filled = [(name, value or "null") for name, value in _fields(call)]
    return replace(call, body=urlencode(filled).encode())


@defect("token-unknown-field-refused", breaks=["TOKEN-REQUEST-UNKNOWN"])
def unknown_field(call: TokenCall) -> TokenCall:
    """A token request with a field that the server does not know is refused."""
    more = {name for name, _ in _fields(call)} - _SENT
    return replace(call, body=b"") if more else call


@defect("client-basic-unsupported", breaks=["TOKEN-BASIC-ACCEPTED", "TOKEN-BASIC-REFUSED"])
def no_basic(call: TokenCall) -> TokenCall:
    """HTTP Basic is not looked at: the secret has to stand in the body."""
    return replace(call, authorization="")


@defect("client-basic-challenge-missing", breaks=["TOKEN-BASIC-REFUSED"])
def no_challenge(reply: TokenReply) -> TokenReply:
    """A wrong client is answered 401 without WWW-Authenticate."""
    kept = {name: value for name, value in reply.headers.items() if name != "WWW-Authenticate"}
    return replace(reply, headers=kept)


@defect(
    "token-scope-list", breaks=["TOKEN-RESPONSE-SHAPE", "TOKEN-FIELD-SCOPE", "TOKEN-SMART-SCOPE"]
)
def scope_list(reply: TokenReply) -> TokenReply:
    """The token response's scope is a JSON array."""
    told = reply.body.get("scope")
    return reply.with_body(scope=told.split()) if told else reply


@defect("token-error-quotes", breaks=["TOKEN-ERROR-SHAPE"])
def quoting_refusal(reply: TokenReply) -> TokenReply:
    """The error_description of the token endpoint has quotation marks."""
    told = reply.body.get("error_description")
    return reply.with_body(error_description=f'"{told}"') if told else reply


@defect("credentials-name-a-patient", breaks=["TOKEN-CC-NO-PATIENT"])
def named_patient(reply: TokenReply) -> TokenReply:
    """The response to client credentials names a patient."""
    own = reply.granted and reply.grant_type == "client_credentials"
    return reply.with_body(patient="nobody") if own else reply


def _fields(call: TokenCall) -> list[tuple[str, str]]:
    return parse_qsl(call.body.decode("latin-1"), keep_blank_values=True)
