"""A login that is ended from outside leaves nothing listening, and the terminal as it was."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import pytest
from login_browser import free_port, listens, live_file

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.mock.server import RunningMock

LINE = (sys.executable, "-P", "-m", "conformance.cli", "login", "--no-browser", "--store", "file")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and terminals of POSIX")


def start(target: Path, **more: int) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own command
        [*LINE, "--target", str(target)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_STATE_HOME": str(target.parent / "state")},
        start_new_session=True,
        **more,
    )


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 3), (signal.SIGTERM, 3), (signal.SIGKILL, -9)]
)
def test_nothing_listens_once_a_login_is_killed(
    mock: RunningMock, tmp_path: Path, number: int, code: int
) -> None:
    port = free_port()
    client = {"redirect_uri": f"http://localhost:{port}/callback"}
    with start(live_file(mock, tmp_path, client=client), stdin=subprocess.DEVNULL) as login:
        assert login.stdout
        assert "Open:" in login.stdout.readline()
        assert listens(port)
        login.send_signal(number)
        try:
            assert login.wait(10) == code
        finally:
            login.kill()
    assert not listens(port)
    assert not listens(port, "::1")
    assert [path for path in tmp_path.rglob("*.json") if path.is_file()] == []


def test_a_terminal_shows_again_what_is_typed(mock: RunningMock, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    client = {"redirect_uri": "https://app.example.com/callback"}
    with start(live_file(mock, tmp_path, client=client), stdin=theirs) as login:
        assert login.stderr
        shown = ""
        while not shown.endswith("(it is not shown): "):
            shown += login.stderr.read(1)
        while termios.tcgetattr(theirs)[3] & termios.ECHO:
            assert login.poll() is None
        login.send_signal(signal.SIGTERM)
        assert login.wait(10) == 3
    assert termios.tcgetattr(theirs)[3] & termios.ECHO
    os.close(ours)
    os.close(theirs)
