"""Judges mocks with one defect on, many in one process: run as a script, jobs on stdin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from defect_judging import is_of, run_suites, work_off, worst_of

from conformance.contract import load_contract
from conformance.mock.server import start_mock

if TYPE_CHECKING:
    from pathlib import Path

#: Deployment, environment, and whether the mock is the document's future release.
ENVIRONMENTS = (
    ("tooele", "sandbox", True),
    ("uhc", "sandbox", False),
    ("uhc", "production", False),
)
DECLARED = ("clinical-resources",)
WORST_FIRST = ("fail", "error", "warning", "pass", "skip")


@dataclass(frozen=True)
class Job:
    """One defect ("" for none), and the clauses of one environment that it must break."""

    defect: str
    deployment: str
    environment: str
    future: bool
    clauses: tuple[str, ...]


def jobs_of(defect: str, breaks: tuple[str, ...]) -> list[Job]:
    """Return the runs that demonstrate a defect: each clause in the first environment it is of."""
    contract, jobs, left = load_contract(), [], list(breaks)
    for deployment, environment, future in ENVIRONMENTS:
        here = [
            name
            for name in left
            if is_of(contract[name], deployment, environment, DECLARED if future else ())
        ]
        if here:
            jobs.append(Job(defect, deployment, environment, future, tuple(here)))
        left = [name for name in left if name not in here]
    assert not left, f"{defect}: no environment for {left}"
    return jobs


def suite_of(job: Job) -> str:
    """Return where a job's clauses are tested: to collect all suites would take longer."""
    of_scopes = {name.endswith("-SCOPE-NEEDED") for name in job.clauses}
    return {frozenset({True}): "authorization", frozenset({False}): "fhir"}.get(
        frozenset(of_scopes), ""
    )


def outcomes(job: Job, folder: Path) -> dict[str, str]:
    """Run the suites for the job's clauses; the worst outcome of each."""
    out = folder / f"{job.defect or 'none'}-{job.deployment}-{job.environment}"
    with start_mock(
        deployment=job.deployment,
        environment=job.environment,
        future=job.future,
        defects=[job.defect] if job.defect else [],
        practitioners=20,
    ) as mock:
        run_suites(suite_of(job), mock.target_file, job.clauses, out)
    return worst_of(out, job.clauses, WORST_FIRST)


if __name__ == "__main__":
    work_off(Job, outcomes)
