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
#: Where that is held already.
BEYOND = "patient/AllergyIntolerance.read"


def first(lab: Lab) -> TokenAnswer:
    """Return the tokens that are refreshed."""
    return lab.holding("access to be refreshed")


def good(lab: Lab) -> TokenAnswer:
    """Refresh them."""
    return lab.refreshed("refresh", first(lab))


def wrong(lab: Lab, purpose: str, **changes: str | None) -> TokenAnswer:
    """Refresh with a request that is good but for the changes."""
    before = lab.holding("access not to be refreshed")
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
    if lab.by_person and lab.kept.replaced:
        pytest.skip("each refresh brings another token (judged by REFRESH-NO-NEW-REFRESH-TOKEN)")
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
    lab.spare_the_kept("a server may end a refresh token that another application shows")
    return wrong(lab, "another client", client_id=lab.public_app.id, client_secret=None)


@pytest.mark.tier("negative")
@pytest.mark.clause("REFRESH-PARAM-CLIENT-SECRET")
def test_secret_is_needed(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.refused([wrong(lab, "wrong secret", client_secret=stimuli.WRONG_SECRET)]))


def narrow(lab: Lab) -> tuple[TokenAnswer, frozenset[str]]:
    """Return tokens that are not for every scope, and what they are for."""
    if lab.by_person:
        return lab.usable(first(lab)), lab.kept_scopes
    before = lab.usable(stimuli.one_scope(lab))
    return before, before.scopes or frozenset({"patient/Patient.read"})


def more_than(held: frozenset[str]) -> str:
    """Return a scope beyond those held: a listed one where there is one left."""
    return WIDER if WIDER not in held else BEYOND


@pytest.mark.tier("negative")
@pytest.mark.clause("REFRESH-NO-WIDER-SCOPE")
def test_scope_is_not_widened(lab: Lab, finding: Judge) -> None:
    before, held = narrow(lab)
    wider = lab.refreshed(
        "refresh: wider scope", before, {"scope": " ".join((*sorted(held), more_than(held)))}
    )
    plain = lab.refreshed("refresh: no scope named", before)
    refused = [answer for answer in (wider, plain) if not answer.granted]
    finding.assess(
        (
            *tokens.refused(refused),
            *(item for answer in (wider, plain) for item in tokens.scopes_within(answer, held)),
        )
    )


@pytest.mark.clause("REFRESH-SAME-SCOPE")
def test_scope_stays(lab: Lab, finding: Judge) -> None:
    answer = lab.usable(good(lab))
    before = lab.kept_scopes if lab.by_person else first(lab).scopes
    told = tokens.scopes_include(answer, sorted(before)) if answer.scopes else ()
    finding.assess((*told, *tokens.scopes_within(answer, before)), otherwise="no scope was told")


@pytest.mark.tier("negative")
@pytest.mark.clause("REFRESH-OTHER-CLIENT")
def test_token_of_another_client(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.refused([foreign_refresh(lab)]))


@pytest.mark.tier("negative")
@pytest.mark.clause("REFRESH-INVALID-GRANT")
def test_unknown_token_is_an_invalid_grant(lab: Lab, finding: Judge) -> None:
    unknown = wrong(lab, "unknown token", refresh_token=stimuli.UNKNOWN_TOKEN)
    finding.assess(tokens.error_is([unknown], "invalid_grant"))
