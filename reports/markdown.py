"""`summary.md`: a run for a pull request or a GitHub step summary. Imports digest and verdict."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from conformance.findings import Outcome
from reports.describe import broken_of
from reports.digest import digest_of
from reports.regulations import by_regulation
from reports.verdict import verdict_of
from reports.wording import api_title, counted, one_line, repeat_command, source_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.runlog import Run
    from reports.digest import ClauseRecord, Digest

#: Clauses shown in full; a step summary holds a megabyte, a reader's patience less.
_SHOWN = 20
#: What Markdown or GitHub gives a meaning: a server may have sent it.
_MEANING = re.compile(r"([\\`*_{}\[\]<>#!|~@$]|(?<=http):|(?<=https):)")
_COLUMNS = (Outcome.PASS, Outcome.FAIL, Outcome.WARNING, Outcome.SKIP, Outcome.ERROR)
_SIGNS = {0: "✅", 1: "❌", 3: "⚠️"}


def render(run: Run) -> str:
    """Return the text of `summary.md`."""
    return "\n".join(lines_of(run, level=2)) + "\n"


def lines_of(run: Run, level: int) -> Iterator[str]:
    """Yield a run's lines; headings are of this level and below."""
    digest, verdict = digest_of(run), verdict_of(run)
    yield f"{'#' * level} {_SIGNS.get(verdict.exit_code, '❌')} {plain(verdict.sentence)}"
    yield ""
    if not verdict.good:
        yield from (f"- {plain(one_line(reason))}" for reason in verdict.reasons)
        yield ""
    yield from _areas(digest)
    for outcome, title in (
        (Outcome.FAIL, "Does not hold"),
        (Outcome.ERROR, "Environment errors"),
        (Outcome.WARNING, "Warnings"),
    ):
        yield from _clauses(run, digest.with_finding(outcome), f"{'#' * (level + 1)} {title}")
    yield from _regulations(digest)
    yield f"flexcheck {plain(str(run.header.get('flexcheck', '')))}, exit code {verdict.exit_code}."


def _areas(digest: Digest) -> Iterator[str]:
    yield from table_head("Area", "judged", *(outcome.value for outcome in _COLUMNS))
    areas = dict.fromkeys(group.area for group in digest.groups)
    for area in areas:
        own = [group for group in digest.groups if group.area == area]
        made: Counter[Outcome] = Counter()
        for group in own:
            made.update(group.outcomes)
        judged, applicable = sum(g.judged for g in own), sum(g.applicable for g in own)
        if applicable or any(made.values()):
            counts = [f"{made[outcome]:,}" for outcome in _COLUMNS]
            yield table_row(plain(api_title(area)), f"{judged:,} of {applicable:,}", *counts)
    yield ""


def _clauses(run: Run, records: Sequence[ClauseRecord], title: str) -> Iterator[str]:
    if not records:
        return
    yield f"{title}: {counted(len(records), 'clause')}"
    yield ""
    for record in records[:_SHOWN]:
        yield from _clause(run, record)
    if len(records) > _SHOWN:
        yield f"- and {counted(len(records) - _SHOWN, 'clause')} more: see report.html"
    yield ""


def _clause(run: Run, record: ClauseRecord) -> Iterator[str]:
    yield f"- **{plain(record.id)}** ({record.expectation}) {_ticked(record.statement)}"
    finding = record.findings[0]
    for place in broken_of(finding)[:1]:
        at, wanted, got = (one_line(t, 200) for t in (place.at, place.expected, place.observed))
        yield f"  - at {plain(at)}: expected {plain(wanted)}, observed {plain(got)}"
    if not finding.broken:
        yield f"  - {plain(one_line(finding.message))}"
    if source := source_text(record.item.get("source", ())):
        yield f"  - source: {plain(source)}"
    yield f"  - again: {_code(repeat_command(run, record.id))}"


def _regulations(digest: Digest) -> Iterator[str]:
    found = by_regulation(digest)
    if not any(record.item.get("regulations") for record in digest.records):
        return
    yield from table_head("Regulation", "judged", "does not hold", "not testable")
    for part in found:
        judged = f"{part.judged:,} of {part.applicable:,}"
        yield table_row(plain(part.name), judged, f"{len(part.broken):,}", f"{part.manual:,}")
    yield ""


def table_head(*titles: str) -> Iterator[str]:
    """Yield the two lines that begin a table; all columns but the first are numbers."""
    yield table_row(*titles)
    yield f"|---|{'---:|' * (len(titles) - 1)}"


def table_row(*cells: str) -> str:
    """Return one line of a table."""
    return f"| {' | '.join(cells)} |"


def plain(text: str) -> str:
    """Return text that Markdown shows as it is, and that GitHub makes no link or mention of."""
    return _escaped(one_line(text, 2000))


def _escaped(text: str) -> str:
    """Return a part of a line as `plain` does, with the blanks around it."""
    return _MEANING.sub(r"\\\1", text)


def _ticked(statement: str) -> str:
    """Return a statement of the contract with what stands in `backticks` as code."""
    parts = one_line(statement).split("`")
    if len(parts) % 2 == 0:  # an unpaired one stays as it is
        return plain(statement)
    return "".join(
        _code(part) if number % 2 else _escaped(part) for number, part in enumerate(parts)
    )


def _code(text: str) -> str:
    """Return text as code, whatever backticks stand in it (CommonMark, 6.1)."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"`{text}`"
