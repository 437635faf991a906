"""Codes: whether a system has them, whether a bound value set does. Imports `definitions`.

https://hl7.org/fhir/R4/terminologies.html. Only what the packages know is judged; a system that
none of them carries goes to `not_checked`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from profiles.validator.problems import Problem, both, problem, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles.definitions import Definitions, Element, ValueSet
    from profiles.validator.problems import Check, Found
    from profiles.validator.scope import Scope

MAX_VALUE_SET = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet"
LANGUAGES = "urn:ietf:bcp:47"
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
REMEMBERED = 50_000


class Terminology:
    """Compiles bindings against the code systems and value sets of packages."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._known: dict[tuple[str, str], str] = {}
        self._members: dict[str, Callable[[str | None, str], bool | None] | None] = {}

    def coding_of_concept(self, shape: Check) -> Check:
        """A Coding in a CodeableConcept, its shape and its code; what was good is remembered.

        The same few codings make up a large part of any claim.
        """
        good: dict[tuple[Any, ...], str] = {}
        coding = self.coding

        def check(value: Any, scope: Scope) -> Found:
            key = None
            if type(value) is dict and "userSelected" not in value:  # for 1 == True
                try:
                    key = tuple(value.items())
                    unknown = good.get(key)
                except TypeError:  # something in it is no text
                    key = unknown = None
                if unknown is not None:
                    if unknown:
                        scope.not_checked.add(unknown)
                    return None
            found = shape(value, scope)
            more = coding(value, scope)
            if found is None and more is None and key is not None and len(good) < REMEMBERED:
                known = self._known.get((value.get("system"), value.get("code")))
                good[key] = f"code system {value['system']}" if known == "unknown" else ""
            return both(found, more) if more is not None else found

        return check

    def lone_coding(self, value: dict[str, Any], scope: Scope) -> Found:
        """A Coding that is no part of a CodeableConcept, or a Quantity: a warning at most.

        What makes it an error is a required binding; so it is in the HL7 validator.
        """
        found = self.coding(value, scope)
        for each in found or ():
            each.severity = "warning"
        return found

    def coding(self, value: dict[str, Any], scope: Scope) -> Found:
        """A Coding whose system a package carries has a code of that system."""
        if type(value) is not dict:
            return None
        system, code = value.get("system"), value.get("code")
        if type(system) is not str or type(code) is not str:
            return self._odd_coding(system, code)
        verdict = self._known.get((system, code))
        if verdict is None:
            verdict = self._judge(system, code)
            if len(self._known) < REMEMBERED:
                self._known[system, code] = verdict
        if not verdict:
            return None
        if verdict == "unknown":
            scope.not_checked.add(f"code system {system}")
            return None
        return problem(
            "code-invalid", verdict, f"code:{code}", at=".code", profile=system, rule="code"
        )

    def _odd_coding(self, system: Any, code: Any) -> Found:
        """A code that is written as a number, which its own check reports, is judged as text."""
        if type(code) is not int or type(system) is not str:
            return None
        said = self._judge(system, str(code))
        if said in {"", "unknown"}:
            return None
        return problem("code-invalid", said, f"code:{code}", at=".code", rule="code")

    def _judge(self, system: str, code: str) -> str:
        found = self._definitions.code_system(system)
        if found is None and (_relative(system) or self._definitions.value_set(system)):
            return "" if _relative(system) else f"{system} is a value set, not a code system"
        if found is None or found.content != "complete":
            return "unknown"
        if code in found.codes:
            return ""
        if not found.case_sensitive and code.lower() in {each.lower() for each in found.codes}:
            return ""
        return f"{shown(code)} is no code of the code system {system}"

    def member(self, canonical: str) -> Callable[[str | None, str], bool | None] | None:
        """Whether codes are in a value set; None where no package has it."""
        if canonical not in self._members:
            found = self._definitions.value_set(canonical)
            self._members[canonical] = (
                None
                if found is None
                else _member(found, self._bare(canonical), self._is_complete)
            )
        return self._members[canonical]

    def _is_complete(self, system: str) -> bool:
        found = self._definitions.code_system(system)
        return found is not None and found.content == "complete"

    def _bare(self, canonical: str, seen: tuple[str, ...] = ()) -> frozenset[str]:
        """The codes that the HL7 validator accepts without a system.

        It takes a listed code at face value where a value set, or one that it imports, includes
        nothing else (ValueSetValidator.inComponent, `only`).
        """
        facts = getattr(self._definitions, "value_set_facts", lambda _: None)(canonical)
        includes = (facts or {}).get("include") or ()
        found: set[str] = set()
        for each in includes:
            if len(includes) == 1:
                found.update(each.get("concept") or ())
            for url in each.get("valueSet") or ():
                if url not in seen:
                    found |= self._bare(url, (*seen, url))
        return frozenset(found)

    def has(self, value: Any, canonical: str) -> bool | None:
        """Whether a code, Coding or CodeableConcept is in a value set (FHIRPath `memberOf`)."""
        member = self.member(canonical)
        if member is None:
            return None
        if not isinstance(value, dict):
            return member(None, str(value))
        verdicts = [member(*pair) for pair in _pairs(value.get("coding", value))]
        if any(verdicts):
            return True
        return None if None in verdicts else False

    def binding(self, element: Element, kind: str, owner: str) -> Check | None:
        """The check of an element's binding for one of its types; None where nothing is bound."""
        bound = element.get("binding") or {}
        rule = str(element.get("id") or element["path"])
        for value_set, strength in _bound(bound):
            member = self.member(value_set)
            if member is None:
                required = strength == "required" and kind in {"Coding", "Quantity"}
                return _unknown_set(value_set, absolute_system if required else None)
            return self._check(member, _Binding(value_set, strength, owner, rule), kind)
        return None

    def _check(self, member: Any, bound: _Binding, kind: str) -> Check | None:
        if kind in {"code", "string", "uri"}:
            return _code(member, bound)
        if kind == "CodeableConcept":
            return _concept(member, bound)
        if kind in {"Coding", "Quantity"}:
            return _coding(member, bound, self._is_complete)
        return None


