"""The SMART configuration and what the CapabilityStatement says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import discovery as check

if TYPE_CHECKING:
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab


@pytest.mark.clause("AUTH-DISCOVERY-CONFIGURATION")
def test_configuration(lab: Lab, finding: Judge) -> None:
    finding.assess(check.configuration_is_there(lab.configuration()))


@pytest.mark.clause("AUTH-DISCOVERY-AUTHORIZE")
def test_authorization_endpoint(lab: Lab, finding: Judge) -> None:
    finding.assess(check.names_endpoint(lab.configuration(), "authorization_endpoint"))


@pytest.mark.clause("AUTH-DISCOVERY-TOKEN")
def test_token_endpoint(lab: Lab, finding: Judge) -> None:
    finding.assess(check.names_endpoint(lab.configuration(), "token_endpoint"))


@pytest.mark.clause("AUTH-DISCOVERY-CAPABILITIES")
def test_capabilities(lab: Lab, finding: Judge) -> None:
    finding.assess(check.lists_capabilities(lab.configuration()))


@pytest.mark.clause("AUTH-DISCOVERY-METADATA")
def test_statement_agrees(lab: Lab, finding: Judge) -> None:
    finding.assess(check.statement_agrees(lab.metadata(), lab.configuration()))
