"""Extensions: known by their URL, valid by their definition. Imports `problems`.

https://hl7.org/fhir/R4/extensibility.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles.validator.bindings import ABSOLUTE
from profiles.validator.problems import both, problem, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles.validator.problems import Check, Found
    from profiles.validator.scope import Scope

#: Extensions that the HL7 validator brings along (R5 preview, 4.5.0) and US Core's examples use.
BROUGHT_ALONG = {
    "http://hl7.org/fhir/StructureDefinition/instance-name": "valueString",
    "http://hl7.org/fhir/StructureDefinition/instance-description": "valueMarkdown",
}


def brought_along(url: str) -> Check | None:
    """The check of an extension that no package has, but every validator of HL7's."""
    name = BROUGHT_ALONG.get(url)
    if name is None:
        return None

    def check(value: Any, scope: Scope) -> Found:
        others = [key for key in value if key[:5] == "value" and key != name]
        if not others:
            return None
        return problem("structure", f"{name} expected, not {others[0]}", "type", at=".value")

    return check


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


def defined(find: Callable[[str], Check | None]) -> Check:
    """An extension that is not inside another: an absolute URL, valid by what it names."""
    known: dict[str, Check | None] = {}

    def check(value: Any, scope: Scope) -> Found:
        url = value.get("url") if type(value) is dict else None
        if type(url) is not str:
            return None
        if url not in known:
            if not ABSOLUTE.match(url):
                said = f"the url must be absolute, not {shown(url)}"
                return problem("invalid", said, "extension-url", rule="Extension.url")
            known[url] = find(url)
        rule = known[url]
        if rule is None:
            scope.not_checked.add(f"extension {url}")
            return None
        return rule(value, scope)

    return check


def nested(find: Callable[[str], Check | None]) -> Check:
    """An extension inside another: an absolute URL is judged by what it names."""
    outer = defined(find)

    def check(value: Any, scope: Scope) -> Found:
        url = value.get("url") if type(value) is dict else None
        if type(url) is str and ABSOLUTE.match(url):
            return outer(value, scope)
        return None

    return check
