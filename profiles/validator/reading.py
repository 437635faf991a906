"""Bytes to a resource, or one fatal issue. Imports `profiles.issues`."""

from __future__ import annotations

import json
from typing import Any

import orjson

from profiles.issues import Issue

#: The most bytes that are read of one resource.
LARGEST = 100 * 2**20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read(text: bytes | str) -> tuple[Any, list[Issue]]:
    """Read JSON; what cannot be read is one fatal issue, a key given twice an error.

    orjson keeps the last of two equal keys without a word. Written again, what it read has as
    many keys as the text, but where some were lost; only then the text is read strictly.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(data) > LARGEST:
        said = f"{len(data)} bytes: more than the {LARGEST} that are read of one resource"
        return None, [Issue("fatal", "too-long", "", said, rule="json")]
    data = data.removeprefix(BYTE_ORDER_MARK)
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return None, [Issue("fatal", "invalid", "", f"is no JSON: {error}", rule="json")]
    if data.count(b'":') == _keys(found):
        return found, []
    return found, _doubled(data)


def _keys(found: Any) -> int:
    try:
        return orjson.dumps(found).count(b'":')
    except orjson.JSONEncodeError:
        return -1  # too deep to be written (254 levels)


def _doubled(data: bytes) -> list[Issue]:
    """The keys that an object of the text has twice."""
    doubled: dict[str, None] = {}

    def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    doubled[key] = None
                seen.add(key)
        return found

    try:
        json.loads(data, object_pairs_hook=keep)
    except (ValueError, RecursionError):
        return []  # orjson has read it: nothing is doubled that we could name
    return [
        Issue("error", "invalid", "", f"the property {key[:80]!r} is there twice", rule="json")
        for key in doubled
    ]
