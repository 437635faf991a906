"""Reads a search to its end, page by page. May import the client and records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.client.http import join
from conformance.records import Ending, Search, entries_of, is_searchset, link_of
from conformance.target.model import origin_of

if TYPE_CHECKING:
    import httpx

    from conformance.client.http import Client
    from conformance.exchange import Exchange

#: Pages in a row without a new row before the reader gives up on an endless search.
PATIENCE = 2


def search(  # noqa: PLR0913 - each is a part of the search
    client: Client,
    url: str,
    params: tuple[tuple[str, str], ...],
    *,
    purpose: str,
    max_rows: int = 0,
    auth: httpx.Auth | None = None,
    posted: bool = False,
) -> Search:
    """Search `[base]/[type]` and follow `next` links as they are; no link leaves the origin.

    Reading stops at the target's `max_pages`, and at `max_rows` rows where that is not 0. A search
    that is `posted` sends its parameters as a form to `[base]/[type]/_search`; its further pages
    are had by GET as those of any search (FHIR R4 http.html#search).

    Raises:
        TargetUnusable: no usable answer was had for some page.
    """
    if posted:
        pages = [client.post(f"{url}/_search", params, purpose=purpose, auth=auth)]
    else:
        pages = [client.get(url, params, purpose=purpose, auth=auth)]
    followed, seen, idle = {pages[0].request.url}, _keys(pages[0]), 0
    while True:
        ending, onward = _next(pages[-1], url, followed)
        if ending is None and (
            len(pages) >= client.limits.max_pages or (max_rows and len(seen) >= max_rows)
        ):
            ending = Ending.LIMIT
        if ending is None and idle >= PATIENCE:
            ending = Ending.STUCK
        if ending is not None:
            return Search.of(url, params, pages, ending)
        followed.add(onward)
        more = f"{purpose}, page {len(pages) + 1}"
        pages.append(client.get(onward, purpose=more, auth=auth))
        new = _keys(pages[-1]) - seen
        seen |= new
        idle = 0 if new else idle + 1


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
