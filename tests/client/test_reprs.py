"""`repr` of whatever holds a body, a token or a secret shows none of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rough_server import http

from conformance.client import FhirApi, search
from conformance.mock import start_mock
from conformance.target import ClientConfig

if TYPE_CHECKING:
    from conftest import Dial, Serve

BODY = "body-canary"
SECRET = "secret-canary-9431"


@pytest.fixture
def things(serve: Serve, dial: Dial) -> dict[str, Any]:
    row = {"resourceType": "Location", "id": "a", "name": BODY}
    page = {
        "resourceType": "Bundle",
        "entry": [{"resource": row, "search": {"mode": "match"}}],
        "echo": SECRET,
    }
    server = serve(http(page, "200 OK", f"Set-Cookie: {SECRET}"))
    there = dial(server.base)
    there.redactor.learn(SECRET)
    found = search(there.client, f"{server.base}/Location", (), purpose="p")
    exchange = there.get(headers={"Authorization": f"Bearer {SECRET}"})
    api = FhirApi(there.client, server.base, {})
    return {
        "Request": exchange.request,
        "Response": exchange.response,
        "Exchange": exchange,
        "Client": there.client,
        "Redactor": there.redactor,
        "Recorder": there.recorder,
        "Search": found,
        "Entry": found.entries[0],
        "Holdings": api.holdings("Location"),
        "FhirApi": api,
        "ClientConfig": ClientConfig(secret_env="NAME_OF_IT"),
    }


def test_no_repr_shows_a_body_or_a_secret(things: dict[str, Any]) -> None:
    for name, thing in things.items():
        assert name in repr(thing)
        assert BODY not in repr(thing) + str(thing), name
        assert SECRET not in repr(thing) + str(thing), name
        assert SECRET[:10] not in repr(thing) + str(thing), name


def test_reprs_of_records_name_what_they_are(things: dict[str, Any]) -> None:
    assert repr(things["Entry"]) == "Entry(Location/a, match, ex-0001)"
    assert repr(things["Search"]) == "Search(Location?, 1 pages)"
    assert repr(things["Holdings"]) == "Holdings(Location, 1 rows, all)"
    assert repr(things["Client"]) == "Client('rough')"
    assert repr(things["Redactor"]) == "Redactor(1 secrets)"


def test_the_repr_of_a_mock_shows_no_secret() -> None:
    with start_mock(practitioners=1) as mock:
        assert "client_secret" not in repr(mock)
        assert mock.origin in repr(mock)
