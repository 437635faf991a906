"""`flexcheck report`: makes a report again from a run log. Imports runlog and the formats."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

import click

from conformance.cli import HELP
from conformance.runlog import read_run
from reports import several
from reports.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

Read = TypeVar("Read")
_RUNS = Path("runs")


class RunError(click.ClickException):
    """A run that cannot be read: what, where, what to do; exit code 2 (DESIGN, section 5)."""

    exit_code = 2

    def show(self, file: IO[str] | None = None) -> None:
        """Print it as every flexcheck command does."""
        click.echo(f"flexcheck: {self.format_message()}", file=file, err=file is None)


@click.command(
    context_settings=HELP,
    epilog="Example:  flexcheck report latest --format html --output report.html",
    short_help="Make a report again from a run.",
)
@click.argument("run", metavar="RUN")
@click.option(
    "--format",
    "name",
    type=click.Choice(tuple(FORMATS)),
    default="html",
    show_default=True,
    help="Which report.",
)
@click.option(
    "--output",
    "output",
    metavar="FILE|-",
    default="",
    help="Where to write it; - is standard output.  [default: its file in the run directory]",
)
def report(run: str, name: str, output: str) -> None:
    """Make a report of RUN again, from its log alone.

    RUN is a run directory (of one target or of several), a run.ndjson, or "latest" (the newest
    under ./runs). The report is the same, byte for byte, as the one written when the run ended.
    """
    filename, content, folder = _made(run, name)
    if output == "-":
        click.echo(content, nl=False)
        return
    path = Path(output) if output else folder / filename
    try:
        path.write_bytes(content)
    except OSError as error:
        raise RunError(
            f"the report could not be written: {path}: {error.strerror}. "
            "Give another file with --output, or - for standard output."
        ) from error
    click.echo(path)


def _made(run: str, name: str) -> tuple[str, bytes, Path]:
    """Return a report's file name, its bytes, and the directory of the run or runs it is of."""
    path = _latest(_RUNS).parent if run == "latest" else Path(run)
    if (path / several.INDEX).is_file():
        filename, _ = several.FORMATS[name]
        return filename, several.content(_reading(several.read_group, path), name), path
    log, kind = find_log(str(path)), FORMATS[name]
    return kind.filename, kind.content(_reading(read_run, log)), log.parent


def find_log(run: str) -> Path:
    """Return the run log that a RUN argument means; `RunError` says what is wrong with it."""
    if run == "latest":
        return _latest(_RUNS)
    path = Path(run)
    log = path / "run.ndjson" if path.is_dir() else path
    if not log.is_file():
        raise RunError(
            f"no run log: {log} does not exist. "
            "Give a run directory (flexcheck run prints it), its run.ndjson, or latest."
        )
    return log


def _latest(runs: Path) -> Path:
    found = (*runs.glob("*/run.ndjson"), *runs.glob(f"*/{several.INDEX}"))
    logs = sorted(found, key=lambda log: (log.stat().st_mtime_ns, log))
    if not logs:
        raise RunError(
            f"no run found: {runs.absolute()} holds none. "
            "Make one with flexcheck run, or name a run directory."
        )
    return logs[-1]


def _reading(read: Callable[[Path], Read], path: Path) -> Read:
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
