"""Questions about requests that lack something, and about right ones that are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mock.access import Access

if TYPE_CHECKING:
    from collections.abc import Callable

    from auth_browser import Browser

    Probe = Callable[[Browser], bool]

PATIENT, COVERAGE, CLAIMS = (
    f"patient/{kind}.read" for kind in ("Patient", "Coverage", "ExplanationOfBenefit")
)


def _leads(**changes: Any) -> Probe:
    """Whether a request leads to a login."""
    return lambda browser: browser.open(**changes).status_code == 200


def _refused_code(**form: Any) -> Probe:
    """Whether the good code of an application that has a secret is refused."""
    return lambda browser: browser.redeem(browser.code(), **form).status_code >= 400


def _unknown_code(browser: Browser) -> bool:
    browser.code()
    return browser.redeem("unknown").status_code == 200


def _unknown_refresh(browser: Browser) -> bool:
    browser.tokens()
    return browser.refresh({"refresh_token": "unknown"}).status_code == 200


def _declined_for_ever(browser: Browser) -> bool:
    browser.decide(browser.consent_page(scope=f"{PATIENT} {COVERAGE}"), without=(COVERAGE,))
    return COVERAGE not in browser.tokens(scope=f"{PATIENT} {COVERAGE}")["scope"]


def _system_sees(browser: Browser) -> bool:
    access = browser.admitted(browser.system().json()["access_token"])
    return isinstance(access, Access) and bool(access.patient) and access.reads("Patient")


def _member_sees_all(browser: Browser) -> bool:
    access = browser.admitted(browser.tokens(scope=PATIENT)["access_token"])
    return isinstance(access, Access) and access.reads("Coverage")


def _another_member(browser: Browser) -> bool:
    tokens = browser.tokens()
    return bool(browser.refresh(tokens).json()["patient"] != tokens["patient"])


OF_REQUESTS: dict[str, Probe] = {
    "client-unknown-accepted": _leads(client_id="unknown"),
    "code-unknown-accepted": _unknown_code,
    "refresh-token-unknown-accepted": _unknown_refresh,
    "grant-type-not-required": lambda b: b.redeem(b.code(), grant_type=None).status_code == 200,
    "authorize-scope-not-required": _leads(scope=None),
    "credentials-scopes-ignored": lambda b: "Practitioner" in b.system().json()["scope"],
    "authorize-redirect-not-required": _leads(redirect_uri=None),
    "consent-declined-for-ever": _declined_for_ever,
    "refresh-names-another-member": _another_member,
    "access-public-token-opens-members": _system_sees,
    "access-scopes-not-enforced": _member_sees_all,
    "authorize-unavailable": lambda b: not _leads()(b),
    "authorize-challenge-refused": lambda b: b.open(b.mobile).status_code != 200,
    "authorize-challenge-required": lambda b: not _leads()(b),
    "authorize-error-not-sent-back": lambda b: b.open(scope="x").status_code == 400,
    "authorize-returns-to-start": lambda b: (
        b.decide(b.consent_page()).headers["location"].startswith("http://localhost:3000/?")
    ),
    "authorize-own-scheme-refused": lambda b: b.open(b.mobile).status_code == 400,
    "authorize-localhost-refused": lambda b: not _leads()(b),
    "scope-member-types-not-granted": lambda b: (
        CLAIMS not in b.tokens(scope=f"{PATIENT} {CLAIMS}")["scope"]
    ),
    "scope-patient-not-granted": lambda b: (
        PATIENT not in b.tokens(scope=f"{PATIENT} {COVERAGE}")["scope"]
    ),
    "code-never-taken": _refused_code(),
    "code-verifier-required": _refused_code(),
    "token-form-refused": lambda b: b.system().status_code == 400,
    "client-key-pair-required": lambda b: b.system().status_code == 401,
    "token-response-not-an-object": lambda b: isinstance(b.system().json(), list),
    "token-access-token-missing": lambda b: "access_token" not in b.system().json(),
    "discovery-configuration-a-list": lambda b: isinstance(b.auth.smart_configuration(), list),
}
