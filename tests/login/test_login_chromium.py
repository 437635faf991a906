"""A real browser: headless Chromium logs in, a token is kept, and a run uses it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from chromium import CHROMIUM, tab
from login_browser import listens, live_file

from conformance.auth.token_store import FileStore
from conformance.runlog import read_run

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.mock.server import RunningMock

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")
FLEXCHECK = (sys.executable, "-P", "-m", "conformance.cli")
LOG_IN = """
document.querySelector("[name=username]").value = "member1";
document.querySelector("[name=password]").value = "any";
document.querySelector("#login button").click();
"""
ALLOW = 'document.querySelector("#consent button[value=allow]").click();'


def test_a_login_in_chromium_ends_with_a_run_that_uses_the_token(
    loopback_mock: tuple[RunningMock, int], tmp_path: Path
) -> None:
    mock, port = loopback_mock
    target = live_file(mock, tmp_path, login={"store_file": "kept.json"})
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    with (
        subprocess.Popen(  # noqa: S603 - our own command
            [*FLEXCHECK, "login", "--target", str(target), "--no-browser", "--timeout", "60"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        ) as login,
        tab(tmp_path / "profile") as page,
    ):
        assert login.stdout
        url = [login.stdout.readline().strip() for _ in range(3)][-1]
        page.go(url)
        page.click(LOG_IN)
        page.click(ALLOW)
        assert page.run("document.querySelector('h1').textContent") == "You are logged in"
        # The code has left the address bar: the page's script ran under its own policy.
        assert page.run("location.href") == mock.redirect_uri
        assert login.wait(20) == 0
    assert not listens(port)
    kept = FileStore(tmp_path / "kept.json").read()
    assert kept
    assert kept.patient
    out = tmp_path / "run"
    run = subprocess.run(  # noqa: S603 - our own command
        [*FLEXCHECK, "run", "--target", str(target), "--out", str(out), "--only", "PA-PAT"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert run.returncode == 0, run.stdout
    judged = [item for item in read_run(out).findings if item.outcome.value == "pass"]
    assert len(judged) > 10
    texts = [path.read_text(errors="replace") for path in out.rglob("*") if path.is_file()]
    assert not any(kept.refresh in text for text in [*texts, run.stdout, run.stderr])
