"""Days and times that may be partial (FHIRPath N1, Date, DateTime, Time). Imports units, errors."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from profiles.fhirpath.errors import EvaluationError
from profiles.fhirpath.units import CALENDAR, DEFINITE

_DATE = r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?"
_TIME = r"(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d+)?))?)?"
_ZONE = r"(Z|[+-]\d\d:\d\d)?"
_FORMS = {
    "date": re.compile(f"{_DATE}$"),
    "datetime": re.compile(f"{_DATE}(?:T(?:{_TIME}{_ZONE})?)?$"),
    "time": re.compile(f"T?{_TIME}$"),
}
_LIMITS = {
    "date": ((1, 9999), (1, 12), (1, 31)),
    "datetime": ((1, 9999), (1, 12), (1, 31), (0, 24), (0, 59), (0, 60)),
    "time": ((0, 24), (0, 59), (0, 60)),
}
_DAY, _MONTH, _SECOND = 3, 2, 6
_NAMES = ("year", "month", "day", "hour", "minute", "second")
_SECONDS: dict[str, int | Decimal] = {
    "week": 604800, "day": 86400, "hour": 3600, "minute": 60, "second": 1,
    "millisecond": Decimal("0.001"),
}  # fmt: skip
_UCUM = {ucum: name for name, ucum in DEFINITE.items()}
#: Within this an instant without a zone may be the same as one with a zone.
_WIDEST = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Temporal:
    """A date, datetime or time, as precise as its fields.

    Attributes:
        kind: date, datetime or time.
        fields: year, month, day, hour, minute, second; of a time from hour on; as many as known.
        zone: minutes east of UTC, None where no zone is known.
        text: how it was written.
    """

    kind: str
    fields: tuple[int | Decimal, ...]
    zone: int | None
    text: str

    @staticmethod
    def parse(text: str, kind: str) -> Temporal | None:
        """Return what a text stands for; None if it is no such day or time.

        >>> Temporal.parse("2015-02", "date").fields
        (2015, 2)
        >>> Temporal.parse("2015-02-30", "date") is None
        True
        """
        return _parse(text, kind)

    def __str__(self) -> str:
        return self.text

    def compare(self, other: Temporal) -> int | None:
        """Return -1, 0 or 1; None where the precision or a missing zone leaves it open.

        >>> a, b = Temporal.parse("2018-03", "date"), Temporal.parse("2018-03-01", "date")
        >>> a.compare(b) is None
        True
        """
        if (self.kind == "time") != (other.kind == "time"):
            return None
        if self.zone != other.zone and min(len(self.fields), len(other.fields)) >= _SECOND - 1:
            return self._zoned(other)
        for mine, theirs in zip(self.fields, other.fields, strict=False):
            if mine != theirs:
                return -1 if mine < theirs else 1
        return 0 if len(self.fields) == len(other.fields) else None

    def _zoned(self, other: Temporal) -> int | None:
        try:
            mine, theirs = self._utc(), other._utc()
        except (ValueError, OverflowError):
            return None
        if (self.zone is None or other.zone is None) and abs(mine - theirs) <= _WIDEST:
            return None
        if mine != theirs:
            return -1 if mine < theirs else 1
        return 0 if len(self.fields) == len(other.fields) else None

    def _utc(self) -> datetime:
        year, month, day, hour, minute, second = (*self.fields, 0)[:_SECOND]
        moment = datetime(int(year), int(month), int(day), tzinfo=UTC)
        seconds = float(hour * 3600 + minute * 60 + second)
        return moment + timedelta(seconds=seconds - (self.zone or 0) * 60)

    def plus(self, amount: Decimal, unit: str) -> Temporal:
        """Return the day or time so much later; a finer unit than its own is cut to its own.

        Raises:
            EvaluationError: the unit is no calendar unit (a UCUM year or month is none).
        """
        name = CALENDAR.get(unit) or _UCUM.get(unit)
        if name is None:
            raise EvaluationError(f"{unit!r} cannot be added to a {self.kind}")
        try:
            if name in {"year", "month"}:
                return self._plus_months(int(amount) * (12 if name == "year" else 1))
            whole = amount if name == "second" else Decimal(int(amount))
            return self._plus_seconds(whole * _SECONDS[name])
        except (ValueError, OverflowError, ArithmeticError) as error:
            raise EvaluationError(f"{self} + {amount} {unit} is out of range") from error

    def _plus_months(self, months: int) -> Temporal:
        if self.kind == "time":
            raise EvaluationError("months cannot be added to a time")
        if len(self.fields) < _MONTH:
            return self._with((int(self.fields[0]) + int(months / 12),))
        total = int(self.fields[0]) * 12 + int(self.fields[1]) - 1 + months
        year, month = divmod(total, 12)
        day = (min(int(f), monthrange(year, month + 1)[1]) for f in self.fields[2:3])
        return self._with((year, month + 1, *day, *self.fields[3:]))

    def _plus_seconds(self, seconds: Decimal) -> Temporal:
        if self.kind == "time":
            return self._time_plus(seconds)
        if len(self.fields) < _DAY:  # a year has 365 days, a month 30 (N1, Date/Time Arithmetic)
            days = seconds / 86400
            return self._plus_months(
                int(days / 365) * 12 if len(self.fields) == 1 else int(days / 30)
            )
        known = len(self.fields)
        year, month, day, hour, minute, second = [*self.fields, 0, 0, 0][:_SECOND]
        step = {3: 86400, 4: 3600, 5: 60}.get(known)
        whole = Decimal(int(seconds / step) * step) if step else seconds
        total = second + whole
        start = datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=UTC)
        later = start + timedelta(seconds=int(total // 1))
        clock = (later.year, later.month, later.day, later.hour, later.minute)
        fields = (*clock, later.second + total % 1)
        return self._with(fields[:known])

    def _time_plus(self, seconds: Decimal) -> Temporal:
        hour, minute, second = (*self.fields, 0, 0)[:3]
        total = (hour * 3600 + minute * 60 + second + seconds) % 86400
        fields = (int(total // 3600), int(total // 60 % 60), total % 60)
        return self._with(fields[: len(self.fields)])

    def _with(self, fields: tuple[int | Decimal, ...]) -> Temporal:
        if self.kind != "time" and not 1 <= fields[0] <= 9999:  # noqa: PLR2004 - years of ISO 8601
            raise ValueError(fields)
        digits = len(self.text.partition(".")[2].rstrip("Z").partition("+")[0].partition("-")[0])
        made = replace(self, fields=fields)
        return replace(made, text=made.written(digits))

    def written(self, digits: int) -> str:
        """Return the ISO form, with so many digits of a second."""
        day, time = ((), self.fields) if self.kind == "time" else (self.fields[:3], self.fields[3:])
        text = "-".join(f"{int(f):0{2 if i else 4}}" for i, f in enumerate(day))
        if time:
            text += "" if self.kind == "time" else "T"
            text += ":".join(f"{int(f):02}" for f in time[:2])
        if len(time) > 2:  # noqa: PLR2004 - hour and minute
            text += f":{_seconds(Decimal(time[2]), digits)}"
        return text + (_zone_text(self.zone) if time else "")


def _seconds(second: Decimal, digits: int) -> str:
    cut = int(second * 10**digits)
    whole, part = divmod(cut, 10**digits)
    return f"{whole:02}.{part:0{digits}}" if digits else f"{whole:02}"


def _zone_text(zone: int | None) -> str:
    if not zone:
        return "" if zone is None else "Z"
    return f"{'-' if zone < 0 else '+'}{abs(zone) // 60:02}:{abs(zone) % 60:02}"


@lru_cache(maxsize=4096)
def _parse(text: str, kind: str) -> Temporal | None:
    match = _FORMS[kind].match(text) if text.isascii() else None
    if match is None:
        return None
    parts = list(match.groups())
    zone = parts.pop() if kind == "datetime" else None
    given = [part for part in parts if part is not None]
    fields = tuple(Decimal(part) if "." in part else int(part) for part in given)
    limits = _LIMITS[kind]
    if any(not low <= f <= high for f, (low, high) in zip(fields, limits, strict=False)):
        return None
    if kind != "time" and len(fields) >= _DAY:
        year, month, day = (int(f) for f in fields[:3])
        if day > monthrange(year, month)[1]:
            return None
    shown = text.removeprefix("T") if kind == "time" else text.removesuffix("T")
    return Temporal(kind, fields, _minutes(zone), shown)


def _minutes(zone: str | None) -> int | None:
    if zone is None or zone == "Z":
        return None if zone is None else 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:])
    return -minutes if zone[0] == "-" else minutes
