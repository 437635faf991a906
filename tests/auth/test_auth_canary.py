"""No secret that went over the wire stands in any file of a run, or in what the run prints."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from conformance.runlog import Run, read_run

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, list[str]]:
    """A run with every report: its folder, what it printed, and the secrets of its mock."""
    out = tmp_path_factory.mktemp("canary") / "run"
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(HERE / "canary_run.py"), str(out)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    printed, _, secrets = done.stdout.rstrip().rpartition("\n")
    return out, printed + done.stderr, json.loads(secrets)


@pytest.fixture(scope="module")
def run(ended: tuple[Path, str, list[str]]) -> Run:
    return read_run(ended[0])


def test_no_secret_is_left_anywhere(ended: tuple[Path, str, list[str]]) -> None:
    out, printed, secrets = ended
    assert len(secrets) > 100
    forms = {
        form for value in secrets for form in (value, quote(value, safe=""), quote_plus(value))
    }
    files = [path for path in out.rglob("*") if path.is_file()]
    assert {"run.ndjson", "report.html", "junit.xml"} <= {path.name for path in files}
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in files}
    texts[Path("printed")] = printed
    leaks = [
        (path.name, form[:6]) for path, text in texts.items() for form in forms if form in text
    ]
    assert leaks == []


def test_a_good_server_holds_every_clause_that_is_judged(run: Run) -> None:
    wrong = [(f.clause, f.message) for f in run.findings if f.outcome.value in ("fail", "error")]
    assert wrong == []
    judged = [f for f in run.findings if f.outcome.value == "pass"]
    assert len(judged) > 700
    # A member is one Patient, so there is no second page; some rows refer to nothing; and the mock
    # does not hold all that profiles mark as must-support.
    skipped = {f.clause for f in run.findings if f.outcome.value == "skip"}
    assert {name for name in skipped if not name.endswith("-MUST-SUPPORT")} == {
        *("PA-PAT-PAGING-COMPLETE", "PA-PAT-REFERENCES-RESOLVE", "DIR-PRAC-REFERENCES-RESOLVE")
    }


def test_every_exchange_is_recorded_once_with_what_was_posted(run: Run) -> None:
    assert len(run.exchanges) == run.footer["requests"]
    posted = [item for item in run.exchanges.values() if item.request.method == "POST"]
    sent = (exchange.request.body or exchange.request.url for exchange in posted)
    assert all("=" in text or "{" in text for text in sent)
