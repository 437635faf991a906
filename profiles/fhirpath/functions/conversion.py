"""Functions that convert (FHIRPath N1, Conversion): each `toX` has its `convertsToX`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from profiles.fhirpath.code import EMPTY, Items, Scope, single
from profiles.fhirpath.registry import function
from profiles.fhirpath.temporal import Temporal
from profiles.fhirpath.units import CALENDAR
from profiles.fhirpath.values import Quantity, as_quantity, is_number, number

if TYPE_CHECKING:
    from collections.abc import Callable

_INTEGER = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?\d+(?:\.\d+)?")
_QUANTITY = re.compile(r"(?P<value>[+-]?\d+(?:\.\d+)?)\s*(?:'(?P<unit>[^']+)'|(?P<time>[a-z]+))?")
_TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "0.0"})


def to_boolean(value: Any) -> bool | None:
    """Return what `toBoolean()` gives; None for nothing."""
    if type(value) is bool:
        return value
    text = str(value).lower() if type(value) is str or is_number(value) else ""
    return True if text in _TRUE else False if text in _FALSE else None


def to_integer(value: Any) -> int | None:
    """Return what `toInteger()` gives; None for nothing."""
    if type(value) in {int, bool}:
        return int(value)
    return int(value) if type(value) is str and _INTEGER.fullmatch(value) else None


def to_decimal(value: Any) -> Decimal | None:
    """Return what `toDecimal()` gives; None for nothing."""
    if type(value) is bool or is_number(value):
        return Decimal(number(value))
    return Decimal(value) if type(value) is str and _DECIMAL.fullmatch(value) else None


def to_string(value: Any) -> str | None:
    """Return what `toString()` gives; None for nothing."""
    if type(value) is bool:
        return str(value).lower()
    if type(value) is dict:
        quantity = as_quantity(value)
        return None if quantity is None else str(quantity)
    return str(number(value))


def to_quantity(value: Any) -> Quantity | None:
    """Return what `toQuantity()` gives; None for nothing."""
    if type(value) is bool or is_number(value):
        return Quantity(Decimal(number(value)))
    if type(value) is not str:
        return as_quantity(value)
    match = _QUANTITY.fullmatch(value)
    if match is None or (match["time"] and match["time"] not in CALENDAR):
        return None
    if match["time"]:
        return Quantity(Decimal(match["value"]), CALENDAR[match["time"]], calendar=True)
    return Quantity(Decimal(match["value"]), match["unit"] or "1")


def _to_temporal(kind: str) -> Callable[[Any], Temporal | None]:
    def convert(value: Any) -> Temporal | None:
        if type(value) is Temporal:
            value = _as_kind(value, kind)
        return Temporal.parse(value, kind) if type(value) is str else None

    return convert


def _as_kind(value: Temporal, kind: str) -> str | None:
    if value.kind == kind:
        return value.text
    if "time" in {value.kind, kind}:
        return None
    return value.text.partition("T")[0]


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "Boolean": to_boolean,
    "Integer": to_integer,
    "Decimal": to_decimal,
    "String": to_string,
    "Date": _to_temporal("date"),
    "DateTime": _to_temporal("datetime"),
    "Time": _to_temporal("time"),
}


def _register(name: str, convert: Callable[[Any], Any], arguments: int = 0) -> None:
    @function(f"to{name}", 0, arguments, types=f"System.{name}")
    def converted(_scope: Scope, items: Items, *_unit: Items) -> Items:
        value = single(items)
        found = None if value is None else convert(value)
        return EMPTY if found is None else [found]

    @function(f"convertsTo{name}", 0, arguments, types="System.Boolean")
    def converts(_scope: Scope, items: Items, *_unit: Items) -> Items:
        value = single(items)
        return EMPTY if value is None else [convert(value) is not None]


for _name, _convert in _CONVERSIONS.items():
    _register(_name, _convert)
_register("Quantity", to_quantity, 1)
