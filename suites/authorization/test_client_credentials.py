"""Tokens of the application's own, for what is public."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest

from conformance.checks import tokens
from conformance.contract import load_contract
from suites.authorization import stimuli

if TYPE_CHECKING:
    from conformance.oauth import TokenAnswer
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab

PUBLIC = ("public/Location.read", "public/Practitioner.read")
MEMBER = "patient/Patient.read"


def wrong(lab: Lab, purpose: str, **changes: str | None) -> TokenAnswer:
    """Send a request that is good but for the changes."""
    return lab.system(f"client credentials: {purpose}", *PUBLIC, changes=changes)


def good(lab: Lab) -> TokenAnswer:
    """Send a good request."""
    return lab.system("client credentials", *PUBLIC)


@pytest.mark.clause("TOKEN-CC")
def test_public_scopes(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.granted([good(lab)]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-CC-PUBLIC-ONLY")
def test_no_member_scope(lab: Lab, finding: Judge) -> None:
    asked = [
        lab.system("client credentials: member scope", MEMBER),
        lab.system("client credentials: member scope beside", PUBLIC[0], MEMBER),
    ]
    refused = [answer for answer in asked if not answer.granted]
    finding.assess(
        (
            *tokens.refused(refused),
            *(item for answer in asked for item in tokens.scopes_lack(answer, [MEMBER])),
        )
    )


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-CC-PARAM-GRANT-TYPE")
def test_grant_type_is_needed(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.refused([wrong(lab, "no grant type", grant_type=None)]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-CC-PARAM-CLIENT-ID")
def test_client_id_is_needed(lab: Lab, finding: Judge) -> None:
    unknown = wrong(lab, "unknown client", client_id=stimuli.UNKNOWN_CLIENT)
    finding.assess(tokens.refused([unknown, wrong(lab, "no client id", client_id=None)]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-CC-PARAM-CLIENT-SECRET")
def test_secret_is_needed(lab: Lab, finding: Judge) -> None:
    other = wrong(lab, "wrong secret", client_secret=stimuli.WRONG_SECRET)
    finding.assess(tokens.refused([other, wrong(lab, "no secret", client_secret=None)]))


@pytest.mark.clause("TOKEN-CC-PARAM-SCOPE")
def test_no_other_scope(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.scopes_within(good(lab), PUBLIC), otherwise="no token was had")


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-CC-EXAMPLE")
def test_documented_request(lab: Lab, finding: Judge) -> None:
    printed = dict(parse_qsl(load_contract()["TOKEN-CC-EXAMPLE"].value))["scope"].split()
    listed = [scope for scope in printed if scope.startswith("public/")]
    answer = lab.system("documented client credentials request", *printed)
    plain = lab.system("client credentials: documented scope alone", *listed)
    finding.assess(
        (*tokens.scopes_within(answer, listed), *tokens.granted([plain])),
        otherwise="refused",
    )


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-ERROR-SCOPE")
def test_unknown_scope(lab: Lab, finding: Judge) -> None:
    answer = lab.system("client credentials: unknown scope", stimuli.UNKNOWN_SCOPE)
    finding.assess(tokens.error_is([answer], "invalid_scope"))


@pytest.mark.clause("TOKEN-CC-NO-REFRESH")
def test_no_refresh_token(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.has_no_field([good(lab)], "refresh_token"), otherwise="no token was had")
