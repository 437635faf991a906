"""Compiles a syntax tree to closures. Imports tree, steps, operators, functions.

The compiler follows the static types of a path as far as it can. Where a type operator needs the
type of an element that only the resource tells, it raises `NeedTypes` and the expression is
compiled again in typed mode, in which every element is a `Node` with its type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles.fhirpath import tree
from profiles.fhirpath.code import EMPTY, NOTHING, Code, Items, Scope, single
from profiles.fhirpath.errors import EvaluationError, FhirPathSyntaxError
from profiles.fhirpath.functions import FUNCTIONS
from profiles.fhirpath.functions.types import type_test
from profiles.fhirpath.operators import OPERATORS, minus
from profiles.fhirpath.steps import from_focus, from_items, guess, step_of, typed, typed_step
from profiles.fhirpath.temporal import Temporal
from profiles.fhirpath.values import UCUM, Quantity, fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles.fhirpath.model import TypeModel
    from profiles.fhirpath.tree import Tree

Types = tuple[str, ...]
EMPTY_TYPES: Types = ()
_CONSTANTS = {"ucum": UCUM, "sct": "http://snomed.info/sct", "loinc": "http://loinc.org"}
_PREFIXES = {
    "vs-": "http://hl7.org/fhir/ValueSet/",
    "ext-": "http://hl7.org/fhir/StructureDefinition/",
}
_TEMPORAL = {"date": "System.Date", "datetime": "System.DateTime", "time": "System.Time"}


class NeedTypes(Exception):  # noqa: N818 - a demand, no error
    """The expression must be compiled in typed mode."""


class ExpressionCompiler:
    """Compiles the tree of one expression."""

    def __init__(self, text: str, model: TypeModel, *, typed: bool, strict: bool = False) -> None:
        self.strict = strict
        self.text = text
        self.model = model
        self.typed = typed

    def error(self, message: str, node: Tree) -> FhirPathSyntaxError:
        """Return an error that names the place of a sub-tree."""
        return FhirPathSyntaxError(message, self.text, node.column)

    def need_types(self) -> None:
        """Go to typed mode if it is not on."""
        if not self.typed:
            raise NeedTypes

    def code(self, node: Tree, here: Types) -> Code:
        """Compile a sub-tree; `here` are the types of `$this`."""
        visit: Callable[[ExpressionCompiler, Any, Types], Code] = _VISITORS[type(node)]
        return visit(self, node, here)

    def literal(self, node: tree.Literal, _here: Types) -> Code:
        """Compile a constant."""
        return constant([node.value])

    def empty(self, _node: tree.Empty, _here: Types) -> Code:
        """Compile `{}`."""
        return constant([])

    def variable(self, node: tree.Variable, here: Types) -> Code:
        """Compile `%name`."""
        name = node.name
        if name in _CONSTANTS:
            return constant([_CONSTANTS[name]])
        for prefix, url in _PREFIXES.items():
            if name.startswith(prefix):
                return constant([url + name.removeprefix(prefix)])
        return self.wrapped(Code(_VARIABLES.get(name) or _other_variable(name)), here)

    def wrapped(self, code: Code, _here: Types) -> Code:
        """Give the items their types in typed mode."""
        if not self.typed:
            return code
        run = code.run
        return Code(lambda scope, this: [typed(item, guess(item)) for item in run(scope, this)])

    def special(self, node: tree.Special, here: Types) -> Code:
        """Compile `$this`, `$index` and `$total`."""
        if node.name == "$this":
            return self.focus(here)
        if node.name == "$index":
            return Code(lambda scope, _: EMPTY if scope.index is None else [scope.index])
        return Code(lambda scope, _: scope.total)

    def focus(self, here: Types) -> Code:
        """Return the code of the focus."""
        return Code(lambda _, this: EMPTY if this is NOTHING else [this], None, here)

    def member(self, node: tree.Member, here: Types) -> Code:
        """Compile `base.name`."""
        if node.base is None and node.name[:1].isupper():
            return self.type_start(node.name, here)
        base = None if node.base is None or _is_this(node.base) else self.code(node.base, here)
        types = here if base is None else base.types
        if self.strict:
            self.check_element(types, node)
        step, found = step_of(self.model, types, node.name)
        if self.typed:
            step, found = typed_step(self.model, node.name), EMPTY_TYPES
        return from_focus(step, found) if base is None else from_items(base.run, step, found)

    def check_element(self, types: Types, node: tree.Member) -> None:
        """Refuse, in strict mode, an element that a type does not have."""
        for type_name in types:
            fact = self.model.element(type_name, node.name)
            known = "Resource" not in type_name and self.model.lineage(type_name)
            # `valueQuantity` is a key of the JSON, no element.
            if known and (fact is None or fact.alias):
                raise self.error(f"{type_name} has no element {node.name}", node)

    def type_start(self, name: str, here: Types) -> Code:
        """Compile a type's name at the start of a path: the focus, if it is one."""
        if self.strict and here and not any(name in self.model.lineage(one) for one in here):
            raise FhirPathSyntaxError(f"{here[0]} is no {name}", self.text, 1)
        if any(name in self.model.lineage(type_name) for type_name in here):
            return self.focus(here)
        lineage = self.model.lineage

        def run(_scope: Scope, this: Any) -> Items:
            found = guess(fields(this) or {})
            return [this] if found and (found == name or name in lineage(found)) else EMPTY

        return Code(run, None, (name,) if lineage(name) else ())

    def call(self, node: tree.Call, here: Types) -> Code:
        """Compile a call of a function."""
        function = FUNCTIONS.get(node.name)
        if function is None:
            raise self.error(f"there is no function {node.name}()", node)
        if not function.least <= len(node.arguments) <= function.most:
            raise self.error(f"{node.name}() does not take {len(node.arguments)} arguments", node)
        base = self.focus(here) if node.base is None else self.code(node.base, here)
        return function.build(self, node, base, here)

    def index(self, node: tree.Index, here: Types) -> Code:
        """Compile `base[index]`."""
        base, index = self.code(node.base, here), self.code(node.index, here).run

        def run(scope: Scope, this: Any) -> Items:
            items, at = base.run(scope, this), single(index(scope, this))
            if at is not None and type(at) is not int:
                raise EvaluationError(f"{at!r} is no index")
            return EMPTY if at is None or not 0 <= at < len(items) else [items[at]]

        return Code(run, None, base.types)

    def unary(self, node: tree.Unary, here: Types) -> Code:
        """Compile a sign."""
        operand = self.code(node.operand, here)
        if node.operator == "+":
            return operand
        run = operand.run
        code = Code(lambda scope, this: minus(run(scope, this)), None, operand.types)
        return code if operand.constant is None else constant(minus(operand.constant))

    def binary(self, node: tree.Binary, here: Types) -> Code:
        """Compile an operator."""
        left, right = self.code(node.left, here), self.code(node.right, here)
        return OPERATORS[node.operator](left, right)

    def type_test(self, node: tree.TypeTest, here: Types) -> Code:
        """Compile `is` and `as`."""
        base = self.code(node.operand, here)
        return type_test(self, node.operator, node.type_name, base, node)


