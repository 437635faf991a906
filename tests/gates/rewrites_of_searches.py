"""Rewrites of what a search selects: parameters, values, examples, networks, unlisted ones."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rewriting import (
    ACCEPTED,
    AREAS,
    BY_ID,
    BY_LAST_UPDATED,
    BY_MEMBER,
    BY_REFERENCE,
    BY_STRING,
    BY_TOKEN,
    EXAMPLES,
    LONE,
    PAGES,
    REFERENCES,
    SEARCH,
    SELECTING,
    STRINGS,
    TOKENS,
    UNREADABLE,
    WIDENED,
    all_entries,
    asking,
    each,
    finding,
    is_listed,
    is_widened,
    matches_of,
    on_bundles,
    outcome,
    rewrite,
    selecting,
    shaping,
    with_entries,
    without_need,
)
from traffic import MEMBERS, Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rewriting_proxy import Forward
    from traffic import Asked

VALUES = tuple(
    each(suffix) for suffix in ("STRING-MATCHING", "TOKEN-SYSTEM", "LASTUPDATED-PREFIXES")
)
NETS = ("DIR-NET-SEARCH", "DIR-NET-SEARCH-TYPE", "DIR-NET-SEARCH-COMBINED")
#: The requests that the document prints, by their query.
STEWART = "service-category=prov&name=Stewart"
PRINTED = {
    *("address=Orlando", "address-state=CA", "address-postalcode=97035-2591", "name=Smith"),
    *("name=Utah Hospital", "given=Scott", "specialty=230000000X", "specialty=340000000X"),
    *(STEWART, f"{STEWART}&specialty=207R00000X"),
    *("_lastUpdated=gt2019", "type=|oral"),
}


@rewrite(
    breaks=[*SELECTING, *VALUES, *NETS, EXAMPLES, each("SEARCH"), each("ID-LIST")],
    also=[*WIDENED, each("REFERENCE-FORMS"), "DIR-ROLE-EXAMPLE-CHAINED"],
    hides=[ACCEPTED],
    spares=[BY_MEMBER, "PA-PAT-SEARCH"],
)
def filters_are_dropped(asked: Asked, forward: Forward) -> Answer:
    """A search gives every row of its type, whatever it asks for."""
    if asked.what != "search" or not _all_listed(asked):
        return forward(asked)
    return asking(asked, forward, shaping(asked))


def _all_listed(asked: Asked) -> bool:
    return all(is_listed(asked, name) for name, _ in selecting(asked))


@rewrite(
    breaks=[*SELECTING, *VALUES, *NETS[1:], each("ID-LIST")],
    also=[EXAMPLES, each("REFERENCE-FORMS"), each("PAGING-COMPLETE"), ACCEPTED],
)
@on_bundles
def filtered_search_loses_a_row(asked: Asked, bundle: dict[str, Any]) -> dict[str, Any] | None:
    """A search with a filter lacks its first match, and counts one less."""
    if not selecting(asked) or is_widened(asked) or not bundle["total"]:
        return None
    entries = bundle.get("entry", []) if asked.what == "page" else bundle["entry"][1:]
    return with_entries(bundle, entries, bundle["total"] - 1)


@rewrite(
    breaks=[*SELECTING, *VALUES, *NETS, EXAMPLES, each("SEARCH"), each("ID-LIST")],
    also=[
        *(each("REFERENCE-FORMS"), each("TOTAL"), each("PAGING-COMPLETE")),
        *("DIR-ROLE-EXAMPLE-CHAINED", ACCEPTED),
    ],
    spares=[BY_MEMBER, "PA-PAT-SEARCH"],
)
def filtered_search_gains_a_row(asked: Asked, forward: Forward) -> Answer:
    """A search with a filter gives one row more, which does not satisfy it."""
    answer = forward(asked)
    if (
        asked.what != "search"
        or not answer.bears("Bundle")
        or not selecting(asked)
        or is_widened(asked)
    ):
        return answer
    bundle = answer.document
    mine = {entry["fullUrl"] for entry in matches_of(bundle)}
    others = [row for row in all_entries(asked, forward) if row["fullUrl"] not in mine]
    entries = [*bundle.get("entry", ()), *others[:1]]
    return answer.having(with_entries(bundle, entries, bundle["total"] + len(others[:1])))


@rewrite(
    breaks=[each("SEARCH-COUNT")],
    spares=[LONE],
    also=[each("PAGING-COMPLETE"), each("SEARCH-GETPAGESOFFSET"), rf"{AREAS}-[A-Z]+-UNLISTED-.*"],
    alone=True,  # others ask for many rows at once
)
def count_is_ignored(asked: Asked, forward: Forward) -> Answer:
    """A page has the server's size, whatever _count asks."""
    if asked.what != "search" or not asked.value("_count"):
        return forward(asked)
    return asking(asked, forward, [pair for pair in asked.query if pair[0] != "_count"])


