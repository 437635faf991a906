"""Parameters that the document does not list: never applied, and refused rather than ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import unlisted as check
from conformance.plugin.marks import each_case
from suites.fhir import stimuli

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge


@pytest.mark.tier("negative")
@each_case("(DIR|PA)-[A-Z]+-UNLISTED-NOT-APPLIED", stimuli.unlisted_names)
def test_unlisted_is_not_applied(api: FhirApi, clause: Clause, case: str, finding: Judge) -> None:
    finding.assess(
        check.unlisted_is_not_applied(stimuli.unlisted_probe(api, clause, case)),
        otherwise="the search without the parameter is not answered, so nothing can be compared",
    )


@pytest.mark.tier("negative")
@each_case("(DIR|PA)-[A-Z]+-UNLISTED-REFUSED", stimuli.unlisted_names)
def test_unlisted_is_refused(api: FhirApi, clause: Clause, case: str, finding: Judge) -> None:
    finding.assess(check.unlisted_is_refused(stimuli.unlisted_probe(api, clause, case)))
