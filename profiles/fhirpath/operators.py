"""The operators of FHIRPath, but for `is` and `as`. Imports code, values and errors.

Each takes the code of its operands and gives its own: what is known of them beforehand (a
constant, days and times in texts) is settled here, once.
"""

from __future__ import annotations

from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import TYPE_CHECKING, Any

from profiles.fhirpath.code import EMPTY, Code, Items, Run, Scope, Truth, boolean, single, test_of
from profiles.fhirpath.errors import EvaluationError
from profiles.fhirpath.temporal import Temporal
from profiles.fhirpath.values import (
    TEMPORAL,
    Node,
    Quantity,
    as_temporal,
    compare,
    equal,
    equal_lists,
    equivalent_lists,
    is_number,
    number,
    plain,
    unit_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_PLACES = Decimal("1e-8")
#: Digits kept of what cannot be exact.
_EXACT = 28


def _and(left: Code, right: Code) -> Code:
    a, b = test_of(left), test_of(right)

    def test(scope: Scope, this: Any) -> bool | None:
        one = a(scope, this)
        if one is False:
            return False
        other = b(scope, this)
        return other if one else False if other is False else None

    return boolean(test)


def _or(left: Code, right: Code) -> Code:
    a, b = test_of(left), test_of(right)

    def test(scope: Scope, this: Any) -> bool | None:
        one = a(scope, this)
        if one:
            return True
        other = b(scope, this)
        return other if one is False else True if other else None

    return boolean(test)


def _xor(left: Code, right: Code) -> Code:
    a, b = test_of(left), test_of(right)

    def test(scope: Scope, this: Any) -> bool | None:
        one, other = a(scope, this), b(scope, this)
        return None if one is None or other is None else one is not other

    return boolean(test)


def _implies(left: Code, right: Code) -> Code:
    a, b = test_of(left), test_of(right)

    def test(scope: Scope, this: Any) -> bool | None:
        one = a(scope, this)
        if one is False:
            return True
        other = b(scope, this)
        return other if one else True if other else None

    return boolean(test)


def timed(code: Code) -> Run:
    """Return the items of a code; texts whose type makes them days or times are read as such."""
    kinds = {TEMPORAL.get(type_name, "") for type_name in code.types}
    run = code.run
    if not kinds or "" in kinds:
        return run
    kind = kinds.pop() if len(kinds) == 1 else ""
    return lambda scope, this: [_timed(item, kind) for item in run(scope, this)]


def _timed(item: Any, kind: str) -> Any:
    value = plain(item)
    found = as_temporal(value, kind)
    if found is None and type(value) is str:
        raise EvaluationError(f"{value!r} is no day or time")
    return found or value


def _is_time(code: Code) -> bool:
    return bool(code.types) and all(type_name in TEMPORAL for type_name in code.types)


def _equal(left: Code, right: Code) -> Code:
    if left.test is not None and right.test is not None:
        return boolean(_same_truth(left.test, right.test))
    if _is_text(right):
        return boolean(_equals_text(left.run, right.constant[0]))  # type: ignore[index]
    a, b = (
        (timed(left), timed(right)) if _is_time(left) and _is_time(right) else (left.run, right.run)
    )
    return boolean(lambda scope, this: equal_lists(a(scope, this), b(scope, this)))


def _same_truth(a: Truth, b: Truth) -> Truth:
    def test(scope: Scope, this: Any) -> bool | None:
        one, other = a(scope, this), b(scope, this)
        return None if one is None or other is None else one is other

    return test


def _is_text(code: Code) -> bool:
    return code.constant is not None and len(code.constant) == 1 and type(code.constant[0]) is str


def _equals_text(run: Run, text: str) -> Truth:
    def test(scope: Scope, this: Any) -> bool | None:
        items = run(scope, this)
        if len(items) != 1:
            return False if items else None
        item = items[0]
        return item == text if type(item) is str else equal(item, text)

    return test


def _not_equal(left: Code, right: Code) -> Code:
    test = test_of(_equal(left, right))

    def inverted(scope: Scope, this: Any) -> bool | None:
        found = test(scope, this)
        return None if found is None else not found

    return boolean(inverted)


def _equivalent(left: Code, right: Code) -> Code:
    a, b = left.run, right.run
    return boolean(lambda scope, this: equivalent_lists(a(scope, this), b(scope, this)))


def _not_equivalent(left: Code, right: Code) -> Code:
    a, b = left.run, right.run
    return boolean(lambda scope, this: not equivalent_lists(a(scope, this), b(scope, this)))


def _ordered(accepts: Callable[[int], bool]) -> Callable[[Code, Code], Code]:
    def build(left: Code, right: Code) -> Code:
        a, b = timed(left), timed(right)
        loose = not left.types and not right.types

        def test(scope: Scope, this: Any) -> bool | None:
            one, other = a(scope, this), b(scope, this)
            if not one or not other:
                return None
            if len(one) > 1 or len(other) > 1:
                raise EvaluationError("several items cannot be put in order")
            order = _order(one[0], other[0], loose=loose)
            return None if order is None else accepts(order)

        return boolean(test)

    return build


def _order(one: Any, other: Any, *, loose: bool) -> int | None:
    if loose and type(one) is str and type(other) is str:
        first, second = as_temporal(one), as_temporal(other)
        if first is not None and second is not None:
            return first.compare(second)
    return compare(one, other)


def is_in(items: Items, item: Any) -> bool:
    """Whether a collection has an item equal to another."""
    return any(equal(other, item) for other in items)


def _in(left: Code, right: Code) -> Code:
    a, b = left.run, right.run
    texts = _texts(right.constant)

    def test(scope: Scope, this: Any) -> bool | None:
        items = a(scope, this)
        if not items:
            return None
        if texts is not None:
            return all(type(item) is str and item in texts for item in map(plain, items))
        others = b(scope, this)
        # Several items are all to be in, as the HL7 validator has it; N1 calls that an error.
        return all(is_in(others, item) for item in items)

    return boolean(test)


def _texts(constant: Items | None) -> frozenset[str] | None:
    if constant is None or any(type(item) is not str for item in constant):
        return None
    return frozenset(constant)


def union(left: Items, right: Items) -> Items:
    """Join two collections without what is there twice."""
    return distinct([*left, *right])


def distinct(items: Items) -> Items:
    """Return items in order, each once."""
    if len(items) <= 1:
        return items
    if all(type(item) is str for item in items):
        return list(dict.fromkeys(items))
    found: Items = []
    for item in items:
        if not is_in(found, item):
            found.append(item)
    return found


def _union(left: Code, right: Code) -> Code:
    a, b = left.run, right.run
    types = tuple(dict.fromkeys(left.types + right.types)) if left.types and right.types else ()
    if left.constant is not None and right.constant is not None:
        items = union(left.constant, right.constant)
        return Code(lambda _scope, _this: items, None, types, items)
    return Code(lambda scope, this: union(a(scope, this), b(scope, this)), None, types)


def _concatenate(left: Code, right: Code) -> Code:
    a, b = left.run, right.run

    def run(scope: Scope, this: Any) -> Items:
        one, other = single(a(scope, this)), single(b(scope, this))
        return [("" if one is None else str(one)) + ("" if other is None else str(other))]

    return Code(run, None, ("System.String",))


def _arithmetic(apply: Callable[[Any, Any], Any]) -> Callable[[Code, Code], Code]:
    def build(left: Code, right: Code) -> Code:
        a, b = timed(left), timed(right)

        def run(scope: Scope, this: Any) -> Items:
            one, other = _operand(a(scope, this)), _operand(b(scope, this))
            if one is None or other is None:
                return EMPTY
            try:
                found = apply(one, other)
            except (DivisionByZero, InvalidOperation, ZeroDivisionError, OverflowError):
                return EMPTY
            return EMPTY if found is None else [found]

        return Code(run)

    return build


def _operand(items: Items) -> Any:
    if len(items) == 1 and type(items[0]) is Node and items[0].type in TEMPORAL:
        return _timed(items[0], TEMPORAL[items[0].type])
    return number(single(items))


def _numbers(one: Any, other: Any) -> bool:
    return is_number(one) and is_number(other)


def _plus(one: Any, other: Any) -> Any:
    if _numbers(one, other) or (type(one) is str and type(other) is str):
        return one + other
    if type(one) is Temporal and type(other) is Quantity:
        return one.plus(other.value, unit_name(other))
    return _quantities(one, other, "+", 1)


def _minus(one: Any, other: Any) -> Any:
    if _numbers(one, other):
        return one - other
    if type(one) is Temporal and type(other) is Quantity:
        return one.plus(-other.value, unit_name(other))
    return _quantities(one, other, "-", -1)


def _quantities(one: Any, other: Any, operator: str, sign: int) -> Quantity:
    if type(one) is not Quantity or type(other) is not Quantity or one.unit != other.unit:
        raise EvaluationError(f"{one!r} {operator} {other!r} has no meaning")
    return Quantity(one.value + sign * other.value, one.unit, one.calendar)


def _times(one: Any, other: Any) -> Any:
    if _numbers(one, other):
        return one * other
    a, b = _quantity(one, other, "*"), _quantity(other, one, "*")
    return Quantity(a.value * b.value, _product(a.unit, b.unit, "."))


def _divide(one: Any, other: Any) -> Any:
    if _numbers(one, other):
        return Decimal(one) / Decimal(other)
    a, b = _quantity(one, other, "/"), _quantity(other, one, "/")
    return Quantity(a.value / b.value, _product(a.unit, b.unit, "/"))


def _quantity(value: Any, other: Any, operator: str) -> Quantity:
    if is_number(value):
        return Quantity(Decimal(value))
    if type(value) is not Quantity:
        raise EvaluationError(f"{value!r} {operator} {other!r} has no meaning")
    return value


def _product(one: str, other: str, mark: str) -> str:
    return one if other == "1" else f"({one}){mark}({other})"


def _div(one: Any, other: Any) -> Any:
    if not _numbers(one, other):
        raise EvaluationError(f"{one!r} div {other!r} has no meaning")
    return int(Decimal(one) / Decimal(other))


def _mod(one: Any, other: Any) -> Any:
    if not _numbers(one, other):
        raise EvaluationError(f"{one!r} mod {other!r} has no meaning")
    rest = Decimal(one) % Decimal(other)
    return int(rest) if type(one) is int and type(other) is int else rest


def minus(items: Items) -> Items:
    """Return the negative of a number or quantity."""
    value = single(items)
    if value is None:
        return EMPTY
    if type(value) is Quantity:
        return [Quantity(-value.value, value.unit, value.calendar)]
    if not is_number(value):
        raise EvaluationError(f"{value!r} has no negative")
    return [-value]


OPERATORS: dict[str, Callable[[Code, Code], Code]] = {
    "and": _and,
    "or": _or,
    "xor": _xor,
    "implies": _implies,
    "=": _equal,
    "!=": _not_equal,
    "~": _equivalent,
    "!~": _not_equivalent,
    "<": _ordered(lambda order: order < 0),
    "<=": _ordered(lambda order: order <= 0),
    ">": _ordered(lambda order: order > 0),
    ">=": _ordered(lambda order: order >= 0),
    "in": _in,
    "contains": lambda left, right: _in(right, left),
    "|": _union,
    "&": _concatenate,
    "+": _arithmetic(_plus),
    "-": _arithmetic(_minus),
    "*": _arithmetic(_times),
    "/": _arithmetic(_divide),
    "div": _arithmetic(_div),
    "mod": _arithmetic(_mod),
}
