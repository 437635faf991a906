"""What the server returned, in all that was asked of a type, conforms to its profile.

Its name puts this file behind those that ask: it sends nothing of its own but the crawl.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import conformity, rows
from conformance.plugin.marks import clauses_like, each_clause
from suites.fhir.test_rows import NO_ROW

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge


ROWS = "(DIR|PA)-[A-Z]+-CONFORMS"


@each_clause(ROWS)
@pytest.mark.usefixtures("holdings")
@pytest.mark.in_turn
def test_rows_conform(api: FhirApi, clause: Clause, finding: Judge) -> None:
    # What came with the rows is judged here where no other clause judges its type.
    elsewhere = {other.resource for other in clauses_like(ROWS, area=clause.area)}
    others = elsewhere - {clause.resource}
    entries = (
        found
        for found in api.returned(clause.resource)
        if found.resource.get("resourceType") not in others
    )
    if clause.id in {"DIR-NET-CONFORMS", "DIR-ORG-CONFORMS"}:
        # A network is an Organization with a profile of its own.
        networks = clause.id == "DIR-NET-CONFORMS"
        entries = (found for found in entries if rows.is_network(found.resource) == networks)
    finding.assess(
        conformity.rows_conform(entries, clause.value, clause.resource), otherwise=NO_ROW
    )
