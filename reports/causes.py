"""Findings put together by what seems to cause them. Imports digest, describe and wording.

A target that refuses every request for one resource breaks dozens of clauses: one thing to mend.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reports.describe import broken_of
from reports.wording import api_title, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.findings import Finding
    from reports.digest import ClauseRecord

#: An answer as checks describe it, `501, OperationOutcome: Search by _id is not supported`, and
#: what they say before it of how a parameter was taken (`conformance/checks/unlisted.py`). Nothing
#: else is one: the numbers of a list look much like it.
_ANSWER = re.compile(
    r"""(?:(?:rejected\ with(?:out)?\ an\ OperationOutcome | a\ server\ error
            | neither\ refused\ nor\ searched):\ )?
        (?P<status>[1-5]\d\d),\ (?P<rest>(?:[^\d\s]|\d+\ [A-Z]).*)""",
    re.DOTALL | re.VERBOSE,
)
#: What differs between findings of one cause: quoted values, addresses, ids, numbers.
_VARYING = re.compile(
    r"""'[^']*' | "[^"]*" | https?://\S+ | [A-Z]\w+/\S+ | \b\w*\d\w*\b """, re.VERBOSE
)


@dataclass(frozen=True, slots=True)
class Cause:
    """Clauses that seem to fail for one reason, each with only its findings of that reason.

    `seen` is what the target did, `wanted` and `at` what was expected and where ("" where its
    findings differ in it).
    """

    where: str
    at: str
    seen: str
    wanted: str
    records: tuple[ClauseRecord, ...]

    @property
    def findings(self) -> int:
        """How many findings it explains."""
        return sum(len(record.findings) for record in self.records)


def causes_of(records: Iterable[ClauseRecord]) -> tuple[Cause, ...]:
    """Return the causes of failing clauses, those of most clauses first.

    The same answer to one resource's requests is one cause; what else was observed is, where the
    same was expected. The same is what differs in values, ids and numbers at most.
    """
    found: defaultdict[tuple[str, ...], dict[str, ClauseRecord]] = defaultdict(dict)
    for record in records:
        for finding in record.findings:
            own = found[_key(record, finding)]
            earlier = own[record.id].findings if record.id in own else ()
            own[record.id] = replace(record, findings=(*earlier, finding))
    causes = (_cause(tuple(own.values())) for own in found.values())
    return tuple(sorted(causes, key=lambda cause: -len(cause.records)))


def _cause(records: tuple[ClauseRecord, ...]) -> Cause:
    facts = [_facts(finding) for record in records for finding in record.findings]
    places, wanted = ({_alike(fact[number]) for fact in facts} for number in (0, 1))
    area, resource = records[0].group
    return Cause(
        where=one_line(f"{api_title(area)}: {resource}"),
        at=one_line(facts[0][0]) if len(places) == 1 else "",
        seen=one_line(", ".join(_answer(facts[0][2])) or facts[0][2]),
        wanted=one_line(facts[0][1]) if len(wanted) == 1 else "",
        records=records,
    )


def _facts(finding: Finding) -> tuple[str, str, str]:
    """Return the first broken place, what was expected and observed; where none, the message."""
    for first in broken_of(finding)[:1]:
        return first.at, first.expected, first.observed
    return "", "", finding.message


def _answer(observed: str) -> tuple[str, ...]:
    """Return the status of an answer and what more is said of it; nothing of what is none."""
    answer = _ANSWER.match(observed)
    return (answer["status"], answer["rest"]) if answer else ()


def _key(record: ClauseRecord, finding: Finding) -> tuple[str, ...]:
    _, expected, observed = _facts(finding)
    if answer := _answer(observed):
        status, rest = answer
        return (*record.group, status, "", _alike(rest))
    return (*record.group, _alike(expected), _alike(observed))


def _alike(text: str) -> str:
    """Return a text without what differs between findings of one cause."""
    return _VARYING.sub("#", text)[:200]
