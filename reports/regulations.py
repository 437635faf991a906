"""A run seen by the regulations that its clauses serve. Imports digest."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.findings import Outcome
from reports.digest import NOT_TESTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.digest import ClauseRecord, Digest

#: What clauses are listed under that name no regulation.
NONE = "no regulation named"


@dataclass(frozen=True, slots=True)
class Regulation:
    """The clauses of one regulation: counts are clauses, not findings.

    `statuses` counts every clause by what became of it; `broken` names those that do not hold.
    """

    name: str
    clauses: int
    applicable: int
    judged: int
    manual: int
    statuses: Mapping[str, int]
    broken: tuple[str, ...]


def by_regulation(digest: Digest) -> tuple[Regulation, ...]:
    """Return each regulation that a clause names, by name; a clause may serve several."""
    found: defaultdict[str, list[ClauseRecord]] = defaultdict(list)
    for record in digest.records:
        for name in record.item.get("regulations") or (NONE,):
            found[str(name)].append(record)
    return tuple(_regulation(name, found[name]) for name in sorted(found, key=by_name))


def by_name(name: str) -> tuple[bool, str]:
    """Return what sorts regulations: clauses without one come last."""
    return name == NONE, name


def _regulation(name: str, records: list[ClauseRecord]) -> Regulation:
    return Regulation(
        name=name,
        clauses=len(records),
        applicable=sum(record.applicable for record in records),
        judged=sum(record.judged for record in records),
        manual=sum(record.status == NOT_TESTED for record in records),
        statuses=Counter(str(record.status) for record in records),
        broken=tuple(record.id for record in records if record.status == Outcome.FAIL),
    )
