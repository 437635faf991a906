"""FHIRPath constraints (ElementDefinition.constraint). Imports `profiles.fhirpath`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles.fhirpath import DefinitionsModel, FhirPathError, NotEvaluable, compile_constraint
from profiles.validator.problems import Problem

if TYPE_CHECKING:
    from profiles.definitions import Definitions
    from profiles.validator.problems import Check, Found
    from profiles.validator.scope import Scope

#: Judged by code of their own: `shape`, `contained`, `extensions`, `narrative`, `references`.
NATIVE = frozenset(
    {
        *("ele-1", "ext-1", "dom-2", "dom-3", "dom-4", "dom-5", "dom-6", "dom-r4b"),
        *("txt-1", "txt-2", "ref-1"),
    }
)


class Constraints:
    """Compiles constraints; what cannot be compiled or evaluated is reported as not checked."""

    def __init__(self, definitions: Definitions, *, as_published: bool = False) -> None:
        self._as_published = as_published
        self.model = DefinitionsModel(definitions)

    def check(self, constraint: dict[str, Any], kind: str, owner: str) -> Check | None:
        """The check of one constraint on values of a type."""
        key, text = constraint["key"], constraint.get("expression")
        if key in NATIVE or not text:
            return None
        try:
            compiled = compile_constraint(
                text, key, context_type=kind, model=self.model, as_published=self._as_published
            )
        except FhirPathError:
            return _not_checked(f"constraint {key}")
        severity = "error" if constraint.get("severity") == "error" else "warning"
        said = f"{key}: {constraint.get('human') or text}"
        holds = compiled.holds

        def check(value: Any, scope: Scope) -> Found:
            try:
                if holds(value, scope.path):
                    return None
            except NotEvaluable:
                scope.not_checked.add(f"constraint {key}")
                return None
            return [Problem(severity, "invariant", said, f"key:{key}", "", owner, key)]

        return check


def _not_checked(what: str) -> Check:
    def check(value: Any, scope: Scope) -> Found:
        scope.not_checked.add(what)
        return None

    return check
