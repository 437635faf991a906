"""What data the documents promise in the sandbox and in production."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import environment as check
from suites.fhir.member_stimuli import member_types

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.plugin.judge import Judge
    from conformance.target import Target

CLAIMS = ("Coverage", "ExplanationOfBenefit")


@pytest.mark.clause("PA-SANDBOX-DATA")
def test_the_sample_member_has_data(
    patient_access: FhirApi, patient: str, target: Target, finding: Judge
) -> None:
    held = patient_access.holdings("Patient").rows
    member = patient or next(iter(held), "")
    further = [patient_access.holdings(name) for name in member_types(target) if name != "Patient"]
    finding.assess(
        check.sample_member_has_data(patient_access.read("Patient", member), member, further)
        if member
        else (),
        otherwise="the token response names no Patient, and no search gives one",
    )


@pytest.mark.clause("PA-SANDBOX-CLINICAL")
def test_the_member_has_clinical_data(
    patient_access: FhirApi, target: Target, finding: Judge
) -> None:
    types = member_types(target, clinical=True)
    finding.assess(check.some_rows_of(patient_access.holdings(name) for name in types))


@pytest.mark.clause("PA-SANDBOX-NO-CLAIMS")
def test_claims_are_searched_without_error(patient_access: FhirApi, finding: Judge) -> None:
    finding.assess(check.searched_without_error(patient_access.holdings(name) for name in CLAIMS))


@pytest.mark.clause("PA-PRODUCTION-CLAIMS")
def test_the_member_has_claims(patient_access: FhirApi, finding: Judge) -> None:
    finding.assess(check.rows_of_each(patient_access.holdings(name) for name in CLAIMS))
