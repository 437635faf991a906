"""Links of a Bundle, and the entries of a search's answer. Imports `problems`.

https://hl7.org/fhir/R4/search.html#modes and https://hl7.org/fhir/R4/http.html#paging, as the HL7
validator reads them (BundleValidator).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from profiles.validator.problems import problem, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from profiles.validator.problems import Problem

PAGING = ("first", "previous", "next", "last")
ONCE = frozenset({*PAGING, "self"})
PAGED = frozenset({"searchset", "history"})


def links(value: dict[str, Any], kind: str) -> Iterator[Problem]:
    """A relation stands once; those of paging in what is paged only."""
    seen: set[str] = set()
    rows = value.get("link")
    for place, each in enumerate(rows if isinstance(rows, list) else ()):
        relation = each.get("relation") if isinstance(each, dict) else None
        if not isinstance(relation, str):
            continue
        at = f".link[{place}].relation"
        if relation in PAGING and kind not in PAGED:
            said = f"the link {relation} is for the pages of a search, not for a {kind}"
            yield from problem("invalid", said, "link", at=at, rule="Bundle.link")
        elif relation in ONCE and relation in seen:
            said = f"the link {relation} can stand once only"
            yield from problem("invalid", said, "link", at=at, rule="Bundle.link")
        seen.add(relation)


def searched(
    value: dict[str, Any], rows: list[Any], is_resource: Callable[[str], bool]
) -> Iterator[Problem]:
    """Each entry is what its search mode says: a match, an include or an outcome."""
    types = _types(value, is_resource)
    for place, each in enumerate(rows):
        search = each.get("search") if isinstance(each, dict) else None
        resource = each.get("resource") if isinstance(each, dict) else None
        mode = search.get("mode") if isinstance(search, dict) else None
        if not isinstance(resource, dict):
            continue
        for said in _faults(resource, text_of(mode), types):
            at = f".entry[{place}].resource"
            yield from problem("invalid", said, "search", at=at, rule="Bundle.entry.search.mode")


def _faults(resource: dict[str, Any], mode: str, types: list[str]) -> Iterator[str]:
    name = resource.get("resourceType")
    if mode in {"match", "include"} and "id" not in resource:
        yield "what a search finds must have an id"
    if mode == "match" and types and name not in types:
        yield f"the search is for {' or '.join(types)}, so {name} is no match"
    if mode == "outcome" and name != "OperationOutcome":
        yield f"the outcome of a search is an OperationOutcome, not {name}"


def _types(value: dict[str, Any], is_resource: Callable[[str], bool]) -> list[str]:
    """The resource types that the link `self` says were searched; none where it says none."""
    rows = value.get("link")
    for each in rows if isinstance(rows, list) else ():
        if isinstance(each, dict) and each.get("relation") == "self":
            return _searched_types(each.get("url"), is_resource)
    return []


def _searched_types(url: Any, is_resource: Callable[[str], bool]) -> list[str]:
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
    except ValueError:
        return []
    steps = [each for each in parts.path.split("/") if each]
    if steps and is_resource(steps[-1]):
        return [steps[-1]]
    named = ",".join(parse_qs(parts.query).get("_type", ())).split(",")
    return [each for each in named if each]
