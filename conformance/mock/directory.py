"""The public Provider Directory: metadata, read, vread, search and pages of a search.

Imports the data, the search and the defects of the mock; knows nothing of HTTP frameworks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from conformance.mock.capability import capability_statement
from conformance.mock.data.plan import AS_OF
from conformance.mock.defects import Defects
from conformance.mock.flow import Call, Lookup, Page, Reply, Shown
from conformance.mock.outcomes import FhirProblem, not_found
from conformance.mock.paging import Handles, check_page_parameters, links, page_url
from conformance.mock.search.documented import DOCUMENTED, GENERAL
from conformance.mock.search.engine import Engine, SearchResult
from conformance.mock.search.request import DEFAULT_COUNT, MAX_COUNT, SearchRequest, number, parse

if TYPE_CHECKING:
    from conformance.mock.data.plan import Resource
    from conformance.mock.data.store import Row, Store

_FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True, slots=True)
class Directory:
    """One directory at one base address."""

    base: str
    store: Store
    defects: Defects = field(default_factory=Defects)
    handles: Handles = field(default_factory=Handles)
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "engine", Engine(self.store, self.base))

    def answer(self, call: Call) -> Reply:
        """Answer one call.

        Raises:
            FhirProblem: the call is refused or asks for what is not there.
        """
        if call.interaction == "metadata":
            _refuse_parameters(call)
            return Reply(call, 200, capability_statement(self.base, DOCUMENTED.values()))
        if call.interaction == "page":
            return self._page(call)
        if call.type not in DOCUMENTED:
            raise not_found(f'Resource type "{call.type}"')
        return self._search(call) if call.interaction == "search-type" else self._read(call)

    def _read(self, call: Call) -> Reply:
        _refuse_parameters(call)
        wanted = self.defects.apply(Lookup(call.type, call.id, call.vid))
        if not _FHIR_ID.fullmatch(wanted.id):
            raise FhirProblem(400, "value", f'"{wanted.id}" is no valid FHIR id')
        row = self.store.get(wanted.type, wanted.id)
        found = row and (row.version(wanted.vid) if wanted.vid else row.resource)
        if not found:
            version = f"/_history/{wanted.vid}" if wanted.vid else ""
            raise not_found(f"Resource {wanted.type}/{wanted.id}{version}")
        headers = _version_headers(found)
        if call.headers.get("if-none-match") == headers["ETag"]:
            return Reply(call, 304, None, headers)
        return Reply(call, 200, self._show(call.interaction, found), headers)

    def _show(self, interaction: str, resource: Resource) -> Resource:
        return self.defects.apply(Shown(interaction, resource)).resource

    def _search(self, call: Call) -> Reply:
        vocabulary = self.defects.apply(DOCUMENTED[call.type])
        request = self.defects.apply(parse(vocabulary, list(call.query)))
        result = self.defects.apply(self._find(request))
        handle = self.handles.keep(result)
        own = f"{self.base}/{call.type}"
        own += f"?{urlencode(request.query)}" if request.query else ""
        page = self._cut(result, handle, request.offset, request.count)
        return Reply(call, 200, self._bundle(page, own))

    def _find(self, request: SearchRequest) -> SearchResult:
        rows = self.store.rows(request.type)
        for criterion in request.criteria:
            accepts = self.defects.apply(self.engine.filter_of(request.type, criterion)).accepts
            rows = tuple(row for row in rows if accepts(row))
        return SearchResult(request, rows, total=len(rows))

    def _page(self, call: Call) -> Reply:
        check_page_parameters(call.query)
        handle = call.value("_getpages")
        result = self.handles.get(handle)
        offset = number(list(call.query), "_getpagesoffset", 0)
        count = min(number(list(call.query), "_count", DEFAULT_COUNT), MAX_COUNT)
        page = self._cut(result, handle, offset, count)
        body = self._bundle(page, page_url(self.base, handle, offset, count))
        return Reply(replace(call, type=result.request.type), 200, body)

    def _cut(self, result: SearchResult, handle: str, offset: int, count: int) -> Page:
        end = offset + count
        matches = result.rows[offset:end]
        included = self.engine.included(result.request, matches)
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


def _refuse_parameters(call: Call) -> None:
    """Refuse query parameters where none but the general ones have a meaning."""
    for name, _ in call.query:
        if name not in GENERAL:
            raise FhirProblem(
                400, "not-supported", f'Unknown parameter "{name}" of {call.interaction}'
            )
