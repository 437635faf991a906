"""What FHIRPath says of where an extension may stand. Imports `fhirpath`, `problems`.

https://hl7.org/fhir/R4/defining-extensions.html#context: a context of type `fhirpath` selects, from
the resource, elements that may have the extension; a context invariant must hold at the element
that has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from profiles.fhirpath import Expression, FhirPathError, Node, compile_expression
from profiles.validator.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from profiles.definitions import Structure
    from profiles.fhirpath import DefinitionsModel
    from profiles.validator.scope import Scope


@dataclass(frozen=True, slots=True)
class Conditions:
    """The FHIRPath contexts and context invariants of an extension, compiled.

    Attributes:
        unreadable: contexts that are no FHIRPath; nobody can tell what they allow.
        unreadable_invariants: invariants that are none; nobody can tell whether they hold.
    """

    contexts: tuple[Expression, ...]
    invariants: tuple[Expression, ...]
    unreadable: tuple[str, ...]
    unreadable_invariants: tuple[str, ...]

    def allow(self, extension: Any, scope: Scope) -> bool:
        """Whether a context selects the element that has the extension."""
        if self.unreadable:
            scope.not_checked.update(f"extension context {each}" for each in self.unreadable)
            return True
        holder = _holder(extension, scope)
        for each in self.contexts:
            try:
                found = _selected(each, scope)
            except FhirPathError:
                scope.not_checked.add(f"extension context {each.text}")
                return True
            if id(holder) in found:
                return True
        return False

    def broken(self, url: str, extension: Any, scope: Scope) -> list[Problem]:
        """The context invariants that do not hold."""
        scope.not_checked.update(f"context invariant {each}" for each in self.unreadable_invariants)
        if not self.invariants:
            return []
        holder = _holder(extension, scope)
        scope.path.variables = {"extension": extension}
        return [
            Problem("error", "extension", f"the extension {url} asks for {each.text}", each.text)
            for each in self.invariants
            if not _holds(each, holder, scope)
        ]


def conditions(structure: Structure, model: DefinitionsModel) -> Conditions | None:
    """What FHIRPath says of an extension; None where it says nothing."""
    texts = [
        each["expression"]
        for each in structure.context
        if each.get("type") == "fhirpath" and each.get("expression")
    ]
    contexts, wrong = _compiled(texts, model)
    invariants, more = _compiled(structure.context_invariants, model)
    if not (contexts or invariants or wrong or more):
        return None
    return Conditions(contexts, invariants, wrong, more)


def _compiled(
    texts: Iterable[str], model: DefinitionsModel
) -> tuple[tuple[Expression, ...], tuple[str, ...]]:
    """The expressions, and the texts that are none."""
    found, wrong = [], []
    for text in texts:
        try:
            found.append(compile_expression(text, model=model))
        except FhirPathError:
            wrong.append(text)
    return tuple(found), tuple(wrong)


def _holds(expression: Expression, holder: Any, scope: Scope) -> bool:
    try:
        found = expression.evaluate(holder, scope.path)
    except FhirPathError:
        scope.not_checked.add(f"context invariant {expression.text}")
        return True
    return found == [True]


def _selected(expression: Expression, scope: Scope) -> dict[int, Any]:
    """What a context selects in a resource, by identity: evaluated once, however many ask."""
    found = scope.selected.get(expression.text)
    if found is None:
        nodes = expression.nodes(scope.resource, scope.path)
        found = {id(part): part for node in nodes for part in _parts(node)}
        scope.selected[expression.text] = found
    return found


def _parts(node: Any) -> tuple[Any, ...]:
    return (node.value, node.extra) if isinstance(node, Node) else (node,)


def _holder(extension: Any, scope: Scope) -> Any:
    """The element that has an extension; of a primitive, the object beside it (`_name`)."""
    if scope.holders is None:
        scope.holders = _holders(scope.resource)
    return scope.holders.get(id(extension))


def _holders(resource: dict[str, Any]) -> dict[int, Any]:
    """Who has each extension, by its identity; one walk, for a resource may have many."""
    found: dict[int, Any] = {}
    todo: list[Any] = [resource]
    while todo:
        each = todo.pop()
        if isinstance(each, list):
            todo.extend(each)
        elif isinstance(each, dict):
            for name in ("extension", "modifierExtension"):
                held = each.get(name)
                for one in held if isinstance(held, list) else ():
                    found.setdefault(id(one), each)
            todo.extend(value for value in each.values() if isinstance(value, dict | list))
    return found
