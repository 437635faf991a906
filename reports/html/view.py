"""What the page shows, as plain data for its template. Imports runlog, digest, verdict, cards."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from conformance.findings import Outcome
from reports.causes import Cause, causes_of
from reports.cost import Endpoint, cost_of
from reports.digest import digest_of
from reports.directory import Quality, quality_of
from reports.html.cards import MAX_CARDS, Card, CardMaker
from reports.html.matrix import MatrixGroup, matrix_of
from reports.html.unjudged import ManualClause, Unjudged, errata_of, manual_of, unjudged_of
from reports.regulations import by_regulation
from reports.support import ProfileResult, Support, profile_results, support_of
from reports.tables.tracing import tests_of
from reports.verdict import Verdict, verdict_of, without_suite
from reports.wording import MEANINGS, api_title, clean, counted, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.runlog import Run
    from reports.digest import Digest
    from reports.evidence.attestations import Statement
    from reports.regulations import Regulation
    from reports.tables.tracing import TestTrace

_Row = TypeVar("_Row")

#: Causes that stand on the first screen, and endpoints in the table of performance.
FIRST_CAUSES, MAX_ENDPOINTS = 5, 200
#: A cause shows this many clauses in full, however many causes there are.
_LEAST_CARDS = 3

_SECTIONS = (
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
class CauseView:
    """One cause with its cards; `hidden` counts clauses too many to show."""

    anchor: str
    cause: Cause
    cards: tuple[Card, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Section:
    """The clauses of one outcome by cause; `total` counts clauses."""

    key: str
    title: str
    intro: str
    outcome: str
    causes: tuple[CauseView, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template needs."""

    title: str
    made_with: str
    verdict: Verdict
    facts: tuple[tuple[str, str], ...]
    about: tuple[tuple[str, str], ...]
    tiles: tuple[Tile, ...]
    coverage: tuple[CoverageRow, ...]
    totals: CoverageRow
    sections: tuple[Section, ...]
    profiles: tuple[ProfileResult, ...]
    support: tuple[Support, ...]
    quality: tuple[tuple[Quality, ...], ...]
    endpoints: tuple[tuple[Endpoint, ...], ...]
    unjudged: tuple[Unjudged, ...]
    manual: tuple[ManualClause, ...]
    errata: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    regulations: tuple[Regulation, ...]
    matrix: tuple[MatrixGroup, ...]
    tests: tuple[TestTrace, ...]
    fingerprints: tuple[tuple[str, str], ...]

    @property
    def first(self) -> tuple[CauseView, ...]:
        """The causes to tell first: what fails, and where nothing does, what went wrong."""
        return self._grave[:FIRST_CAUSES]

    @property
    def further(self) -> tuple[CauseView, ...]:
        """The causes of the same kind that the first screen leaves out."""
        return self._grave[FIRST_CAUSES:]

    @property
    def _grave(self) -> tuple[CauseView, ...]:
        grave = (s.causes for s in self.sections if s.outcome in (Outcome.FAIL, Outcome.ERROR))
        return next((causes for causes in grave if causes), ())

    @property
    def slowest(self) -> float:
        """The longest 95th percentile of any endpoint, in seconds; never 0."""
        known = (row.latency for part in self.endpoints for row in part if row.latency)
        return max((latency.p95 for latency in known), default=0.0) or 1.0


