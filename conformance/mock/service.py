"""Read, vread, search and pages over one store: what every FHIR API of the mock has in common.

Imports the search and the defects of the mock; knows nothing of HTTP frameworks, nor who asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from conformance.mock.data.plan import AS_OF
from conformance.mock.flow import Call, Lookup, Page, Reply, Shown
from conformance.mock.outcomes import FhirProblem, not_found
from conformance.mock.paging import Handles, check_page_parameters, links, page_url
from conformance.mock.search.documented import GENERAL
from conformance.mock.search.engine import Engine, SearchResult
from conformance.mock.search.request import DEFAULT_COUNT, MAX_COUNT, SearchRequest, number, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.data.plan import Resource
    from conformance.mock.data.store import Row
    from conformance.mock.defects import Defects
    from conformance.mock.search.documented import Vocabulary

_FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True, slots=True)
class Service:
    """The interactions on what one engine finds; `shows` is which types may go out at all."""

    engine: Engine
    handles: Handles
    defects: Defects
    shows: Callable[[str], bool] = lambda _: True

    @property
    def base(self) -> str:
        """The address that everything here starts with."""
        return self.engine.base

    def read(self, call: Call) -> Reply:
        """Answer a read or vread.

        Raises:
            FhirProblem: the call is refused or asks for what is not there.
        """
        refuse_parameters(call)
        wanted = self.defects.apply(Lookup(call.type, call.id, call.vid))
        if not _FHIR_ID.fullmatch(wanted.id):
            raise FhirProblem(400, "value", f'"{wanted.id}" is no valid FHIR id')
        row = self.engine.store.get(wanted.type, wanted.id)
        found = row and (row.version(wanted.vid) if wanted.vid else row.resource)
        if not found:
            version = f"/_history/{wanted.vid}" if wanted.vid else ""
            raise not_found(f"Resource {wanted.type}/{wanted.id}{version}")
        headers = _version_headers(found)
        if call.headers.get("if-none-match") == headers["ETag"]:
            return Reply(call, 304, None, headers)
        return Reply(call, 200, self._show(call.interaction, found), headers)

    def search(self, call: Call, documented: Vocabulary) -> Reply:
        """Answer a search with its first page.

        Raises:
            FhirProblem: a parameter is not supported, is missing or has no value that can be read.
        """
        vocabulary = self.defects.apply(documented)
        request = self.defects.apply(parse(vocabulary, list(call.query)))
        result = self.defects.apply(self._find(request))
        handle = self.handles.keep(result)
        own = f"{self.base}/{call.type}"
        own += f"?{urlencode(request.query)}" if request.query else ""
        page = self._cut(result, handle, request.offset, request.count)
        return Reply(call, 200, self._bundle(page, own))

    def page(self, call: Call) -> Reply:
        """Answer a next or previous link.

        Raises:
            FhirProblem: the link is none of ours, or too old.
        """
        check_page_parameters(call.query)
        handle = call.value("_getpages")
        result = self.handles.get(handle)
        offset = number(list(call.query), "_getpagesoffset", 0)
        count = min(number(list(call.query), "_count", DEFAULT_COUNT), MAX_COUNT)
        page = self._cut(result, handle, offset, count)
        body = self._bundle(page, page_url(self.base, handle, offset, count))
        return Reply(replace(call, type=result.request.type), 200, body)

    def _show(self, interaction: str, resource: Resource) -> Resource:
        return self.defects.apply(Shown(interaction, resource)).resource

    def _find(self, request: SearchRequest) -> SearchResult:
        rows = self.engine.store.rows(request.type)
        for criterion in request.criteria:
            accepts = self.defects.apply(self.engine.filter_of(request.type, criterion)).accepts
            rows = tuple(row for row in rows if accepts(row))
        return SearchResult(request, rows, total=len(rows))

    def _cut(self, result: SearchResult, handle: str, offset: int, count: int) -> Page:
        end = offset + count
        matches = result.rows[offset:end]
        included = self.engine.included(result.request, matches)
        included = tuple(row for row in included if self.shows(row.type))
        more = count > 0 and end < len(result.rows)
        page = Page(result, handle, offset, count, matches, included, end if more else None)
        return self.defects.apply(page)

    def _bundle(self, page: Page, own_url: str) -> dict[str, Any]:
        entries = [self._entry(row, "match") for row in page.matches]
        entries += [self._entry(row, "include") for row in page.included]
        bundle: dict[str, Any] = {
            "resourceType": "Bundle",
            "id": page.handle,
            "meta": {"lastUpdated": AS_OF.isoformat(timespec="milliseconds")},
            "type": "searchset",
            "total": page.result.total,
            "link": links(self.base, page, own_url),
        }
        if entries:  # FHIR allows no empty array
            bundle["entry"] = entries
        return bundle

    def _entry(self, row: Row, mode: str) -> dict[str, Any]:
        return {
            "fullUrl": f"{self.base}/{row.reference}",
            "resource": self._show("search-type", row.resource),
            "search": {"mode": mode},
        }


def _version_headers(resource: Resource) -> dict[str, str]:
    changed = datetime.fromisoformat(resource["meta"]["lastUpdated"])
    return {
        "ETag": f'W/"{resource["meta"]["versionId"]}"',
        "Last-Modified": format_datetime(changed, usegmt=True),
    }


def refuse_parameters(call: Call) -> None:
    """Refuse query parameters where none but the general ones have a meaning.

    Raises:
        FhirProblem: there is one (400).
    """
    for name, _ in call.query:
        if name not in GENERAL:
            raise FhirProblem(
                400, "not-supported", f'Unknown parameter "{name}" of {call.interaction}'
            )
