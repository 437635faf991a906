"""`_include` and `_revinclude`, value by value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks import includes as check
from conformance.checks.searching import same_rows, search_is_answered
from conformance.plugin.marks import each_clause
from suites.fhir import stimuli

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge


@each_clause("(DIR|PA)-[A-Z]+-INCLUDE-.*", kind="include")
def test_include_brings_what_is_referred_to(api: FhirApi, clause: Clause, finding: Judge) -> None:
    search = stimuli.include_search(api, clause)
    reads = stimuli.targets_not_there(api, clause, search) if search else []
    finding.assess(
        check.include_brings_targets(search, clause.value, reads) if search else (),
        otherwise=f"no known row has a reference for {clause.value}",
    )


@each_clause("DIR-[A-Z]+-REVINCLUDE-.*", kind="revinclude")
def test_revinclude_brings_what_refers_to_it(api: FhirApi, clause: Clause, finding: Judge) -> None:
    search, referrers = stimuli.revinclude_search(api, clause)
    rows = referrers.rows if referrers else {}
    finding.assess(
        check.revinclude_brings_referrers(search, clause.value, rows) if search else (),
        otherwise=f"no known row is referred to by {clause.value}",
    )


@each_clause("DIR-[A-Z]+-SEARCH-(REV)?INCLUDE|PA-EOB-SEARCH-INCLUDE", kind="search-parameter")
def test_include_parameter_is_accepted(api: FhirApi, clause: Clause, finding: Judge) -> None:
    kind = "include" if clause.param == "_include" else "revinclude"
    values = stimuli.rows_of(api, clause, kind=kind, param=clause.param)
    searches = [
        stimuli.include_search(api, value)
        if kind == "include"
        else stimuli.revinclude_search(api, value)[0]
        for value in values
        if value.reaches
    ]
    finding.assess(
        (
            assertion
            for search in searches
            if search is not None
            for assertion in (
                *search_is_answered(search),
                *same_rows(stimuli.without_include(api, search), search),
            )
        ),
        otherwise=f"no known row has a reference to try {clause.param} with",
    )
