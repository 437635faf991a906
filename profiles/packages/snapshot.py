"""Generates the snapshot of a profile from its differential and its base. Imports elements, merge.

Source: https://hl7.org/fhir/R4/profiling.html#snapshot. The algorithm walks two trees: the base's
snapshot and the differential. Where the differential goes deeper than the base, the elements of the
datatype, of the extension or of the content reference are brought in first.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from profiles.packages.elements import CHOICE, Node, differential_tree, flatten, snapshot_tree
from profiles.packages.errors import PackageError
from profiles.packages.merge import merge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from profiles.definitions import Element


_EXTENSIONS = frozenset({"extension", "modifierExtension"})
_URL_SLICING = {
    "discriminator": [{"type": "value", "path": "url"}],
    "ordered": False,
    "rules": "open",
}
_TYPE_SLICING = {
    "discriminator": [{"type": "type", "path": "$this"}],
    "ordered": False,
    "rules": "closed",
}


def generate_snapshot(
    differential: Sequence[Element],
    base: Sequence[Element],
    lookup: Callable[[str], Sequence[Element] | None],
    *,
    specialization: bool = False,
) -> tuple[Element, ...]:
    """Return the snapshot; a specialization may add elements and takes the differential's name.

    Raises:
        PackageError: the differential names an element that the base has not, or a type or
            extension that no package has.
    """
    tree = snapshot_tree(base).copy()
    if differential:
        root = differential[0]["path"].split(".")[0]
        changes = differential_tree(differential, root)
        if specialization:
            tree.name = root
        # A content reference means the type's own element, not the base profile's.
        origin = tree if specialization else snapshot_tree(lookup(root) or base)
        _Generator(lookup, origin, specialization).apply(tree, changes, tree.name)
    return tuple(flatten(tree))


@dataclass(frozen=True, slots=True)
class _Generator:
    """The base as it was, for content references, and where to find types."""

    lookup: Callable[[str], Sequence[Element] | None]
    origin: Node
    adds: bool

    def apply(self, node: Node, change: Node, place: str) -> None:
        """Lay a differential node and all below it over a node."""
        merge(node.element, change.element)
        self.add_profile_constraints(node, change)
        if not change.children:
            return
        if not node.children:
            self.walk_in(node, place)
        # A slice starts from what the base says of all items, not from what the differential does.
        templates = {c.name: c.copy() for c in node.children if not c.slice_name}
        for child in change.children:
            self.apply_child(node, child, templates, f"{place}.{child.name}")
        for choice in node.children:
            if choice.name.endswith(CHOICE) and not choice.slice_name:
                _settle_choice(node, choice, change)

    def apply_child(
        self, node: Node, change: Node, templates: Mapping[str, Node], place: str
    ) -> None:
        """Lay a differential child over the child, slice or type choice that it means."""
        if change.name in templates:
            target = _target(node, change.name, change.slice_name, templates)
        elif short := node.choice(change.name):
            target = _of_choice(node, *short, change, templates)
        elif self.adds:
            target = Node(change.name, change.slice_name, {})
            # What Element demands holds for a new element as for any.
            merge(target.element, {"constraint": self.constraints("Element")})
            node.children.append(target)
        else:
            raise PackageError(
                f"the differential has {place}, which its base has not. Correct the profile, or "
                "give the package that has the right version of its base."
            )
        self.apply(target, change, place)

    def add_profile_constraints(self, node: Node, change: Node) -> None:
        """Add what the root of a datatype profile (an extension, mostly) demands of the whole."""
        types = change.element.get("type", ())
        if len(types) == 1 and len(types[0].get("profile", ())) == 1:
            known = {c["key"] for c in node.element.get("constraint", ())}
            more = [c for c in self.constraints(types[0]["profile"][0]) if c["key"] not in known]
            merge(node.element, {"constraint": more})

    def constraints(self, name: str) -> Sequence[dict[str, Any]]:
        """Return the constraints at the root of a type or profile; none where it is not there."""
        elements = self.lookup(name)
        return elements[0].get("constraint", ()) if elements else ()

    def walk_in(self, node: Node, place: str) -> None:
        """Bring in the children of a content reference, a profile or a datatype."""
        reference = node.element.pop("contentReference", None)
        if reference:
            source = self.referenced(reference, place)
            node.element["type"] = deepcopy(source.element.get("type", []))
            node.children = [child.copy() for child in source.children]
            return
        types = node.element.get("type", [])
        name = "Element" if len(types) != 1 else (types[0].get("profile") or [types[0]["code"]])[0]
        elements = self.lookup(name)
        if elements is None:
            raise PackageError(
                f"the snapshot of {place} needs {name}, which no loaded package has. "
                "Give its package too (--package)."
            )
        node.children = snapshot_tree(elements).copy().children

    def referenced(self, reference: str, place: str) -> Node:
        """Return the element of the base that a content reference names by its id."""
        node: Node | None = self.origin
        for part in reference.partition("#")[2].split(".")[1:]:
            name, _, slice_name = part.partition(":")
            node = node.child(name, slice_name) if node else None
        if node is None:
            raise PackageError(f"{place}: contentReference {reference} leads nowhere. Mend it.")
        return node


def _target(node: Node, name: str, slice_name: str, templates: Mapping[str, Node]) -> Node:
    """Return the child or slice; a slice that is not there yet is made."""
    found = node.child(name, slice_name)
    if found is not None:
        return found
    # A re-slice `a/b` starts from its slice `a`, another slice from the element itself.
    made = (node.child(name, slice_name.rpartition("/")[0] or slice_name) or templates[name]).copy()
    made.slice_name = slice_name
    made.element.pop("slicing", None)
    if name in _EXTENSIONS:
        sliced = node.child(name)
        if sliced:
            sliced.element.setdefault("slicing", deepcopy(_URL_SLICING))
    siblings = [i for i, child in enumerate(node.children) if child.name == name]
    node.children.insert(siblings[-1] + 1, made)
    return made


def _of_choice(
    node: Node, choice: Node, code: str, change: Node, templates: Mapping[str, Node]
) -> Node:
    """Return what `valueQuantity` means: a slice of the choice, or the choice itself.

    The HL7 publisher takes the choice itself where only what is below is constrained, and in a
    slice where anything below is.
    """
    direct = not change.element or (node.slice_name and change.children)
    if direct and "slicing" not in choice.element:
        choice.element["type"] = [t for t in choice.element["type"] if t["code"] == code]
        return choice
    choice.element.setdefault("slicing", deepcopy(_TYPE_SLICING))
    made = _target(node, choice.name, change.slice_name or change.name, templates)
    made.element["type"] = [t for t in made.element["type"] if t["code"] == code]
    return made


def _settle_choice(node: Node, choice: Node, change: Node) -> None:
    """Narrow a choice to the types of its slices, where the differential leaves it no other.

    That is so where slices are named in the short form, and where one of them must be there.
    """
    named = {c.slice_name or c.name: c.name for c in change.children}
    slices = [n for n in node.children if n.name == choice.name and n.slice_name in named]
    if not slices:
        return
    choice.element.setdefault("slicing", {**deepcopy(_TYPE_SLICING), "rules": "open"})
    if choice.element["slicing"].get("discriminator") != _TYPE_SLICING["discriminator"]:
        return
    short = [n for n in slices if named[n.slice_name] != choice.name]
    needed = [n for n in slices if n.element.get("min")]
    if short or needed:
        allowed = slices if short else needed
        codes = {kind["code"] for n in allowed for kind in n.element["type"]}
        choice.element["slicing"]["rules"] = "closed"
        choice.element["type"] = [t for t in choice.element["type"] if t["code"] in codes]
        if len(allowed) == 1:
            choice.element["min"] = max(choice.element["min"], allowed[0].element["min"])
