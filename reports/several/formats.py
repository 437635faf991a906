"""What is written of several runs together. Imports the group and the reports of a single run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.findings import Outcome
from reports import har, junit, markdown, testreport
from reports.formats import FORMATS as ONE_RUN
from reports.html import trace_text
from reports.html.trace import page_of as trace_page_of
from reports.several.group import Group, Member, read_group
from reports.several.page import render as render_html
from reports.tables import findings, tracing
from reports.tables.sheet import sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from conformance.runlog import Run
    from reports.tables.sheet import Row


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


def render_markdown(group: Group) -> str:
    """Return the text of the common `summary.md`."""
    verdict = group.verdict
    lines = [f"## {markdown.plain(verdict.sentence)}", ""]
    for member in group.members:
        if member.run:
            lines += markdown.lines_of(member.run, level=3)
        else:
            lines.append(f"### ❌ {markdown.plain(member.verdict.sentence)}")
        lines.append("")
    return "\n".join(lines) + f"All targets together: exit code {verdict.exit_code}.\n"


def render_findings(group: Group) -> str:
    """Return the text of the common `findings.csv`."""
    return _sheet(group, findings.COLUMNS, findings.rows)


def render_traceability(group: Group) -> str:
    """Return the text of the common `traceability.csv`."""
    return _sheet(group, tracing.FROM_CLAUSES, tracing.rows)


def render_trace(group: Group) -> str:
    """Return the text of the common `traceability.html`; one without log has no table."""
    runs = [member.run for member in group.members if member.run]
    return trace_text(trace_page_of(runs, group.verdict))


def render_evidence(group: Group) -> str:
    """Return the text of the common `evidence.csv`."""
    return _sheet(group, tracing.FROM_EVIDENCE, tracing.evidence_rows)


def _sheet(group: Group, columns: Sequence[str], rows: Callable[[Run], Iterable[Row]]) -> str:
    """Return the rows of all targets, led by the target's name; one without log has a row too."""
    return sheet(("target", *columns), _rows(group, rows))


def _rows(group: Group, rows: Callable[[Run], Iterable[Row]]) -> Iterator[Row]:
    for member in group.members:
        if member.run is None:
            yield {"target": member.name, "outcome": "no run log"}
        else:
            yield from ({"target": member.name, **row} for row in rows(member.run))


def render_testreports(group: Group) -> str:
    """Return a FHIR Bundle of the targets' TestReports."""
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {
                "fullUrl": f"urn:uuid:{_uuid(member, member.run)}",
                "resource": testreport.resource_of(member.run),
            }
            for member in group.members
            if member.run
        ],
    }
    content = {name: value for name, value in bundle.items() if value}
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _uuid(member: Member, run: Run) -> UUID:
    """Name a report by its run, so that the same run has the same name."""
    return uuid5(NAMESPACE_URL, f"flexcheck {member.folder} {run.header.get('started')}")


def render_har(group: Group) -> str:
    """Return a HAR with a page for each target."""
    runs = ((member.folder, member.run) for member in group.members)
    return har.document_of((folder, run) for folder, run in runs if run)


#: By the names that `flexcheck report --format` knows: the file, and what makes it.
FORMATS: dict[str, tuple[str, Callable[[Group], str]]] = {
    "summary": ("summary.json", render_summary),
    "junit": ("junit.xml", render_junit),
    "html": ("report.html", render_html),
    "markdown": ("summary.md", render_markdown),
    "csv": ("findings.csv", render_findings),
    "traceability": ("traceability.csv", render_traceability),
    "trace": ("traceability.html", render_trace),
    "evidence": ("evidence.csv", render_evidence),
    "testreport": ("testreport.json", render_testreports),
    "har": ("exchanges.har", render_har),
}


def content(group: Group, name: str) -> bytes:
    """Return one report's bytes; the same runs always give the same."""
    return FORMATS[name][1](group).encode("utf-8", "backslashreplace")


def write(group: Group, folder: Path) -> None:
    """Write every report of the group into its directory."""
    for name, (filename, _) in FORMATS.items():
        if not ONE_RUN[name].always:
            continue
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
