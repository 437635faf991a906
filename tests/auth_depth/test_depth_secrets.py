"""Secrets that a request sends are found in its answer; forged forms lack those of a page."""

from __future__ import annotations

import json
from base64 import b64encode
from urllib.parse import quote

import httpx
import pytest
from test_depth_checks import exchange

from conformance.auth.form_login import Decision, decide
from conformance.auth.pages import Form
from conformance.auth.watch import Watch
from conformance.checks.tokens import repeats_no_secret
from conformance.client.body import Raw
from conformance.oauth import TokenAnswer
from conformance.redaction import MASK

CODE, SECRET, REFRESH = "a/c0de+of-43~characters", 'a "secret" of ours', "a-refresh-token-of-ours"
FIELDS = (
    *(("grant_type", "authorization_code"), ("code", CODE), ("client_secret", SECRET)),
    *(("refresh_token", REFRESH), ("redirect_uri", "https://app.example/callback")),
)


class Learner:
    """In the place of a client: remembers what is to be masked."""

    def __init__(self) -> None:
        self.learned: list[str] = []

    def learn(self, *secrets: str) -> None:
        self.learned += secrets


def echoed(body: str, fields: tuple[tuple[str, str], ...] = FIELDS, **headers: str) -> set[str]:
    watch = Watch(Learner(), fields=fields)  # type: ignore[arg-type]
    watch(Raw(400, httpx.Headers({"content-type": "application/json", **headers}), body))
    return set(watch.echoed)


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"error": "invalid_grant", "error_description": f"unknown: {CODE}"}),
        json.dumps({"request": {"code": CODE}}),
        f"code={quote(CODE, safe='')}",
        b64encode(f"{{{CODE}}}".encode()).decode(),
        f"<p>The code {CODE} is not known</p>",
    ],
)
def test_a_code_is_found_however_it_is_written(body: str) -> None:
    assert echoed(body) == {"code"}


def test_a_secret_is_found_where_json_escapes_it_and_in_headers() -> None:
    assert echoed(json.dumps({"secret": SECRET})) == {"client_secret"}
    assert echoed("{}", location=f"https://as.example/?x={quote(SECRET)}") == {"client_secret"}


def test_what_is_no_secret_may_come_back() -> None:
    assert echoed(json.dumps({"redirect_uri": "https://app.example/callback"})) == set()
    assert echoed(json.dumps({"refresh_token": REFRESH})) == set()
    assert echoed(json.dumps({"error_description": REFRESH})) == {"refresh_token"}


def test_what_is_too_short_or_masked_is_not_looked_for() -> None:
    assert echoed('{"code": "short"}', (("code", "short"),)) == set()
    assert echoed(f'{{"access_token": "{MASK}"}}', (("code", MASK),)) == set()


def test_the_check_names_the_field_and_not_its_value() -> None:
    held, broken = repeats_no_secret(
        [TokenAnswer(exchange(400)), TokenAnswer(exchange(400), echoed=("code",))]
    )
    assert held.holds
    assert not broken.holds
    assert "code" in broken.observed


def test_a_forged_form_has_what_anybody_knows_and_none_of_the_page_s_own_values() -> None:
    known, own, allow = ("client_id", "our-app"), ("ticket", "t-1"), ("decision", "allow")
    form = Form("consent", "post", hidden=[known, own], buttons=[allow])
    sent = "https://as.example/authorize?client_id=our-app"
    assert decide(form, Decision(), sent) == [known, own, allow]
    assert decide(form, Decision(forged="x"), sent) == [known, ("ticket", "x"), allow]
