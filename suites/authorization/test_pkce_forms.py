"""PKCE: verifiers that are nearly right, the standard's own pair, confidential clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.auth.authorize import challenge_of
from conformance.checks import authorization as check
from conformance.checks import tokens
from conformance.plugin.marks import cases_of
from suites.authorization import stimuli

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.auth import Flow
    from conformance.oauth import TokenAnswer
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab

#: RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-._~"
#: What is done to a good verifier.
NEARLY: dict[str, Callable[[str], str]] = {
    "a character less": lambda verifier: verifier[:-1],
    "the first 43 characters": lambda verifier: verifier[:43],
    "a character more": lambda verifier: f"{verifier}A",
    "in the other case": str.swapcase,
    "with padding": lambda verifier: f"{verifier}=",
    "empty": lambda _: "",
}
#: Verifiers that the standard forbids, though their challenge is right.
FORBIDDEN = {
    "42 characters": (LETTERS * 2)[:42],
    "129 characters": (LETTERS * 4)[:129],
    "other characters": f"{LETTERS}!*'()/",
}


def proven(lab: Lab, purpose: str, change: Callable[[Flow], str]) -> TokenAnswer:
    """Exchange a code of its own with a verifier made of that of its flow."""
    flow = lab.flow(f"{purpose}: authorization", lab.pkce_app, pkce=True)
    return lab.redeemed(purpose, flow, {"code_verifier": change(flow)})


@pytest.mark.tier("negative")
@cases_of("AUTH-PKCE-PLAIN", ("S512", "s256"))
def test_other_method(lab: Lab, case: str, finding: Judge) -> None:
    verifier = lab.once(f"verifier for {case}", lab.server.secret)
    asked: dict[str, str | None] = {
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": case,
    }
    flow = lab.flow(f"challenge method {case}", lab.pkce_app, asked, pkce=False)
    if not flow.authorization.code:
        finding.assess(check.no_code([flow.authorization]))
        return
    proof: dict[str, str | None] = {"code_verifier": verifier, "client_secret": None}
    finding.assess(tokens.refused([lab.redeemed(f"token, method {case}", flow, proof)]))


@pytest.mark.clause("AUTH-PKCE-DERIVATION", case="RFC 7636, appendix B")
def test_the_pair_of_the_standard(lab: Lab, finding: Judge) -> None:
    flow = lab.flow("challenge of RFC 7636: authorization", lab.pkce_app, pkce=True, proof=VERIFIER)
    finding.assess(tokens.granted([lab.redeemed("verifier of RFC 7636", flow)]))


@pytest.mark.tier("negative")
@cases_of("TOKEN-PARAM-CODE-VERIFIER", NEARLY)
def test_nearly_the_verifier(lab: Lab, case: str, finding: Judge) -> None:
    answer = proven(lab, f"verifier {case}", lambda flow: NEARLY[case](flow.verifier))
    finding.assess(tokens.refused([answer]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-PARAM-CODE-VERIFIER", case="that of another code")
def test_verifier_of_another_code(lab: Lab, finding: Judge) -> None:
    other = lab.good_pkce.verifier
    answer = proven(lab, "verifier of another code", lambda _: other)
    finding.assess(tokens.refused([answer]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-CODE-SINGLE-USE", case="with its verifier")
def test_verifier_is_not_replayed(lab: Lab, finding: Judge) -> None:
    flow = lab.flow("code and verifier twice: authorization", lab.pkce_app, pkce=True)
    first = lab.usable(lab.redeemed("code and verifier, first", flow))
    second = lab.redeemed("code and verifier, again", flow)
    finding.assess(tokens.refused([second]), otherwise=str(first))


def confidential(lab: Lab, purpose: str, changes: dict[str, str | None]) -> TokenAnswer:
    """Exchange a code with a challenge, sending the secret of the client too."""
    if not lab.app.secret:
        pytest.skip("the client has no secret: name one in [client] of the target file")
    flow = lab.flow(f"{purpose}: authorization", lab.app, pkce=True)
    return lab.redeemed(purpose, flow, {"client_secret": lab.app.secret, **changes})


@pytest.mark.clause("TOKEN-PKCE-CONFIDENTIAL")
def test_secret_and_verifier(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.granted([confidential(lab, "secret and verifier", {})]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-PKCE-ENFORCED")
def test_a_secret_does_not_replace_the_verifier(lab: Lab, finding: Judge) -> None:
    wrong = [
        confidential(lab, "secret, no verifier", {"code_verifier": None}),
        confidential(lab, "secret, another verifier", stimuli.WRONG_PROOFS["another verifier"]),
    ]
    finding.assess(tokens.refused(wrong))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-PKCE-DOWNGRADE")
def test_a_verifier_needs_its_challenge(lab: Lab, finding: Judge) -> None:
    proof = stimuli.WRONG_PROOFS["another verifier"]
    flow = lab.flow("no challenge: authorization", lab.app, pkce=False)
    finding.assess(tokens.refused([lab.redeemed("verifier without challenge", flow, proof)]))


@pytest.mark.tier("negative")
@cases_of("TOKEN-PKCE-VERIFIER-FORM", FORBIDDEN)
def test_forbidden_verifier(lab: Lab, case: str, finding: Judge) -> None:
    flow = lab.flow(f"verifier of {case}", lab.pkce_app, pkce=True, proof=FORBIDDEN[case])
    if not flow.authorization.code:
        finding.assess(check.no_code([flow.authorization]))
        return
    finding.assess(tokens.refused([lab.redeemed(f"verifier of {case}: token", flow)]))
