"""Finds the refresh token of a target and lives on it. May import target and the room.

No run waits for a person: what is missing is told with the command that gets it.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from conformance.auth.errors import CannotAuthorize, quoted
from conformance.auth.secrets import read_app
from conformance.auth.token_store import (
    FileStore,
    Given,
    Kept,
    KeyringStore,
    Store,
    account_of,
    beside,
    file_store,
    login_store,
)
from conformance.client.http import TargetUnusable
from conformance.oauth import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.auth.secrets import App
    from conformance.auth.server import AuthorizationServer
    from conformance.oauth import TokenAnswer
    from conformance.target import Target


def now() -> str:
    """Return the time as it is kept beside a token."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def command_of(target: Target) -> str:
    """Return the command that logs in."""
    return f"flexcheck login --target {shlex.quote(target.argument or str(target.path))}"


def find_token(target: Target, client_id: str) -> Store:
    """Return where the target's refresh token is: what a pipeline gives, else what a login kept.

    Raises:
        CannotAuthorize: there is none, or it cannot be read.
    """
    login = target.login
    if login.refresh_token_env:
        given = Given(login.refresh_token_env)
        if given.read():
            return given
    if login.refresh_token_file:
        file = FileStore(beside(target, login.refresh_token_file))
        if _read(target, "login.refresh_token_file", file):
            return file
    if login.method == "refresh-token":
        raise CannotAuthorize(_no_pipeline_token(target))
    return _kept_by_login(target, client_id)


def told_by_login(target: Target) -> dict[str, Any] | None:
    """Return what the kept login told beside its token: `patient`, `scopes`; None without one."""
    if target.login.method == "form" or not (target.fhir_base or target.authorization_base):
        return None
    try:
        kept = find_token(target, read_app(target).id).read()
    except CannotAuthorize:
        return None
    return {"patient": kept.patient, "scopes": list(kept.scopes)} if kept else None


def _kept_by_login(target: Target, client_id: str) -> Store:
    # Both: a login may have been told the other one by `--store`.
    chosen = login_store(target, client_id)
    other = (
        KeyringStore(account_of(target, client_id))
        if isinstance(chosen, FileStore)
        else file_store(target, client_id)
    )
    why = ""
    for place in (chosen, other):
        try:
            if place.read():
                return place
        except CannotAuthorize as error:
            # That a machine has no keyring says nothing where nobody chose it.
            if place is chosen and (target.login.store or isinstance(place, FileStore)):
                why = f" ({error})"
    raise CannotAuthorize(
        f"there is no token for {target.name}{why}: log in once with `{command_of(target)}`, or"
        " give a pipeline's refresh token with [login] refresh_token_env"
    )


def _read(target: Target, key: str, store: Store) -> Kept | None:
    try:
        return store.read()
    except CannotAuthorize as error:
        raise CannotAuthorize(f"{target.path}: {key}: {error}") from None


def _no_pipeline_token(target: Target) -> str:
    login = target.login
    if login.refresh_token_env:
        missing = f"the environment variable {login.refresh_token_env} is not set; export it"
    elif login.refresh_token_file:
        missing = f"there is no file {beside(target, login.refresh_token_file)}; write it"
    else:
        missing = "[login] names no refresh_token_env and no refresh_token_file; name one"
    return (
        f'{target.path}: {missing}. Without [login] method = "refresh-token" a person can log in'
        f" once instead: `{command_of(target)}`"
    )


def access_by(
    server: AuthorizationServer, app: App, store: Store, purpose: str
) -> tuple[TokenAnswer, Kept]:
    """Exchange the stored refresh token for an access token; a new one is stored in its place.

    Runs at the same time take turns, so that no one shows a token that another has used up.

    Raises:
        CannotAuthorize: the token is not there or no longer good.
        TargetUnusable: the server gave no token for another reason.
    """
    answer, kept = exchange(
        server.target,
        store,
        server.client.learn,
        lambda tokens: server.refresh(app, tokens, purpose=purpose),
    )
    if not answer.granted:
        raise _refused(server.target, store, answer)
    return answer, kept


def exchange(
    target: Target,
    store: Store,
    learn: Callable[[str], None],
    send: Callable[[Tokens], TokenAnswer],
) -> tuple[TokenAnswer, Kept]:
    """Have a request sent with the stored token; a new one that comes is stored in its place.

    Also where the request was a wrong one and ought to have been refused: the token that is
    kept is to be good for the next run.

    Raises:
        CannotAuthorize: the token is not there, or the new one could not be kept.
    """
    with store.lock():
        kept = store.read()
        if kept is None:
            raise CannotAuthorize(f"{store.name} holds no token; run `{command_of(target)}`")
        learn(kept.refresh)
        answer = send(Tokens(refresh=kept.refresh))
        if answer.granted and answer.tokens.refresh and answer.tokens.refresh != kept.refresh:
            kept = replace(kept, refresh=answer.tokens.refresh, saved=now())
            _keep_new(target, store, kept)
    return answer, kept


def _keep_new(target: Target, store: Store, kept: Kept) -> None:
    """Keep what the server gave in the place of the token; the old one may be good no longer."""
    try:
        store.keep(kept)
    except CannotAuthorize as error:
        raise CannotAuthorize(
            f"the server gave a new refresh token that was not kept: {error}; then log in anew"
            f" with `{command_of(target)}`"
        ) from None


def _refused(target: Target, store: Store, answer: TokenAnswer) -> CannotAuthorize | TargetUnusable:
    said = quoted(str(answer))
    if answer.error != "invalid_grant":
        return TargetUnusable(f"the refresh token gave no access: {said}", answer.exchange)
    rotated = (
        "; where the server gives a new one each time, keep it in [login] refresh_token_file"
        if isinstance(store, Given)
        else ""
    )
    return CannotAuthorize(
        f"the refresh token of {store.name} is no longer good ({said}): log in anew with"
        f" `{command_of(target)}`{rotated}"
    )
