"""What a token response holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import bearer, refusals, tokens
from conformance.plugin.marks import each_clause
from suites.authorization import stimuli
from suites.authorization.test_refresh import good as refreshed

if TYPE_CHECKING:
    from conformance.contract import Clause
    from conformance.oauth import TokenAnswer
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab

NO_TOKEN = "no token was had"  # noqa: S105 - a sentence
TYPES = {"expires_in": "number"}
#: What the document promises of the answer to a code, and not to a refresh.
OF_CODES = ("refresh_token", "patient")
NAMES = {
    "TOKEN-SMART-ACCESS-TOKEN": "access_token",
    "TOKEN-SMART-EXPIRES-IN": "expires_in",
    "TOKEN-SMART-SCOPE": "scope",
    "TOKEN-SMART-PATIENT": "patient",
}


@pytest.fixture
def answers(lab: Lab) -> list[TokenAnswer]:
    """Return the answers to good requests: with secret, and with PKCE where that is documented."""
    pkce = lab.target.deployment == "tooele" and not lab.by_person
    return [lab.token_answer, *([lab.pkce_tokens] if pkce and lab.pkce_app.id else [])]


@pytest.mark.clause("TOKEN-JSON")
def test_json(answers: list[TokenAnswer], finding: Judge) -> None:
    finding.assess(tokens.is_json_object(answers))


@each_clause("TOKEN-FIELD-[A-Z-]+")
def test_field(lab: Lab, answers: list[TokenAnswer], clause: Clause, finding: Judge) -> None:
    if lab.by_person and clause.param in OF_CODES:
        pytest.skip(lab.needs_a_code())
    kind = TYPES.get(clause.param, "text")
    finding.assess(tokens.has_field(answers, clause.param, kind), otherwise=NO_TOKEN)


@each_clause("TOKEN-SMART-[A-Z-]+")
def test_smart_field(lab: Lab, answers: list[TokenAnswer], clause: Clause, finding: Judge) -> None:
    name = NAMES[clause.id]
    if lab.by_person and name == "patient" and not answers[0].patient:
        pytest.skip(lab.needs_a_code())  # SMART: a refresh may leave it out
    finding.assess(tokens.has_field(answers, name, TYPES.get(name, "text")), otherwise=NO_TOKEN)


@pytest.mark.clause("TOKEN-PATIENT-USABLE")
def test_patient_is_an_id(lab: Lab, finding: Judge) -> None:
    answer, patient = lab.access, lab.named_patient
    if not patient:
        pytest.skip("the token response names no patient")
    use = lab.use("member's Patient", answer.tokens.access, "Patient", patient)
    finding.assess(bearer.is_patient(use))


@pytest.mark.clause("TOKEN-RESPONSE-TYPE")
def test_type(answers: list[TokenAnswer], finding: Judge) -> None:
    finding.assess(tokens.is_bearer(answers), otherwise=NO_TOKEN)


@pytest.mark.clause("TOKEN-RESPONSE-MEDIA-TYPE")
def test_media_type(answers: list[TokenAnswer], finding: Judge) -> None:
    finding.assess(tokens.has_media_type(answers), otherwise=NO_TOKEN)


@pytest.mark.clause("TOKEN-RESPONSE-NO-STORE")
def test_not_stored(answers: list[TokenAnswer], finding: Judge) -> None:
    finding.assess(tokens.has_header_word(answers, "Cache-Control", "no-store"), otherwise=NO_TOKEN)


@pytest.mark.clause("TOKEN-RESPONSE-NO-CACHE")
def test_not_cached(answers: list[TokenAnswer], finding: Judge) -> None:
    finding.assess(tokens.has_header_word(answers, "Pragma", "no-cache"), otherwise=NO_TOKEN)


@pytest.mark.clause("TOKEN-RESPONSE-CORS")
def test_pages_of_every_origin_get_no_credentials(lab: Lab, finding: Judge) -> None:
    answer = stimuli.for_foreign_page(lab)
    finding.assess(refusals.asks_for_no_credentials_of_all(answer.exchange))


@pytest.mark.clause("TOKEN-RESPONSE-ECHO", case="granted")
def test_nothing_is_repeated(lab: Lab, answers: list[TokenAnswer], finding: Judge) -> None:
    finding.assess(tokens.repeats_no_secret([*answers, refreshed(lab)]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-RESPONSE-ECHO", case="refused")
def test_a_refusal_repeats_nothing(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.repeats_no_secret(stimuli.refused_secrets(lab)))


@pytest.mark.clause("REFRESH-SHORT-LIVED")
def test_short_lived(lab: Lab, answers: list[TokenAnswer], finding: Judge) -> None:
    finding.assess(
        tokens.lives_at_most([*answers, refreshed(lab)], 300), otherwise="no expires_in was told"
    )