@rewrite(breaks=[each("SEARCH-GETPAGESOFFSET")])
def offset_is_ignored(asked: Asked, forward: Forward) -> Answer:
    """_getpagesoffset skips nothing."""
    if asked.what != "search" or not asked.value("_getpagesoffset"):
        return forward(asked)
    return asking(asked, forward, [p for p in asked.query if p[0] != "_getpagesoffset"])


@rewrite(breaks=[each("SEARCH-GETPAGESOFFSET")])
def offset_skips_one_more(asked: Asked, forward: Forward) -> Answer:
    """_getpagesoffset skips one row more than it says."""
    return _with_values(asked, forward, {"_getpagesoffset"}, lambda value: str(int(value) + 1))


@rewrite(breaks=[each("ID-LIST")], also=[*WIDENED, ACCEPTED])
def only_the_first_id(asked: Asked, forward: Forward) -> Answer:
    """Of a list of _id values only the first is looked up."""
    return _with_values(asked, forward, {"_id"}, lambda value: value.split(",")[0])


def _with_values(
    asked: Asked, forward: Forward, names: Iterable[str], change: Callable[[str], str]
) -> Answer:
    """Forward a search with the values of these parameters changed, but the one it needs."""
    own = [(name, change(value) if name in names else value) for name, value in without_need(asked)]
    query = [*own, *asked.query[len(own) :]]
    if asked.what != "search" or tuple(query) == asked.query:
        return forward(asked)
    return asking(asked, forward, query)


@rewrite(breaks=[BY_LAST_UPDATED, each("LASTUPDATED-PREFIXES")])
def last_updated_is_dropped(asked: Asked, forward: Forward) -> Answer:
    """_lastUpdated selects nothing: a delta load is a full load."""
    if asked.what != "search" or not asked.value("_lastUpdated"):
        return forward(asked)
    return asking(asked, forward, [p for p in asked.query if p[0] != "_lastUpdated"])


@rewrite(breaks=[BY_LAST_UPDATED])
def prefixes_are_swapped(asked: Asked, forward: Forward) -> Answer:
    """_lastUpdated reads `ge` as `lt` and `lt` as `ge`."""
    swapped = {"ge": "lt", "lt": "ge"}
    return _with_values(
        asked, forward, {"_lastUpdated"}, lambda v: swapped.get(v[:2], v[:2]) + v[2:]
    )


@rewrite(breaks=[BY_LAST_UPDATED, each("LASTUPDATED-PREFIXES")])
def ge_means_gt(asked: Asked, forward: Forward) -> Answer:
    """_lastUpdated leaves out the instant itself for `ge`."""
    return _with_values(asked, forward, {"_lastUpdated"}, lambda v: v.replace("ge", "gt"))


def _by_strings(
    asked: Asked, forward: Forward, accepts: Callable[[str, list[str]], bool]
) -> Answer:
    """Search by string parameters with a comparison of our own."""
    wanted = [(name, value) for name, value in selecting(asked) if name in STRINGS]
    if asked.what != "search" or not wanted or not _all_listed(asked):
        return forward(asked)
    rest = [pair for pair in selecting(asked) if pair not in wanted]
    kept = [
        row
        for row in all_entries(asked, forward, rest)
        if all(accepts(value, _texts(row["resource"], name)) for name, value in wanted)
    ]
    return finding(asked, forward, kept)


def _texts(resource: dict[str, Any], name: str) -> list[str]:
    """Return the strings a parameter looks at, and some more of the same element."""
    part = {"address-city": "city", "address-state": "state", "address-postalcode": "postalCode"}
    node = resource.get("address" if name.startswith("address") else "name")
    node = [node, resource.get("alias")] if name == "name" else node
    return list(_strings(node, part.get(name, name)))


