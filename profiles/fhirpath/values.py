"""The items of a collection and how they compare (FHIRPath N1, Equality and Comparison).

An item is a JSON value as it stands in the resource; only what JSON cannot say is wrapped in a
`Node`. Imports temporal, units and errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

from profiles.fhirpath.errors import EvaluationError
from profiles.fhirpath.temporal import Temporal
from profiles.fhirpath.units import CALENDAR, DEFINITE, Canonical, canonical

UCUM = "http://unitsofmeasure.org"
#: FHIR types whose values are days or times, by the kind of `Temporal` they stand for.
TEMPORAL = {"date": "date", "dateTime": "datetime", "instant": "datetime", "time": "time"}
NUMBERS = (int, float, Decimal)


@dataclass(slots=True, eq=False)
class Node:
    """An element with what its JSON value does not say.

    Attributes:
        value: the JSON value; None for a primitive that has an id or extensions only.
        type: the FHIR type, "" where nobody asked for it.
        extra: the object beside a primitive (`_name`): id and extension.
    """

    value: Any
    type: str = ""
    extra: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit: a UCUM code, or the singular name of a calendar unit."""

    value: Decimal
    unit: str = "1"
    calendar: bool = False

    def __str__(self) -> str:
        return f"{self.value} {self.unit}" if self.calendar else f"{self.value} '{self.unit}'"

    def canonical(self) -> Canonical | None:
        """Return the unit in base units; None where it is unknown or of no fixed length."""
        if not self.calendar:
            return canonical(self.unit)
        unit = DEFINITE.get(self.unit)
        if unit is None:
            months = Decimal(12 if self.unit == "year" else 1)
            return months, frozenset({("month", 1)})
        return canonical(unit)


@dataclass(frozen=True, slots=True)
class TypeInfo:
    """What `type()` gives: `System.String`, `FHIR.Patient`."""

    namespace: str
    name: str


def plain(item: Any) -> Any:
    """Return the JSON value of an item."""
    return item.value if type(item) is Node else item


def fields(item: Any) -> dict[str, Any] | None:
    """Return the object whose members are the children of an item."""
    if type(item) is dict:
        return item
    if type(item) is not Node:
        return None
    return item.value if type(item.value) is dict else item.extra


def number(value: Any) -> Any:
    """Return a number that can be mixed with others: floats become what they were written as.

    Raises:
        EvaluationError: a float that JSON cannot write.
    """
    if type(value) is not float:
        return value
    if not isfinite(value):
        raise EvaluationError(f"{value} is no number")
    return Decimal(repr(value))


def whole(value: Any) -> int:
    """Return an integer, of an argument that has to be one.

    Raises:
        EvaluationError: it is none.
    """
    if type(value) is not int:
        raise EvaluationError(f"{value!r} is no integer")
    return value


def is_number(value: Any) -> bool:
    """Tell numbers from everything else, booleans too."""
    return type(value) in NUMBERS


def as_quantity(value: Any) -> Quantity | None:
    """Return a FHIR Quantity object as a quantity; None if it is none or has no value."""
    if type(value) is Quantity:
        return value
    if type(value) is not dict or not is_number(value.get("value")):
        return None
    unit = value.get("code") or value.get("unit")
    amount = Decimal(number(value["value"]))
    return Quantity(amount, unit if isinstance(unit, str) else "1")


def as_temporal(value: Any, kind: str = "") -> Temporal | None:
    """Return a text as the day or time it stands for; None if it is none.

    Without a kind anything that looks like a date or dateTime is one.
    """
    if type(value) is Temporal:
        return value
    if type(value) is not str:
        return None
    if kind:
        return Temporal.parse(value, kind)
    return Temporal.parse(value, "date") or Temporal.parse(value, "datetime")


def equal(left: Any, right: Any) -> bool | None:
    """Whether two items are equal (`=`); None where that is open."""
    a, b = plain(left), plain(right)
    kind = type(a)
    if kind is Temporal or type(b) is Temporal or _types(left, right):
        return _equal_temporal(left, right)
    if kind is Quantity or type(b) is Quantity:
        return _equal_quantity(a, b)
    if kind is type(b):
        return bool(a == b)
    if is_number(a) and is_number(b):
        return bool(number(a) == number(b))
    return False


def _types(left: Any, right: Any) -> bool:
    return (
        type(left) is Node
        and left.type in TEMPORAL
        and type(right) is Node
        and right.type in TEMPORAL
    )


def _equal_temporal(left: Any, right: Any) -> bool | None:
    a, b = temporal_pair(left, right)
    if a is None or b is None:
        return bool(plain(left) == plain(right))
    if (a.kind == "time") != (b.kind == "time"):
        return False
    order = a.compare(b)
    return None if order is None else order == 0


