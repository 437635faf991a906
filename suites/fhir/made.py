"""What the tests of both FHIR APIs share, and how they get it when they run ahead of their turn."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any, Literal

import pytest

from conformance.auth import AuthorizationServer, CannotAuthorize, MemberAuth
from conformance.client import FhirApi
from conformance.client.memory import Memory
from conformance.plugin import session_of
from conformance.plugin.keys import CLAUSE
from conformance.plugin.outcomes import JUDGE
from conformance.records import OK
from suites.fhir.open_access import OpenAccess, open_access
from suites.fhir.stimuli import first_row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.client import Client
    from conformance.target import Target

MEMBERS = "patient-access"
CLAIMS = "ExplanationOfBenefit"
#: Arguments that a thread can be given; a test that takes others waits for its turn.
KNOWN = frozenset(
    {"api", "holdings", "row", "clause", "case", "finding", "patient", "client", "target"}
    | {"directory", "patient_access"}
)
_MADE = pytest.StashKey["Made"]()


class Made:
    """The APIs of one target and the session of its member, each made once.

    `begun` says that pytest has come to these suites.
    """

    def __init__(self, client: Client, target: Target) -> None:
        self.client = client
        self.target = target
        self.begun = False
        self.logged_in = False
        self._memory = Memory()

    def __repr__(self) -> str:
        return f"Made({self.target.name!r})"

    @property
    def directory(self) -> FhirApi:
        """The Provider Directory."""
        target = self.target
        return self._memory.once(
            "directory",
            lambda: FhirApi(
                self.client, target.directory_base, target.samples, deployment=target.deployment
            ),
        )

    @property
    def member(self) -> MemberAuth | OpenAccess:
        """The session of the member who logs in; skips where nobody can and it is needed."""
        session = self._memory.once(
            "member",
            lambda: (
                open_access(self.client, self.target)
                or MemberAuth(AuthorizationServer(self.client, self.target))
            ),
        )
        if isinstance(session, MemberAuth):
            try:
                session.ready()
            except CannotAuthorize as why:
                pytest.skip(f"not asked: {why}")
        self.logged_in = True
        return session

    @property
    def patient(self) -> str:
        """The member's Patient id, "" where nothing tells it."""
        return self._memory.once("patient", lambda: self.member.patient)

    @property
    def patient_access(self) -> FhirApi:
        """Patient Access as the member sees it."""
        return self._memory.once(
            "patient access", lambda: as_seen_by(self.member, self.client, self.target)
        )

    def ready_for(self, api: str) -> bool:
        """Whether an API may be asked ahead of pytest.

        A member logs in once the authorization suites are done: another login may end their
        tokens. An open directory has no part in them; at a pace it would only take their time.
        """
        if api == MEMBERS:
            return self.logged_in
        return self.begun or not self.target.limits.requests_per_second

    def value(self, name: str, item: pytest.Function) -> Any:
        """Return what the fixture of that name gives a test."""
        clause = item.stash[CLAUSE]
        if name in {"api", "holdings", "row"}:
            members = clause.applies_when.api == MEMBERS
            api = self.patient_access if members else self.directory
            if members:
                must_be_granted(self.member, clause.resource)
            if name == "api":
                return api
            holdings = api.holdings(clause.resource)
            return holdings if name == "holdings" else first_row(holdings)
        return item.stash[JUDGE] if name == "finding" else getattr(self, name)


def made_in(config: pytest.Config) -> Made:
    """Return what the tests of one run share."""
    if _MADE not in config.stash:
        session = session_of(config)
        if session is None:
            raise pytest.UsageError("no flexcheck session: run `flexcheck run` or `pytest suites`")
        config.stash[_MADE] = Made(session.client, session.target)
    return config.stash[_MADE]


def arguments_ahead(
    item: pytest.Item,
) -> Callable[[], Mapping[str, Any]] | Literal["later"] | None:
    """Answer `pytest_flexcheck_ahead` for a test of these suites."""
    if not isinstance(item, pytest.Function):
        return None
    given = item.callspec.params if hasattr(item, "callspec") else {}
    names = signature(item.obj).parameters.keys()
    if not names <= KNOWN | given.keys():
        return None
    made = made_in(item.config)
    if not made.ready_for(item.stash[CLAUSE].applies_when.api):
        return "later"
    return lambda: {
        name: given[name] if name in given else made.value(name, item) for name in names
    }


def must_be_granted(member: MemberAuth | OpenAccess, resource_type: str) -> None:
    """Skip what the member's token does not open: that it does not is judged by SCOPE-PATIENT-…."""
    granted, scope = member.granted, f"patient/{resource_type}.read"
    if resource_type and granted and scope not in granted:
        pytest.skip(f"not asked: {scope} was not granted (judged by the SCOPE clauses)")


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
