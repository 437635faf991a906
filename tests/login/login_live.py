"""Whole runs on a live target, each in a process of its own, without anything to read from."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from conformance.runlog import Run, read_run

if TYPE_CHECKING:
    from pathlib import Path


def run(target: Path, *arguments: str, **more: str) -> tuple[int, Run, str]:
    out = target.parent / "out"
    line = [sys.executable, "-P", "-m", "conformance.cli", "run", "--target", str(target)]
    done = subprocess.run(  # noqa: S603 - our own command
        [*line, "--out", str(out), *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "XDG_STATE_HOME": str(target.parent / "state"), **more},
    )
    return done.returncode, read_run(out), done.stdout + done.stderr
