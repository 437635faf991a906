"""What the claims resources say: kinds, details, coverage in force, versions referred to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import claims as check
from conformance.checks import versions
from conformance.plugin.marks import each_clause
from suites.fhir import member_stimuli, stimuli

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge
    from conformance.records import Holdings

NO_CLAIM = "the member is not known to have a claim"
#: Where versioned references to a type are looked for.
REFERRERS = ("ExplanationOfBenefit", "Coverage", "Patient")


@pytest.mark.clause("PA-EOB-KINDS")
def test_profile_is_of_the_kind(eob: Holdings, finding: Judge) -> None:
    finding.assess(
        check.profile_is_of_its_kind(stimuli.entries_of(eob)),
        otherwise="no known claim is of a kind with a profile and names one",
    )


@pytest.mark.clause("PA-EOB-CLAIM-DETAILS")
def test_claims_have_their_details(eob: Holdings, finding: Judge) -> None:
    finding.assess(check.claim_has_its_details(stimuli.entries_of(eob)), otherwise=NO_CLAIM)


@pytest.mark.clause("PA-COV-EFFECTIVE")
def test_coverage_was_in_force(patient_access: FhirApi, eob: Holdings, finding: Judge) -> None:
    coverages = member_stimuli.coverages_referred_to(patient_access)
    finding.assess(
        check.coverage_was_in_force(stimuli.entries_of(eob), coverages),
        otherwise="no known claim refers to a Coverage whose period can be read",
    )


@each_clause("PA-(PAT|COV)-VERSIONED-REFERENCES")
def test_versions_referred_to(patient_access: FhirApi, clause: Clause, finding: Judge) -> None:
    named = member_stimuli.versions_that_were(patient_access, REFERRERS, clause.resource)
    finding.assess(
        versions.references_lead_to_versions(member_stimuli.read_versions(patient_access, named)),
        otherwise=f"no known row refers to a version of a {clause.resource}",
    )


@pytest.mark.clause("PA-EOB-VERSIONED-REFERENCES")
def test_versions_that_claims_refer_to(patient_access: FhirApi, finding: Judge) -> None:
    named = member_stimuli.versions_named(patient_access, ("ExplanationOfBenefit",))
    finding.assess(
        versions.references_lead_to_versions(member_stimuli.read_versions(patient_access, named)),
        otherwise="no known claim refers to a version of a resource",
    )


@pytest.fixture
def eob(patient_access: FhirApi) -> Holdings:
    """Return the member's claims."""
    return patient_access.holdings("ExplanationOfBenefit")
