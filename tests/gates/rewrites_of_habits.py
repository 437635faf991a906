"""Rewrites after habits that FHIR servers have been seen to have, each in one small thing."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rewrites_of_forms import DATES, of, recast
from rewriting import (
    ACCEPTED,
    BY_DATE,
    BY_ID,
    BY_LAST_UPDATED,
    BY_MEMBER,
    BY_REFERENCE,
    LONE,
    PAGES,
    REFERENCES,
    SEARCHED,
    STRINGS,
    TOKENS,
    TYPES,
    WIDENED,
    all_entries,
    each,
    finding,
    is_listed,
    is_widened,
    matches_of,
    on_bundles,
    outcome,
    rewrite,
    selecting,
    with_entries,
)

if TYPE_CHECKING:
    from rewriting_proxy import Forward
    from traffic import Answer, Asked

    Bundle = dict[str, Any]
    Pair = tuple[str, str]

ZONE = re.compile(r"(Z|[+-]\d\d:\d\d)$")
#: A letter of ASCII, percent-encoded.
_LETTER = re.compile("%(4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])", re.IGNORECASE)
_INSTANT = re.compile(r"(?<=\d{4}-\d\d-\d\d)T.*$")
#: Where else dates are searched by.
DATED = (
    *(BY_DATE, BY_LAST_UPDATED, each("LASTUPDATED-PREFIXES"), each("DATE-PREFIXES")),
    *(each("(OR-VALUES|AND-REPEATED|COMBINED|METAMORPHIC)"), each("EXAMPLE-.*")),
    "DIR-QUALITY-PREDICATES",
)
#: These rows tell their dates by the day, and have no zone.
BY_DAY = "PA-(COND|ENC|IMM)-DATE-VALUES"


def dates(change: Any) -> Any:
    return of(DATES, change)


@rewrite(
    # Of the other types no single parameter selects more than a page.
    breaks=["DIR-(LOC|ORG)-PAGING-COMPLETE"],
    also=[*PAGES, *SEARCHED, *WIDENED, ACCEPTED],
)
def the_next_page_drops_the_filter(asked: Asked, forward: Forward) -> Answer:
    """A page after the first holds rows of the whole type, whatever was searched."""
    answer = forward(asked)
    search = asked.first
    if asked.what != "page" or search is None or not answer.bears("Bundle"):
        return answer
    if not selecting(search) or is_widened(asked):
        return answer
    others = all_entries(search, forward, [])
    mine = matches_of(answer.document)
    return answer.having(with_entries(answer.document, others[: len(mine)]))


@rewrite(breaks=[each("SEARCH-COUNT")])
def a_later_page_is_of_the_usual_size(asked: Asked, forward: Forward) -> Answer:
    """_count bounds the first page only."""
    if asked.what != "page" or not asked.value("_count"):
        return forward(asked)
    return forward(asked.having([p for p in asked.query if p[0] != "_count"]))


@rewrite(breaks=[each("TOTAL")], spares=[LONE])
@on_bundles
def total_is_what_is_left(asked: Asked, bundle: Bundle) -> Bundle | None:
    """Bundle.total of a later page counts the rows from that page on."""
    skipped = asked.value("_getpagesoffset")
    if asked.what != "page" or not skipped.isdecimal():
        return None
    return {**bundle, "total": max(0, bundle["total"] - int(skipped))}


@rewrite(breaks=[each("VREAD")])
def the_first_version_is_the_current(asked: Asked, forward: Forward) -> Answer:
    """A vread of version 1 gives the current version."""
    if asked.what != "vread" or not asked.path.endswith("/_history/1"):
        return forward(asked)
    return forward(replace(asked, path="/".join(asked.path.split("/")[:2])))


@rewrite(breaks=[each("VREAD")])
def the_first_version_is_a_copy(asked: Asked, forward: Forward) -> Answer:
    """A vread of version 1 gives the current content under that number."""
    if asked.what != "vread" or not asked.path.endswith("/_history/1"):
        return forward(asked)
    answer = forward(replace(asked, path="/".join(asked.path.split("/")[:2])))
    if not answer.bears(*TYPES):
        return answer
    row = answer.document
    return answer.having({**row, "meta": {**row["meta"], "versionId": "1"}})


@rewrite(breaks=[each("DATE-VALUES")], also=DATED, spares=[BY_DAY])
def zones_are_not_read(asked: Asked, forward: Forward) -> Answer:
    """The zone of a date is taken for UTC."""
    return recast(asked, forward, dates(lambda value: ZONE.sub("Z", value)))


# No two claims of the mock were updated on one day.
@rewrite(breaks=[each("DATE-VALUES")], also=DATED, spares=[BY_DAY, "PA-EOB-DATE-VALUES"])
def only_days_are_compared(asked: Asked, forward: Forward) -> Answer:
    """Of an instant only the day is read."""
    return recast(asked, forward, dates(lambda value: _INSTANT.sub("", value)))


@rewrite(breaks=[BY_ID])
def ids_match_in_any_case(asked: Asked, forward: Forward) -> Answer:
    """_id selects whatever its case."""
    return _by_ids(asked, forward, lambda wanted, held: wanted.lower() == held.lower())


@rewrite(breaks=[BY_ID])
def ids_match_by_their_beginning(asked: Asked, forward: Forward) -> Answer:
    """_id selects the rows whose id begins so."""
    return _by_ids(asked, forward, lambda wanted, held: held.startswith(wanted))


def _by_ids(asked: Asked, forward: Forward, same: Any) -> Answer:
    wanted = asked.value("_id").split(",")
    if asked.what != "search" or not asked.value("_id") or is_widened(asked):
        return forward(asked)
    rest = [pair for pair in selecting(asked) if pair[0] != "_id"]
    if not all(is_listed(asked, name) for name, _ in rest):
        return forward(asked)
    rows = all_entries(asked, forward, rest)
    return finding(
        asked, forward,
        [row for row in rows if any(same(one, row["resource"]["id"]) for one in wanted)],
    )  # fmt: skip


@rewrite(breaks=[BY_REFERENCE], spares=[BY_MEMBER])
def the_type_of_a_reference_is_not_read(asked: Asked, forward: Forward) -> Answer:
    """A reference to another type of the same id is found, too."""

    def own(pair: Pair) -> Pair:
        name, value = pair
        if name not in REFERENCES or value.count("/") != 1:
            return pair
        return name, value.partition("/")[2]

    return recast(asked, forward, own)


@rewrite(breaks=[each("TOKEN-FORMS")])
def a_system_alone_selects_all(asked: Asked, forward: Forward) -> Answer:
    """A token in the form `system|` selects every row."""
    return recast(
        asked, forward,
        lambda pair: None if pair[0] in TOKENS and pair[1].endswith("|") else pair,
    )  # fmt: skip


@rewrite(breaks=[each("TOKEN-FORMS")])
def no_system_is_any_system(asked: Asked, forward: Forward) -> Answer:
    """A token in the form `|code` selects the code of any system."""
    return recast(asked, forward, of(TOKENS, lambda value: value.removeprefix("|")))


@rewrite(breaks=[each("STRING-MATCHING")])
def a_percent_sign_is_a_wildcard(asked: Asked, forward: Forward) -> Answer:
    """A string that begins with a percent sign is found anywhere, as SQL has it."""
    wild = [pair for pair in selecting(asked) if pair[0] in STRINGS and pair[1].startswith("%")]
    if asked.what != "search" or not wild:
        return forward(asked)
    rest = [pair for pair in selecting(asked) if pair not in wild]
    found = all_entries(asked, forward, rest)
    part = wild[0][1][1:].lower()
    return finding(asked, forward, [row for row in found if part in repr(row).lower()])


@rewrite(breaks=[each("OR-VALUES")])
def a_list_of_dates_is_its_first(asked: Asked, forward: Forward) -> Answer:
    """Of a list of dates only the first selects."""
    return recast(asked, forward, dates(lambda value: value.split(",")[0]))


@rewrite(breaks=[each("AND-REPEATED")])
def a_range_of_dates_has_one_end(asked: Asked, forward: Forward) -> Answer:
    """Of two bounds of a date only the last is kept."""
    last = dict(asked.query)
    return recast(
        asked, forward,
        lambda pair: pair if pair[0] not in DATES or last[pair[0]] == pair[1] else None,
    )  # fmt: skip


@rewrite(
    breaks=[each("READ-UNKNOWN")],
    also=[each("EXAMPLE-READ")],
    hides=[each("ERROR-OUTCOME")],
)
def an_unknown_id_is_an_empty_answer(asked: Asked, forward: Forward) -> Answer:
    """A read of an unknown id is answered 200 without a body."""
    answer = forward(asked)
    unknown = asked.what == "read" and answer.status == 404
    return replace(answer, status=200, body=b"") if unknown else answer


@rewrite(breaks=[each("READ-UNKNOWN"), each("VREAD-UNKNOWN")], hides=[each("ERROR-OUTCOME")])
def what_never_was_is_gone(asked: Asked, forward: Forward) -> Answer:
    """A read of an unknown id or version is answered 410, as if it had been deleted."""
    answer = forward(asked)
    unknown = asked.what in {"read", "vread"} and answer.status == 404
    return outcome(410, "deleted") if unknown else answer


# Which ids are of no other type is known where all rows are.
@rewrite(breaks=[each("READ-UNKNOWN")], hides=[each("PAGING-(LINKS|COMPLETE)")])
def a_read_does_not_look_at_the_type(asked: Asked, forward: Forward) -> Answer:
    """A read gives the row of that id, be it of another type."""
    answer = forward(asked)
    if asked.what != "read" or answer.status != 404:
        return answer
    row_id = asked.path.partition("/")[2]
    others = (forward(replace(asked, path=f"{kind}/{row_id}")) for kind in TYPES)
    return next((found for found in others if found.status == 200), answer)


@rewrite(breaks=[each("CAPABILITY-TRUE")], hides=[each("CONDITIONAL-READ")])
def conditions_are_declared_and_not_heeded(asked: Asked, forward: Forward) -> Answer:
    """A conditional read is answered in full, though it is declared."""
    headers = tuple(pair for pair in asked.headers if pair[0].lower() != "if-none-match")
    return forward(replace(asked, headers=headers))


@rewrite(breaks=[each("PERCENT-ENCODING")])
def letters_are_not_decoded(asked: Asked, forward: Forward) -> Answer:
    """A letter that is percent-encoded is read as it stands."""
    if asked.what != "search" or not _LETTER.search(asked.written):
        return forward(asked)
    return finding(asked, forward, [])


@rewrite(breaks=[each("OTHER-INCLUDES")], exit_code=0)
def other_includes_are_heeded(asked: Asked, forward: Forward) -> Answer:
    """An _include or _revinclude that is not listed adds a row."""
    answer = forward(asked)
    if asked.what != "search" or answer.status != 400 or not is_widened(asked):
        return answer
    rest = [pair for pair in asked.query if "include" not in pair[0]]
    plain = forward(asked.having(rest))
    if not plain.bears("Bundle"):
        return answer
    bundle = plain.document
    added = {
        "fullUrl": f"http://127.0.0.1{asked.base}/Endpoint/added",
        "resource": {"resourceType": "Endpoint", "id": "added"},
        "search": {"mode": "include"},
    }
    return plain.having(with_entries(bundle, [*bundle.get("entry", ()), added]))


@rewrite(breaks=["PA-[A-Z]+-ITERATION"])
def iteration_reaches_everybody(asked: Asked, forward: Forward) -> Answer:
    """An include that iterates brings what others share with the member."""
    if asked.what != "search" or not asked.value("_revinclude:iterate"):
        return forward(asked)
    plain = forward(asked.having([pair for pair in asked.query if "include" not in pair[0]]))
    if not plain.bears("Bundle"):
        return plain
    stranger = {
        "fullUrl": f"http://127.0.0.1{asked.base}/Patient/somebody-else",
        "resource": {"resourceType": "Patient", "id": "somebody-else"},
        "search": {"mode": "include"},
    }
    return plain.having(with_entries(plain.document, [*plain.document.get("entry", ()), stranger]))


@rewrite(
    breaks=[each("PAGING-COMPLETE")],
    also=[*PAGES, *SEARCHED, *WIDENED, ACCEPTED, each("SEARCH-GETPAGESOFFSET")],
)
@on_bundles
def the_last_page_loses_its_last_row(asked: Asked, bundle: Bundle) -> Bundle | None:
    """The last of several pages lacks its last row."""
    onward = any(link["relation"] == "next" for link in bundle.get("link", ()))
    if asked.what != "page" or onward:
        return None
    return with_entries(bundle, bundle.get("entry", [])[:-1])
