"""Reads the secrets a target file points to. May import target and the room's errors.

They are held in memory only; whoever sends one has the redactor learn it first.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.auth.errors import CannotAuthorize

if TYPE_CHECKING:
    from conformance.target import ClientConfig, Target

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class App:
    """A registered application, its secret in memory ("": a public client)."""

    id: str
    redirect_uri: str
    scopes: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)


def read_app(target: Target) -> App:
    """Return the application of the table `[client]`.

    Raises:
        CannotAuthorize: it is not there, or its secret cannot be read.
    """
    return _app(target, target.client, "client")


def read_public_app(target: Target) -> App:
    """Return the application of the table `[public_client]`, which has no secret.

    Raises:
        CannotAuthorize: it is not there.
    """
    return _app(target, target.public_client, "public_client")


def read_password(target: Target) -> str:
    """Return the password of the form login, "" where the target names no file.

    Raises:
        CannotAuthorize: the file cannot be read.
    """
    name = target.login.password_file
    return _from_file(target, "login.password_file", name) if name else ""


def _app(target: Target, config: ClientConfig, table: str) -> App:
    client_id = config.id
    if config.id_env:
        client_id = _from_environment(target, f"{table}.id_env", config.id_env)
    if not client_id:
        raise CannotAuthorize(
            f"{target.path}: no [{table}]: add the table with the id that registration gave"
        )
    secret = ""
    if config.secret_env:
        secret = _from_environment(target, f"{table}.secret_env", config.secret_env)
    elif config.secret_file:
        secret = _from_file(target, f"{table}.secret_file", config.secret_file)
    return App(client_id, config.redirect_uri, config.scopes, secret)


def _from_environment(target: Target, key: str, name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise CannotAuthorize(
            f"{target.path}: {key}: the environment variable {name} is not set; export it"
        )
    return value


def _from_file(target: Target, key: str, name: str) -> str:
    try:
        path = target.path.parent / Path(name).expanduser()  # named from the target file's folder
    except RuntimeError:
        path = Path(name)
    try:
        mode = path.stat().st_mode
        if os.name == "posix" and mode & _OTHERS:
            raise CannotAuthorize(
                f"{target.path}: {key}: others can read {path}; run `chmod 600 {path}`"
            )
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise CannotAuthorize(
            f"{target.path}: {key}: {path} cannot be read ({type(error).__name__});"
            " name a text file that you can read"
        ) from None
    if not value:
        raise CannotAuthorize(f"{target.path}: {key}: {path} is empty; write the secret into it")
    return value
