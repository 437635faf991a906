"""Access tokens at the FHIR API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import bearer as check
from suites.authorization import stimuli

if TYPE_CHECKING:
    from conformance.oauth import Use
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab


@pytest.mark.clause("USE-BEARER")
def test_token_is_taken(lab: Lab, finding: Judge) -> None:
    patient = lab.patient
    use = lab.use("member's data", lab.access.tokens.access, "Patient", patient)
    finding.assess(check.opens([use]))


@pytest.mark.clause("USE-EXAMPLE")
def test_documented_request(lab: Lab, finding: Judge) -> None:
    token = lab.access.tokens.access
    url = f"{lab.target.fhir_base}/ExplanationOfBenefit"
    use = lab.fetch("documented request", token, url, "ExplanationOfBenefit")
    finding.assess(check.token_is_not_at_fault(use.exchange))


@pytest.mark.clause("USE-NO-TOKEN-401")
def test_no_token(lab: Lab, finding: Judge) -> None:
    use = lab.use("no token", "")
    finding.assess(check.status_is([use.exchange], check.UNAUTHORIZED))


@pytest.mark.tier("negative")
@pytest.mark.clause("USE-CHALLENGE")
def test_challenge(lab: Lab, finding: Judge) -> None:
    uses = [lab.use("no token", ""), lab.use("unknown token", stimuli.UNKNOWN_TOKEN)]
    finding.assess(
        check.challenges_bearer(use.exchange for use in uses), otherwise="no answer was a 401"
    )


@pytest.mark.clause("USE-NO-TOKEN-NO-ERROR")
def test_challenge_without_error(lab: Lab, finding: Judge) -> None:
    use = lab.use("no token", "")
    finding.assess(
        check.challenge_names([use.exchange], ""), otherwise="there was no WWW-Authenticate"
    )


@pytest.mark.tier("negative")
@pytest.mark.clause("USE-INVALID-TOKEN")
def test_invalid_token(lab: Lab, finding: Judge) -> None:
    exchanges = [use.exchange for use in stimuli.bad_tokens(lab)]
    finding.assess(check.status_is(exchanges, check.UNAUTHORIZED))


@pytest.mark.tier("negative")
@pytest.mark.clause("USE-INVALID-TOKEN-ERROR")
def test_invalid_token_is_named(lab: Lab, finding: Judge) -> None:
    exchanges = [use.exchange for use in stimuli.bad_tokens(lab)]
    finding.assess(
        check.challenge_names(exchanges, "invalid_token"),
        otherwise="there was no WWW-Authenticate",
    )


@pytest.mark.tier("negative")
@pytest.mark.clause("USE-INSUFFICIENT-SCOPE")
def test_missing_scope(lab: Lab, finding: Judge) -> None:
    finding.assess(check.status_is([beyond_scope(lab).exchange], check.FORBIDDEN))


def beyond_scope(lab: Lab) -> Use:
    """Ask for data that the token's scopes do not open."""
    patient, answer = lab.patient, stimuli.one_scope_access(lab)
    if "patient/Coverage.read" in answer.scopes:
        pytest.skip("the token has more scopes than asked for (judged by SCOPE-EXPLICIT)")
    return lab.use("missing scope", answer.tokens.access, "Coverage", patient)


@pytest.mark.tier("negative")
@pytest.mark.clause("USE-PUBLIC-TOKEN")
def test_public_token_opens_no_member_data(lab: Lab, finding: Judge) -> None:
    public = lab.live(
        "client credentials to be used", lambda what: lab.system(what, "public/Location.read")
    )
    uses = [
        lab.use("token of public scopes", public.tokens.access, kind)
        for kind in ("Patient", "ExplanationOfBenefit")
    ]
    finding.assess(check.brings_no_data(uses))


@pytest.mark.tier("negative")
@pytest.mark.clause("USE-EXPIRED-401")
def test_expired_token(lab: Lab, finding: Judge) -> None:
    use = stimuli.expired_use(lab)
    finding.assess(
        (*check.status_is([use.exchange], check.UNAUTHORIZED), *check.brings_no_data([use]))
    )
