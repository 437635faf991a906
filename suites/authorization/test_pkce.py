"""PKCE: S256 is taken and checked, anything else is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import authorization as check
from conformance.checks import tokens
from suites.authorization import stimuli

if TYPE_CHECKING:
    from conformance.auth import Flow
    from conformance.oauth import TokenAnswer
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab


@pytest.mark.clause("AUTH-PKCE-SUPPORTED")
def test_challenge_is_taken(lab: Lab, finding: Judge) -> None:
    flow = lab.opened("request with challenge", lab.pkce_app, pkce=True)
    finding.assess(check.leads_to_login(flow.authorization))


@pytest.mark.clause("AUTH-PARAM-CODE-CHALLENGE-METHOD")
def test_method_is_taken(lab: Lab, finding: Judge) -> None:
    flow = lab.opened("request with challenge", lab.pkce_app, pkce=True)
    finding.assess(check.leads_to_login(flow.authorization))


@pytest.mark.clause("AUTH-PKCE-DERIVATION")
def test_verifier_matches(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.granted([lab.pkce_tokens]))


@pytest.mark.clause("AUTH-PKCE-NO-SECRET")
def test_verifier_is_enough(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.granted([lab.pkce_tokens]))


@pytest.mark.clause("AUTH-PKCE-OPTIONAL")
def test_secret_is_enough(lab: Lab, finding: Judge) -> None:
    if not lab.app.secret:
        pytest.skip("the client has no secret: name one in [client] of the target file")
    authorization = lab.good.authorization
    exchanged = tokens.granted([lab.tokens]) if authorization.code else ()
    finding.assess((*check.brings_code(authorization), *exchanged))


def other_methods(lab: Lab) -> list[Flow]:
    """Ask with the verifier itself as the challenge, the method named plain or not at all."""
    verifier = lab.once("plain verifier", lab.server.secret)
    cases = {"challenge method plain": "plain", "no challenge method": None}
    return [
        lab.flow(
            what,
            lab.pkce_app,
            {"code_challenge": verifier, "code_challenge_method": method},
            pkce=False,
        )
        for what, method in cases.items()
    ]


def plain_tokens(lab: Lab) -> list[TokenAnswer]:
    """Exchange the codes that such requests brought."""
    verifier = lab.once("plain verifier", lab.server.secret)
    proof: dict[str, str | None] = {"code_verifier": verifier, "client_secret": None}
    return [
        lab.redeemed(
            f"token, {flow.authorization.asked.get('code_challenge_method', '')}", flow, proof
        )
        for flow in other_methods(lab)
        if flow.authorization.code
    ]


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-PKCE-PLAIN")
def test_other_methods_bring_no_token(lab: Lab, finding: Judge) -> None:
    without = [flow.authorization for flow in other_methods(lab) if not flow.authorization.code]
    finding.assess((*check.no_code(without), *tokens.refused(plain_tokens(lab))))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-PKCE-METHOD-ERROR")
def test_other_method_is_an_invalid_request(lab: Lab, finding: Judge) -> None:
    plain, _ = other_methods(lab)
    finding.assess(check.error_is([plain.authorization], ["invalid_request"]))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-PARAM-CODE-CHALLENGE")
def test_challenge_is_needed_without_secret(lab: Lab, finding: Judge) -> None:
    flow = lab.flow("no challenge, no secret", lab.pkce_app, pkce=False)
    if not flow.authorization.code:
        finding.assess(check.no_code([flow.authorization]))
        return
    proof: dict[str, str | None] = {"client_secret": None}
    finding.assess(tokens.refused([lab.redeemed("no verifier, no secret", flow, proof)]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-PARAM-CODE-VERIFIER")
def test_verifier_is_checked(lab: Lab, finding: Judge) -> None:
    wrong = stimuli.wrong_proofs(lab, *stimuli.WRONG_PROOFS)
    finding.assess(tokens.refused([*wrong, stimuli.hashed_verifier(lab)]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-PKCE-INVALID-GRANT")
def test_wrong_verifier_is_an_invalid_grant(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.error_is(stimuli.wrong_proofs(lab, "another verifier"), "invalid_grant"))
