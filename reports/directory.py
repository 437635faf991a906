"""How well the directory is kept: the counts of its findings of quality. Imports digest, wording.

The checks (`conformance/checks/quality.py`) tell counts and samples in what they observed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.wording import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.findings import Assertion
    from reports.digest import ClauseRecord, Digest

#: The clauses that are meant, by the contract's topic.
TOPIC = "quality"
_ALL = re.compile(r"^all ([\d,]+) are\b")
_SOME = re.compile(r"^([\d,]+) of ([\d,]+) (?:are not|without)(?:: (.*))?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Quality:
    """One question asked of one kind of rows.

    `good` of `judged` are as they should be, None where the check tells no counts; `told` is the
    samples of those that are not, or what was seen.
    """

    clause: str
    statement: str
    rows: str
    wanted: str
    outcome: str
    good: int | None
    judged: int | None
    told: str

    @property
    def percent(self) -> float | None:
        """How many of a hundred are good, to a tenth, rounded down: 100 means all."""
        if self.good is None or not self.judged:
            return None
        return self.good * 1000 // self.judged / 10


def quality_of(digest: Digest) -> tuple[Quality, ...]:
    """Return the questions of quality that a run judged, in contract order."""
    asked = (record for record in digest.records if record.item.get("topic") == TOPIC)
    return tuple(row for record in asked for row in _rows(record))


def _rows(record: ClauseRecord) -> Iterator[Quality]:
    for finding in record.findings:
        for assertion in finding.assertions:
            good, judged, told = _counts(assertion)
            yield Quality(
                clause=record.id,
                statement=one_line(record.statement),
                rows=one_line(assertion.at),
                wanted=one_line(assertion.expected),
                outcome=finding.outcome.value,
                good=good,
                judged=judged,
                told=one_line(told),
            )


def _counts(assertion: Assertion) -> tuple[int | None, int | None, str]:
    if every := _ALL.match(assertion.observed):
        number = _number(every[1])
        return number, number, ""
    if some := _SOME.match(assertion.observed):
        bad, judged = _number(some[1]), _number(some[2])
        return judged - bad, judged, some[3] or ""
    return None, None, assertion.observed


def _number(digits: str) -> int:
    return int(digits.replace(",", ""))
