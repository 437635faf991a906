"""What a target tells of itself without a login, and whether its clock is ours.

May import target, client and auth.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from conformance.auth import CannotAuthorize, read_configuration
from conformance.auth.endpoints import find_endpoints
from conformance.client import Client, TargetUnusable
from conformance.contract import load_contract
from conformance.doctor.model import Note, failed, good, hint, wrong
from conformance.plugin.applicability import API_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.exchange import Exchange
    from conformance.target import Target

FHIR_VERSION = "4.0.1"
#: Seconds by which clocks may differ; tokens live for minutes.
SKEW = 30.0
_OK, _PROTECTED = 200, (401, 403)


def discovery(client: Client, target: Target) -> Iterator[Note]:
    """Read the CapabilityStatement of each API and the SMART configuration."""
    answered: list[Exchange] = []
    for api, name in API_KEY.items():
        if not load_contract().rows(api=api, deployment=target.deployment):
            continue
        if not (base := target.base_of(api)):
            yield hint(name, "the target has none: its clauses are not applicable", "")
            continue
        try:
            answered.append(client.get(f"{base}/metadata", purpose="doctor: metadata"))
        except TargetUnusable as unusable:
            yield failed(f"metadata of {name}", str(unusable), "see DNS and TLS above")
            continue
        yield _statement(name, answered[-1])
    if target.fhir_base:
        yield from _configuration(client, target, answered)
    yield from clock(answered)


def _statement(name: str, answer: Exchange) -> Note:
    topic = f"metadata of {name}"
    if answer.status in _PROTECTED:
        said = f"{answer.request.url} answers {answer.status} without a token"
        return hint(topic, said, "FHIR has it open to everyone; a run asks with a token")
    told = answer.document if isinstance(answer.document, dict) else {}
    if answer.status != _OK or told.get("resourceType") != "CapabilityStatement":
        return failed(
            topic,
            f"{answer.request.url} answers {answer.status} and is no CapabilityStatement",
            f"is {name} the base address of FHIR? FLEX addresses end in R4 and have moved before",
        )
    software = told.get("software")
    product = software.get("name", "") if isinstance(software, dict) else ""
    said = f"FHIR {told.get('fhirVersion', 'of no version')}{f', {product}' if product else ''}"
    if told.get("fhirVersion") != FHIR_VERSION:
        return hint(topic, said, f"the documents say {FHIR_VERSION}; a run judges it")
    return good(topic, said)


def _configuration(client: Client, target: Target, answered: list[Exchange]) -> Iterator[Note]:
    topic = "SMART configuration"
    try:
        answer = read_configuration(client, target)
        answered.append(answer)
        found = find_endpoints(client, target)
    except TargetUnusable as unusable:
        yield failed(topic, str(unusable), "see DNS and TLS above")
        return
    except CannotAuthorize as why:
        yield wrong(topic, str(why), "set authorization_base in [target]")
        return
    told: dict[str, Any] = answer.document if isinstance(answer.document, dict) else {}
    if answer.status != _OK or not told:
        said = f"none at {answer.request.url} ({answer.status})"
        yield hint(topic, said, "authorization_base is used; a run judges the configuration")
        return
    said_token = told.get("token_endpoint")
    if said_token != found.token:
        what = f"it names the token endpoint {said_token}, the target file {found.token}"
        yield wrong(topic, what, "take authorization_base out, or set it to what is right")
        return
    yield good(topic, f"names {found.authorize} and {found.token}")
    yield from _scopes(target, told)


def _scopes(target: Target, told: dict[str, Any]) -> Iterator[Note]:
    listed = told.get("scopes_supported")
    if isinstance(listed, list):
        missing = [scope for scope in target.client.scopes if scope not in listed]
        if missing:
            what = f"it does not list {', '.join(missing)}"
            yield hint("SMART configuration", what, "ask for listed scopes in [client] scopes")


def clock(answered: list[Exchange]) -> Iterator[Note]:
    """Compare the `Date` of an answer with our clock when it came (one second is its grain)."""
    for answer in answered:
        skew = _skew(answer)
        if skew is None:
            continue
        said = f"the target's clock is {abs(skew):.0f} s {'behind' if skew < 0 else 'ahead'}"
        if abs(skew) > SKEW:
            yield hint("clock", said, "set this machine's clock by the network (NTP)")
        else:
            yield good("clock", f"within {SKEW:g} s of the target's")
        return
    yield hint("clock", "no answer had a Date header", "")


def _skew(answer: Exchange) -> float | None:
    date = answer.response.header("date") if answer.response else ""
    try:
        theirs = parsedate_to_datetime(date)
        began = datetime.fromisoformat(answer.started)
    except (ValueError, TypeError):
        return None
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    ours = began + timedelta(seconds=answer.elapsed)
    return (theirs - ours).total_seconds()
