"""Logs in by a refresh token that fails, and tells each secret that the run held.

A script: its folder is its argument, and then where it fails (`refused`: in the middle of the run;
`silent`: at once, the token endpoint cannot be reached); the secrets are the last line of its
output. The run prints all that pytest can print: local variables, long tracebacks, debug logs.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from login_browser import free_port, live_file
from login_tokens import refresh_token_of

from conformance.auth.token_store import FileStore, Kept
from conformance.mock.auth import tokens
from conformance.mock.auth.problems import OAuthError
from conformance.mock.auth.store import AuthStore
from conformance.mock.server import RunningMock, start_mock
from conformance.plugin.settings import SIGN, SUITES

SECRETS: list[str] = []
GOOD_REFRESHES, GOOD_USES = 1, 6
#: What lives on the kept token: member data, and the requests that are wrong with it.
FILES = (
    "fhir/test_members.py",
    *(f"authorization/test_{n}.py" for n in ("refresh", "token_forms")),
)


def telling(function: Any) -> Any:
    """Note what a function returns."""

    def noted(*args: Any, **kwargs: Any) -> Any:
        made = function(*args, **kwargs)
        SECRETS.append(made)
        return made

    return noted


def ending(function: Any, good: int, instead: Any) -> Any:
    """Let a few calls through, then none."""
    left = [good]

    def ended(self: Any, *args: Any) -> Any:
        left[0] -= 1
        return function(self, *args) if left[0] >= 0 else instead(*args)

    return ended


def refuse(form: Any, _login: Any) -> Any:
    """Refuse a refresh token, and say which: some servers do."""
    raise OAuthError("invalid_grant", f"unknown: {form.value('refresh_token')}")


def run(mock: RunningMock, folder: Path, where: str) -> None:
    """Run the suites of member data with every report, and all that pytest can print."""
    nowhere = {"authorization_base": f"http://127.0.0.1:{free_port()}"}
    target = live_file(
        mock,
        folder,
        login={"store_file": "kept.json"},
        target=nowhere if where == "silent" else {},
    )
    FileStore(folder / "kept.json").keep(Kept(refresh_token_of(mock)))
    endpoint: Any = tokens.TokenEndpoint
    endpoint._renew = ending(endpoint._renew, GOOD_REFRESHES, refuse)
    store: Any = AuthStore
    store.access_token = ending(store.access_token, GOOD_USES, lambda _: None)
    os.environ[SIGN] = "1"
    pytest.main(
        [
            *(str(SUITES / name) for name in FILES),
            *("-c", str(SUITES / "run.ini")),
            *(f"--rootdir={SUITES.parent}", "-p", "no:cacheprovider", "-vv", "--showlocals"),
            *("--tb=long", "--log-level=DEBUG", "--log-cli-level=DEBUG", "--full-trace"),
            *("--target", str(target), "--out", str(folder / "run")),
        ]
    )


def main(folder: Path, where: str) -> None:
    for name in ("new_code", "new_access_token", "new_refresh_token", "new_ticket"):
        setattr(AuthStore, name, telling(getattr(AuthStore, name)))
    with start_mock(practitioners=5) as mock:
        SECRETS.append(mock.client_secret or "")
        run(mock, folder, where)
    print()  # noqa: T201
    print(json.dumps(SECRETS))  # noqa: T201 - for the test that reads it


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
