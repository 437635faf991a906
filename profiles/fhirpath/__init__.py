"""FHIRPath for FHIR R4: an expression is compiled once and evaluated often.

Imports `profiles.definitions`. The language is FHIRPath N1 (http://hl7.org/fhirpath/N1) with what
FHIR R4 adds to it (https://hl7.org/fhir/R4/fhirpath.html); docs/fhirpath.md has the score on the
official tests. Where HL7's validator reads a constraint more kindly than the specification, it is
followed, and the place says so.

>>> from profiles.fhirpath import Scope, compile_expression
>>> patient = {"resourceType": "Patient", "name": [{"given": ["Ann", "B."]}, {"family": "Y"}]}
>>> compile_expression("Patient.name.given").evaluate(patient)
['Ann', 'B.']
>>> compile_expression("name.exists(family = 'Y')").holds(patient, Scope(resource=patient))
True

With a model of the types, the keys of choice elements and the types of texts are known beforehand;
without one they are found in the JSON.

>>> period = {"start": "2020-02", "end": "2020-01-31"}
>>> compile_expression("start <= end", context_type="Period").holds(period)
False
"""

from __future__ import annotations

from typing import Any

from profiles.fhirpath.code import NOTHING, Code, Items, Scope, Truth, test_of
from profiles.fhirpath.compiler import ExpressionCompiler, NeedTypes
from profiles.fhirpath.corrections import corrected
from profiles.fhirpath.errors import (
    EvaluationError,
    FhirPathError,
    FhirPathSyntaxError,
    NotEvaluable,
)
from profiles.fhirpath.model import DefinitionsModel, ElementFact, NoModel, TypeModel
from profiles.fhirpath.native import NATIVE
from profiles.fhirpath.parser import parse
from profiles.fhirpath.steps import typed
from profiles.fhirpath.values import Node, Quantity, plain

__all__ = [
    "DefinitionsModel",
    "ElementFact",
    "EvaluationError",
    "Expression",
    "FhirPathError",
    "FhirPathSyntaxError",
    "Node",
    "NotEvaluable",
    "Quantity",
    "Scope",
    "TypeModel",
    "compile_constraint",
    "compile_expression",
]

_NO_MODEL = NoModel()
#: More than all packages here need; expressions that users type must not fill the memory.
_MOST_EXPRESSIONS = 16_384


class Expression:
    """A compiled expression. Evaluations share nothing, so threads may share it.

    Attributes:
        text: the expression.
        typed: whether elements carry their types when it runs, which is slower.
    """

    __slots__ = ("_code", "_context_type", "_test", "text", "typed")

    def __init__(
        self, text: str, code: Code, context_type: str, *, typed: bool, test: Truth | None = None
    ) -> None:
        self.text = text
        self.typed = typed
        self._code = code
        self._test = test_of(code) if test is None else test
        self._context_type = context_type

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def nodes(self, node: Any = NOTHING, scope: Scope | None = None) -> Items:
        """Evaluate, and return the items as they are: a `Node` where an element needs one.

        Raises:
            EvaluationError: the expression breaks a rule of the language at run time.
            NotEvaluable: it needs what the scope does not have.
        """
        scope = Scope() if scope is None else scope
        scope.context = focus = self._focus(node)
        return self._code.run(scope, focus)

    def evaluate(self, node: Any = NOTHING, scope: Scope | None = None) -> list[Any]:
        """Evaluate, and return JSON values; of a primitive without a value, None.

        Args:
            node: a resource, an element, or a `Node` where a primitive has an id or extensions;
                nothing where the expression needs none.
            scope: the resource around the node, and who answers what the JSON does not say.

        Raises:
            EvaluationError: the expression breaks a rule of the language at run time.
            NotEvaluable: it needs what the scope does not have.
        """
        return [plain(item) for item in self.nodes(node, scope)]

    def holds(self, node: Any, scope: Scope | None = None) -> bool:
        """Whether a constraint holds.

        As in HL7's validator an empty result is a violation, one item that is no boolean is none,
        and so is an expression that breaks a rule of the language at run time.

        Raises:
            NotEvaluable: nobody can say; the constraint is to be reported as not checked.
        """
        scope = Scope() if scope is None else scope
        scope.context = focus = self._focus(node)
        try:
            return self._test(scope, focus) is True
        except EvaluationError:
            return False

    def with_test(self, test: Truth) -> Expression:
        """Return the same expression with another way to tell whether it holds."""
        return Expression(self.text, self._code, self._context_type, typed=False, test=test)

    def _focus(self, node: Any) -> Any:
        if not self.typed or node is NOTHING:
            return node
        return typed(node, self._context_type)


def _compiled(text: str, context_type: str, model: TypeModel, *, strict: bool) -> Expression:
    tree = parse(text)
    types = (context_type,) if context_type else ()
    for is_typed in (False, True):
        compiler = ExpressionCompiler(text, model, typed=is_typed, strict=strict)
        try:
            code = compiler.code(tree, types)
        except NeedTypes:
            continue
        return Expression(text, code, context_type, typed=is_typed)
    raise AssertionError(text)  # typed mode never asks for itself


def compile_expression(
    text: str, *, context_type: str = "", model: TypeModel | None = None, strict: bool = False
) -> Expression:
    """Compile an expression; the same one for the same arguments.

    Args:
        text: the expression.
        context_type: the type of the focus: `Patient`, `dateTime`, or the path of a
            BackboneElement, `Patient.contact`. "" where it may be of any type.
        model: what is known of types.
        strict: refuse elements that the types on their way do not have.

    Raises:
        FhirPathSyntaxError: the text is no expression; the error has the column.
    """
    model = _NO_MODEL if model is None else model
    key = text, context_type, strict
    found: Expression | None = model.expressions.get(key)
    if found is None:
        if len(model.expressions) >= _MOST_EXPRESSIONS:
            model.expressions.clear()
        found = model.expressions[key] = _compiled(text, context_type, model, strict=strict)
    return found


def compile_constraint(
    text: str,
    key: str,
    *,
    context_type: str = "",
    model: TypeModel | None = None,
    as_published: bool = False,
) -> Expression:
    """Compile a constraint for `holds`, corrected and as native code where there is such.

    Args:
        text: the expression of ElementDefinition.constraint.
        key: the key of it.
        context_type: the type of the focus, as for `compile_expression`.
        model: what is known of types.
        as_published: leave aside `corrections.json` and native code.

    Raises:
        FhirPathSyntaxError: the text is no expression.

    >>> compile_constraint("telecom or endpoint", "pd-1").holds({"telecom": [{}, {}]})
    True
    """
    if as_published:
        return compile_expression(text, context_type=context_type, model=model)
    compiled = compile_expression(corrected(text, key), context_type=context_type, model=model)
    native = NATIVE.get((key, text))
    if native is None:
        return compiled
    return compiled.with_test(native(_NO_MODEL if model is None else model))
