"""Reads a search to its end, page by page. May import the client and records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.client.http import join
from conformance.records import Ending, Search, entries_of, is_searchset, link_of
from conformance.target.model import origin_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from conformance.client.http import Client
    from conformance.exchange import Exchange

#: Pages in a row without a new row before the reader gives up on an endless search.
PATIENCE = 2


class Reading:
    """A search that is read page by page, by `next` links as they are; none leaves the origin.

    Reading stops at the target's `max_pages`, and at `max_rows` rows where that is not 0. A search
    that is `posted` sends its parameters as a form to `[base]/[type]/_search`; its further pages
    are had by GET as those of any search (FHIR R4 http.html#search).
    """

    def __init__(  # noqa: PLR0913 - each is a part of the search
        self,
        client: Client,
        url: str,
        params: tuple[tuple[str, str], ...],
        *,
        purpose: str,
        max_rows: int = 0,
        auth: httpx.Auth | None = None,
        posted: bool = False,
    ) -> None:
        self._client = client
        self._url = url
        self._params = params
        self._purpose = purpose
        self._max_rows = max_rows
        self._auth = auth
        self._posted = posted
        self._pages: list[Exchange] = []
        self._followed: set[str] = set()
        self._seen: set[str] = set()
        self._idle = 0
        self._onward = ""
        self.ending: Ending | None = None

    def __repr__(self) -> str:
        return f"Reading({self._url}, {len(self._pages)} pages)"

    def turn(self) -> None:
        """Read one more page, and see whether there is another.

        Raises:
            TargetUnusable: no usable answer was had.
        """
        page = self._more() if self._pages else self._first()
        self._pages.append(page)
        new = _keys(page) - self._seen
        self._seen |= new
        self._idle = 0 if new or len(self._pages) == 1 else self._idle + 1
        self.ending, self._onward = _next(page, self._url, self._followed)
        if self.ending is None:
            self.ending = self._limit()
        self._followed.add(self._onward)

    def search(self) -> Search:
        """Return what was read."""
        return Search.of(self._url, self._params, self._pages, self.ending or Ending.LIMIT)

    def _first(self) -> Exchange:
        if self._posted:
            page = self._client.post(
                f"{self._url}/_search", self._params, purpose=self._purpose, auth=self._auth
            )
        else:
            page = self._client.get(self._url, self._params, purpose=self._purpose, auth=self._auth)
        self._followed.add(page.request.url)
        return page

    def _more(self) -> Exchange:
        more = f"{self._purpose}, page {len(self._pages) + 1}"
        return self._client.get(self._onward, purpose=more, auth=self._auth)

    def _limit(self) -> Ending | None:
        enough = self._max_rows and len(self._seen) >= self._max_rows
        if len(self._pages) >= self._client.limits.max_pages or enough:
            return Ending.LIMIT
        return Ending.STUCK if self._idle >= PATIENCE else None


def side_by_side(readings: Sequence[Reading]) -> tuple[Search, ...]:
    """Read several searches a page of each in turn, so that all are under way until they end.

    Raises:
        TargetUnusable: no usable answer was had for some page.
    """
    while under_way := [reading for reading in readings if reading.ending is None]:
        for reading in under_way:
            reading.turn()
    return tuple(reading.search() for reading in readings)


def search(client: Client, url: str, params: tuple[tuple[str, str], ...], **how: Any) -> Search:
    """Read one search to its end; `how` are the other arguments of `Reading`.

    Raises:
        TargetUnusable: no usable answer was had for some page.
    """
    return side_by_side([Reading(client, url, params, **how)])[0]


def _next(page: Exchange, url: str, followed: set[str]) -> tuple[Ending | None, str]:
    """Say why there is nothing to follow, or what to follow."""
    if not is_searchset(page):
        return Ending.BROKEN, ""
    link = link_of(page, "next")
    if not link:
        return Ending.END, ""
    onward = join(page.request.url, link)
    if origin_of(onward) != origin_of(url):
        return Ending.OFF_ORIGIN, ""
    return (Ending.LOOP, "") if onward in followed else (None, onward)


def _keys(page: Exchange) -> set[str]:
    return {entry.key for entry in entries_of(page) if entry.mode != "include"}
