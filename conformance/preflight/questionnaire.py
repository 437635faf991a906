"""Contradictions in the production questionnaire (uhc lines 88-119). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.preflight.rules import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.preflight.application import Application

HSID = "HSID (Standard Login)"
PERMISSIONS = (
    *("Address Book", "Contacts", "Camera/Video", "Microphone", "Stored Pictures/Videos"),
    *("Location Data", "Activity Logs", "SD Cards/External Storage"),
)
_NONE = frozenset({"", "n/a", "na", "none", "-"})


def _says(app: Application, name: str) -> str:
    return app.text(f"questionnaire.{name}")


def _no(app: Application, name: str) -> bool:
    return app.get(f"questionnaire.{name}") is False


def _yes(app: Application, name: str) -> bool:
    return app.get(f"questionnaire.{name}") is True


@rule("REG-PRODUCTION-QUESTIONNAIRE")
def production_has_one(app: Application) -> Iterator[Fault]:
    """Production adds the questionnaire."""
    if app.production and "questionnaire" not in app.answers:
        yield Fault("questionnaire", "there is none", "add the table [questionnaire]")


@rule("REG-IDENTITY-VERIFICATION")
def login_is_hsid(app: Application) -> Iterator[Fault]:
    """The identity verification method has one right answer."""
    told = _says(app, "identity_verification")
    if told and told != HSID:
        yield Fault("questionnaire.identity_verification", f"{told!r}", f'choose "{HSID}"')


@rule("REG-QUESTION-THIRD-PARTY")
def third_parties_are_named(app: Application) -> Iterator[Fault]:
    """Neither "No" beside a named vendor nor "Yes" beside none."""
    names = app.get("questionnaire.third_party_names", [])
    key = "questionnaire.third_party"
    if _no(app, "third_party") and names:
        yield Fault(key, f"No beside the named {names[0]}", "answer Yes, or take the names out")
    elif _yes(app, "third_party") and not names:
        yield Fault(key, "Yes, and nobody is named", "name them in third_party_names")


@rule("REG-QUESTION-COST")
def cost_is_told(app: Application) -> Iterator[Fault]:
    """Neither "No" beside a price nor "Yes" beside none."""
    key = "questionnaire.cost"
    if _no(app, "cost") and _says(app, "cost_details").lower() not in _NONE:
        yield Fault(key, "No beside cost_details", "answer Yes, or take the details out")
    elif _yes(app, "cost") and not _says(app, "cost_details"):
        yield Fault(key, "Yes, and nothing tells what", "tell it in cost_details")


@rule("REG-QUESTION-VOLUME")
def volumes_agree(app: Application) -> Iterator[Fault]:
    """A month has no fewer transactions than a day, a year no fewer than a month."""
    told = [app.get(f"questionnaire.volume_per_{span}") for span in ("day", "month", "year")]
    numbers = [number for number in told if isinstance(number, int)]
    if any(number <= 0 for number in numbers):
        yield Fault("questionnaire.volume_per_day", "a volume of none", "give your best estimate")
    elif numbers != sorted(numbers):
        shown = " / ".join(map(str, numbers))
        what = f"{shown} for day, month, year"
        yield Fault("questionnaire.volume_per_day", what, "a longer time has no fewer")


@rule("REG-QUESTION-PERMISSIONS")
def web_asks_for_no_permissions(app: Application) -> Iterator[Fault]:
    """A web app leaves all device permissions unchecked; the form offers eight."""
    asked = app.get("questionnaire.device_permissions", [])
    key = "questionnaire.device_permissions"
    if asked and app.get("app.kind", "web") == "web":
        yield Fault(key, f"{asked[0]} for a web app", "leave all unchecked")
    for unknown in [name for name in asked if name not in PERMISSIONS]:
        yield Fault(key, f"{unknown!r} is not offered", f"offered: {', '.join(PERMISSIONS)}")


@rule("REG-QUESTION-ENCRYPTION")
def encryption_agrees_with_storage(app: Application) -> Iterator[Fault]:
    """Neither "No" at rest beside an encrypted storage nor "No" in transit beside https."""
    words = _says(app, "storage").lower().replace("unencrypted", "")
    if _no(app, "encrypted_at_rest") and "encrypt" in words:
        what = "No beside a storage that is called encrypted"
        yield Fault("questionnaire.encrypted_at_rest", what, "let both say the same")
    uses_tls = any(uri.startswith("https://") for uri in app.redirect_uris)
    if _no(app, "encrypted_in_transit") and uses_tls:
        what = "No beside an https redirect URI"
        yield Fault("questionnaire.encrypted_in_transit", what, "let both say the same")


@rule("REG-QUESTION-DELETION")
def deletion_agrees_with_retention(app: Application) -> Iterator[Fault]:
    """No "No" beside a retention that ends with the member's request."""
    told = _says(app, "retention").lower()
    if _no(app, "deletion_policy") and ("delet" in told or "request" in told):
        what = "No beside a retention that ends at the member's request"
        yield Fault("questionnaire.deletion_policy", what, "let both say the same")


@rule("REG-QUESTION-CHANGES")
def changes_agree_with_the_date(app: Application) -> Iterator[Fault]:
    """A first attestation has no changes and no date; a later one has both."""
    changes, date = _says(app, "key_changes").lower(), _says(app, "last_attestation").lower()
    key = "questionnaire.key_changes"
    if app.get("app.first_registration", True) and (changes not in _NONE or date not in _NONE):
        what = "changes or a date, and it is the first attestation"
        yield Fault(key, what, 'write "n/a", or say first_registration = false')
    elif changes not in _NONE and date in _NONE:
        yield Fault(key, "changes without the date of the last attestation", "give the date")


@rule("REG-QUESTION-WEBSITE")
def websites_agree(app: Application) -> Iterator[Fault]:
    """The developer's and the company's website are one, unless a vendor develops."""
    developer, company = _says(app, "website"), app.text("support.website")
    if developer and company and developer != company and _no(app, "third_party"):
        what = f"{developer} beside the company's {company}, and no third party"
        yield Fault("questionnaire.website", what, "let both say the same, or name the vendor")