class _Binding:
    __slots__ = ("owner", "rule", "severity", "value_set")

    def __init__(self, value_set: str, strength: str, owner: str, rule: str) -> None:
        self.value_set, self.owner, self.rule = value_set, owner, rule
        self.severity = "error" if strength == "required" else "warning"

    def broken(self, message: str) -> list[Problem]:
        cause = f"binding:{self.value_set.partition('|')[0]}"
        return [
            Problem(self.severity, "code-invalid", message, cause, "", self.owner, self.rule)
        ]


def _bound(binding: dict[str, Any]) -> list[tuple[str, str]]:
    strength, value_set = binding.get("strength"), binding.get("valueSet")
    if value_set and strength in {"required", "extensible"}:
        return [(value_set, strength)]
    for each in binding.get("extension", ()):
        if each.get("url") == MAX_VALUE_SET:
            return [(each.get("valueCanonical") or each.get("valueUri"), "max")]
    return []


def _unknown_set(value_set: str, rest: Check | None) -> Check:
    def check(value: Any, scope: Scope) -> Found:
        scope.not_checked.add(f"value set {value_set}")
        return rest(value, scope) if rest is not None and type(value) is dict else None

    return check


def _member(
    found: ValueSet, bare: frozenset[str], complete: Callable[[str], bool]
) -> Callable[[str | None, str], bool | None]:
    codes, whole, unknown = found.codes, found.whole_systems, found.unknown
    imports = any(each not in codes and "ValueSet" in each for each in unknown)
    every = frozenset().union(*codes.values()) if codes else frozenset()

    def member(system: str | None, code: str) -> bool | None:
        if system is None:
            if code in every:
                return True
            if LANGUAGES in whole or LANGUAGES in unknown:
                return bool(LANGUAGE.fullmatch(code))
            return None if whole or unknown else False
        if not system:
            return code in bare or (None if imports else False)
        if code in codes.get(system, ()) or system in whole:
            return True
        if system in unknown or imports:
            return None
        # Of a system without a list of codes no one can say that a code is not meant.
        return False if system not in codes or complete(system) else None

    return member


def _code(member: Any, bound: _Binding) -> Check:
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


def _pairs(codings: Any) -> list[tuple[str, str]]:
    pairs = []
    for each in codings if isinstance(codings, list) else [codings]:
        if not isinstance(each, dict):
            continue
        system, code = each.get("system"), each.get("code")
        if isinstance(code, str | int) or (code is None and isinstance(system, str)):
            text = "" if code is None else str(code)
            pairs.append((system if isinstance(system, str) else "", text))
    return pairs


def _concept(member: Any, bound: _Binding) -> Check:
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
        pairs = _pairs(codings)
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


def _none_in(pairs: list[tuple[str, str]], bound: _Binding) -> str:
    if not pairs:
        return f"no code, and one of the value set {bound.value_set} is expected"
    said = ", ".join(f"{system or 'no system'}#{code}" for system, code in pairs[:3])
    return f"{said} is not in the value set {bound.value_set}"


def _coding(member: Any, bound: _Binding, complete: Callable[[str], bool]) -> Check:
    """A Coding or Quantity: judged where its system is known."""

    def check(value: Any, scope: Scope) -> Found:
        if bound.severity == "error" and type(value) is dict:
            if (odd := absolute_system(value, scope)) is not None:
                return odd
        for system, code in _pairs(value):
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


def _relative(system: Any) -> Found:
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
    return _relative(system)


def uri_identifier(value: dict[str, Any], scope: Scope) -> Found:
    """An Identifier whose system says URI has one as its value."""
    if value.get("system") != "urn:ietf:rfc:3986":
        return None
    text = value.get("value")
    if text is None or ABSOLUTE.match(str(text)):
        return None
    said = f"the system urn:ietf:rfc:3986 asks for a full URI, not {shown(text)}"
    return problem("invalid", said, "uri-identifier", rule="identifier")

