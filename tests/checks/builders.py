"""Small records for checks: exchanges, pages, searches, holdings, and what a check said of them."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

from conformance.exchange import Exchange, Request, Response
from conformance.records import Ending, Holdings, Search

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.findings import Assertion

BASE = "https://directory.example/fhir"
JSON = (("content-type", "application/fhir+json; charset=utf-8"),)
_numbers = count(1)


def exchange(  # noqa: PLR0913 - each part of an exchange may matter to a test
    document: Any = None,
    status: int = 200,
    *,
    url: str = f"{BASE}/Location",
    headers: tuple[tuple[str, str], ...] = JSON,
    asked_with: tuple[tuple[str, str], ...] = (),
    problem: str = "",
    error: str = "",
) -> Exchange:
    """Make an exchange; one with an `error` has no response."""
    return Exchange(
        id=f"ex-{next(_numbers):04d}",
        purpose="test",
        started="2026-01-01T00:00:00.000+00:00",
        elapsed=0.1,
        request=Request("GET", url, asked_with),
        response=None
        if error
        else Response(
            status=status,
            headers=headers,
            body="" if document is None else json.dumps(document),
            document=document,
            problem=problem,
        ),
        error=error,
    )


def read(row: dict[str, Any] | None, status: int = 200, *, key: str = "") -> Exchange:
    """Make a read of a row, or of a key that answered with a status."""
    key = key or f"{(row or {}).get('resourceType')}/{(row or {}).get('id')}"
    return exchange(row if row is not None else outcome(), status, url=f"{BASE}/{key}")


def outcome(diagnostics: str = "no such thing") -> dict[str, Any]:
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "not-found", "diagnostics": diagnostics}],
    }


def resource(kind: str, row_id: str, **fields: Any) -> dict[str, Any]:
    return {"resourceType": kind, "id": row_id, **fields}


def entry(row: dict[str, Any], mode: str = "match", **fields: Any) -> dict[str, Any]:
    """Make an entry; an empty mode leaves `search` out."""
    made = {
        "fullUrl": f"{BASE}/{row.get('resourceType')}/{row.get('id')}",
        "resource": row,
        "search": {"mode": mode},
        **fields,
    }
    if not mode:
        del made["search"]
    return made


def bundle(*entries: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [{"relation": "self", "url": f"{BASE}/Location"}],
        "entry": list(entries),
        **fields,
    }


def links(**urls: str) -> list[dict[str, str]]:
    return [{"relation": relation, "url": url} for relation, url in urls.items()]


def page(*entries: dict[str, Any], **fields: Any) -> Exchange:
    return exchange(bundle(*entries, **fields))


def search(
    *pages: Exchange,
    kind: str = "Location",
    params: Iterable[tuple[str, str]] = (),
    ending: Ending = Ending.END,
) -> Search:
    return Search.of(f"{BASE}/{kind}", tuple(params), pages, ending)


def found(*rows: dict[str, Any], kind: str = "Location", **asked: str) -> Search:
    """Make a complete search of one page that brought these rows; `_` stands for `-` in names."""
    params = ((name.replace("__", "-"), value) for name, value in asked.items())
    return search(page(*map(entry, rows)), kind=kind, params=params)


def refused(kind: str = "Location", status: int = 400, **asked: str) -> Search:
    return search(
        exchange(outcome("refused"), status),
        kind=kind,
        params=asked.items(),
        ending=Ending.BROKEN,
    )


def holding(*rows: dict[str, Any], kind: str = "Location", complete: bool = True) -> Holdings:
    return Holdings(kind, (), {str(row["id"]): row for row in rows}, complete)


class Said:
    """What a check said, for short asserts: `Said(check(...)).holds`."""

    def __init__(self, assertions: Iterable[Assertion]) -> None:
        self.all = list(assertions)
        self.broken = [item for item in self.all if not item.holds]

    @property
    def holds(self) -> bool:
        """Whether something was judged, and all of it holds."""
        return bool(self.all) and not self.broken

    @property
    def nothing(self) -> bool:
        return not self.all

    @property
    def only(self) -> Assertion:
        """The one assertion that is broken."""
        (one,) = self.broken
        return one