def constant(items: Items) -> Code:
    """Return the code of constant items."""
    test = None
    if len(items) == 1 and type(items[0]) is bool:
        found = items[0]
        test = lambda _scope, _this: found  # noqa: E731 - the shortest there is
    return Code(lambda _scope, _this: items, test, tuple(map(system_type, items)), items)


def system_type(value: Any) -> str:
    """Return the System type of a literal."""
    if type(value) is Temporal:
        return _TEMPORAL[value.kind]
    names = {bool: "Boolean", int: "Integer", str: "String", Quantity: "Quantity"}
    return f"System.{names.get(type(value), 'Decimal')}"


def _is_this(node: Tree) -> bool:
    return isinstance(node, tree.Special) and node.name == "$this"


def _resource(scope: Scope, _this: Any) -> Items:
    return EMPTY if scope.resource is None else [scope.resource]


def _root(scope: Scope, this: Any) -> Items:
    return _resource(scope, this) if scope.root is None else [scope.root]


def _context(scope: Scope, _this: Any) -> Items:
    return EMPTY if scope.context is NOTHING else [scope.context]


_VARIABLES = {"resource": _resource, "rootResource": _root, "context": _context}


def _other_variable(name: str) -> Any:
    def run(scope: Scope, _this: Any) -> Items:
        if name not in scope.variables:
            raise EvaluationError(f"%{name} has no value")
        value = scope.variables[name]
        return value if type(value) is list else [value]

    return run


_VISITORS: dict[type, Any] = {
    tree.Literal: ExpressionCompiler.literal,
    tree.Empty: ExpressionCompiler.empty,
    tree.Variable: ExpressionCompiler.variable,
    tree.Special: ExpressionCompiler.special,
    tree.Member: ExpressionCompiler.member,
    tree.Call: ExpressionCompiler.call,
    tree.Index: ExpressionCompiler.index,
    tree.Unary: ExpressionCompiler.unary,
    tree.Binary: ExpressionCompiler.binary,
    tree.TypeTest: ExpressionCompiler.type_test,
}
