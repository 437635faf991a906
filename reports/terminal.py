"""The summary printed when a run ends. Imports runlog, digest, verdict and wording."""

from __future__ import annotations

import os
import textwrap
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from conformance.findings import Outcome
from reports.cost import cost_of
from reports.describe import SHOWN, broken_beside, broken_of
from reports.digest import digest_of
from reports.verdict import verdict_of, without_suite
from reports.wording import (
    api_title,
    bases_of,
    clean,
    counted,
    exchange_line,
    one_line,
    reason_of,
    repeat_command,
    source_text,
    standard_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from conformance.findings import Assertion, Finding
    from conformance.runlog import Run
    from reports.cost import Cost
    from reports.digest import ClauseRecord, Digest

#: A clause's findings shown in full, and clauses shown in full: the reports hold the rest.
MAX_CASES, MAX_CLAUSES, MAX_REASONS = 3, 40, 8
_STYLES = {
    Outcome.PASS: "green",
    Outcome.FAIL: "bold red",
    Outcome.WARNING: "yellow",
    Outcome.ERROR: "magenta",
}
_COLUMNS = {
    Outcome.PASS: "pass",
    Outcome.FAIL: "fail",
    Outcome.WARNING: "warning",
    Outcome.SKIP: "skip",
    Outcome.ERROR: "error",
    Outcome.NOT_APPLICABLE: "n/a",
    Outcome.WAIVED: "waived",
}


def write_summary(
    run: Run, console: Console, out_dir: Path | None = None, again_target: str | None = None
) -> None:
    """Print what a run comes to: table, findings, verdict, where the reports are.

    `again_target` replaces the target argument in the lines that repeat a clause.
    """
    digest = digest_of(run)
    writer = _Writer(console, run, again_target)
    _print_table(console, digest)
    writer.details("Does not hold", Outcome.FAIL, digest)
    writer.details("Environment errors (nothing was judged)", Outcome.ERROR, digest)
    writer.warnings(digest)
    writer.reasons("Not demonstrated (skip)", Outcome.SKIP, digest)
    writer.reasons("Not applicable", Outcome.NOT_APPLICABLE, digest)
    writer.verdict(digest, out_dir)


def _print_table(console: Console, digest: Digest) -> None:
    shown = [word for word in _COLUMNS if word is not Outcome.WAIVED or digest.outcomes[word]]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("API and resource", overflow="fold")
    table.add_column("judged", justify="right")
    for word in shown:
        table.add_column(_COLUMNS[word], justify="right", no_wrap=True)
    api = ""
    for group in digest.groups:
        if not group.applicable and not any(group.outcomes.values()):
            continue  # nothing of it was selected
        if api_title(group.area) != api:
            api = api_title(group.area)
            table.add_row(Text(clean(api), style="bold"))
        cells = [_number(word, group.outcomes[word]) for word in shown]
        name = Text(f"  {clean(group.resource)}")
        table.add_row(name, f"{group.judged} of {group.applicable}", *cells)
    totals = [_number(word, digest.outcomes[word]) for word in shown]
    table.add_section()
    table.add_row("all clauses", f"{digest.judged} of {digest.applicable}", *totals)
    console.print(table)


def _number(outcome: Outcome, count: int) -> Text:
    return Text(f"{count:,}", style=_STYLES.get(outcome, "")) if count else Text("-", style="dim")


class _Writer:
    """Prints the parts of one summary, each line wrapped under its label."""

    def __init__(self, console: Console, run: Run, target: str | None) -> None:
        self._console = console
        self._run = run
        self._target = target
        self._bases = bases_of(run)

    def details(self, title: str, outcome: Outcome, digest: Digest) -> None:
        """Print each clause with findings of this outcome, in full."""
        records = digest.with_finding(outcome)
        if not records:
            return
        self._title(title, len(records), outcome)
        for number, record in enumerate(records[:MAX_CLAUSES]):
            if number:
                self._console.print()
            self._clause(record, outcome)
        if len(records) > MAX_CLAUSES:
            self._line(f"and {counted(len(records) - MAX_CLAUSES, 'more clause')}: see the reports")

    def warnings(self, digest: Digest) -> None:
        """Print each warning in two lines."""
        records = digest.with_finding(Outcome.WARNING)
        if not records:
            return
        self._title("Warnings (recommendations not followed)", len(records), Outcome.WARNING)
        for record in records[:MAX_CLAUSES]:
            self._wrapped(_headline(record), indent="", more="  ")
            seen = next(_places(record.findings), None)
            what = f"{seen.at}: {seen.observed}" if seen else record.findings[0].message
            self._field("observed", one_line(what, 160))
        if len(records) > MAX_CLAUSES:
            self._line(f"and {counted(len(records) - MAX_CLAUSES, 'more clause')}: see the reports")

    def reasons(self, title: str, outcome: Outcome, digest: Digest) -> None:
        """Print how many clauses were not judged, counted by reason."""
        records = digest.with_finding(outcome)
        if not records:
            return
        self._title(title, len(records), outcome)
        by_reason: dict[str, list[str]] = defaultdict(list)
        for record in records:
            by_reason[reason_of(record.findings[0].message) or "no reason given"].append(record.id)
        ranked = sorted(by_reason.items(), key=lambda item: -len(item[1]))
        for reason, names in ranked[:MAX_REASONS]:
            rest = f" and {len(names) - 2} more" if len(names) > 2 else ""  # noqa: PLR2004 - two ids are shown
            words = f"{len(names):>4}  {reason} ({', '.join(names[:2])}{rest})"
            self._wrapped(words, indent="", more=" " * 6)
        if len(ranked) > MAX_REASONS:
            self._line(f"      and {counted(len(ranked) - MAX_REASONS, 'other reason')}")

    def verdict(self, digest: Digest, out_dir: Path | None) -> None:
        """Print the verdict, why the exit code is what it is, and where the reports are."""
        verdict = verdict_of(self._run)
        self._console.print()
        style = "bold green" if verdict.good else "bold red"
        self._console.print(Text(verdict.word.upper(), style=style))
        self._wrapped(verdict.sentence, indent="  ", more="  ")
        for reason in () if verdict.good else verdict.reasons:
            self._field("because", clean(reason))
        if digest.with_status("not-selected"):
            names = len(digest.with_status("not-selected"))
            self._field("note", f"{counted(names, 'testable clause')} not selected in this run")
        if waiting := without_suite(self._run):
            kind = counted(waiting, "testable clause")
            self._field("note", f"{kind} of this deployment not judged: no suite for them yet")
        self._cost(cost_of(self._run), ended="seconds" in self._run.footer)
        self._field("exit code", str(verdict.exit_code))
        if out_dir:
            self._field("report", _short(out_dir / "report.html"), wrap=False)
            self._field("beside it", "run.ndjson, summary.json, junit.xml, allure-results/")

    def _cost(self, cost: Cost, *, ended: bool) -> None:
        """Print requests, bytes, latency and our share of the time: two lines."""
        seconds = f", {cost.seconds:.1f} s" if ended else ""
        size = f", {cost.received / 1e6:.1f} MB" if cost.received else ""
        self._field("rests on", f"{counted(cost.requests, 'request')}{size}{seconds}")
        if not cost.requests:
            return
        half, most = (f"{value * 1000:.0f} ms" for value in (cost.latency.p50, cost.latency.p95))
        share = "" if cost.share is None else f"; ours: {cost.share:.0%} of the time"
        own = f"{cost.handling.p50 * 1000:.1f} ms an exchange"
        self._field("latency", f"p50 {half}, p95 {most}{share}, {own}")

    def _clause(self, record: ClauseRecord, outcome: Outcome) -> None:
        self._wrapped(_headline(record), indent="", more="  ", style=_STYLES.get(outcome, ""))
        for finding in record.findings[:MAX_CASES]:
            self._finding(finding)
        if len(record.findings) > MAX_CASES:
            self._field("", f"and {len(record.findings) - MAX_CASES} more cases of this clause")
        self._field("source", source_text(record.item.get("source", ())))
        self._field("standard", standard_text(record.item.get("standard")))
        command = repeat_command(self._run, record.id, target=self._target)
        self._field("again", command, wrap=False)

    def _finding(self, finding: Finding) -> None:
        self._field("case", one_line(finding.case))
        places = broken_of(finding)[:SHOWN]
        if not places:
            self._field("message", one_line(finding.message))
        named = ""
        for place in places:
            self._field("at", one_line(place.at))
            self._field("expected", one_line(place.expected))
            self._field("observed", one_line(place.observed))
            if place.exchange != named:
                named = place.exchange
                self._exchange(named)
        if rest := broken_beside(finding, places):
            self._field("", f"and {rest:,} more of {finding.held + finding.broken:,} judged")
        if not any(place.exchange for place in places):
            for name in finding.exchanges[:1]:
                self._exchange(name)

    def _exchange(self, name: str) -> None:
        exchange = self._run.exchanges.get(name)
        self._field("exchange", exchange_line(exchange, self._bases) if exchange else name)

    def _title(self, title: str, count: int, outcome: Outcome) -> None:
        self._console.print()
        words = f"{title}: {counted(count, 'clause')}"
        self._console.print(Text(words, style=_STYLES.get(outcome, "bold")))

    def _field(self, label: str, value: str, *, wrap: bool = True) -> None:
        if not value:
            return
        head = f"  {label:<10}"
        if wrap:
            self._wrapped(value, indent=head, more=" " * len(head))
        else:
            self._line(head + value)

    def _wrapped(self, words: str, *, indent: str, more: str, style: str = "") -> None:
        lines = textwrap.wrap(
            clean(words),
            width=self._console.width,
            initial_indent=indent,
            subsequent_indent=more,
            break_on_hyphens=False,
            # An address or a request line cut in two can no longer be copied.
            break_long_words="/" not in words,
        )
        for number, line in enumerate(lines):
            self._line(line, style if number == 0 else "")

    def _line(self, line: str, style: str = "") -> None:
        self._console.print(Text(line, style=style), soft_wrap=True)


def _headline(record: ClauseRecord) -> str:
    return one_line(f"{record.id} ({record.expectation}) {record.statement}")


def _places(findings: Iterable[Finding]) -> Iterator[Assertion]:
    return (place for finding in findings for place in broken_of(finding))


def _short(path: Path) -> str:
    """Return the path as one would type it here."""
    here = Path.cwd()
    return os.fspath(path.relative_to(here)) if path.is_relative_to(here) else os.fspath(path)
