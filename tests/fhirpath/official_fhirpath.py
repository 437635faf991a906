"""Runs cases of the official FHIRPath suite (../shared/fhirpath-tests, README there)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from profiles.fhirpath import (
    FhirPathError,
    FhirPathSyntaxError,
    Node,
    Quantity,
    Scope,
    compile_expression,
)
from profiles.fhirpath.temporal import Temporal

if TYPE_CHECKING:
    from profiles.fhirpath import TypeModel

FOLDER = Path(__file__).parents[2].parent / "shared" / "fhirpath-tests"
NOW = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


@cache
def cases() -> tuple[dict[str, Any], ...]:
    """All cases, in order; `id` tells those of one name apart."""
    found = orjson.loads((FOLDER / "tests.json").read_bytes())
    seen: dict[str, int] = {}
    for case in found:
        name = f"{case['group']}/{case['name']}"
        seen[name] = seen.get(name, 0) + 1
        case["id"] = name if seen[name] == 1 else f"{name}#{seen[name]}"
    return tuple(found)


@cache
def resource(name: str) -> Any:
    return orjson.loads((FOLDER / "input" / name).read_bytes())


def conforms(node: Any, profile: str) -> bool | None:
    """Base profiles of resource types, as the suite asks for."""
    base = "http://hl7.org/fhir/StructureDefinition/"
    return node["resourceType"] == profile[len(base) :] if profile.startswith(base) else None


def failure(case: dict[str, Any], model: TypeModel) -> str:
    """Why a case does not pass; "" where it passes."""
    arguments, context_type = (), ""
    scope = Scope(now=NOW, conforms_to=conforms)
    if case["input"]:
        scope.resource = resource(case["input"])
        arguments, context_type = (scope.resource,), scope.resource["resourceType"]
    strict = case["mode"] == "strict" or case["invalid"] == "semantic"
    try:
        expression = compile_expression(
            case["expression"], context_type=context_type, model=model, strict=strict
        )
    except FhirPathSyntaxError as error:
        return "" if case["invalid"] else f"refused: {error}"
    try:
        found = expression.nodes(*arguments, scope=scope)
    except FhirPathError as error:
        return "" if case["invalid"] in {"semantic", "execution"} else f"error: {error}"
    if case["invalid"]:
        return f"not refused ({case['invalid']}): {found}"
    return difference(case, found) or unlike(case, found)


def difference(case: dict[str, Any], found: list[Any]) -> str:
    shown = [str(bool(found)).lower()] if case["predicate"] else [written(item) for item in found]
    expected = [output["value"] for output in case["outputs"]]
    if not case["ordered"]:
        shown, expected = sorted(shown), sorted(expected)
    if shown == [value.removeprefix("@").removeprefix("T") for value in expected]:
        return ""
    if numbers(shown) and numbers(shown) == numbers(expected):
        return ""
    return f"expected {expected}, found {shown}"


#: What stands for an expected type: our own classes, or the JSON of a FHIR element.
KINDS = {
    "boolean": (bool,),
    "integer": (int,),
    "decimal": (Decimal, float),
    "Quantity": (Quantity, dict),
    "date": (Temporal, str),
    "dateTime": (Temporal, str),
}


def unlike(case: dict[str, Any], found: list[Any]) -> str:
    """Say where a type is not as expected."""
    for output, item in zip(case["outputs"], found, strict=False):
        value = item.value if isinstance(item, Node) else item
        kinds = KINDS.get(output["type"], (str,))
        if output["type"] and not case["predicate"] and type(value) not in kinds:
            return f"{output['type']} expected, {type(value).__name__} found"
    return ""


def numbers(values: list[str]) -> list[Decimal]:
    try:
        return [Decimal(value) for value in values]
    except ArithmeticError:
        return []


def written(item: Any) -> str:
    value = item.value if isinstance(item, Node) else item
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Quantity) and value.unit == "1":
        return f"{value.value} '1'"
    return str(value)


def score(model: TypeModel) -> str:
    """The table of docs/fhirpath.md: passed and all cases by group."""
    passed: dict[str, list[bool]] = {}
    for case in cases():
        passed.setdefault(case["group"], []).append(not failure(case, model))
    whole = [group for group, results in passed.items() if all(results)]
    rows = [
        f"| {group} | {sum(results)} | {len(results)} |"
        for group, results in passed.items()
        if not all(results)
    ]
    total = sum(map(sum, passed.values()))
    count = sum(len(passed[group]) for group in whole)
    rows += [
        f"| the {len(whole)} other groups | {count} | {count} |",
        f"| **all** | **{total}** | **{len(cases())}** |",
    ]
    return "\n".join(["| group | passed | cases |", "|---|---|---|", *rows])
