"""Types: `is`, `as`, `ofType()`, `type()` (FHIRPath N1, Types; FHIR R4 fhirpath.html, 2.9.1).

`is` accepts subtypes. `as` and `ofType` take the very type only, and both filter a collection, as
the HL7 validator has it for R4: dom-3 uses `as` on many items.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from profiles.fhirpath import tree
from profiles.fhirpath.code import EMPTY, Code, Items, Run, Scope, boolean
from profiles.fhirpath.registry import special
from profiles.fhirpath.steps import guess
from profiles.fhirpath.temporal import Temporal
from profiles.fhirpath.values import Node, Quantity, TypeInfo

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles.fhirpath.registry import Compiler
    from profiles.fhirpath.tree import Call, Tree

_SYSTEM = {
    bool: "Boolean",
    int: "Integer",
    float: "Decimal",
    Decimal: "Decimal",
    str: "String",
    Quantity: "Quantity",
}
_KINDS = {"date": "Date", "datetime": "DateTime", "time": "Time"}
_SYSTEM_NAMES = frozenset({*_SYSTEM.values(), *_KINDS.values(), "Any"})


def type_of(item: Any) -> TypeInfo:
    """Return the type of an item.

    >>> type_of("a")
    TypeInfo(namespace='System', name='String')
    """
    if type(item) is Node:
        return TypeInfo("FHIR", item.type or guess(item.value))
    if type(item) is dict:
        return TypeInfo("FHIR", guess(item))
    if type(item) is Temporal:
        return TypeInfo("System", _KINDS[item.kind])
    return TypeInfo("System", _SYSTEM.get(type(item), ""))


def type_test(compiler: Compiler, operator: str, name: str, base: Code, node: Tree) -> Code:
    """Compile `is`, `as` or `ofType` with a type's name."""
    accepts = _acceptance(compiler, name, node, exact=operator != "is")
    if not compiler.typed:
        accepts = _static(compiler, base, accepts)
    run = base.run
    if operator == "is":
        return boolean(_is(run, accepts))
    bare = name.rpartition(".")[2]
    return Code(lambda scope, this: [i for i in run(scope, this) if accepts(i)], None, (bare,))


def _is(run: Run, accepts: Callable[[Any], bool]) -> Any:
    def test(scope: Scope, this: Any) -> bool | None:
        items = run(scope, this)
        if not items:
            return None
        # Several items are of no one type, as the HL7 validator has it; N1 calls that an error.
        return len(items) == 1 and accepts(items[0])

    return test


def _static(
    compiler: Compiler, base: Code, accepts: Callable[[Any], bool]
) -> Callable[[Any], bool]:
    """Without typed mode an item's type must be known beforehand, or be said by the item."""
    types = base.types
    if types and all(_is_resource(compiler, type_name) for type_name in types):
        return accepts
    if len(types) != 1 or types[0].startswith("System."):
        compiler.need_types()
    found = accepts(Node(None, types[0]))
    return lambda _item: found


def _is_resource(compiler: Compiler, type_name: str) -> bool:
    return type_name == "Resource" or "Resource" in compiler.model.lineage(type_name)


def _acceptance(compiler: Compiler, name: str, node: Tree, *, exact: bool) -> Callable[[Any], bool]:
    namespace, _, bare = name.rpartition(".")
    lineage = compiler.model.lineage
    if namespace == "System" or (not namespace and bare in _SYSTEM_NAMES and bare != "Quantity"):
        return lambda item: type_of(item) == TypeInfo("System", bare)
    if not lineage(bare):
        raise compiler.error(f"there is no type {name}", node)

    def accepts(item: Any) -> bool:
        found = type_of(item)
        if found.namespace == "System":
            return not namespace and found.name == bare
        return found.name == bare or (not exact and bare in lineage(found.name))

    return accepts


def _name(compiler: Compiler, node: Tree) -> str:
    if isinstance(node, tree.Member):
        return node.name if node.base is None else f"{_name(compiler, node.base)}.{node.name}"
    raise compiler.error("the name of a type is missing", node)


def _register(name: str, operator: str) -> None:
    @special(name, 1)
    def build(compiler: Compiler, call: Call, base: Code, _here: tuple[str, ...]) -> Code:
        type_name = _name(compiler, call.arguments[0])
        return type_test(compiler, operator, type_name, base, call)


_register("is", "is")
_register("as", "as")
_register("ofType", "ofType")


@special("type")
def type_info(compiler: Compiler, _call: Call, base: Code, _here: tuple[str, ...]) -> Code:
    """`type()`: an object with `namespace` and `name`."""
    compiler.need_types()
    run = base.run

    def described(scope: Scope, this: Any) -> Items:
        found = [type_of(item) for item in run(scope, this)]
        return [{"namespace": one.namespace, "name": one.name} for one in found] or EMPTY

    return Code(described)
