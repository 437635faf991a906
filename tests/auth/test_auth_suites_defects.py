"""Each defect of the mock's authorization server makes the clauses fail that it says it breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from defect_judging import expected_of, judge
from defect_runs import jobs_of

from conformance.contract import load_contract
from conformance.mock.auth import DEPTH_MODULES
from conformance.mock.defects import REGISTRY

PATIENCE = 240
AREAS = frozenset({"AUTH", "TOKEN", "REFRESH", "SCOPE", "USE"})


def _ours(breaks: tuple[str, ...]) -> tuple[str, ...]:
    """Return the clauses that the authorization suites judge; tests/gates has the others."""
    return tuple(name for name in breaks if name.split("-")[0] in AREAS)


#: Defects that tests/auth_depth holds to what they break.
IN_DEPTH = {module.__name__ for module in DEPTH_MODULES}
#: The mock speaks http; tests/client/test_client_tls.py has servers of its own for these.
OF_TLS = frozenset({"USE-TLS", "USE-TLS-VERSION", "USE-TLS-CERTIFICATE", "USE-TLS-RENEWAL"})
#: What no request can test is a person's to attest; its defects are there for that person.
JOBS = {
    name: jobs_of(name, _ours(found.breaks))
    for name, found in REGISTRY.items()
    if found.change.__module__ not in IN_DEPTH
}
TESTED = sorted(name for name, jobs in JOBS.items() if jobs)
SCRIPT = Path(__file__).with_name("defect_runs.py")


@pytest.fixture(scope="session")
def outcomes() -> dict[str, dict[str, str]]:
    """The outcome of each clause by defect; the defects are judged in a few processes."""
    return judge(SCRIPT, [job for name in TESTED for job in JOBS[name]], PATIENCE)


@pytest.mark.parametrize("name", TESTED)
def test_a_defect_breaks_its_clauses(name: str, outcomes: dict[str, dict[str, str]]) -> None:
    broken = [clause for job in JOBS[name] for clause in job.clauses]
    assert outcomes.get(name) == expected_of(broken)


def test_each_tested_clause_is_broken_by_some_defect() -> None:
    tested = {
        clause.id
        for clause in load_contract().clauses
        if clause.area in AREAS and clause.not_tested is None
    }
    broken = {clause for found in REGISTRY.values() for clause in found.breaks}
    assert tested - OF_TLS <= broken
