"""Rules of what an app is, and what it may ask for: type, platform, scopes. May import contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.contract import load_contract
from conformance.preflight.rules import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.preflight.application import Application

PATIENT_ACCESS, CMS_2025 = "Patient Access", "Patient Access CMS 2025"
#: What the form of tooele calls the same (erratum ERR-REG-API-TYPE).
TOOELE_TYPES = ("Patient", "Public")
WEBSITE = "Website/IP"


def member_scopes(app: Application) -> list[str]:
    """Return the scopes of member data that an app will ask for."""
    return [scope for scope in app.get("app.scopes", ()) if not scope.startswith("public/")]


def listed_scopes(deployment: str) -> set[str]:
    """Return every scope that a deployment's document lists."""
    return {clause.value for clause in load_contract().rows(kind="scope", deployment=deployment)}


@rule("REG-API-TYPE-CMS-2025")
def not_the_type_of_2025(app: Application) -> Iterator[Fault]:
    """The 2025 type has a known issue (erratum ERR-UHC-CMS-2025)."""
    if app.text("app.api_type").casefold() == CMS_2025.casefold():
        what = f"{CMS_2025} has a known issue on Optum's end"
        yield Fault("app.api_type", what, f'choose "{PATIENT_ACCESS}" until it is resolved')


@rule("REG-API-TYPE-PATIENT-ACCESS")
def member_data_is_patient_access(app: Application) -> Iterator[Fault]:
    """Member data come with the type Patient Access only."""
    told = app.text("app.api_type")
    if told and told not in (PATIENT_ACCESS, CMS_2025):
        yield Fault("app.api_type", f"{told!r} gives no member data", f'choose "{PATIENT_ACCESS}"')


@rule("REG-APP-API-TYPE")
def type_is_one_of_the_form(app: Application) -> Iterator[Fault]:
    """Tooele's form offers Patient and Public; member scopes need the first."""
    told = app.text("app.api_type").removesuffix(" Access")
    if app.deployment != "tooele" or not told:
        return
    if told not in TOOELE_TYPES:
        yield Fault("app.api_type", f"{told!r} is not offered", 'choose "Patient" or "Public"')
    elif told == "Public" and (asked := member_scopes(app)):
        yield Fault("app.api_type", f"Public beside the scope {asked[0]}", 'choose "Patient"')


@rule("SCOPE-UNLISTED")
def scopes_are_listed(app: Application) -> Iterator[Fault]:
    """Only scopes of the document are given."""
    listed = listed_scopes(app.deployment)
    for scope in app.get("app.scopes", ()):
        if scope not in listed and "*" not in scope:
            what = f"the document lists no scope {scope}"
            yield Fault("app.scopes", what, "see `flexcheck contract list --area SCOPE`")


@rule("SCOPE-WILDCARD", "SCOPE-UNLISTED")
def no_wildcards(app: Application) -> Iterator[Fault]:
    """A wildcard is never given."""
    for scope in app.get("app.scopes", ()):
        if "*" in scope:
            yield Fault("app.scopes", f"{scope} is a wildcard", "name each resource type")


@rule("REG-PER-PLATFORM")
def one_platform(app: Application) -> Iterator[Fault]:
    """Each platform is a registration of its own."""
    told = app.get("support.platform")
    if isinstance(told, list) and len(told) > 1:
        several = f"{len(told)} platforms in one registration"
        yield Fault("support.platform", several, "write a file for each")


@rule("REG-PLATFORM-WEBSITE")
def web_is_website(app: Application) -> Iterator[Fault]:
    """A web app's platform has one name."""
    told = app.get("support.platform")
    names = told if isinstance(told, list) else [told]
    if app.get("app.kind", "web") == "web" and told and names != [WEBSITE]:
        shown = ", ".join(map(str, names))
        yield Fault("support.platform", f"{shown!r} for a web app", f'choose "{WEBSITE}"')


@rule("REG-PLATFORM-ID-NO")
def first_registration_has_no_id(app: Application) -> Iterator[Fault]:
    """An app that is registered for the first time has no id yet."""
    if app.get("app.first_registration", True) and app.text("support.platform_id") not in (
        "",
        "No",
    ):
        yield Fault(
            "support.platform_id",
            "an id, and it is the first registration",
            "answer No, or say first_registration = false",
        )


@rule("REG-SANDBOX-FIRST")
def sandbox_comes_first(app: Application) -> Iterator[Fault]:
    """Production is better asked for once the sandbox was used."""
    if app.production and not app.get("app.registered_in_sandbox", False):
        yield Fault(
            "app.registered_in_sandbox",
            "it was not registered for the sandbox",
            "register and test it there first",
        )


@rule("REG-TERMS")
def terms_are_accepted(app: Application) -> Iterator[Fault]:
    """Nothing is registered without the terms."""
    if app.get("app.accepts_terms") is False:
        yield Fault("app.accepts_terms", "the terms are not agreed to", "read them and agree")
