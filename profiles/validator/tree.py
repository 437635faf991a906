"""A snapshot as a tree of elements. Imports the facts of packages (`definitions`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from profiles.definitions import Element, Structure

SYSTEM = "http://hl7.org/fhirpath/System."
_FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"


@dataclass(slots=True, eq=False)
class Node:
    """One element of a snapshot with its children and slices, in order.

    Attributes:
        element: the ElementDefinition.
        name: the last step of its path, `value[x]` for a choice.
        children: elements below it, without their slices.
        slices: its slices; of a slice its re-slices.
    """

    element: Element
    name: str
    children: list[Node] = field(default_factory=list)
    slices: list[Node] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The path, such as `Patient.contact.name`."""
        return str(self.element["path"])

    @property
    def id(self) -> str:
        """The id, such as `Patient.identifier:NPI.system`."""
        return str(self.element.get("id") or self.element["path"])

    @property
    def min(self) -> int:
        """The least number of values."""
        return int(self.element.get("min", 0))

    @property
    def max(self) -> float:
        """The greatest number of values, infinite for `*`."""
        most = self.element.get("max", "*")
        return float("inf") if most == "*" else int(most)

    @property
    def types(self) -> list[dict[str, Any]]:
        """The types it may have."""
        return self.element.get("type") or []

    @property
    def is_choice(self) -> bool:
        """Whether its JSON name ends in the type's name."""
        return self.name.endswith("[x]")

    @property
    def many(self) -> bool:
        """Whether JSON writes it as an array: what the base says, not what a profile leaves."""
        base = self.element.get("base")
        return (base["max"] if base else self.element.get("max", "*")) not in {"0", "1"}

    def child(self, name: str) -> Node | None:
        """A child by its name, with or without `[x]`."""
        for each in self.children:
            if each.name in {name, f"{name}[x]"}:
                return each
        return None

    def below(self, path: str) -> Node | None:
        """A descendant by its whole path."""
        if self.path == path:
            return self
        for each in self.children:
            if path == each.path or path.startswith(each.path + "."):
                return each.below(path)
        return None

    def json_names(self) -> dict[str, str]:
        """The JSON names that a value may have, and the type that each says."""
        codes = [type_code(each) for each in self.types]
        if self.name == "id" and (self.element.get("base") or {}).get("path") == "Resource.id":
            codes = ["id"]  # R4 types it as a string, and describes it as an id
        if not self.is_choice:
            return {self.name: codes[0] if codes else ""}
        stem = self.name[:-3]
        return {stem + code[:1].upper() + code[1:]: code for code in codes}


def type_code(entry: dict[str, Any]) -> str:
    """The FHIR type of an ElementDefinition.type, also where it is written as a FHIRPath one."""
    code = str(entry.get("code", ""))
    if not code.startswith(SYSTEM):
        return code
    for each in entry.get("extension", ()):
        if each.get("url") == _FHIR_TYPE:
            return str(each.get("valueUrl") or each.get("valueUri") or "string")
    return code.removeprefix(SYSTEM).lower()


def tree(structure: Structure) -> Node:
    """The snapshot of a structure as a tree."""
    first, *rest = structure.elements
    root = Node(first, first["path"])
    stack = [root]
    for element in rest:
        path = element["path"]
        depth = path.count(".") - root.path.count(".")
        if depth < 1 or depth > len(stack):
            continue  # a second root, or a child whose parent is not there: no snapshot has them
        del stack[depth:]
        node = Node(element, path.rpartition(".")[2])
        _hang(stack[-1], node)
        stack.append(node)
    return root


def _hang(parent: Node, node: Node) -> None:
    name = node.element.get("sliceName")
    base = parent.child(node.name) if name else None
    if base is None and name:
        base = _choice_of(parent, node.name)
    if base is None:
        parent.children.append(node)
        return
    for each in base.slices:
        if str(name).startswith(f"{each.element['sliceName']}/"):
            each.slices.append(node)
            return
    base.slices.append(node)


def _choice_of(parent: Node, name: str) -> Node | None:
    """The choice `value[x]` that a slice written as `valueQuantity` belongs to."""
    for each in parent.children:
        if each.is_choice and name.startswith(each.name[:-3]):
            return each
    return None
