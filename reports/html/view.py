"""What the page shows, as plain data for its template. Imports runlog, digest, verdict, cards."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.findings import Outcome
from reports.digest import NOT_REACHED, NOT_SELECTED, NOT_TESTED, digest_of
from reports.html.cards import Card, CardMaker
from reports.regulations import by_regulation
from reports.tables.tracing import tests_of, why_not_judged
from reports.verdict import Verdict, verdict_of, without_suite
from reports.wording import MEANINGS, api_title, clean, counted, one_line, reason_of, source_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.runlog import Run
    from reports.digest import ClauseRecord, Digest
    from reports.evidence.attestations import Statement
    from reports.regulations import Regulation
    from reports.tables.tracing import TestTrace

_STATUS_WORDS = {
    NOT_TESTED: "not testable",
    NOT_REACHED: "not reached",
    NOT_SELECTED: "not selected",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """How often one outcome came up, and what it means."""

    outcome: str
    count: int
    meaning: str


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One area and resource: judged of applicable, and its outcomes in the tiles' order."""

    api: str
    resource: str
    judged: int
    applicable: int
    counts: tuple[int, ...]

    @property
    def percent(self) -> int:
        """How much of what applies was judged, rounded down."""
        return self.judged * 100 // self.applicable if self.applicable else 0


@dataclass(frozen=True, slots=True)
class Reason:
    """Clauses without a verdict that share one reason."""

    text: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A list of cards under one heading; `hidden` counts clauses too many to show."""

    key: str
    title: str
    intro: str
    outcome: str
    cards: tuple[Card, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Clauses without a verdict of one kind, by reason."""

    key: str
    title: str
    intro: str
    total: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One clause in the full matrix."""

    id: str
    expectation: str
    statement: str
    outcome: str
    outcome_text: str
    assertions: int
    exchanges: int
    source: str


@dataclass(frozen=True, slots=True)
class MatrixGroup:
    """The matrix rows of one area and resource."""

    title: str
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True)
class ManualClause:
    """One clause that no request verifies: why, and what people state of it."""

    id: str
    expectation: str
    statement: str
    reason: str
    stated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template needs."""

    title: str
    verdict: Verdict
    facts: tuple[tuple[str, str], ...]
    tiles: tuple[Tile, ...]
    coverage: tuple[CoverageRow, ...]
    totals: CoverageRow
    sections: tuple[Section, ...]
    unjudged: tuple[Unjudged, ...]
    manual: tuple[ManualClause, ...]
    errata: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    regulations: tuple[Regulation, ...]
    matrix: tuple[MatrixGroup, ...]
    tests: tuple[TestTrace, ...]
    fingerprints: tuple[tuple[str, str], ...]


def page_of(run: Run, statements: Sequence[Statement] = ()) -> Page:
    """Return everything the page shows of a run, and what people state of its manual clauses."""
    digest, verdict = digest_of(run), verdict_of(run)
    target = str(run.header.get("target", {}).get("name", ""))
    rows = tuple(_coverage(digest))
    return Page(
        title=clean(f"Conformance of {target or 'the target'}: {verdict.word}"),
        verdict=verdict,
        facts=tuple((label, clean(value)) for label, value in _facts(run, digest) if value),
        tiles=tuple(Tile(o.value, digest.outcomes[o], MEANINGS[o]) for o in _shown(digest)),
        coverage=rows,
        totals=CoverageRow("", "", digest.judged, digest.applicable, _counts(digest, digest)),
        sections=tuple(_sections(run, digest)),
        unjudged=tuple(_unjudged(digest)),
        manual=tuple(_manual(digest, statements)),
        errata=tuple(_errata(run, digest)),
        regulations=by_regulation(digest),
        matrix=tuple(_matrix(digest)),
        tests=tests_of(run),
        fingerprints=tuple(
            (clean(str(name)), clean(str(value)))
            for part in ("documents", "packs")
            for name, value in sorted(run.header.get(part, {}).items())
        ),
    )


def _facts(run: Run, digest: Digest) -> Iterator[tuple[str, str]]:
    header, footer = run.header, run.footer
    target = header.get("target", {})
    kind = ", ".join(filter(None, (target.get("deployment"), target.get("environment"))))
    if waiting := without_suite(run):
        yield "No suite yet", f"{counted(waiting, 'testable clause')} of this deployment"
    yield "Target", f"{target.get('name', '')} ({kind})" if kind else str(target.get("name", ""))
    yield "Provider Directory", str(target.get("directory_base") or "")
    yield "Patient Access", str(target.get("fhir_base") or "")
    yield "Clauses judged", f"{digest.judged:,} of {digest.applicable:,} applicable"
    made = sum(finding.held + finding.broken for finding in run.findings)
    yield "Rests on", ", ".join(_rests_on(run, made))
    yield "Started", str(header.get("started", ""))
    yield "Finished", str(footer.get("finished", "")) or "the run did not end"
    yield "Complete", "yes" if run.complete else "no: what was judged before it ended is below"
    yield "Strict", "yes: a broken SHOULD fails" if header.get("strict") else "no"
    yield "Only", ", ".join(header.get("only", ()))
    versions = (("flexcheck", "flexcheck"), ("Python", "python"), ("on", "platform"))
    yield "Made with", " ".join(f"{name} {header.get(key, '?')}" for name, key in versions)


def _rests_on(run: Run, assertions: int) -> Iterator[str]:
    yield counted(assertions, "assertion")
    yield counted(run.footer.get("requests", len(run.exchanges)), "request")
    if "seconds" in run.footer:
        yield f"{run.footer['seconds']:,.1f} s"


