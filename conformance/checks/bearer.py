"""How the FHIR API takes access tokens (RFC 6750; US Core on 401 and 403)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.checks.wording import answer
from conformance.findings import Assertion
from conformance.records import OK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.exchange import Exchange
    from conformance.oauth import Use

UNAUTHORIZED, FORBIDDEN = 401, 403
_BEARER = re.compile(r"(?i)(?:^|[,\s])bearer(?:\s|,|$)")
_ERROR = re.compile(r'(?i)[\s,]error\s*=\s*(?:"([^"]*)"|([^\s,]+))')


def status_is(exchanges: Iterable[Exchange], status: int) -> Iterator[Assertion]:
    """The request is answered with this status."""
    for exchange in exchanges:
        yield Assertion(
            exchange.status == status, "status", str(status), answer(exchange), exchange.id
        )


def brings_no_data(uses: Iterable[Use]) -> Iterator[Assertion]:
    """The answer holds no resource of the type that was asked for."""
    for use in uses:
        held = _held(use)
        yield Assertion(
            not held,
            "response",
            f"no {use.resource_type}",
            f"{use.exchange.status}, {held} {use.resource_type}",
            use.exchange.id,
        )


def opens(uses: Iterable[Use]) -> Iterator[Assertion]:
    """A token opens the data: a resource, or a searchset, of the type asked for."""
    for use in uses:
        document = use.exchange.document
        kind = document.get("resourceType") if isinstance(document, dict) else None
        holds = use.exchange.status == OK and kind in (use.resource_type, "Bundle")
        yield Assertion(
            holds,
            "response",
            f"200, {use.resource_type}",
            answer(use.exchange),
            use.exchange.id,
        )


def is_patient(use: Use) -> Iterator[Assertion]:
    """The `patient` of the token response is the id of a Patient that the token reads."""
    document = use.exchange.document
    found = document if isinstance(document, dict) else {}
    yield Assertion(
        use.exchange.status == OK
        and found.get("resourceType") == "Patient"
        and found.get("id") == use.patient,
        "response",
        "200, the Patient of this id",
        answer(use.exchange),
        use.exchange.id,
    )


def token_is_not_at_fault(exchange: Exchange) -> Iterator[Assertion]:
    """The request may be refused, but not for its token."""
    yield Assertion(
        exchange.status not in (UNAUTHORIZED, FORBIDDEN),
        "status",
        "neither 401 nor 403",
        answer(exchange),
        exchange.id,
    )


def challenges_bearer(exchanges: Iterable[Exchange]) -> Iterator[Assertion]:
    """A 401 has a `WWW-Authenticate` with the scheme Bearer."""
    for exchange in exchanges:
        if exchange.status == UNAUTHORIZED:
            told = _challenge(exchange)
            yield Assertion(
                _BEARER.search(told) is not None,
                "WWW-Authenticate",
                "Bearer",
                told or "absent",
                exchange.id,
            )


def challenge_names(exchanges: Iterable[Exchange], code: str) -> Iterator[Assertion]:
    """The challenge names this error; "" is none at all."""
    for exchange in exchanges:
        if told := _challenge(exchange):
            found = _ERROR.search(told)
            error = (found[1] or found[2] or "") if found else ""
            yield Assertion(
                error == code,
                "WWW-Authenticate",
                f"error {code}" if code else "no error",
                f"error {error}" if error else "no error",
                exchange.id,
            )


def scope_is_challenged(uses: Iterable[Use]) -> Iterator[Assertion]:
    """A 403 for a missing scope has a Bearer challenge that names `insufficient_scope`."""
    for use in uses:
        if use.exchange.status == FORBIDDEN:
            told = _challenge(use.exchange)
            found = _ERROR.search(told)
            named = (found[1] or found[2] or "") if found else ""
            yield Assertion(
                _BEARER.search(told) is not None and named == "insufficient_scope",
                "WWW-Authenticate",
                "Bearer, error insufficient_scope",
                told or "absent",
                use.exchange.id,
            )


def status_is_4xx(exchanges: Iterable[Exchange]) -> Iterator[Assertion]:
    """A refused request has a 4xx status, and is no page or empty result."""
    for exchange in exchanges:
        holds = 400 <= exchange.status < 500  # noqa: PLR2004 - HTTP's client errors
        yield Assertion(holds, "status", "4xx", answer(exchange), exchange.id)


def _challenge(exchange: Exchange) -> str:
    response = exchange.response
    headers = response.headers if response else ()
    return ", ".join(value for name, value in headers if name == "www-authenticate")


def _held(use: Use) -> int:
    document = use.exchange.document
    if not isinstance(document, dict):
        return 0
    if document.get("resourceType") == use.resource_type:
        return 1
    entries = document.get("entry")
    rows = [
        entry.get("resource")
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict)
    ]
    return sum(
        isinstance(row, dict) and row.get("resourceType") == use.resource_type for row in rows
    )
