"""`_revinclude=Provenance:target`, the one that the clinical resources have, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.includes import targets_of
from conformance.checks.wording import answer
from conformance.findings import Assertion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from conformance.exchange import Exchange
    from conformance.records import Search

VALUE = "Provenance:target"


def known_provenances(
    searches: Iterable[Search], reads: Iterable[Exchange]
) -> dict[str, Mapping[str, Any]]:
    """Return the Provenances that searches brought and reads gave, by id.

    Provenance has no search: it is known from what came along, and by ids that are told.
    """
    rows = [entry.resource for search in searches for entry in search.entries]
    rows += [read.document for read in reads if isinstance(read.document, dict)]
    return {str(row.get("id")): row for row in rows if row.get("resourceType") == "Provenance"}


def referred_to(provenances: Iterable[Mapping[str, Any]], resource_type: str) -> list[str]:
    """Return the ids of the rows of a type that Provenances are about."""
    keys = {key for row in provenances for key in targets_of(row, VALUE)}
    prefix = f"{resource_type}/"
    return sorted(key.removeprefix(prefix) for key in keys if key.startswith(prefix))


def revinclude_adds_nothing(searches: Iterable[Search]) -> Iterator[Assertion]:
    """A `_revinclude` that is not supported is refused, or adds no row."""
    for search in searches:
        added = [
            entry.key
            for entry in search.entries
            if not entry.is_outcome and entry.resource.get("resourceType") != search.resource_type
        ]
        yield Assertion(
            not added,
            "Bundle.entry",
            f"{search} adds nothing",
            f"adds {', '.join(added[:3])}" if added else answer(search.first),
            search.first.id,
        )
