"""What a refresh does to scopes, to the tokens beside it, and to others at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import bearer, tokens
from conformance.client.together import together
from suites.authorization import stimuli

if TYPE_CHECKING:
    from conformance.oauth import TokenAnswer, Tokens
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab

PATIENT, COVERAGE = "patient/Patient.read", "patient/Coverage.read"
#: How many refreshes come at one moment.
AT_ONCE = 4


def both(lab: Lab) -> TokenAnswer:
    """Return the tokens for two scopes (or all of a kept token), whose refresh token is used."""
    if not lab.by_person:
        return lab.usable(lab.granted("two scopes to be narrowed", PATIENT, COVERAGE))
    if not {PATIENT} < lab.kept_scopes:
        pytest.skip(f"the kept token is not for {PATIENT} and another scope: name two and log in")
    lab.may_narrow()
    return lab.usable(lab.holding("scopes to be narrowed"))


def narrowed(lab: Lab) -> TokenAnswer:
    """Refresh for one of two scopes; skip where the server does not take that."""
    before = both(lab)
    return lab.live(
        "refresh: narrower scope",
        lambda purpose: lab.refreshed(purpose, before, {"scope": PATIENT}),
    )


@pytest.mark.clause("REFRESH-NARROWER")
def test_fewer_scopes(lab: Lab, finding: Judge) -> None:
    answer = lab.refreshed("refresh: narrower scope", both(lab), {"scope": PATIENT})
    finding.assess((*tokens.granted([answer]), *tokens.scopes_within(answer, {PATIENT})))


@pytest.mark.tier("negative")
@pytest.mark.clause("USE-INSUFFICIENT-SCOPE", case="after a narrower refresh")
def test_what_was_left_out_stays_shut(lab: Lab, finding: Judge) -> None:
    patient, answer = lab.patient, narrowed(lab)
    if COVERAGE in answer.scopes:
        pytest.skip("the token has more scopes than asked for (judged by REFRESH-NARROWER)")
    use = lab.use("scope left out by a refresh", answer.tokens.access, "Coverage", patient)
    finding.assess(bearer.status_is([use.exchange], bearer.FORBIDDEN))


@pytest.mark.clause("REFRESH-SCOPE-RESTORED")
def test_all_scopes_again(lab: Lab, finding: Judge) -> None:
    lab.refreshed("refresh: narrower scope", both(lab), {"scope": PATIENT})
    answer = lab.refreshed("refresh: all scopes again", both(lab))
    finding.assess(tokens.scopes_include(answer, sorted(both(lab).scopes)))


@pytest.mark.clause("REFRESH-OLD-ACCESS")
def test_the_token_before_is_still_good(lab: Lab, finding: Judge) -> None:
    def had_and_refreshed(purpose: str) -> TokenAnswer:
        answer = lab.holding(purpose)
        lab.refreshed(f"{purpose}: refresh", answer)
        return answer

    before = lab.live("access before a refresh", had_and_refreshed)
    use = lab.use("access from before a refresh", before.tokens.access)
    finding.assess(bearer.opens([use]))


@pytest.mark.tier("negative")
@pytest.mark.clause("REFRESH-ACCESS-TOKEN")
def test_an_access_token_is_no_refresh_token(lab: Lab, finding: Judge) -> None:
    before = lab.usable(lab.holding("access shown as a refresh token"))
    wrong = lab.refreshed(
        "refresh with an access token", before, {"refresh_token": before.tokens.access}
    )
    finding.assess(tokens.refused([wrong]))


@pytest.mark.clause("REFRESH-CONTINUES")
def test_one_refresh_after_another(lab: Lab, finding: Judge) -> None:
    before = lab.usable(lab.holding("access to be refreshed twice"))
    first = lab.usable(lab.refreshed("refresh, the first", before))
    held = first if first.tokens.refresh else before
    finding.assess(tokens.granted([lab.refreshed("refresh, the second", held)]))


def at_once(lab: Lab, before: TokenAnswer, purpose: str) -> list[TokenAnswer]:
    """Refresh several times at one moment; of a kept token the last one that comes is kept."""
    answers: list[TokenAnswer] = []

    def send(held: Tokens) -> TokenAnswer:
        def refresh() -> TokenAnswer:
            return lab.server.refresh(lab.app, held, purpose=purpose)

        answers.extend(together([refresh] * AT_ONCE))
        return max(answers, key=lambda answer: (answer.granted, answer.received))

    if lab.by_person:
        lab.kept.ask(send)
    else:
        send(before.tokens)
    return answers


@pytest.mark.tier("intrusive")
@pytest.mark.parametrize(
    "deployment",
    [
        pytest.param("tooele", marks=pytest.mark.clause("REFRESH-REUSABLE", case="at once")),
        pytest.param("uhc", marks=pytest.mark.clause("REFRESH-CONCURRENT")),
    ],
)
def test_at_the_same_time(lab: Lab, deployment: str, finding: Judge) -> None:
    """What the one document promises, the other leaves open."""
    what = f"refresh at the same time ({deployment})"
    lab.spare_the_kept("a server may end a refresh token that is shown twice")
    before = lab.usable(lab.holding("access to be refreshed at once"))
    if not before.tokens.refresh:
        pytest.skip(f"no refresh token was had: {before}")

    answers = lab.once(what, lambda: at_once(lab, before, what))
    uses = [
        lab.use(f"{what}, token {number}", answer.tokens.access)
        for number, answer in enumerate(answers)
        if answer.granted
    ]
    finding.assess((*tokens.granted(answers), *bearer.opens(uses)))


@pytest.mark.tier("negative")
@pytest.mark.clause("REFRESH-INVALID-GRANT", case="revoked")
def test_a_revoked_refresh_token(lab: Lab, finding: Judge) -> None:
    _, refreshed = stimuli.after_revocation(lab)
    finding.assess(tokens.error_is([refreshed], "invalid_grant"))
