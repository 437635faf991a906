"""What the suites of both FHIR APIs send. Each stimulus goes out once, for every clause it can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.auth import AuthorizationServer, CannotAuthorize, MemberAuth
from conformance.client import Client, FhirApi
from conformance.plugin.keys import CLAUSE

if TYPE_CHECKING:
    from conformance.contract import Clause
    from conformance.records import Holdings
    from conformance.target import Target

#: The fixture that gives each API of the contract.
FIXTURES = {"provider-directory": "directory", "patient-access": "patient_access"}


@pytest.fixture(scope="session")
def directory(client: Client, target: Target) -> FhirApi:
    """Return the Provider Directory of the target."""
    return FhirApi(client, target.directory_base, target.samples, deployment=target.deployment)


@pytest.fixture(scope="session")
def patient_access(client: Client, target: Target) -> FhirApi:
    """Return Patient Access as the member who logs in sees it; skip where nobody can."""
    member = MemberAuth(AuthorizationServer(client, target))
    try:
        patient = member.patient
    except CannotAuthorize as why:
        pytest.skip(f"not asked: {why}")
    needs = {"ExplanationOfBenefit": (("patient", patient),)}
    return FhirApi(
        client,
        target.fhir_base,
        target.samples,
        auth=member,
        needs=lambda resource_type: needs.get(resource_type, ()),
        deployment=target.deployment,
    )


@pytest.fixture
def api(request: pytest.FixtureRequest) -> FhirApi:
    """Return the API that the test's clause is about."""
    clause = request.node.stash[CLAUSE]
    found: FhirApi = request.getfixturevalue(FIXTURES[clause.applies_when.api])
    return found


@pytest.fixture
def holdings(api: FhirApi, clause: Clause) -> Holdings:
    """Return what the API is known to hold of the clause's resource type."""
    return api.holdings(clause.resource)
