"""`flexcheck validate`: FHIR resources in files, folders or on stdin. Imports the validator."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from profiles.outputs import FORMATS, Summary, Verdict, format_of
from profiles.packages import PackageError, load_default_packages
from profiles.sources import STDIN, Text, texts
from profiles.validator.engine import Validator
from profiles.validator.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Exit codes (DESIGN, section 5).
INVALID, USAGE = 1, 2
#: How many resources a worker is handed at once.
CHUNK = 64

_validator: Validator | None = None


class _Refused(click.ClickException):
    """An input or package that cannot be had: what, where, what to do."""

    exit_code = USAGE

    def show(self, file: IO[str] | None = None) -> None:
        """Print it as every flexcheck command does."""
        click.echo(f"flexcheck: {self.format_message()}", file=file, err=file is None)


@click.command(
    context_settings={"help_option_names": ["-h", "--help"]},
    short_help="Validate FHIR resources against profiles.",
    epilog="Example:  flexcheck validate --package hl7.fhir.us.core#3.1.1 --output ndjson export/",
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--package",
    "packages",
    multiple=True,
    metavar="ID#VERSION|FILE|FOLDER",
    help="Validate against this, in place of the guide of its id.",
)
@click.option(
    "--profile", "profiles", multiple=True, metavar="URL", help="Asked of every resource."
)
@click.option("--output", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, metavar="N")
@click.option("--errors-only", is_flag=True, help="Leave warnings and information out of the text.")
@click.option("--no-known-defects", is_flag=True, help="Judge by the guides as published.")
def validate(  # noqa: PLR0913 - its options
    paths: tuple[str, ...],
    packages: tuple[str, ...],
    profiles: tuple[str, ...],
    output: str,
    workers: int,
    *,
    errors_only: bool,
    no_known_defects: bool,
) -> None:
    """Validate FHIR R4 resources: .json, .ndjson, folders of them, - for stdin.

    Each is judged by its type, the profiles it claims and those of --profile, with the contract's
    packages; a --package replaces the guide of its id. Exit code 1 where one is invalid.
    """
    for path in paths:
        if path != STDIN and not Path(path).exists():
            raise _Refused(f"{path} is not there. Give files, folders, or - for stdin.")
    made = partial(_make, packages, profiles, known_defects=not no_known_defects)
    write = format_of(output, errors_only=errors_only)
    summary = Summary(Counter(), Counter())
    with _refusing():
        for verdict in _verdicts(texts(paths), made, workers):
            summary.add(verdict)
            for line in write.lines(verdict):
                click.echo(line)
    if not summary.resources:
        raise _Refused(f"no resource in {', '.join(paths)}. Give .json or .ndjson files.")
    for line in write.last(summary):
        click.echo(line)
    if summary.counts["invalid"]:
        sys.exit(INVALID)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (PackageError, OSError) as error:
        raise _Refused(str(error)) from error


def _verdicts(sources: Iterable[Text], made: partial[None], workers: int) -> Iterator[Verdict]:
    """The verdict of each text, in the order of the input."""
    made()  # what is wrong with the packages is said here, not in a worker
    if workers == 1:
        yield from map(_judge, sources)
        return
    with get_context("spawn").Pool(workers, initializer=made) as pool:
        yield from pool.imap(_judge, sources, chunksize=CHUNK)


def _make(packages: tuple[str, ...], profiles: tuple[str, ...], *, known_defects: bool) -> None:
    """Make this process's validator."""
    global _validator  # noqa: PLW0603 - one a process, as multiprocessing hands functions over
    found = load_default_packages(packages)
    _validator = Validator(found, profiles, known_defects=known_defects)


def _judge(text: Text) -> Verdict:
    if _validator is None:
        raise RuntimeError("the validator is made before it is used")
    resource, unread = read(text.data)
    if isinstance(resource, dict) and not unread:
        report = _validator.validate(resource)
    else:
        report = _validator.validate(text.data)
    return Verdict(text, resource if isinstance(resource, dict) else {}, report)
