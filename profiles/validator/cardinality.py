"""How many values an element has (ElementDefinition.min, .max). Imports `problems`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles.validator.problems import Problem, both, problem

if TYPE_CHECKING:
    from profiles.validator.problems import Check, Found
    from profiles.validator.scope import Scope


def too_few(name: str, low: int, count: int, owner: str, rule: str) -> list[Problem]:
    """Fewer values than the minimum."""
    said = f"{name}: at least {low} expected, {count} found"
    stem = name.partition(":")[0]
    return problem("required", said, f"min:{stem}", profile=owner, rule=rule)


def too_many(name: str, high: float, count: int, owner: str, rule: str) -> list[Problem]:
    """More values than the maximum."""
    said = f"{name}: at most {high:.0f} allowed, {count} found"
    return problem("structure", said, f"max:{name}", profile=owner, rule=rule)


def required(name: str, owner: str, path: str) -> Check:
    """`1..` of an element that has one JSON name; a primitive's `_x` alone counts too."""
    hidden = f"_{name}"

    def check(value: Any, scope: Scope) -> Found:
        if name in value or hidden in value:
            return None
        return too_few(name, 1, 0, owner, path)

    return check


def choice(names: frozenset[str], stem: str, low: int, owner: str, path: str) -> Check:
    """A choice of types: one at most, and one at least where the minimum is 1."""
    every = names | {f"_{name}" for name in names}

    def check(value: Any, scope: Scope) -> Found:
        present = every.intersection(value)
        if len(present) == 1 or (not present and not low):
            return None
        if not present:
            return too_few(f"{stem}[x]", low, 0, owner, path)
        real = sorted({name.lstrip("_") for name in present})
        if len(real) == 1:
            return None
        said = f"{stem}[x]: one type allowed, {len(real)} found: {', '.join(real)}"
        return problem("structure", said, f"max:{stem}[x]", profile=owner, rule=path)

    return check


def each_required(names: tuple[str, ...], owner: str, path: str) -> Check:
    """Several elements of minimum 1, in one go."""

    def check(value: Any, scope: Scope) -> Found:
        found: Found = None
        for name in names:
            if name not in value and f"_{name}" not in value:
                found = both(found, too_few(name, 1, 0, owner, f"{path}.{name}"))
        return found

    return check
