"""The vocabulary of rewrites: what one is, which clauses it must break, helpers for bundles.

A rewrite is asked for every request and decides whether, and how, to forward it.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from inspect import getdoc
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from traffic import Answer, Asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rewriting_proxy import Change, Forward

    BundleChange = Callable[[Asked, dict[str, Any]], dict[str, Any] | None]

TYPES = (
    "HealthcareService", "Location", "Organization", "OrganizationAffiliation", "Practitioner",
    "PractitionerRole",
)  # fmt: skip
SHAPING = frozenset({"_count", "_getpagesoffset", "_include", "_revinclude", "_format"})
#: What the document lists beside `_id` and `_lastUpdated`, by type of parameter.
STRINGS = frozenset(
    {"name", "family", "given", "address", "address-city", "address-state", "address-postalcode"}
)
TOKENS = frozenset({"service-category", "specialty", "role", "type"})
REFERENCES = frozenset(
    {"organization", "network", "practitioner", "participating-organization"}
    | {"primary-organization"}
)
OWN = {
    "HealthcareService": {"name", "organization", "service-category", "specialty"},
    "Location": {"address", "address-city", "address-postalcode", "address-state"},
    "Organization": {"address", "name", "type"},
    "OrganizationAffiliation": {
        *("network", "participating-organization", "primary-organization", "specialty")
    },
    "Practitioner": {"family", "given", "name"},
    "PractitionerRole": {
        *("network", "organization", "practitioner", "role", "specialty"),
        "location.address-state",
    },
}

#: Every clause about a parameter that selects rows, by type of parameter.
BY_STRING = (
    r"DIR-[A-Z]+-SEARCH-(NAME|FAMILY|GIVEN|ADDRESS|ADDRESS-CITY|ADDRESS-STATE|ADDRESS-POSTALCODE)"
)
BY_TOKEN = r"DIR-[A-Z]+-SEARCH-(SERVICE-CATEGORY|SPECIALTY|ROLE|TYPE)"
BY_REFERENCE = (
    r"DIR-[A-Z]+-SEARCH-(ORGANIZATION|NETWORK|PRACTITIONER|PARTICIPATING-ORGANIZATION"
    r"|PRIMARY-ORGANIZATION)"
)
BY_ID = r"DIR-[A-Z]+-SEARCH-ID"
BY_LAST_UPDATED = r"DIR-[A-Z]+-SEARCH-LASTUPDATED"
SELECTING = (BY_STRING, BY_TOKEN, BY_REFERENCE, BY_ID, BY_LAST_UPDATED)
EXAMPLES = r"DIR-[A-Z]+-EXAMPLE-(?!CHAINED).*"
INCLUDES, REVINCLUDES = r"DIR-[A-Z]+-INCLUDE-.*", r"DIR-[A-Z]+-REVINCLUDE-.*"


def each(suffix: str) -> str:
    """Match the clause of this suffix of every resource type (networks are no type)."""
    return rf"DIR-(?!NET)[A-Z]+-{suffix}"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A wrong behaviour made by the proxy.

    `breaks` are patterns: each clause they match must be broken. `also` may be: what follows
    from it, seen and found right. `hides` are clauses that cannot be judged while it is on, and
    `alone` keeps it out of a run shared with others.
    """

    name: str
    does: str
    breaks: tuple[str, ...]
    also: tuple[str, ...]
    hides: tuple[str, ...]
    exit_code: int
    alone: bool
    change: Change

    def must_break(self, clauses: Iterable[str]) -> set[str]:
        return {clause for clause in clauses if _matches(self.breaks, clause)}

    def may_break(self, clauses: Iterable[str]) -> set[str]:
        return {clause for clause in clauses if _matches((*self.breaks, *self.also), clause)}

    def touches(self, clauses: Iterable[str]) -> set[str]:
        every = (*self.breaks, *self.also, *self.hides)
        return {clause for clause in clauses if _matches(every, clause)}

    def matching(self, pattern: str, clauses: Iterable[str]) -> set[str]:
        return {clause for clause in clauses if _matches((pattern,), clause)}


def _matches(patterns: Iterable[str], clause: str) -> bool:
    return any(re.fullmatch(pattern, clause) for pattern in patterns)


REWRITES: dict[str, Rewrite] = {}


def rewrite(
    *,
    breaks: Sequence[str],
    also: Sequence[str] = (),
    hides: Sequence[str] = (),
    exit_code: int = 1,
    alone: bool = False,
) -> Callable[[Change], Change]:
    """Register a function as the rewrite of its name."""

    def register(change: Change) -> Change:
        name = change.__name__
        if name in REWRITES:
            raise ValueError(f"rewrite {name!r} is registered twice")
        does = (getdoc(change) or "").partition("\n")[0]
        REWRITES[name] = Rewrite(
            name, does, tuple(breaks), tuple(also), tuple(hides), exit_code, alone, change
        )
        return change

    return register


def on_bundles(change: BundleChange) -> Change:
    """Make a rewrite of search results: of every page, None leaves it as it is."""

    def changed(asked: Asked, forward: Forward) -> Answer:
        answer = forward(asked)
        if asked.search is None or not answer.bears("Bundle"):
            return answer
        bundle = change(asked, answer.document)
        return answer if bundle is None else answer.having(bundle)

    return _named_as(change, changed)


