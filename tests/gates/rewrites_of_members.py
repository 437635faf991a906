"""Rewrites of what only Patient Access has: tokens, members, the data window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rewriting import (
    BY_MEMBER,
    TYPES,
    each,
    matches_of,
    on_bundles,
    on_rows,
    outcome,
    rewrite,
    selecting,
)
from traffic import MEMBERS, Answer

if TYPE_CHECKING:
    from rewriting_proxy import Forward
    from traffic import Asked

#: The elements that say whose a row is.
MEMBER = ("patient", "beneficiary", "subject")


@rewrite(breaks=[each("TOKEN-REQUIRED")])
def whoever_brings_no_token_is_answered(asked: Asked, forward: Forward) -> Answer:
    """What is asked for without a token is answered with a row."""
    known = "authorization" in {name.lower() for name, _ in asked.headers}
    if known or asked.base != MEMBERS or asked.type not in TYPES:
        return forward(asked)
    row = {"resourceType": asked.type, "id": "somebody"}
    return Answer(200, b"").typed("application/fhir+json").having(row)


@rewrite(breaks=["PA-EOB-PATIENT-REQUIRED"])
def claims_are_found_without_a_patient(asked: Asked, forward: Forward) -> Answer:
    """A search for claims that names no patient is answered with an empty Bundle."""
    answer = forward(asked)
    nobody = asked.what == "search" and not asked.value("patient")
    if asked.type != "ExplanationOfBenefit" or not nobody or answer.status == 401:
        return answer
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": 0}
    return Answer(200, b"").typed("application/fhir+json").having(bundle)


@rewrite(breaks=["PA-[A-Z]+-MEMBER-SEARCH"], also=["PA-.*"], alone=True)
def searches_find_no_route(asked: Asked, forward: Forward) -> Answer:
    """Every search is answered 404, as where a gateway has no route for it."""
    if asked.what != "search" or forward(asked).status == 401:
        return forward(asked)
    return outcome(404, "not-found")


@rewrite(breaks=[BY_MEMBER], also=[each("OTHER-MEMBER"), each("BUNDLE")])
@on_bundles
def row_is_of_another_member(asked: Asked, bundle: dict[str, Any]) -> dict[str, Any] | None:
    """A search by patient ends each page with a row of somebody else."""
    if "patient" not in dict(selecting(asked)) or not matches_of(bundle):
        return None
    row = matches_of(bundle)[-1]["resource"]
    name = next(name for name in MEMBER if name in row)
    row[name] = {"reference": "Patient/somebody-else"}
    return bundle


@rewrite(breaks=["PA-EOB-WINDOW"], also=[each("SEARCH-SERVICE-DATE"), each("DATE-PREFIXES")])
@on_rows
def rows_are_old(row: dict[str, Any]) -> dict[str, Any]:
    """Claims were made for services of 2014."""
    if row["resourceType"] != "ExplanationOfBenefit":
        return row
    kept = {name: value for name, value in row.items() if name != "item"}
    return {**kept, "billablePeriod": {"start": "2014-03-01", "end": "2014-03-02"}}
