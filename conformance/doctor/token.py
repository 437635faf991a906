"""Tries the refresh token that a login kept: what it is good for, and for how long.

May import target, client and auth. One request of tier `safe`; a token that the server gives in
the place of the one shown is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.auth import AuthorizationServer, CannotAuthorize, KeptAccess
from conformance.auth.errors import quoted
from conformance.auth.stored import command_of
from conformance.client import Client, TargetUnusable
from conformance.doctor.model import Note, failed, good, hint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.oauth import TokenAnswer
    from conformance.target import Target

TOPIC = "token"


def token(client: Client, target: Target) -> Iterator[Note]:
    """Refresh, where a person's login left a token (that there is none is told of the login)."""
    if target.login.method == "form" or not (target.fhir_base or target.authorization_base):
        return
    server = AuthorizationServer(client, target)
    try:
        access = KeptAccess(server, server.app())
    except CannotAuthorize:
        return
    if access.is_given:
        what = "it is of the environment and not tried: a server that gives another one each time"
        fix = "[login] refresh_token_file keeps what a server gives, and is tried"
        yield hint(TOPIC, f"{what} would end it", fix)
        return
    if "safe" not in target.safety:
        what = "it is not tried: a refresh is of tier safe, which [safety] tiers does not allow"
        yield hint(TOPIC, what, 'write tiers = ["safe"] or more')
        return
    try:
        answer = access.refresh("doctor: refresh")
    except CannotAuthorize as why:
        yield failed(TOPIC, str(why), f"log in anew with `{command_of(target)}`")
        return
    except TargetUnusable as unusable:
        yield failed(TOPIC, f"it could not be tried: {unusable}", "see DNS and TLS above")
        return
    yield from _told(target, access, answer)


def _told(target: Target, access: KeptAccess, answer: TokenAnswer) -> Iterator[Note]:
    if not answer.granted:
        fix = f"log in anew with `{command_of(target)}`"
        if answer.error == "invalid_client":
            fix = "look at id and secret of [client]: are they those of the login?"
        yield failed(TOPIC, f"a refresh gave no access: {quoted(str(answer))}", fix)
        return
    life = answer.lifetime
    lives = "how long it lives is not told" if life is None else f"it lives {life:g} s"
    yield good(TOPIC, f"a refresh gave an access token; {lives}")
    if access.replaced:
        yield good(TOPIC, "the server gives another refresh token each time; the new one is kept")
    yield from _scopes(target, answer.scopes or access.scopes)
    yield _patient(target, answer.patient or access.patient)


def _scopes(target: Target, granted: frozenset[str]) -> Iterator[Note]:
    topic = f"{TOPIC} scopes"
    if not granted:
        yield hint(topic, "neither the refresh nor the login told any", "")
        return
    yield good(topic, " ".join(sorted(granted)))
    asked = frozenset(target.client.scopes)
    if missing := sorted(asked - granted):
        what = f"not granted: {' '.join(missing)}; clauses that need them are skipped"
        yield hint(topic, what, f"log in with `{command_of(target)}` and consent to them")


def _patient(target: Target, patient: str) -> Note:
    topic = f"{TOPIC} patient"
    if not patient:
        return hint(topic, "none is named; a run searches for the member's Patient", "")
    # Somebody's id in a production plan does not belong into the log of a pipeline.
    return good(topic, patient if target.environment == "sandbox" else "named")
