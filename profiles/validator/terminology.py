"""What systems and value sets hold, as far as the packages know. Imports `definitions`.

https://hl7.org/fhir/R4/terminologies.html. A system that no package carries goes to
`not_checked`.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from profiles.packages.code_facts import display_mark
from profiles.validator.bindings import (
    ABSOLUTE,
    absolute_system,
    bound_to,
    check_of,
    pairs_of,
    relative,
)
from profiles.validator.problems import both, problem, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles.definitions import Definitions, Element, ValueSet
    from profiles.validator.bindings import Member
    from profiles.validator.problems import Check, Found
    from profiles.validator.scope import Scope

LANGUAGES = "urn:ietf:bcp:47"
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
#: The system of all URIs.
URIS = "urn:ietf:rfc:3986"
REMEMBERED = 50_000


class Terminology:
    """Compiles bindings against the code systems and value sets of packages."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._known: dict[tuple[str, str], str] = {}
        #: Codings that were good, with what could not be checked of each.
        self._good: dict[tuple[Any, ...], str] = {}
        self._members: dict[str, Member | None] = {}

    def concept(self, full: Check) -> Check:
        """A CodeableConcept of one coding that was good before is not looked at again.

        The same few codings make up a large part of any claim.
        """
        remembered = self._remembered

        def check(value: Any, scope: Scope) -> Found:
            if type(value) is dict and len(value) == 1:
                codings = value.get("coding")
                if type(codings) is list and len(codings) == 1 and remembered(codings[0], scope):
                    return None
            return full(value, scope)

        return check

    def coding_of_concept(self, shape: Check) -> Check:
        """A Coding in a CodeableConcept: its shape and its code."""
        remembered, good = self._remembered, self._good
        coding, display = self.coding, self.display

        def check(value: Any, scope: Scope) -> Found:
            if remembered(value, scope):
                return None
            found, more = shape(value, scope), coding(value, scope) or display(value)
            if found is not None or more is not None:
                return both(found, more) if more is not None else found
            if type(value) is dict and "extension" not in value and len(good) < REMEMBERED:
                known = self._known.get((str(value.get("system")), str(value.get("code"))))
                unknown = f"code system {value['system']}" if known == "unknown" else ""
                with suppress(TypeError):  # something in it is no text
                    good[tuple(value.items())] = unknown
            return None

        return check

    def _remembered(self, value: Any, scope: Scope) -> bool:
        """Whether this very Coding was good before; its `userSelected` would need a look."""
        if type(value) is not dict or "userSelected" in value:  # 1 == True
            return False
        try:
            unknown = self._good.get(tuple(value.items()))
        except TypeError:  # something in it is no text
            return False
        if unknown:
            scope.not_checked.add(unknown)
        return unknown is not None

    def free_coding(self, value: dict[str, Any], scope: Scope) -> Found:
        """A Coding that is bound to nothing: its code and display are of its system."""
        if type(value) is not dict:
            return None
        return absolute_system(value, scope) or self.coding(value, scope) or self.display(value)

    def lone_coding(self, value: dict[str, Any], scope: Scope) -> Found:
        """A Coding that is no part of a CodeableConcept, or a Quantity: a warning at most.

        What makes it an error is a required binding; so it is in the HL7 validator, which looks
        at such a code by its value set alone.
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

    def display(self, value: Any) -> Found:
        """The display of a Coding is one of its code's, where a package has the code.

        Case and spaces do not count. Packs hold no displays but marks of them: so the right one
        cannot be shown.
        """
        shown_as = value.get("display") if type(value) is dict else None
        if type(shown_as) is int:
            shown_as = str(shown_as)  # which its own check reports
        if type(shown_as) is not str or not shown_as.strip():
            return None
        system, code = value.get("system"), value.get("code")
        if type(system) is not str or type(code) is not str:
            return None
        found = self._definitions.code_system(system)
        if found is None or found.content != "complete":
            return None
        marks = found.displays.get(code, "")
        mark = display_mark(shown_as)
        if not marks or mark in {marks[place : place + 6] for place in range(0, len(marks), 6)}:
            return None
        said = f"{shown(shown_as)} is no display of {system}#{code}"
        return problem("code-invalid", said, "display", at=".display", rule="display")

    def _odd_coding(self, system: Any, code: Any) -> Found:
        """A code that is written as a number, which its own check reports, is judged as text."""
        if type(code) is not int or type(system) is not str:
            return None
        said = self._judge(system, str(code))
        if said in {"", "unknown"}:
            return None
        return problem("code-invalid", said, f"code:{code}", at=".code", rule="code")

    def _judge(self, system: str, code: str) -> str:
        if system == URIS:
            return "" if ABSOLUTE.match(code) else f"{shown(code)} is no URI, as {URIS} asks for"
        found = self._definitions.code_system(system)
        if found is None and (relative(system) or self._definitions.value_set(system)):
            return "" if relative(system) else f"{system} is a value set, not a code system"
        if found is None or found.content != "complete":
            return "unknown"
        if code in found.codes:
            return ""
        if not found.case_sensitive and code.lower() in {each.lower() for each in found.codes}:
            return ""
        return f"{shown(code)} is no code of the code system {system}"

    def member(self, canonical: str) -> Member | None:
        """Whether codes are in a value set; None where no package has it."""
        if canonical not in self._members:
            found = self._definitions.value_set(canonical)
            self._members[canonical] = (
                None if found is None else _member(found, self._bare(canonical), self._is_complete)
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
        verdicts = [member(*pair) for pair in pairs_of(value.get("coding", value))]
        if any(verdicts):
            return True
        return None if None in verdicts else False

    def binding(self, element: Element, kind: str, owner: str) -> Check | None:
        """The check of an element's binding for one of its types; None where nothing is bound."""
        bound = bound_to(element, owner)
        if bound is None:
            return None
        return check_of(bound, self.member(bound.value_set), self._is_complete, kind)


def _member(found: ValueSet, bare: frozenset[str], complete: Callable[[str], bool]) -> Member:
    codes, whole, unknown = found.codes, found.whole_systems, found.unknown
    imports = any(each not in codes and "ValueSet" in each for each in unknown)
    every = frozenset().union(*codes.values()) if codes else frozenset()

    def alone(code: str) -> bool | None:
        """A code without a system around it, such as that of an element of type code."""
        if code in every:
            return True
        if LANGUAGES in whole or LANGUAGES in unknown:
            return bool(LANGUAGE.fullmatch(code))
        return None if whole or unknown else False

    def member(system: str | None, code: str) -> bool | None:
        if system is None:
            return alone(code)
        if not system:
            return code in bare or (None if imports else False)
        if code in codes.get(system, ()) or system in whole:
            return True
        # Of a system without a list of codes no one can say that a code is not meant.
        unsure = system in unknown or imports or (system in codes and not complete(system))
        return None if unsure else False

    return member
