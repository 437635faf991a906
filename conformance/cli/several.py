"""Several targets in one run: a run directory each, and one verdict over all. May import verdict.

The four UnitedHealthcare payers stand behind one app; a sandbox is released beside its production.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from conformance.verdict import gravest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

#: Names the runs of a directory, in the order of the command line.
INDEX = "targets.json"
SCHEMA = "flexcheck-targets/1"
#: Another room's function of the directory, which writes and prints what all runs come to.
OVERVIEW = "flexcheck.overview"


def run_each(targets: Sequence[str], options: Sequence[str], out: Path) -> int:
    """Run every target in a process of its own and return the exit code of all together.

    Args:
        targets: values of `--target`.
        options: every other argument of `flexcheck run`, `--out` left out.
        out: the directory that gets a folder for each target, and `targets.json`.
    """
    out.mkdir(parents=True, exist_ok=True)
    runs: list[dict[str, str | int]] = []
    interrupted = False
    for folder, target in zip(folders(targets), targets, strict=True):
        code: int | None = None
        if not interrupted:
            click.echo(f"Target {len(runs) + 1} of {len(targets)}: {target}\n")
            code, interrupted = _run(["--target", target, "--out", str(out / folder), *options])
        # A target that was not come to is one without a verdict, never left out.
        runs.append({"argument": target, "folder": folder, "exit_code": gravest([code])})
        index = {"schema": SCHEMA, "targets": runs}
        (out / INDEX).write_bytes(orjson.dumps(index, option=orjson.OPT_INDENT_2))
    for point in entry_points(group=OVERVIEW):
        point.load()(out)
    return gravest(int(run["exit_code"]) for run in runs)


def folders(targets: Sequence[str]) -> list[str]:
    """Name a folder for each target: what tells it from the others, as far as a path allows.

    >>> folders(["mock", "mock:uhc", "a/sandbox.toml", "b/sandbox.toml"])
    ['1-mock', '2-mock-uhc', '3-sandbox', '4-sandbox']
    """
    stems = (Path(target).stem if target.endswith(".toml") else target for target in targets)
    plain = (re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-") for stem in stems)
    return [f"{number}-{stem or 'target'}" for number, stem in enumerate(plain, start=1)]


def _run(arguments: list[str]) -> tuple[int, bool]:
    """Return a run's exit code, and whether the user wants no further one."""
    # -P: a folder named `conformance` where the user stands is not ours.
    command = [sys.executable, "-P", "-m", "conformance.cli", "run", *arguments]
    # In a session of its own it does not get the terminal's Ctrl-C beside what is passed on.
    with subprocess.Popen(command, start_new_session=True) as process:  # noqa: S603 - ours
        with _passed_on(process) as stopped:
            code = process.wait()
        return code, bool(stopped)


@contextmanager
def _passed_on(process: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """Let an interrupted run end by itself: it keeps and reports what was judged."""
    stopped: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)
        if os.name == "posix":  # elsewhere the console has told the run itself
            process.send_signal(signal.SIGTERM)

    before = {kind: signal.signal(kind, stop) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
