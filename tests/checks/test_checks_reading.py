"""HTTP around a read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from builders import JSON, Said, bundle, exchange, links, outcome, resource

from conformance.checks import reading as check

if TYPE_CHECKING:
    from conformance.exchange import Exchange

ROW = resource(
    "Location", "1", meta={"versionId": "3", "lastUpdated": "2024-05-01T10:00:00.123+02:00"}
)


def read(*headers: tuple[str, str], document: Any = ROW, status: int = 200) -> Exchange:
    return exchange(document, status, headers=(*JSON, *headers))


@pytest.mark.parametrize(
    ("status", "holds"), [(400, True), (404, True), (500, False), (200, False)]
)
def test_a_malformed_id_is_the_clients_fault(status: int, *, holds: bool) -> None:
    assert Said(check.malformed_is_refused(read(status=status, document=outcome()))).holds == holds


def test_the_etag_is_the_version() -> None:
    assert Said(check.etag_is_the_version(read(("etag", 'W/"3"')))).holds
    assert Said(check.etag_is_the_version(read(("etag", 'W/"2"')))).only.observed == 'W/"2"'
    assert Said(check.etag_is_the_version(read())).only.observed == "absent"
    assert Said(check.etag_is_the_version(read(document=resource("Location", "1")))).nothing


def test_last_modified_is_last_updated_to_the_second() -> None:
    right = ("last-modified", "Wed, 01 May 2024 08:00:00 GMT")
    assert Said(check.last_modified_agrees(read(right))).holds
    for wrong in ("Wed, 01 May 2024 10:00:00 GMT", "yesterday"):
        assert Said(check.last_modified_agrees(read(("last-modified", wrong)))).only
    assert Said(check.last_modified_agrees(read())).only.observed == "absent"


def test_a_condition_is_heeded() -> None:
    not_modified = read(document=None, status=304)
    assert Said(check.condition_is_heeded(read(), not_modified, same=True)).holds
    assert Said(check.condition_is_heeded(read(), not_modified, same=False)).only
    assert Said(check.condition_is_heeded(read(), read(), same=True)).holds
    assert Said(check.condition_is_heeded(read(), read(), same=False)).holds
    assert not Said(check.condition_is_heeded(read(), read(status=500), same=False)).holds


def test_another_way_to_ask_gives_the_same() -> None:
    assert Said(check.gives_the_same(read(), read())).holds
    assert Said(check.gives_the_same(read(), read(document=outcome(), status=406))).only
    other = {**ROW, "name": "x"}
    assert Said(check.gives_the_same(read(), read(document=other))).only.observed == (
        "another content"
    )
    plain = exchange(ROW, headers=(("content-type", "text/plain"),))
    assert Said(check.gives_the_same(read(), plain)).only.at == "header Content-Type"


def test_what_nobody_has_is_not_acceptable() -> None:
    assert Said(check.is_not_acceptable(read(status=406))).holds
    assert Said(check.is_not_acceptable(read())).only


@pytest.mark.parametrize(("status", "holds"), [(200, True), (405, True), (501, True), (500, False)])
def test_head_is_a_get(status: int, *, holds: bool) -> None:
    head = read(document=None, status=status)
    assert Said(check.head_is_a_get_without_body(read(), head)).holds == holds


def test_a_wrong_method_is_refused() -> None:
    assert Said(check.method_is_refused(read(document=outcome(), status=405))).holds
    assert Said(check.method_is_refused(read(document=None, status=405))).only
    assert Said(check.method_is_refused(read(document=outcome(), status=200))).only


def answered(query: str) -> Exchange:
    return exchange(bundle(link=links(self=f"https://directory.example/fhir/Location?{query}")))


def test_strict_is_refused_and_lenient_is_honest() -> None:
    said = exchange(outcome(), 400)
    assert Said(check.strict_is_refused(said)).holds
    assert Said(check.strict_is_refused(answered(""))).only
    assert Said(check.lenient_is_honest(said, "x")).holds
    assert Said(check.lenient_is_honest(answered("_count=1"), "x")).holds
    assert Said(check.lenient_is_honest(answered("x=1"), "x")).only.observed.endswith("x named")
    assert Said(check.lenient_is_honest(exchange(outcome(), 500), "x")).only
