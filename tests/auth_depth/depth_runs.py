"""Judges the mock with one defect on, many times in one process: a script, its jobs on stdin.

Each job is `{"defect", "deployment", "environment", "clauses"}`, each answer a line with the
findings of the run as `[clause, case, outcome]`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from conformance.mock.server import start_mock
from conformance.plugin.settings import SIGN, SUITES
from conformance.runlog import read_run

#: Clauses that wait for a token or a code to end; for the others nothing ends.
WAITING = (
    *("TOKEN-LIFETIME-FULL", "TOKEN-LIFETIME-ENDS", "TOKEN-CODE-EXPIRES"),
    "USE-EXPIRED-401",
)
SHORT, LONG = 2, 300
SPARING = ("cacheprovider", "flexcheck_reports", "hypothesispytest", "allure_pytest")


def findings(job: dict[str, Any], folder: Path, number: int) -> list[list[str]]:
    """Run the suites for the job's clauses."""
    out = folder / str(number)
    lifetime = SHORT if set(job["clauses"]) & set(WAITING) else LONG
    with start_mock(
        deployment=job["deployment"],
        environment=job["environment"],
        defects=[job["defect"]] if job["defect"] else [],
        token_lifetime=lifetime,
        code_lifetime=lifetime,
        practitioners=5,
    ) as mock:
        pytest.main(
            [
                *(str(SUITES / "authorization"), "-c", str(SUITES / "run.ini")),
                *(f"--rootdir={SUITES.parent}", "-qq", "--no-header", "--no-summary"),
                *("--flexcheck-quiet", *(f"-pno:{name}" for name in SPARING)),
                *("--target", str(mock.target_file), "--out", str(out)),
                *(part for name in job["clauses"] for part in ("--only", name)),
            ]
        )
    return [[item.clause, item.case, item.outcome.value] for item in read_run(out).findings]


def main() -> None:
    os.environ[SIGN] = "1"
    answers = sys.stdout
    with TemporaryDirectory() as name, Path(os.devnull).open("w", encoding="utf-8") as quiet:
        for number, job in enumerate(json.loads(sys.stdin.read())):
            sys.stdout = quiet
            found = findings(job, Path(name), number)
            sys.stdout = answers
            print(json.dumps({**job, "findings": found}), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
