"""Judges mocks with one defect on: what is shared by the scripts that do so and by their tests.

A script reads its jobs on stdin, one JSON list, and answers each with a line: the job, and the
`outcomes` of its clauses.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from conformance.contract import load_contract
from conformance.plugin.settings import SIGN, SUITES
from conformance.runlog import read_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conformance.contract import Clause

    Outcomes = dict[str, str]

#: Side by side, as many as the machines have cores.
PROCESSES = 2
WITHOUT = ("cacheprovider", "flexcheck_reports", "hypothesispytest", "allure_pytest")


def run_suites(suite: str, target: Path, clauses: Iterable[str], out: Path) -> None:
    """Run a suite, or all where it is "", for some clauses."""
    pytest.main(
        [
            *(str(SUITES / suite), "-c", str(SUITES / "run.ini")),
            *(f"--rootdir={SUITES.parent}", "-qq", "--no-header", "--no-summary"),
            *("--flexcheck-quiet", *(f"-pno:{name}" for name in WITHOUT)),
            *("--target", str(target), "--out", str(out)),
            *(part for name in clauses for part in ("--only", name)),
        ]
    )


def worst_of(out: Path, clauses: Iterable[str], worst_first: Sequence[str]) -> Outcomes:
    """Return of each clause the outcome that stands first; what is not named stands last."""
    ranks = {outcome: rank for rank, outcome in enumerate(worst_first)}
    found: dict[str, list[str]] = {}
    for finding in read_run(out).findings:
        if finding.clause in clauses:
            found.setdefault(finding.clause, []).append(finding.outcome.value)
    return {
        clause: min(outcomes, key=lambda outcome: ranks.get(outcome, len(ranks)))
        for clause, outcomes in found.items()
    }


def is_of(
    clause: Clause, deployment: str, environment: str, declared: tuple[str, ...] = ()
) -> bool:
    """Whether a mock of this kind demonstrates a clause."""
    when = clause.applies_when
    return (
        deployment in clause.deployments
        and environment in (when.environments or (environment,))
        and not when.undeclared(deployment, declared)
    )


def work_off(job_of: Callable[..., Any], outcomes: Callable[[Any, Path], Outcomes]) -> None:
    """Judge the jobs on stdin and answer each on stdout; what pytest prints goes nowhere."""
    os.environ[SIGN] = "1"
    answers = sys.stdout
    with TemporaryDirectory() as name, Path(os.devnull).open("w", encoding="utf-8") as quiet:
        for line in json.loads(sys.stdin.read()):
            job = job_of(**{**line, "clauses": tuple(line["clauses"])})
            sys.stdout = quiet
            found = outcomes(job, Path(name))
            sys.stdout = answers
            print(json.dumps({**asdict(job), "outcomes": found}), flush=True)  # noqa: T201 - the answer


def judge(script: Path, jobs: Sequence[Any], patience: float) -> dict[str, Outcomes]:
    """Have a script judge jobs in a few processes; the outcome of each clause by defect."""
    running = [_start(script, jobs[first::PROCESSES]) for first in range(PROCESSES)]
    found: dict[str, Outcomes] = {}
    for process in running:
        said, _ = process.communicate(timeout=patience)
        for line in said.splitlines():
            answer = json.loads(line)
            found.setdefault(answer["defect"], {}).update(answer["outcomes"])
    return found


def _start(script: Path, jobs: Sequence[Any]) -> subprocess.Popen[str]:
    shared = os.pathsep.join(filter(None, (str(Path(__file__).parent), os.getenv("PYTHONPATH"))))
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": shared},
    )
    assert process.stdin
    process.stdin.write(json.dumps([asdict(job) for job in jobs]))
    process.stdin.close()
    process.stdin = None
    return process


def expected_of(clauses: Iterable[str]) -> Outcomes:
    """Return what a defect makes of the clauses that it breaks."""
    contract = load_contract()
    return {
        clause: "fail" if contract[clause].expectation.binding else "warning" for clause in clauses
    }
