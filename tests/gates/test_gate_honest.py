"""An honest proxy changes nothing: neither a verdict nor a byte."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from catalogue import DIRECT_RUNS, HONEST_RUNS
from judging import free_port
from rewriting_proxy import RewritingProxy
from traffic import DIRECTORY
from worlds import PRACTITIONERS, WORLDS

from conformance.mock import start_mock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from judging import Verdict

    from conformance.mock import RunningMock

SAME = ("metadata", "Location?_count=3", "Organization?type=ntwk", "Practitioner?nonsense=1")


@pytest.fixture(scope="module")
def proxied() -> Iterator[RunningMock]:
    """Serve a mock behind an honest proxy."""
    with RewritingProxy() as proxy:
        proxy.upstream = free_port()
        with start_mock(
            port=proxy.upstream, public_url=proxy.origin, practitioners=PRACTITIONERS
        ) as mock:
            yield mock


@pytest.mark.parametrize("world", WORLDS)
def test_an_honest_proxy_changes_no_verdict(world: str, verdicts: dict[str, Verdict]) -> None:
    honest, direct = verdicts[HONEST_RUNS[world].name], verdicts[DIRECT_RUNS[world].name]
    assert honest.errors == direct.errors == ()
    assert honest.findings == direct.findings
    assert honest.exit_code == direct.exit_code == 0


@pytest.mark.parametrize("path", SAME)
def test_an_honest_proxy_changes_no_byte(path: str, proxied: RunningMock) -> None:
    through = httpx.get(f"{proxied.directory_base}/{path}")
    upstream = f"http://127.0.0.1:{_upstream(proxied)}{DIRECTORY}"
    direct = httpx.get(f"{upstream}/{path}")
    assert through.status_code == direct.status_code
    changing = {"x-request-id", "date", "server"}
    kept = [
        {name: value for name, value in answer.headers.items() if name not in changing}
        for answer in (through, direct)
    ]
    assert kept[0] == kept[1]
    # Each search has a handle of its own.
    assert _without_handles(through.json()) == _without_handles(direct.json())


def _upstream(proxied: RunningMock) -> int:
    port: int = proxied._server.servers[0].sockets[0].getsockname()[1]
    return port


def _without_handles(document: dict[str, object]) -> dict[str, object]:
    return {name: node for name, node in document.items() if name not in {"id", "link"}}


def test_the_command_judges_through_the_proxy(proxied: RunningMock, tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = [str(Path(sys.executable).with_name("flexcheck")), "run"]
    ended = subprocess.run(  # noqa: S603 - our own command
        [*command, "--target", str(proxied.target_file), "--out", str(out), "--only", "DIR-NET"],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary["outcomes"]["pass"] > 3
    assert summary["outcomes"]["fail"] == 0