def _shown(digest: Digest) -> tuple[Outcome, ...]:
    """Return the outcomes that have a column: a waiver's only where there is one."""
    return tuple(o for o in Outcome if o is not Outcome.WAIVED or digest.outcomes[o])


def _counts(digest: Digest, part: Any) -> tuple[int, ...]:
    return tuple(part.outcomes[outcome] for outcome in _shown(digest))


def _coverage(digest: Digest) -> Iterator[CoverageRow]:
    for group in digest.groups:
        if not group.applicable and not any(group.outcomes.values()):
            continue  # nothing of it was selected, or it cannot be tested: see the matrix
        counts = _counts(digest, group)
        yield CoverageRow(
            clean(api_title(group.area)),
            clean(group.resource),
            group.judged,
            group.applicable,
            counts,
        )


def _sections(run: Run, digest: Digest) -> Iterator[Section]:
    maker = CardMaker(run)
    wanted = (
        (
            Outcome.FAIL,
            "failures",
            "Does not hold",
            "Clauses that do not hold: SHALL, and SHOULD too where the run is strict.",
        ),
        (
            Outcome.ERROR,
            "errors",
            "Environment errors",
            "No usable answer was had, so nothing was judged: run again when the target answers.",
        ),
        (
            Outcome.WARNING,
            "warnings",
            "Warnings",
            "Recommendations (SHOULD) that are not followed.",
        ),
        (Outcome.WAIVED, "waived", "Waived", "Clauses that do not hold and that a waiver accepts."),
    )
    for outcome, key, title, intro in wanted:
        records = digest.with_finding(outcome)
        cards = maker.cards(records)
        yield Section(key, title, intro, outcome.value, cards, len(records) - len(cards))


def _unjudged(digest: Digest) -> Iterator[Unjudged]:
    yield _by_message(
        "skipped",
        "Not demonstrated",
        "The test ran but found no data to judge the clause on. This is not a pass.",
        digest.with_finding(Outcome.SKIP),
    )
    yield _by_message(
        "not-applicable",
        "Not applicable",
        "What the contract says about when a clause applies rules it out for this target.",
        digest.with_finding(Outcome.NOT_APPLICABLE),
    )
    yield _by_reason(
        "not-testable",
        "Not tested by requests, and why",
        "No request of this run verifies these: they need other evidence, or a suite to come.",
        digest.with_status(NOT_TESTED),
    )
    yield _by_reason(
        "not-reached",
        "Not reached",
        "The run ended before a test judged these.",
        digest.with_status(NOT_REACHED),
    )
    yield _by_reason(
        "not-selected",
        "Not selected",
        "The run was told to judge other clauses only.",
        digest.with_status(NOT_SELECTED),
    )


def _by_message(key: str, title: str, intro: str, records: tuple[ClauseRecord, ...]) -> Unjudged:
    pairs = ((reason_of(finding.message), r.id) for r in records for finding in r.findings)
    return Unjudged(key, title, intro, len(records), _reasons(pairs))


def _by_reason(key: str, title: str, intro: str, records: tuple[ClauseRecord, ...]) -> Unjudged:
    pairs = ((why_not_judged(record), record.id) for record in records)
    return Unjudged(key, title, intro, len(records), _reasons(pairs))


def _reasons(pairs: Iterable[tuple[str, str]]) -> tuple[Reason, ...]:
    by_text: dict[str, dict[str, None]] = defaultdict(dict)
    for text, name in pairs:
        by_text[text][name] = None
    ranked = sorted(by_text.items(), key=lambda entry: -len(entry[1]))
    return tuple(Reason(text or "no reason recorded", tuple(names)) for text, names in ranked)


def _manual(digest: Digest, statements: Sequence[Statement]) -> Iterator[ManualClause]:
    for record in digest.records:
        if isinstance(record.item.get("verified_by"), dict):
            yield ManualClause(
                record.id,
                record.expectation.value,
                one_line(record.statement),
                why_not_judged(record),
                tuple(stated_text(entry) for entry in statements if entry.clause == record.id),
            )


def stated_text(statement: Statement) -> str:
    """Return a statement in a line: `holds: J. Doe, 2026-01-15: what was seen`."""
    word = "holds" if statement.holds else "does not hold"
    seen = [statement.seen, *(f"{file.name} (SHA-256 {file.sha256})" for file in statement.files)]
    return one_line(f"{word}: {statement.who}, {statement.when}: {'; '.join(seen)}", 2000)


def _errata(run: Run, digest: Digest) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Yield each erratum that a clause of this run rests on; its reading where the log has it."""
    users: dict[str, list[str]] = defaultdict(list)
    for record in digest.records:
        for name in record.item.get("errata", ()):
            users[name].append(record.id)
    known = {entry["id"]: entry for entry in run.header.get("errata", ())}
    for name, clauses in sorted(users.items()):
        entry = known.get(name, {})
        yield name, clean(entry.get("problem", "")), clean(entry.get("reading", "")), tuple(clauses)


def _matrix(digest: Digest) -> Iterator[MatrixGroup]:
    groups: dict[tuple[str, str], list[MatrixRow]] = defaultdict(list)
    for record in digest.records:
        groups[record.group].append(_row(record))
    for (area, resource), rows in groups.items():
        yield MatrixGroup(clean(f"{api_title(area)}: {resource}"), tuple(rows))


def _row(record: ClauseRecord) -> MatrixRow:
    return MatrixRow(
        id=record.id,
        expectation=record.expectation.value,
        statement=one_line(record.statement),
        outcome=str(record.status),
        outcome_text=_STATUS_WORDS.get(record.status, str(record.status)),
        assertions=sum(finding.held + finding.broken for finding in record.findings),
        exchanges=len({name for finding in record.findings for name in finding.exchanges}),
        source=clean(source_text(record.item.get("source", ()))),
    )
