"""Extensions: known by their URL, valid by their definition. Imports `problems`.

https://hl7.org/fhir/R4/extensibility.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from profiles.validator.bindings import ABSOLUTE
from profiles.validator.context import misplaced
from profiles.validator.problems import Problem, both, problem, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles.validator.conditions import Conditions
    from profiles.validator.problems import Check, Found
    from profiles.validator.scope import Scope


@dataclass(frozen=True, slots=True)
class Definition:
    """The definition of an extension, compiled.

    Attributes:
        check: what an extension must hold to.
        places: where it may stand (`context.places`), None: anywhere.
        modifier: whether it must be a modifierExtension; None: nobody knows.
        conditions: what FHIRPath says of where it may stand.
    """

    check: Check
    places: frozenset[str] | None
    modifier: bool | None
    conditions: Conditions | None = None


REMEMBERED = 10_000
#: Extensions that the HL7 validator brings along (R5 preview, 4.5.0) and US Core's examples use.
BROUGHT_ALONG = {
    "http://hl7.org/fhir/StructureDefinition/instance-name": "valueString",
    "http://hl7.org/fhir/StructureDefinition/instance-description": "valueMarkdown",
}


def brought_along(url: str) -> Definition | None:
    """The check of an extension that no package has, but every validator of HL7's."""
    name = BROUGHT_ALONG.get(url)
    if name is None:
        return None

    def check(value: Any, scope: Scope) -> Found:
        others = [key for key in value if key[:5] == "value" and key != name]
        if not others:
            return None
        return problem("structure", f"{name} expected, not {others[0]}", "type", at=".value")

    return Definition(check, None, None)


def content(value: dict[str, Any], scope: Scope) -> Found:
    """ext-1: either extensions or a value, not both and not neither; a url in any case."""
    found: Found = None
    values = [key for key in value if key[:5] == "value" or key[:6] == "_value"]
    if bool(values) == ("extension" in value):
        said = "either extensions or a value, not both" if values else "extensions or a value"
        found = problem("invariant", f"{said} expected", "key:ext-1", rule="ext-1")
    if len({key.lstrip("_") for key in values}) > 1:
        said = f"one value allowed, {len(values)} found"
        found = both(found, problem("structure", said, "max:value[x]", rule="Extension.value[x]"))
    if type(value.get("url")) is not str:
        said = "an extension needs a url that tells what it is"
        found = both(found, problem("required", said, "min:url", rule="Extension.url"))
    return found


def defined(
    find: Callable[[str], Definition | None], here: frozenset[str], *, modifier: bool
) -> Check:
    """An extension that is not inside another: an absolute URL, valid by what it names.

    `here` are the names of the place it stands at, as far as its own type knows them.
    """
    known: dict[str, Check | None] = {}

    def check(value: Any, scope: Scope) -> Found:
        url = value.get("url") if type(value) is dict else None
        if type(url) is not str:
            return None
        if url not in known:
            if not ABSOLUTE.match(url):
                said = f"the url must be absolute, not {shown(url)}"
                return problem("invalid", said, "extension-url", rule="Extension.url")
            if len(known) >= REMEMBERED:
                known.clear()
            known[url] = _placed(url, find(url), here, modifier=modifier)
        rule = known[url]
        if rule is None:
            scope.not_checked.add(f"extension {url}")
            return None
        return rule(value, scope)

    return check


def _placed(
    url: str, definition: Definition | None, here: frozenset[str], *, modifier: bool
) -> Check | None:
    """The check of a definition, with what is known beforehand of the place."""
    if definition is None:
        return None
    check, faults = definition.check, []
    elsewhere = definition.places is not None and not definition.places & here
    if definition.conditions is not None:
        check = _conditional(url, definition, definition.conditions, elsewhere=elsewhere)
    elif definition.places is not None and elsewhere:
        faults.append(misplaced(url, definition.places))
    if definition.modifier is not None and definition.modifier is not modifier:
        right = "modifierExtension" if definition.modifier else "extension"
        said = f"the extension {url} must stand in {right}"
        faults.append(Problem("error", "extension", said, "modifier", rule="isModifier"))
    return _with(faults, check) if faults else check


def _with(faults: list[Problem], check: Check) -> Check:
    """A check of what is wrong beforehand wherever the extension stands here, and of the rest."""
    return lambda value, scope: [*map(replace, faults), *(check(value, scope) or ())]


def _conditional(
    url: str, definition: Definition, conditions: Conditions, *, elsewhere: bool
) -> Check:
    """The check of a definition that FHIRPath allows at some places or forbids at others."""
    content_of, allowed = definition.check, definition.places or frozenset()

    def check(value: Any, scope: Scope) -> Found:
        found = list(content_of(value, scope) or ())
        if elsewhere and not conditions.allow(value, scope):
            found.append(misplaced(url, allowed))
        found += conditions.broken(url, value, scope)
        return found or None

    return check


def nested(find: Callable[[str], Definition | None], here: frozenset[str]) -> Check:
    """An extension inside another: an absolute URL is judged by what it names."""
    outer = defined(find, here, modifier=False)

    def check(value: Any, scope: Scope) -> Found:
        url = value.get("url") if type(value) is dict else None
        if type(url) is str and ABSOLUTE.match(url):
            return outer(value, scope)
        return None

    return check
