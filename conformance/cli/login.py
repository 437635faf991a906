"""`flexcheck login` and `flexcheck logout`: a member's login at the browser. May import auth."""

from __future__ import annotations

import shlex
import signal
import sys
import webbrowser
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, NoReturn

import click

from conformance.auth import CannotAuthorize, LoginFailed
from conformance.auth.browser_login import BrowserLogin
from conformance.auth.callback import loopback_of, pasted_parameters
from conformance.auth.landing import Landing
from conformance.auth.listener import listening
from conformance.auth.pasting import ask_for_address
from conformance.auth.secrets import read_app
from conformance.auth.server import AuthorizationServer
from conformance.auth.token_store import (
    PATIENCE_WITH_PERSON,
    FileStore,
    KeyringStore,
    account_of,
    file_store,
    login_store,
)
from conformance.cli import HELP, interrupt
from conformance.client import Client, Recorder, TargetUnusable
from conformance.redaction import Redactor
from conformance.target import TargetError, load_target
from conformance.verdict import INCONCLUSIVE, USAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.auth.token_store import Kept
    from conformance.target import Target

LOGIN_EXAMPLES = """\b
Examples:
  flexcheck login --target sandbox.toml
  flexcheck login --target sandbox.toml --no-browser --store file
"""
LOGOUT_EXAMPLE = """\b
Example:
  flexcheck logout --target sandbox.toml
"""
_TARGET = click.option(
    "--target", "target_file", required=True, metavar="FILE", help="Whose member logs in."
)


@click.command(context_settings=HELP, epilog=LOGIN_EXAMPLES)
@_TARGET
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=1, max=3600),
    default=300.0,
    show_default="300",
    metavar="SECONDS",
    help="How long to wait for the member.",
)
@click.option(
    "--store",
    type=click.Choice(["keyring", "file"]),
    help="Where the refresh token is kept [default: the target file's choice, else keyring].",
)
def login(*, target_file: str, no_browser: bool, timeout: float, store: str | None) -> None:
    """Log a member in at the browser once, and keep the refresh token for runs.

    The browser comes back to the registered redirect URI: flexcheck listens there where it is
    one of this machine, and asks for the address to be pasted where it is not.
    """
    target = _target(target_file)
    # As on Ctrl-C: what was opened is closed, and the terminal shows again what is typed.
    signal.signal(signal.SIGTERM, interrupt)
    with _told(), Client(target, Recorder(), Redactor()) as client:
        server = AuthorizationServer(client, target)
        app = server.app()
        place = _place(target, app.id, store or "")
        login = BrowserLogin(server, app)
        kept = _walk(login, app.redirect_uri, place, no_browser=no_browser, timeout=timeout)
        _forget_other(target, app.id, place)
    _report(target, login, kept, place.name)


@click.command(context_settings=HELP, epilog=LOGOUT_EXAMPLE)
@_TARGET
def logout(*, target_file: str) -> None:
    """Remove the refresh token that `flexcheck login` kept.

    The member's consent stays until the member revokes it in the member portal.
    """
    target = _target(target_file)
    with _told():
        client_id = read_app(target).id
        removed = [store.name for store in _stores(target, client_id) if _removed(store)]
    click.echo(f"Removed from {' and '.join(removed)}." if removed else "There was no token.")


def _target(name: str) -> Target:
    if name == "mock" or name.startswith("mock:"):
        _stop(f"--target {name}: the embedded mock logs in by itself; name a target file", USAGE)
    try:
        return load_target(Path(name), argument=name)
    except TargetError as error:
        _stop(str(error), USAGE)


def _stop(why: str, code: int) -> NoReturn:
    click.echo(f"flexcheck: {why}", err=True)
    raise SystemExit(code)


@contextmanager
def _told() -> Iterator[None]:
    """Say in one line why there is no login, and exit as DESIGN says."""
    try:
        yield
    except (CannotAuthorize, TargetError) as why:
        _stop(str(why), USAGE)
    except (LoginFailed, TargetUnusable) as why:
        _stop(f"no login: {why}", INCONCLUSIVE)


def _place(target: Target, client_id: str, choice: str) -> FileStore | KeyringStore:
    """Return where the token will be kept, once it is known that it can be."""
    if target.login.method == "form":
        click.echo(
            f'flexcheck: {target.path}: with [login] method = "form" a run logs in by itself and'
            " does not use this token; take the line out for that",
            err=True,
        )
    place = login_store(target, client_id, choice, PATIENCE_WITH_PERSON)
    place.check()
    return place


def _walk(
    login: BrowserLogin,
    redirect_uri: str,
    place: FileStore | KeyringStore,
    *,
    no_browser: bool,
    timeout: float,
) -> Kept:
    """Send the member to the browser, take what comes back and keep the refresh token."""
    at = loopback_of(redirect_uri)
    if at is None:
        _send_to_browser(login.url, no_browser=no_browser)
        kept = login.finish(pasted_parameters(ask_for_address(redirect_uri, timeout), redirect_uri))
        place.keep(kept)
        return kept
    with listening(at) as listener:
        _send_to_browser(login.url, no_browser=no_browser)
        parameters = listener.wait(timeout)
        try:
            kept = login.finish(parameters)
            place.keep(kept)
        except (LoginFailed, TargetUnusable, CannotAuthorize) as why:
            listener.end(Landing(f"{why}."))
            raise
        listener.end(Landing("flexcheck has what it needs.", good=True))
        return kept


def _send_to_browser(url: str, *, no_browser: bool) -> None:
    click.echo("Log in and consent in the browser. Its address:" if not no_browser else "Open:")
    click.echo(f"\n  {url}\n")
    sys.stdout.flush()
    if not no_browser:
        # In a thread: a browser of the terminal would keep us from listening.
        Thread(target=_open, args=(url,), daemon=True).start()


def _open(url: str) -> None:
    try:
        opened = webbrowser.open(url)
    except Exception:  # noqa: BLE001 - whatever it is, the person opens the address by hand
        opened = False
    if not opened:
        click.echo("No browser could be opened here; open the address by hand.", err=True)


def _stores(target: Target, client_id: str) -> tuple[FileStore, KeyringStore]:
    return file_store(target, client_id), KeyringStore(account_of(target, client_id))


def _removed(store: FileStore | KeyringStore) -> bool:
    """Remove a token; a machine without a keyring holds none in it."""
    try:
        return store.remove()
    except CannotAuthorize:
        if isinstance(store, FileStore):
            raise
        return False


def _forget_other(target: Target, client_id: str, place: FileStore | KeyringStore) -> None:
    """Remove an older token of the other place, which a run might take for this one."""
    for store in _stores(target, client_id):
        if type(store) is not type(place):
            _removed(store)


def _report(target: Target, login: BrowserLogin, kept: Kept, where: str) -> None:
    declined = sorted(login.asked - set(kept.scopes))
    click.echo(f"Logged in at {target.name}. The refresh token is kept in {where}.")
    click.echo(f"Scopes: {' '.join(kept.scopes)}")
    if declined:
        click.echo(f"Asked for and not given: {' '.join(declined)}")
    click.echo(f"Now: flexcheck run --target {shlex.quote(target.argument)}")
