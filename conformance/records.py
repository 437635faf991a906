"""What checks judge: interactions as records over exchanges. Imports `exchange` only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.exchange import Exchange

OK = 200


class Ending(StrEnum):
    """Why reading a search's pages stopped."""

    END = "no next link"
    LIMIT = "the limit of pages or rows that a run reads"
    LOOP = "a next link that was followed before"
    STUCK = "pages that bring nothing new"
    OFF_ORIGIN = "a next link to another origin"
    BROKEN = "a page that is no searchset Bundle"


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One entry of one page of a search."""

    resource: Mapping[str, Any]
    mode: str
    full_url: str
    index: int
    exchange: Exchange

    @property
    def key(self) -> str:
        """`Type/id`, or as much of it as is there."""
        return f"{self.resource.get('resourceType', '')}/{self.resource.get('id', '')}"

    @property
    def at(self) -> str:
        """The FHIRPath place of the entry in its page."""
        return f"Bundle.entry[{self.index}]"

    @property
    def is_outcome(self) -> bool:
        """Whether it tells about the search instead of being a row of it."""
        return self.mode == "outcome" or self.resource.get("resourceType") == "OperationOutcome"

    def __repr__(self) -> str:
        return f"Entry({self.key}, {self.mode or 'no mode'}, {self.exchange.id})"


def entries_of(page: Exchange) -> Iterator[Entry]:
    """Yield the entries of a page that hold a resource; nothing where it is no Bundle."""
    document = page.document
    listed = document.get("entry") if isinstance(document, dict) else None
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            search = entry.get("search")
            mode = search.get("mode") if isinstance(search, dict) else ""
            yield Entry(resource, _text(mode), _text(entry.get("fullUrl")), index, page)


def _text(node: Any) -> str:
    return "" if node is None else str(node)


def is_searchset(page: Exchange) -> bool:
    """Whether a page answered a search: 200 and a Bundle (its `type` is judged elsewhere)."""
    document = page.document
    return (
        page.status == OK
        and isinstance(document, dict)
        and document.get("resourceType") == "Bundle"
    )


def link_of(page: Exchange, relation: str) -> str:
    """Return the URL of a Bundle link, "" where there is none; the link array has no order."""
    document = page.document
    links = document.get("link") if isinstance(document, dict) else None
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == relation:
            url = link.get("url")
            return url if isinstance(url, str) else ""
    return ""


def query_of(url: str) -> dict[str, str]:
    """Return the query parameters of an address, decoded; nothing where it is no address."""
    try:
        return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    except ValueError:
        return {}


@dataclass(frozen=True, slots=True, repr=False)
class Search:
    """One search with the pages that were read of it, first page first, and all their entries."""

    base: str
    resource_type: str
    params: tuple[tuple[str, str], ...]
    pages: tuple[Exchange, ...]
    ending: Ending
    entries: tuple[Entry, ...]

    @classmethod
    def of(
        cls,
        url: str,
        params: tuple[tuple[str, str], ...],
        pages: Iterable[Exchange],
        ending: Ending,
    ) -> Self:
        """Make the record of a search at `[base]/[type]`."""
        base, _, resource_type = url.rpartition("/")
        pages = tuple(pages)
        entries = tuple(entry for page in pages for entry in entries_of(page))
        return cls(base, resource_type, params, pages, ending, entries)

    @property
    def first(self) -> Exchange:
        """The exchange of the search request itself."""
        return self.pages[0]

    @property
    def answered(self) -> bool:
        """Whether the search was carried out: its first page is a Bundle."""
        return is_searchset(self.first)

    @property
    def complete(self) -> bool:
        """Whether every page was read."""
        return self.answered and self.ending is Ending.END

    @property
    def matches(self) -> Iterator[Entry]:
        """The rows that answer the search.

        Without an `_include` or `_revinclude` these are all rows but outcomes, whatever their
        mode says (that is judged on its own); with one, those of mode `match`, or of the searched
        type where a row tells no mode.
        """
        widened = any(name in {"_include", "_revinclude"} for name, _ in self.params)
        for entry in self.entries:
            if entry.is_outcome:
                continue
            mine = entry.resource.get("resourceType") == self.resource_type
            if not widened or entry.mode == "match" or (not entry.mode and mine):
                yield entry

    @property
    def included(self) -> Iterator[Entry]:
        """The rows added by `_include` or `_revinclude`."""
        matched = {(entry.exchange.id, entry.index) for entry in self.matches}
        for entry in self.entries:
            if (entry.exchange.id, entry.index) not in matched and not entry.is_outcome:
                yield entry

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the matching rows."""
        return frozenset(str(entry.resource.get("id", "")) for entry in self.matches)

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.params)
        return f"{self.resource_type}?{query}"

    def __repr__(self) -> str:
        return f"Search({self}, {len(self.pages)} pages)"


@dataclass(frozen=True, slots=True, repr=False)
class Holdings:
    """What a directory is known to hold of one type: the rows that a run has read.

    `searches` are the unfiltered reads it rests on; `complete` says that they reached the end, so
    that a row not among `rows` is not held.
    """

    resource_type: str
    searches: tuple[Search, ...]
    rows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    complete: bool = False

    def __repr__(self) -> str:
        reach = "all" if self.complete else "part"
        return f"Holdings({self.resource_type}, {len(self.rows)} rows, {reach})"
