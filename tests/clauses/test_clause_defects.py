"""The clauses of these suites pass on an honest mock, and each is broken by some defect."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from clause_runs import Job, jobs_of
from judged_apart import is_judged_apart

from conformance.contract import load_contract
from conformance.mock.defects import REGISTRY

PROCESSES = 2
PATIENCE = 300
HERE = Path(__file__).parent
CONTRACT = load_contract()
CLAUSES = sorted(
    clause.id
    for clause in CONTRACT.clauses
    if clause.not_tested is None and is_judged_apart(clause.id)
)
DEFECTS = {
    name: tuple(clause for clause in found.breaks if clause in CLAUSES)
    for name, found in REGISTRY.items()
    if set(found.breaks) & set(CLAUSES)
}
#: The honest runs stand under "".
JOBS = {name: jobs_of(name, breaks) for name, breaks in (DEFECTS | {"": tuple(CLAUSES)}).items()}


@pytest.fixture(scope="session")
def outcomes() -> dict[str, dict[str, str]]:
    """The outcome of each clause by defect; the defects are judged in a few processes."""
    jobs = [job for found in JOBS.values() for job in found]
    running = [_start(jobs[first::PROCESSES]) for first in range(PROCESSES)]
    found: dict[str, dict[str, str]] = {}
    for process in running:
        said, _ = process.communicate(timeout=PATIENCE)
        for line in said.splitlines():
            answer = json.loads(line)
            found.setdefault(answer["defect"], {}).update(answer["outcomes"])
    return found


def _start(jobs: list[Job]) -> subprocess.Popen[str]:
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, str(HERE / "clause_runs.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(json.dumps([asdict(job) for job in jobs]))
    process.stdin.close()
    process.stdin = None
    return process


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_a_defect_breaks_its_clauses(name: str, outcomes: dict[str, dict[str, str]]) -> None:
    expected = {
        clause: "fail" if CONTRACT[clause].expectation.binding else "warning"
        for clause in DEFECTS[name]
    }
    assert outcomes[name] == expected


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_clause_is_broken_by_some_defect(clause: str) -> None:
    assert any(clause in breaks for breaks in DEFECTS.values())


def test_an_honest_mock_holds_them_all(outcomes: dict[str, dict[str, str]]) -> None:
    assert outcomes[""] == dict.fromkeys(CLAUSES, "pass")
