"""Bundles: fullUrls, ids, links, each entry by what its Bundle is. Imports `problems`.

https://hl7.org/fhir/R4/bundle.html
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from profiles.validator.documents import Entries, document, message, references
from profiles.validator.problems import Found, problem, shown, text_of, under
from profiles.validator.searchsets import links, searched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiles.validator.compiler import Compiler
    from profiles.validator.problems import Problem
    from profiles.validator.scope import Scope

REST = re.compile(r"https?://.*/([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})")
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

#: Where every entry needs a fullUrl (https://hl7.org/fhir/R4/bundle.html#bundle-unique).
NEEDS_URL = frozenset({"document", "message", "searchset", "history", "collection"})


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
    """What a Bundle asks of its links and entries."""
    kind, entries = text_of(value.get("type")), value.get("entry")
    rows = entries if isinstance(entries, list) else []
    found: list[Problem] = list(links(value, kind)) if "link" in value else []
    for place, each in enumerate(rows):
        if isinstance(each, dict):
            found += under(f".entry[{place}]", list(_entry(of, each, kind)))
    if kind == "searchset":
        found += searched(value, rows, of.types.is_resource)
    elif kind == "document":
        found += document(rows)
    elif kind == "message":
        found += message(rows)
    found += _doubled(rows)
    return found or None


def _doubled(rows: list[Any]) -> Iterator[Problem]:
    """No reference leads to two entries, such as two versions of a resource."""
    urls = Counter(
        each.get("fullUrl") for each in rows if isinstance(each, dict) and _has_url(each)
    )
    doubled = {url for url, count in urls.items() if count > 1}
    if not doubled:
        return
    entries = Entries(rows)
    for place, each in enumerate(entries.rows):
        for at, reference in references(each.get("resource")):
            target = None if "/_history/" in reference else entries.find(reference, place)
            if target is not None and entries.urls[target] in doubled:
                said = f"the reference {shown(reference)} leads to several entries"
                where = f".entry[{place}].resource{at}"
                yield from problem("invalid", said, "doubled", at=where, rule="Bundle.entry")


def _has_url(entry: dict[str, Any]) -> bool:
    return isinstance(entry.get("fullUrl"), str)


def _entry(of: Compiler, entry: dict[str, Any], kind: str) -> Iterator[Problem]:
    url, resource = entry.get("fullUrl"), entry.get("resource")
    if not isinstance(resource, dict):
        return
    if url is None and kind in NEEDS_URL:
        said = f"each entry of a {kind} needs a fullUrl that identifies its resource"
        yield from problem("invalid", said, "fullUrl", rule="Bundle.entry.fullUrl")
    if not isinstance(url, str) or not url:
        return
    said = _wrong_url(of, url, resource)
    if said:
        yield from problem("invalid", said, "fullUrl", rule="Bundle.entry.fullUrl")


def _wrong_url(of: Compiler, url: str, resource: dict[str, Any]) -> str:
    """What is wrong with a fullUrl; "" where nothing is."""
    if not ABSOLUTE.match(url):
        return f"the fullUrl must be absolute, not {shown(url)}"
    rest = REST.fullmatch(url)
    if not rest or not of.types.is_resource(rest[1]):
        return ""
    name, number = resource.get("resourceType"), resource.get("id")
    if number is None:
        return f"the fullUrl {shown(url, 200)} is a server's, so the resource needs an id"
    if isinstance(number, str) and (rest[1], rest[2]) != (name, number):
        return f"the fullUrl {shown(url, 200)} must end with {name}/{number}"
    return ""
