"""Allure's HTTP exchange attachments: what they show, cut and keep back."""

from __future__ import annotations

import json
from typing import Any

from report_builders import BASE, NASTY, exchange

from conformance.exchange import Exchange, Request, Response
from reports.allure_http import http_exchange
from reports.exchange_text import WITHHELD


def told(made: Exchange, *, limit: int = 1000, bodies: bool = True) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(http_exchange(made, limit=limit, bodies=bodies))
    return found


def test_a_body_is_cut_and_said_to_be() -> None:
    body = told(exchange(body="x" * 500), limit=100)["response"]["body"]
    assert body["truncated"]
    assert body["size"] == 500
    assert body["value"].startswith("x" * 100 + "\n... cut here: 100 of 500")
    assert not told(exchange(body="{}"))["response"]["body"]["truncated"]


def test_a_body_that_may_hold_member_data_is_kept_back() -> None:
    text = http_exchange(exchange(body='{"name":"Jane"}'), limit=1000, bodies=False)
    assert "Jane" not in text
    assert json.loads(text)["response"]["body"]["value"] == WITHHELD


def test_a_request_without_answer_has_an_error_and_no_response() -> None:
    found = told(exchange(error="ConnectError: refused"))
    assert "response" not in found
    assert found["error"] == {"name": "ConnectError", "message": "refused"}


def test_what_was_sent_is_shown_with_its_type() -> None:
    sent = Request("POST", f"{BASE}/token", (("content-type", "a/b"),), "grant_type=x")
    found = told(Exchange("ex-1", "", "2026-01-02T03:04:05Z", 0.1, sent, Response(200)))
    assert found["request"]["body"]["contentType"] == "a/b"
    assert found["request"]["body"]["value"] == "grant_type=x"


def test_nothing_that_a_server_sent_breaks_it() -> None:
    text = http_exchange(exchange(body=NASTY, url=f"http://[x/{NASTY}"), limit=50, bodies=True)
    assert "\x1b" not in text
    assert "\\u001b" not in text
    assert "query" not in json.loads(text)["request"]
