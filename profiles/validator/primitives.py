"""Formats and ranges of primitive values. Imports `problems`.

https://hl7.org/fhir/R4/datatypes.html#primitive; how strict, is taken from the HL7 validator.
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from functools import cache
from string import ascii_letters, digits
from typing import TYPE_CHECKING, Any

from profiles.validator.problems import problem, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles.validator.problems import Check, Found
    from profiles.validator.scope import Scope

#: How many accepted texts a type remembers, and how long one may be.
REMEMBERED, LONGEST = 20_000, 100
#: FHIR's own limit of a string, in characters.
STRING_LIMIT = 1024 * 1024
TOO_LONG = f"is longer than {STRING_LIMIT} characters"
UNLIMITED = frozenset({"base64Binary", "xhtml"})

_DATE = r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?"
_TIME = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
_ZONE = r"(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)"
DATE = re.compile(_DATE)
DATE_TIME = re.compile(rf"{_DATE}(?:(?<=-\d\d-\d\d)T{_TIME}{_ZONE})?")
INSTANT = re.compile(rf"(\d{{4}})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T{_TIME}{_ZONE}")
TIME = re.compile(_TIME)
CODE = re.compile(r"\S+( \S+)*", re.ASCII)
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
OID = re.compile(r"urn:oid:[0-2](\.(0|[1-9]\d*))+")
UUID = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NO_UUID = "is no UUID (urn:uuid:…, lower-case)"
#: Where the last dot of an OID stands at the least: `isOid` and more in the HL7 validator.
SHORT_OID = len("urn:oid:") + 5
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
SPACE = re.compile(r"\s", re.ASCII)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
#: Every byte but those that base64 is written in.
NO_BASE64 = bytes(set(range(256)) - set(f"{ascii_letters}{digits}+/=".encode()))

INTEGERS = {"integer": -(2**31), "unsignedInt": 0, "positiveInt": 1}
JSON_KINDS = {dict: "an object", list: "an array", type(None): "null", bool: "a boolean"}


def _real_day(found: re.Match[str] | None) -> bool:
    if found is None or found[1] == "0000":
        return False
    return found[3] is None or int(found[3]) <= monthrange(int(found[1]), int(found[2]))[1]


def _date(text: str) -> str | None:
    return None if _real_day(DATE.fullmatch(text)) else "is no date (YYYY, YYYY-MM or YYYY-MM-DD)"


def _date_time(text: str) -> str | None:
    if _real_day(DATE_TIME.fullmatch(text)):
        return None
    return "is no dateTime (a date, or a date and a time to the second with a time zone)"


def _instant(text: str) -> str | None:
    if _real_day(INSTANT.fullmatch(text)):
        return None
    return "is no instant (YYYY-MM-DDThh:mm:ss with a time zone)"


def _string(text: str) -> str | None:
    if not text.isprintable() and CONTROL.search(text):
        return "has control characters or half of a surrogate pair"
    return None


def _code(text: str) -> str | None:
    return None if CODE.fullmatch(text) else "is no code: white space before, after or doubled"


def _uri(text: str) -> str | None:
    if SPACE.search(text):
        return "is no URI: white space"
    if text.startswith(("oid:", "uuid:")):
        return "must begin with urn:"
    if text.startswith("urn:uuid:") and not UUID.fullmatch(text):
        return NO_UUID
    if text.startswith("urn:oid:") and not (OID.fullmatch(text) and text.rfind(".") >= SHORT_OID):
        return "is no OID (urn:oid:, and an OID of a known root)"
    return None


def _canonical(text: str) -> str | None:
    """https://hl7.org/fhir/R4/references.html#canonical: absolute, or a fragment."""
    said = _uri(text)
    if said is None and text[:1] != "#" and not ABSOLUTE.match(text):
        return "must be an absolute URL, or lead to a contained resource (#id)"
    return said


def _base64(text: str) -> str | None:
    """As lenient as the HL7 validator: other characters are skipped, RFC 4648 notwithstanding.

    US Core publishes an example with such a hash (DiagnosticReport-cardiology-report).
    """
    count = len(text.encode("utf-8", "replace").translate(None, NO_BASE64))
    return None if count % 4 == 0 else "is no base64"


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str | None]:
    def valid(text: str) -> str | None:
        return None if pattern.fullmatch(text) else what

    return valid


TEXTS: dict[str, Callable[[str], str | None]] = {
    "string": _string,
    "markdown": _string,
    "code": _code,
    "date": _date,
    "dateTime": _date_time,
    "instant": _instant,
    "time": _matching(TIME, "is no time (hh:mm:ss)"),
    "id": _matching(ID, "is no id (1 to 64 letters, digits, - and .)"),
    "uri": _uri,
    "url": _uri,
    "canonical": _canonical,
    "oid": _matching(OID, "is no OID (urn:oid:…)"),
    "uuid": _matching(UUID, NO_UUID),
    "base64Binary": _base64,
    "xhtml": _string,
}


@cache
def primitive(name: str) -> Check:
    """The check of one value of a primitive type (`_x` siblings are checked elsewhere)."""
    if name == "boolean":
        return _boolean
    if name in INTEGERS:
        return _integer(name, INTEGERS[name])
    if name == "decimal":
        return _decimal
    return text(name, TEXTS.get(name, _string))


def text(name: str, fault: Callable[[str], str | None]) -> Check:
    """A text of a format; texts that were good once are remembered."""
    good: set[str] = set()
    limited = name not in UNLIMITED

    def check(value: Any, scope: Scope) -> Found:
        if type(value) is not str:
            return wrong_json(value, "a string")
        if value in good:
            return None
        if not value:
            return problem("invalid", "a value cannot be empty", "empty", rule="ele-1")
        said = TOO_LONG if len(value) > STRING_LIMIT and limited else fault(value)
        if said is not None:
            return problem("invalid", f"{shown(value)} {said}", "format", rule=name)
        if len(value) <= LONGEST and len(good) < REMEMBERED:
            good.add(value)
        return None

    return check


def _boolean(value: Any, scope: Scope) -> Found:
    return None if type(value) is bool else wrong_json(value, "a boolean")


def _integer(name: str, low: int) -> Check:
    def check(value: Any, scope: Scope) -> Found:
        if type(value) is not int:
            if type(value) is float:
                return problem("invalid", f"{value} is no valid {name}", "format", rule=name)
            return wrong_json(value, "a number")
        if low <= value < 2**31:
            return None
        said = f"{value} is no valid {name}: {low} to {2**31 - 1}"
        return problem("invalid", said, "format", rule=name)

    return check


def _decimal(value: Any, scope: Scope) -> Found:
    if type(value) is float:
        if math.isfinite(value):
            return None
        return problem("invalid", f"{value} is no decimal", "format", rule="decimal")
    return None if type(value) is int else wrong_json(value, "a number")


def wrong_json(value: Any, expected: str) -> list[Any]:
    """A value of another JSON kind than its type is written in."""
    kind = JSON_KINDS.get(type(value), "a string" if isinstance(value, str) else "a number")
    if isinstance(value, dict | list) or value is None:
        said = f"must be a simple value ({expected}), not {kind}"
    else:
        said = f"must be {expected}, not {kind}: {shown(value)}"
    return problem("structure", said, "null" if value is None else "json", rule="json")
