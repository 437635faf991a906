"""Bindings: whether what is coded is in the value set it is bound to. Imports `problems`.

https://hl7.org/fhir/R4/terminologies.html#strength. What nobody can tell offline goes to
`not_checked`. A CodeableConcept needs one coding of the value set; a Coding or Quantity of a
system that no package carries is not judged: so it is in the HL7 validator.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from profiles.validator.problems import Problem, problem, shown

if TYPE_CHECKING:
    from profiles.definitions import Element
    from profiles.validator.problems import Check, Found
    from profiles.validator.scope import Scope

SEVERITY = {"required": "error", "extensible": "warning"}
MAX_VALUE_SET = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet"
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
REMEMBERED = 50_000

#: Whether a code of a system ("" or None: without one) is in a value set; None: nobody can tell.
Member = Callable[[str | None, str], bool | None]


@dataclass(frozen=True, slots=True)
class Binding:
    """A binding of an element: to a value set, by whom, how strictly."""

    value_set: str
    severity: str
    owner: str
    rule: str

    def broken(self, message: str) -> list[Problem]:
        """A value that is not in the value set."""
        cause = f"binding:{self.value_set.partition('|')[0]}"
        return [Problem(self.severity, "code-invalid", message, cause, "", self.owner, self.rule)]


def bound_to(element: Element, owner: str) -> Binding | None:
    """The binding that is judged: a required one, an extensible one, or the maximum's."""
    spec = element.get("binding") or {}
    rule = str(element.get("id") or element["path"])
    strength, value_set = spec.get("strength"), spec.get("valueSet")
    if value_set and strength in {"required", "extensible"}:
        return Binding(value_set, SEVERITY[strength], owner, rule)
    for each in spec.get("extension", ()):
        if each.get("url") == MAX_VALUE_SET:
            value_set = each.get("valueCanonical") or each.get("valueUri")
            return Binding(value_set, "warning", owner, rule)
    return None


def check_of(
    bound: Binding, member: Member | None, complete: Callable[[str], bool], kind: str
) -> Check | None:
    """The check of a binding on values of a type."""
    if member is None:
        strict = bound.severity == "error" and kind in {"Coding", "Quantity"}
        return _unknown_set(bound.value_set, absolute_system if strict else None)
    if kind in {"code", "string", "uri"}:
        return _code(member, bound)
    if kind == "CodeableConcept":
        return _concept(member, bound)
    return _coding(member, bound, complete) if kind in {"Coding", "Quantity"} else None


def _unknown_set(value_set: str, rest: Check | None) -> Check:
    def check(value: Any, scope: Scope) -> Found:
        scope.not_checked.add(f"value set {value_set}")
        return rest(value, scope) if rest is not None and type(value) is dict else None

    return check


def _code(member: Member, bound: Binding) -> Check:
    good: set[str] = set()

    def check(value: Any, scope: Scope) -> Found:
        if type(value) is str and value in good:
            return None
        if isinstance(value, dict | list) or value is None or value == "":
            return None  # its shape is reported
        verdict = member(None, str(value))
        if verdict:
            good.add(str(value))
        elif verdict is None:
            scope.not_checked.add(f"value set {bound.value_set}")
        else:
            return bound.broken(f"{shown(value)} is not in the value set {bound.value_set}")
        return None

    return check


def pairs_of(codings: Any) -> list[tuple[str, str]]:
    """The (system, code) of codings, "" for what one does not say; without both it counts not."""
    pairs = []
    for each in codings if isinstance(codings, list) else [codings]:
        if not isinstance(each, dict):
            continue
        system, code = each.get("system"), each.get("code")
        if isinstance(code, str | int) or (code is None and isinstance(system, str)):
            text = "" if code is None else str(code)
            pairs.append((system if isinstance(system, str) else "", text))
    return pairs


def _concept(member: Member, bound: Binding) -> Check:
    """A CodeableConcept: one of its codings is in the value set."""
    good: set[tuple[Any, Any]] = set()

    def check(value: Any, scope: Scope) -> Found:
        if type(value) is not dict:
            return None
        codings = value.get("coding")
        if type(codings) is list and len(codings) == 1 and type(codings[0]) is dict:
            system, code = codings[0].get("system"), codings[0].get("code")
            if type(system) is str and type(code) is str:
                if (system, code) in good:
                    return None
                if member(system, code) and len(good) < REMEMBERED:
                    good.add((system, code))
                    return None
        pairs = pairs_of(codings)
        unsure = False
        for system, code in pairs:
            verdict = member(system, code)
            if verdict:
                return None
            unsure = unsure or verdict is None
        if unsure:
            scope.not_checked.add(f"value set {bound.value_set}")
            return None
        return bound.broken(_none_in(pairs, bound))

    return check


def _none_in(pairs: list[tuple[str, str]], bound: Binding) -> str:
    if not pairs:
        return f"no code, and one of the value set {bound.value_set} is expected"
    said = ", ".join(f"{system or 'no system'}#{code}" for system, code in pairs[:3])
    return f"{said} is not in the value set {bound.value_set}"


def _coding(member: Member, bound: Binding, complete: Callable[[str], bool]) -> Check:
    """A Coding or Quantity: judged where its system is known."""
    strict = bound.severity == "error"

    def check(value: Any, scope: Scope) -> Found:
        odd = absolute_system(value, scope) if strict and type(value) is dict else None
        if odd is not None:
            return odd
        for system, code in pairs_of(value):
            if not code:
                continue
            verdict = member(system, code)
            if verdict:
                return None
            if verdict is False and complete(system):
                return bound.broken(_none_in([(system, code)], bound))
            scope.not_checked.add(f"value set {bound.value_set}")
        return None

    return check


def relative(system: Any) -> Found:
    """A system that is no absolute URI."""
    if system is None or type(system) is not str or not system or ABSOLUTE.match(system):
        return None
    said = f"the system must be an absolute URI, not {shown(system)}"
    return problem("invalid", said, "system", rule="system")


def absolute_system(value: dict[str, Any], scope: Scope) -> Found:
    """Coding.system, Quantity.system and Identifier.system are absolute."""
    system = value.get("system")
    if type(system) is str and system[:4] == "http":
        return None
    if isinstance(system, int | float) and not isinstance(system, bool):
        system = str(system)
    return relative(system)


def uri_identifier(value: dict[str, Any], scope: Scope) -> Found:
    """An Identifier whose system says URI has one as its value."""
    if value.get("system") != "urn:ietf:rfc:3986":
        return None
    text = value.get("value")
    if text is None or ABSOLUTE.match(str(text)):
        return None
    said = f"the system urn:ietf:rfc:3986 asks for a full URI, not {shown(text)}"
    return problem("invalid", said, "uri-identifier", rule="identifier")
