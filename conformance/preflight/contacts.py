"""Rules of names, numbers and addresses of people and pages (tooele 1012-1056, uhc 24-60). Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.preflight.rules import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.preflight.application import Application

MOST_STAKEHOLDERS = 10
_MAIL = re.compile(r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$")
_DIGITS = re.compile(r"^[0-9]+$")


def is_page(url: str) -> bool:
    """Whether an address can be that of a published page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "") and " " not in url


@rule("REG-DIGITS-ONLY")
def phone_is_digits(app: Application) -> Iterator[Fault]:
    """The phone fields reject everything but digits."""
    for key in ("support.phone", "support.phone_country", "organization.contact_number"):
        told = app.text(key)
        if told and not _DIGITS.match(told):
            digits = "".join(filter(str.isdigit, told))
            yield Fault(key, f"{told!r} is not digits only", f'write "{digits}"')


@rule("REG-APP-EMAIL")
def mail_is_an_address(app: Application) -> Iterator[Fault]:
    """The support's e-mail address can be one."""
    told = app.text("support.email")
    if told and not _MAIL.match(told):
        yield Fault("support.email", f"{told!r} is no e-mail address", "write name@example.com")


@rule("REG-APP-WEBSITE")
def website_is_a_page(app: Application) -> Iterator[Fault]:
    """The company's website is an address."""
    yield from _page(app, "support.website")


@rule("REG-QUESTION-WEBSITE")
def developer_website_is_a_page(app: Application) -> Iterator[Fault]:
    """The developer's website is an address."""
    yield from _page(app, "questionnaire.website")


@rule("REG-PRIVACY-URL")
def privacy_policy_is_a_page(app: Application) -> Iterator[Fault]:
    """The privacy policy is a published page; whether it is there, `--reach` tells."""
    yield from _page(app, "app.privacy_policy_url")
    yield from _page(app, "organization.privacy_policy_url")


def _page(app: Application, key: str) -> Iterator[Fault]:
    told = app.text(key)
    if told and not is_page(told):
        yield Fault(key, f"{told!r} is no address of a published page", "write https://…")


@rule("REG-STAKEHOLDERS")
def stakeholders_are_few(app: Application) -> Iterator[Fault]:
    """Ten people at most, each with a name and an e-mail address."""
    people: list[dict[str, Any]] = list(app.answers.get("stakeholders", []))
    if len(people) > MOST_STAKEHOLDERS:
        yield Fault("stakeholders", f"{len(people)} people", "name ten at most")
    for number, one in enumerate(people, start=1):
        if not str(one.get("name", "")).strip() or not _MAIL.match(str(one.get("email", ""))):
            what = f"person {number} has no name, or no e-mail address"
            yield Fault("stakeholders", what, "give both")


@rule("REG-ORGANIZATION-PRIVACY-POLICY")
def policy_and_link_agree(app: Application) -> Iterator[Fault]:
    """A policy that is shared has a link, and one that has a link is shared."""
    shared = app.get("organization.privacy_policy_shared")
    if shared is False and app.text("organization.privacy_policy_url"):
        yield Fault(
            "organization.privacy_policy_shared",
            "No beside a link to the policy",
            "answer Yes, or take the link out",
        )
