"""Dates with precision as spans of time (FHIR R4 search.html#date). Imports stdlib only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_DATE = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(\.(?P<fraction>\d+))?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?"
)
#: How far apart two readings of a zoneless value may lie: the widest offsets on Earth.
ZONES = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to, not including, `end`; `zoned` is false where no offset was written."""

    start: datetime
    end: datetime
    zoned: bool

    @property
    def instant(self) -> bool:
        """Whether it is written to the second or finer: many servers keep a point in time then."""
        return self.end - self.start <= timedelta(seconds=1)

    @property
    def point(self) -> Span:
        """The point that a server may keep of an instant, whatever precision it was written in."""
        return Span(self.start, self.start + timedelta.resolution, zoned=self.zoned)


def span_of(text: str) -> Span | None:
    """Return the time a date, dateTime, instant or `start/end` (a Period) covers.

    None where it is none of these.
    """
    if "/" in text:
        return _span_of_period(*text.split("/", 1))
    found = _DATE.fullmatch(text)
    if not found:
        return None
    part = found.groupdict()
    try:
        start = datetime(
            int(part["year"]), int(part["month"] or 1), int(part["day"] or 1),
            int(part["hour"] or 0), int(part["minute"] or 0), int(part["second"] or 0),
            int((part["fraction"] or "0").ljust(6, "0")[:6]), UTC,
        ) - _offset(part["zone"])  # fmt: skip
        return Span(start, _end(start, part), zoned=bool(part["zone"]))
    except (ValueError, OverflowError):
        return None


def _span_of_period(start: str, end: str) -> Span | None:
    """Join two spans; a boundary that is not there lies beyond any date (search.html#date)."""
    first, last = span_of(start), span_of(end)
    if (start and not first) or (end and not last) or not (first or last):
        return None
    return Span(
        first.start if first else datetime.min.replace(tzinfo=UTC),
        last.end if last else datetime.max.replace(tzinfo=UTC),
        zoned=all(span.zoned for span in (first, last) if span),
    )


def _offset(zone: str | None) -> timedelta:
    if not zone or zone == "Z":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    return (1 if zone[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes)


def _end(start: datetime, part: dict[str, str | None]) -> datetime:
    if part["fraction"]:
        return start + timedelta(microseconds=10 ** max(0, 6 - len(part["fraction"])))
    for name, width in (("second", timedelta(seconds=1)), ("minute", timedelta(minutes=1))):
        if part[name]:
            return start + width
    if part["day"]:
        return start + timedelta(days=1)
    if part["month"]:
        return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    return start.replace(year=start.year + 1)
