"""What the member is asked, and what comes of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.auth import ALLOW, DENY, Decision
from conformance.checks import authorization as check
from conformance.checks import bearer, tokens
from suites.authorization import stimuli

if TYPE_CHECKING:
    from conformance.oauth import TokenAnswer
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab


@pytest.mark.clause("AUTH-CONSENT-REQUIRED")
def test_consent_is_asked(lab: Lab, finding: Judge) -> None:
    finding.assess(check.consent_is_asked(lab.good.authorization), otherwise="no code was had")


@pytest.mark.clause("AUTH-CONSENT-PER-SCOPE")
def test_each_scope_can_be_declined(lab: Lab, finding: Judge) -> None:
    finding.assess(check.consent_per_scope(lab.good.authorization), otherwise="no consent page")


@pytest.mark.clause("AUTH-CONSENT-DEFAULT")
def test_everything_is_selected_at_first(lab: Lab, finding: Judge) -> None:
    shown = [*check.consent_starts_selected(lab.good.authorization)]
    given = tokens.scopes_include(lab.tokens, lab.scopes) if lab.good.authorization.code else ()
    finding.assess((*shown, *given), otherwise="no consent page")


def declined(lab: Lab) -> tuple[str, TokenAnswer]:
    """Have the member take one scope out."""
    kept = "patient/Patient.read"
    scope = next((scope for scope in lab.scopes if scope != kept), "")
    if not scope:
        pytest.skip("the client asks for one scope only; name more in [client] scopes")
    how = Decision(without=(scope,))

    def send(purpose: str) -> TokenAnswer:
        flow = lab.flow(f"{purpose}: authorization", lab.app, scopes=(kept, scope), decision=how)
        page = flow.authorization.page("consent")
        if page is None or not page.choice:
            pytest.skip("no consent page lets a scope be declined")
        return lab.redeemed(purpose, flow)

    return scope, lab.live("a scope declined", send)


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-CONSENT-DECLINED")
def test_declined_scope_is_not_given(lab: Lab, finding: Judge) -> None:
    patient = lab.patient
    scope, answer = declined(lab)
    kind = scope.partition("/")[2].partition(".")[0]
    use = lab.use("declined scope", answer.tokens.access, kind, patient)
    finding.assess((*tokens.scopes_lack(answer, [scope]), *bearer.brings_no_data([use])))


@pytest.mark.clause("AUTH-CONSENT-CHANGE")
def test_consent_can_change(lab: Lab, finding: Judge) -> None:
    scope, _ = declined(lab)
    anew = lab.granted("a scope shared after all", "patient/Patient.read", scope, decision=ALLOW)
    finding.assess(tokens.scopes_include(anew, [scope]))


@pytest.mark.clause("AUTH-ERROR-DENIED")
def test_refusal(lab: Lab, finding: Judge) -> None:
    refused = lab.flow("member refuses", lab.app, decision=DENY).authorization
    if refused.page("consent") is None:
        pytest.skip("no consent page was shown")
    finding.assess(check.error_is([refused], ["access_denied"]))


@pytest.mark.clause("AUTH-SANDBOX-ONE-MEMBER")
def test_every_login_is_the_same_member(lab: Lab, finding: Judge) -> None:
    flow = lab.flow("another One Healthcare ID", lab.app, username="flexcheck-somebody")
    other = lab.redeemed("token of another One Healthcare ID", flow)
    finding.assess(tokens.same_member(other, lab.usable(lab.tokens)))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-CODE-REVOKED")
def test_revoked_code(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.refused([stimuli.code_after_revocation(lab)]))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-REVOKED")
def test_revoked_access(lab: Lab, finding: Judge) -> None:
    uses, refreshed = stimuli.after_revocation(lab)
    exchanges = [use.exchange for use in uses]
    finding.assess(
        (*bearer.status_is(exchanges, bearer.UNAUTHORIZED), *tokens.refused([refreshed]))
    )
