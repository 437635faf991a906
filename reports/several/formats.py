"""What is written of several runs together. Imports the group and the reports of a single run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.findings import Outcome
from reports import junit
from reports.several.group import Group, Member, read_group
from reports.several.page import render as render_html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def render_summary(group: Group) -> str:
    """Return the text of the common `summary.json`."""
    verdict = group.verdict
    content = {
        "verdict": verdict.word,
        "sentence": verdict.sentence,
        "exit_code": verdict.exit_code,
        "targets": [_summary(member) for member in group.members],
        "differing": [{"clause": name, "outcomes": list(row)} for name, row in group.differing()],
    }
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(content, option=options).decode()


def _summary(member: Member) -> dict[str, Any]:
    verdict, digest = member.verdict, member.digest
    return {
        "name": member.name,
        "argument": member.argument,
        "folder": member.folder,
        "verdict": verdict.word,
        "sentence": verdict.sentence,
        "exit_code": verdict.exit_code,
        "outcomes": {o.value: digest.outcomes[o] if digest else 0 for o in Outcome},
        "applicable": digest.applicable if digest else 0,
        "judged": digest.judged if digest else 0,
    }


def render_junit(group: Group) -> str:
    """Return the text of the common `junit.xml`: every target's suites, led by its name."""
    return junit.document_of(suite for member in group.members for suite in _suites(member))


def _suites(member: Member) -> Iterator[Any]:
    lead = f"{member.name} / "
    if member.run:
        yield from junit.suites_of(member.run, lead)
    else:
        suite = junit.TestSuite(f"{lead}flexcheck / run")
        suite.add_testcases([junit.no_verdict(member.verdict)])
        yield suite


#: By the names that `flexcheck report --format` knows: the file, and what makes it.
FORMATS: dict[str, tuple[str, Callable[[Group], str]]] = {
    "summary": ("summary.json", render_summary),
    "junit": ("junit.xml", render_junit),
    "html": ("report.html", render_html),
}


def content(group: Group, name: str) -> bytes:
    """Return one report's bytes; the same runs always give the same."""
    return FORMATS[name][1](group).encode("utf-8", "backslashreplace")


def write(group: Group, folder: Path) -> None:
    """Write every report of the group into its directory."""
    for name, (filename, _) in FORMATS.items():
        (folder / filename).write_bytes(content(group, name))


def overview(folder: Path) -> None:
    """Write the reports of the runs in a directory and print what they come to together."""
    group = read_group(folder)
    write(group, folder)
    print_overview(group, folder, Console(highlight=False, emoji=False, markup=False))


def print_overview(group: Group, folder: Path, console: Console) -> None:
    """Print a line a target, the common verdict, and where the report is."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Target", overflow="fold")
    for heading in ("judged", "fail", "warning", "skip", "error"):
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    for member in group.members:
        table.add_row(*_cells(member))
    console.print(table)
    verdict = group.verdict
    style = "bold green" if verdict.good else "bold red"
    console.print(Text(f"{verdict.word.upper()} (all targets together)", style=style))
    console.print(Text(f"  {verdict.sentence}"))
    if differing := sum(1 for _ in group.differing()):
        console.print(
            Text(f"  The targets differ in {differing} of their clauses: see the report.")
        )
    console.print(Text(f"  report     {folder / 'report.html'}"), soft_wrap=True)
    console.print(Text(f"  exit code  {verdict.exit_code}"))


def _cells(member: Member) -> Iterator[str | Text]:
    digest, verdict = member.digest, member.verdict
    yield Text(member.name)
    yield f"{digest.judged} of {digest.applicable}" if digest else "-"
    for outcome in (Outcome.FAIL, Outcome.WARNING, Outcome.SKIP, Outcome.ERROR):
        number = digest.outcomes[outcome] if digest else 0
        yield f"{number:,}" if number else "-"
    yield Text(verdict.word, style="green" if verdict.good else "red")
