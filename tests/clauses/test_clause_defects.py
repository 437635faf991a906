"""The clauses of these suites pass on an honest mock, and each is broken by some defect."""

from __future__ import annotations

from pathlib import Path

import pytest
from clause_runs import jobs_of
from defect_judging import expected_of, judge
from judged_apart import is_judged_apart

from conformance.contract import load_contract
from conformance.mock.defects import REGISTRY

PATIENCE = 300
SCRIPT = Path(__file__).with_name("clause_runs.py")
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
    return judge(SCRIPT, [job for found in JOBS.values() for job in found], PATIENCE)


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_a_defect_breaks_its_clauses(name: str, outcomes: dict[str, dict[str, str]]) -> None:
    assert outcomes[name] == expected_of(DEFECTS[name])


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_clause_is_broken_by_some_defect(clause: str) -> None:
    assert any(clause in breaks for breaks in DEFECTS.values())


def test_an_honest_mock_holds_them_all(outcomes: dict[str, dict[str, str]]) -> None:
    assert outcomes[""] == dict.fromkeys(CLAUSES, "pass")
