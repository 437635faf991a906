"""A run seen clause by clause and group by group, for every report. Imports runlog and findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.findings import Expectation, Finding, Outcome
from reports.wording import GENERAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conformance.runlog import Run

#: Outcomes that say something about the target: the clause was judged.
JUDGED = frozenset({Outcome.PASS, Outcome.FAIL, Outcome.WARNING, Outcome.WAIVED})
#: What became of a clause no test spoke about.
NOT_TESTED, NOT_REACHED, NOT_SELECTED = "not-tested", "not-reached", "not-selected"
_STATUS_WORDS = {
    NOT_TESTED: "not testable",
    NOT_REACHED: "not reached",
    NOT_SELECTED: "not selected",
}
# The gravest finding of a clause is the clause's status. A pass outranks a skip: another case of
# it had no data, yet the clause was judged.
GRAVITY = (
    Outcome.FAIL,
    Outcome.ERROR,
    Outcome.WARNING,
    Outcome.WAIVED,
    Outcome.PASS,
    Outcome.SKIP,
    Outcome.NOT_APPLICABLE,
)


@dataclass(frozen=True, slots=True)
class ClauseRecord:
    """One clause with all its findings; `item` is the contract's JSON item."""

    id: str
    item: Mapping[str, Any]
    findings: tuple[Finding, ...]
    status: str

    @property
    def expectation(self) -> Expectation:
        """How binding the clause is."""
        return Expectation(self.item.get("expectation", "SHALL"))

    @property
    def statement(self) -> str:
        """What the clause says."""
        return str(self.item.get("statement", ""))

    @property
    def group(self) -> tuple[str, str]:
        """The area and resource that reports put it under."""
        return group_of(self.item)

    @property
    def judged(self) -> bool:
        """Whether at least one finding says something about the target."""
        return any(finding.outcome in JUDGED for finding in self.findings)

    @property
    def applicable(self) -> bool:
        """Whether the run should have judged it: selected, testable, not ruled out."""
        return self.status not in {Outcome.NOT_APPLICABLE, NOT_TESTED, NOT_SELECTED}


@dataclass(frozen=True, slots=True)
class Group:
    """The clauses of one area and resource: how many were judged, and what came of them."""

    area: str
    resource: str
    applicable: int
    judged: int
    outcomes: Mapping[Outcome, int]


@dataclass(frozen=True, slots=True)
class Digest:
    """A whole run counted: clauses, groups, outcomes (those count findings)."""

    records: tuple[ClauseRecord, ...]
    groups: tuple[Group, ...]
    outcomes: Mapping[Outcome, int]
    applicable: int
    judged: int

    def with_status(self, *wanted: str) -> tuple[ClauseRecord, ...]:
        """Return the clauses of these statuses, in contract order."""
        return tuple(record for record in self.records if record.status in wanted)

    def with_finding(self, outcome: Outcome) -> tuple[ClauseRecord, ...]:
        """Return the clauses with a finding of this outcome, each with only those findings."""
        return tuple(
            ClauseRecord(record.id, record.item, found, record.status)
            for record in self.records
            if (found := tuple(f for f in record.findings if f.outcome is outcome))
        )


def status_words(status: str) -> str:
    """Return what became of a clause in words: an outcome is its own word."""
    return _STATUS_WORDS.get(status, str(status))


def group_of(item: Mapping[str, Any]) -> tuple[str, str]:
    """Return the area and resource a clause is reported under."""
    return item.get("area") or "?", item.get("resource") or GENERAL


def digest_of(run: Run) -> Digest:
    """Count a run."""
    findings: dict[str, dict[tuple[str, str], Finding]] = {}
    for finding in run.findings:
        # A test repeated (xdist restart, rerun) leaves its last finding.
        findings.setdefault(finding.clause, {})[finding.case, finding.test] = finding
    unknown = {name: {"id": name} for name in findings if name not in run.clauses}
    records = tuple(
        _record(name, item, tuple(findings.get(name, {}).values()), complete=run.complete)
        for name, item in {**run.clauses, **unknown}.items()
    )
    members: dict[tuple[str, str], list[ClauseRecord]] = {}
    for record in records:
        members.setdefault(record.group, []).append(record)
    # Areas stay together however the contract's files interleave them.
    areas = list(dict.fromkeys(area for area, _ in members))
    keys = sorted(members, key=lambda key: areas.index(key[0]))
    return Digest(
        records=records,
        groups=tuple(_group(key, members[key]) for key in keys),
        outcomes=_count(records),
        applicable=sum(record.applicable for record in records),
        judged=sum(record.judged for record in records),
    )


def _record(
    name: str, item: Mapping[str, Any], findings: tuple[Finding, ...], *, complete: bool
) -> ClauseRecord:
    return ClauseRecord(name, item, findings, _status(item, findings, complete=complete))


def _status(item: Mapping[str, Any], findings: tuple[Finding, ...], *, complete: bool) -> str:
    made = {finding.outcome for finding in findings}
    if made:
        return next(outcome for outcome in GRAVITY if outcome in made)
    if item.get("verified_by") != "test":
        return NOT_TESTED
    return NOT_SELECTED if complete else NOT_REACHED


def _group(key: tuple[str, str], members: Sequence[ClauseRecord]) -> Group:
    return Group(
        area=key[0],
        resource=key[1],
        applicable=sum(record.applicable for record in members),
        judged=sum(record.judged for record in members),
        outcomes=_count(members),
    )


def _count(records: Iterable[ClauseRecord]) -> dict[Outcome, int]:
    made = Counter(finding.outcome for record in records for finding in record.findings)
    return {outcome: made[outcome] for outcome in Outcome}
