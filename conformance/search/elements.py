"""Finds the elements that a search parameter looks at. Imports stdlib only."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_STEP = re.compile(r"extension\([^)]+\)|[^.]+")


def elements(resource: Mapping[str, Any], path: str) -> Iterator[Any]:
    """Yield the elements at a path (`address.city`, `extension(url)`), lists flattened.

    Whatever is not shaped as FHIR says yields nothing: a malformed row has no value here.
    """
    nodes: list[Any] = [resource]
    for step in _steps(path):
        nodes = [found for node in nodes for found in _children(node, step)]
    yield from nodes


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(_STEP.findall(path))


def _children(node: Any, step: str) -> Iterator[Any]:
    if not isinstance(node, dict):
        return
    if step.startswith("extension("):
        yield from _extension_values(node, step[len("extension(") : -1])
        return
    value = node.get(step)
    if isinstance(value, list):
        yield from (item for item in value if item is not None)
    elif value is not None:
        yield value


def _extension_values(node: Mapping[str, Any], url: str) -> Iterator[Any]:
    extensions = node.get("extension")
    for extension in extensions if isinstance(extensions, list) else ():
        if isinstance(extension, dict) and extension.get("url") == url:
            yield from (value for key, value in extension.items() if key.startswith("value"))
