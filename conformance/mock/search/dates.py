"""Date searches: a value is a range of instants, a prefix compares it. Imports the outcomes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from conformance.mock.outcomes import invalid

if TYPE_CHECKING:
    from collections.abc import Callable

_PREFIXES = ("eq", "ne", "gt", "ge", "lt", "le", "sa", "eb", "ap")
_VALUE = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(\.(?P<fraction>\d+))?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?"
)
_BEFORE_ALL, _AFTER_ALL = -(2**62), 2**62
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_MS = timedelta(milliseconds=1)


class DateTest(Protocol):
    """Judges a found instant, or the span from `start` up to `end`."""

    def __call__(self, start: int, end: int | None = None) -> bool:
        """Return whether what was found satisfies the value that was asked."""
        ...


def milliseconds(instant: datetime) -> int:
    """Return an instant as whole milliseconds since 1970: comparisons of these are exact."""
    return (instant - _EPOCH) // _ONE_MS


def period_of(text: str) -> tuple[int, int]:
    """Return the first instant of a date of any precision and the first one after it.

    A value without a time zone is UTC, the zone this server writes.

    Raises:
        ValueError: not a FHIR date or dateTime.
    """
    match = _VALUE.fullmatch(text)
    if not match:
        raise ValueError("not a FHIR date, dateTime or instant")
    part = match.groupdict()
    zone = part["zone"] or "Z"
    number = {name: int(part[name] or first) for name, first in _FIRSTS.items()}
    start = datetime.fromisoformat(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}".format(**number) + zone
    )
    if part["fraction"]:
        exact = milliseconds(start) + int(part["fraction"][:3].ljust(3, "0"))
        return exact, exact + 1
    return milliseconds(start), milliseconds(_next(start, part))


_FIRSTS = {"year": 1, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}


def _next(start: datetime, part: dict[str, str | None]) -> datetime:
    if part["second"]:
        return start + timedelta(seconds=1)
    if part["minute"]:
        return start + timedelta(minutes=1)
    if part["day"]:
        return start + timedelta(days=1)
    if part["month"]:
        return (start + timedelta(days=31)).replace(day=1)
    return start.replace(year=start.year + 1)


def span_of(text: str) -> tuple[int, int]:
    """Return the span of a stored value: an instant, a date, or a Period as `start/end`.

    A Period without an end lasts for ever, one without a start began before everything.
    """
    start, is_period, end = text.partition("/")
    if not is_period:
        return period_of(text)
    return (
        period_of(start)[0] if start else _BEFORE_ALL,
        period_of(end)[1] if end else _AFTER_ALL,
    )


def date_test(parameter: str, text: str) -> DateTest:
    """Return the test one date value makes on a span of milliseconds, or on one instant.

    Raises:
        FhirProblem: the value is no date (400).
    """
    prefix, value = (text[:2], text[2:]) if text[:2] in _PREFIXES else ("eq", text)
    try:
        low, high = period_of(value)
    except ValueError as error:
        raise invalid(parameter, f'"{text}" ({error})') from None
    if prefix == "ap":  # R4: "10% of the gap between now and the date"
        gap = abs(milliseconds(datetime.now(UTC)) - low) // 10
        low, high = low - gap, high + gap
    compare = _COMPARISONS[prefix]

    def accepts(start: int, end: int | None = None) -> bool:
        return compare(low, high, start, start + 1 if end is None else end)

    return accepts


def _within(low: int, high: int, start: int, end: int) -> bool:
    return low <= start and end <= high


# R4 search.html#prefix: [low, high) is what was asked, [start, end) what was found.
_COMPARISONS: dict[str, Callable[[int, int, int, int], bool]] = {
    "eq": _within,
    "ne": lambda low, high, start, end: not _within(low, high, start, end),
    "gt": lambda _low, high, _start, end: end > high,
    "lt": lambda low, _high, start, _end: start < low,
    "ge": lambda low, high, start, end: end > high or _within(low, high, start, end),
    "le": lambda low, high, start, end: start < low or _within(low, high, start, end),
    "sa": lambda _low, high, start, _end: start >= high,
    "eb": lambda low, _high, _start, end: end <= low,
    "ap": lambda low, high, start, end: start < high and low < end,
}
