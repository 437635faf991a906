"""A search is read to its end page by page, within bounds, and never off its origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from rough_server import http

from conformance.client import FhirApi, TargetUnusable, search
from conformance.client.searching import Reading, side_by_side
from conformance.records import Ending

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from rough_server import Asked

    from conformance.records import Search
    from conftest import Dial, Serve


def _page(ids: list[str], onward: str = "", **more: Any) -> dict[str, Any]:
    """A page of Locations. `next` stands first: the link array has no order."""
    entries = [
        {"resource": {"resourceType": "Location", "id": name}, "search": {"mode": "match"}}
        for name in ids
    ]
    links = [{"relation": "next", "url": onward}] if onward else []
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": entries, **more}
    return {**bundle, "link": [*links, {"relation": "self", "url": "http://self.invalid/"}]}


def _pages(*pages: dict[str, Any] | bytes) -> Callable[[Asked, socket.socket], bytes]:
    """Answer `?page=N` with the Nth page, anything else with the first."""

    def answer(asked: Asked, _: socket.socket) -> bytes:
        number = int(dict(parse_qsl(urlsplit(asked.path).query)).get("page", "0"))
        page = pages[number]
        return page if isinstance(page, bytes) else http(page)

    return answer


def _search(dial: Dial, base: str, max_rows: int = 0, **limits: Any) -> Search:
    return search(
        dial(base, **limits).client,
        f"{base}/Location",
        (("_count", "2"),),
        purpose="looking",
        max_rows=max_rows,
    )


def test_a_search_is_read_to_its_end(serve: Serve, dial: Dial) -> None:
    server = serve(_pages(_page(["a", "b"], "/x?page=1"), _page(["c"], "/x?page=2"), _page(["d"])))
    found = _search(dial, server.base)
    assert found.ending is Ending.END
    assert found.complete
    assert found.ids == {"a", "b", "c", "d"}
    assert server.paths == ["/R4/Location?_count=2", "/x?page=1", "/x?page=2"]
    assert [page.purpose for page in found.pages] == [
        "looking",
        "looking, page 2",
        "looking, page 3",
    ]
    assert (found.resource_type, found.params) == ("Location", (("_count", "2"),))


@pytest.mark.parametrize(
    "onward", ["{base}/Location?page=1", "/R4/Location?page=1", "Location?page=1", "?page=1"]
)
def test_a_next_link_is_followed_as_it_is_or_relative_to_its_page(
    serve: Serve, dial: Dial, onward: str
) -> None:
    def answer(asked: Asked, connection: socket.socket) -> bytes:
        link = onward.format(base=server.base)
        return _pages(_page(["a"], link), _page(["b"]))(asked, connection)

    server = serve(answer)
    assert _search(dial, server.base).ids == {"a", "b"}
    assert server.paths[1] == "/R4/Location?page=1"


def test_an_opaque_token_in_a_next_link_is_sent_back_unharmed(serve: Serve, dial: Dial) -> None:
    onward = "/R4/Location?token=ab/c%3D%3D&code=x%7Cy&page=1"
    server = serve(_pages(_page(["a"], onward), _page(["b"])))
    assert _search(dial, server.base).complete
    assert server.paths[1] == onward


def test_a_loop_ends_the_search(serve: Serve, dial: Dial) -> None:
    server = serve(_pages(_page(["a"], "/x?page=1"), _page(["b"], "/x?page=1")))
    found = _search(dial, server.base)
    assert found.ending is Ending.LOOP
    assert not found.complete
    assert len(server.asked) == 2


def test_a_next_link_to_the_search_itself_is_a_loop(serve: Serve, dial: Dial) -> None:
    server = serve(http(_page(["a"], "?_count=2")))
    assert _search(dial, server.base).ending is Ending.LOOP
    assert len(server.asked) == 1


def _endless(same: bool) -> Callable[[Asked, socket.socket], bytes]:  # noqa: FBT001
    """Every page has a next one; all have the same row, or each one of its own."""

    def answer(asked: Asked, _: socket.socket) -> bytes:
        number = int(dict(parse_qsl(urlsplit(asked.path).query)).get("page", "0"))
        return http(_page(["same" if same else f"row-{number}"], f"/x?page={number + 1}"))

    return answer


def test_pages_that_bring_nothing_new_end_the_search(serve: Serve, dial: Dial) -> None:
    server = serve(_endless(same=True))
    assert _search(dial, server.base).ending is Ending.STUCK
    assert len(server.asked) == 3


def test_a_page_without_new_rows_does_not_end_the_search(serve: Serve, dial: Dial) -> None:
    server = serve(_pages(_page(["a"], "?page=1"), _page([], "?page=2"), _page(["b"])))
    found = _search(dial, server.base)
    assert found.ending is Ending.END
    assert found.ids == {"a", "b"}


def test_endless_pages_are_bounded(serve: Serve, dial: Dial) -> None:
    server = serve(_endless(same=False))
    found = _search(dial, server.base, max_pages=6)
    assert found.ending is Ending.LIMIT
    assert len(found.pages) == len(server.asked) == 6


def test_rows_are_bounded_where_that_is_asked(serve: Serve, dial: Dial) -> None:
    server = serve(_endless(same=False))
    assert _search(dial, server.base, max_rows=3).ending is Ending.LIMIT
    assert len(server.asked) == 3


def test_a_search_of_just_the_bound_is_complete(serve: Serve, dial: Dial) -> None:
    server = serve(_pages(_page(["a"], "?page=1"), _page(["b"])))
    assert _search(dial, server.base, max_pages=2, max_rows=2).complete


def test_a_next_link_off_the_origin_is_never_followed(serve: Serve, dial: Dial) -> None:
    foreign = serve(http(_page(["b"])))
    server = serve(http(_page(["a"], f"{foreign.base}/Location?page=1")))
    assert _search(dial, server.base).ending is Ending.OFF_ORIGIN
    assert foreign.asked == []


@pytest.mark.parametrize("onward", ["http://[bad", "mailto:x", "https://127.0.0.1/x", "//h:x/"])
def test_a_next_link_that_leads_nowhere_ends_the_search(
    serve: Serve, dial: Dial, onward: str
) -> None:
    server = serve(http(_page(["a"], onward)))
    assert _search(dial, server.base).ending is Ending.OFF_ORIGIN
    assert len(server.asked) == 1


BROKEN = {
    "an error": http(b"{}", "500 Oops"),
    "no JSON": http(b"<html>"),
    "no Bundle": http({"resourceType": "OperationOutcome"}),
    "a list": http(b"[1]"),
    "nothing": http(b""),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_page_ends_the_search_and_keeps_the_pages_before(
    serve: Serve, dial: Dial, broken: bytes
) -> None:
    server = serve(_pages(_page(["a"], "?page=1"), broken))
    found = _search(dial, server.base)
    assert found.ending is Ending.BROKEN
    assert found.answered
    assert not found.complete
    assert found.ids == {"a"}
    assert len(found.pages) == 2


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_first_page_is_no_answered_search(serve: Serve, dial: Dial, broken: bytes) -> None:
    found = _search(dial, serve(broken).base)
    assert found.ending is Ending.BROKEN
    assert not found.answered
    assert found.ids == frozenset()


ODD_ENTRIES = [None, 5, "x", {}, {"resource": None}, {"resource": "x"}, {"resource": {}}]


def test_odd_entries_and_links_do_no_harm(serve: Serve, dial: Dial) -> None:
    odd = {
        "resourceType": "Bundle",
        "entry": [*ODD_ENTRIES, {"resource": {"id": 5}, "search": "match", "fullUrl": 7}],
        "link": [None, 5, {"relation": "next"}, {"url": "/x"}],
    }
    found = _search(dial, serve(http(odd)).base)
    assert found.ending is Ending.END
    assert [entry.index for entry in found.entries] == [6, 7]


def test_a_page_without_answer_is_told_upwards(serve: Serve, dial: Dial) -> None:
    server = serve(_pages(_page(["a"], "?page=1"), b""))
    with pytest.raises(TargetUnusable):
        _search(dial, server.base)


def _api(dial: Dial, base: str, samples: dict[str, Any] | None = None) -> FhirApi:
    return FhirApi(dial(base).client, base, samples or {})


def test_the_same_request_is_sent_once(serve: Serve, dial: Dial) -> None:
    server = serve(http(_page(["a"])))
    api = _api(dial, server.base)
    assert api.metadata() is api.metadata()
    assert api.read("Location", "a") is api.read("Location", "a")
    assert api.vread("Location", "a", "1") is api.vread("Location", "a", "1")
    first = api.search("Location", (("_id", "a"),), purpose="one")
    assert api.search("Location", (("_id", "a"),), purpose="another") is first
    assert api.search("Location", (("_id", "b"),), purpose="one") is not first
    assert server.paths == [
        "/R4/metadata",
        "/R4/Location/a",
        "/R4/Location/a/_history/1",
        "/R4/Location?_id=a",
        "/R4/Location?_id=b",
    ]


def test_another_accept_is_another_request(serve: Serve, dial: Dial) -> None:
    server = serve(http(b"{}"))
    api = _api(dial, server.base)
    api.get("metadata", purpose="a")
    api.get("metadata", purpose="a", accept="application/json")
    accepts = [asked.header("accept") for asked in server.asked]
    assert accepts == [["application/fhir+json"], ["application/json"]]


def test_a_request_without_answer_is_not_sent_again(serve: Serve, dial: Dial) -> None:
    server = serve(b"")
    api = _api(dial, server.base)
    messages = []
    for _ in range(5):
        with pytest.raises(TargetUnusable) as raised:
            api.metadata()
        messages.append(str(raised.value))
        assert raised.value.exchange is not None
    assert len(set(messages)) == 1
    assert len(server.asked) == 1


def test_holdings_are_what_the_unfiltered_search_returns(serve: Serve, dial: Dial) -> None:
    other = {"resource": {"resourceType": "Organization", "id": "o"}}
    page = _page(["a", "a", ""])
    page["entry"].append(other)
    server = serve(http(page))
    api = _api(dial, server.base, {"Location": {"_id": ("z",)}})
    holdings = api.holdings("Location")
    assert list(holdings.rows) == ["a"]
    assert holdings.complete
    assert api.holdings("Location") is holdings
    assert server.paths == ["/R4/Location?_count=50"]


def test_holdings_come_from_samples_where_the_unfiltered_search_is_refused(
    serve: Serve, dial: Dial
) -> None:
    def answer(asked: Asked, _: socket.socket) -> bytes:
        query = dict(parse_qsl(urlsplit(asked.path).query))
        name = query.get("address-state")
        return http(_page([f"in-{name}"])) if name else http(b"{}", "400 Too wide")

    server = serve(answer)
    api = _api(dial, server.base, {"Location": {"address-state": ("UT", "NV")}})
    holdings = api.holdings("Location")
    assert set(holdings.rows) == {"in-UT", "in-NV"}
    assert not holdings.complete
    assert len(holdings.searches) == 3
    assert api.samples_of("Location", "address-state") == ("UT", "NV")
    assert api.samples_of("Location", "other") == api.samples_of("Other", "x") == ()


def test_holdings_of_a_type_without_samples_are_empty_where_the_search_is_refused(
    serve: Serve, dial: Dial
) -> None:
    holdings = _api(dial, serve(http(b"{}", "400 No")).base).holdings("Location")
    assert (holdings.rows, holdings.complete) == ({}, False)


def test_two_searches_side_by_side_are_read_a_page_of_each_in_turn(
    serve: Serve, dial: Dial
) -> None:
    def answer(asked: Asked, _: socket.socket) -> bytes:
        kind, _, page = asked.path.removeprefix("/R4/").partition("/")
        kind, number = kind.partition("?")[0], int(page or 1)
        last = {"Location": 3, "Organization": 1}[kind]
        onward = f"{server.base}/{kind}/{number + 1}"
        link = [{"relation": "next", "url": onward}] if number < last else []
        row = {"resourceType": kind, "id": str(number)}
        return http({"resourceType": "Bundle", "link": link, "entry": [{"resource": row}]})

    server = serve(answer)
    client = dial(server.base).client
    readings = [
        Reading(client, f"{server.base}/{kind}", (), purpose="p")
        for kind in ("Location", "Organization")
    ]
    found = side_by_side(readings)
    assert [sorted(search.ids) for search in found] == [["1", "2", "3"], ["1"]]
    assert all(search.complete for search in found)
    assert [path.removeprefix("/R4/") for path in server.paths] == [
        "Location", "Organization", "Location/2", "Location/3",
    ]  # fmt: skip
