"""Profiles made for one test, over the contract's packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles import Validator
from profiles.definitions import Structure
from profiles.packages.snapshot import generate_snapshot

if TYPE_CHECKING:
    from profiles.packages import Library

OWN = "http://example.org/StructureDefinition/"
PATIENT: dict[str, Any] = {"resourceType": "Patient"}
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "x"},
}
A = {"system": "http://s", "code": "a"}
B = {"system": "http://s", "code": "b"}


def concept(*codings: dict[str, str]) -> dict[str, Any]:
    return {"coding": list(codings)}


def sliced(path: str, kind: str, how: str, rules: str = "open", **more: Any) -> dict[str, Any]:
    return {
        "id": path,
        "slicing": {"discriminator": [{"type": kind, "path": how}], "rules": rules, **more},
    }


class Workshop:
    """The contract's packages with profiles made by a test."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.made: dict[str, Structure] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    def structure(self, canonical: str) -> Structure | None:
        return self.made.get(canonical) or self._library.structure(canonical)

    def make(self, name: str, kind: str, *elements: dict[str, Any], **more: Any) -> str:
        """Make a profile from a differential; the answer is its URL."""
        base = self._library.type(kind)
        assert base is not None
        rows = [{**each, "path": _path(each["id"])} for each in elements]
        snapshot = generate_snapshot(rows, base.elements, self._snapshot)
        url = OWN + name
        self.made[url] = Structure(
            url,
            "",
            name,
            base.kind,
            kind,
            base.url,
            more.get("derivation", "constraint"),
            abstract=False,
            context=more.get("context", ()),
            elements=tuple(snapshot),
            context_invariants=more.get("invariants", ()),
        )
        return url

    def _snapshot(self, url: str) -> Any:
        found = self.structure(url) or self._library.type(url)
        return found.elements if found else None

    def errors(self, resource: dict[str, Any], *profiles: str) -> list[tuple[str, str]]:
        """The errors of a resource against profiles, as (place, message)."""
        report = Validator(self).validate(resource, profiles)
        return [(i.expression, i.message) for i in report.issues if i.severity == "error"]


def _path(name: str) -> str:
    return ".".join(step.partition(":")[0] for step in name.split("."))
