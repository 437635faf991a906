"""`flexcheck report`: makes a report again from a run log. Imports runlog and the formats."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.cli import HELP
from conformance.runlog import read_run
from reports import several
from reports.evidence.attestations import read_attestations
from reports.formats import FORMATS
from reports.locate import RunError, find_log, find_run, reading

__all__ = ["RunError", "find_log", "report"]


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
    metavar="NAME",
    help=f"Which report: {', '.join(FORMATS)}.",
)
@click.option(
    "--output",
    "output",
    metavar="FILE|-",
    default="",
    help="Where to write it; - is standard output.  [default: its file in the run directory]",
)
@click.option(
    "--attestations",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Show these statements on manual clauses too (html, traceability).",
)
def report(run: str, name: str, output: str, attestations: Path | None) -> None:
    """Make a report of RUN again, from its log alone.

    RUN is a run directory (of one target or of several), a run.ndjson, or "latest" (the newest
    under ./runs). The report is the same, byte for byte, as the one written when the run ended.
    """
    filename, content, folder = _made(run, name, attestations)
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


def _made(run: str, name: str, attestations: Path | None) -> tuple[str, bytes, Path]:
    """Return a report's file name, its bytes, and the directory of the run or runs it is of."""
    path = find_run(run)
    if (path / several.INDEX).is_file():
        if attestations:
            raise RunError("statements are on one target's run. Name the run of that target.")
        filename, _ = several.FORMATS[name]
        return filename, several.content(reading(several.read_group, path), name), path
    log, kind = find_log(str(path)), FORMATS[name]
    made = reading(read_run, log)
    stated = read_attestations(attestations, made)[1] if attestations else ()
    return kind.filename, kind.content(made, stated), log.parent
