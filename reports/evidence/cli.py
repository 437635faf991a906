"""`flexcheck attest` and `flexcheck verify`. Imports the evidence archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from conformance.cli import HELP
from conformance.verdict import HOLDS, INCONCLUSIVE, NON_CONFORMANCE
from reports.evidence.archive import pack
from reports.evidence.attestations import read_attestations
from reports.evidence.contents import members_of
from reports.evidence.examining import Examined, examine
from reports.evidence.rejudging import Rejudged, rejudge
from reports.evidence.signing import make_key, read_key, read_public
from reports.locate import RunError, find_log, load_run
from reports.verdict import verdict_of
from reports.wording import counted, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.runlog import Run

#: What `attest` calls the archive, and the statements it looks for in the run directory.
ARCHIVE, STATEMENTS = "evidence.tar", "attestations.toml"
_SHOWN = 20
_FILE = click.Path(path_type=Path)


@click.command(
    context_settings=HELP,
    epilog="\b\nExamples:\n  flexcheck attest --new-key signing.key\n"
    "  flexcheck attest latest --key signing.key",
    short_help="Make the evidence archive of a run.",
)
@click.argument("run", metavar="RUN", required=False)
@click.option("--key", type=_FILE, metavar="FILE", help="Sign with this Ed25519 private key.")
@click.option(
    "--attestations",
    type=_FILE,
    metavar="FILE",
    help="Statements on manual clauses.  [default: attestations.toml in the run directory]",
)
@click.option(
    "--out", type=_FILE, metavar="FILE", help="[default: evidence.tar in the run directory]"
)
@click.option(
    "--new-key", type=_FILE, metavar="FILE", help="Make a key, and its public one (FILE.pub)."
)
def attest(
    run: str | None,
    key: Path | None,
    attestations: Path | None,
    out: Path | None,
    new_key: Path | None,
) -> None:
    """Make one file of all that RUN's verdict rests on, signed where a key is given.

    It holds the run log with every exchange, the reports, statements on manual clauses, a
    manifest with the SHA-256 of each member, and an in-toto test-result statement. The same run,
    statements and key give the same bytes.
    """
    if new_key:
        click.echo(make_key(new_key))
        if not run:
            return
    if not run:
        raise RunError("no RUN is given. Name a run directory, or latest.")
    made, log = load_run(run), find_log(run)
    if not verdict_of(made).good:
        click.echo(f"flexcheck: note: {verdict_of(made).sentence}", err=True)
    signer = read_key(key) if key else None
    content = _statements(log, attestations)
    path = out or log.parent / ARCHIVE
    archive = pack(members_of(log.read_bytes(), content, signer))
    try:
        path.write_bytes(archive)
    except OSError as error:
        raise RunError(
            f"{path}: the archive could not be written: {error.strerror}. Give another with --out."
        ) from None
    if not signer:
        click.echo("flexcheck: not signed: give --key (make one with --new-key).", err=True)
    click.echo(path)


def _statements(log: Path, given: Path | None) -> bytes | None:
    path = given or log.parent / STATEMENTS
    if not given and not path.is_file():
        return None
    content, _ = read_attestations(path, load_run(str(log)))
    return content


@click.command(
    context_settings=HELP,
    epilog="Example:  flexcheck verify evidence.tar --pub signing.key.pub",
    short_help="Examine an evidence archive and judge its exchanges again.",
)
@click.argument("archive", type=_FILE, metavar="ARCHIVE")
@click.option("--pub", type=_FILE, metavar="FILE", help="Who must have signed it: a public key.")
@click.option("--no-rejudge", is_flag=True, help="Only examine the file; judge nothing again.")
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")
def verify(archive: Path, pub: Path | None, *, no_rejudge: bool, as_json: bool) -> None:
    """Find any change, missing or added file in ARCHIVE, then judge its exchanges again, offline.

    What redaction took away, or a login makes up anew each time, cannot be judged again for
    certain: such findings are listed.

    Exit codes: 0 untouched and the same verdicts, 1 changed, not signed by the key, or another
    verdict, 2 not a file, 3 the exchanges could not be judged again.
    """
    public = read_public(pub) if pub else None
    try:
        data = archive.read_bytes()
    except OSError as error:
        raise RunError(f"{archive}: cannot be read: {error.strerror}. Name an archive.") from None
    examined = examine(data, public)
    judged = None if no_rejudge or examined.problems else rejudge(examined.log)
    if as_json:
        content = _content(examined, judged)
        options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        click.echo(orjson.dumps(content, option=options), nl=False)
    else:
        lines = [*_lines(examined), *(_judged_lines(judged) if judged else ())]
        click.echo("\n".join(lines).encode("utf-8", "backslashreplace").decode())
    raise SystemExit(_exit_code(examined, judged))


def _exit_code(examined: Examined, judged: Rejudged | None) -> int:
    if examined.problems or (judged and judged.differing):
        return NON_CONFORMANCE
    return INCONCLUSIVE if judged and judged.failure else HOLDS


def _lines(examined: Examined) -> Iterator[str]:
    if examined.problems:
        yield "CHANGED  the archive is not as it was made"
        # An archive comes from elsewhere: its names must not drive the terminal.
        yield from (f"  {one_line(problem)}" for problem in examined.problems[:_SHOWN])
    else:
        yield "UNTOUCHED  every byte is as it was made"
        if examined.signer:
            yield f"  signed by {examined.signer}"
    yield from (f"  note: {one_line(note)}" for note in examined.notes)
    if examined.run:
        yield f"  {one_line(_about(examined.run))}"


def _about(run: Run) -> str:
    target = run.header.get("target", {}).get("name", "")
    about = f"{target}, {run.header.get('started', '')}, {counted(len(run.findings), 'finding')}"
    return f"{about}; its verdict: {verdict_of(run).word}"


def _judged_lines(judged: Rejudged) -> Iterator[str]:
    if judged.failure:
        yield f"NOT JUDGED AGAIN  {judged.failure}"
        return
    word = "OTHER VERDICTS" if judged.differing else "SAME VERDICTS"
    yield f"{word}  the stored exchanges were judged again, offline"
    yield f"  the same        {counted(len(judged.same), 'finding')}"
    if judged.in_part:
        yield (
            f"  the same, yet   {counted(len(judged.in_part), 'finding')} on values that redaction"
            " took away (pseudonyms of members, too) or a login makes up"
        )
    # What came out of spoiled values is no verdict, and shown nowhere as one.
    unsure = [f"{entry.name}, recorded as {entry.before}" for entry in judged.open]
    yield from _listed("cannot be judged again for that reason", unsure)
    yield from _listed("another verdict", [str(entry) for entry in judged.differing])


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"  {title}: {len(lines):,}"
        yield from (f"    {line}" for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        yield f"    and {len(lines) - _SHOWN:,} more (--json has all)"


def _content(examined: Examined, judged: Rejudged | None) -> dict[str, object]:
    again = judged and {
        "failure": judged.failure,
        "same": len(judged.same),
        "in_part": list(judged.in_part),
        "open": list(judged.open),
        "differing": list(judged.differing),
    }
    return {
        "untouched": not examined.problems,
        "problems": list(examined.problems),
        "notes": list(examined.notes),
        "signer": examined.signer,
        "verdict": verdict_of(examined.run).word if examined.run else "",
        "rejudged": again,
        "exit_code": _exit_code(examined, judged),
    }