def temporal_pair(left: Any, right: Any) -> tuple[Temporal | None, Temporal | None]:
    """Return both items as days or times, read as what they or their partners are."""
    a = temporal_item(left, plain(right))
    b = temporal_item(right, plain(left))
    return a, b


def temporal_item(item: Any, partner: Any) -> Temporal | None:
    """Return an item as a day or time; a text is read by its type, else as its partner is."""
    kind = TEMPORAL.get(item.type, "") if type(item) is Node else ""
    if not kind and type(partner) is Temporal and partner.kind == "time":
        kind = "time"
    return as_temporal(plain(item), kind)


def _equal_quantity(a: Any, b: Any) -> bool | None:
    pair = comparable(a, b)
    if pair is None:
        return False if as_quantity(a) is None or as_quantity(b) is None else _unlike(a, b)
    return pair[0] == pair[1]


def _unlike(a: Any, b: Any) -> bool | None:
    """Two known units of unlike dimensions are unequal; of unknown ones nobody can say."""
    left, right = as_quantity(a), as_quantity(b)
    one = left.canonical() if left else None
    other = right.canonical() if right else None
    if one is None or other is None or any("month" in dict(c[1]) for c in (one, other)):
        return None
    return False


def comparable(a: Any, b: Any) -> tuple[Decimal, Decimal] | None:
    """Return two quantities in one unit; None where there is none."""
    left, right = as_quantity(_measure(a)), as_quantity(_measure(b))
    if left is None or right is None:
        return None
    if type(a) is dict and type(b) is dict and a.get("unit") and a["unit"] == b.get("unit"):
        return left.value, right.value  # HL7's validator looks at the unit that people read first
    if left.unit == right.unit and left.calendar == right.calendar:
        return left.value, right.value
    one, other = left.canonical(), right.canonical()
    if one is None or other is None or one[1] != other[1]:
        return None
    return left.value * one[0], right.value * other[0]


def _measure(value: Any) -> Any:
    return Quantity(Decimal(str(value))) if is_number(value) else value


def equal_lists(left: list[Any], right: list[Any]) -> bool | None:
    """Whether two collections are equal (`=`); None where one is empty or it is open."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    found: bool | None = True
    for a, b in zip(left, right, strict=True):
        same = equal(a, b)
        if same is False:
            return False
        if same is None:
            found = None
    return found


def equivalent(left: Any, right: Any) -> bool:
    """Whether two items are equivalent (`~`)."""
    a, b = plain(left), plain(right)
    if type(a) is str and type(b) is str:
        return " ".join(a.lower().split()) == " ".join(b.lower().split())
    if is_number(a) and is_number(b):
        return _rounded(a, b)
    if type(a) is Quantity or type(b) is Quantity:
        pair = comparable(a, b)
        return pair is not None and _rounded(*pair)
    if type(a) is dict and type(b) is dict:
        return a.keys() == b.keys() and all(equivalent_lists(_list(a[k]), _list(b[k])) for k in a)
    return equal(left, right) is True


def _list(value: Any) -> list[Any]:
    return value if type(value) is list else [value]


def _rounded(a: Any, b: Any) -> bool:
    """Numbers are equivalent at the precision of the less precise one."""
    a, b = Decimal(str(a)), Decimal(str(b))
    digits = min(_digits(a), _digits(b))
    try:
        return bool(round(a, digits) == round(b, digits))
    except ArithmeticError:  # more digits than a Decimal keeps
        return bool(a == b)


def _digits(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def equivalent_lists(left: list[Any], right: list[Any]) -> bool:
    """Whether two collections hold equivalent items, in any order."""
    if len(left) != len(right):
        return False
    rest = list(right)
    for item in left:
        match = next((i for i, other in enumerate(rest) if equivalent(item, other)), None)
        if match is None:
            return False
        del rest[match]
    return True


def _sign(a: Any, b: Any) -> int:
    return int(a > b) - int(a < b)


def compare(left: Any, right: Any) -> int | None:
    """Return the order of two items, -1, 0 or 1; None where it is open.

    Raises:
        EvaluationError: the items are of kinds that have no order.
    """
    a, b = plain(left), plain(right)
    if type(a) is str and type(b) is str and not _types(left, right):
        return _sign(a, b)
    if is_number(a) and is_number(b):
        return _sign(number(a), number(b))
    first, second = temporal_pair(left, right)
    if first is not None and second is not None:
        return first.compare(second)
    if as_quantity(_measure(a)) and as_quantity(_measure(b)):
        pair = comparable(a, b)
        return None if pair is None else _sign(*pair)
    raise EvaluationError(f"{a!r} and {b!r} have no order")


def unit_name(quantity: Quantity) -> str:
    """Return the unit as `Temporal.plus` wants it."""
    return CALENDAR.get(quantity.unit, quantity.unit)
