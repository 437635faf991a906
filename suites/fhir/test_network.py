"""Networks: Organizations of type `ntwk`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import rows
from conformance.search import definition_of, sample_values
from suites.fhir import stimuli

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.plugin.judge import Judge

NETWORKS = ("type", "ntwk")


@pytest.mark.clause("DIR-NETWORK-IS-ORGANIZATION")
def test_networks_are_organizations(api: FhirApi, finding: Judge) -> None:
    referred = stimuli.network_references(api)
    known = api.holdings("Organization").rows
    finding.assess(
        rows.references_are_networks(
            {name: known.get(name) or api.read("Organization", name).document for name in referred}
        ),
        otherwise="no role or affiliation is known to refer to a network",
    )


@pytest.mark.clause("DIR-NET-SEARCH-COMBINED")
def test_organization_parameters_narrow_the_networks(api: FhirApi, finding: Judge) -> None:
    holdings = api.holdings("Organization")
    networks = stimuli.search_for(api, "Organization", *NETWORKS)
    rows_found = [entry.resource for entry in networks.matches]
    names = sample_values(rows_found, definition_of("Organization", "name"), most=1)
    # A beginning that others share tells whether `type` still selects.
    shared = stimuli.shared_beginning(rows_found, holdings)
    names += [shared] if shared else []
    searches = [
        api.search("Organization", (NETWORKS, ("name", name)), purpose="networks by name")
        for name in names
    ]
    finding.assess(
        (
            assertion
            for search in searches
            for assertion in stimuli.exactness(api, search, holdings)
        ),
        otherwise="no network with a name is known",
    )
