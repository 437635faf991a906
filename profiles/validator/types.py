"""The type layer: one compiled check per datatype and resource type. Imports the rules.

A check of a type is put together from its snapshot in the base packages, once, piece by piece as
values of it are met: what no resource has costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles.validator import (
    attachments,
    bindings,
    cardinality,
    contained,
    context,
    extensions,
    maps,
    shape,
)
from profiles.validator.narrative import div
from profiles.validator.primitives import TEXTS, primitive
from profiles.validator.problems import all_of, problem
from profiles.validator.tree import Node, tree, type_code
from profiles.validator.urls import EXEMPT

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles.definitions import Structure
    from profiles.validator.compiler import Compiler
    from profiles.validator.problems import Check, Found
    from profiles.validator.scope import Scope

PRIMITIVES = frozenset(TEXTS) | {"boolean", "integer", "unsignedInt", "positiveInt", "decimal"}
QUANTITIES = ("Quantity", "Age", "Count", "Distance", "Duration", "MoneyQuantity", "SimpleQuantity")
RESOURCES = frozenset({"Resource", "DomainResource"})


def accept(value: Any, scope: Scope) -> Found:
    """Nothing to say: `resourceType`, judged where the type is chosen."""
    return None


class Types:
    """Compiles the checks of types, each once."""

    def __init__(self, compiler: Compiler) -> None:
        self._of = compiler
        self._checks: dict[str, Check] = {}
        self._trees: dict[str, Node | None] = {}
        self._things: dict[int, Check] = {}

    def tree(self, name: str) -> Node | None:
        """The snapshot of a type, None where no package has it."""
        if name not in self._trees:
            found = self._of.definitions.type(name)
            self._trees[name] = None if found is None else tree(found)
        return self._trees[name]

    def is_resource(self, name: str) -> bool:
        """Whether a name is that of a resource type of which there are instances."""
        found = self._of.definitions.type(name) if name.isalnum() else None
        return found is not None and found.kind == "resource" and not found.abstract

    def check(self, name: str) -> Check:
        """The check of values of a type."""
        found = self._checks.get(name)
        if found is None:
            found = self._checks[name] = self._compile(name)
        return found

    def _compile(self, name: str) -> Check:
        if name == "xhtml":
            return div
        if name in {"uri", "url"}:
            return self._of.urls.check(primitive(name))
        if name in PRIMITIVES:
            return primitive(name)
        root, structure = self.tree(name), self._of.definitions.type(name)
        if root is None or structure is None:
            return accept
        full = self._thing(root, structure, name)
        return self._of.terminology.concept(full) if name == "CodeableConcept" else full

    def _thing(self, node: Node, owner: Structure, name: str) -> Check:
        found = self._things.get(id(node))
        if found is None:
            rows = self._rows(node, owner)
            rules = self._of_whole(node, owner, name)
            found = self._things[id(node)] = shape.thing(rows, all_of(rules), name)
        return found

    def _of_whole(self, node: Node, owner: Structure, name: str) -> list[Check]:
        """The rules of an object beyond those of its properties."""
        rules = _counts(node, owner)
        make = WHOLE.get(name) or (DOMAIN if node.child("contained") else None)
        if make is not None:
            rules.extend(make(self._of))
        for each in node.element.get("constraint") or ():
            if (rule := self._of.constraints.check(each, node.path, owner.canonical)) is not None:
                rules.append(rule)
        return rules

    def _rows(self, node: Node, owner: Structure) -> dict[str, Check]:
        rows: dict[str, Check] = {}
        if owner.kind == "resource" and "." not in node.path:
            rows["resourceType"] = accept
        for child in node.children:
            for key, kind in child.json_names().items():
                rows[key] = _later(rows, key, self._value, child, kind, owner)
                if kind in PRIMITIVES and kind != "xhtml":
                    hidden = f"_{key}"
                    rows[hidden] = _later(rows, hidden, self._sibling, child, kind)
        return rows

    def _value(self, child: Node, kind: str, owner: Structure) -> Check:
        item = all_of(self._item(child, kind, owner)) or accept
        if not child.many:
            return item
        return shape.simple_many(item) if kind in PRIMITIVES else shape.many(item)

    def _sibling(self, child: Node, kind: str) -> Check:
        return shape.sibling(self.check("Element"), kind, listed=child.many)

    def _item(self, child: Node, kind: str, owner: Structure) -> list[Check]:
        """All that one value of an element must hold to, most telling first."""
        checks = [self._typed(child, kind, owner)]
        entry = next((each for each in child.types if type_code(each) == kind), {})
        if (
            bound := self._of.terminology.binding(child.element, kind, owner.canonical)
        ) is not None:
            checks.append(bound)
        if kind == "Reference" and entry.get("targetProfile"):
            allowed = self._of.target_types(entry["targetProfile"])
            target = self._of.targets.check(allowed, owner.canonical, child.id)
            checks.extend([target] if target else [])
        if kind == "Coding" and owner.type == "CodeableConcept":
            checks[0] = self._of.terminology.coding_of_concept(checks[0])
        elif kind == "Coding":
            terminology, strength = self._of.terminology, _strength(child)
            lone = strength in {"required", "extensible", "preferred"}
            checks.append(terminology.lone_coding if lone else terminology.free_coding)
        if kind == "Extension":
            checks.append(self._extension(child, owner))
        checks.extend(self._profiled(entry))
        checks.extend(self._constraints(child, kind, owner))
        return checks

    def _extension(self, child: Node, owner: Structure) -> Check:
        """The definition of an extension, by what its parent is."""
        holder = child.path.rpartition(".")[0]
        here = {"Element", holder}
        if "." in holder:
            here.add("BackboneElement")
        else:
            here.update(self._of.ancestors(owner))
            root = self.tree(owner.type)
            if root is not None and all(root.child(name) for name in context.PUBLISHED):
                here.update(context.CANONICAL)
        if owner.type == "Extension":
            return extensions.nested(self._of.extension, frozenset(here))
        modifier = child.name == "modifierExtension"
        return extensions.defined(self._of.extension, frozenset(here), modifier=modifier)

    def _typed(self, child: Node, kind: str, owner: Structure) -> Check:
        reference = child.element.get("contentReference")
        if reference:
            root = self.tree(owner.type)
            target = root.below(reference.rpartition("#")[2]) if root else None
            return self._thing(target, owner, target.path) if target else accept
        if child.children:
            return self._thing(child, owner, child.path)
        if kind in RESOURCES:
            return self._of.contained if child.name == "contained" else self._of.entry
        own_url = child.path == f"{owner.type}.url" and owner.kind == "resource"
        if own_url or child.path in EXEMPT or child.name.startswith(("fixed", "pattern")):
            return primitive(kind) if kind in PRIMITIVES else self.check(kind)
        return self.check(kind)

    def _profiled(self, entry: dict[str, Any]) -> list[Check]:
        found = [self._of.profile(each) for each in entry.get("profile") or ()]
        return [each for each in found if each is not None]

    def _constraints(self, child: Node, kind: str, owner: Structure) -> list[Check]:
        if child.children or child.element.get("contentReference"):
            return []  # they stand at the object itself
        root = self.tree(kind)
        own = {each["key"] for each in (root.element.get("constraint") or ())} if root else set()
        return [
            rule
            for each in child.element.get("constraint") or ()
            if each["key"] not in own
            and (rule := self._of.constraints.check(each, kind, owner.canonical)) is not None
        ]


def _strength(node: Node) -> str:
    return str((node.element.get("binding") or {}).get("strength", ""))


def _later(rows: dict[str, Check], key: str, make: Callable[..., Check], *made_of: Any) -> Check:
    """A check that compiles itself on first use and takes its own place in the table."""

    def first(value: Any, scope: Scope) -> Found:
        rows[key] = check = make(*made_of)
        return check(value, scope)

    return first


def _counts(node: Node, owner: Structure) -> list[Check]:
    plain = tuple(each.name for each in node.children if each.min and not each.is_choice)
    rules = []
    if owner.type == "Extension" and "." not in node.path:
        return []  # `extensions.content` says it
    if len(plain) == 1:
        rules.append(cardinality.required(plain[0], owner.canonical, f"{node.path}.{plain[0]}"))
    elif plain:
        rules.append(cardinality.each_required(plain, owner.canonical, node.path))
    for each in node.children:
        if each.is_choice:
            names = frozenset(each.json_names())
            stem = each.name[:-3]
            rules.append(cardinality.choice(names, stem, each.min, owner.canonical, each.path))
    return rules


def _quantity(of: Compiler) -> list[Check]:
    return [bindings.absolute_system, of.terminology.coding]


def _identifier(_: Compiler) -> list[Check]:
    return [bindings.absolute_system, bindings.uri_identifier]


def _reference(of: Compiler) -> list[Check]:
    return [of.targets.well_formed]


def _extension(_: Compiler) -> list[Check]:
    return [extensions.content]


def DOMAIN(_: Compiler) -> list[Check]:  # noqa: N802 - one row of the table below
    """What every DomainResource must hold to."""
    return [contained.contained, contained.has_narrative]


#: The rules of whole values by type, beside cardinality and FHIRPath constraints.
WHOLE: dict[str, Callable[[Compiler], list[Check]]] = {
    **dict.fromkeys(QUANTITIES, _quantity),
    "Attachment": lambda _: [attachments.size],
    "ConceptMap": lambda of: [*DOMAIN(of), maps.mapped(of)],
    "Identifier": _identifier,
    "Reference": _reference,
    "Extension": _extension,
}


def unknown_type(name: Any, at: str = ".resourceType") -> Found:
    """A `resourceType` that FHIR R4 does not have."""
    said = f"{repr(name)[:80]} is no FHIR resource type"
    found = problem("structure", said, "type", at=at, rule="resourceType")
    found[0].severity = "fatal"
    return found
