"""Refresh tokens: what they bring, and what they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import bearer, tokens
from suites.authorization import stimuli

if TYPE_CHECKING:
    from conformance.oauth import TokenAnswer
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab

NO_TOKEN = "no token was had"  # noqa: S105 - a sentence
WIDER = "patient/Coverage.read"


def first(lab: Lab) -> TokenAnswer:
    """Return the tokens that are refreshed."""
    flow = lab.flow("access to be refreshed: authorization", lab.app)
    return lab.redeemed("access to be refreshed", flow)


def good(lab: Lab) -> TokenAnswer:
    """Refresh them."""
    return lab.refreshed("refresh", first(lab))


def wrong(lab: Lab, purpose: str, **changes: str | None) -> TokenAnswer:
    """Refresh with a request that is good but for the changes."""
    flow = lab.flow("access not to be refreshed: authorization", lab.app)
    before = lab.redeemed("access not to be refreshed", flow)
    return lab.refreshed(f"refresh: {purpose}", before, changes)


def young(lab: Lab) -> TokenAnswer:
    """Refresh them, for a token to be used."""
    return lab.live("refresh", lambda purpose: lab.refreshed(purpose, first(lab)))


@pytest.mark.clause("REFRESH-GRANT")
def test_refresh(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.granted([good(lab)]))


@pytest.mark.clause("REFRESH-EXAMPLE")
def test_documented_request(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.granted([good(lab)]))


@pytest.mark.clause("REFRESH-NEW-ACCESS-TOKEN")
def test_new_access_token(lab: Lab, finding: Judge) -> None:
    patient, answer = lab.patient, young(lab)
    use = lab.use("refreshed token", answer.tokens.access, "Patient", patient)
    finding.assess((*tokens.token_is_new(answer, first(lab)), *bearer.opens([use])))


@pytest.mark.clause("REFRESH-NO-NEW-REFRESH-TOKEN")
def test_no_new_refresh_token(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.has_no_field([good(lab)], "refresh_token"), otherwise=NO_TOKEN)


@pytest.mark.clause("REFRESH-REUSABLE")
def test_again_and_again(lab: Lab, finding: Judge) -> None:
    lab.usable(good(lab))
    again = [lab.refreshed(f"refresh, time {time}", first(lab)) for time in (2, 3)]
    finding.assess(tokens.granted(again))


@pytest.mark.clause("REFRESH-SAME-MEMBER")
def test_same_member(lab: Lab, finding: Judge) -> None:
    patient, answer = lab.patient, young(lab)
    use = lab.use("refreshed token", answer.tokens.access, "Patient", patient)
    finding.assess((*tokens.same_member(answer, first(lab)), *bearer.is_patient(use)))


@pytest.mark.tier("negative")
@pytest.mark.clause("REFRESH-PARAM-GRANT-TYPE")
def test_grant_type_is_needed(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.refused([wrong(lab, "no grant type", grant_type=None)]))


@pytest.mark.tier("negative")
@pytest.mark.clause("REFRESH-PARAM-REFRESH-TOKEN")
def test_refresh_token_is_needed(lab: Lab, finding: Judge) -> None:
    unknown = wrong(lab, "unknown token", refresh_token=stimuli.UNKNOWN_TOKEN)
    finding.assess(tokens.refused([unknown, wrong(lab, "no token", refresh_token=None)]))


@pytest.mark.tier("negative")
@pytest.mark.clause("REFRESH-PARAM-CLIENT-ID")
def test_client_id_is_that_of_the_token(lab: Lab, finding: Judge) -> None:
    unknown = wrong(lab, "unknown client", client_id=stimuli.UNKNOWN_CLIENT)
    foreign = [foreign_refresh(lab)] if lab.target.public_client.named else []
    finding.assess(tokens.refused([unknown, *foreign]))


def foreign_refresh(lab: Lab) -> TokenAnswer:
    """Use the refresh token of one application as another one."""
    return wrong(lab, "another client", client_id=lab.public_app.id, client_secret=None)


@pytest.mark.tier("negative")
@pytest.mark.clause("REFRESH-PARAM-CLIENT-SECRET")
def test_secret_is_needed(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.refused([wrong(lab, "wrong secret", client_secret=stimuli.WRONG_SECRET)]))


@pytest.mark.tier("negative")
@pytest.mark.clause("REFRESH-NO-WIDER-SCOPE")
def test_scope_is_not_widened(lab: Lab, finding: Judge) -> None:
    before = lab.usable(stimuli.one_scope(lab))
    wider = lab.refreshed(
        "refresh: wider scope", before, {"scope": f"patient/Patient.read {WIDER}"}
    )
    plain = lab.refreshed("refresh: no scope named", before)
    refused = [answer for answer in (wider, plain) if not answer.granted]
    held = before.scopes or {"patient/Patient.read"}
    finding.assess(
        (
            *tokens.refused(refused),
            *(item for answer in (wider, plain) for item in tokens.scopes_within(answer, held)),
        )
    )


@pytest.mark.clause("REFRESH-SAME-SCOPE")
def test_scope_stays(lab: Lab, finding: Judge) -> None:
    answer, before = lab.usable(good(lab)), first(lab)
    told = tokens.scopes_include(answer, sorted(before.scopes)) if answer.scopes else ()
    finding.assess(
        (*told, *tokens.scopes_within(answer, before.scopes)), otherwise="no scope was told"
    )


@pytest.mark.tier("negative")
@pytest.mark.clause("REFRESH-OTHER-CLIENT")
def test_token_of_another_client(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.refused([foreign_refresh(lab)]))


@pytest.mark.tier("negative")
@pytest.mark.clause("REFRESH-INVALID-GRANT")
def test_unknown_token_is_an_invalid_grant(lab: Lab, finding: Judge) -> None:
    unknown = wrong(lab, "unknown token", refresh_token=stimuli.UNKNOWN_TOKEN)
    finding.assess(tokens.error_is([unknown], "invalid_grant"))
