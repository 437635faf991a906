"""Pages of login and consent: kept out of frames, left without their form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.auth import Decision
from conformance.auth.odd import by_foreign_page
from conformance.checks import authorization as check
from conformance.checks import pages, refusals, tokens
from suites.authorization.stimuli import FOREIGN

if TYPE_CHECKING:
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab

FORGED = "flexcheck-forged-value"
PATIENT, COVERAGE = "patient/Patient.read", "patient/Coverage.read"


@pytest.mark.clause("AUTH-PAGE-FRAMED")
def test_pages_stay_out_of_frames(lab: Lab, finding: Judge) -> None:
    shown = lab.opened("request alone", lab.app) if lab.by_person else lab.good
    finding.assess(
        pages.keep_out_of_frames(shown.authorization.pages), otherwise="no page was shown"
    )


@pytest.mark.clause("AUTH-PAGE-SEE-OTHER")
def test_forms_are_not_sent_on(lab: Lab, finding: Judge) -> None:
    finding.assess(
        pages.send_on_without_the_form([lab.good.authorization]),
        otherwise="no form was answered with a redirect",
    )


@pytest.mark.clause("AUTH-RESPONSE-NO-STORE")
def test_codes_are_not_stored(lab: Lab, finding: Judge) -> None:
    finding.assess(
        pages.codes_are_not_stored([lab.good.authorization]), otherwise="no code was had"
    )


@pytest.mark.clause("AUTH-PAGE-CORS")
def test_no_foreign_page_reads_the_answer(lab: Lab, finding: Judge) -> None:
    exchange = lab.once(
        "authorization of a foreign page",
        lambda: by_foreign_page(
            lab.server, lab.app, lab.scopes, FOREIGN, "authorization request of a foreign page"
        ),
    )
    finding.assess(refusals.has_no_cors(exchange))


@pytest.mark.tier("negative")
@pytest.mark.parametrize(
    "deployment",
    [
        pytest.param("tooele", marks=pytest.mark.clause("SCOPE-EXPLICIT", case="added to a form")),
        pytest.param("uhc", marks=pytest.mark.clause("AUTH-SCOPE-MORE", case="added to a form")),
    ],
)
def test_the_consent_form_adds_no_scope(lab: Lab, deployment: str, finding: Judge) -> None:
    """What the one document promises, the other leaves open."""
    purpose = f"scope added to the consent form ({deployment})"
    forged = Decision(added=(COVERAGE,))
    flow = lab.flow(f"{purpose}: authorization", lab.app, scopes=(PATIENT,), decision=forged)
    page = flow.authorization.page("consent")
    if page is None or not page.choice:
        pytest.skip("no consent page lets a scope be chosen")
    if not flow.authorization.code:
        finding.assess(check.no_code([flow.authorization]))
        return
    finding.assess(tokens.scopes_within(lab.redeemed(purpose, flow), {PATIENT}))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-PAGE-FORGED")
def test_a_forged_consent_brings_no_code(lab: Lab, finding: Judge) -> None:
    """Whoever has the member's browser send a form cannot know what the page hid in its own."""
    flow = lab.flow("forged consent", lab.app, decision=Decision(forged=FORGED))
    page = flow.authorization.page("consent")
    if page is None or not page.hides:
        pytest.skip("no consent page has a hidden value of its own")
    finding.assess(check.no_code([flow.authorization]))
