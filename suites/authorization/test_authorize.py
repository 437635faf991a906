"""Authorization requests: taken, led to login, brought back; and refused where one is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest

from conformance.checks import authorization as check
from conformance.checks import bearer, tokens
from conformance.contract import load_contract
from suites.authorization import stimuli

if TYPE_CHECKING:
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab


@pytest.mark.clause("AUTH-ENDPOINT")
def test_endpoint(lab: Lab, finding: Judge) -> None:
    finding.assess(check.leads_to_login(lab.opened("request alone", lab.app).authorization))


@pytest.mark.clause("AUTH-OAUTH2")
def test_code_flow(lab: Lab, finding: Judge) -> None:
    authorization = lab.good.authorization
    exchanged = tokens.granted([lab.tokens]) if authorization.code else ()
    finding.assess((*check.brings_code(authorization), *exchanged))


@pytest.mark.clause("AUTH-LOGIN")
def test_login_comes_first(lab: Lab, finding: Judge) -> None:
    finding.assess(check.no_code_before_login(lab.good.authorization))


@pytest.mark.clause("AUTH-REDIRECTED-BACK")
def test_redirected_back(lab: Lab, finding: Judge) -> None:
    finding.assess(check.returns_to_asked(lab.good.authorization))


@pytest.mark.clause("AUTH-CALLBACK-CODE")
def test_code_comes_back(lab: Lab, finding: Judge) -> None:
    finding.assess(check.brings_code(lab.good.authorization))


@pytest.mark.clause("AUTH-CALLBACK-STATE")
def test_state_comes_back(lab: Lab, finding: Judge) -> None:
    odd = lab.led("state with odd characters", {"state": stimuli.ODD_STATE})
    finding.assess(
        check.state_is_unchanged([lab.good.authorization, odd]),
        otherwise="nobody was sent back",
    )


@pytest.mark.clause("AUTH-EXAMPLE-PKCE")
def test_documented_request_with_pkce(lab: Lab, finding: Judge) -> None:
    asked = documented("AUTH-EXAMPLE-PKCE")
    flow = lab.opened("documented request with PKCE", lab.pkce_app, asked, pkce=True)
    finding.assess(check.leads_to_login(flow.authorization))


@pytest.mark.clause("AUTH-EXAMPLE-NO-PKCE")
def test_documented_request_without_pkce(lab: Lab, finding: Judge) -> None:
    asked = documented("AUTH-EXAMPLE-NO-PKCE")
    flow = lab.opened("documented request without PKCE", lab.app, asked, pkce=False)
    finding.assess(check.leads_to_login(flow.authorization))


def documented(clause: str) -> dict[str, str | None]:
    """Return what the document prints of a request, but for what is the application's own."""
    pairs = parse_qsl(load_contract()[clause].value)
    return {name: value for name, value in pairs if not value.isupper()}


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-PARAM-RESPONSE-TYPE")
def test_response_type_is_needed(lab: Lab, finding: Judge) -> None:
    wrong = [
        lab.led("no response type", {"response_type": None}),
        lab.led("unknown response type", {"response_type": "flexcheck"}),
        lab.led("response type token", {"response_type": "token"}),
    ]
    finding.assess(check.no_code(wrong))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-PARAM-CLIENT-ID")
def test_client_id_is_needed(lab: Lab, finding: Judge) -> None:
    finding.assess(check.no_code(stimuli.unknown_clients(lab)))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-PARAM-SCOPE")
def test_scope_is_needed(lab: Lab, finding: Judge) -> None:
    finding.assess(check.no_code([lab.led("no scope", {"scope": None})]))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-PARAM-STATE")
def test_state_is_needed(lab: Lab, finding: Judge) -> None:
    finding.assess(check.no_code([lab.led("no state", {"state": None})]))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-PARAM-REDIRECT-URI")
def test_redirect_uri_is_needed(lab: Lab, finding: Judge) -> None:
    finding.assess(check.no_code([lab.led("no redirect URI", {"redirect_uri": None})]))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-ERROR-REDIRECT")
def test_failure_is_sent_back(lab: Lab, finding: Judge) -> None:
    finding.assess(check.error_comes_back(stimuli.failed_requests(lab)))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-ERROR-STATE")
def test_failure_carries_state(lab: Lab, finding: Judge) -> None:
    failed = [item for item in stimuli.failed_requests(lab) if not item.code]
    finding.assess(
        check.state_is_unchanged(failed), otherwise="no error was sent to the redirect URI"
    )


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-ERROR-NO-REDIRECT")
def test_nobody_is_sent_to_a_wrong_uri(lab: Lab, finding: Judge) -> None:
    unknown = stimuli.unknown_clients(lab)
    elsewhere = lab.led(
        "redirect URI with another host", {"redirect_uri": "https://flexcheck.invalid/callback"}
    )
    finding.assess(check.nobody_is_sent([*unknown, elsewhere]))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-ERROR-RESPONSE-TYPE")
def test_unknown_response_type(lab: Lab, finding: Judge) -> None:
    wrong = lab.led("unknown response type", {"response_type": "flexcheck"})
    finding.assess(check.error_is([wrong], ("unsupported_response_type", "invalid_request")))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-ERROR-SCOPE")
def test_unknown_scope(lab: Lab, finding: Judge) -> None:
    wrong = lab.led("only an unknown scope", {"scope": stimuli.UNKNOWN_SCOPE})
    finding.assess(check.error_is([wrong], ("invalid_scope",)))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-FAILURE-STATUS")
def test_failures_have_a_status(lab: Lab, finding: Judge) -> None:
    finding.assess(
        (
            *check.refused_with_status(stimuli.unknown_clients(lab)),
            *tokens.status_is_4xx(stimuli.refused_tokens(lab)),
            *bearer.status_is_4xx([lab.use("no token", "").exchange]),
        )
    )
