"""Rewrites of the rows that `_include` and `_revinclude` add."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from rewriting import (
    ACCEPTED,
    INCLUDES,
    PAGES,
    REVINCLUDES,
    all_entries,
    each,
    included_of,
    is_widened,
    matches_of,
    on_bundles,
    on_each_bundle,
    outcome,
    rewrite,
    with_entries,
)

if TYPE_CHECKING:
    from rewriting_proxy import Forward
    from traffic import Answer, Asked

    Bundle = dict[str, Any]

#: The values of `_revinclude` that something can refer by.
REACHING = (
    r"DIR-(ORG|PRAC)-REVINCLUDE-.*"
    r"|DIR-LOC-REVINCLUDE-(HSVC-LOCATION|HSVC-COVERAGE-AREA|AFF-LOCATION|ROLE-LOCATION)"
    r"|PA-[A-Z]+-REVINCLUDE-(?!LIMITED).*"
)


@rewrite(breaks=[INCLUDES])
@on_bundles
def includes_bring_nothing(asked: Asked, bundle: Bundle) -> Bundle | None:
    """_include is accepted and adds nothing."""
    return _without_included(asked, bundle, "_include")


@rewrite(breaks=[REACHING])
@on_bundles
def revincludes_bring_nothing(asked: Asked, bundle: Bundle) -> Bundle | None:
    """_revinclude is accepted and adds nothing."""
    return _without_included(asked, bundle, "_revinclude")


def _without_included(asked: Asked, bundle: Bundle, name: str) -> Bundle | None:
    if asked.search is None or not dict(asked.search.query).get(name):
        return None
    return with_entries(bundle, matches_of(bundle))


@rewrite(
    breaks=[each("INCLUDE-.*"), REACHING],
    also=["DIR-NET-INCLUDE-PARTOF"],
    spares=["PA-EOB-INCLUDE-PATIENT"],  # the same Patient on every page
)
@on_bundles
def includes_end_with_the_first_page(asked: Asked, bundle: Bundle) -> Bundle | None:
    """_include and _revinclude add rows to the first page only."""
    later = asked.what == "page" and is_widened(asked)
    return with_entries(bundle, matches_of(bundle)) if later else None


@rewrite(breaks=[INCLUDES, r"DIR-(ORG|PRAC|LOC)-REVINCLUDE-.*"])
def include_brings_a_stray(asked: Asked, forward: Forward) -> Answer:
    """_include and _revinclude add a row that has nothing to do with the matches."""
    answer = forward(asked)
    if asked.what != "search" or not answer.bears("Bundle") or not is_widened(asked):
        return answer
    bundle = answer.document
    model = deepcopy(matches_of(bundle)[0])
    model["resource"]["id"] = "stray"
    model["fullUrl"] = model["fullUrl"].rpartition("/")[0] + "/stray"
    model["search"] = {"mode": "include"}
    for name in ("partOf", "managingOrganization"):
        model["resource"].pop(name, None)
    return answer.having(with_entries(bundle, [*bundle["entry"], model]))


@rewrite(breaks=[INCLUDES], also=[REVINCLUDES, each("BUNDLE")])
@on_each_bundle
def included_come_twice(bundle: Bundle) -> Bundle | None:
    """Included rows come twice."""
    return (
        with_entries(bundle, [*bundle["entry"], *included_of(bundle)])
        if included_of(bundle)
        else None
    )


@rewrite(breaks=[INCLUDES, REVINCLUDES, ACCEPTED], hides=[each("TOTAL")])
def include_is_refused(asked: Asked, forward: Forward) -> Answer:
    """_include and _revinclude are answered 400."""
    return outcome(400) if asked.what == "search" and is_widened(asked) else forward(asked)


@rewrite(breaks=[ACCEPTED], also=[INCLUDES, REVINCLUDES], hides=[each("TOTAL")])
@on_bundles
def include_loses_the_matches(asked: Asked, bundle: Bundle) -> Bundle | None:
    """_include and _revinclude give an empty Bundle."""
    return with_entries(bundle, [], 0) if is_widened(asked) else None


@rewrite(breaks=[ACCEPTED], also=[INCLUDES, REVINCLUDES, *PAGES])
def include_drops_the_filter(asked: Asked, forward: Forward) -> Answer:
    """With _include or _revinclude every row of the type matches."""
    if asked.what != "search" or not is_widened(asked):
        return forward(asked)
    answer = forward(asked)
    if not answer.bears("Bundle"):
        return answer
    bundle = answer.document
    known = {entry["fullUrl"] for entry in bundle["entry"]}
    more = [row for row in all_entries(asked, forward) if row["fullUrl"] not in known]
    return answer.having(
        with_entries(bundle, [*bundle["entry"], *more], bundle["total"] + len(more))
    )
