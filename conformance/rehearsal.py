"""Runs the suites against the embedded mock in a target's place: what would be sent and judged.

May import everything of `conformance`. Nothing is sent to the target itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import tomli_w

from conformance.auth import AuthorizationServer, CannotAuthorize
from conformance.auth.private_file import write_private
from conformance.auth.secrets import read_app, read_public_app
from conformance.auth.stored import find_token
from conformance.auth.token_store import beside
from conformance.client import Client, Recorder
from conformance.mock import start_mock
from conformance.redaction import Redactor
from conformance.runlog import read_run
from conformance.target import load_target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.mock import RunningMock
    from conformance.runlog import Run
    from conformance.target import ClientConfig, Target

#: A small directory rehearses every request in seconds; a larger one only has more pages.
PRACTITIONERS = 40
#: Limits that decide what is sent; the mock needs no sparing by the others.
_DECIDING = ("page_size", "max_pages", "crawl_rows")
_USAGE, _BUG = 2, 4


class RehearsalFailed(Exception):  # noqa: N818 - what the run said is at fault
    """The suites could not be run; the message is what they said."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A run on the mock as it would be on the target, addresses and paths apart.

    `without_token` says why no member's token could be used, "" where one could.
    """

    run: Run
    mock: Target
    without_token: str = ""


def why_no_token(target: Target) -> str:
    """Return why a run has no member's token; "" where it has one, or logs in by itself."""
    if not (target.fhir_base or target.authorization_base):
        return "the target has no Patient Access"
    try:
        app = read_app(target)
        if target.login.method != "form":
            find_token(target, app.id)
    except CannotAuthorize as why:
        return str(why)
    return ""


def rehearse(target: Target, only: Sequence[str] = ()) -> Rehearsal:
    """Run the suites on a mock of the target's deployment and environment.

    Raises:
        RehearsalFailed: they could not be run.
    """
    without = why_no_token(target)
    with TemporaryDirectory(prefix="flexcheck-rehearsal-") as name:
        folder = Path(name).resolve()
        with _stand_in(target, folder, has_token=not without) as path:
            out = folder / "run"
            _run(path, out, only, folder)
            run = _in_the_target_s_words(read_run(out), str(path), target)
            return Rehearsal(run, load_target(path, needs_api=False), without)


@contextmanager
def _stand_in(target: Target, folder: Path, *, has_token: bool) -> Iterator[Path]:
    """Serve the mock and yield a target file for it with all that decides what is sent."""
    with start_mock(
        deployment=target.deployment,
        environment=target.environment,
        future=bool(target.future),
        practitioners=PRACTITIONERS,
    ) as mock:
        tables = tomllib.loads(mock.target_file.read_text(encoding="utf-8"))
        login = _login(target, mock, folder, has_token=has_token)
        path = folder / "target.toml"
        path.write_bytes(
            tomli_w.dumps(
                {
                    "target": _about(target, tables["target"]),
                    **_clients(target, tables),
                    "login": login,
                    "limits": _limits(target),
                    "safety": {"tiers": list(target.safety)},
                    "future": {"declares": list(target.future)},
                }
            ).encode()
        )
        yield path


def _about(target: Target, mock: dict[str, Any]) -> dict[str, Any]:
    """Have the APIs that the target has, where the mock has them too."""
    bases = ("fhir_base", "directory_base", "authorization_base")
    kept = {name: mock[name] for name in bases if name in mock and getattr(target, name)}
    said = {name: getattr(target, name) for name in ("name", "deployment", "environment")}
    return {**said, **kept}


def _clients(target: Target, mock: dict[str, Any]) -> dict[str, Any]:
    """Have the registrations that the target has: with a secret, without one, or none."""
    registered = mock["client"] if target.client.confidential else mock["public_client"]
    found = (
        ("client", target.client, read_app, registered),
        ("public_client", target.public_client, read_public_app, mock["public_client"]),
    )
    tables: dict[str, Any] = {}
    for name, config, read, stand_in in found:
        if not config.named:
            continue
        try:
            read(target)
            tables[name] = dict(stand_in)
        except CannotAuthorize:  # what is missing there is missing here too
            tables[name] = _as_written(target, config)
    if "client" in tables and target.client.scopes:
        tables["client"]["scopes"] = list(target.client.scopes)
    return tables


def _as_written(target: Target, config: ClientConfig) -> dict[str, Any]:
    names = ("id", "id_env", "secret_env", "redirect_uri")
    said = {name: getattr(config, name) for name in names if getattr(config, name)}
    if config.secret_file:
        said["secret_file"] = str(beside(target, config.secret_file))
    return said


def _limits(target: Target) -> dict[str, Any]:
    return {name: getattr(target.limits, name) for name in _DECIDING} | {"requests_per_second": 0}


def _login(target: Target, mock: RunningMock, folder: Path, *, has_token: bool) -> dict[str, Any]:
    if target.login.method == "form":
        return dict(tomllib.loads(mock.target_file.read_text(encoding="utf-8"))["login"])
    if not has_token:
        login = target.login
        said = {"method": login.method, "refresh_token_env": login.refresh_token_env}
        if login.refresh_token_file:
            said["refresh_token_file"] = str(beside(target, login.refresh_token_file))
        return {name: value for name, value in said.items() if value} | {"store": "file"}
    token = folder / "token"
    write_private(token, _refresh_token(mock, public=not target.client.confidential))
    return {"method": "refresh-token", "refresh_token_file": str(token)}


def _refresh_token(mock: RunningMock, *, public: bool) -> str:
    """Log in at the mock as its member."""
    target = load_target(mock.target_file, needs_api=False)
    with Client(target, Recorder(), Redactor()) as client:
        server = AuthorizationServer(client, target)
        flow = server.begin(server.public_app() if public else server.app())
        return server.redeem(flow).tokens.refresh


def _run(path: Path, out: Path, only: Sequence[str], folder: Path) -> None:
    # -P: a folder named `conformance` where the user stands is not ours.
    command = [sys.executable, "-P", "-m", "conformance.cli", "run", "--target", str(path)]
    chosen = [part for word in only for part in ("--only", word)]
    # No token of the user's own is looked for here: what the target has is known already.
    private = {"XDG_STATE_HOME": str(folder / "state"), "LOCALAPPDATA": str(folder / "state")}
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, "--out", str(out), *chosen],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **private},
    )
    if done.returncode in (_USAGE, _BUG) or not (out / "run.ndjson").is_file():
        raise RehearsalFailed(done.stderr.strip() or done.stdout.strip()[-500:])


def _in_the_target_s_words(run: Run, path: str, target: Target) -> Run:
    """Have the reasons name the target's file where they name the mock's."""
    named = target.argument or str(target.path)
    findings = tuple(
        replace(finding, message=finding.message.replace(path, named)) for finding in run.findings
    )
    return replace(run, findings=findings)
