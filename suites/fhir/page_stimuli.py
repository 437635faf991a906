"""Searches that are read at the same time: a page of each in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suites.fhir.stimuli import paged_and_whole

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.records import Search

#: What is read side by side with a search: a search of other rows, or the very same.
THE_SAME = "the same search"
BESIDE = ("another search", THE_SAME)


def read_side_by_side(
    api: FhirApi, clause: Clause, case: str
) -> tuple[Search, tuple[Search, ...]] | None:
    """Read a search of several pages, and again while another or the same is read in turn with it.

    None where the server holds too little for two pages.
    """
    pair = paged_and_whole(api, clause)
    if pair is None:
        return None
    alone, _ = pair
    size = int(dict(alone.params)["_count"])
    other = alone.params if case == THE_SAME else (("_count", str(size + 1)),)
    return alone, api.side_by_side(
        clause.resource,
        (alone.params, other),
        purpose=f"paging of {clause.resource} beside {case}",
        max_rows=len(alone.ids) + 1,
    )
