"""What a token without a scope does not open (contract clauses `PA-…-SCOPE-NEEDED`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import privacy as check
from conformance.plugin.marks import each_clause
from suites.authorization import stimuli

if TYPE_CHECKING:
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab


@pytest.mark.tier("negative")
@pytest.mark.clause("PA-PAT-SCOPE-NEEDED", case="beside claims")
def test_no_patient_comes_with_claims(lab: Lab, finding: Judge) -> None:
    if lab.target.deployment != "tooele":
        pytest.skip("this document has no _include")
    patient, claims = lab.patient, "ExplanationOfBenefit"
    answer = lab.live("claims alone", lambda what: lab.holding(what, f"patient/{claims}.read"))
    if "patient/Patient.read" in answer.scopes:
        pytest.skip("the token has more scopes than asked for (judged by SCOPE-EXPLICIT)")
    url = f"{lab.target.fhir_base}/{claims}?patient={patient}&_include={claims}:patient"
    use = lab.fetch("Patient beside claims", answer.tokens.access, url, "Patient")
    finding.assess(check.scope_is_needed([use], held=bool(patient)))


@pytest.mark.tier("negative")
@each_clause("PA-[A-Z]+-SCOPE-NEEDED")
def test_nothing_without_the_scope(lab: Lab, clause: Clause, finding: Judge) -> None:
    uses, held = stimuli.without_scope(lab, clause.resource)
    finding.assess(
        check.scope_is_needed(uses, held=held),
        otherwise="the member is not known to have such a row, and nothing was refused",
    )
