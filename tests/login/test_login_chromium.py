"""A real browser: headless Chromium logs in, a token is kept, and a run uses it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest
from chromium import CHROMIUM, tab
from login_browser import free_port, listens, live_file

from conformance.auth.token_store import FileStore, Kept
from conformance.mock.auth.clients import WEB_CALLBACK
from conformance.mock.server import start_mock
from conformance.runlog import Run, read_run

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


def logged_in(mock: RunningMock, target: Path, environment: dict[str, str]) -> None:
    """Drive `flexcheck login` and a browser of its own to the end."""
    with (
        subprocess.Popen(  # noqa: S603 - our own command
            [*FLEXCHECK, "login", "--target", str(target), "--no-browser", "--timeout", "60"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        ) as login,
        tab(target.parent / "profile") as page,
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


def judged(
    target: Path, environment: dict[str, str], *only: str
) -> tuple[subprocess.CompletedProcess[str], Run]:
    """Run on the token that was kept."""
    out = target.parent / "run"
    done = subprocess.run(  # noqa: S603 - our own command
        [*FLEXCHECK, "run", "--target", str(target), "--out", str(out), *only],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    return done, read_run(out)


def kept_beside(target: Path) -> Kept:
    kept = FileStore(target.parent / "kept.json").read()
    assert kept
    return kept


def test_a_login_in_chromium_ends_with_a_run_that_uses_the_token(
    loopback_mock: tuple[RunningMock, int], tmp_path: Path
) -> None:
    mock, port = loopback_mock
    target = live_file(mock, tmp_path, login={"store_file": "kept.json"})
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    logged_in(mock, target, environment)
    assert not listens(port)
    kept = kept_beside(target)
    assert kept.patient
    done, run = judged(target, environment, "--only", "PA-PAT")
    assert done.returncode == 0, done.stdout
    assert len([item for item in run.findings if item.outcome.value == "pass"]) > 10
    texts = [
        path.read_text(errors="replace") for path in (tmp_path / "run").rglob("*") if path.is_file()
    ]
    assert not any(kept.refresh in text for text in [*texts, done.stdout, done.stderr])


def test_what_the_uhc_guide_describes_ends_in_a_whole_run_that_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    callback = f"http://localhost:{port}/api/auth/smart/callback"
    monkeypatch.setitem(WEB_CALLBACK, "sandbox", callback)
    with start_mock(deployment="uhc", practitioners=5) as mock:
        scopes = tomllib.loads(mock.target_file.read_text())["client"]["scopes"]
        target = live_file(
            mock, tmp_path, login={"store_file": "kept.json"}, client={"scopes": scopes}
        )
        environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
        logged_in(mock, target, environment)
        before = kept_beside(target)
        done, run = judged(target, environment)
    assert done.returncode == 0, done.stdout
    areas = {
        item.clause.split("-")[0]
        for item in run.findings
        if item.outcome.value in {"pass", "warning"}
    }
    assert areas == {"AUTH", "TOKEN", "SCOPE", "REFRESH", "USE", "PA"}
    assert kept_beside(target) == before
