"""What SMART and RFC 9207 add: the audience of a request, the issuer of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import authorization, smart
from conformance.plugin.marks import cases_of
from suites.authorization import stimuli

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab

NOBODY = "nobody was sent back with an issuer, and the configuration promises none"
#: FHIR servers that the token is not for.
OTHERS: dict[str, Callable[[str], str]] = {
    "another host": lambda _: "https://flexcheck.invalid/fhir/R4",
    "another path": lambda base: f"{base}/flexcheck",
    "the host as a user": lambda base: base.replace("://", "://flexcheck.invalid@", 1),
}


def of(lab: Lab) -> str:
    """Return the FHIR base; skip where there is none to name."""
    return lab.target.fhir_base or pytest.skip("the target has no fhir_base to name in aud")


@pytest.mark.clause("AUTH-AUD-ACCEPTED")
def test_audience_is_taken(lab: Lab, finding: Judge) -> None:
    flow = lab.opened("request with its audience", lab.app, {"aud": of(lab)})
    finding.assess(authorization.leads_to_login(flow.authorization))


@pytest.mark.tier("negative")
@cases_of("AUTH-AUD-OTHER", OTHERS)
def test_another_audience_is_refused(lab: Lab, case: str, finding: Judge) -> None:
    asked = lab.led(f"audience: {case}", {"aud": OTHERS[case](of(lab))})
    finding.assess(authorization.no_code([asked]))


@pytest.mark.clause("AUTH-RESPONSE-ISS")
def test_issuer_beside_a_code(lab: Lab, finding: Judge) -> None:
    back = [lab.good.authorization]
    finding.assess(smart.names_issuer(back, lab.configuration()), otherwise=NOBODY)


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-RESPONSE-ISS", case="errors")
def test_issuer_beside_an_error(lab: Lab, finding: Judge) -> None:
    back = stimuli.failed_requests(lab)
    finding.assess(smart.names_issuer(back, lab.configuration()), otherwise=NOBODY)


@pytest.mark.clause("AUTH-DISCOVERY-PKCE")
def test_challenge_methods_are_told(lab: Lab, finding: Judge) -> None:
    finding.assess(smart.tells_challenge_methods(lab.configuration()))
