"""Judges the mock with one defect on, many times in one process: run as a script, jobs on stdin."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import tomli_w
from defect_judging import is_of, run_suites, work_off, worst_of

from conformance.contract import load_contract
from conformance.mock.server import start_mock

if TYPE_CHECKING:
    from pathlib import Path

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
        here = [name for name in left if is_of(contract[name], deployment, environment)]
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
        run_suites("authorization", target, job.clauses, out)
    return worst_of(out, job.clauses, WORST_FIRST)


if __name__ == "__main__":
    work_off(Job, outcomes)
