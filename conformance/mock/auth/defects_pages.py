"""Defects of login, consent and member portal. Imports flow and the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.auth.flow import (
        Applications,
        Consent,
        ConsentForm,
        LoginForm,
        Membership,
    )


@defect("login-skipped", breaks=["AUTH-LOGIN"])
def no_login(form: LoginForm) -> LoginForm:
    """Nobody is asked to log in: the consent page comes at once."""
    return replace(form, member=form.patients[0])


@defect("login-payer-not-asked", breaks=["AUTH-PAYER-CHOICE"])
def no_payer(form: LoginForm) -> LoginForm:
    """The login of a deployment with several payers does not ask for one (uhc production)."""
    return replace(form, payers=())


@defect("login-sign-up-missing", breaks=["AUTH-SANDBOX-SIGN-UP"])
def no_sign_up(form: LoginForm) -> LoginForm:
    """The login of the sandbox does not offer to create a One Healthcare ID."""
    return replace(form, sign_up=False)


@defect("login-sandbox-members-differ", breaks=["AUTH-SANDBOX-ONE-MEMBER"])
def member_by_name(membership: Membership) -> Membership:
    """In the sandbox each One Healthcare ID but `member1` is a member of its own."""
    if membership.username == "member1" or not membership.patient:
        return membership
    return replace(membership, patient=f"{membership.patient}-{len(membership.username)}")


@defect("consent-page-skipped", breaks=["AUTH-CONSENT-REQUIRED"])
def no_consent(form: ConsentForm) -> ConsentForm:
    """The login leads back to the application at once, with every scope."""
    return replace(form, asks=False)


@defect("consent-all-or-nothing", breaks=["AUTH-CONSENT-PER-SCOPE"])
def all_or_nothing(form: ConsentForm) -> ConsentForm:
    """The consent page has no choice for each scope."""
    return replace(form, choice=False)


@defect("consent-default-incomplete", breaks=["AUTH-CONSENT-DEFAULT"])
def incomplete_default(form: ConsentForm) -> ConsentForm:
    """On the consent page the last of several scopes is not selected at first."""
    return replace(form, checked=form.scopes[:-1] or form.scopes)


@defect("consent-application-not-named", breaks=["AUTH-CONSENT-SHOWS-APP"])
def not_named(form: ConsentForm) -> ConsentForm:
    """The consent page says neither the application's name nor what it is for."""
    return replace(form, name="an application", description="")


@defect("consent-declined-scope-granted", breaks=["AUTH-CONSENT-DECLINED"])
def ignore_opt_out(consent: Consent) -> Consent:
    """A scope that the member unchecked is granted all the same."""
    return replace(consent, allowed=consent.asked) if consent.allowed else consent


@defect("consent-denied-gives-code", breaks=["AUTH-ERROR-DENIED"])
def ignore_denial(consent: Consent) -> Consent:
    """A member who denies access is sent back with a code."""
    if consent.decision == "allow" and consent.allowed:
        return consent
    return replace(consent, allowed=consent.asked, decision="allow")


@defect("portal-application-missing", breaks=["AUTH-REVOCATION"])
def empty_portal(applications: Applications) -> Applications:
    """The member portal shows no application, so that none can be revoked."""
    return replace(applications, shown=())
