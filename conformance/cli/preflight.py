"""`flexcheck preflight`: lints an app registration, prints it as a form. May import preflight."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from conformance.cli import HELP
from conformance.contract import load_contract
from conformance.preflight import ApplicationError, form_of, read_application, review
from conformance.preflight.reach import CannotReach, policies_of, why_unpublished
from conformance.preflight.review import Remark
from conformance.preflight.rules import Fault
from conformance.verdict import INCONCLUSIVE, NON_CONFORMANCE, USAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.preflight import Application, Review

WIDTH = 80
EXAMPLE = """\b
Example:
  flexcheck preflight app.toml --reach
"""
#: How much of the width the form's labels take.
_LABEL = 34


@click.command(context_settings=HELP, epilog=EXAMPLE)
@click.argument("application", metavar="APP.toml")
@click.option("--reach", is_flag=True, help="Ask for the privacy policy's page too.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def preflight(*, application: str, reach: bool, as_json: bool) -> None:
    """Lint an app registration before it is submitted, and print it as a form to copy.

    Exit code 1: something has to be mended. 3: the privacy policy could not be asked for.
    """
    try:
        app = read_application(Path(application))
    except ApplicationError as error:
        click.echo(f"flexcheck: {error}", err=True)
        raise SystemExit(USAGE) from None
    found = review(app)
    not_reached = ""
    if reach:
        found, not_reached = _with_policies(app, found)
    if as_json:
        click.echo(orjson.dumps(_json(app, found, not_reached), option=orjson.OPT_INDENT_2))
    else:
        click.echo("\n".join(_lines(app, found, not_reached, reached=reach)))
    raise SystemExit(_code(found, not_reached))


def _code(found: Review, not_reached: str) -> int:
    if not found.holds:
        return NON_CONFORMANCE
    return INCONCLUSIVE if not_reached else 0


def _with_policies(app: Application, found: Review) -> tuple[Review, str]:
    """Add what is wrong with the policies' pages; return too what could not be asked for."""
    remarks, not_reached = list(found.remarks), []
    for key, url in policies_of(app):
        try:
            wrong = why_unpublished(url)
        except CannotReach as error:
            not_reached.append(str(error))
            continue
        if wrong:
            fault = Fault(key, wrong, "publish the policy at that address")
            remarks.append(Remark(load_contract()["REG-PRIVACY-URL"], fault))
    return replace(found, remarks=tuple(remarks)), "; ".join(not_reached)


def _json(app: Application, found: Review, not_reached: str) -> dict[str, object]:
    return {
        "application": app.get("app.name", ""),
        "deployment": app.deployment,
        "environment": app.environment,
        "holds": found.holds,
        "remarks": [remark.to_json() for remark in found.remarks],
        "not_reached": not_reached,
        "form": [
            {"page": title, "fields": [{"label": label, "answer": said} for label, said in rows]}
            for title, rows in form_of(app)
        ],
        "for_a_person": [
            {"clause": clause.id, "statement": clause.statement} for clause in found.left
        ],
    }


def _lines(app: Application, found: Review, not_reached: str, *, reached: bool) -> Iterator[str]:
    yield f"{app.get('app.name', 'An app')} for {app.deployment}, {app.environment}"
    for remark in sorted(found.remarks, key=lambda item: not item.fails):
        yield ""
        yield from _remark(remark)
    yield ""
    for title, rows in form_of(app):
        yield title
        for label, said in rows:
            yield from _row(label, said)
        yield ""
    yield "A person still has to see to"
    if not reached:
        yield from _wrapped("  - ", "The privacy policy is there: --reach asks for it.", "    ")
    for clause in found.left:
        yield from _wrapped("  - ", f"{clause.statement} ({clause.id})", "    ")
    yield ""
    yield from _verdict(found, not_reached)


def _row(label: str, said: str) -> Iterator[str]:
    """Print a field; what is to be copied is never broken inside a word."""
    first, rest = f"  {label:{_LABEL}}  ", " " * (_LABEL + 4)
    if len(label) > _LABEL or any(len(word) > WIDTH - len(first) for word in said.split()):
        yield f"  {label}"
        first = rest = " " * 6
    yield from _wrapped(first, said, rest)


def _verdict(found: Review, not_reached: str) -> Iterator[str]:
    failing = sum(remark.fails for remark in found.remarks)
    better = len(found.remarks) - failing
    if not_reached:
        yield from _wrapped("not reached: ", not_reached, " " * 13)
    yield (
        f"{failing or 'Nothing'} to mend, {better or 'nothing'} to better;"
        f" {found.judged} clauses looked at."
    )


def _remark(remark: Remark) -> Iterator[str]:
    word = "mend" if remark.fails else "better"
    clause, fault = remark.clause, remark.fault
    yield f"{word}: {clause.id} ({clause.expectation.value})"
    yield from _wrapped("  what   ", f"{fault.key}: {fault.said}", " " * 9)
    yield from _wrapped("  do     ", fault.fix, " " * 9)
    yield from _wrapped("  because ", clause.statement, " " * 10)


def _wrapped(first: str, text: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )
