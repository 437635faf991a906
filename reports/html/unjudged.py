"""What was not judged, and why: reasons, manual clauses, errata. Imports digest and tracing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.findings import Outcome
from reports.digest import NOT_REACHED, NOT_SELECTED, NOT_TESTED
from reports.tables.tracing import why_not_judged
from reports.wording import clean, one_line, reason_of, stated_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.runlog import Run
    from reports.digest import ClauseRecord, Digest
    from reports.evidence.attestations import Statement


@dataclass(frozen=True, slots=True)
class Reason:
    """Clauses without a verdict that share one reason."""

    text: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Clauses without a verdict of one kind, by reason."""

    key: str
    title: str
    intro: str
    total: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ManualClause:
    """One clause that no request verifies: why, and what people state of it."""

    id: str
    expectation: str
    statement: str
    reason: str
    stated: tuple[str, ...]


def unjudged_of(digest: Digest) -> Iterator[Unjudged]:
    """Yield the clauses without a verdict, kind by kind; a kind may be empty."""
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


def manual_of(digest: Digest, statements: Sequence[Statement]) -> Iterator[ManualClause]:
    """Yield the clauses that people attest, each with what they state."""
    for record in digest.records:
        if isinstance(record.item.get("verified_by"), dict):
            yield ManualClause(
                record.id,
                record.expectation.value,
                one_line(record.statement),
                why_not_judged(record),
                tuple(stated_text(entry) for entry in statements if entry.clause == record.id),
            )


def errata_of(run: Run, digest: Digest) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Yield each erratum that a clause of this run rests on; its reading where the log has it."""
    users: dict[str, list[str]] = defaultdict(list)
    for record in digest.records:
        for name in record.item.get("errata", ()):
            users[name].append(record.id)
    known = {entry["id"]: entry for entry in run.header.get("errata", ())}
    for name, clauses in sorted(users.items()):
        entry = known.get(name, {})
        yield name, clean(entry.get("problem", "")), clean(entry.get("reading", "")), tuple(clauses)
