"""From a RUN argument to the run or runs it means. Imports runlog and the group of several runs."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

import click

from conformance.runlog import read_run
from reports.several.group import INDEX, Group, read_group

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.runlog import Run

Read = TypeVar("Read")
_RUNS = Path("runs")


class RunError(click.ClickException):
    """A run or a file that cannot be used: what, where, what to do; exit code 2 (DESIGN, 5)."""

    exit_code = 2

    def show(self, file: IO[str] | None = None) -> None:
        """Print it as every flexcheck command does."""
        click.echo(f"flexcheck: {self.format_message()}", file=file, err=file is None)


def find_log(run: str) -> Path:
    """Return the run log that a RUN argument means; `RunError` says what is wrong with it."""
    path = find_run(run)
    log = path / "run.ndjson" if path.is_dir() else path
    if not log.is_file():
        raise RunError(
            f"no run log: {log} does not exist. "
            "Give a run directory (flexcheck run prints it), its run.ndjson, or latest."
        )
    return log


def find_run(run: str) -> Path:
    """Return what a RUN argument means: for `latest` the newest directory under ./runs."""
    return _latest(_RUNS).parent if run == "latest" else Path(run)


def load_run(run: str) -> Run:
    """Read the one run that a RUN argument means.

    Raises:
        RunError: there is none, or it holds several.
    """
    path = find_run(run)
    if (path / INDEX).is_file():
        names = ", ".join(member.folder for member in reading(read_group, path).members)
        raise RunError(f"{path} holds the runs of several targets. Name one of them: {names}.")
    return reading(read_run, find_log(str(path)))


def load_group(run: str) -> Group | None:
    """Read the runs of several targets, None where RUN means a single one."""
    path = find_run(run)
    return reading(read_group, path) if (path / INDEX).is_file() else None


def reading(read: Callable[[Path], Read], path: Path) -> Read:
    """Return what `read` makes of a path; `RunError` where it is no run."""
    try:
        return read(path)
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"not a run log of flexcheck: {error}. "
            "Give the run.ndjson that flexcheck run wrote, unchanged."
        ) from error
    except OSError as error:
        raise RunError(
            f"{path} cannot be read: {error.strerror}. Check its permissions."
        ) from error


def _latest(runs: Path) -> Path:
    found = (*runs.glob("*/run.ndjson"), *runs.glob(f"*/{INDEX}"))
    logs = sorted(found, key=lambda log: (log.stat().st_mtime_ns, log))
    if not logs:
        raise RunError(
            f"no run found: {runs.absolute()} holds none. "
            "Make one with flexcheck run, or name a run directory."
        )
    return logs[-1]