def page_of(run: Run, statements: Sequence[Statement] = ()) -> Page:
    """Return everything the page shows of a run, and what people state of its manual clauses."""
    digest, verdict = digest_of(run), verdict_of(run)
    target = str(run.header.get("target", {}).get("name", ""))
    return Page(
        title=clean(f"Conformance of {target or 'the target'}: {verdict.word}"),
        made_with=clean(f"flexcheck {run.header.get('flexcheck', '')}".strip()),
        verdict=verdict,
        facts=tuple((label, clean(value)) for label, value in _facts(run, digest) if value),
        about=tuple((label, clean(value)) for label, value in _about(run) if value),
        tiles=tuple(Tile(o.value, digest.outcomes[o], MEANINGS[o]) for o in _shown(digest)),
        coverage=tuple(_coverage(digest)),
        totals=CoverageRow("", "", digest.judged, digest.applicable, _counts(digest, digest)),
        sections=tuple(_sections(run, digest)),
        profiles=profile_results(digest),
        support=support_of(digest),
        quality=_parts(quality_of(digest), "clause"),
        endpoints=_parts(cost_of(run).endpoints[:MAX_ENDPOINTS], "api"),
        unjudged=tuple(unjudged_of(digest)),
        manual=tuple(manual_of(digest, statements)),
        errata=tuple(errata_of(run, digest)),
        regulations=by_regulation(digest),
        matrix=tuple(matrix_of(digest)),
        tests=tests_of(run),
        fingerprints=tuple(
            (clean(str(name)), clean(str(value)))
            for part in ("documents", "packs")
            for name, value in sorted(run.header.get(part, {}).items())
        ),
    )


def _parts(rows: Iterable[_Row], name: str) -> tuple[tuple[_Row, ...], ...]:
    """Return the rows in parts that share an attribute, as they come."""
    return tuple(tuple(part) for _, part in groupby(rows, attrgetter(name)))


def _facts(run: Run, digest: Digest) -> Iterator[tuple[str, str]]:
    """Yield what a verdict rests on."""
    target = run.header.get("target", {})
    kind = ", ".join(filter(None, (target.get("deployment"), target.get("environment"))))
    yield "Target", f"{target.get('name', '')} ({kind})" if kind else str(target.get("name", ""))
    yield "Clauses judged", f"{digest.judged:,} of {digest.applicable:,} applicable"
    yield "Provider Directory", str(target.get("directory_base") or "")
    made = sum(finding.held + finding.broken for finding in run.findings)
    yield "Rests on", ", ".join(_rests_on(run, made))
    yield "Patient Access", str(target.get("fhir_base") or "")
    yield "Started", moment(str(run.header.get("started", "")))
    if waiting := without_suite(run):
        yield "No suite yet", f"{counted(waiting, 'testable clause')} of this deployment"
    yield "Only", ", ".join(run.header.get("only", ()))
    if not run.complete:
        yield "Complete", "no: the run did not end, what was judged before is below"
    yield "Exit code", str(verdict_of(run).exit_code)


def _rests_on(run: Run, assertions: int) -> Iterator[str]:
    yield counted(assertions, "assertion")
    yield counted(run.footer.get("requests", len(run.exchanges)), "request")
    if "seconds" in run.footer:
        yield f"{run.footer['seconds']:,.1f} s"


def _about(run: Run) -> Iterator[tuple[str, str]]:
    """Yield the versions and settings that the run was made with."""
    header = run.header
    yield "flexcheck", str(header.get("flexcheck", ""))
    yield "Python", f"{header.get('python', '')} on {header.get('platform', '')}"
    yield "pytest", str(header.get("pytest", ""))
    yield from ((str(name), str(version)) for name, version in header.get("tools", {}).items())
    yield "Strict", "yes: a broken SHOULD fails" if header.get("strict") else "no"
    yield "Started", moment(str(header.get("started", "")))
    yield "Finished", moment(str(run.footer.get("finished", ""))) or "the run did not end"


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
        title, resource = clean(api_title(group.area)), clean(group.resource)
        yield CoverageRow(title, resource, group.judged, group.applicable, counts)


def _sections(run: Run, digest: Digest) -> Iterator[Section]:
    maker, numbers = CardMaker(run), count(1)
    for outcome, key, title, intro in _SECTIONS:
        records = digest.with_finding(outcome)
        causes = causes_of(records)
        most = max(_LEAST_CARDS, MAX_CARDS // max(1, len(causes)))
        left, shown = MAX_CARDS, []
        for cause in causes:
            cards = maker.cards(cause.records[: min(most, left)])
            left -= len(cards)
            hidden = len(cause.records) - len(cards)
            shown.append(CauseView(f"cause-{next(numbers)}", cause, cards, hidden))
        yield Section(key, title, intro, outcome.value, tuple(shown), len(records))
