"""What the run says of profiles: rows that conform, must-support elements seen. Imports digest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.wording import api_title, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.findings import Assertion, Finding
    from reports.digest import ClauseRecord, Digest

#: How a check tells it (`conformance/checks/conformity.py`): `19 of 29 in some row; in none: ...`.
_SEEN = re.compile(r"^([\d,]+) of ([\d,]+)\b(?:.*?in none: (.*))?", re.DOTALL)
_PROFILE = re.compile(r"https?://\S+/StructureDefinition/([^\s|]+)")
_CONFORMS = "-CONFORMS"


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
    """The must-support elements of one profile: `seen` of `elements` have a value in some row."""

    clause: str
    profile: str
    url: str
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
    return assertion.at == "terminology" or _about_support(assertion)


def _about_support(assertion: Assertion) -> bool:
    words = f"{assertion.expected} {assertion.at}".lower()
    return "must-support" in words or "must support" in words


def support_of(digest: Digest) -> tuple[Support, ...]:
    """Return the must-support coverage that any finding tells, each profile once a clause."""
    found: dict[tuple[str, str], Support] = {}
    for record in digest.records:
        for finding in record.findings:
            for row in _supports(record, finding):
                found[row.clause, row.url] = row
    return tuple(found.values())


def _supports(record: ClauseRecord, finding: Finding) -> Iterator[Support]:
    for assertion in finding.assertions:
        counts = _SEEN.match(assertion.observed) if _about_support(assertion) else None
        named = _PROFILE.search(f"{assertion.at} {assertion.expected} {finding.case}")
        if counts and named:
            yield Support(
                clause=record.id,
                profile=one_line(named[1]),
                url=one_line(named[0]),
                seen=int(counts[1].replace(",", "")),
                elements=int(counts[2].replace(",", "")),
                absent=one_line(counts[3] or "", 2000),
            )
