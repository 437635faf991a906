"""Bundles: fullUrls, ids, each entry's resource by its own profiles. Imports `problems`.

https://hl7.org/fhir/R4/bundle.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from profiles.validator.problems import Found, problem, shown, under

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiles.validator.compiler import Compiler
    from profiles.validator.problems import Problem
    from profiles.validator.scope import Scope

REST = re.compile(r"https?://.*/([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})")
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

#: Where every entry needs a fullUrl (https://hl7.org/fhir/R4/bundle.html#bundle-unique).
NEEDS_URL = frozenset({"document", "message", "searchset", "history", "collection"})
#: What a Composition refers to, of all that it may.
COMPOSED = ("subject", "encounter", "author", "custodian")


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
    kind, entries = value.get("type"), value.get("entry")
    rows = entries if isinstance(entries, list) else []
    found: list[Problem] = []
    for place, each in enumerate(rows):
        if isinstance(each, dict):
            found += under(f".entry[{place}]", list(_entry(of, each, kind)))
    if kind == "document":
        found += _unresolved(rows, scope)
    return found or None


def _entry(of: Compiler, entry: dict[str, Any], kind: Any) -> Iterator[Problem]:
    url, resource = entry.get("fullUrl"), entry.get("resource")
    if not isinstance(resource, dict):
        return
    search = entry.get("search")
    outcome = isinstance(search, dict) and search.get("mode") == "outcome"
    if url is None and kind in NEEDS_URL and not outcome:
        said = f"each entry of a {kind} needs a fullUrl that identifies its resource"
        yield from problem("invalid", said, "fullUrl", rule="Bundle.entry.fullUrl")
    if not isinstance(url, str) or not url:
        return
    if not ABSOLUTE.match(url):
        said = f"the fullUrl must be absolute, not {shown(url)}"
        yield from problem("invalid", said, "fullUrl", rule="Bundle.entry.fullUrl")
        return
    rest = REST.fullmatch(url)
    name, number = resource.get("resourceType"), resource.get("id")
    if not rest or not of.types.is_resource(rest[1]) or not isinstance(number, str):
        return
    if (rest[1], rest[2]) != (name, number):
        said = f"the fullUrl {shown(url, 200)} must end with {name}/{number}"
        yield from problem("invalid", said, "fullUrl", rule="Bundle.entry.fullUrl")


def _unresolved(rows: list[Any], scope: Scope) -> Iterator[Problem]:
    """What a document's Composition refers to is in the document."""
    head = rows[0] if rows and isinstance(rows[0], dict) else {}
    resource, url = head.get("resource"), head.get("fullUrl")
    if not isinstance(resource, dict) or resource.get("resourceType") != "Composition":
        return
    inner = scope.entry(resource)
    inner.full_url = url if isinstance(url, str) else ""
    for name in COMPOSED:
        values = resource.get(name)
        for place, each in enumerate(values if isinstance(values, list) else [values]):
            reference = each.get("reference") if isinstance(each, dict) else None
            if isinstance(reference, str) and reference and inner.resolve(reference) is None:
                step = f"{name}[{place}]" if isinstance(values, list) else name
                said = f"the document has no entry for the reference {shown(reference)}"
                at = f".entry[0].resource.{step}"
                yield from problem("not-found", said, "document", at=at, rule="document")
