"""Functions on numbers and the clock (FHIRPath N1: Math, Utility)."""

from __future__ import annotations

import math
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from profiles.fhirpath.errors import EvaluationError
from profiles.fhirpath.registry import function, scalar
from profiles.fhirpath.temporal import Temporal
from profiles.fhirpath.values import Quantity, is_number, number, whole

if TYPE_CHECKING:
    from profiles.fhirpath.code import Items, Scope


#: Powers beyond this are computed as decimals.
_BITS = 1000


def _number(value: Any) -> Decimal:
    if not is_number(value):
        raise EvaluationError(f"{value!r} is no number")
    return Decimal(number(value))


@scalar("abs")
def absolute(value: Any) -> Any:
    """`abs()`, of a quantity too."""
    if type(value) is Quantity:
        return Quantity(abs(value.value), value.unit, value.calendar)
    return abs(number(value)) if is_number(value) else _number(value)


@scalar("ceiling")
def ceiling(value: Any) -> int:
    """`ceiling()`."""
    return math.ceil(_number(value))


@scalar("floor")
def floor(value: Any) -> int:
    """`floor()`."""
    return math.floor(_number(value))


@scalar("truncate")
def truncate(value: Any) -> int:
    """`truncate()`."""
    return math.trunc(_number(value))


@scalar("round", 0, 1)
def rounded(value: Any, digits: Any = 0) -> Any:
    """`round(precision)`, halves away from zero."""
    try:
        found = _number(value).quantize(Decimal(1).scaleb(-whole(digits)), ROUND_HALF_UP)
    except ArithmeticError as error:
        raise EvaluationError(f"{value} has no {digits} digits") from error
    return int(found) if not digits else found


def _safely(compute: Any, *values: Any) -> Decimal | None:
    try:
        return Decimal(compute(*map(_number, values)))
    except (ValueError, ArithmeticError):
        return None


scalar("exp")(lambda value: _safely(Decimal.exp, value))
scalar("ln")(lambda value: _safely(Decimal.ln, value))
scalar("sqrt")(lambda value: _safely(Decimal.sqrt, value))
scalar("log", 1)(lambda value, base: _safely(lambda a, b: round(a.ln() / b.ln(), 20), value, base))


@scalar("power", 1)
def power(value: Any, exponent: Any) -> Any:
    """`power(exponent)`; nothing where the result is no real number."""
    if type(value) is int and type(exponent) is int and 0 <= exponent * value.bit_length() < _BITS:
        return value**exponent
    return _safely(lambda a, b: a**b, value, exponent)


def _now(scope: Scope) -> datetime:
    return scope.now or datetime.now().astimezone()


def _temporal(text: str, kind: str) -> Items:
    return [Temporal.parse(text, kind)]


@function("now", types="System.DateTime")
def now(scope: Scope, _items: Items) -> Items:
    """`now()`."""
    return _temporal(_now(scope).isoformat(timespec="milliseconds"), "datetime")


@function("today", types="System.Date")
def today(scope: Scope, _items: Items) -> Items:
    """`today()`."""
    return _temporal(_now(scope).date().isoformat(), "date")


@function("timeOfDay", types="System.Time")
def time_of_day(scope: Scope, _items: Items) -> Items:
    """`timeOfDay()`."""
    return _temporal(_now(scope).time().isoformat(timespec="milliseconds"), "time")
