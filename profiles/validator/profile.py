"""The profile layer: what a profile tightens against its base type, and nothing else.

Imports the rules. A profile compiles to one check of the whole resource; elements that the
snapshot leaves as the base has them are no part of it and cost nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles.validator import elements, patterns, slicing
from profiles.validator.discriminators import discriminator
from profiles.validator.problems import all_of
from profiles.validator.slicing import Slice, Slicing, picker
from profiles.validator.tree import Node, type_code

if TYPE_CHECKING:
    from profiles.definitions import Structure
    from profiles.validator.compiler import Compiler
    from profiles.validator.problems import Check
    from profiles.validator.types import Types


class Delta:
    """Compiles one profile; `bases` are what the element is already checked against."""

    def __init__(self, of: Compiler, structure: Structure) -> None:
        self._of = of
        self._types: Types = of.types
        self._structure = structure
        self._owner = structure.canonical

    def compile(self, root: Node) -> Check | None:
        """The check of values of the profiled type; None where the profile adds nothing."""
        base = self._types.tree(self._structure.type)
        return self._item(root, [base] if base else [], self._structure.type)

    def _item(self, node: Node, bases: list[Node], kind: str) -> Check | None:
        """What one value of an element must hold to, beyond its bases."""
        owner, element, rule = self._owner, node.element, node.id
        checks: list[Check | None] = []
        if not any(_states_same(element, base.element) for base in bases):
            checks.append(patterns.states(element, owner, rule))
        checks.append(patterns.ranged(_new_range(element, bases), owner, rule))
        if _bound(element) not in [_bound(base.element) for base in bases]:
            checks.append(self._of.terminology.binding(element, kind, owner))
        checks.extend(self._entry(node, bases, kind))
        checks.append(self._children(node, bases, kind))
        checks.extend(self._constraints(node, bases, kind))
        return all_of([each for each in checks if each is not None])

    def _entry(self, node: Node, bases: list[Node], kind: str) -> list[Check | None]:
        """The profiles and targets of an element's type."""
        entry = _entry_of(node, kind)
        olds = [_entry_of(base, kind) for base in bases]
        checks: list[Check | None] = []
        if kind != "Extension":  # an extension is judged by its definition in any case
            known = {url for old in olds for url in old.get("profile") or ()}
            news = [url for url in entry.get("profile") or () if url not in known]
            checks.append(self._of.any_profile(news))
        targets = entry.get("targetProfile")
        if targets and targets not in [old.get("targetProfile") for old in olds]:
            checks.append(self._of.target_check(targets, olds, self._owner, node.id))
        return checks

    def _constraints(self, node: Node, bases: list[Node], kind: str) -> list[Check | None]:
        known = {each["key"] for base in bases for each in base.element.get("constraint") or ()}
        root = self._types.tree(kind) if kind else None
        if root is not None:
            known |= {each["key"] for each in root.element.get("constraint") or ()}
        return [
            self._of.constraints.check(each, kind or node.path, self._owner)
            for each in node.element.get("constraint") or ()
            if each["key"] not in known
        ]

    def _children(self, node: Node, bases: list[Node], kind: str) -> Check | None:
        made = [self._child(each, self._below(bases, each, kind)) for each in node.children]
        return elements.thing([each for each in made if each is not None])

    def _below(self, bases: list[Node], child: Node, kind: str) -> list[Node]:
        """What a child is already checked against: of the bases, else of the type."""
        found = [each for base in bases if (each := base.child(child.name)) is not None]
        if not any(each in found for each in self._children_of_type(kind)):
            root = self._types.tree(kind) if kind else None
            own = root.child(child.name) if root else None
            found.extend([own] if own else [])
        return found

    def _children_of_type(self, kind: str) -> list[Node]:
        root = self._types.tree(kind) if kind else None
        return root.children if root else []

    def _child(self, node: Node, bases: list[Node]) -> elements.Rule | None:
        """A property of an object: its values counted, sliced and each checked."""
        base = bases[-1] if bases else node
        low = node.min if node.min > max((each.min for each in bases), default=0) else 0
        high = node.max if node.max < min((each.max for each in bases), default=9e9) else None
        spec = elements.Property(node.name, self._owner, node.id, low, high)
        if base.is_choice:
            return self._choice(node, base, bases, spec)
        kind = type_code(node.types[0]) if len(node.types) == 1 else ""
        item = self._item(node, bases, kind)
        if not any(each.many for each in bases or [node]):
            return elements.single(spec, item)
        return elements.listed(spec, item, self._slicing(node, bases, kind))

    def _choice(
        self, node: Node, base: Node, bases: list[Node], spec: elements.Property
    ) -> elements.Rule | None:
        allowed, every = node.json_names(), base.json_names()
        if not node.is_choice:  # written as valueQuantity
            stem = base.name[:-3]
            allowed = {key: kind for key, kind in every.items() if key == node.name}
            spec = spec.of(f"{stem}[x]")
        items = {key: self._item(node, bases, kind) for key, kind in allowed.items()}
        if len(allowed) > 1:
            items = {key: self._item(_bare(node), bases, kind) for key, kind in allowed.items()}
        slices, closed = self._type_slices(node, bases)
        return elements.choice(elements.Choice(spec, items, frozenset(every), slices, closed))

    def _type_slices(
        self, node: Node, bases: list[Node]
    ) -> tuple[dict[str, elements.TypeSlice], bool]:
        """The slices of a choice by the JSON name that each is of."""
        found: dict[str, elements.TypeSlice] = {}
        for each in node.slices:
            names = each.json_names()
            if not each.is_choice:
                names = {each.name: type_code(each.types[0]) if each.types else ""}
            for key, kind in names.items():
                item = self._item(each, [node, *bases], kind)
                name = f"{node.id}:{each.element['sliceName']}"
                low = each.min if len(names) == 1 else 0
                found[key] = elements.TypeSlice(name, low, item)
        rules = (node.element.get("slicing") or {}).get("rules")
        return found, rules == "closed"

    def _slicing(self, node: Node, bases: list[Node], kind: str) -> Slicing | None:
        spec = node.element.get("slicing") or {}
        discriminators = spec.get("discriminator") or []
        if not node.slices or not discriminators:
            return None
        made, unusable = [], ""
        for each in node.slices:
            tests = [
                discriminator(self._of, one["type"], one["path"], each) for one in discriminators
            ]
            name = f"{node.id.rpartition('.')[2]}:{each.element['sliceName']}"
            if not any(tests):
                unusable = f"slice {name} has no value, binding or existence to be told by"
            item = self._item(each, [node, *bases], kind)
            inner = self._slicing(each, bases, kind)
            known = tuple(test for test in tests if test is not None)
            made.append(Slice(name, known, each.min, each.max, item, inner))
        rules, ordered = spec.get("rules", "open"), bool(spec.get("ordered"))
        if node.id.endswith("Extension.extension") and self._structure.type == "Extension":
            rules = slicing.SUB_EXTENSIONS
        slices = tuple(made)
        pick = picker(slices)
        return Slicing(node.id, self._owner, slices, rules, ordered, pick, unusable)


def _bare(node: Node) -> Node:
    """A choice of several types: what is said of all of them, without children."""
    return Node(node.element, node.name)


def _entry_of(node: Node, kind: str) -> dict[str, Any]:
    for each in node.types:
        if type_code(each) == kind:
            return each
    return {}


def _bound(element: dict[str, Any]) -> tuple[Any, Any]:
    bound = element.get("binding") or {}
    return bound.get("strength"), bound.get("valueSet")


def _states_same(element: dict[str, Any], base: dict[str, Any]) -> bool:
    return all(
        patterns.stated(element, prefix) == patterns.stated(base, prefix)
        for prefix in ("fixed", "pattern")
    )


def _new_range(element: dict[str, Any], bases: list[Node]) -> dict[str, Any]:
    keys = ("minValue", "maxValue", "maxLength")
    own = {key: value for key, value in element.items() if key.startswith(keys)}
    for base in bases:
        own = {key: value for key, value in own.items() if base.element.get(key) != value}
    return own
