"""The values that flow through the server, each of them a place where a defect may act.

Imports the data and search modules. In order: `Call` comes in; `Admission` and `Reach` say
what its bearer may see; `Lookup` names the row of a read, `Vocabulary`, `SearchRequest`,
`Filter`, `SearchResult` and `Page` are the steps of a search; each resource that goes out is
`Shown`; `Reply` is the whole answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.mock.access import Access, Refusal
    from conformance.mock.data.plan import Resource
    from conformance.mock.data.store import Row
    from conformance.mock.search.engine import SearchResult

FHIR_JSON = "application/fhir+json;charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Call:
    """A request as routed: `interaction` is FHIR's word (`read`, `vread`, `search-type`, ...)."""

    interaction: str
    type: str = ""
    id: str = ""
    vid: str = ""
    query: tuple[tuple[str, str], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "GET"

    def value(self, name: str) -> str:
        """Return the first value of a query parameter, "" where it is absent."""
        return next((value for key, value in self.query if key == name), "")

    def is_(self, interaction: str, kind: str) -> bool:
        """Whether this is that interaction on that type."""
        return (self.interaction, self.type) == (interaction, kind)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose records a call may see: the member's own. `everybody` is all there is to be hidden."""

    call: Call
    patients: tuple[str, ...]
    everybody: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Admission:
    """What the gate said to a call, and the Patients it could have been for."""

    call: Call
    verdict: Access | Refusal
    everybody: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lookup:
    """The row (and version, for `vread`) that a read is after."""

    type: str
    id: str
    vid: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a result; `next_offset` is where the next one starts, None on the last."""

    result: SearchResult
    handle: str
    offset: int
    count: int
    matches: tuple[Row, ...]
    included: tuple[Row, ...]
    next_offset: int | None

    @property
    def type(self) -> str:
        """The type that was searched."""
        return self.result.request.type

    @property
    def is_second(self) -> bool:
        """Whether this is every second page (the 2nd, 4th, ...)."""
        return self.count > 0 and (self.offset // self.count) % 2 == 1

    def asks(self, link: str) -> bool:
        """Whether the search asked for this `_include` or `_revinclude`."""
        request = self.result.request
        return link in request.includes or link in request.revincludes


@dataclass(frozen=True, slots=True)
class Shown:
    """A resource on its way out, and the interaction that shows it. Never change it in place."""

    interaction: str
    resource: Resource

    @property
    def type(self) -> str:
        """The resource's type."""
        return str(self.resource["resourceType"])

    def with_(self, **elements: Any) -> Shown:
        """Return it with elements replaced."""
        return replace(self, resource={**self.resource, **elements})

    def without(self, element: str) -> Shown:
        """Return it without an element."""
        kept = {key: value for key, value in self.resource.items() if key != element}
        return replace(self, resource=kept)

    def with_meta(self, **elements: Any) -> Shown:
        """Return it with elements of `meta` replaced; None removes one."""
        meta = {**self.resource["meta"], **elements}
        return self.with_(meta={key: value for key, value in meta.items() if value is not None})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is written: the body is still a parsed document (None: no body)."""

    call: Call
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = FHIR_JSON

    @property
    def found(self) -> bool:
        """Whether this is a successful search."""
        return self.status == 200 and self.call.interaction in ("search-type", "page")  # noqa: PLR2004

    @property
    def searched(self) -> str:
        """The type a successful search (or a page of it) is of, "" for any other answer."""
        return self.call.type if self.found else ""

    def with_body(self, **elements: Any) -> Reply:
        """Return it with elements of the body replaced; None removes one."""
        body = {**self.body, **elements}
        return replace(self, body={k: v for k, v in body.items() if v is not None})
