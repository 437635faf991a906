"""What the run says of profiles: rows that conform, must-support elements seen. Imports digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.wording import api_title, one_line

if TYPE_CHECKING:
    from conformance.findings import Assertion, Coverage, Finding
    from reports.digest import ClauseRecord, Digest

#: How clauses of conformance to profiles end.
_CONFORMS = ("-CONFORMS", "-CONFORM")


@dataclass(frozen=True, slots=True)
class ProfileResult:
    """One clause of conformance to profiles: how many rows it judged, how many places are broken.

    `unchecked` names what no package holds.
    """

    clause: str
    where: str
    outcome: str
    held: int
    broken: int
    unchecked: str


@dataclass(frozen=True, slots=True)
class Support:
    """The must-support elements of one profile: `seen` of `elements` have a value in some row.

    `resources` is how many rows were looked at.
    """

    clause: str
    profile: str
    url: str
    resources: int
    seen: int
    elements: int
    absent: str

    @property
    def percent(self) -> float:
        """How many of a hundred were seen, to a tenth, rounded down: 100 means all."""
        return self.seen * 1000 // self.elements / 10 if self.elements else 0.0


def profile_results(digest: Digest) -> tuple[ProfileResult, ...]:
    """Return each finding on conformance to profiles that was judged."""
    asked = (record for record in digest.records if record.id.endswith(_CONFORMS))
    return tuple(
        _result(record, finding)
        for record in asked
        for finding in record.findings
        if finding.held + finding.broken
    )


def _result(record: ClauseRecord, finding: Finding) -> ProfileResult:
    told = [a for a in finding.assertions if a.holds and _is_evidence(a)]
    return ProfileResult(
        clause=record.id,
        where=one_line(f"{api_title(record.group[0])}: {record.group[1]}"),
        outcome=finding.outcome.value,
        # What is told beside the rows is no row.
        held=finding.held - len(told),
        broken=finding.broken,
        unchecked=next((one_line(a.observed, 2000) for a in told if a.at == "terminology"), ""),
    )


def _is_evidence(assertion: Assertion) -> bool:
    return assertion.at == "terminology"


def support_of(digest: Digest) -> tuple[Support, ...]:
    """Return the must-support coverage that findings tell, each profile once a clause."""
    found = {
        (record.id, finding.coverage.profile): _support(record.id, finding.coverage)
        for record in digest.records
        for finding in record.findings
        if finding.coverage
    }
    return tuple(found.values())


def _support(clause: str, coverage: Coverage) -> Support:
    return Support(
        clause=clause,
        profile=one_line(coverage.profile.rpartition("/")[2]),
        url=one_line(coverage.profile),
        resources=coverage.resources,
        seen=coverage.seen,
        elements=len(coverage.elements),
        absent=one_line(", ".join(coverage.never_seen), 2000),
    )
