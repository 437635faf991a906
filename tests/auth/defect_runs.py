"""Judges the mock with one defect on, many times in one process: run as a script, jobs on stdin."""

from __future__ import annotations

import json
import os
import sys
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import tomli_w

from conformance.contract import load_contract
from conformance.mock.server import start_mock
from conformance.plugin.settings import SIGN, SUITES
from conformance.runlog import read_run

#: Long enough for a test to use a token, short enough to wait for its end.
LIFETIME = 2
TIERS = ["safe", "negative", "intrusive"]
#: Of the findings of one clause the first of these stands.
WORST_FIRST = ("error", "fail", "warning", "pass")
ENVIRONMENTS = (("tooele", "sandbox"), ("uhc", "sandbox"), ("uhc", "production"))


@dataclass(frozen=True)
class Job:
    """One defect, and the clauses of one environment that it must break."""

    defect: str
    deployment: str
    environment: str
    clauses: tuple[str, ...]


def jobs_of(defect: str, breaks: tuple[str, ...]) -> list[Job]:
    """Return the runs that demonstrate a defect: each clause in the first environment it is of."""
    contract, jobs, left = load_contract(), [], list(breaks)
    left = [name for name in left if contract[name].not_tested is None]
    for deployment, environment in ENVIRONMENTS:
        here = [
            name
            for name in left
            if deployment in contract[name].deployments
            and environment in (contract[name].applies_when.environments or (environment,))
            and not contract[name].applies_when.undeclared(deployment, ())
        ]
        if here:
            jobs.append(Job(defect, deployment, environment, tuple(here)))
        left = [name for name in left if name not in here]
    assert not left, f"{defect}: no environment for {left}"
    return jobs


def outcomes(job: Job, folder: Path) -> dict[str, str]:
    """Run the suites for the job's clauses; the worst outcome of each."""
    out = folder / f"{job.defect}-{job.deployment}-{job.environment}"
    defects = [job.defect] if job.defect else []
    with start_mock(
        deployment=job.deployment,
        environment=job.environment,
        defects=defects,
        token_lifetime=LIFETIME,
        code_lifetime=LIFETIME,
        practitioners=20,
    ) as mock:
        target = mock.target_file.with_name("all.toml")
        facts = tomllib.loads(mock.target_file.read_text(encoding="utf-8"))
        target.write_text(tomli_w.dumps({**facts, "safety": {"tiers": TIERS}}))
        pytest.main(
            [
                *(str(SUITES / "authorization"), "-c", str(SUITES / "run.ini")),
                *(f"--rootdir={SUITES.parent}", "-qq", "--no-header", "--no-summary"),
                *("--flexcheck-quiet", "-p", "no:cacheprovider", "-p", "no:flexcheck_reports"),
                *("-p", "no:hypothesispytest", "-p", "no:allure_pytest"),
                *("--target", str(target), "--out", str(out)),
                *(part for name in job.clauses for part in ("--only", name)),
            ]
        )
    found: dict[str, list[str]] = {}
    for finding in read_run(out).findings:
        if finding.clause in job.clauses:
            found.setdefault(finding.clause, []).append(finding.outcome.value)
    return {clause: min(outcomes, key=_rank) for clause, outcomes in found.items()}


def _rank(outcome: str) -> int:
    return WORST_FIRST.index(outcome) if outcome in WORST_FIRST else len(WORST_FIRST)


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
