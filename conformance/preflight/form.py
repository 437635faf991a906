"""The portals' forms: which answer goes where, and which clause asks for it. Pure.

Labels are those of the documents: tooele lines 932-1056, uhc lines 20-123.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.preflight.application import Application

BOTH, UHC = ("tooele", "uhc"), ("uhc",)
#: What stands where nothing is to be copied.
BLANK, NO_ANSWER = "(leave it blank)", "(no answer)"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: the key of its answer, and the clause that asks for it."""

    key: str
    label: str
    clause: str
    deployments: tuple[str, ...] = BOTH
    #: Whether an empty one is an answer too.
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A page of a form; `production` ones are asked there only."""

    title: str
    fields: tuple[Field, ...]
    production: bool = False


ORGANIZATION = Section(
    "Organization Registration (once)",
    (
        Field("organization.contact_number", "Contact number", "REG-ORGANIZATION-CONTACT-NUMBER"),
        Field("organization.name", "Name of your company", "REG-ORGANIZATION-NAME"),
        Field("organization.tax_id", "Federal Tax ID", "REG-ORGANIZATION-TAX-ID"),
        Field(
            "organization.mailing_address", "Mailing address", "REG-ORGANIZATION-MAILING-ADDRESS"
        ),
        Field(
            "organization.physical_address", "Physical address", "REG-ORGANIZATION-PHYSICAL-ADDRESS"
        ),
        Field(
            "organization.officers_convicted",
            "Officers convicted or sanctioned in the past three years?",
            "REG-ORGANIZATION-FELONIES",
        ),
        Field(
            "organization.privacy_policy_shared",
            "Privacy policy shared with users?",
            "REG-ORGANIZATION-PRIVACY-POLICY",
        ),
        Field(
            "organization.privacy_policy_url",
            "Link to the dated privacy policy",
            "REG-ORGANIZATION-PRIVACY-LINK",
        ),
        Field(
            "organization.offices_in_listed_regions",
            "Offices in China, Russia, Iran, North Korea?",
            "REG-ORGANIZATION-REGIONS",
        ),
    ),
)
APP_DETAILS = Section(
    "App Details",
    (
        Field("app.name", "App Name", "REG-APP-NAME"),
        Field("app.description", "App Description", "REG-APP-DESCRIPTION"),
        Field("app.privacy_policy_url", "Privacy Policy URL", "REG-APP-PRIVACY-URL"),
        Field("app.api_type", "API Type (Application Access Type)", "REG-APP-API-TYPE"),
        Field("app.environment", "Application Environment", "REG-APP-ENVIRONMENT"),
        Field("app.redirect_uri", "Redirect URI", "REG-APP-REDIRECT"),
        Field("app.accepts_terms", "I agree to the terms and conditions", "REG-TERMS"),
    ),
)
SUPPORT = Section(
    "Application registration & support contact",
    (
        Field("support.phone_country", "Phone: country code", "REG-APP-PHONE", UHC),
        Field("support.phone", "Phone (digits only)", "REG-APP-PHONE"),
        Field("support.email", "Email", "REG-APP-EMAIL"),
        Field("support.website", "Website", "REG-APP-WEBSITE"),
        Field("support.contact_name", "Support contact name", "REG-APP-CONTACT-NAME"),
        Field(
            "support.platform_id",
            "ID for your application for this platform?",
            "REG-APP-PLATFORM-ID",
            optional=True,
        ),
        Field("support.company", "Name of your company", "REG-APP-COMPANY"),
        Field("support.platform", "Platform of this registration", "REG-APP-PLATFORM"),
        Field(
            "support.platform_name",
            "Name of application for this platform",
            "REG-APP-PLATFORM-NAME",
        ),
    ),
)


def _asked(key: str, label: str, subject: str, *, optional: bool = False) -> Field:
    return Field(f"questionnaire.{key}", label, f"REG-QUESTION-{subject}", UHC, optional)


QUESTIONNAIRE = Section(
    "Production questionnaire",
    (
        Field(
            "questionnaire.identity_verification",
            "Identity Verification Method",
            "REG-IDENTITY-VERIFICATION",
            UHC,
        ),
        _asked("intent", "Intent of your application", "INTENT"),
        _asked("key_changes", "Key changes since last attestation", "CHANGES"),
        _asked("last_attestation", "Date of last attestation", "CHANGES", optional=True),
        _asked("third_party", "Supported by a third party?", "THIRD-PARTY"),
        _asked("third_party_names", "Third parties", "THIRD-PARTY", optional=True),
        _asked("advertisements", "Consumers have to accept advertisements?", "ADVERTISEMENTS"),
        _asked("cost", "Consumers pay any cost?", "COST"),
        _asked("cost_details", "What they pay", "COST", optional=True),
        _asked("website", "Developer's website", "WEBSITE"),
        _asked("volume_per_day", "Expected transactions per day", "VOLUME"),
        _asked("volume_per_month", "per month", "VOLUME"),
        _asked("volume_per_year", "per year", "VOLUME"),
        _asked("device_permissions", "Device permissions requested", "PERMISSIONS", optional=True),
        _asked("encrypted_in_transit", "Data encrypted in transit?", "ENCRYPTION"),
        _asked("encrypted_at_rest", "Data encrypted at rest?", "ENCRYPTION"),
        _asked("deletion_policy", "Policy to delete data at the user's request?", "DELETION"),
        _asked("carin", "Registered/listed with CARIN?", "CARIN"),
        _asked("storage", "Primary storage mechanism", "STORAGE"),
        _asked("retention", "How long data are stored", "RETENTION"),
        _asked("schedule", "Expected API call schedule", "SCHEDULE"),
    ),
    production=True,
)


def sections_of(app: Application) -> Iterator[tuple[str, tuple[Field, ...]]]:
    """Yield the pages that an application is asked for, each with its fields."""
    pages = [APP_DETAILS, SUPPORT, QUESTIONNAIRE]
    if app.deployment == "tooele" and "organization" in app.answers:
        pages.insert(0, ORGANIZATION)
    for page in pages:
        fields = tuple(item for item in page.fields if app.deployment in item.deployments)
        if fields and (app.production or not page.production):
            yield page.title, fields


def form_of(app: Application) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each page of the form with its labels and the answers to copy."""
    for title, fields in sections_of(app):
        yield title, [(item.label, shown(item, app.get(item.key))) for item in fields]
    if people := app.answers.get("stakeholders", []):
        rows = [(str(one.get("name", "")), str(one.get("email", ""))) for one in people]
        yield "Development and Stakeholders", rows


def shown(item: Field, answer: Any) -> str:
    """Return an answer as a person types it."""
    if isinstance(answer, bool):
        return "Yes" if answer else "No"
    if isinstance(answer, list):
        return ", ".join(map(str, answer)) or "none"
    if item.key == "support.platform_id" and not answer:
        return "No"
    said = "" if answer is None else str(answer)
    return said or (BLANK if item.optional else NO_ANSWER)


def is_answered(answer: Any) -> bool:
    """Whether there is an answer; "No" is one."""
    return answer is not None and (not isinstance(answer, (str, list)) or bool(answer))
