"""`flexcheck mock --future` and `flexcheck run --target` its file: what is future is judged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from conformance.contract import load_contract
from conformance.runlog import read_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.runlog import Run

ROOT = Path(__file__).parents[2]
PATIENCE = 180
CONTRACT = load_contract()
#: Future in this document, and tested.
FUTURE = {
    clause.id
    for clause in CONTRACT.clauses
    if clause.not_tested is None
    and "tooele" in clause.deployments
    and clause.applies_when.undeclared("tooele", ())
}
CHOSEN = ("PA-COND", "PA-ENC", "PA-IMM", "PA-USPAT", "PA-IG", "SCOPE-PATIENT")
#: What the data cannot show: its codes tell no system, its encounters not all that is must-support.
NOT_SHOWN = {"PA-IMM-TOKEN-SYSTEM", "PA-ENC-MUST-SUPPORT"}


@pytest.fixture(scope="module")
def target() -> Iterator[Path]:
    """Serve a future mock by the command, and yield the target file that it announces."""
    code = "from conformance.cli.mock import mock; mock()"
    command = [sys.executable, "-c", code, "--future", "--practitioners", "20"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout
        yield Path(orjson.loads(process.stdout.readline())["target_file"])
        process.terminate()
        process.communicate(timeout=PATIENCE)


def flexcheck(target: Path, out: Path, *chosen: str) -> Run:
    only = [part for name in chosen for part in ("--only", name)]
    command = [sys.executable, "-m", "conformance.cli", "run", "--target", str(target)]
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, "--out", str(out), *only],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return read_run(out)


def outcomes(run: Run) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for finding in run.findings:
        found.setdefault(finding.clause, set()).add(finding.outcome.value)
    return found


def test_every_future_clause_is_judged_where_it_is_declared(target: Path, tmp_path: Path) -> None:
    found = outcomes(flexcheck(target, tmp_path / "run", *CHOSEN))
    assert found.keys() >= FUTURE
    left = {clause for clause in FUTURE if "pass" not in found[clause]}
    assert left == NOT_SHOWN
    assert not {"fail", "warning", "error"} & set().union(*found.values())


def test_none_is_judged_where_it_is_not_declared(target: Path, tmp_path: Path) -> None:
    text = target.read_text("utf-8")
    told, _, _ = text.partition("[future]")
    plain = target.with_name("plain.toml")
    plain.write_text(told + "[limits]\nrequests_per_second = 0\n" * ("[limits]" not in told))
    # The metadata is judged beside it: a run that judges nothing is inconclusive.
    found = outcomes(flexcheck(plain, tmp_path / "run", "PA-COND", "PA-USPAT", "PA-METADATA"))
    future = FUTURE & found.keys()
    assert len(future) > 40
    assert {frozenset(found[clause]) for clause in future} == {frozenset({"not-applicable"})}
