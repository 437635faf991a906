"""One member as a source of ids, references and seeded choices, and what a row is drafted as.

Imports the plan and the rows of the mock's data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from conformance.mock.data.plan import AS_OF
from conformance.mock.data.store import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.mock.data.plan import Plan, Resource

T = TypeVar("T")

FIRST_DAY = date(2016, 1, 1)
"""The documented window: nothing dated before this day is returned."""
LAST_DAY = date(2026, 8, 31)
_BETWEEN_VERSIONS = timedelta(days=11, hours=3, minutes=7, milliseconds=421)


@dataclass(frozen=True, slots=True)
class Person:
    """One member of one environment; `realm` tells environments apart, so that no id is shared."""

    plan: Plan
    realm: str
    index: int

    def _kind(self, kind: str) -> str:
        return f"{self.realm}/{self.index}/{kind}"

    @property
    def patient(self) -> str:
        """The id of the member's Patient."""
        return self.id_of("Patient", 0)

    def id_of(self, kind: str, row: int) -> str:
        """Return the opaque id of one of the member's rows."""
        return self.plan.id_of(self._kind(kind), row)

    def ref(self, kind: str, row: int = 0, version: int = 0) -> Resource:
        """Return a Reference to one of the member's rows, to a version of it where one is named."""
        versioned = f"/_history/{version}" if version else ""
        return {"reference": f"{kind}/{self.id_of(kind, row)}{versioned}"}

    def number(self, salt: str, row: int, below: int) -> int:
        """Choose a number from 0 up to `below`."""
        return self.plan.number(self._kind("choice"), row, salt, below)

    def pick(self, options: Sequence[T], salt: str, row: int) -> T:
        """Choose one of `options`."""
        return options[self.number(salt, row, len(options))]

    def day(self, salt: str, row: int, of: int) -> date:
        """Return the day of a row, one of many spread over the window; the first is its first."""
        if row == 0:
            return FIRST_DAY
        step = (LAST_DAY - FIRST_DAY) / of
        return FIRST_DAY + step * row + timedelta(days=self.number(f"{salt}-day", row, step.days))


@dataclass(frozen=True, slots=True)
class Draft:
    """A resource before it is a row: content, profiles, when it was first stored, its history."""

    kind: str
    id: str
    content: Resource
    profiles: tuple[str, ...]
    stored: datetime
    older: tuple[Callable[[Resource], Resource], ...] = field(default=())

    def row(self) -> Row:
        """Return the row: `older` makes the content of each version before, the oldest first."""
        contents = [change(self.content) for change in self.older] + [self.content]
        versions = tuple(self._version(n, content) for n, content in enumerate(contents))
        return Row(self.kind, self.id, versions)

    def _version(self, number: int, content: Resource) -> Resource:
        changed = min(self.stored + _BETWEEN_VERSIONS * number, AS_OF)
        meta = {
            "versionId": str(number + 1),
            "lastUpdated": changed.isoformat(timespec="milliseconds"),
            "profile": list(self.profiles),
        }
        return {"resourceType": self.kind, "id": self.id, "meta": meta, **content}


def stored_after(person: Person, kind: str, row: int, day: date, days: int = 3) -> datetime:
    """Return when a row of this day was stored: some days later, at an odd hour."""
    odd = timedelta(milliseconds=person.number(f"stored-{kind}", row, 86_400_000))
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=days) + odd
