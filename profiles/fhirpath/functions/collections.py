"""Functions on whole collections (FHIRPath N1: existence, subsetting, combining)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles.fhirpath.code import EMPTY, Code, Items, Scope, boolean, single, test_of, truth
from profiles.fhirpath.errors import EvaluationError
from profiles.fhirpath.operators import OPERATORS, distinct, is_in
from profiles.fhirpath.registry import ANY, function, predicate, special

if TYPE_CHECKING:
    from profiles.fhirpath.registry import Compiler
    from profiles.fhirpath.tree import Call

Types = tuple[str, ...]


@predicate("empty")
def empty(items: Items) -> bool:
    """`empty()`."""
    return not items


@special("not")
def negation(_compiler: Compiler, _call: Call, base: Code, _here: Types) -> Code:
    """`not()`."""
    test = test_of(base)

    def inverted(scope: Scope, this: Any) -> bool | None:
        found = test(scope, this)
        return None if found is None else not found

    return boolean(inverted)


@predicate("isDistinct")
def is_distinct(items: Items) -> bool:
    """`isDistinct()`."""
    return len(distinct(items)) == len(items)


@function("count", types="System.Integer")
def count(_scope: Scope, items: Items) -> Items:
    """`count()`."""
    return [len(items)]


def _booleans(items: Items) -> list[bool]:
    found = [truth([item]) for item in items]
    if any(type(getattr(item, "value", item)) is not bool for item in items):
        raise EvaluationError("booleans are expected")
    return [one is True for one in found]


predicate("allTrue")(lambda items: all(_booleans(items)))
predicate("anyTrue")(lambda items: any(_booleans(items)))
predicate("allFalse")(lambda items: not any(_booleans(items)))
predicate("anyFalse")(lambda items: not all(_booleans(items)))


@function("subsetOf", 1, types="System.Boolean")
def subset_of(_scope: Scope, items: Items, other: Items) -> Items:
    """`subsetOf(other)`."""
    return [all(is_in(other, item) for item in items)]


@function("supersetOf", 1, types="System.Boolean")
def superset_of(_scope: Scope, items: Items, other: Items) -> Items:
    """`supersetOf(other)`."""
    return [all(is_in(items, item) for item in other)]


@function("distinct")
def distinct_items(_scope: Scope, items: Items) -> Items:
    """`distinct()`."""
    return distinct(items)


@function("first")
def first(_scope: Scope, items: Items) -> Items:
    """`first()`."""
    return items[:1]


@function("last")
def last(_scope: Scope, items: Items) -> Items:
    """`last()`."""
    return items[-1:]


@function("tail")
def tail(_scope: Scope, items: Items) -> Items:
    """`tail()`."""
    return items[1:]


@function("single")
def only(_scope: Scope, items: Items) -> Items:
    """`single()`; several items are an error."""
    single(items)
    return items


def _number(items: Items) -> int:
    value = single(items)
    if type(value) is not int:
        raise EvaluationError("an integer is expected")
    return max(value, 0)


@function("skip", 1)
def skip(_scope: Scope, items: Items, number: Items) -> Items:
    """`skip(number)`."""
    return items[_number(number) :]


@function("take", 1)
def take(_scope: Scope, items: Items, number: Items) -> Items:
    """`take(number)`."""
    return items[: _number(number)]


@function("intersect", 1)
def intersect(_scope: Scope, items: Items, other: Items) -> Items:
    """`intersect(other)`, each once."""
    return distinct([item for item in items if is_in(other, item)]) if other else EMPTY


@function("exclude", 1)
def exclude(_scope: Scope, items: Items, other: Items) -> Items:
    """`exclude(other)`; what is there twice stays twice."""
    return [item for item in items if not is_in(other, item)]


@special("union", 1)
def union(compiler: Compiler, call: Call, base: Code, here: Types) -> Code:
    """`union(other)`: as the operator `|`."""
    return OPERATORS["|"](base, compiler.code(call.arguments[0], here))


@function("combine", 1, types=ANY)
def combine(_scope: Scope, items: Items, other: Items) -> Items:
    """`combine(other)`; what is there twice stays twice."""
    return [*items, *other]
