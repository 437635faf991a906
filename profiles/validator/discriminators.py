"""Discriminators: what tells the slices of an element apart. Imports `patterns`, `tree`.

https://hl7.org/fhir/R4/profiling.html#discriminator
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from profiles.validator import patterns
from profiles.validator.tree import Node, type_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles.validator.compiler import Compiler
    from profiles.validator.scope import Scope

    Test = Callable[[Any, Scope], bool]

CONCEPT = "CodeableConcept"
PRESENCE = ("must be there", "must be absent")
STEP = re.compile(r"extension\('([^']*)'\)|([A-Za-z]+)\(([^)]*)\)|(\$this)|([A-Za-z0-9_]+)")


@dataclass(frozen=True, slots=True)
class Discriminator:
    """One test of whether a value belongs to a slice.

    Attributes:
        says: what it asks for, in words.
        holds: the test.
        url: the URL, where it asks for `url` to be that.
        coded: the property whose system and code alone decide, "" for the value itself; None
            where more is asked for.
    """

    says: str
    holds: Test
    url: str | None = None
    coded: str | None = None


def discriminator(of: Compiler, kind: str, path: str, slice_node: Node) -> Discriminator | None:
    """The test of a slice by one discriminator; None where the slice says nothing there."""
    steps = _steps(path)
    nodes = [slice_node]
    for step in steps:
        nodes = [found for each in nodes for found in _next(of, each, step)]
    tests = [(node, one) for node in nodes if (one := _test(of, kind, node))]
    made = min(tests, key=_telling)[1] if tests else None
    if made is None or (not steps and made[0] in PRESENCE):
        return None  # that a value is there tells no slice from another
    says, holds = made
    walk = _walk(steps)
    says = f"{path if steps else 'it'} {says}"
    if kind == "exists" or says.endswith(PRESENCE[1]):
        wanted = made[0] == PRESENCE[0]
        return Discriminator(says, lambda value, scope: bool(walk(value, scope)) is wanted)

    if kind == "type" and steps and steps[-1][0] == "name":
        return Discriminator(says, _typed(steps, holds, _json_names(nodes, steps[-1][1])))

    def test(value: Any, scope: Scope) -> bool:
        return any(holds(each, scope) for each in walk(value, scope))

    url = patterns.stated(nodes[0].element, "fixed") if path == "url" else None
    short = len(steps) <= 1 and _is_coded(nodes[0], kind)
    coded = path.replace("$this", "") if short else None
    return Discriminator(says, test, url if isinstance(url, str) else None, coded)


def _telling(made: tuple[Node, tuple[str, Test]]) -> int:
    """What is fixed tells slices apart, what must merely be there does so least."""
    node, (says, _) = made
    if patterns.matcher(node.element) is not None:
        return 0
    return 2 if says in PRESENCE else 1


def _json_names(nodes: list[Node], name: str) -> frozenset[str]:
    """The JSON names that a choice has in a slice: each says the type of its value."""
    kinds = {type_code(entry) for node in nodes for entry in node.types}
    return frozenset(name + kind[:1].upper() + kind[1:] for kind in kinds)


def _typed(steps: list[tuple[str, str]], holds: Test, names: frozenset[str]) -> Test:
    """The type of what a path leads to: told by its JSON name, of a resource by itself."""
    around, within = _walk(steps[:-1]), _walk(steps[-1:])

    def test(value: Any, scope: Scope) -> bool:
        for each in around(value, scope):
            if type(each) is dict and not names.isdisjoint(each):
                return True
            if any(holds(one, scope) for one in within(each, scope)):
                return True
        return False

    return test


def _is_coded(node: Node, kind: str) -> bool:
    """Whether a concept's systems and codes alone decide: by a pattern of those, or a binding."""
    if kind not in {"value", "pattern"} or [each["code"] for each in node.types] != [CONCEPT]:
        return False
    if patterns.stated(node.element, "fixed") is not None:
        return False
    pattern = patterns.stated(node.element, "pattern")
    if pattern is None:
        return (node.element.get("binding") or {}).get("strength") == "required"
    codings = pattern.get("coding") or ()
    return pattern.keys() == {"coding"} and all(
        each.keys() <= {"system", "code"} for each in codings
    )


def _steps(path: str) -> list[tuple[str, str]]:
    steps = []
    for url, function, argument, this, name in STEP.findall(path):
        if url:
            steps.append(("extension", url))
        elif function:
            steps.append((function, argument))
        elif not this:
            steps.append(("name", name))
    return steps


def _next(of: Compiler, node: Node, step: tuple[str, str]) -> list[Node]:
    """The elements that a step of a discriminator's path leads to."""
    kind, name = step
    if kind == "name":
        return _children(of, node, name)
    if kind == "extension":
        return [
            each
            for extension in _children(of, node, "extension")
            for each in extension.slices
            if any(name in (entry.get("profile") or ()) for entry in each.types)
        ]
    if kind == "resolve":
        profiles = [url for each in node.types for url in each.get("targetProfile") or ()]
        return [found for url in profiles if (found := of.profile_tree(url)) is not None]
    return [node]


