"""No secret of a login is left in files or output, however a run fails and however much it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("where", "outcome"), [("silent", "ConnectError"), ("refused", "no longer good")]
)
def test_no_secret_is_left_anywhere(tmp_path: Path, where: str, outcome: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(HERE / "login_canary_run.py"), str(tmp_path), where],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")},
    )
    printed, _, told = done.stdout.rstrip().rpartition("\n")
    secrets = json.loads(told)
    assert len(secrets) > 4
    forms = {
        form for value in secrets for form in (value, quote(value, safe=""), quote_plus(value))
    }
    files = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert {"run.ndjson", "report.html", "junit.xml"} <= {path.name for path in files}
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in files}
    texts[Path("printed")] = printed + done.stderr
    assert outcome in printed
    assert "kept       = Kept(patient" in printed or where == "refused"  # locals were shown
    leaks = [
        (path.name, form[:4]) for path, text in texts.items() for form in forms if form in text
    ]
    assert leaks == []