def on_each_bundle(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    """Make a rewrite of search results that asks not what was searched."""
    return on_bundles(_named_as(change, lambda _, bundle: change(bundle)))


def on_rows(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    """Make a rewrite of every resource that the directory shows, wherever it shows it."""

    def changed(asked: Asked, forward: Forward) -> Answer:
        answer = forward(asked)
        if answer.bears(*TYPES):
            return answer.having(change(answer.document))
        if asked.search is None or not answer.bears("Bundle"):
            return answer
        bundle = answer.document
        for entry in bundle.get("entry", ()):
            entry["resource"] = change(entry["resource"])
        return answer.having(bundle)

    return _named_as(change, changed)


def _named_as(change: Callable[..., Any], changed: Callable[..., Any]) -> Callable[..., Any]:
    changed.__name__, changed.__doc__ = change.__name__, change.__doc__
    return changed


def selecting(asked: Asked) -> list[tuple[str, str]]:
    """Return the parameters of a search that select rows."""
    search = asked.search
    return [pair for pair in search.query if pair[0] not in SHAPING] if search else []


def is_listed(asked: Asked, name: str) -> bool:
    """Whether the document lists a selecting parameter for the searched type."""
    return name in {"_id", "_lastUpdated"} | OWN.get(asked.type, set())


def is_widened(asked: Asked) -> bool:
    return bool(asked.search) and any("include" in name for name, _ in asked.search.query)


def matches_of(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in bundle.get("entry", ()) if entry["search"]["mode"] == "match"]


def included_of(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in bundle.get("entry", ()) if entry["search"]["mode"] == "include"]


def with_entries(
    bundle: dict[str, Any], entries: list[dict[str, Any]], total: int | None = None
) -> dict[str, Any]:
    """Return a bundle with other entries (FHIR knows no empty array)."""
    kept = {name: value for name, value in bundle.items() if name != "entry"}
    return {
        **kept,
        **({"entry": entries} if entries else {}),
        **({} if total is None else {"total": total}),
    }


def link_of(bundle: dict[str, Any], relation: str) -> str:
    links = (link["url"] for link in bundle.get("link", ()) if link["relation"] == relation)
    return next(links, "")


def with_link(bundle: dict[str, Any], relation: str, url: str) -> dict[str, Any]:
    """Return a bundle whose link of this relation has another URL, or is gone where it is ""."""
    links = [link for link in bundle.get("link", ()) if link["relation"] != relation]
    links += [{"relation": relation, "url": url}] if url else []
    rest = {name: node for name, node in bundle.items() if name != "link"}
    return {**rest, "link": links} if links else rest


def with_self_of(asked: Asked, bundle: dict[str, Any]) -> dict[str, Any]:
    """Return a bundle whose self link names what was asked, whatever was forwarded."""
    own = link_of(bundle, "self").partition("?")[0]
    return with_link(bundle, "self", f"{own}?{urlencode(asked.query)}" if asked.query else own)


def asking(asked: Asked, forward: Forward, query: Iterable[tuple[str, str]]) -> Answer:
    """Forward a search with another query; the self link shows the one that was asked."""
    answer = forward(asked.having(list(query)))
    if not answer.bears("Bundle"):
        return answer
    return answer.having(with_self_of(asked, answer.document))


def finding(asked: Asked, forward: Forward, rows: Sequence[dict[str, Any]]) -> Answer:
    """Answer a search with these entries on one page."""
    answer = forward(asked.having([]))
    bundle = with_link(with_entries(answer.document, list(rows), len(rows)), "next", "")
    return answer.having(with_self_of(asked, bundle))


def all_entries(
    asked: Asked, forward: Forward, query: Sequence[tuple[str, str]] = ()
) -> list[dict[str, Any]]:
    """Return every row of the searched type that a query selects."""
    return deepcopy(matches_of(forward(asked.having([*query, ("_count", "200")])).document))


def outcome(status: int, code: str = "processing") -> Answer:
    """Return an error answer as FHIR wants it."""
    issue = {"severity": "error", "code": code, "diagnostics": "made by the proxy"}
    answer = Answer(status, b"").typed("application/fhir+json")
    return answer.having({"resourceType": "OperationOutcome", "issue": [issue]})


def page(status: int, text: str = "<html><body>Sign in</body></html>") -> Answer:
    """Return a web page, as gateways answer."""
    return Answer(status, text.encode()).typed("text/html")


def packed(rewrites: Iterable[Rewrite], clauses: Iterable[str]) -> list[tuple[Rewrite, ...]]:
    """Put rewrites together that can share a run: no clause is broken by two of them.

    What one of them must break can then not be the doing of another.
    """
    clauses = tuple(clauses)
    packs: list[tuple[list[Rewrite], set[str]]] = []
    for found in sorted(rewrites, key=lambda found: -len(found.touches(clauses))):
        touched = found.touches(clauses)
        free = (
            pack for pack in packs if not (found.alone or pack[0][0].alone or touched & pack[1])
        )
        members, taken = next(free, (None, None))
        if members is None or taken is None:
            packs.append(([found], set(touched)))
        else:
            members.append(found)
            taken |= touched
    return [tuple(members) for members, _ in packs]
