"""Narrative: an XHTML div of allowed elements with content (txt-1, txt-2). Imports `fhirpath`.

https://hl7.org/fhir/R4/narrative.html#xhtml; `fhirpath.xhtml` reads it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from profiles.fhirpath.xhtml import read_narrative
from profiles.validator.problems import problem, shown

if TYPE_CHECKING:
    from profiles.validator.problems import Found
    from profiles.validator.scope import Scope

IMAGE = re.compile(r"<img\b[^<>]*\bsrc\s*=\s*[\"']#([^\"']*)")
#: HTML's own entities are not defined in XML, and JSON has no document type to define them in.
ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z]+;")
#: Links that are empty, run a script, or no browser can follow.
BAD_LINK = re.compile(r"<a\b[^<>]*\bhref\s*=\s*[\"'](\s*|(?:javascript|vbscript|urn):[^\"']*)[\"']")
REMEMBERED = 2_000
_good: set[int] = set()


def div(value: Any, scope: Scope) -> Found:
    """Narrative.div: well-formed XHTML that holds nothing active."""
    if type(value) is not str:
        return problem("structure", "a string is expected", "json", rule="json")
    mark = hash(value)
    if mark in _good:
        return None
    if (fault := _fault(value)) is not None:
        key, said = fault
        return problem("invalid", said, f"key:{key}", rule=key)
    images = IMAGE.findall(value) if "<img" in value else ()
    for name in images:
        if scope.resolve(f"#{name}") is None and name != scope.root.get("id"):
            said = f"the image {shown('#' + name)} leads to nothing in the resource"
            return problem("not-found", said, "image", rule="img")
    if not images and len(_good) < REMEMBERED:
        _good.add(mark)
    return None


def _fault(text: str) -> tuple[str, str] | None:
    if not text.strip():
        return "ele-1", "a value cannot be empty"
    if "&" in text and (entity := ENTITY.search(text)) is not None:
        return "txt-1", f"the entity {entity[0]} is none of XML's"
    if "href" in text and (link := BAD_LINK.search(text)) is not None:
        return "txt-1", f"the link {shown(link[1])} can lead nowhere"
    found = read_narrative(text)
    if found.faults:
        return "txt-1", found.faults[0]
    return None if found.content else ("txt-2", "the narrative has no text and no image")
