"""Element definitions as a tree, and back to the list that a snapshot is. Imports definitions."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from profiles.definitions import Element

CHOICE = "[x]"


@dataclass(slots=True)
class Node:
    """One element definition and those below it; a slice stands beside the element it slices.

    Attributes:
        name: last part of the path.
        slice_name: "" for an element that is no slice.
        element: the definition; its `path` and `id` are made anew by `flatten`.
    """

    name: str
    slice_name: str
    element: Element
    children: list[Node] = field(default_factory=list)

    def copy(self) -> Node:
        """Return a copy that shares nothing."""
        return Node(
            self.name, self.slice_name, deepcopy(self.element), [c.copy() for c in self.children]
        )

    def child(self, name: str, slice_name: str = "") -> Node | None:
        """Return the child with that name and slice name."""
        for child in self.children:
            if child.name == name and child.slice_name == slice_name:
                return child
        return None

    def choice(self, name: str) -> tuple[Node, str] | None:
        """Return the choice element that `valueQuantity` is short for, and the type's code.

        Source: https://hl7.org/fhir/R4/profiling.html#choice (short cut in differentials).
        """
        for child in self.children:
            stem = child.name.removesuffix(CHOICE)
            if stem == child.name or child.slice_name or not name.startswith(stem):
                continue
            for kind in child.element.get("type", ()):
                code: str = kind["code"]
                if name[len(stem) :] == code[:1].upper() + code[1:]:
                    return child, code
        return None


def snapshot_tree(elements: Iterable[Element]) -> Node:
    """Return the root of a snapshot, in which no level is left out."""
    stack: list[Node] = []
    for element in elements:
        parts = element["path"].split(".")
        node = Node(parts[-1], element.get("sliceName", ""), element)
        del stack[len(parts) - 1 :]
        if stack:
            stack[-1].children.append(node)
        stack.append(node)
    return stack[0]


def differential_tree(elements: Sequence[Element], root: str) -> Node:
    """Return the root of a differential; levels that are left out are made up, empty.

    Where an element has no slice name of its own, its `id` tells in which slices it stands, and
    without an `id` it stands in those of the element before it.
    """
    tree = Node(root, "", {})
    before: list[tuple[str, str]] = []
    for element in elements:
        chain = _chain(element, before)
        node = tree
        for name, slice_name in chain[1:]:
            found = node.child(name, slice_name)
            if found is None:
                found = Node(name, slice_name, {})
                node.children.append(found)
            node = found
        node.element = {**node.element, **element}
        before = chain
    return tree


def _chain(element: Element, before: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the names and slice names from the root to an element."""
    names = element["path"].split(".")
    parts = [part.partition(":") for part in element.get("id", "").split(".")]
    if [name for name, _, _ in parts] == names:
        chain = [(name, slice_name) for name, _, slice_name in parts]
    else:
        chain = [(name, "") for name in names]
        for index, (name, _) in enumerate(chain[:-1]):
            if index >= len(before) or before[index][0] != name:
                break
            chain[index] = before[index]
    if "sliceName" in element:
        chain[-1] = (names[-1], element["sliceName"])
    return chain


def flatten(root: Node) -> Iterator[Element]:
    """Return the elements in order, each with its `id` and `path`.

    >>> tree = Node("A", "", {"min": 0}, [Node("b", "s", {"min": 1})])
    >>> [element["id"] for element in flatten(tree)]
    ['A', 'A.b:s']
    """
    return _flat(root, "", "")


def _flat(node: Node, path: str, identity: str) -> Iterator[Element]:
    path = f"{path}.{node.name}" if path else node.name
    own = f"{node.name}:{node.slice_name}" if node.slice_name else node.name
    identity = f"{identity}.{own}" if identity else own
    element = {k: v for k, v in node.element.items() if k not in {"id", "path", "sliceName"}}
    head = {"id": identity, "path": path}
    if node.slice_name:
        head["sliceName"] = node.slice_name
    yield {**head, **element}
    for child in node.children:
        yield from _flat(child, path, identity)
