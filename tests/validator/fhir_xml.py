"""FHIR's XML as its JSON, for test cases that are written so (https://hl7.org/fhir/R4/xml.html).

The definitions say what is an array and what a number; what they do not know is kept as it is
written, for the validator to report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from profiles.validator.tree import Node, tree
from profiles.validator.types import PRIMITIVES, RESOURCES

if TYPE_CHECKING:
    from profiles.packages import Library

XHTML = "http://www.w3.org/1999/xhtml"
NUMBERS = {"integer": int, "unsignedInt": int, "positiveInt": int, "decimal": float}
ET.register_namespace("", XHTML)


class Reader:
    """Reads XML by the base definitions of a library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._trees: dict[str, Node | None] = {}

    def resource(self, text: bytes) -> dict[str, Any]:
        """The JSON of a resource; `ElementTree.ParseError` where the text is no XML."""
        return self._resource(ET.fromstring(text))  # noqa: S314 - files of a known jar

    def _tree(self, name: str) -> Node | None:
        if name not in self._trees:
            found = self._library.type(name)
            self._trees[name] = tree(found) if found else None
        return self._trees[name]

    def _resource(self, element: ET.Element) -> dict[str, Any]:
        kind = _name(element)
        return {"resourceType": kind, **self._object(element, self._tree(kind), self._tree(kind))}

    def _object(self, element: ET.Element, node: Node | None, root: Node | None) -> dict[str, Any]:
        found: dict[str, Any] = dict(element.attrib)
        groups: dict[str, list[ET.Element]] = {}
        for each in element:
            groups.setdefault(_name(each), []).append(each)
        for name, elements in groups.items():
            child, kind = _child(node, name)
            if kind in PRIMITIVES and kind != "xhtml":
                many = child is not None and child.many
                found.update(self._primitives(name, kind, elements, many=many))
            else:
                values = [self._value(each, child, kind, root) for each in elements]
                many = len(values) > 1 or (child is not None and child.many)
                found[name] = values if many else values[0]
        return found

    def _value(self, element: ET.Element, child: Node | None, kind: str, root: Node | None) -> Any:
        if element.tag.startswith(f"{{{XHTML}}}"):
            return ET.tostring(element, "unicode").strip()
        if kind in RESOURCES and len(element):
            return self._resource(element[0])
        reference = child.element.get("contentReference") if child else None
        if reference and root:
            return self._object(element, root.below(reference.rpartition("#")[2]), root)
        if child is not None and child.children:
            return self._object(element, child, root)
        own = self._tree(kind) if kind else None
        if own is None and "value" in element.attrib:
            return element.attrib["value"]
        return self._object(element, own, own)

    def _primitives(
        self, name: str, kind: str, elements: list[ET.Element], *, many: bool
    ) -> dict[str, Any]:
        values = [_primitive(each.attrib.get("value"), kind) for each in elements]
        beside = [self._beside(each) or None for each in elements]
        if not many and len(elements) == 1:
            values, beside = values[0], beside[0]
        found = {}
        if values is not None and values != [None] * len(elements):
            found[name] = values
        if beside is not None and beside != [None] * len(elements):
            found[f"_{name}"] = beside
        if not found:
            found[name] = [] if many else None
        return found

    def _beside(self, element: ET.Element) -> dict[str, Any]:
        """The id and the extensions of a primitive."""
        found = self._object(element, self._tree("Element"), None)
        found.pop("value", None)
        return found


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _child(node: Node | None, name: str) -> tuple[Node | None, str]:
    for each in node.children if node else ():
        kind = each.json_names().get(name)
        if kind is not None:
            return each, kind
    return None, ""


def _primitive(text: str | None, kind: str) -> Any:
    if text is None:
        return None
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    try:
        return NUMBERS[kind](text) if kind in NUMBERS else text
    except ValueError:
        return text
