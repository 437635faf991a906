"""`flexcheck report`: makes a report again from a run log. Imports runlog and the formats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.cli import HELP
from conformance.runlog import read_run
from reports import allure, several
from reports.evidence.attestations import read_attestations
from reports.formats import FORMATS
from reports.locate import RunError, find_log, find_run, reading

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RunError", "find_log", "report"]


#: A folder of files, where the others are one file.
_ALLURE = "allure"
_NAMES = (*FORMATS, _ALLURE)


@click.command(
    context_settings=HELP,
    epilog="Example:  flexcheck report latest --format html --out report.html",
    short_help="Make a report again from a run.",
)
@click.argument("run", metavar="RUN")
@click.option(
    "--format",
    "name",
    type=click.Choice(_NAMES),
    default="html",
    show_default=True,
    metavar="NAME",
    help=f"Which report: {', '.join(_NAMES)}.",
)
@click.option(
    "--out",
    "--output",
    "output",
    metavar="FILE|-",
    default="",
    help="Where to write it; - is standard output, allure needs a folder.  "
    "[default: its place in the run directory]",
)
@click.option(
    "--attestations",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Show these statements on manual clauses too (html, trace, traceability).",
)
def report(run: str, name: str, output: str, attestations: Path | None) -> None:
    """Make a report of RUN again, from its log alone.

    RUN is a run directory (of one target or of several), a run.ndjson, or "latest" (the newest
    under ./runs). The report is the same, byte for byte, as the one written when the run ended.
    """
    if name == _ALLURE:
        for made in _allure(run, output):
            click.echo(made)
        return
    filename, content, folder = _made(run, name, attestations)
    if output == "-":
        click.echo(content, nl=False)
        return
    path = Path(output) if output else folder / filename
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _unwritten(path, error) from error
    click.echo(path)


def _unwritten(path: Path, error: OSError) -> RunError:
    return RunError(
        f"the report could not be written: {path}: {error.strerror}. "
        "Give another file with --out, or - for standard output."
    )


def _allure(run: str, output: str) -> Iterator[Path]:
    """Write Allure results of a run, or of several: each by its log, all into a folder given."""
    if output == "-":
        raise RunError("Allure results are a folder of files. Name one with --out.")
    for files, folder in _allure_files(find_run(run), output):
        try:
            allure.write_files(files, folder)
        except OSError as error:
            raise _unwritten(folder, error) from error
        yield folder


def _allure_files(found: Path, output: str) -> Iterator[tuple[Iterator[tuple[str, bytes]], Path]]:
    """Yield the files of each folder, and the folder."""
    if not (found / several.INDEX).is_file():
        log = find_log(str(found))
        own = Path(output) if output else log.parent / allure.FOLDER
        yield allure.files_of(reading(read_run, log)), own
        return
    group = reading(several.read_group, found)
    if output:
        yield several.allure_files(group), Path(output)
        return
    for member in group.members:
        if member.run:
            yield allure.files_of(member.run), found / member.folder / allure.FOLDER


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
