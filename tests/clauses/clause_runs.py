"""Judges mocks with one defect on, many in one process: run as a script, jobs on stdin."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from conformance.contract import load_contract
from conformance.mock.server import start_mock
from conformance.plugin.settings import SIGN, SUITES
from conformance.runlog import read_run

if TYPE_CHECKING:
    from conformance.contract import Clause

#: Deployment, environment, and whether the mock is the document's future release.
ENVIRONMENTS = (
    ("tooele", "sandbox", True),
    ("uhc", "sandbox", False),
    ("uhc", "production", False),
)
DECLARED = ("clinical-resources",)


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
            if _applies(contract[name], deployment, environment, future=future)
        ]
        if here:
            jobs.append(Job(defect, deployment, environment, future, tuple(here)))
        left = [name for name in left if name not in here]
    assert not left, f"{defect}: no environment for {left}"
    return jobs


def _applies(clause: Clause, deployment: str, environment: str, *, future: bool) -> bool:
    when = clause.applies_when
    return (
        deployment in clause.deployments
        and environment in (when.environments or (environment,))
        and not when.undeclared(deployment, DECLARED if future else ())
    )


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
        pytest.main(
            [
                *(str(SUITES / suite_of(job)), "-c", str(SUITES / "run.ini")),
                *(f"--rootdir={SUITES.parent}", "-qq", "--no-header", "--no-summary"),
                *("--flexcheck-quiet", "-p", "no:cacheprovider", "-p", "no:flexcheck_reports"),
                *("-p", "no:hypothesispytest", "-p", "no:allure_pytest"),
                *("--target", str(mock.target_file), "--out", str(out)),
                *(part for name in job.clauses for part in ("--only", name)),
            ]
        )
    ranks = ("fail", "error", "warning", "pass", "skip")
    worst: dict[str, str] = {}
    for finding in read_run(out).findings:
        if finding.clause in job.clauses:
            both = {finding.outcome.value, worst.get(finding.clause, finding.outcome.value)}
            worst[finding.clause] = min(both, key=ranks.index)
    return worst


def main() -> None:
    os.environ[SIGN] = "1"
    answers = sys.stdout
    with TemporaryDirectory() as name, Path(os.devnull).open("w", encoding="utf-8") as quiet:
        for line in json.loads(sys.stdin.read()):
            job = Job(**{**line, "clauses": tuple(line["clauses"])})
            sys.stdout = quiet
            found = outcomes(job, Path(name))
            sys.stdout = answers
            print(json.dumps({**asdict(job), "outcomes": found}), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
