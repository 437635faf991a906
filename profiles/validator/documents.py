"""Documents and messages: what they refer to is in them, what is in them is reached.

https://hl7.org/fhir/R4/documents.html#content: "The document bundle SHALL include only …" what the
Composition leads to. A reference is resolved by the fullUrls alone
(https://hl7.org/fhir/R4/bundle.html#references). Imports `problems`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from profiles.validator.problems import problem, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiles.validator.problems import Problem

REST = re.compile(r"(https?://.*/)[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}(?:/_history/[^/]+)?")
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
#: What a Composition and its sections refer to, of all that they may, and a MessageHeader.
COMPOSED = (
    *("subject", "encounter", "author", "custodian"),
    *("attester.party", "event.detail", "relatesTo.targetReference"),
)
SECTION = ("author", "focus", "entry")
HEADER = ("focus",)


class Entries:
    """The entries of a document or message, by their fullUrls."""

    def __init__(self, rows: list[Any]) -> None:
        self.rows = [each if isinstance(each, dict) else {} for each in rows]
        self.urls = [
            url if isinstance(url := each.get("fullUrl"), str) else "" for each in self.rows
        ]
        self._places = {url: place for place, url in reversed(list(enumerate(self.urls)))}
        self._ends = {_end(each) for each in self.rows}

    def find(self, reference: str, place: int) -> int | None:
        """The entry that a reference in the entry at `place` leads to; None: it is not here."""
        target = reference.partition("#")[0]
        if not ABSOLUTE.match(target):
            base = REST.fullmatch(self.urls[place])
            target = f"{base[1]}{target}" if base else target
        found = self._places.get(target)
        return found if found is not None else self._places.get(target.partition("/_history/")[0])

    def seems_here(self, reference: str) -> bool:
        """Whether an entry has the type and id of a reference, though not its URL."""
        return reference in self._ends


def _end(entry: dict[str, Any]) -> str:
    resource = entry.get("resource")
    if not isinstance(resource, dict):
        return ""
    return f"{resource.get('resourceType')}/{resource.get('id')}"


def document(rows: list[Any]) -> Iterator[Problem]:
    """What a document's Composition refers to is in it, and nothing that leads to neither."""
    entries = Entries(rows)
    head = entries.rows[0].get("resource") if rows else None
    if not isinstance(head, dict) or head.get("resourceType") != "Composition":
        return
    yield from _unresolved(entries, _named(head, COMPOSED, ""), "document")
    yield from _unresolved(entries, _of_sections(head, ""), "document")
    yield from _interlinked(entries)


def message(rows: list[Any]) -> Iterator[Problem]:
    """What a message is about is in it."""
    entries = Entries(rows)
    head = entries.rows[0].get("resource") if rows else None
    if isinstance(head, dict) and head.get("resourceType") == "MessageHeader":
        yield from _unresolved(entries, _named(head, HEADER, ""), "message")


def _unresolved(
    entries: Entries, references: Iterator[tuple[str, str]], kind: str
) -> Iterator[Problem]:
    for at, reference in references:
        if reference[0] != "#" and entries.find(reference, 0) is None:
            said = f"the {kind} has no entry for the reference {shown(reference)}"
            if entries.seems_here(reference):
                said += "; one of that type and id has another fullUrl"
            place = f".entry[0].resource{at}"
            yield from problem("not-found", said, "document", at=place, rule=kind)


def _named(owner: dict[str, Any], names: tuple[str, ...], at: str) -> Iterator[tuple[str, str]]:
    """The references at some paths, with their places."""
    for name in names:
        first, _, rest = name.partition(".")
        values = owner.get(first)
        for place, each in enumerate(values if isinstance(values, list) else [values]):
            if not isinstance(each, dict):
                continue
            step = f"{at}.{first}[{place}]" if isinstance(values, list) else f"{at}.{first}"
            if rest:
                yield from _named(each, (rest,), step)
            elif isinstance(reference := each.get("reference"), str) and reference:
                yield step, reference


def _of_sections(owner: dict[str, Any], at: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    sections = owner.get("section")
    for place, each in enumerate(sections if isinstance(sections, list) else ()):
        if isinstance(each, dict) and depth < 100:  # noqa: PLR2004 - none is nested so deeply
            step = f"{at}.section[{place}]"
            yield from _named(each, SECTION, step)
            yield from _of_sections(each, step, depth + 1)


def _interlinked(entries: Entries) -> Iterator[Problem]:
    """Each entry is reached from the first, by references forward or backward."""
    near: list[set[int]] = [set() for _ in entries.rows]
    for place, each in enumerate(entries.rows):
        for at, reference in references(each.get("resource")):
            target = entries.find(reference, place)
            if target is not None:
                near[place].add(target)
                near[target].add(place)
            elif place and entries.seems_here(reference):
                said = f"{shown(reference)} is the type and id of an entry, but not its fullUrl"
                where = f".entry[{place}].resource{at}"
                yield from problem("not-found", said, "document", at=where, rule="document")
    reached, todo = {0}, [0]
    while todo:
        more = near[todo.pop()] - reached
        reached |= more
        todo.extend(more)
    for place, url in enumerate(entries.urls):
        if place not in reached:
            said = f"no reference leads from the Composition to the entry {shown(url)}, nor back"
            yield from problem(
                "informational", said, "orphan", at=f".entry[{place}]", rule="document"
            )


def references(resource: Any) -> Iterator[tuple[str, str]]:
    """Every reference in a resource with its place; iterative, for no depth may break it."""
    todo: list[tuple[str, Any]] = [("", resource)]
    while todo:
        at, each = todo.pop()
        if isinstance(each, list):
            todo.extend((f"{at}[{place}]", one) for place, one in enumerate(each))
        elif isinstance(each, dict):
            reference = each.get("reference")
            if isinstance(reference, str) and reference and reference[0] != "#":
                yield at, reference
            todo.extend((f"{at}.{key}", one) for key, one in each.items())
