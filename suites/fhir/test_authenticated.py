"""The directory with a token of the application's own: the same answers as without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.auth import AuthorizationServer, CannotAuthorize, SystemAuth
from conformance.checks import access as check
from conformance.client import Client, FhirApi
from conformance.plugin.marks import clauses_like
from suites.fhir import stimuli

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.findings import Assertion
    from conformance.plugin.judge import Judge
    from conformance.target import Target

READS = clauses_like("DIR-[A-Z]+-READ")
#: Every scope of public data that the document lists.
SCOPES = tuple(clause.value for clause in clauses_like("SCOPE-PUBLIC-[A-Z]+", kind="scope"))


@pytest.fixture(scope="session")
def authorized(client: Client, target: Target) -> FhirApi:
    """Return the directory as an application with client credentials sees it; skip without."""
    auth = SystemAuth(AuthorizationServer(client, target), SCOPES)
    try:
        answer = auth.ready()
    except CannotAuthorize as why:
        pytest.skip(f"not asked: {why}")
    if not answer.granted:
        pytest.skip(f"no token was had (judged by TOKEN-CC): {answer}")
    return FhirApi(client, target.directory_base, {}, auth=auth, deployment=target.deployment)


@pytest.mark.clause("DIR-AUTHENTICATED")
def test_a_token_changes_no_answer(directory: FhirApi, authorized: FhirApi, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for clause in READS
            for assertion in both_ways(directory, authorized, clause.resource)
        ),
        otherwise="the directory is not known to hold a row",
    )


def both_ways(anonymous: FhirApi, authorized: FhirApi, kind: str) -> Iterator[Assertion]:
    """Ask for a row, and for a few rows by their ids, with and without the token."""
    ids = [str(row["id"]) for row in stimuli.some_rows(anonymous.holdings(kind))]
    for row_id in ids[:1]:
        yield from check.reads_alike(authorized.read(kind, row_id), anonymous.read(kind, row_id))
    if ids:
        one, other = (
            stimuli.search_for(api, kind, "_id", ",".join(ids)) for api in (authorized, anonymous)
        )
        yield from check.searches_alike(one, other)
