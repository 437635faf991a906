"""What a search is made of, and how it is read to its end."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.client.searching import search
from conformance.exchange import Exchange, Request, Response
from conformance.records import Ending, Holdings, Search, entries_of, is_searchset

BASE = "https://directory.example/fhir"
URL = f"{BASE}/Location"


def answer(document: Any, status: int = 200, url: str = URL) -> Exchange:
    response = Response(status=status, document=document)
    return Exchange(f"ex-{url}", "test", "2026", 0.1, Request("GET", url), response)


def row(name: str, kind: str = "Location", mode: str = "match") -> dict[str, Any]:
    made: dict[str, Any] = {"fullUrl": f"{BASE}/{kind}/{name}"}
    made["resource"] = {"resourceType": kind, "id": name}
    return {**made, "search": {"mode": mode}} if mode else made


def bundle(*rows: dict[str, Any], following: str = "") -> dict[str, Any]:
    links = [{"relation": "next", "url": following}] if following else []
    return {"resourceType": "Bundle", "entry": list(rows), "link": links}


OUTCOME = {"resource": {"resourceType": "OperationOutcome"}}


def of(*rows: dict[str, Any], params: tuple[tuple[str, str], ...] = ()) -> Search:
    return Search.of(URL, params, [answer(bundle(*rows))], Ending.END)


def keys(entries: Any) -> list[str]:
    return [entry.key for entry in entries]


def test_a_search_knows_its_base_and_type() -> None:
    made = of(row("1"), params=(("name", "x"), ("_count", "2")))
    assert (made.base, made.resource_type) == (BASE, "Location")
    assert str(made) == "Location?name=x&_count=2"
    assert repr(made) == "Search(Location?name=x&_count=2, 1 pages)"
    assert made.complete


def test_entries_know_their_place_on_every_page() -> None:
    made = Search.of(URL, (), [answer(bundle(row("1"))), answer(bundle({}, row("2")))], Ending.END)
    assert [entry.at for entry in made.entries] == ["Bundle.entry[0]", "Bundle.entry[1]"]
    assert [repr(entry) for entry in made.entries] == [
        f"Entry(Location/1, match, ex-{URL})",
        f"Entry(Location/2, match, ex-{URL})",
    ]
    assert made.ids == {"1", "2"}


@pytest.mark.parametrize("search_part", [None, 5, {}, {"mode": None}])
def test_a_mode_that_is_not_told_is_empty(search_part: Any) -> None:
    page = answer(bundle({**row("1"), "search": search_part, "fullUrl": None}))
    (only,) = entries_of(page)
    assert (only.mode, only.full_url) == ("", "")
    assert repr(only) == f"Entry(Location/1, no mode, ex-{URL})"


def test_without_an_include_every_row_is_a_match_but_outcomes() -> None:
    made = of(row("1"), row("2", mode=""), row("o", "Organization", "include"), OUTCOME)
    assert keys(made.matches) == ["Location/1", "Location/2", "Organization/o"]
    assert keys(made.included) == []


@pytest.mark.parametrize("name", ["_include", "_revinclude"])
def test_with_an_include_the_mode_tells_a_match_or_else_the_type(name: str) -> None:
    made = of(
        *(row("1"), row("2", mode=""), row("3", mode="include")),
        *(row("o", "Organization", ""), row("p", "Organization", "include"), OUTCOME),
        row("w", "OperationOutcome", "outcome"),
        params=((name, "x"),),
    )
    assert keys(made.matches) == ["Location/1", "Location/2"]
    assert keys(made.included) == ["Location/3", "Organization/o", "Organization/p"]


@pytest.mark.parametrize(
    ("page", "there"),
    [
        (answer(bundle()), True),
        (answer(bundle(), 201), False),
        (answer({"resourceType": "OperationOutcome"}), False),
        (answer([]), False),
        (answer(None), False),
    ],
)
def test_a_searchset_is_a_bundle_that_answers(page: Exchange, there: object) -> None:
    assert is_searchset(page) is there
    made = Search.of(URL, (), [page], Ending.END)
    assert made.answered is there
    assert made.complete is there


@pytest.mark.parametrize("ending", [ending for ending in Ending if ending is not Ending.END])
def test_a_search_is_complete_only_at_its_end(ending: Ending) -> None:
    assert not Search.of(URL, (), [answer(bundle())], ending).complete


def test_holdings_say_how_much_is_known() -> None:
    assert repr(Holdings("Location", ())) == "Holdings(Location, 0 rows, part)"
    assert (
        repr(Holdings("Location", (), {"1": {}}, complete=True))
        == "Holdings(Location, 1 rows, all)"
    )


class Limits:
    max_pages = 5


class Server:
    """Answers from a table of addresses, as the client would."""

    limits = Limits()

    def __init__(self, **pages: Exchange) -> None:
        self.pages = pages
        self.asked: list[str] = []

    def get(self, url: str, params: Any = (), *, purpose: str, auth: Any = None) -> Exchange:
        del params, auth, purpose
        name = url.removeprefix(URL).lstrip("?") or "first"
        self.asked.append(name)
        return self.pages[name]


def reading(server: Server, max_rows: int = 0) -> Search:
    client: Any = server
    return search(client, URL, (), purpose="test", max_rows=max_rows)


def linked(name: str, following: str, *rows: str) -> Exchange:
    url = f"{URL}?{name}" if name != "first" else URL
    onward = following and (following if "://" in following else f"{URL}?{following}")
    return answer(bundle(*map(row, rows), following=onward), url=url)


def test_pages_are_read_to_the_end() -> None:
    made = reading(Server(first=linked("first", "b", "1"), b=linked("b", "", "2")))
    assert made.ending is Ending.END
    assert made.ids == {"1", "2"}


def test_a_link_followed_before_is_a_loop() -> None:
    made = reading(Server(first=linked("first", "b", "1"), b=linked("b", "b", "2")))
    assert (made.ending, len(made.pages)) == (Ending.LOOP, 2)


def test_pages_that_bring_nothing_new_end_the_reading() -> None:
    names = ["first", "b", "c", "d", "e"]
    pages = {name: linked(name, names[at + 1], "1") for at, name in enumerate(names[:-1])}
    made = reading(Server(**pages))
    assert (made.ending, len(made.pages)) == (Ending.STUCK, 3)


def test_reading_stops_at_the_limit_of_pages_or_rows() -> None:
    names = ["first", "b", "c", "d", "e", "f"]
    pages = {name: linked(name, names[at + 1], name) for at, name in enumerate(names[:-1])}
    assert len(reading(Server(**pages)).pages) == Limits.max_pages
    assert reading(Server(**pages)).ending is Ending.LIMIT
    assert len(reading(Server(**pages), max_rows=2).pages) == 2


def test_a_link_off_the_origin_is_not_followed() -> None:
    server = Server(first=linked("first", "https://elsewhere.example/x", "1"))
    assert reading(server).ending is Ending.OFF_ORIGIN
    assert server.asked == ["first"]


def test_a_page_that_is_no_bundle_breaks_the_reading() -> None:
    made = reading(Server(first=linked("first", "b", "1"), b=answer({}, 500)))
    assert (made.ending, len(made.pages)) == (Ending.BROKEN, 2)
