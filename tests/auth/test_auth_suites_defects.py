"""Each defect of the mock's authorization server makes the clauses fail that it says it breaks."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from defect_runs import Job, jobs_of

from conformance.contract import load_contract
from conformance.mock.auth import DEPTH_MODULES
from conformance.mock.defects import REGISTRY

PROCESSES = 2
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
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def outcomes() -> dict[str, dict[str, str]]:
    """The outcome of each clause by defect; the defects are judged in a few processes."""
    jobs = [job for name in TESTED for job in JOBS[name]]
    running = [_start(jobs[first::PROCESSES]) for first in range(PROCESSES)]
    found: dict[str, dict[str, str]] = {}
    for process in running:
        said, _ = process.communicate(timeout=240)
        for line in said.splitlines():
            answer = json.loads(line)
            found.setdefault(answer["defect"], {}).update(answer["outcomes"])
    return found


def _start(jobs: list[Job]) -> subprocess.Popen[str]:
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, str(HERE / "defect_runs.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(json.dumps([asdict(job) for job in jobs]))
    process.stdin.close()
    process.stdin = None
    return process


@pytest.mark.parametrize("name", TESTED)
def test_a_defect_breaks_its_clauses(name: str, outcomes: dict[str, dict[str, str]]) -> None:
    contract = load_contract()
    expected = {
        clause: "fail" if contract[clause].expectation.binding else "warning"
        for job in JOBS[name]
        for clause in job.clauses
    }
    assert outcomes.get(name) == expected


def test_each_tested_clause_is_broken_by_some_defect() -> None:
    tested = {
        clause.id
        for clause in load_contract().clauses
        if clause.area in AREAS and clause.not_tested is None
    }
    broken = {clause for found in REGISTRY.values() for clause in found.breaks}
    assert tested - OF_TLS <= broken
