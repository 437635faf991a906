"""What the token endpoint answers (RFC 6749 4 to 6; the documents on its parameters)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.wording import listed
from conformance.findings import Assertion
from conformance.records import OK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from conformance.oauth import TokenAnswer

#: The statuses of RFC 6749 5.2.
REFUSALS = frozenset({400, 401})


def granted(answers: Iterable[TokenAnswer]) -> Iterator[Assertion]:
    """A good request brings a token."""
    for answer in answers:
        yield Assertion(answer.granted, "response", "a token", str(answer), answer.exchange.id)


def refused(answers: Iterable[TokenAnswer]) -> Iterator[Assertion]:
    """A wrong request brings no token."""
    for answer in answers:
        yield Assertion(not answer.granted, "response", "no token", str(answer), answer.exchange.id)


def has_field(answers: Iterable[TokenAnswer], name: str, kind: str) -> Iterator[Assertion]:
    """A token response has a property, of this JSON type."""
    for answer in answers:
        if answer.granted or name == "access_token":
            found = answer.type_of(name)
            yield Assertion(found == kind, name, kind, found, answer.exchange.id)


def has_no_field(answers: Iterable[TokenAnswer], name: str) -> Iterator[Assertion]:
    """A token response does not have a property."""
    for answer in answers:
        if answer.granted:
            found = answer.type_of(name)
            yield Assertion(found == "absent", name, "absent", found, answer.exchange.id)


def is_json_object(answers: Iterable[TokenAnswer]) -> Iterator[Assertion]:
    """A token response is a JSON object."""
    for answer in answers:
        observed = "a JSON object" if answer.body else "no JSON object"
        yield Assertion(
            bool(answer.body), "response", "a JSON object", observed, answer.exchange.id
        )


def is_bearer(answers: Iterable[TokenAnswer]) -> Iterator[Assertion]:
    """`token_type` is Bearer in whatever case (RFC 6749 7.1)."""
    for answer in answers:
        if answer.granted:
            told = answer.body.get("token_type")
            holds = isinstance(told, str) and told.lower() == "bearer"
            yield Assertion(
                holds, "token_type", "Bearer", str(told or "absent"), answer.exchange.id
            )


def has_media_type(answers: Iterable[TokenAnswer]) -> Iterator[Assertion]:
    """A token response is `application/json` with status 200."""
    for answer in answers:
        if answer.granted and answer.exchange.response:
            media_type = answer.exchange.response.header("content-type")
            plain = media_type.partition(";")[0].strip().lower()
            yield Assertion(
                plain == "application/json" and answer.exchange.status == OK,
                "Content-Type",
                "200, application/json",
                f"{answer.exchange.status}, {media_type or 'none'}",
                answer.exchange.id,
            )


def has_header_word(answers: Iterable[TokenAnswer], header: str, word: str) -> Iterator[Assertion]:
    """A token response has a header with this word among its values."""
    for answer in answers:
        if answer.granted and answer.exchange.response:
            told = ",".join(
                value for name, value in answer.exchange.response.headers if name == header.lower()
            )
            words = {part.strip().lower() for part in told.split(",")}
            yield Assertion(word in words, header, word, told or "absent", answer.exchange.id)


def error_has_form(answers: Iterable[TokenAnswer]) -> Iterator[Assertion]:
    """A refusal has status 400 or 401 and a JSON object with an `error`."""
    for answer in answers:
        if not answer.granted:
            yield Assertion(
                answer.exchange.status in REFUSALS and bool(answer.error),
                "response",
                "400 or 401 and a JSON object with an error",
                str(answer),
                answer.exchange.id,
            )


def error_is(answers: Iterable[TokenAnswer], code: str) -> Iterator[Assertion]:
    """A wrong request is answered with the error that the standard names for it."""
    for answer in answers:
        yield Assertion(answer.error == code, "error", code, str(answer), answer.exchange.id)


def status_is_4xx(answers: Iterable[TokenAnswer]) -> Iterator[Assertion]:
    """A refusal has a 4xx status."""
    for answer in answers:
        if not answer.granted:
            holds = 400 <= answer.exchange.status < 500  # noqa: PLR2004 - HTTP's client errors
            yield Assertion(holds, "status", "4xx", str(answer.exchange.status), answer.exchange.id)


def scopes_within(answer: TokenAnswer, allowed: Collection[str]) -> Iterator[Assertion]:
    """A token has no scope but these."""
    if answer.granted:
        more = answer.scopes - set(allowed)
        yield Assertion(
            not more,
            "scope",
            f"none but {listed(allowed, 12) or 'those asked for'}",
            f"also {listed(more, 12)}" if more else listed(answer.scopes, 12) or "absent",
            answer.exchange.id,
        )


def scopes_include(answer: TokenAnswer, wanted: Iterable[str]) -> Iterator[Assertion]:
    """A token has these scopes."""
    for scope in wanted:
        yield Assertion(scope in answer.scopes, "scope", scope, str(answer), answer.exchange.id)


def scopes_lack(answer: TokenAnswer, declined: Iterable[str]) -> Iterator[Assertion]:
    """A token does not have these scopes."""
    for scope in declined if answer.granted else ():
        yield Assertion(
            scope not in answer.scopes, "scope", f"without {scope}", str(answer), answer.exchange.id
        )


def lives_at_most(answers: Iterable[TokenAnswer], seconds: float) -> Iterator[Assertion]:
    """`expires_in` is at most this."""
    for answer in answers:
        if answer.lifetime is not None:
            yield Assertion(
                answer.lifetime <= seconds,
                "expires_in",
                f"at most {seconds:g}",
                f"{answer.lifetime:g}",
                answer.exchange.id,
            )


def token_is_new(answer: TokenAnswer, before: TokenAnswer) -> Iterator[Assertion]:
    """A refresh brings another access token than there was."""
    if answer.granted:
        new = answer.tokens.access != before.tokens.access
        yield Assertion(
            new, "access_token", "another one", "another one" if new else "the same",
            answer.exchange.id,
        )  # fmt: skip


def repeats_no_secret(answers: Iterable[TokenAnswer]) -> Iterator[Assertion]:
    """An answer holds none of the secrets that its request sent."""
    for answer in answers:
        yield Assertion(
            not answer.echoed,
            "response",
            "none of the secrets that were sent",
            f"holds the {listed(answer.echoed)} that was sent" if answer.echoed else "holds none",
            answer.exchange.id,
        )


def same_member(answer: TokenAnswer, before: TokenAnswer) -> Iterator[Assertion]:
    """A token response names the same member as before, where it names one."""
    if answer.granted and answer.patient:
        yield Assertion(
            answer.patient == before.patient,
            "patient",
            "the same member",
            "the same" if answer.patient == before.patient else "another one",
            answer.exchange.id,
        )
