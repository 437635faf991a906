"""Functions on precision (FHIRPath STU: lowBoundary, highBoundary, precision, comparable)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Any

from profiles.fhirpath.code import EMPTY, Code, Items, Scope, single
from profiles.fhirpath.operators import timed
from profiles.fhirpath.registry import scalar, special
from profiles.fhirpath.temporal import Temporal
from profiles.fhirpath.values import (
    TEMPORAL,
    Node,
    Quantity,
    as_temporal,
    comparable,
    is_number,
    number,
    whole,
)

if TYPE_CHECKING:
    from profiles.fhirpath.registry import Compiler
    from profiles.fhirpath.tree import Call

#: Digits of a date or time by how many of its fields are known (N1: 4 is a year, 17 all).
_DAY_DIGITS = (4, 6, 8, 10, 12, 17)
_TIME_DIGITS = (2, 4, 9)
_MOST = 28
#: The earliest and latest zones of the earth, in minutes.
_EAST, _WEST = 14 * 60, -12 * 60


def _boundary(value: Any, digits: Any, sign: int) -> Any:
    if type(value) is Temporal:
        return _of_temporal(value, digits, sign)
    if type(value) is Quantity:
        found = _of_number(value.value, digits, sign)
        return None if found is None else replace(value, value=found)
    return _of_number(Decimal(number(value)), digits, sign) if is_number(value) else None


def _of_number(value: Decimal, digits: int | None, sign: int) -> Decimal | None:
    digits = 8 if digits is None else whole(digits)
    if not 0 <= digits <= _MOST:
        return None
    exponent = value.as_tuple().exponent
    half = Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1)
    way = ROUND_FLOOR if sign < 0 else ROUND_CEILING
    try:
        return (value + sign * half).quantize(Decimal(1).scaleb(-digits), way)
    except ArithmeticError:
        return None


def _of_temporal(value: Temporal, digits: int | None, sign: int) -> Temporal | None:
    scale = _TIME_DIGITS if value.kind == "time" else _DAY_DIGITS
    digits = (scale[2] if value.kind == "date" else scale[-1]) if digits is None else digits
    if digits not in scale:
        return None
    wanted = scale.index(digits) + 1
    fields = list(value.fields)
    while len(fields) < wanted:
        fields.append(_limit(value, fields, sign))
    zone = value.zone
    if zone is None and value.kind != "time" and wanted > len(_DAY_DIGITS) // 2:
        zone = _EAST if sign < 0 else _WEST
    made = replace(value, fields=tuple(fields[:wanted]), zone=zone)
    return replace(made, text=made.written(3 if wanted == len(scale) else 0))


def _limit(value: Temporal, fields: list[int | Decimal], sign: int) -> int | Decimal:
    at = len(fields) + (3 if value.kind == "time" else 0)
    if sign < 0:
        return 1 if at < 3 else 0  # noqa: PLR2004 - month and day begin with 1
    if at == 2:  # noqa: PLR2004 - the day
        return monthrange(int(fields[0]), int(fields[1]))[1]
    return (9999, 12, 31, 23, 59, Decimal("59.999"))[at]


def _register(name: str, sign: int) -> None:
    @special(name, 0, 1)
    def build(compiler: Compiler, call: Call, base: Code, here: tuple[str, ...]) -> Code:
        items = timed(base)
        digits = compiler.code(call.arguments[0], here).run if call.arguments else None

        def run(scope: Scope, this: Any) -> Items:
            value = _timed(items(scope, this))
            wanted = None if digits is None else single(digits(scope, this))
            found = None if value is None else _boundary(value, wanted, sign)
            return EMPTY if found is None else [found]

        return Code(run, None, base.types)


_register("lowBoundary", -1)
_register("highBoundary", 1)


def _timed(items: Items) -> Any:
    value = single(items)
    if items and type(items[0]) is Node and items[0].type in TEMPORAL:
        return as_temporal(value, TEMPORAL[items[0].type])
    return value


@scalar("precision")
def precision(value: Any) -> int | None:
    """`precision()`: digits after the point, or of a date or time."""
    if type(value) is Temporal:
        scale = _TIME_DIGITS if value.kind == "time" else _DAY_DIGITS
        short = len(value.fields) == len(scale) and "." not in value.text
        return scale[len(value.fields) - 1] - (3 if short else 0)
    if not is_number(value):
        return None
    exponent = Decimal(number(value)).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else None


@scalar("comparable", 1, types="System.Boolean")
def are_comparable(value: Any, other: Any) -> bool:
    """`comparable(quantity)`: whether both can be had in one unit."""
    return comparable(value, other) is not None
