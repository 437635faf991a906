"""Properties that hold of any search, tried on searches that hypothesis draws."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.checks import forms as check
from conformance.checks.searching import same_rows
from conformance.plugin.marks import each_case
from suites.fhir import exploring
from suites.fhir import form_stimuli as forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.findings import Assertion
    from conformance.plugin.judge import Judge


def narrowing(api: FhirApi, clause: Clause) -> Iterator[Assertion]:
    """A further parameter never adds a row."""
    for pair in exploring.narrowed(api, clause.resource, forms.listed(clause)):
        yield from check.narrows(*pair)


def order(api: FhirApi, clause: Clause) -> Iterator[Assertion]:
    """The order of parameters has no meaning."""
    for pair in exploring.reordered(api, clause.resource, forms.listed(clause)):
        yield from same_rows(*pair)


def union(api: FhirApi, clause: Clause) -> Iterator[Assertion]:
    """A list of values selects what each of them selects."""
    names = forms.valued(clause) or ["_id"]
    for both, parts in exploring.united(api, clause.resource, names):
        yield from check.is_union(both, parts)


PROPERTIES: dict[str, Callable[[FhirApi, Clause], Iterator[Assertion]]] = {
    found.__name__: found for found in (narrowing, order, union)
}


@each_case("(DIR|PA)-[A-Z]+-METAMORPHIC", lambda _: tuple(PROPERTIES))
def test_drawn_searches_keep_the_laws_of_sets(
    api: FhirApi, clause: Clause, case: str, finding: Judge
) -> None:
    again = f"drawn with {exploring.SEED}={exploring.seed_used()}"
    finding.assess(
        (
            replace(item, expected=f"{item.expected} ({again})")
            for item in PROPERTIES[case](api, clause)
        ),
        otherwise="too few values are known to draw searches from",
    )
