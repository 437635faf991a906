"""Token requests with a code: what is needed, and how a wrong one is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import bearer, tokens
from suites.authorization import stimuli

if TYPE_CHECKING:
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab


@pytest.mark.clause("TOKEN-ENDPOINT")
def test_endpoint(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.granted([lab.tokens]))


@pytest.mark.clause("TOKEN-CONTENT-TYPE")
def test_form(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.granted([lab.token_answer]))


@pytest.mark.clause("TOKEN-EXAMPLE-PKCE")
def test_documented_request_with_pkce(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.granted([lab.pkce_tokens]))


@pytest.mark.clause("TOKEN-EXAMPLE-SECRET")
def test_documented_request_with_secret(lab: Lab, finding: Judge) -> None:
    if not lab.app.secret:
        pytest.skip("the client has no secret: name one in [client] of the target file")
    finding.assess(tokens.granted([lab.tokens]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-PARAM-CLIENT-ID")
def test_client_id_is_that_of_the_code(lab: Lab, finding: Judge) -> None:
    if lab.by_person:
        pytest.skip(lab.needs_a_code())
    foreign = [stimuli.foreign_code(lab)] if lab.target.public_client.named else []
    finding.assess(tokens.refused([*stimuli.wrong_codes(lab, "unknown client"), *foreign]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-PARAM-CLIENT-SECRET")
def test_secret_is_needed(lab: Lab, finding: Judge) -> None:
    wrong = stimuli.wrong_codes(lab, "wrong client secret", "no client secret")
    finding.assess(tokens.refused(wrong))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-CONFIDENTIAL-CLIENT")
def test_client_authenticates(lab: Lab, finding: Judge) -> None:
    wrong = stimuli.wrong_codes(lab, "wrong client secret", "no client secret")
    finding.assess((*tokens.granted([lab.token_answer]), *tokens.refused(wrong)))


@pytest.mark.clause("AUTH-NO-KEY-PAIR")
def test_no_key_pair_is_needed(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.granted([lab.token_answer]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-PARAM-CODE")
def test_code_is_needed(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.refused(stimuli.wrong_codes(lab, "no code", "unknown code")))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-PARAM-CODE", case="in the other case")
def test_code_is_that_very_one(lab: Lab, finding: Judge) -> None:
    flow = lab.flow("a code in the other case: authorization", lab.app)
    other = lab.server.secret(flow.authorization.code.swapcase() or stimuli.UNKNOWN_CODE)
    answer = lab.redeemed("a code in the other case", flow, {"code": other})
    finding.assess(tokens.refused([answer] if other != flow.authorization.code else []))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-PARAM-GRANT-TYPE")
def test_grant_type_is_needed(lab: Lab, finding: Judge) -> None:
    if lab.by_person:
        pytest.skip(lab.needs_a_code())
    finding.assess(tokens.refused(stimuli.wrong_codes(lab, "no grant type", "unknown grant type")))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-PARAM-REDIRECT-URI")
def test_redirect_uri_is_the_same(lab: Lab, finding: Judge) -> None:
    wrong = stimuli.wrong_codes(lab, "another redirect URI", "no redirect URI")
    finding.assess(tokens.refused(wrong))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-CODE-SINGLE-USE")
def test_code_is_used_once(lab: Lab, finding: Judge) -> None:
    first, second = stimuli.twice_used(lab)
    finding.assess(tokens.refused([second] if first.granted else []), otherwise=str(first))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-CODE-REUSE-REVOKES")
def test_second_use_revokes(lab: Lab, finding: Judge) -> None:
    use = stimuli.use_after_second_use(lab)
    finding.assess(bearer.status_is([use.exchange], bearer.UNAUTHORIZED))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-CODE-OTHER-CLIENT")
def test_code_of_another_client(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.refused([stimuli.foreign_code(lab)]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-ERROR-FORMAT")
def test_errors_have_a_form(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.error_has_form(stimuli.refused_tokens(lab)))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-ERROR-CLIENT")
def test_wrong_client(lab: Lab, finding: Judge) -> None:
    wrong = stimuli.wrong_codes(lab, "unknown client", "wrong client secret")
    finding.assess(tokens.error_is(wrong, "invalid_client"))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-ERROR-CODE")
def test_wrong_code(lab: Lab, finding: Judge) -> None:
    wrong = stimuli.wrong_codes(lab, "unknown code", "another redirect URI")
    twice = () if lab.by_person else stimuli.twice_used(lab)
    used = [answer for answer in twice[1:] if not answer.granted]
    finding.assess(
        tokens.error_is([*(item for item in wrong if not item.granted), *used], "invalid_grant")
    )


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-ERROR-REQUEST")
def test_incomplete_request(lab: Lab, finding: Judge) -> None:
    wrong = stimuli.wrong_codes(lab, "no code", "no grant type")
    finding.assess(tokens.error_is(wrong, "invalid_request"))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-ERROR-GRANT-TYPE")
def test_unknown_grant_type(lab: Lab, finding: Judge) -> None:
    wrong = stimuli.wrong_codes(lab, "unknown grant type")
    finding.assess(tokens.error_is(wrong, "unsupported_grant_type"))
