"""The rows of the directory: profile claimed, well-formed, networks told apart."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from conformance.checks import rows as check
from conformance.plugin.marks import each_clause
from suites.fhir import stimuli

if TYPE_CHECKING:
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge
    from conformance.records import Holdings

NO_ROW = "the server is not known to hold a row of this type"
#: Well-formedness is judged on this many rows of a type; profile validation judges all of them.
ENOUGH = 200
#: Types with a profile for each kind; the clause names what their canonical addresses begin with.
FAMILIES = frozenset({"ExplanationOfBenefit", "Observation"})


@each_clause("(DIR|PA)-(?!NET)[A-Z]+-PROFILE")
def test_profile_is_claimed(holdings: Holdings, clause: Clause, finding: Judge) -> None:
    finding.assess(
        check.rows_claim_profile(
            (
                entry
                for entry in stimuli.entries_of(holdings)
                if not (clause.resource == "Organization" and check.is_network(entry.resource))
            ),
            clause.value,
            family=clause.resource in FAMILIES,
        ),
        otherwise=NO_ROW,
    )


@each_clause("DIR-NET-PROFILE")
def test_network_profile_is_claimed(holdings: Holdings, clause: Clause, finding: Judge) -> None:
    networks = (entry for entry in stimuli.entries_of(holdings) if check.is_network(entry.resource))
    finding.assess(check.rows_claim_profile(networks, clause.value), otherwise=NO_ROW)


@each_clause("(DIR|PA)-[A-Z]+-WELL-FORMED")
def test_rows_are_well_formed(holdings: Holdings, finding: Judge) -> None:
    entries = islice(stimuli.entries_of(holdings), ENOUGH)
    finding.assess(check.rows_are_well_formed(entries), otherwise=NO_ROW)
