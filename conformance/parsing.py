"""The JSON of a body, no deeper than whoever walks it can go. Imports nothing of ours."""

from __future__ import annotations

from typing import Any

import orjson

#: FHIR nests a handful of levels; whoever walks a document recurses once a level.
MAX_DEPTH = 100


def parse_body(body: str, problem: str) -> tuple[Any, str]:
    """Return the JSON of a body without problem, None where there is none, and what is wrong."""
    if problem or not body.strip():
        return None, problem
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return None, f"the body is not JSON: {error}"
    if _is_too_deep(document):
        return None, f"the body nests deeper than {MAX_DEPTH} levels"
    return document, ""


def _is_too_deep(document: Any) -> bool:
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for value in level
            if isinstance(value, (dict, list))
            for child in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return True
