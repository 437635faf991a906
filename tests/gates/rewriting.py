"""The vocabulary of rewrites: what one is, which clauses it must break, helpers for bundles.

A rewrite is asked for every request and decides whether, and how, to forward it.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from inspect import getdoc
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from judged_apart import is_judged_apart
from traffic import DIRECTORY, Answer, Asked

from conformance.contract import load_contract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rewriting_proxy import Change, Forward

    BundleChange = Callable[[Asked, dict[str, Any]], dict[str, Any] | None]

#: The two FHIR APIs: each rewrite of what they share is made for both.
AREAS = r"(?:DIR|PA)"
#: Where nothing can be read, everything may fail.
UNREADABLE = rf"{AREAS}-.*"
CLAUSES = load_contract().clauses
ROWS = tuple(clause for clause in CLAUSES if clause.kind == "search-parameter")
#: Networks are Organizations, and have no type of their own.
TYPES = tuple(
    sorted({found.resource for found in CLAUSES if found.area in {"DIR", "PA"} and found.resource})
)
#: A parameter that only an example of the document uses.
CHAINED = "location.address-state"
SHAPING = frozenset({"_count", "_getpagesoffset", "_include", "_revinclude", "_format"})


def _listed(kind: str) -> frozenset[str]:
    return frozenset(row.param for row in ROWS if row.type == kind and row.param[0] != "_")


STRINGS, TOKENS, REFERENCES = _listed("string"), _listed("token"), _listed("reference")


def _searching(*names: str) -> str:
    """Match the clauses of these search parameters."""
    return rf"{AREAS}-[A-Z]+-SEARCH-({'|'.join(sorted(names)).upper()})"


#: Every clause about a parameter that selects rows, by type of parameter.
BY_STRING, BY_TOKEN = _searching(*STRINGS), _searching(*TOKENS)
BY_REFERENCE = _searching(*REFERENCES)
BY_DATE = _searching(*_listed("date"))
BY_ID, BY_LAST_UPDATED = _searching("id"), _searching("lastupdated")
SELECTING = (BY_STRING, BY_TOKEN, BY_REFERENCE, BY_DATE, BY_ID, BY_LAST_UPDATED)
EXAMPLES = rf"{AREAS}-[A-Z]+-EXAMPLE-(?!CHAINED|READ).*"
#: A member is one Patient: there is nothing to leave out or to leaf through.
LONE = r"PA-PAT-.*"
#: A member sees rows of his own only: to select by `patient` selects them all.
BY_MEMBER = r"PA-[A-Z]+-SEARCH-PATIENT|PA-(EOB|COND|ENC|IMM)-SEARCH"
INCLUDES, REVINCLUDES = rf"{AREAS}-[A-Z]+-INCLUDE-.*", rf"{AREAS}-[A-Z]+-REVINCLUDE-.*"
WIDENED = (INCLUDES, REVINCLUDES)
ACCEPTED = rf"{AREAS}-[A-Z]+-SEARCH-(REV)?INCLUDE"
METADATA, FHIR_VERSION = rf"{AREAS}-METADATA", rf"{AREAS}-FHIR-VERSION"


def each(suffix: str) -> str:
    """Match the clause of this suffix of every resource type (networks are no type)."""
    return rf"{AREAS}-(?!NET)[A-Z]+-{suffix}"


#: The clauses of a plain read, and of a search as the document has it, in both documents.
READ, SEARCH = each("(MEMBER-)?READ"), each("(MEMBER-)?SEARCH")
#: Clauses that are judged on pages after the first: where these cannot be had, more is lost.
PAGES = (each("PAGING-COMPLETE"), each("PAGING-LINKS"), each("TOTAL"))
#: What a rewrite does to rows may break their profile as well: `alone` a rewrite is held to that.
CONFORMS = rf"{AREAS}-[A-Z]+-CONFORMS"
#: So may what it does to a Bundle, or to what came with the rows; and what it leaves out of them.
ANSWERS, MUST_SUPPORT = rf"{AREAS}-([A-Z]+-)?ANSWERS-CONFORM", rf"{AREAS}-[A-Z]+-MUST-SUPPORT"
SEARCHED = (*SELECTING, each("(LASTUPDATED|DATE)-PREFIXES"), "DIR-NET-SEARCH-TYPE")


#: Clauses that look deeper into what others look at, on the same exchanges or on like ones.
DEEP = (
    *("OR-VALUES", "AND-REPEATED", "COMBINED", "TOKEN-FORMS", "DATE-VALUES", "ESCAPES"),
    *("REFERENCE-ABSOLUTE", "MODIFIERS", "METAMORPHIC", "COUNT-ZERO", "COUNT-LARGE"),
    *("COUNT-INVALID", "OFFSET-PAST-END", "POST-CONSISTENT", "PREVIOUS-LINK", "PAGE-STABLE"),
    *("PAGE-EXPIRED", "PAGE-TOKEN", "READ-MALFORMED", "ETAG", "LAST-MODIFIED", "CONDITIONAL-READ"),
    *("FORMATS", "NOT-ACCEPTABLE", "HEAD", "METHOD-REFUSED", "PREFER-STRICT", "PREFER-LENIENT"),
    *("REFERENCES-RESOLVE", "CAPABILITY-TRUE", "PERCENT-ENCODING", "OTHER-INCLUDES", "ITERATION"),
)
DEEPLY, QUALITY = each(f"({'|'.join(DEEP)})"), "DIR-QUALITY-.*"


def is_deep(clause: str) -> bool:
    """Whether a clause is judged by the suites that look deeper."""
    return _matches((DEEPLY, QUALITY), clause)


def is_profiled(clause: str) -> bool:
    """Whether a clause is judged by validation."""
    return _matches((CONFORMS, ANSWERS, MUST_SUPPORT), clause)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A wrong behaviour made by the proxy.

    `breaks` are patterns: each clause they match must be broken, but those of `spares`: there it
    changes nothing. `also` may be: what follows from it, seen and found right; a rewrite of what
    plain clauses are about may break the deep ones, too. `hides` are clauses
    that cannot be judged while it is on, and `alone` keeps it out of a run shared with others.
    """

    name: str
    does: str
    breaks: tuple[str, ...]
    also: tuple[str, ...]
    hides: tuple[str, ...]
    spares: tuple[str, ...]
    exit_code: int
    alone: bool
    change: Change

    @property
    def is_deep(self) -> bool:
        """Whether it is made for deep clauses; others need not keep them whole."""
        return any(
            pattern.startswith("DIR-QUALITY")
            or any(
                _fits(pattern, f"DIR-LOC-{name}") or _fits(pattern, f"PA-EOB-{name}")
                for name in DEEP
            )
            for pattern in self.breaks
            if pattern != UNREADABLE
        )

    def must_break(self, clauses: Iterable[str]) -> set[str]:
        return {
            clause
            for clause in clauses
            if _matches(self.breaks, clause) and not _matches(self.spares, clause)
        }

    def may_break(self, clauses: Iterable[str]) -> set[str]:
        deep = () if self.is_deep else (DEEPLY, QUALITY)
        patterns = (*self.breaks, *self.also, CONFORMS, ANSWERS, MUST_SUPPORT, *deep)
        # What tests/clauses holds a defect against is not this gate's to tell apart.
        return {
            clause for clause in clauses if _matches(patterns, clause) or is_judged_apart(clause)
        }

    def touches(self, clauses: Iterable[str]) -> set[str]:
        every = (*self.breaks, *self.also, *self.hides)
        return {clause for clause in clauses if _matches(every, clause)}

    def matching(self, pattern: str, clauses: Iterable[str]) -> set[str]:
        return {clause for clause in clauses if _matches((pattern,), clause)}


