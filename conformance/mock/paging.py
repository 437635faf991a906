"""Pages of a result as HAPI hands them out: an opaque handle, an offset, a count.

Imports flow, outcomes and the search engine's result.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from conformance.mock.outcomes import FhirProblem, invalid

if TYPE_CHECKING:
    from conformance.mock.flow import Page
    from conformance.mock.search.engine import SearchResult

_HANDLES = 2000
_PAGE_PARAMETERS = {"_getpages", "_getpagesoffset", "_count", "_bundletype", "_format", "_pretty"}


class Handles:
    """The results that next links point into; the least recently used is forgotten first."""

    def __init__(self, most: int = _HANDLES) -> None:
        self._most = most
        self._made = 0
        self._results: OrderedDict[str, SearchResult] = OrderedDict()

    def keep(self, result: SearchResult) -> str:
        """Keep a result and return its opaque handle."""
        self._made += 1
        digest = blake2b(
            f"{self._made}/{result.request.query}".encode(), digest_size=16
        ).hexdigest()
        handle = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:]))
        self._results[handle] = result
        while len(self._results) > self._most:
            self._results.popitem(last=False)
        return handle

    def get(self, handle: str) -> SearchResult:
        """Return the result of a handle.

        Raises:
            FhirProblem: it is unknown or forgotten (410, as HAPI answers).
        """
        if handle not in self._results:
            raise FhirProblem(
                410, "not-found", f'Search ID "{handle}" does not exist and may have expired'
            )
        self._results.move_to_end(handle)
        return self._results[handle]


def check_page_parameters(query: tuple[tuple[str, str], ...]) -> None:
    """Refuse what a next link never has.

    Raises:
        FhirProblem: a parameter is unknown, or a bundle type that no search gives is asked (400).
    """
    for name, value in query:
        if name not in _PAGE_PARAMETERS:
            raise FhirProblem(400, "not-supported", f'Unknown paging parameter "{name}"')
        if name == "_bundletype" and value != "searchset":
            raise invalid(name, f'"{value}" is not "searchset"')


def page_url(base: str, handle: str, offset: int, count: int) -> str:
    """Return the address of a page."""
    query = {
        "_getpages": handle,
        "_getpagesoffset": offset,
        "_count": count,
        "_bundletype": "searchset",
    }
    return f"{base}?{urlencode(query)}"


def links(base: str, page: Page, own_url: str) -> list[dict[str, str]]:
    """Return the bundle's links, in an order that differs from page to page.

    It has no meaning in FHIR; FLEX was seen to mix it, and clients that took the second one broke.
    """
    found = [{"relation": "self", "url": own_url}]
    if page.next_offset is not None:
        url = page_url(base, page.handle, page.next_offset, page.count)
        found.insert(0, {"relation": "next", "url": url})
    if page.offset and page.count:
        before = max(0, page.offset - page.count)
        url = page_url(base, page.handle, before, page.count)
        found.append({"relation": "previous", "url": url})
    turn = page.offset // max(1, page.count) % len(found)
    return found[turn:] + found[:turn]
