"""Bundles: fullUrls, ids, each entry's resource by its own profiles. Imports `problems`.

https://hl7.org/fhir/R4/bundle.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from profiles.validator.problems import Found, both, problem, shown

if TYPE_CHECKING:
    from profiles.validator.compiler import Compiler
    from profiles.validator.problems import Problem
    from profiles.validator.scope import Scope

REST = re.compile(r"https?://.*/([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})")
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def index(value: dict[str, Any]) -> tuple[dict[str, Any], dict[int, str]]:
    """The resources of a Bundle by fullUrl and by `Type/id`; their fullUrls by identity."""
    found: dict[str, Any] = {}
    urls: dict[int, str] = {}
    entries = value.get("entry")
    for each in entries if isinstance(entries, list) else ():
        resource = each.get("resource") if isinstance(each, dict) else None
        if not isinstance(resource, dict):
            continue
        url = each.get("fullUrl")
        if isinstance(url, str):
            found.setdefault(url, resource)
            urls[id(resource)] = url
        kind, name = resource.get("resourceType"), resource.get("id")
        if isinstance(kind, str) and isinstance(name, str):
            found.setdefault(f"{kind}/{name}", resource)
    return found, urls


def bundle(of: Compiler, value: dict[str, Any], scope: Scope) -> Found:
    """What a Bundle asks of its entries."""
    found: Found = None
    entries = value.get("entry")
    for place, each in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(each, dict):
            for more in _entry(of, each, value.get("type")):
                more.at = f".entry[{place}]{more.at}"
                found = both(found, [more])
    return found


def _entry(of: Compiler, entry: dict[str, Any], kind: Any) -> list[Problem]:
    url, resource = entry.get("fullUrl"), entry.get("resource")
    if not isinstance(resource, dict) or not isinstance(url, str) or not url:
        return []
    if not ABSOLUTE.match(url):
        return problem("invalid", f"the fullUrl must be absolute, not {shown(url)}", "fullUrl")
    rest = REST.fullmatch(url)
    name, number = resource.get("resourceType"), resource.get("id")
    if rest and of.types.is_resource(rest[1]) and isinstance(number, str):
        if (rest[1], rest[2]) != (name, number):
            said = f"the fullUrl {shown(url, 200)} must end with {name}/{number}"
            return problem("invalid", said, "fullUrl")
    return []
