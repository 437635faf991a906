"""The public directory asks nobody who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks import access as check
from conformance.plugin.marks import each_clause
from suites.fhir import stimuli

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge
    from conformance.records import Holdings


@each_clause("(DIR|PA)-[A-Z]+-ANONYMOUS")
def test_no_credentials_needed(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    reads = [api.read(clause.resource, row["id"]) for row in stimuli.some_rows(holdings)]
    pages = [search.first for search in holdings.searches]
    finding.assess(check.open_to_everyone([*pages, *reads]))
