"""`flexcheck doctor`: examines a target before a run. May import doctor and click."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, NoReturn

import click
import orjson

from conformance.cli import HELP
from conformance.contract import load_contract
from conformance.doctor import Examination, Severity, examine
from conformance.plugin.addressing import reach
from conformance.plugin.applicability import unknown_selections
from conformance.rehearsal import RehearsalFailed
from conformance.target import TargetError
from conformance.verdict import BUG, USAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.doctor import Note
    from conformance.doctor.judged import Outlook

WIDTH = 80
EXAMPLES = """\b
Examples:
  flexcheck doctor --target sandbox.toml
  flexcheck doctor --target sandbox.toml --no-rehearsal --json
"""
_INDENT = " " * 8


@click.command(context_settings=HELP, epilog=EXAMPLES)
@click.option(
    "--target",
    "argument",
    default="",
    metavar="FILE|mock[:DEPLOYMENT[:ENVIRONMENT]]",
    help="What to examine; the embedded mock without it.",
)
@click.option("--only", multiple=True, metavar="CLAUSE|AREA", help="Of which clauses (repeatable).")
@click.option("--no-rehearsal", is_flag=True, help="Do not tell which clauses will be judged.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def doctor(*, argument: str, only: tuple[str, ...], no_rehearsal: bool, as_json: bool) -> None:
    """Examine a target before a run: file, credentials, network, discovery, clauses.

    It sends a few requests without credentials, and one that refreshes where a login kept
    a token: what it is good for is told, and it stays good. Which clauses will be judged is told
    by a rehearsal on the embedded mock. Exit code 2: the target file is at fault. 3: the network or
    the token is, or a run would be inconclusive.
    """
    if problems := unknown_selections(only, load_contract().clauses):
        _stop("\n".join(problems), USAGE)
    try:
        with reach(argument) as target:
            found = examine(target, only, rehearsing=not no_rehearsal)
    except TargetError as error:
        _stop(str(error), USAGE)
    except RehearsalFailed as error:
        _stop(f"the rehearsal did not run: {error}", BUG)
    if as_json:
        click.echo(orjson.dumps(found.to_json(), option=orjson.OPT_INDENT_2))
    else:
        click.echo("\n".join(_lines(found)))
    raise SystemExit(found.exit_code)


def _stop(why: str, code: int) -> NoReturn:
    click.echo(f"flexcheck: {why}", err=True)
    raise SystemExit(code)


def _lines(found: Examination) -> Iterator[str]:
    yield found.target.name
    yield from _wrapped("", str(found.target.path))
    yield ""
    for note in found.notes:
        yield from _note(note)
    if found.outlook:
        yield ""
        yield from _outlook(found.outlook)
    yield ""
    yield from _wrapped("", _verdict(found))


def _note(note: Note) -> Iterator[str]:
    yield from _wrapped(f"{note.severity.value:8}", f"{note.topic}: {note.said}")
    if note.fix:
        yield from _wrapped(f"{_INDENT}-> ", note.fix, " " * 11)


def _outlook(found: Outlook) -> Iterator[str]:
    yield "What a run will judge (rehearsed on the mock: where the target has the data)"
    yield f"  {'area':10}{'judged':>8}{'skipped':>9}{'n/a':>6}"
    for area in found.areas:
        yield f"  {area.name:10}{area.judged:8}{area.skipped:9}{area.not_applicable:6}"
    for what, reasons in (
        ("skipped", found.skipped),
        ("not applicable", found.not_applicable),
        ("not tested by any run", found.untested),
    ):
        if reasons:
            yield f"  {what}:"
        for why, number in reasons:
            yield from _wrapped(f"{number:6}  ", why)


def _verdict(found: Examination) -> str:
    counted = {
        kind: sum(note.severity is kind for note in found.notes)
        for kind in (Severity.CONFIGURATION, Severity.ENVIRONMENT, Severity.HINT)
    }
    said = ", ".join(f"{number} {kind.value}" for kind, number in counted.items() if number)
    short = found.outlook.inconclusive if found.outlook else ()
    floor = f" A run would be inconclusive: {'; '.join(short)}." if short else ""
    return f"{said or 'All is well'}.{floor} Exit code {found.exit_code}."


def _wrapped(first: str, text: str, rest: str = _INDENT) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest if first else "",
        break_on_hyphens=False,
    )
