"""What the suites of both FHIR APIs send. Each stimulus goes out once, for every clause it can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from conformance.auth import AuthorizationServer, CannotAuthorize, MemberAuth
from conformance.client import Client, FhirApi
from conformance.plugin.keys import CLAUSE
from conformance.records import OK
from suites.fhir.member_stimuli import first_ids
from suites.fhir.open_access import OpenAccess, open_access

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.contract import Clause
    from conformance.records import Holdings
    from conformance.target import Target

#: The fixture that gives each API of the contract.
DIRECTORY, MEMBERS = "provider-directory", "patient-access"
FIXTURES = {DIRECTORY: "directory", MEMBERS: "patient_access"}
CLAIMS = "ExplanationOfBenefit"


@pytest.fixture(scope="session")
def directory(client: Client, target: Target) -> FhirApi:
    """Return the Provider Directory of the target."""
    return FhirApi(client, target.directory_base, target.samples, deployment=target.deployment)


@pytest.fixture(scope="session")
def member(client: Client, target: Target) -> MemberAuth | OpenAccess:
    """Return the session of the member who logs in; skip where nobody can and it is needed."""
    if anybody := open_access(client, target):
        return anybody
    session = MemberAuth(AuthorizationServer(client, target))
    try:
        session.ready()
    except CannotAuthorize as why:
        pytest.skip(f"not asked: {why}")
    return session


@pytest.fixture(scope="session")
def patient(member: MemberAuth | OpenAccess) -> str:
    """Return the member's Patient id, "" where the token response named none."""
    return member.patient


@pytest.fixture(scope="session")
def patient_access(client: Client, target: Target, member: MemberAuth | OpenAccess) -> FhirApi:
    """Return Patient Access as the member who logs in sees it."""
    return as_seen_by(member, client, target)


def as_seen_by(member: MemberAuth | OpenAccess, client: Client, target: Target) -> FhirApi:
    """Return Patient Access as a member sees it."""

    def needs(resource_type: str) -> tuple[tuple[str, str], ...]:
        """Claims are searched for a patient (the document: "patient is required")."""
        wanted = resource_type == CLAIMS
        return (("patient", member_of(served, member.patient)),) if wanted else ()

    served = FhirApi(
        client,
        target.fhir_base,
        target.samples,
        auth=member if isinstance(member, MemberAuth) else None,
        needs=needs,
        deployment=target.deployment,
    )
    return served


def member_of(api: FhirApi, told: str) -> str:
    """Return the member's Patient id: that of the token response if it is one, else a search's.

    Whether `patient` is one is judged by its own clause (TOKEN-PATIENT-USABLE).
    """

    def find() -> str:
        if told and api.read("Patient", told).status == OK:
            return told
        return next(iter(api.holdings("Patient").rows), told)

    return api.once("the member's Patient", find)


@dataclass(frozen=True, slots=True)
class SomebodyElse:
    """Another member: rows that are told by the target file, or by a login of their own."""

    told: Mapping[str, tuple[str, ...]]
    own: FhirApi | None = None
    named: str = ""

    @property
    def patient(self) -> str:
        """Their Patient id, "" where it is not known."""
        return self.named or next(iter(self.told.get("Patient", ())), "")

    def ids(self, resource_type: str) -> tuple[str, ...]:
        """Return rows of theirs."""
        seen = first_ids(self.own, resource_type) if self.own else ()
        return (*self.told.get(resource_type, ()), *seen)


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
    """Return the API that the test's clause is about.

    What the member's token does not open is skipped: that it does not is judged by SCOPE-PATIENT-….
    """
    clause = request.node.stash[CLAUSE]
    found: FhirApi = request.getfixturevalue(FIXTURES[clause.applies_when.api])
    if clause.applies_when.api == MEMBERS:
        granted = request.getfixturevalue("member").granted
        scope = f"patient/{clause.resource}.read"
        if clause.resource and granted and scope not in granted:
            pytest.skip(f"not asked: {scope} was not granted (judged by the SCOPE clauses)")
    return found


@pytest.fixture
def holdings(api: FhirApi, clause: Clause) -> Holdings:
    """Return what the API is known to hold of the clause's resource type."""
    return api.holdings(clause.resource)
