"""A token opens nobody else's data (contract clauses `PA-…-OTHER-MEMBER`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import privacy as check
from conformance.plugin.marks import each_case, each_clause
from suites.fhir import foreign_stimuli, stimuli

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge
    from conformance.records import Holdings
    from suites.fhir.foreign_stimuli import SomebodyElse

NO_ROW = "no row of this type that names a member came"
NOBODY = (
    "no row of another member is known: name one in [other_member.rows] of the target file, or"
    " somebody who logs in as [other_member] username"
)


@each_clause("PA-[A-Z]+-OTHER-MEMBER")
def test_rows_are_the_members(holdings: Holdings, patient: str, finding: Judge) -> None:
    finding.assess(
        check.rows_are_the_members(stimuli.entries_of(holdings), patient) if patient else (),
        otherwise=NO_ROW,
    )


@pytest.mark.tier("negative")
@each_case("PA-[A-Z]+-OTHER-MEMBER", lambda _: tuple(foreign_stimuli.WAYS))
def test_somebody_elses_rows_are_hidden(  # noqa: PLR0913, PLR0917 - each is a fixture
    api: FhirApi,
    somebody_else: SomebodyElse,
    patient: str,
    clause: Clause,
    case: str,
    finding: Judge,
) -> None:
    kind, theirs = clause.resource, somebody_else.patient
    asked = foreign_stimuli.exchanges(api, case, kind, somebody_else)
    hidden = check.row_stays_hidden(asked, kind, somebody_else.ids(kind), theirs, patient)
    finding.assess(hidden, otherwise=NOBODY)
