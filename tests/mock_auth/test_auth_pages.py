"""Login, consent and member portal, form by form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from auth_browser import SCOPE, Form, back

if TYPE_CHECKING:
    from collections.abc import Callable

    from auth_browser import Browser

    Local = Callable[..., Browser]


@pytest.mark.parametrize(("username", "password"), [("member1", "wrong"), ("", "p"), ("x", "")])
def test_a_refused_login_shows_the_page_again(
    browser: Browser, username: str, password: str
) -> None:
    again = browser.login(browser.open(), username, password)
    assert again.status_code == 200
    assert "not right" in again.text
    assert 'id="consent"' in browser.login(again).text


def test_in_the_sandbox_anybody_is_the_one_member(browser: Browser) -> None:
    patients = set()
    for name in ("member1", "somebody", "me@x.example", "Ünï"):
        code = back(browser.decide(browser.login(browser.open(), name)))["code"]
        patients.add(browser.redeem(code).json()["patient"])
    assert len(patients) == 1


def test_the_sandbox_offers_to_create_an_account(browser: Browser, production: Browser) -> None:
    assert Form(browser.open()).links == ["sign-up"]
    assert browser.http.get(f"{browser.auth.base}/oauth/sign-up").status_code == 200
    assert Form(production.open()).links == []


def test_in_production_members_are_different_people(production: Browser) -> None:
    found = []
    for number in range(1, len(production.auth.people.patients) + 1):
        page = production.login(production.open(), f"member{number}")
        found.append(production.redeem(back(production.decide(page))["code"]).json()["patient"])
    assert tuple(found) == production.auth.people.patients
    assert len(set(found)) >= 5
    assert "not right" in production.login(production.open(), "stranger").text


def test_uhc_production_asks_for_the_payer(uhc: Browser) -> None:
    page = uhc.open()
    assert page.text.count("<option") == 4
    assert ("payer", "UnitedHealthcare") in Form(page).fields
    chosen = [("ticket", dict(Form(uhc.open()).fields)["ticket"]), ("payer", "Peoples Health")]
    login = [("username", "member2"), ("password", "p")]
    assert "consent" in uhc.send(f"{uhc.auth.base}/oauth/login", chosen + login).text


def test_an_unknown_payer_is_refused(uhc: Browser) -> None:
    ticket = dict(Form(uhc.open()).fields)["ticket"]
    fields = {"ticket": ticket, "username": "member1", "password": "p", "payer": "Nobody"}
    assert "not right" in uhc.send(f"{uhc.auth.base}/oauth/login", list(fields.items())).text


def test_consent_lists_each_scope_selected_and_names_the_application(browser: Browser) -> None:
    page = browser.consent_page(scope=f"{SCOPE} patient/Nothing.read {SCOPE}")
    assert Form(page).boxes == dict.fromkeys(SCOPE.split(), True)
    assert browser.web.name in page.text
    assert browser.web.description in page.text
    assert Form(page).buttons == [("decision", "allow"), ("decision", "deny")]


def test_a_declined_scope_is_not_granted(browser: Browser) -> None:
    page = browser.consent_page()
    code = back(browser.decide(page, without=("patient/Coverage.read",)))["code"]
    tokens = browser.redeem(code).json()
    assert tokens["scope"] == "patient/Patient.read"
    assert not browser.admitted(tokens["access_token"]).reads("Coverage")
    assert browser.admitted(tokens["access_token"]).reads("Patient")


def test_a_scope_that_was_not_asked_cannot_be_slipped_in(browser: Browser) -> None:
    form = Form(browser.consent_page(scope="patient/Patient.read"))
    more = [("scope", "patient/Coverage.read"), ("decision", "allow")]
    code = back(browser.send(form.action, form.fields + more))["code"]
    assert browser.redeem(code).json()["scope"] == "patient/Patient.read"


@pytest.mark.parametrize(
    ("decision", "without"), [("deny", ()), ("allow", tuple(SCOPE.split())), ("", ())]
)
def test_a_member_who_shares_nothing_is_sent_back_with_access_denied(
    browser: Browser, decision: str, without: tuple[str, ...]
) -> None:
    found = back(browser.decide(browser.consent_page(), decision, without))
    assert (found["error"], found["state"]) == ("access_denied", browser.request()["state"])


def test_a_form_can_be_sent_once(browser: Browser) -> None:
    login = browser.open()
    consent = browser.login(login)
    assert browser.login(login).status_code == 400
    assert browser.decide(consent).status_code == 303
    assert browser.decide(consent).status_code == 400


def test_a_ticket_is_good_for_its_own_form_only(browser: Browser) -> None:
    login = Form(browser.open())
    consent = f"{browser.auth.base}/oauth/consent"
    assert browser.send(consent, [*login.fields, ("decision", "allow")]).status_code == 400
    assert browser.send(consent, [("ticket", ""), ("decision", "allow")]).status_code == 400


def test_a_form_waits_ten_minutes(local: Local) -> None:
    browser = local()
    early, late = browser.open(), browser.open()
    browser.clock.pass_(599)
    assert browser.login(early).status_code == 200
    browser.clock.pass_(1)
    assert browser.login(late).status_code == 400


@pytest.mark.parametrize("body", [b"\xff", b"a=%FF", b"x" * 100_000, b"&".join([b"a=b"] * 200)])
def test_a_form_that_cannot_be_read_is_refused(browser: Browser, body: bytes) -> None:
    for path in ("/authz/oauth/login", "/authz/oauth/consent", "/portal/applications"):
        assert browser.http.post(browser.auth.origin + path, content=body).status_code == 400


def test_the_portal_lists_applications_and_revokes_one(local: Local) -> None:
    browser = local()
    web, mobile = browser.tokens(), browser.tokens(browser.mobile, scope="patient/Patient.read")
    page = browser.login(browser.http.get(f"{browser.auth.origin}/portal/applications"))
    assert Form(page).buttons == [("revoke", browser.web.id), ("revoke", browser.mobile.id)]
    assert "patient/Coverage.read" in page.text
    after = browser.revoke()
    assert Form(after).buttons == [("revoke", browser.mobile.id)]
    assert browser.admitted(web["access_token"]).status == 401
    assert browser.refresh(web).json()["error"] == "invalid_grant"
    assert browser.admitted(mobile["access_token"]).patient
    assert browser.refresh(mobile, browser.mobile).status_code == 200
    assert "No application" in browser.revoke().text


def test_a_code_ends_with_the_access_that_is_revoked(local: Local) -> None:
    browser = local()
    code = browser.code()
    browser.revoke()
    assert browser.redeem(code).json()["error"] == "invalid_grant"
    assert browser.tokens()["access_token"]


def test_a_member_revokes_only_for_themselves(local: Local) -> None:
    browser = local(environment="production")
    mine = browser.tokens()
    page = browser.login(browser.open(), "member2")
    theirs = browser.redeem(back(browser.decide(page))["code"]).json()
    browser.revoke("member2")
    assert browser.admitted(theirs["access_token"]).status == 401
    assert browser.admitted(mine["access_token"]).patient == mine["patient"]


def test_the_portal_refuses_wrong_passwords_and_spent_tickets(browser: Browser) -> None:
    page = browser.http.get(f"{browser.auth.origin}/portal/applications")
    assert "not right" in browser.login(page, "member1", "wrong").text
    assert browser.login(page).status_code == 400
