"""Runs all suites with every report, and tells each secret that went over the wire.

A script: the run directory is its argument, the secrets are the last line of its output.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.auth import server
from conformance.mock.auth.store import AuthStore
from conformance.mock.server import start_mock
from conformance.plugin.settings import SIGN, SUITES

SECRETS: list[str] = []


def telling(function: Any) -> Any:
    """Note what a function returns."""

    def noted(*args: Any, **kwargs: Any) -> Any:
        made = function(*args, **kwargs)
        SECRETS.append(made)
        return made

    return noted


def main(out: Path) -> None:
    os.environ[SIGN] = "1"
    for name in ("new_code", "new_access_token", "new_refresh_token", "new_ticket"):
        setattr(AuthStore, name, telling(getattr(AuthStore, name)))
    server.new_verifier = telling(server.new_verifier)
    with start_mock(token_lifetime=2, code_lifetime=2, practitioners=20) as mock:
        folder = mock.target_file.parent
        SECRETS.extend((folder / name).read_text() for name in ("client-secret", "login-password"))
        pytest.main(
            [
                *(str(SUITES), "-c", str(SUITES / "run.ini")),
                *(f"--rootdir={SUITES.parent}", "-p", "no:cacheprovider", "-vv", "--showlocals"),
                *("--log-level=DEBUG", "--target", str(mock.target_file), "--out", str(out)),
            ]
        )
    print()  # noqa: T201
    print(json.dumps(SECRETS))  # noqa: T201 - for the test that reads it


if __name__ == "__main__":
    main(Path(sys.argv[1]))