def _children(of: Compiler, node: Node, name: str) -> list[Node]:
    own = node.child(name)
    if own is not None:
        return [*(each for each in own.slices if each.min and own.is_choice), own]
    whole = patterns.stated(node.element, "fixed") or patterns.stated(node.element, "pattern")
    if isinstance(whole, dict) and name in whole:
        path = f"{node.path}.{name}"
        return [Node({"path": path, "id": path, "patternPart": whole[name]}, name)]
    # Code that is fixed in a slice below: R4's bp tells its components apart by `code.coding.code`.
    found = [child for each in node.slices if each.min and (child := each.child(name)) is not None]
    for entry in node.types:
        trees = [of.profile_tree(url) for url in entry.get("profile") or ()]
        trees.append(of.types.tree(type_code(entry)))
        for root in trees:
            child = root.child(name) if root is not None else None
            if child is not None:
                return [*found, child]
    return found


def _walk(steps: list[tuple[str, str]]) -> Callable[[Any, Scope], list[Any]]:
    if not steps:
        return lambda value, scope: [value]
    if len(steps) == 1 and steps[0][0] == "name":
        return lambda value, scope: _named(value, steps[0][1])

    def walk(value: Any, scope: Scope) -> list[Any]:
        found = [value]
        for kind, name in steps:
            found = [each for part in found for each in _step(part, kind, name, scope)]
        return found

    return walk


def _step(value: Any, kind: str, name: str, scope: Scope) -> list[Any]:
    if kind == "name":
        return _named(value, name)
    if kind == "extension":
        return [each for each in _named(value, "extension") if each.get("url") == name]
    if kind == "resolve":
        reference = value.get("reference") if isinstance(value, dict) else value
        target = scope.resolve(reference)
        return [] if target is None else [target]
    return [value]


def _named(value: Any, name: str) -> list[Any]:
    if type(value) is not dict:
        return []
    if name in value:
        each = value[name]
        return each if type(each) is list else [each]
    size = len(name)
    return [
        each
        for key, each in value.items()
        if key.startswith(name) and key[size : size + 1].isupper()
    ]


def _test(of: Compiler, kind: str, node: Node) -> tuple[str, Test] | None:
    return TESTS.get(kind, _by_value)(of, node)


def _by_value(of: Compiler, node: Node) -> tuple[str, Test] | None:
    match = patterns.matcher(node.element)
    if match is not None:
        made = match  # a name for the closure that is surely no None
        return f"must be {patterns.expected(node.element)}", lambda value, scope: made(value)
    bound = node.element.get("binding") or {}
    if node.max == 0:
        return _by_presence(node)
    if bound.get("strength") == "required" and bound.get("valueSet"):
        check = of.terminology.binding(node.element, type_code(node.types[0]), "")
        if check is not None:
            judge = check
            said = f"must have a code of {bound['valueSet']}"
            return said, lambda value, scope: judge(value, scope) is None
    return _by_children(of, node) or _by_presence(node)


def _by_children(of: Compiler, node: Node) -> tuple[str, Test] | None:
    """What the required children of the element fix."""
    tests = [
        (child.name, *made)
        for child in node.children
        if (child.min or child.slices) and (made := _of_child(of, child)) is not None
    ]
    if not tests:
        return None
    says = " and ".join(f"{name} {said}" for name, said, _ in tests)

    def test(value: Any, scope: Scope) -> bool:
        return all(
            any(holds(each, scope) for each in _named(value, name)) for name, _, holds in tests
        )

    return says, test


def _of_child(of: Compiler, child: Node) -> tuple[str, Test] | None:
    match = patterns.matcher(child.element)
    if match is not None:
        made = match
        return f"must be {patterns.expected(child.element)}", lambda value, scope: made(value)
    for each in child.slices:
        if each.min and (found := _by_children(of, each)) is not None:
            return found
    return _by_children(of, child)


def _by_presence(node: Node) -> tuple[str, Test] | None:
    if node.max == 0:
        return PRESENCE[1], lambda value, scope: False
    return (PRESENCE[0], lambda value, scope: True) if node.min else None


def _by_type(_: Compiler, node: Node) -> tuple[str, Test] | None:
    kinds = frozenset(type_code(each) for each in node.types) or frozenset({node.name})
    said = f"must be of type {' or '.join(sorted(kinds))}"

    def test(value: Any, scope: Scope) -> bool:
        name = value.get("resourceType") if isinstance(value, dict) else None
        return name in kinds or bool(kinds & {"Resource", "DomainResource"})

    return said, test


def _by_profile(of: Compiler, node: Node) -> tuple[str, Test] | None:
    urls = [url for each in node.types for url in each.get("profile") or ()]
    if not urls and "." not in node.path:
        urls = [of.url_of(node)]
    if not urls:
        return None

    def test(value: Any, scope: Scope) -> bool:
        return any(of.conforms(value, url, scope) for url in urls)

    return f"must conform to {' or '.join(urls)}", test


TESTS: dict[str, Callable[[Compiler, Node], tuple[str, Test] | None]] = {
    "value": _by_value,
    "pattern": _by_value,
    "exists": lambda _, node: _by_presence(node),
    "type": _by_type,
    "profile": _by_profile,
}
