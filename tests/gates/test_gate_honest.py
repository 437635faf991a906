"""An honest proxy changes nothing: neither a verdict nor a byte."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from catalogue import AUTHORIZATION_RUNS, DIRECT_RUNS, HONEST_RUNS
from judging import free_port
from rewriting_proxy import RewritingProxy
from traffic import DIRECTORY, MEMBERS
from worlds import PRACTITIONERS, WORLDS

from conformance.auth import AuthorizationServer, MemberAuth
from conformance.client import Client, Recorder
from conformance.mock import start_mock
from conformance.redaction import Redactor
from conformance.target import load_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from judging import Verdict

    from conformance.mock import RunningMock

FORM = {"content-type": "application/x-www-form-urlencoded"}
SAME_TO_A_MEMBER = (
    *("metadata", ".well-known/smart-configuration", "Patient", "Coverage?_count=1"),
    *("ExplanationOfBenefit", "Coverage/none", "Coverage?nonsense=1"),
)
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


def test_an_honest_proxy_changes_no_verdict_of_authorization(verdicts: dict[str, Verdict]) -> None:
    honest, direct = (verdicts[AUTHORIZATION_RUNS[name].name] for name in ("honest", "direct"))
    assert honest.errors == direct.errors == ()
    assert honest.findings == direct.findings
    assert honest.exit_code == direct.exit_code == 0
    assert len(honest.having("pass")) > 100


@pytest.fixture(scope="module")
def member(proxied: RunningMock) -> Iterator[MemberAuth]:
    """Log in through the proxy."""
    target = load_target(proxied.target_file)
    with Client(target, Recorder(), Redactor()) as client:
        yield MemberAuth(AuthorizationServer(client, target))


@pytest.mark.parametrize("path", SAME)
def test_an_honest_proxy_changes_no_byte(path: str, proxied: RunningMock) -> None:
    _assert_same(proxied, f"{DIRECTORY}/{path}", {})


@pytest.mark.parametrize("path", SAME_TO_A_MEMBER)
def test_an_honest_proxy_changes_no_byte_for_a_member(
    path: str, proxied: RunningMock, member: MemberAuth
) -> None:
    url = f"{MEMBERS}/{path}"
    _assert_same(proxied, url, member.header_for(proxied.origin + url))
    _assert_same(proxied, url, {})


@pytest.mark.parametrize(
    "query", ["", "?response_type=token&client_id=x&state=a%20b+c%2F", "?client_id=%C3%BC&x=&x"]
)
def test_an_honest_proxy_changes_no_byte_of_authorization(query: str, proxied: RunningMock) -> None:
    _assert_same(proxied, f"/authz/oauth/authorize{query}", {})
    _assert_same(proxied, "/authz/oauth/token", {}, b"grant_type=password&x=%20+a")


def _assert_same(
    proxied: RunningMock, path: str, headers: dict[str, str], form: bytes | None = None
) -> None:
    """Ask with and without the proxy."""
    method, kind = ("POST", FORM) if form else ("GET", {})
    upstream = f"http://127.0.0.1:{_upstream(proxied)}"
    through, direct = (
        httpx.request(method, f"{base}{path}", headers={**headers, **kind}, content=form)
        for base in (proxied.origin, upstream)
    )
    assert through.status_code == direct.status_code
    changing = {"x-request-id", "date", "server"}
    kept = [
        {name: value for name, value in answer.headers.items() if name not in changing}
        for answer in (through, direct)
    ]
    assert kept[0] == kept[1]
    if "json" not in through.headers["content-type"]:
        assert through.content == direct.content
    else:  # Each search has a handle of its own.
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
