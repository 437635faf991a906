"""Fixed values, patterns, value ranges (ElementDefinition.fixed[x], pattern[x], minValue[x] …).

Imports `problems` and the units of `fhirpath`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from profiles.fhirpath.units import canonical
from profiles.validator.problems import problem, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles.definitions import Element
    from profiles.validator.problems import Check, Found
    from profiles.validator.scope import Scope


def stated(element: Element, prefix: str) -> Any:
    """The value of `fixed[x]`, `pattern[x]`, `minValue[x]` …, None where there is none."""
    for key, value in element.items():
        if key.startswith(prefix) and key[len(prefix) : len(prefix) + 1].isupper():
            return value
    return None


def same(value: Any, expected: Any) -> bool:
    """JSON equality, that tells a boolean from a number."""
    if isinstance(value, bool) or isinstance(expected, bool):
        return value is expected
    if isinstance(expected, dict):
        return (
            isinstance(value, dict)
            and value.keys() == expected.keys()
            and all(same(value[key], each) for key, each in expected.items())
        )
    if isinstance(expected, list):
        return (
            isinstance(value, list)
            and len(value) == len(expected)
            and all(map(same, value, expected))
        )
    return bool(value == expected)


def contains(value: Any, pattern: Any) -> bool:
    """Whether all that a pattern states is in a value."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and contains(value[key], each) for key, each in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(
            any(contains(each, part) for each in value) for part in pattern
        )
    return same(value, pattern)


def matcher(element: Element) -> Callable[[Any], bool] | None:
    """Whether a value is what an element fixes, or holds its pattern; None where it has neither."""
    fixed = stated(element, "fixed")
    if fixed is not None:
        if isinstance(fixed, str):
            return lambda value: bool(value == fixed)
        return lambda value: same(value, fixed)
    pattern = stated(element, "pattern")
    if pattern is None:
        return None
    return _pattern(pattern)


def _pattern(pattern: Any) -> Callable[[Any], bool]:
    if isinstance(pattern, str):
        return lambda value: bool(value == pattern)
    if isinstance(pattern, dict) and pattern.keys() == {"coding"} and len(pattern["coding"]) == 1:
        coding = pattern["coding"][0]
        if coding.keys() == {"system", "code"}:
            return _one_coding(coding["system"], coding["code"])
    return lambda value: contains(value, pattern)


def _one_coding(system: str, code: str) -> Callable[[Any], bool]:
    """By far the most frequent pattern."""

    def match(value: Any) -> bool:
        codings = value.get("coding") if type(value) is dict else None
        for each in codings if type(codings) is list else ():
            if type(each) is dict and each.get("code") == code and each.get("system") == system:
                return True
        return False

    return match


def expected(element: Element) -> str:
    """What an element fixes, in words."""
    fixed = stated(element, "fixed")
    if fixed is not None:
        return shown(_plain(fixed), 200)
    return f"the pattern {shown(_plain(stated(element, 'pattern')), 200)}"


def _plain(value: Any) -> str:
    codings = value.get("coding") if isinstance(value, dict) else None
    if isinstance(codings, list) and codings:
        value = codings[0]
    if isinstance(value, dict) and "code" in value:
        return f"{value.get('system', '')}#{value['code']}"
    return str(value)


def states(element: Element, owner: str, rule: str) -> Check | None:
    """A value is what the element fixes."""
    match = matcher(element)
    if match is None:
        return None
    said = f"{expected(element)} expected"

    def check(value: Any, scope: Scope) -> Found:
        if match(value):
            return None
        message = f"{said}, found {shown(_plain(value))}"
        return problem("value", message, f"value:{said}", profile=owner, rule=rule)

    return check


def ranged(element: Element, owner: str, rule: str) -> Check | None:
    """minValue, maxValue (of numbers, quantities and texts in order) and maxLength."""
    low, high = stated(element, "minValue"), stated(element, "maxValue")
    longest = element.get("maxLength")
    if isinstance(low, dict) or isinstance(high, dict):
        return _ranged_quantity(low, high, owner, rule)
    if low is None and high is None and longest is None:
        return None

    def check(value: Any, scope: Scope) -> Found:
        said = _out_of_range(value, low, high)
        if longest is not None and isinstance(value, str) and len(value) > longest:
            said = f"at most {longest} characters allowed, found {len(value)}"
        return problem("value", said, "range", profile=owner, rule=rule) if said else None

    return check


def _out_of_range(value: Any, low: Any, high: Any) -> str:
    try:
        if low is not None and value < low:
            return f"at least {low} expected, found {shown(value)}"
        if high is not None and value > high:
            return f"at most {high} allowed, found {shown(value)}"
    except TypeError:
        return ""  # of another JSON type, which is reported
    return ""


def _ranged_quantity(low: Any, high: Any, owner: str, rule: str) -> Check:
    """Judge minValue and maxValue of quantities, whose units may differ."""
    least, most = _amount(low), _amount(high)

    def check(value: Any, scope: Scope) -> Found:
        amount = _amount(value)
        if amount is None:
            return None
        if least is not None and least[1] == amount[1] and amount[0] < least[0]:
            said = f"at least {_said(low)} expected, found {_said(value)}"
        elif most is not None and most[1] == amount[1] and amount[0] > most[0]:
            said = f"at most {_said(high)} allowed, found {_said(value)}"
        else:
            return None
        return problem("value", said, "range", profile=owner, rule=rule)

    return check


def _amount(quantity: Any) -> tuple[Decimal, Any] | None:
    """A quantity in base units; of a unit that is not UCUM's, as it is written."""
    number = quantity.get("value") if isinstance(quantity, dict) else None
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    unit = quantity.get("code") or quantity.get("unit") or "1"
    found = canonical(unit) if isinstance(unit, str) else None
    if found is None:
        return Decimal(str(number)), unit
    return Decimal(str(number)) * found[0], found[1]


def _said(quantity: dict[str, Any]) -> str:
    return f"{quantity.get('value')} {quantity.get('code') or quantity.get('unit') or ''}".strip()
