"""For each defect a question that only a server with that defect answers with yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auth_browser import SCOPE, VERIFIER, Form, back
from auth_probes_of_requests import OF_REQUESTS

from conformance.mock.access import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from auth_browser import Browser

    Probe = Callable[[Browser], bool]

CALLBACK = "http://localhost:3000/api/auth/smart/callback"
PRODUCTION = "https://app.example.com/api/auth/smart/callback"
PLAIN = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}


def _opens(**changes: Any) -> Probe:
    """Whether a request leads to a login."""
    return lambda browser: browser.open(**changes).status_code == 200


def _granted(asked: str, scope: str) -> Probe:
    return lambda browser: scope in browser.tokens(scope=f"{asked} {SCOPE}")["scope"].split()


def _lacks(name: str) -> Probe:
    return lambda browser: name not in browser.tokens()


def _denied(browser: Browser) -> Any:
    return browser.decide(browser.consent_page(), "deny")


def _second_use(browser: Browser) -> tuple[dict[str, Any], Any]:
    code = browser.code()
    tokens = browser.redeem(code).json()
    return tokens, browser.redeem(code)


def _revoked(browser: Browser) -> dict[str, Any]:
    tokens = browser.tokens()
    browser.revoke()
    return tokens


def _expired(browser: Browser) -> Any:
    tokens = browser.tokens()
    browser.clock.pass_(300)
    return browser.admitted(tokens["access_token"])


def _refusal(browser: Browser, **headers: str) -> Refusal:
    refusal = browser.auth.gate.admit(headers)
    assert isinstance(refusal, Refusal)
    return refusal


def _unknown(browser: Browser) -> Refusal:
    return _refusal(browser, authorization="Bearer unknown")


def _foreign_code(browser: Browser) -> bool:
    code = browser.code()
    form = {"redirect_uri": browser.web.redirect_uri, "code_verifier": None}
    return browser.redeem(code, browser.mobile, **form).status_code == 200


def _redeems(**changes: Any) -> Probe:
    return lambda browser: browser.redeem(browser.code(), **changes).status_code == 200


def _proves(verifier: str | None) -> Probe:
    def probe(browser: Browser) -> bool:
        code = browser.code(browser.mobile)
        return browser.redeem(code, browser.mobile, code_verifier=verifier).status_code == 200

    return probe


def _plain(browser: Browser) -> bool:
    page = browser.open(browser.mobile, **PLAIN)
    if page.status_code != 200:
        return False
    code = back(browser.decide(browser.login(page)))["code"]
    return browser.redeem(code, browser.mobile).status_code == 200


def _other_member(browser: Browser) -> bool:
    code = back(browser.decide(browser.login(browser.open(), "somebody")))["code"]
    return bool(browser.redeem(code).json()["patient"] != browser.tokens()["patient"])


def _declined_granted(browser: Browser) -> bool:
    page = browser.consent_page()
    code = back(browser.decide(page, without=("patient/Coverage.read",)))["code"]
    return "Coverage" in browser.redeem(code).json()["scope"]


def _refresh_of_mobile(browser: Browser) -> bool:
    return browser.refresh(browser.tokens(browser.mobile), browser.web).status_code == 200


def _same_token(browser: Browser) -> bool:
    tokens = browser.tokens()
    return bool(browser.refresh(tokens).json()["access_token"] == tokens["access_token"])


def _single_use(browser: Browser) -> bool:
    tokens = browser.tokens()
    assert browser.refresh(tokens).status_code == 200
    return browser.refresh(tokens).status_code == 400


def _directory_refuses(browser: Browser) -> bool:
    token = browser.system().json()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    return browser.auth.gate.require_public(headers, "Location") is not None


def _applications(browser: Browser) -> bool:
    browser.tokens()
    page = browser.login(browser.http.get(f"{browser.auth.origin}/portal/applications"))
    return not Form(page).buttons


#: Defects that show where they are not in the tooele sandbox.
ELSEWHERE = {
    "authorize-redirect-http": ("tooele", "production"),
    "authorize-redirect-localhost": ("uhc", "production"),
    "login-payer-not-asked": ("uhc", "production"),
    "scope-first-only": ("uhc", "sandbox"),
}

PROBES: dict[str, Probe] = {
    **OF_REQUESTS,
    "authorize-redirect-prefix": _opens(redirect_uri=f"{CALLBACK}.evil.example"),
    "authorize-redirect-host-only": _opens(redirect_uri="http://localhost:1/x"),
    "authorize-redirect-case-ignored": _opens(redirect_uri=CALLBACK.replace("api", "API")),
    "authorize-redirect-query-ignored": _opens(redirect_uri=f"{CALLBACK}?a=b"),
    "authorize-redirect-http": _opens(redirect_uri=PRODUCTION.replace("https", "http")),
    "authorize-redirect-localhost": _opens(redirect_uri="http://localhost:3000/x"),
    "authorize-error-to-unregistered": lambda b: (
        b.open(redirect_uri="https://evil.example/x").headers.get("location", "")[:22]
        == "https://evil.example/x"
    ),
    "authorize-state-dropped": lambda b: "state" not in back(b.decide(b.consent_page())),
    "authorize-state-altered": lambda b: back(b.open(scope="x"))["state"] != b.request()["state"],
    "authorize-error-without-state": lambda b: "state" not in back(b.open(scope="x")),
    "authorize-error-code-unknown": lambda b: back(b.open(scope="x"))["error"] == "ERR_400",
    "authorize-state-not-required": lambda b: (
        (page := b.open(state=None)).status_code == 200
        and set(back(b.decide(b.login(page)))) == {"code", "iss"}
    ),
    "authorize-response-type-ignored": _opens(response_type="token"),
    "pkce-plain-accepted": _plain,
    "pkce-challenge-not-required": lambda b: (
        b.open(b.mobile, code_challenge=None, code_challenge_method=None).status_code == 200
    ),
    "scope-wildcard-granted": _granted("patient/*.read", "patient/*.read"),
    "scope-unlisted-granted": _granted("user/Patient.read", "user/Patient.read"),
    "scope-case-ignored": _granted("patient/patient.read", "patient/patient.read"),
    "scope-coverage-not-granted": lambda b: "Coverage" not in b.tokens()["scope"],
    "scope-first-only": lambda b: " " not in b.tokens()["scope"],
    "scope-more-than-asked": lambda b: (
        "Coverage" in b.tokens(scope="patient/Patient.read")["scope"]
    ),
    "login-skipped": lambda b: 'id="consent"' in b.open().text,
    "login-payer-not-asked": lambda b: "<select" not in b.open().text,
    "login-sign-up-missing": lambda b: not Form(b.open()).links,
    "login-sandbox-members-differ": _other_member,
    "consent-page-skipped": lambda b: b.consent_page().status_code == 303,
    "consent-all-or-nothing": lambda b: not Form(b.consent_page()).boxes,
    "consent-default-incomplete": lambda b: not all(Form(b.consent_page()).boxes.values()),
    "consent-application-not-named": lambda b: b.web.name not in b.consent_page().text,
    "consent-declined-scope-granted": _declined_granted,
    "consent-denied-gives-code": lambda b: "code" in back(_denied(b)),
    "portal-application-missing": _applications,
    "code-reusable": lambda b: _second_use(b)[1].status_code == 200,
    "code-reuse-keeps-tokens": lambda b: (
        not isinstance(b.admitted(_second_use(b)[0]["access_token"]), Refusal)
    ),
    "code-not-bound-to-client": _foreign_code,
    "code-redirect-uri-not-compared": _redeems(redirect_uri="http://localhost:3000/other"),
    "pkce-verifier-not-checked": _proves("a" * 43),
    "pkce-verifier-not-required": _proves(None),
    "pkce-verifier-refused": lambda b: not _proves(VERIFIER)(b),
    "client-secret-not-checked": _redeems(client_secret="wrong"),
    "client-secret-not-required": _redeems(client_secret=None),
    "token-scope-missing": _lacks("scope"),
    "token-patient-missing": _lacks("patient"),
    "token-expires-in-missing": _lacks("expires_in"),
    "token-refresh-token-missing": _lacks("refresh_token"),
    "token-type-missing": _lacks("token_type"),
    "token-expires-in-string": lambda b: b.tokens()["expires_in"] == "300",
    "token-outlives-expires-in": lambda b: b.tokens()["expires_in"] == 150,
    "token-patient-no-id": lambda b: b.tokens()["patient"] not in b.auth.people.patients,
    "token-media-type-text": lambda b: b.system().headers["content-type"] == "text/plain",
    "token-lifetime-an-hour": lambda b: (
        b.tokens()["expires_in"] == 3600 and not isinstance(_expired(b), Refusal)
    ),
    "token-response-cacheable": lambda b: b.system().headers["cache-control"] != "no-store",
    "token-error-shape": lambda b: "error" not in b.redeem("unknown").json(),
    "token-error-one-for-all": lambda b: b.redeem("unknown").json()["error"] == "invalid_request",
    "token-error-status-200": lambda b: b.redeem("unknown").status_code == 200,
    "credentials-give-patient-scope": lambda b: (
        "patient/Patient.read" in b.system("patient/Patient.read").json().get("scope", "")
    ),
    "credentials-give-refresh-token": lambda b: "refresh_token" in b.system().json(),
    "credentials-scopes-refused": lambda b: b.system().status_code == 400,
    "refresh-gives-refresh-token": lambda b: "refresh_token" in b.refresh(b.tokens()).json(),
    "refresh-token-single-use": _single_use,
    "refresh-same-access-token": _same_token,
    "refresh-widens-scope": lambda b: (
        "ExplanationOfBenefit"
        in b.refresh(b.tokens(), scope="patient/ExplanationOfBenefit.read").json().get("scope", "")
    ),
    "refresh-not-bound-to-client": _refresh_of_mobile,
    "refresh-after-revocation": lambda b: b.refresh(_revoked(b)).status_code == 200,
    "refresh-loses-scopes": lambda b: b.refresh(b.tokens()).json()["scope"] != SCOPE,
    "refresh-unsupported": lambda b: (
        b.refresh(b.tokens()).json().get("error") == "unsupported_grant_type"
    ),
    "access-token-expired-accepted": lambda b: not isinstance(_expired(b), Refusal),
    "access-token-revoked-accepted": lambda b: (
        not isinstance(b.admitted(_revoked(b)["access_token"]), Refusal)
    ),
    "access-challenge-missing": lambda b: not _unknown(b).challenge and not _refusal(b).challenge,
    "access-invalid-token-403": lambda b: (_unknown(b).status, _refusal(b).status) == (403, 401),
    "access-no-token-403": lambda b: (_unknown(b).status, _refusal(b).status) == (401, 403),
    "access-error-code-missing": lambda b: "error" not in _unknown(b).challenge,
    "access-error-code-without-token": lambda b: "error" in _refusal(b).challenge,
    "directory-token-refused": _directory_refuses,
    "discovery-authorize-missing": lambda b: (
        "authorization_endpoint" not in b.auth.smart_configuration()
    ),
    "discovery-token-relative": lambda b: b.auth.smart_configuration()["token_endpoint"].startswith(
        "/"
    ),
    "discovery-capabilities-missing": lambda b: "capabilities" not in b.auth.smart_configuration(),
    "discovery-oauth-uris-missing": lambda b: "extension" not in b.auth.capability_security(),
}
