"""Networks: Organizations of type `ntwk`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import rows
from conformance.search import definition_of, sample_values
from suites.provider_directory import stimuli

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.plugin.judge import Judge

NETWORKS = ("type", "ntwk")


@pytest.mark.clause("DIR-NETWORK-IS-ORGANIZATION")
def test_networks_are_organizations(directory: FhirApi, finding: Judge) -> None:
    referred = stimuli.network_references(directory)
    known = directory.holdings("Organization").rows
    finding.assess(
        rows.references_are_networks(
            {
                name: known.get(name) or directory.read("Organization", name).document
                for name in referred
            }
        ),
        otherwise="no role or affiliation is known to refer to a network",
    )


@pytest.mark.clause("DIR-NET-SEARCH-COMBINED")
def test_organization_parameters_narrow_the_networks(directory: FhirApi, finding: Judge) -> None:
    holdings = directory.holdings("Organization")
    networks = stimuli.search_for(directory, "Organization", *NETWORKS)
    rows_found = [entry.resource for entry in networks.matches]
    names = sample_values(rows_found, definition_of("Organization", "name"), most=1)
    # A beginning that others share tells whether `type` still selects.
    shared = stimuli.shared_beginning(rows_found, holdings)
    names += [shared] if shared else []
    searches = [
        directory.search("Organization", (NETWORKS, ("name", name)), purpose="networks by name")
        for name in names
    ]
    finding.assess(
        (
            assertion
            for search in searches
            for assertion in stimuli.exactness(directory, search, holdings)
        ),
        otherwise="no network with a name is known",
    )
