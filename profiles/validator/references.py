"""References: the types they may lead to, what they find here. Imports `problems`.

https://hl7.org/fhir/R4/references.html. Targets outside the resource and its Bundle are not
fetched; their type is read off the reference's URL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from profiles.validator.problems import problem, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles.validator.problems import Check, Found, Problem
    from profiles.validator.scope import Scope

    Faults = Callable[[Any, str, Scope], list[Problem]]

URL = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[^/]+)?(?:#.*)?")
REMEMBERED = 50_000
#: How many references in a row are followed; no guide's profiles lead farther.
FARTHEST = 8
ANY = frozenset({"Resource", "Any", "DomainResource"})


class Targets:
    """Reads the type of a target off its reference."""

    def __init__(self, is_resource: Callable[[str], bool]) -> None:
        self._is_resource = is_resource
        self._types: dict[str, str] = {}

    def said(self, reference: str) -> str:
        """The resource type that a reference's URL implies, "" where it implies none."""
        kind = self._types.get(reference)
        if kind is None:
            match = URL.fullmatch(reference)
            kind = match[1] if match and self._is_resource(match[1]) else ""
            if len(self._types) < REMEMBERED:
                self._types[reference] = kind
        return kind

    def check(self, allowed: frozenset[str], owner: str, rule: str) -> Check | None:
        """The target of a reference is of an allowed type."""
        if not allowed or allowed & ANY:
            return None
        listed = ", ".join(sorted(allowed))

        def check(value: Any, scope: Scope) -> Found:
            kind = self.kind(value, scope)
            if not kind or kind in allowed:
                return None
            said = f"the target must be one of {listed}, not {kind}"
            return problem("structure", said, f"target:{kind}", profile=owner, rule=rule)

        return check

    def conforms(self, urls: list[str], faults: Faults, owner: str, rule: str) -> Check:
        """A target inside the resource or its Bundle conforms to one of several profiles."""

        def check(value: Any, scope: Scope) -> Found:
            reference = value.get("reference") if type(value) is dict else None
            if type(reference) is not str or scope.hops >= FARTHEST:
                return None
            if reference[:1] != "#" and not scope.entries:
                return None
            target = scope.resolve(reference)
            if not isinstance(target, dict):
                return None
            inner = scope.target(target, contained=reference[:1] == "#")
            least: list[Problem] | None = None
            for url in urls:
                key = id(target), url
                if key not in scope.judged:
                    scope.judged[key] = None
                    scope.judged[key] = faults(target, url, inner)
                found = scope.judged[key]
                if not found:
                    return None
                least = found if least is None or len(found) < len(least) else least
            said = f"the target conforms to none of {', '.join(urls)}: "
            said += "; ".join(each.message for each in (least or ())[:3])
            return problem("structure", said, "target-profile", profile=owner, rule=rule)

        return check

    def kind(self, value: Any, scope: Scope) -> str:
        """The type of a Reference's target, "" where nothing tells."""
        reference = value.get("reference") if type(value) is dict else None
        if type(reference) is not str or (reference == "#" and scope.resource is scope.root):
            return ""
        if reference[:1] == "#" or reference[:4] == "urn:":
            target = scope.resolve(reference)
            kind = target.get("resourceType") if isinstance(target, dict) else None
            return kind if isinstance(kind, str) else ""
        return self.said(reference)

    def well_formed(self, value: dict[str, Any], scope: Scope) -> Found:
        """A local reference finds its contained resource (ref-1); `type` agrees with the URL."""
        reference = value.get("reference")
        if type(reference) is not str or not reference:
            return None
        if reference[0] == "#":
            if scope.resolve(reference) is not None:
                return None
            said = f"no contained resource has the id of the reference {shown(reference)}"
            return problem("not-found", said, "ref-1", rule="ref-1")
        if scope.entries and (found := self._other_type(reference, scope)) is not None:
            return found
        return None if value.get("type") is None else self._stated(value["type"], reference)

    def _stated(self, stated: Any, reference: str) -> Found:
        """`Reference.type` is the type that the URL says."""
        kind = self.said(reference)
        if not kind or not isinstance(stated, str) or stated.rpartition("/")[2] == kind:
            return None
        said = f"type says {shown(stated)}, but the reference leads to {kind}"
        return problem("structure", said, "reference-type", rule="Reference.type")

    def _other_type(self, reference: str, scope: Scope) -> Found:
        """What a reference leads to in the Bundle is of the type that its URL says."""
        kind, target = self.said(reference), scope.resolve(reference)
        if target is None:
            target = scope.entries.get(f"urn:uuid:{reference.rpartition('/')[2]}")
        name = target.get("resourceType") if kind and isinstance(target, dict) else None
        if name is None or name == kind:
            return None
        said = f"the reference {shown(reference)} leads to a {name}, not to a {kind}"
        return problem("structure", said, "reference-type", rule="Reference.reference")