def _strings(node: Any, key: str) -> Iterable[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for item in node:
            yield from _strings(item, key)
    elif isinstance(node, dict):
        told = [node[key]] if key in node else list(node.values())
        yield from _strings(told, key)


@rewrite(breaks=[each("STRING-MATCHING")], also=[BY_STRING], hides=[EXAMPLES])
def strings_are_case_sensitive(asked: Asked, forward: Forward) -> Answer:
    """A string search compares upper and lower case."""
    return _by_strings(asked, forward, lambda v, held: any(t.startswith(v) for t in held))


@rewrite(breaks=[each("STRING-MATCHING")], also=[BY_STRING, EXAMPLES])
def strings_match_anywhere(asked: Asked, forward: Forward) -> Answer:
    """A string search finds its value anywhere in the string."""
    return _by_strings(asked, forward, lambda v, held: any(v.lower() in t.lower() for t in held))


@rewrite(breaks=[each("STRING-MATCHING")], also=[BY_STRING, EXAMPLES, "DIR-NET-SEARCH-COMBINED"])
def strings_match_only_whole(asked: Asked, forward: Forward) -> Answer:
    """A string search finds nothing by a beginning."""
    return _by_strings(asked, forward, lambda v, held: v.lower() in map(str.lower, held))


@rewrite(breaks=[each("TOKEN-SYSTEM")], hides=[EXAMPLES])
def system_and_code_find_nothing(asked: Asked, forward: Forward) -> Answer:
    """A token search in the form `system|code` finds nothing."""
    return _with_values(asked, forward, TOKENS, lambda v: "none" if "|" in v else v)


@rewrite(breaks=[each("TOKEN-SYSTEM")], hides=[EXAMPLES])
def system_is_ignored(asked: Asked, forward: Forward) -> Answer:
    """A token search in the form `system|code` looks at the code only."""
    return _with_values(asked, forward, TOKENS, lambda v: v.rpartition("|")[2])


@rewrite(breaks=[each("REFERENCE-FORMS")], alone=True)
def bare_reference_finds_nothing(asked: Asked, forward: Forward) -> Answer:
    """A reference search by `id` alone finds nothing."""
    return _with_values(asked, forward, REFERENCES, lambda v: v if "/" in v else "none")


@rewrite(breaks=[each("REFERENCE-FORMS"), BY_REFERENCE])
def typed_reference_finds_nothing(asked: Asked, forward: Forward) -> Answer:
    """A reference search by `Type/id` finds nothing."""
    return _with_values(asked, forward, REFERENCES, lambda v: "none" if "/" in v else v)


@rewrite(
    breaks=[BY_ID, BY_REFERENCE, each("TOKEN-SYSTEM"), each("STRING-MATCHING")],
    also=[EXAMPLES, BY_STRING, BY_TOKEN],
    spares=[BY_MEMBER],
)
def nothing_found_is_everything(asked: Asked, forward: Forward) -> Answer:
    """A search that finds nothing gives every row instead."""
    answer = forward(asked)
    if asked.what != "search" or not answer.bears("Bundle") or answer.document["total"]:
        return answer
    return asking(asked, forward, shaping(asked))


@rewrite(
    breaks=[BY_ID, BY_REFERENCE],
    also=[EXAMPLES, each("TOKEN-SYSTEM"), each("STRING-MATCHING"), BY_STRING, BY_TOKEN],
    spares=[BY_MEMBER],
)
def nothing_found_is_404(asked: Asked, forward: Forward) -> Answer:
    """A search that finds nothing is answered 404."""
    answer = forward(asked)
    nothing = asked.what == "search" and answer.bears("Bundle") and not answer.document["total"]
    return outcome(404, "not-found") if nothing else answer


@rewrite(breaks=[EXAMPLES])
def printed_requests_are_refused(asked: Asked, forward: Forward) -> Answer:
    """The requests that the document prints are answered 400."""
    told = selecting(asked) if asked.base == MEMBERS else asked.query
    query = "&".join(f"{name}={value}" for name, value in told)
    return outcome(400) if query in PRINTED else forward(asked)


@rewrite(breaks=["DIR-ROLE-EXAMPLE-CHAINED"], exit_code=0)
def chained_request_fails(asked: Asked, forward: Forward) -> Answer:
    """The chained request that the document prints ends in a gateway's 500."""
    if not asked.value("location.address-state"):
        return forward(asked)
    return Answer(500, b'{"error": "Internal Server Error"}').typed("application/json")


@rewrite(breaks=["DIR-ROLE-EXAMPLE-CHAINED"], exit_code=0)
def chained_request_finds_all(asked: Asked, forward: Forward) -> Answer:
    """The chained request that the document prints gives every row."""
    if not asked.value("location.address-state"):
        return forward(asked)
    return asking(asked, forward, [])


@rewrite(breaks=["DIR-NET-SEARCH-TYPE"], also=["DIR-NET-SEARCH-COMBINED"])
@on_bundles
def networks_lack_one(asked: Asked, bundle: dict[str, Any]) -> dict[str, Any] | None:
    """A search for networks loses one."""
    if ("type", "ntwk") not in selecting(asked) or asked.what == "page":
        return None
    return with_entries(bundle, bundle.get("entry", [])[:-1], max(0, bundle["total"] - 1))


@rewrite(breaks=["DIR-NET-SEARCH-COMBINED"])
def combined_search_drops_the_type(asked: Asked, forward: Forward) -> Answer:
    """A search for networks by name gives other organizations of that name too."""
    if asked.what != "search" or not (asked.value("type") and asked.value("name")):
        return forward(asked)
    return asking(asked, forward, [pair for pair in asked.query if pair[0] != "type"])


@rewrite(breaks=["DIR-NET-SEARCH-COMBINED"])
def combined_search_drops_the_name(asked: Asked, forward: Forward) -> Answer:
    """A search for networks by name gives every network."""
    if asked.what != "search" or not (asked.value("type") and asked.value("name")):
        return forward(asked)
    return asking(asked, forward, [pair for pair in asked.query if pair[0] != "name"])


@rewrite(breaks=[SEARCH, "DIR-NET-SEARCH", each("BUNDLE")], also=[UNREADABLE], alone=True)
def searches_are_unavailable(asked: Asked, forward: Forward) -> Answer:
    """Every search is answered 501."""
    return outcome(501, "not-supported") if asked.what == "search" else forward(asked)


@rewrite(
    breaks=[BY_ID, r"DIR-(?!HSVC|NET)[A-Z]+-SEARCH", r"PA-(COV|PAT)-SEARCH"],
    also=[each("ID-LIST"), *WIDENED, ACCEPTED, *PAGES, each("PATIENT-REQUIRED")],
)
def searches_by_id_are_unavailable(asked: Asked, forward: Forward) -> Answer:
    """Every search by _id is answered 501."""
    wrong = asked.what == "search" and asked.value("_id")
    return outcome(501, "not-supported") if wrong else forward(asked)


@rewrite(breaks=["DIR-LOC-SEARCH-ADDRESS-CITY", "DIR-LOC-STRING-MATCHING"])
def city_is_a_server_error(asked: Asked, forward: Forward) -> Answer:
    """Location: a search by address-city ends in an internal error."""
    wrong = asked.type == "Location" and asked.value("address-city")
    return outcome(500) if wrong else forward(asked)


@rewrite(breaks=[each("UNLISTED-NOT-APPLIED"), each("UNLISTED-REFUSED")])
def unlisted_are_applied(asked: Asked, forward: Forward) -> Answer:
    """Parameters that are not listed select the rows that hold their value anywhere."""
    strange = _unlisted(asked)
    if not strange:
        return forward(asked)
    rows = [
        row
        for row in all_entries(asked, forward)
        if all(value.split("|")[-1] in json.dumps(row["resource"]) for _, value in strange)
    ]
    return finding(asked, forward, rows)


@rewrite(breaks=[each("UNLISTED-REFUSED")], exit_code=0)
def unlisted_are_ignored(asked: Asked, forward: Forward) -> Answer:
    """Parameters that are not listed are left out without a word."""
    strange = _unlisted(asked)
    rest = tuple(pair for pair in asked.query if pair not in strange)
    return forward(replace(asked, query=rest))


def _unlisted(asked: Asked) -> list[tuple[str, str]]:
    if asked.what != "search":
        return []
    return [pair for pair in selecting(asked) if not is_listed(asked, pair[0])]
