"""A log with pseudonyms is judged again to the same verdicts, or they are said to be open."""

from __future__ import annotations

import subprocess
import sys

import pytest

from conformance.runlog import parse_run
from reports.evidence.rejudging import Rejudged, rejudge

ONLY = ("PA-PAT-READ", "PA-COV-READ", "PA-COV-SEARCH", "DIR-LOC-READ", "DIR-METADATA")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    out = tmp_path_factory.mktemp("rejudged") / "run"
    asked = [f"--only={word}" for word in ONLY]
    subprocess.run(  # noqa: S603 - our own command
        [
            *(sys.executable, "-m", "conformance.cli", "run", "--out", str(out)),
            *("--target", "mock:tooele:production", *asked),
        ],
        capture_output=True,
        check=True,
        timeout=200,
    )
    return (out / "run.ndjson").read_bytes()


@pytest.fixture(scope="module")
def again(log: bytes) -> Rejudged:
    return rejudge(log)


def test_no_finding_has_another_verdict(log: bytes, again: Rejudged) -> None:
    assert parse_run(log).header["evidence"] == {"bodies": "pseudonyms"}
    assert (again.failure, again.differing) == ("", ())


def test_findings_on_members_are_said_to_rest_on_pseudonyms(again: Rejudged) -> None:
    assert {name.partition("-")[0] for name in again.same} == {"DIR"}
    assert {"PA-PAT-READ", "PA-COV-READ"} <= set(again.in_part)
    assert len(again.in_part) > 3 * len(again.open)


def test_a_finding_on_pseudonyms_is_not_called_the_same(log: bytes, again: Rejudged) -> None:
    """Whatever is judged on members, the three lists hold all of it between them."""
    found = {finding.clause for finding in parse_run(log).findings}
    assert found == {*again.same, *again.in_part, *(entry.clause for entry in again.open)}


def test_an_answer_changed_in_a_log_with_pseudonyms_is_open_and_never_the_same(log: bytes) -> None:
    spoilt = log.replace(b'\\"resourceType\\":\\"Coverage\\"', b'\\"resourceType\\":\\"Device\\"')
    assert spoilt != log
    changed = rejudge(spoilt)
    assert "PA-COV-READ" in {entry.clause for entry in (*changed.open, *changed.differing)}
