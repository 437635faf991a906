"""Scopes that no document lists: other families, cases, verbs, wildcards; and consent to none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.auth import Decision
from conformance.checks import authorization, bearer, tokens
from conformance.plugin.marks import cases_of
from suites.authorization.test_scopes import judged

if TYPE_CHECKING:
    from conformance.findings import Assertion
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab

PATIENT = "patient/Patient.read"
PUBLIC = "public/Location.read"
#: Of other families and versions of SMART, of OpenID, of another case, joined by a comma.
UNLISTED = (
    "system/Patient.read",
    "launch/patient",
    "openid",
    "fhirUser",
    "PATIENT/Patient.read",
    "patient/Patient.READ",
    "patient/Patient.rs",
    "patient/Coverage",
    "patient/Coverage.read,patient/ExplanationOfBenefit.read",
)
WILDCARDS = ("*/*.read", "system/*.read", "patient/Coverage.*", "patient/*")
#: The same for what an application gets without a member.
UNLISTED_PUBLIC = (
    "public/InsurancePlan.read",
    "public/location.read",
    "PUBLIC/Location.read",
    "public/Location.write",
    "public/Location.rs",
    "system/Location.read",
    "user/Location.read",
)
PUBLIC_WILDCARDS = ("public/*.read", "public/Practitioner.*", "system/*.read", "*/*.*")
#: Starred in the document: of a future release, and of a member anyway.
FUTURE = ("patient/Condition.read", "patient/Encounter.read", "patient/Immunization.read")


@pytest.mark.tier("negative")
@cases_of("SCOPE-UNLISTED", UNLISTED)
def test_unlisted(lab: Lab, case: str, finding: Judge) -> None:
    finding.assess(judged(lab, (case,), beside=PATIENT))


@pytest.mark.tier("negative")
@cases_of("SCOPE-WILDCARD", WILDCARDS)
def test_wildcard(lab: Lab, case: str, finding: Judge) -> None:
    finding.assess(judged(lab, (case,), beside=PATIENT))


def system_judged(lab: Lab, scope: str) -> list[Assertion]:
    """Ask for a scope without a member, alone and beside a listed one."""
    alone = lab.system(f"client credentials: {scope}", scope)
    beside = lab.system(f"client credentials: {scope} beside a listed one", PUBLIC, scope)
    return [
        *(tokens.scopes_within(alone, set()) if alone.granted else tokens.refused([alone])),
        *(tokens.scopes_within(beside, {PUBLIC}) if beside.granted else tokens.refused([beside])),
    ]


@pytest.mark.tier("negative")
@pytest.mark.parametrize(
    "scope",
    [
        pytest.param(
            scope, marks=pytest.mark.clause(clause, case=f"client credentials: {scope}"), id=scope
        )
        for clause, scopes in (
            ("SCOPE-UNLISTED", UNLISTED_PUBLIC),
            ("SCOPE-WILDCARD", PUBLIC_WILDCARDS),
            ("TOKEN-CC-PUBLIC-ONLY", FUTURE),
        )
        for scope in scopes
    ],
)
def test_without_a_member(lab: Lab, scope: str, finding: Judge) -> None:
    if lab.target.deployment == "uhc":
        pytest.skip("this document has no client_credentials")
    finding.assess(system_judged(lab, scope))


@pytest.mark.clause("AUTH-CONSENT-DECLINED", case="every scope")
def test_consent_to_nothing(lab: Lab, finding: Judge) -> None:
    patient = lab.patient
    flow = lab.flow("every scope declined", lab.app, decision=Decision(without=lab.scopes))
    page = flow.authorization.page("consent")
    if page is None or not page.choice:
        pytest.skip("no consent page lets a scope be declined")
    if not flow.authorization.code:
        finding.assess(authorization.no_code([flow.authorization]))
        return
    answer = lab.redeemed("token of no scope", flow)
    use = lab.use("token of no scope", answer.tokens.access, "Patient", patient)
    finding.assess((*tokens.scopes_lack(answer, lab.scopes), *bearer.brings_no_data([use])))
