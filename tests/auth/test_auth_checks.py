"""Every check of authorization, with records that hold and records that do not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.checks import authorization as asked
from conformance.checks import bearer, discovery, tokens
from conformance.exchange import Exchange, Request, Response
from conformance.oauth import Authorization, Callback, PageSeen, TokenAnswer, Tokens, Use

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.findings import Assertion

URI = "http://localhost:3000/callback"
GOOD_TOKEN = {
    "access_token": "[redacted]",
    "refresh_token": "[redacted]",
    "token_type": "bearer",
    "expires_in": 300,
    "scope": "patient/Patient.read patient/Coverage.read",
    "patient": "p1",
}
NO_STORE = {"content-type": "application/json", "cache-control": "private, no-store"}


def exchange(status: int = 200, document: Any = None, **headers: str) -> Exchange:
    told = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    body = "" if document is None else json.dumps(document)
    response = Response(status, told, body, len(body), document)
    return Exchange("ex-1", "test", "", 0.0, Request("GET", "http://a.example/x"), response)


def token(status: int = 200, access: str = "a", headers: Any = None, **changes: Any) -> TokenAnswer:
    body = {name: value for name, value in {**GOOD_TOKEN, **changes}.items() if value is not None}
    response = Response(status, tuple((headers or NO_STORE).items()), "", 0, body)
    return TokenAnswer(replace(exchange(), response=response), Tokens(access, "r"))


def refusal(error: str = "invalid_grant", status: int = 400) -> TokenAnswer:
    return TokenAnswer(exchange(status, {"error": error} if error else {"code": 1}))


def led(  # noqa: PLR0913
    *kinds: str,
    code: str = "",
    error: str = "",
    state: str | None = "s",
    back: bool = True,
    to_asked: bool = True,
    status: int = 302,
    offered: tuple[tuple[str, bool], ...] = (("a", True), ("b", True)),
    choice: bool = True,
) -> Authorization:
    last = exchange(status)
    pages = tuple(PageSeen(kind, last, offered, choice) for kind in kinds)
    told = {"code": "x" if code else None, "error": error or None, "state": state}
    parameters = {name: value for name, value in told.items() if value is not None}
    callback = Callback(last, to_asked, parameters) if back else None
    sent = {"redirect_uri": URI, "state": "s", "scope": "a b"}
    return Authorization(sent, (last,), "an ending", pages, callback, code)


BOTH = ("login", "consent")
NOWHERE = led(back=False, status=400)
BEARER = 'Bearer realm="x", error="invalid_token"'
PATIENT = {"resourceType": "Patient", "id": "p1"}
OUTCOME = {"resourceType": "OperationOutcome", "issue": []}
BUNDLE = {"resourceType": "Bundle", "entry": [{"resource": PATIENT}]}
URIS = {"authorization_endpoint": "https://a.example/a", "token_endpoint": "https://a.example/t"}


def statement(authorize: str, token_url: str = URIS["token_endpoint"]) -> dict[str, Any]:
    parts = [{"url": "authorize", "valueUri": authorize}, {"url": "token", "valueUri": token_url}]
    url = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
    return {"rest": [{"security": {"extension": [{"url": url, "extension": parts}]}}]}


def use(document: Any, status: int = 200, kind: str = "Patient") -> Use:
    return Use(exchange(status, document), kind, "p1")


#: (what, assertions that hold, assertions one of which is broken)
CASES: list[tuple[str, Iterable[Assertion], Iterable[Assertion]]] = [
    ("login", asked.leads_to_login(led("login")), asked.leads_to_login(NOWHERE)),
    (
        "login first",
        asked.no_code_before_login(led(*BOTH, code="c")),
        asked.no_code_before_login(led("consent", code="c")),
    ),
    ("code", asked.brings_code(led(code="c")), asked.brings_code(led(error="access_denied"))),
    ("back", asked.returns_to_asked(led()), asked.returns_to_asked(led(to_asked=False))),
    ("nowhere", asked.returns_to_asked(led()), asked.returns_to_asked(NOWHERE)),
    ("state", asked.state_is_unchanged([led()]), asked.state_is_unchanged([led(state="t")])),
    ("no state", asked.state_is_unchanged([led()]), asked.state_is_unchanged([led(state=None)])),
    ("no code", asked.no_code([NOWHERE, led(error="x")]), asked.no_code([led(code="c")])),
    (
        "nobody",
        asked.nobody_is_sent([NOWHERE, led(error="x", to_asked=False)]),
        asked.nobody_is_sent([led(error="x")]),
    ),
    (
        "code elsewhere",
        asked.nobody_is_sent([NOWHERE]),
        asked.nobody_is_sent([led(code="c", to_asked=False)]),
    ),
    (
        "error back",
        asked.error_comes_back([led(error="x")]),
        asked.error_comes_back([NOWHERE]),
    ),
    (
        "error",
        asked.error_is([led(error="x")], ["x", "y"]),
        asked.error_is([led(error="z")], ["x", "y"]),
    ),
    (
        "status",
        asked.refused_with_status([NOWHERE, led()]),
        asked.refused_with_status([led(back=False, status=200)]),
    ),
    (
        "consent",
        asked.consent_is_asked(led(*BOTH, code="c")),
        asked.consent_is_asked(led("login", code="c")),
    ),
    (
        "choice",
        asked.consent_per_scope(led(*BOTH)),
        asked.consent_per_scope(led(*BOTH, choice=False)),
    ),
    (
        "selected",
        asked.consent_starts_selected(led(*BOTH)),
        asked.consent_starts_selected(led(*BOTH, offered=(("a", True), ("b", False)))),
    ),
    ("granted", tokens.granted([token()]), tokens.granted([refusal()])),
    ("refused", tokens.refused([refusal()]), tokens.refused([token()])),
    (
        "field",
        tokens.has_field([token()], "expires_in", "number"),
        tokens.has_field([token(expires_in="300")], "expires_in", "number"),
    ),
    (
        "boolean",
        tokens.has_field([token()], "patient", "text"),
        tokens.has_field([token(patient=True)], "patient", "text"),
    ),
    (
        "absent",
        tokens.has_field([token()], "scope", "text"),
        tokens.has_field([token(scope=None)], "scope", "text"),
    ),
    (
        "no token at all",
        tokens.has_field([token()], "access_token", "text"),
        tokens.has_field([refusal()], "access_token", "text"),
    ),
    (
        "no field",
        tokens.has_no_field([token(refresh_token=None)], "refresh_token"),
        tokens.has_no_field([token()], "refresh_token"),
    ),
    (
        "object",
        tokens.is_json_object([token()]),
        tokens.is_json_object([TokenAnswer(exchange(200, []))]),
    ),
    ("bearer", tokens.is_bearer([token()]), tokens.is_bearer([token(token_type="mac")])),
    ("no type", tokens.is_bearer([token()]), tokens.is_bearer([token(token_type=None)])),
    (
        "media type",
        tokens.has_media_type([token()]),
        tokens.has_media_type([token(headers={"content-type": "text/plain"})]),
    ),
    (
        "no-store",
        tokens.has_header_word([token()], "Cache-Control", "no-store"),
        tokens.has_header_word([token()], "Pragma", "no-cache"),
    ),
    ("error form", tokens.error_has_form([refusal()]), tokens.error_has_form([refusal("")])),
    (
        "error status",
        tokens.error_has_form([refusal(status=401)]),
        tokens.error_has_form([refusal(status=200)]),
    ),
    (
        "error code",
        tokens.error_is([refusal()], "invalid_grant"),
        tokens.error_is([token()], "invalid_grant"),
    ),
    ("4xx", tokens.status_is_4xx([refusal()]), tokens.status_is_4xx([refusal(status=200)])),
    (
        "within",
        tokens.scopes_within(token(scope="a"), {"a", "b"}),
        tokens.scopes_within(token(scope="a c"), {"a", "b"}),
    ),
    (
        "include",
        tokens.scopes_include(token(scope="a b"), ["a"]),
        tokens.scopes_include(refusal(), ["a"]),
    ),
    (
        "lack",
        tokens.scopes_lack(token(scope="a"), ["b"]),
        tokens.scopes_lack(token(scope="a b"), ["b"]),
    ),
    (
        "short",
        tokens.lives_at_most([token()], 300),
        tokens.lives_at_most([token(expires_in=301)], 300),
    ),
    (
        "new",
        tokens.token_is_new(token(access="b"), token()),
        tokens.token_is_new(token(), token()),
    ),
    (
        "same member",
        tokens.same_member(token(), token()),
        tokens.same_member(token(patient="p2"), token()),
    ),
    (
        "401",
        bearer.status_is([exchange(401)], 401),
        bearer.status_is([exchange(403)], 401),
    ),
    (
        "no data",
        bearer.brings_no_data([use(OUTCOME, 401), use([], 200), use({"entry": [7]})]),
        bearer.brings_no_data([use(BUNDLE)]),
    ),
    ("no resource", bearer.brings_no_data([use(None)]), bearer.brings_no_data([use(PATIENT)])),
    ("opens", bearer.opens([use(PATIENT), use(BUNDLE)]), bearer.opens([use(OUTCOME)])),
    ("patient", bearer.is_patient(use(PATIENT)), bearer.is_patient(use({**PATIENT, "id": "q"}))),
    (
        "not the token",
        bearer.token_is_not_at_fault(exchange(400)),
        bearer.token_is_not_at_fault(exchange(403)),
    ),
    (
        "challenge",
        bearer.challenges_bearer([exchange(401, www_authenticate="Basic x, Bearer"), exchange()]),
        bearer.challenges_bearer([exchange(401)]),
    ),
    (
        "other scheme",
        bearer.challenges_bearer([exchange(401, www_authenticate=BEARER)]),
        bearer.challenges_bearer([exchange(401, www_authenticate="Basic")]),
    ),
    (
        "error named",
        bearer.challenge_names([exchange(401, www_authenticate=BEARER)], "invalid_token"),
        bearer.challenge_names([exchange(401, www_authenticate="Bearer")], "invalid_token"),
    ),
    (
        "no error named",
        bearer.challenge_names([exchange(401, www_authenticate="Bearer")], ""),
        bearer.challenge_names([exchange(401, www_authenticate="Bearer error=x")], ""),
    ),
    ("4xx use", bearer.status_is_4xx([exchange(401)]), bearer.status_is_4xx([exchange(200)])),
    (
        "configuration",
        discovery.configuration_is_there(exchange(200, {})),
        discovery.configuration_is_there(exchange(401)),
    ),
    (
        "endpoint",
        discovery.names_endpoint(exchange(200, URIS), "token_endpoint"),
        discovery.names_endpoint(exchange(200, {"token_endpoint": "/t"}), "token_endpoint"),
    ),
    (
        "broken address",
        discovery.names_endpoint(exchange(200, URIS), "token_endpoint"),
        discovery.names_endpoint(exchange(200, {"token_endpoint": "http://[x"}), "token_endpoint"),
    ),
    (
        "capabilities",
        discovery.lists_capabilities(exchange(200, {"capabilities": ["a"]})),
        discovery.lists_capabilities(exchange(200, {"capabilities": []})),
    ),
    (
        "statement",
        discovery.statement_agrees(
            exchange(200, statement("https://a.example/a")), exchange(200, URIS)
        ),
        discovery.statement_agrees(
            exchange(200, statement("https://b.example/a")), exchange(200, URIS)
        ),
    ),
    (
        "no statement",
        discovery.statement_agrees(
            exchange(200, statement("https://a.example/a")), exchange(200, URIS)
        ),
        discovery.statement_agrees(exchange(200, {"rest": [7]}), exchange(200, URIS)),
    ),
]


@pytest.mark.parametrize(
    ("holding", "broken"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_check_tells_right_from_wrong(
    holding: Iterable[Assertion], broken: Iterable[Assertion]
) -> None:
    held, failed = list(holding), list(broken)
    assert held
    assert all(assertion.holds for assertion in held)
    assert not all(assertion.holds for assertion in failed)
    assert all(item.at and item.expected and item.observed for item in (*held, *failed))


def test_what_was_not_granted_is_not_judged_as_a_token() -> None:
    no = [refusal()]
    assert not list(tokens.is_bearer(no))
    assert not list(tokens.has_media_type(no))
    assert not list(tokens.scopes_within(no[0], ()))
    assert not list(tokens.lives_at_most(no, 1))
    assert not list(tokens.same_member(no[0], token()))


def test_no_repr_shows_a_token_or_a_code() -> None:
    shown = repr((token(access="planted-token"), led(code="planted-code")))
    assert "planted" not in shown
