"""Must-support coverage: which elements of a profile are there, over a set of resources.

https://hl7.org/fhir/R4/conformance-rules.html#mustSupport. Imports the compiler.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from profiles.validator.discriminators import discriminator
from profiles.validator.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from profiles.validator.compiler import Compiler
    from profiles.validator.discriminators import Discriminator
    from profiles.validator.tree import Node


@dataclass(frozen=True, slots=True)
class Support:
    """One must-support element or slice.

    Attributes:
        element: its id in the profile, such as `Patient.identifier:memberid.value`.
        present: in how many resources it has a value.
        absent: in how many it has none, though its parent is there or it stands at the top.
        required: whether the profile wants a value wherever the parent is.
    """

    element: str
    present: int
    absent: int
    required: bool = False


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
    plan = _plan(of, root)
    counts = dict.fromkeys(_marked(plan), (0, 0))
    for resource in resources:
        seen: dict[Node, bool] = {}
        _walk(plan, [resource], Scope(resource, resource, set()), seen)
        for node, there in seen.items():
            present, absent = counts[node]
            counts[node] = (present + there, absent + (not there))
    return tuple(
        Support(node.id, *numbers, required=node.min > 0) for node, numbers in counts.items()
    )


@dataclass(slots=True)
class _Step:
    """An element with a must-support element in it: how its values are found, and what is below.

    `tests` tell the values of a slice from the others; a slice that cannot be told apart has none
    and takes no value. A slice of a choice is found by its JSON names, as the choice is.
    """

    node: Node
    names: tuple[str, ...]
    tests: tuple[Discriminator, ...]
    slices: tuple[_Step, ...]
    below: tuple[_Step, ...]


def _plan(of: Compiler, node: Node) -> tuple[_Step, ...]:
    """Return the steps from a node to the must-support elements; what leads to none is left out."""
    steps = []
    for child in node.children:
        slices = tuple(
            _Step(each, tuple(each.json_names()), _tests(of, child, each), (), _plan(of, each))
            for each in child.slices
        )
        slices = tuple(each for each in slices if _leads(each))
        step = _Step(child, tuple(child.json_names()), (), slices, _plan(of, child))
        if _leads(step):
            steps.append(step)
    return tuple(steps)


def _leads(step: _Step) -> bool:
    return bool(step.node.element.get("mustSupport") or step.slices or step.below)


def _tests(of: Compiler, node: Node, each: Node) -> tuple[Discriminator, ...]:
    spec = (node.element.get("slicing") or {}).get("discriminator") or []
    found = [discriminator(of, one["type"], one["path"], each) for one in spec]
    return tuple(test for test in found if test is not None)


def _marked(steps: Iterable[_Step]) -> Iterator[Node]:
    """Yield the must-support elements in the order of the profile."""
    for step in steps:
        if step.node.element.get("mustSupport"):
            yield step.node
        yield from _marked(step.slices)
        yield from _marked(step.below)


def _walk(steps: Iterable[_Step], owners: list[Any], scope: Scope, seen: dict[Node, bool]) -> None:
    """Note of each must-support element below the owners whether one of them has it."""
    for step in steps:
        values = _values(step.names, owners)
        _note(step.node, owners, values, seen)
        for each in step.slices:
            if step.node.is_choice:
                mine = _values(each.names, owners)
            else:
                mine = [value for value in values if _is_of(each, value, scope)]
            _note(each.node, owners, mine, seen)
            if mine:
                _walk(each.below, mine, scope, seen)
        if values:
            _walk(step.below, values, scope, seen)


def _note(node: Node, owners: list[Any], values: list[Any], seen: dict[Node, bool]) -> None:
    if owners and node.element.get("mustSupport"):
        seen[node] = seen.get(node, False) or bool(values)


def _is_of(step: _Step, value: Any, scope: Scope) -> bool:
    return bool(step.tests) and all(test.holds(value, scope) for test in step.tests)


def _values(names: tuple[str, ...], owners: list[Any]) -> list[Any]:
    found: list[Any] = []
    for owner in owners:
        if not isinstance(owner, dict):
            continue
        for name in names:
            value = owner.get(name)
            if value is not None:
                found.extend(value if isinstance(value, list) else [value])
    return found
