"""A stopped run keeps what it judged, says that it is incomplete, and leaves nothing open."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from suite_runs import PATIENCE, Done, Place, command, only

from conformance.runlog import read_run

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="signals are sent to processes in the POSIX way"
)
#: Findings to wait for before a run is stopped.
ENOUGH = 5


def _interrupted(place: Place, number: signal.Signals, *arguments: str) -> Done:
    """Judge the embedded mock, and send a signal as soon as something was judged."""
    (place.root / "tmp").mkdir()
    chosen = only("DIR-LOC", "DIR-ORG")
    line = (command("flexcheck"), "run", "--out", str(place.out), *chosen, *arguments)
    process = place.start(*line, TMPDIR=str(place.root / "tmp"))
    try:
        _wait_for_findings(place, process)
        process.send_signal(number)
    except BaseException:
        process.kill()
        raise
    return place.finish(process)


def _wait_for_findings(place: Place, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the run ended before it could be stopped"
        with contextlib.suppress(FileNotFoundError, ValueError):
            if len(read_run(place.out).findings) >= ENOUGH:
                return
        time.sleep(0.02)
    pytest.fail("the run judged nothing in time")


@pytest.fixture(scope="module", params=["SIGINT", "SIGTERM", "SIGINT -n 2"])
def stopped(request: pytest.FixtureRequest, new_place: Callable[[], Place]) -> Done:
    name, *more = request.param.split()
    return _interrupted(new_place(), signal.Signals[name], *(["--", *more] if more else []))


def test_a_stopped_run_keeps_what_it_judged_and_has_no_footer(stopped: Done) -> None:
    assert len(stopped.run.findings) >= ENOUGH
    assert not stopped.run.complete
    assert {line["type"] for line in stopped.lines} == {"header", "clause", "exchange", "finding"}


def test_a_stopped_run_is_inconclusive(stopped: Done) -> None:
    assert stopped.code == 3
    assert {outcome for _, _, outcome in stopped.outcomes} == {"pass"}


def test_the_reports_of_a_stopped_run_say_that_it_is_incomplete(stopped: Done) -> None:
    assert "INCOMPLETE" in stopped.stdout
    summary = json.loads((stopped.out / "summary.json").read_text(encoding="utf-8"))
    assert summary["exit_code"] == 3
    assert sum(summary["outcomes"].values()) == len(stopped.run.findings)
    assert "incomplete" in (stopped.out / "report.html").read_text(encoding="utf-8").lower()
    assert (stopped.out / "junit.xml").exists()


def test_a_stopped_run_leaves_no_open_port_and_no_file_behind(stopped: Done) -> None:
    base = urlsplit(stopped.run.header["target"]["directory_base"])
    assert base.hostname is not None
    assert base.port is not None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((base.hostname, base.port), timeout=1)
    left = [path.name for path in (stopped.home.parent / "tmp").iterdir()]
    assert [name for name in left if name.startswith("flexcheck")] == []


def test_a_stopped_run_shows_no_traceback(stopped: Done) -> None:
    assert "Traceback" not in stopped.stdout + stopped.stderr


def test_a_killed_run_leaves_a_log_that_can_be_read(place: Place) -> None:
    done = _interrupted(place, signal.SIGKILL)
    assert done.code == -signal.SIGKILL
    assert len(done.run.findings) >= ENOUGH
    assert not done.run.complete


def test_a_run_stopped_before_it_began_is_inconclusive(place: Place) -> None:
    """A signal while everything is still being imported, as a pipeline's time-out may send."""
    started = place.root / "started"
    late = (
        "import os, signal, pathlib\n"
        "def pytest_configure(config):\n"
        f"    pathlib.Path({str(started)!r}).touch()\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    signal.pause()\n"
    )
    (place.cwd / "late.py").write_text(late)
    done = place.flexcheck("--", "-p", "late", PYTHONPATH=str(place.cwd))
    assert started.exists()
    assert done.code == 3
    assert "Traceback" not in done.stdout + done.stderr


def test_a_run_stopped_at_a_place_without_line_number_is_incomplete(place: Place) -> None:
    """Python 3.11 gives the tail of a comprehension none; pytest cannot show such a place."""
    stopper = (
        "def stop(): raise KeyboardInterrupt\n"
        "stop.__code__ = stop.__code__.replace(co_linetable=b'')\n"
        "seen = []\n"
        "def pytest_runtest_call(item):\n"
        "    seen.append(item)\n"
        f"    if len(seen) > {ENOUGH}: stop()\n"
    )
    (place.cwd / "stopper.py").write_text(stopper)
    done = place.flexcheck(*only("DIR-LOC"), "--", "-p", "stopper", PYTHONPATH=str(place.cwd))
    assert (done.code, done.run.complete) == (3, False)
    assert "INCOMPLETE" in done.stdout
    assert done.stderr == ""
