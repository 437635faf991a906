"""What the suites of both FHIR APIs send. Each stimulus goes out once, for every clause it can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest

from conformance.auth import AuthorizationServer, CannotAuthorize, MemberAuth
from conformance.plugin.keys import CLAUSE
from suites.fhir.foreign_stimuli import SomebodyElse
from suites.fhir.made import MEMBERS, Made, arguments_ahead, as_seen_by, made_in, must_be_granted
from suites.fhir.stimuli import first_row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.client import Client, FhirApi
    from conformance.contract import Clause
    from conformance.records import Holdings
    from conformance.target import Target
    from suites.fhir.open_access import OpenAccess

#: The fixture that gives each API of the contract.
DIRECTORY = "provider-directory"
FIXTURES = {DIRECTORY: "directory", MEMBERS: "patient_access"}


def pytest_flexcheck_ahead(
    item: pytest.Item,
) -> Callable[[], Mapping[str, Any]] | Literal["later"] | None:
    """Let the tests of this folder run ahead that need no other fixture than these."""
    return arguments_ahead(item)


@pytest.fixture(scope="session")
def made(pytestconfig: pytest.Config) -> Made:
    """Return what the tests of both APIs share."""
    found = made_in(pytestconfig)
    found.begun = True
    return found


@pytest.fixture(scope="session")
def directory(made: Made) -> FhirApi:
    """Return the Provider Directory of the target."""
    return made.directory


@pytest.fixture(scope="session")
def member(made: Made) -> MemberAuth | OpenAccess:
    """Return the session of the member who logs in; skip where nobody can and it is needed."""
    return made.member


@pytest.fixture(scope="session")
def patient(made: Made) -> str:
    """Return the member's Patient id, "" where the token response named none."""
    return made.patient


@pytest.fixture(scope="session")
def patient_access(made: Made) -> FhirApi:
    """Return Patient Access as the member who logs in sees it."""
    return made.patient_access


@pytest.fixture(scope="session")
def somebody_else(client: Client, target: Target) -> SomebodyElse:
    """Return what is known of another member; logging in anew is for who named a user."""
    other = target.other_member
    if not other.username:
        return SomebodyElse(other.rows)
    session = MemberAuth(AuthorizationServer(client, target), username=other.username)
    try:
        named = session.patient
    except CannotAuthorize as why:
        pytest.skip(f"not asked: {why}")
    return SomebodyElse(other.rows, as_seen_by(session, client, target), named)


@pytest.fixture
def api(request: pytest.FixtureRequest) -> FhirApi:
    """Return the API that the test's clause is about."""
    clause = request.node.stash[CLAUSE]
    found: FhirApi = request.getfixturevalue(FIXTURES[clause.applies_when.api])
    if clause.applies_when.api == MEMBERS:
        must_be_granted(request.getfixturevalue("member"), clause.resource)
    return found


@pytest.fixture
def holdings(api: FhirApi, clause: Clause) -> Holdings:
    """Return what the API is known to hold of the clause's resource type."""
    return api.holdings(clause.resource)


@pytest.fixture
def row(holdings: Holdings) -> Mapping[str, Any] | None:
    """Return a row that is known, if any is."""
    return first_row(holdings)
