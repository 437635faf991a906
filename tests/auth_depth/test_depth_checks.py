"""Checks of odd requests, shapes and refusals, with records that hold and others that do not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.checks import odd_requests as odd
from conformance.checks import pages, refusals
from conformance.checks import token_shape as shape
from conformance.exchange import Exchange, Request, Response
from conformance.oauth import Authorization, Callback, TokenAnswer, Tokens, Use

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.findings import Assertion

URI = "https://app.example/callback"
EVIL = "https://flexcheck.invalid/callback"
OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "forbidden"}],
}


def exchange(status: int = 200, document: Any = None, **headers: str) -> Exchange:
    told = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    body = "" if document is None else json.dumps(document)
    response = Response(status, told, body, len(body), document)
    return Exchange("ex-1", "test", "", 0.0, Request("GET", "https://as.example/x"), response)


def led(location: str = "", code: str = "", *, back: bool = True, **told: str) -> Authorization:
    last = exchange(302 if location else 400, location=location)
    callback = Callback(last, to_asked=True, parameters=told) if back and location else None
    return Authorization({"redirect_uri": URI}, (last,), "an ending", (), callback, code)


def stored(cache: str) -> Authorization:
    return replace(CODE, exchanges=(exchange(303, cache_control=cache),))


def token(status: int = 200, *, access: str = "a", **body: Any) -> TokenAnswer:
    return TokenAnswer(exchange(status, body), Tokens(access if status == 200 else ""))


GOOD = {"access_token": "[redacted]", "token_type": "Bearer", "expires_in": 300, "scope": "a b"}
NOWHERE = led()
FAILED = led(f"{URI}?error=invalid_request", error="invalid_request")
CODE = led(f"{URI}?code=x&state=s", "x", state="s")


def refused(status: int, document: Any) -> list[Use]:
    return [Use(exchange(status, document), "Coverage")]


def sent_to(location: str, uri: str = EVIL) -> Iterable[Assertion]:
    return odd.nobody_is_sent_to(led(location, back=False), uri, URI)


#: (what, assertions that hold, assertions one of which is broken)
CASES: list[tuple[str, Iterable[Assertion], Iterable[Assertion]]] = [
    ("alike", odd.treated_alike("x", FAILED, FAILED), odd.treated_alike("x", CODE, FAILED)),
    ("alike, on a page", odd.treated_alike("x", led(), led()), odd.treated_alike("x", led(), CODE)),
    (
        "answered alike",
        odd.answered_alike("x", token(400, error="a"), token(400, error="a")),
        odd.answered_alike("x", token(400, error="a"), token(400, error="b")),
    ),
    (
        "answered alike, with a token",
        odd.answered_alike("x", token(**GOOD), token(**GOOD)),
        odd.answered_alike("x", token(**GOOD), token(400, error="b")),
    ),
    ("nobody is sent", sent_to("https://as.example/error"), sent_to(f"{EVIL}?error=x")),
    (
        "nobody is sent to that host",
        sent_to(f"{URI}?error=x"),
        sent_to("https://flexcheck.invalid/"),
    ),
    ("nobody is sent to that scheme", sent_to("", "app://x"), sent_to("app://x?code=1", "app://x")),
    (
        "nobody is sent to a query",
        sent_to(f"{URI}?error=x", f"{URI}?more=1"),
        sent_to(f"{URI}?more=1&error=x", f"{URI}?more=1"),
    ),
    (
        "no code for a wrong URI",
        odd.nobody_is_sent_to(FAILED, EVIL, URI),
        odd.nobody_is_sent_to(CODE, EVIL, URI),
    ),
    (
        "in the query",
        odd.stands_in_query([CODE, FAILED]),
        odd.stands_in_query([led(f"{URI}#code=x&state=s", "x", state="s")]),
    ),
    (
        "not in both",
        odd.stands_in_query([CODE]),
        odd.stands_in_query([led(f"{URI}?code=x#access_token=y", "x")]),
    ),
    (
        "a known error",
        odd.error_is_known([FAILED]),
        odd.error_is_known([led(f"{URI}?error=ERR_400", error="ERR_400")]),
    ),
    (
        "plain texts",
        odd.error_is_plain([FAILED]),
        odd.error_is_plain([led(URI, error="a", error_description='not "this"')]),
    ),
    (
        "texts beyond ASCII",
        odd.error_is_plain([led(URI, error="a", error_description="no")]),
        odd.error_is_plain([led(URI, error="a", error_description="\u00fc")]),
    ),
    (
        "shape of tokens",
        shape.has_shape_of_tokens([token(**GOOD, patient="p-1.a")]),
        shape.has_shape_of_tokens([token(**{**GOOD, "expires_in": "300"})]),
    ),
    (
        "scope is one text",
        shape.has_shape_of_tokens([token(**GOOD)]),
        shape.has_shape_of_tokens([token(**{**GOOD, "scope": ["a", "b"]})]),
    ),
    (
        "a token has a type",
        shape.has_shape_of_tokens([token(**GOOD)]),
        shape.has_shape_of_tokens([token(access_token="x")]),
    ),
    (
        "shape of errors",
        shape.has_shape_of_error([token(400, error="invalid_grant", error_description="used")]),
        shape.has_shape_of_error([token(400, error="ERR_400")]),
    ),
    (
        "an error's description",
        shape.has_shape_of_error([token(401, error="invalid_client")]),
        shape.has_shape_of_error([token(400, error="invalid_grant", error_description='"x"')]),
    ),
    (
        "each scope once",
        shape.scope_is_told_once(token(**GOOD)),
        shape.scope_is_told_once(token(**{**GOOD, "scope": "a b a"})),
    ),
    (
        "challenge",
        shape.challenges(
            TokenAnswer(exchange(401, {}, www_authenticate='Basic realm="x"')), 401, "Basic"
        ),
        shape.challenges(token(401, error="invalid_client"), 401, "Basic"),
    ),
    (
        "challenge of a status",
        shape.challenges(TokenAnswer(exchange(401, {}, www_authenticate="basic")), 401, "Basic"),
        shape.challenges(TokenAnswer(exchange(400, {}, www_authenticate="Basic")), 401, "Basic"),
    ),
    (
        "one at most",
        shape.one_at_most([token(**GOOD), token(400, error="a")]),
        shape.one_at_most([token(**GOOD), token(**GOOD)]),
    ),
    (
        "403 with an outcome",
        refusals.forbidden_with_outcome(refused(403, OUTCOME)),
        refusals.forbidden_with_outcome(refused(403, {"message": "Forbidden"})),
    ),
    (
        "403 and no other",
        refusals.forbidden_with_outcome(refused(403, OUTCOME)),
        refusals.forbidden_with_outcome(refused(404, OUTCOME)),
    ),
    (
        "no foreign reader",
        refusals.shares_no_credentials(
            exchange(access_control_allow_origin="*"), "https://flexcheck.invalid"
        ),
        refusals.shares_no_credentials(
            exchange(
                access_control_allow_origin="https://flexcheck.invalid",
                access_control_allow_credentials="true",
            ),
            "https://flexcheck.invalid",
        ),
    ),
    (
        "not stored",
        pages.codes_are_not_stored([stored("private, No-Store")]),
        pages.codes_are_not_stored([stored("no-cache, private")]),
    ),
    (
        "not stored, told",
        pages.codes_are_not_stored([stored("no-store")]),
        pages.codes_are_not_stored([CODE]),
    ),
    (
        "no CORS",
        refusals.has_no_cors(exchange()),
        refusals.has_no_cors(exchange(access_control_allow_origin="*")),
    ),
    (
        "no CORS for one origin",
        refusals.has_no_cors(exchange(access_control_max_age="1")),
        refusals.has_no_cors(exchange(access_control_allow_origin="https://as.example")),
    ),
    (
        "no credentials beside *",
        refusals.asks_for_no_credentials_of_all(exchange(access_control_allow_origin="*")),
        refusals.asks_for_no_credentials_of_all(
            exchange(access_control_allow_origin="*", access_control_allow_credentials="True")
        ),
    ),
]


@pytest.mark.parametrize(("what", "holding", "broken"), CASES, ids=[case[0] for case in CASES])
def test_a_check_tells_good_from_bad(
    what: str, holding: Iterable[Assertion], broken: Iterable[Assertion]
) -> None:
    held, wrong = [*holding], [*broken]
    assert held, what
    assert all(item.holds for item in held)
    assert any(not item.holds for item in wrong)
    assert all(item.observed and item.expected and item.at for item in (*held, *wrong))


def test_nothing_is_asserted_where_nothing_was_demonstrated() -> None:
    assert [*odd.stands_in_query([NOWHERE])] == []
    assert [*odd.error_is_known([CODE, NOWHERE])] == []
    assert [*pages.codes_are_not_stored([FAILED, NOWHERE])] == []
    assert [*odd.error_is_plain([CODE, NOWHERE])] == []
    assert [*shape.has_shape_of_tokens([token(400, error="a")])] == []
    assert [*shape.has_shape_of_error([token(**GOOD)])] == []
    assert [*shape.scope_is_told_once(token(400, error="a"))] == []


def test_a_location_that_is_no_address_leads_nowhere() -> None:
    (found,) = sent_to("https://[bad")
    assert found.holds
