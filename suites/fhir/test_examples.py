"""The example requests that the document prints."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest

from conformance.checks import searching as check
from conformance.checks.includes import matches_lead_to
from conformance.checks.interactions import refused_as_unsupported
from conformance.plugin.marks import each_clause
from suites.fhir import stimuli

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge
    from conformance.records import Holdings


@each_clause("DIR-[A-Z]+-EXAMPLE-(?!CHAINED).*", kind="example")
def test_example_is_answered_rightly(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    search = api.search(
        clause.resource, tuple(parse_qsl(clause.value)), purpose=f"example {clause.value}"
    )
    finding.assess(stimuli.exactness(api, search, holdings))


@pytest.mark.tier("negative")
@each_clause("DIR-[A-Z]+-EXAMPLE-CHAINED", kind="example")
def test_chained_example_is_refused_or_answered(
    api: FhirApi, clause: Clause, finding: Judge
) -> None:
    ((chain, value),) = parse_qsl(clause.value)
    search = api.search(
        clause.resource, ((chain, value),), purpose=f"example {clause.value}", max_rows=1
    )
    reference, _, param = chain.partition(".")
    finding.assess(
        (
            *check.search_is_answered(search),
            *matches_lead_to(
                search,
                f"{clause.resource}:{reference}",
                api.holdings("Location"),
                (param, value),
            ),
        )
        if search.answered
        else refused_as_unsupported(search.first)
    )