def _matches(patterns: Iterable[str], clause: str) -> bool:
    return any(_fits(pattern, clause) for pattern in patterns)


@cache
def _fits(pattern: str, clause: str) -> bool:
    return re.fullmatch(pattern, clause) is not None


REWRITES: dict[str, Rewrite] = {}


def rewrite(  # noqa: PLR0913 - what a rewrite tells of itself
    *,
    breaks: Sequence[str],
    also: Sequence[str] = (),
    hides: Sequence[str] = (),
    spares: Sequence[str] = (),
    exit_code: int = 1,
    alone: bool = False,
) -> Callable[[Change], Change]:
    """Register a function as the rewrite of its name."""

    def register(change: Change) -> Change:
        name = change.__name__
        if name in REWRITES:
            raise ValueError(f"rewrite {name!r} is registered twice")
        does = (getdoc(change) or "").partition("\n")[0]
        patterns = (tuple(breaks), tuple(also), tuple(hides), tuple(spares))
        REWRITES[name] = Rewrite(name, does, *patterns, exit_code, alone, change)
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
    return [pair for pair in without_need(asked.search) if pair[0] not in SHAPING]


def shaping(asked: Asked) -> list[tuple[str, str]]:
    """Return the parameters of a search without those that select rows."""
    chosen = selecting(asked)
    return [pair for pair in asked.query if pair not in chosen]


def without_need(search: Asked | None) -> list[tuple[str, str]]:
    """Return the parameters of a search but the one it may not be sent without.

    The member of a search for claims; what is needed stands last.
    """
    query = list(search.query) if search else []
    needed = (
        search and search.type == "ExplanationOfBenefit" and query and query[-1][0] == "patient"
    )
    return query[:-1] if needed else query


def is_listed(asked: Asked, name: str) -> bool:
    """Whether the document lists a parameter for the searched type."""
    area = "DIR" if asked.base == DIRECTORY else "PA"
    return name == CHAINED or any(
        (row.area, row.resource, row.param) == (area, asked.type, name) for row in ROWS
    )


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
    answer = forward(asked.having(shaping(asked)))
    bundle = with_link(with_entries(answer.document, list(rows), len(rows)), "next", "")
    return answer.having(with_self_of(asked, bundle))


def all_entries(
    asked: Asked, forward: Forward, query: Sequence[tuple[str, str]] = ()
) -> list[dict[str, Any]]:
    """Return every row of the searched type that a query selects."""
    need = [pair for pair in asked.query if pair not in without_need(asked)]
    return deepcopy(matches_of(forward(asked.having([*query, *need, ("_count", "200")])).document))


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
            pack
            for pack in packs
            if not (found.alone or pack[0][0].alone or touched & pack[1])
            and pack[0][0].is_deep == found.is_deep
        )
        members, taken = next(free, (None, None))
        if members is None or taken is None:
            packs.append(([found], set(touched)))
        else:
            members.append(found)
            taken |= touched
    return [tuple(members) for members, _ in packs]
