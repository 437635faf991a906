"""Another member's rows are asked for in every way, and each way tells its own leak."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from conformance.mock.server import start_mock
from conformance.runlog import read_run

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.runlog import Run

KINDS = ("PA-PAT", "PA-EOB", "PA-COV")
WAYS = {"read", "search", "vread", "include", "versioned reference", "compartment"}
#: Which findings of which defect do not hold. In production the other member logs in.
LEAKS = {
    "coverage-other-member-version": {("COV", "vread"), ("COV", "versioned reference")},
    "eob-include-opens-other-members": {("EOB", "include"), ("PAT", "include")},
    "eob-list-opens-other-members": {("EOB", "search")},
    # Claims name versions of the Patient, too.
    "patient-other-member-readable": {
        ("PAT", way) for way in ("read", "vread", "versioned reference")
    },
}


def run_of(folder: Path, *clauses: str, **server: Any) -> Run:
    """Judge clauses on a mock, in a process of its own."""
    with start_mock(practitioners=5, **server) as mock:
        line = [
            sys.executable,
            "-P",
            "-m",
            "conformance.cli",
            "run",
            "--target",
            str(mock.target_file),
        ]
        only = [part for clause in clauses for part in ("--only", clause)]
        subprocess.run(  # noqa: S603 - our own command
            [*line, "--out", str(folder / "out"), *only],
            check=False,
            capture_output=True,
            env={**os.environ, "XDG_STATE_HOME": str(folder)},
        )
    return read_run(folder / "out")


def judged(defect: str, folder: Path) -> dict[tuple[str, str], str]:
    """Return the outcome of each type and way."""
    defects = [defect] if defect else []
    clauses = [f"{kind}-OTHER-MEMBER" for kind in KINDS]
    found = run_of(folder, *clauses, environment="production", defects=defects).findings
    return {(item.clause.split("-")[1], item.case): item.outcome.value for item in found}


def test_an_honest_server_hides_them_in_every_way(tmp_path: Path) -> None:
    outcomes = judged("", tmp_path)
    assert {way for _, way in outcomes} == {*WAYS, ""}
    assert set(outcomes.values()) == {"pass"}
    assert len(outcomes) == len(KINDS) * 7


@pytest.mark.parametrize("defect", LEAKS)
def test_a_leak_shows_in_its_way(defect: str, tmp_path: Path) -> None:
    outcomes = judged(defect, tmp_path)
    failed = {key for key, outcome in outcomes.items() if outcome == "fail"}
    assert failed == LEAKS[defect]


@pytest.mark.parametrize(("deployment", "asks"), [("uhc", False), ("tooele", True)])
def test_the_media_type_of_versions_is_judged_where_they_are_documented(
    deployment: str,
    asks: bool,  # noqa: FBT001 - a row
    tmp_path: Path,
) -> None:
    clauses = ("PA-COV-CONTENT-TYPE", "PA-PAT-CONTENT-TYPE")
    found = run_of(tmp_path, *clauses, deployment=deployment, environment="production")
    assert {item.outcome.value for item in found.findings} == {"pass"}
    urls = [item.request.url for item in found.exchanges.values()]
    assert any("/_history/" in url for url in urls) is asks
