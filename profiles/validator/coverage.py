"""Must-support coverage: which elements of a profile are there, over a set of resources.

https://hl7.org/fhir/R4/conformance-rules.html#mustSupport. Imports the compiler.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from profiles.validator.discriminators import discriminator
from profiles.validator.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from profiles.validator.compiler import Compiler
    from profiles.validator.tree import Node


@dataclass(frozen=True, slots=True)
class Support:
    """One must-support element or slice.

    Attributes:
        element: its id in the profile, such as `Patient.identifier:memberid.value`.
        present: in how many resources it has a value.
        absent: in how many it has none, though its parent is there or it stands at the top.
    """

    element: str
    present: int
    absent: int


def must_support(
    of: Compiler, resources: Iterable[dict[str, Any]], profile: str
) -> tuple[Support, ...]:
    """Count where the must-support elements of a profile are present.

    Raises:
        KeyError: no package has the profile.
    """
    root = of.profile_tree(profile)
    if root is None:
        raise KeyError(f"no package has the profile {profile}")
    counts: dict[str, list[int]] = {}
    for resource in resources:
        _Walk(of, Scope(resource, resource, set()), counts).children(root, [resource])
    if not counts:
        _Walk(of, Scope({}, {}, set()), counts).children(root, [])
    return tuple(Support(name, *numbers) for name, numbers in counts.items())


class _Walk:
    """One resource, walked along the profile's elements."""

    def __init__(self, of: Compiler, scope: Scope, counts: dict[str, list[int]]) -> None:
        self._of = of
        self._scope = scope
        self._counts = counts

    def children(self, node: Node, owners: list[Any]) -> None:
        for child in node.children:
            values = [value for owner in owners for value in _values(child, owner)]
            self._count(child, owners, values)
            for each in child.slices:
                mine = self._of_slice(child, each, owners, values)
                self._count(each, owners, mine)
                self.children(each, mine)
            self.children(child, values)

    def _count(self, node: Node, owners: list[Any], values: list[Any]) -> None:
        if not node.element.get("mustSupport"):
            return
        numbers = self._counts.setdefault(node.id, [0, 0])
        if values:
            numbers[0] += 1
        elif owners:
            numbers[1] += 1

    def _of_slice(self, node: Node, each: Node, owners: list[Any], values: list[Any]) -> list[Any]:
        if node.is_choice:
            return [value for owner in owners for value in _values(each, owner)]
        spec = (node.element.get("slicing") or {}).get("discriminator") or []
        tests = [discriminator(self._of, one["type"], one["path"], each) for one in spec]
        known = [test for test in tests if test is not None]
        return [
            value for value in values if known and all(t.holds(value, self._scope) for t in known)
        ]


def _values(node: Node, owner: Any) -> list[Any]:
    if not isinstance(owner, dict):
        return []
    found = []
    for name in node.json_names():
        value = owner.get(name)
        if value is not None:
            found.extend(value if isinstance(value, list) else [value])
    return found
