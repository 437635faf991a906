"""Functions that evaluate an argument for each item (FHIRPath N1: where, select, all, …)."""

from __future__ import annotations

from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from profiles.fhirpath import tree
from profiles.fhirpath.code import EMPTY, NOTHING, Code, Items, Run, Scope, boolean, test_of
from profiles.fhirpath.errors import EvaluationError
from profiles.fhirpath.operators import is_in
from profiles.fhirpath.registry import special
from profiles.fhirpath.values import compare

if TYPE_CHECKING:
    from profiles.fhirpath.registry import Compiler
    from profiles.fhirpath.tree import Call, Tree

Types = tuple[str, ...]


def _uses(node: Tree, name: str) -> bool:
    """Whether a special variable occurs in a sub-tree."""
    return any(isinstance(one, tree.Special) and one.name == name for one in tree.walk(node))


def _indexed(run: Any) -> Any:
    """Set `$index` around each evaluation; `run(scope, item, index)`."""

    def with_index(scope: Scope, this: Any, index: int) -> Any:
        outer, scope.index = scope.index, index
        try:
            return run(scope, this)
        finally:
            scope.index = outer

    return with_index


@special("where", 1)
def where(compiler: Compiler, call: Call, base: Code, _here: Types) -> Code:
    """`where(criteria)`."""
    items, test = base.run, test_of(compiler.code(call.arguments[0], base.types))
    if _uses(call.arguments[0], "$index"):
        indexed = _indexed(test)
        return Code(
            lambda scope, this: [
                item for i, item in enumerate(items(scope, this)) if indexed(scope, item, i)
            ],
            None,
            base.types,
        )
    return Code(
        lambda scope, this: [item for item in items(scope, this) if test(scope, item)],
        None,
        base.types,
    )


@special("select", 1)
def select(compiler: Compiler, call: Call, base: Code, _here: Types) -> Code:
    """`select(projection)`."""
    items, code = base.run, compiler.code(call.arguments[0], base.types)
    run = code.run
    if _uses(call.arguments[0], "$index"):
        indexed = _indexed(run)
        return Code(
            lambda scope, this: [
                found
                for i, item in enumerate(items(scope, this))
                for found in indexed(scope, item, i)
            ],
            None,
            code.types,
        )
    return Code(
        lambda scope, this: [found for item in items(scope, this) for found in run(scope, item)],
        None,
        code.types,
    )


@special("exists", 0, 1)
def exists(compiler: Compiler, call: Call, base: Code, _here: Types) -> Code:
    """`exists()`, `exists(criteria)`."""
    items = base.run
    if not call.arguments:
        return boolean(lambda scope, this: bool(items(scope, this)))
    test = test_of(compiler.code(call.arguments[0], base.types))
    return boolean(lambda scope, this: any(test(scope, item) for item in items(scope, this)))


@special("all", 1)
def every(compiler: Compiler, call: Call, base: Code, _here: Types) -> Code:
    """`all(criteria)`."""
    items, test = base.run, test_of(compiler.code(call.arguments[0], base.types))
    return boolean(lambda scope, this: all(test(scope, item) for item in items(scope, this)))


@special("repeat", 1)
def repeat(compiler: Compiler, call: Call, base: Code, _here: Types) -> Code:
    """`repeat(projection)`: what the projection finds, and what it finds there, each once."""
    # The types of later rounds are not those of the first.
    items, run = base.run, compiler.code(call.arguments[0], ()).run

    def repeated(scope: Scope, this: Any) -> Items:
        found: Items = []
        known: set[int] = set()
        waiting = list(items(scope, this))
        while waiting:
            later: Items = []
            for item in waiting:
                for one in run(scope, item):
                    if _is_new(one, found, known):
                        found.append(one)
                        later.append(one)
            waiting = later
        return found

    return Code(repeated)


def _is_new(item: Any, found: Items, known: set[int]) -> bool:
    value = getattr(item, "value", item)
    if type(value) is not dict:
        return not is_in(found, item)
    if id(value) in known:
        return False
    known.add(id(value))
    return True


@special("iif", 2, 3)
def iif(compiler: Compiler, call: Call, base: Code, here: Types) -> Code:
    """`iif(criterion, then, otherwise)`; only the branch that counts is evaluated."""
    types = here if call.base is None else base.types
    codes = [compiler.code(argument, types) for argument in call.arguments]
    criterion = codes[0].constant
    if criterion and type(criterion[0]) is not bool:
        raise compiler.error("the criterion of iif() is no boolean", call.arguments[0])
    test, then = test_of(codes[0]), codes[1].run
    otherwise: Run = codes[2].run if len(codes) > 2 else _nothing  # noqa: PLR2004 - with an else
    found = codes[1].types if len(codes) < 3 or codes[1].types == codes[2].types else ()  # noqa: PLR2004

    def run(scope: Scope, this: Any) -> Items:
        if call.base is not None:
            this = _focus(base.run(scope, this))
        return then(scope, this) if test(scope, this) else otherwise(scope, this)

    return Code(run, None, found)


def _nothing(_scope: Scope, _this: Any) -> Items:
    return EMPTY


def _focus(items: Items) -> Any:
    if len(items) > 1:
        raise EvaluationError(f"iif() is asked of {len(items)} items")
    return items[0] if items else NOTHING


@special("aggregate", 1, 2)
def aggregate(compiler: Compiler, call: Call, base: Code, here: Types) -> Code:
    """`aggregate(aggregator, init)` with `$total`."""
    items, run = base.run, compiler.code(call.arguments[0], base.types).run
    start: Run = compiler.code(call.arguments[1], here).run if call.arguments[1:] else _nothing

    def aggregated(scope: Scope, this: Any) -> Items:
        outer = scope.total, scope.index
        try:
            total = start(scope, this)
            for index, item in enumerate(items(scope, this)):
                scope.index, scope.total = index, total
                total = run(scope, item)
        finally:
            scope.total, scope.index = outer
        return total

    return Code(aggregated)


@special("trace", 1, 2)
def trace(compiler: Compiler, call: Call, base: Code, here: Types) -> Code:
    """`trace(name, projection)`: its input; nobody reads the trace."""
    compiler.code(call.arguments[0], here)
    if call.arguments[1:]:
        compiler.code(call.arguments[1], base.types)
    return base


@special("sort", 0, 9)
def sort(compiler: Compiler, call: Call, base: Code, _here: Types) -> Code:
    """`sort(key, -key, …)`; without a key by the items themselves."""
    keys = []
    for argument in call.arguments or (tree.Special("$this", call.column),):
        falling = isinstance(argument, tree.Unary) and argument.operator == "-"
        node = argument.operand if isinstance(argument, tree.Unary) else argument
        keys.append((compiler.code(node, base.types).run, -1 if falling else 1))

    def run(scope: Scope, this: Any) -> Items:
        def order(left: Any, right: Any) -> int:
            for key, sign in keys:
                one, other = key(scope, left), key(scope, right)
                # What has no key comes first, whichever way the rest is sorted.
                found = sign * (compare(one[0], other[0]) or 0) if one and other else 0
                if found or bool(one) is not bool(other):
                    return found or bool(one) - bool(other)
            return 0

        return sorted(base.run(scope, this), key=cmp_to_key(order))

    return Code(run, None, base.types)
