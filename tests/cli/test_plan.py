"""What a run would send is told by a rehearsal, and nothing is sent to the target."""

from __future__ import annotations

import json
import socket
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import tomli_w
from click.testing import CliRunner, Result

from conformance.cli.run import run
from conformance.exchange import Exchange, Request, Response
from conformance.planning import plan_of
from conformance.rehearsal import Rehearsal, RehearsalFailed, rehearse
from conformance.runlog import Run
from conformance.target import Limits, load_target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def silent() -> Iterator[tuple[str, list[int]]]:
    """An origin that counts who connects, and how many did."""
    knocks: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        ended = threading.Event()

        def count() -> None:
            while not ended.is_set():
                try:
                    server.accept()[0].close()
                    knocks.append(1)
                except TimeoutError:
                    continue

        thread = threading.Thread(target=count, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", knocks
        ended.set()
        thread.join()


def target_file(folder: Path, origin: str, **tables: dict[str, Any]) -> Path:
    about = {
        "name": "live",
        "deployment": "tooele",
        "environment": "production",
        "directory_base": f"{origin}/dir/R4",
        "fhir_base": f"{origin}/fhir/R4",
        "authorization_base": f"{origin}/authz",
    }
    (folder / "secret").write_text("planted-secret")
    (folder / "secret").chmod(0o600)
    client = {
        "id": "app",
        "secret_file": "secret",
        "redirect_uri": "https://app.example.com/cb",
        "scopes": ["patient/Patient.read"],
    }
    path = folder / "live.toml"
    base = {"target": about, "client": client, "login": {"store": "file"}}
    path.write_bytes(tomli_w.dumps({**base, **tables}).encode())
    return path


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(run, ["--plan", *arguments])


def plan(*arguments: str) -> dict[str, Any]:
    result = invoke("--json", *arguments)
    assert result.exit_code == 0, result.output
    (told,) = json.loads(result.stdout)
    return dict(told)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_a_plan_counts_requests_by_endpoint_and_sends_nothing(
    tmp_path: Path, silent: tuple[str, list[int]]
) -> None:
    origin, knocks = silent
    path = target_file(tmp_path, origin, limits={"requests_per_second": 4, "page_size": 10})
    chosen = ("--only", "DIR-LOC", "--only", "PA-PAT")
    told = plan("--target", str(path), *chosen)
    assert knocks == []
    assert told["requests"] == sum(item["requests"] for item in told["endpoints"])
    assert told["seconds_at_least"] == told["requests"] / 4
    assert told["at_most"] > told["requests"]
    ways = {(item["api"], item["method"], item["path"]) for item in told["endpoints"]}
    assert ("Provider Directory", "GET", "Location/[id]") in ways
    assert not any(api == "Patient Access" for api, _, _ in ways)
    assert "log in once with `flexcheck login" in told["without_token"]
    assert "estimate" in told
    assert told["tiers"] == ["safe"]
    assert not any("unlisted" in name for item in told["endpoints"] for name in item["purposes"])


def test_a_token_and_more_tiers_add_what_they_let_be_asked(
    tmp_path: Path, silent: tuple[str, list[int]]
) -> None:
    origin, knocks = silent
    path = target_file(tmp_path, origin, login={"store_file": "kept.json"})
    text = path.read_text() + '\n[safety]\ntiers = ["safe", "negative"]\n'
    path.write_text(text)
    kept = tmp_path / "kept.json"
    kept.write_text("planted-token")
    kept.chmod(0o600)
    told = plan("--target", str(path), "--only", "PA-PAT")
    assert told["without_token"] == ""
    found = {(item["api"], item["path"]): item for item in told["endpoints"]}
    assert found["Patient Access", "Patient"]["requests"] > 1
    # One for the session; the others are tokens of fewer scopes and of all, for SCOPE-NEEDED.
    assert found["Authorization", "oauth/token"]["purposes"] == dict.fromkeys(
        (
            *("session: refresh token for access", "kept refresh token", "access to be used"),
            *("every listed scope", "another scope", "claims alone"),
        ),
        1,
    )
    assert knocks == []
    assert kept.read_text() == "planted-token"


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"client": {"id_env": "FLEX_NOT_SET"}}, "FLEX_NOT_SET is not set"),
        (
            {"login": {"method": "refresh-token", "refresh_token_file": "absent"}},
            "there is no file",
        ),
    ],
    ids=["client", "token"],
)
def test_what_is_missing_here_is_missing_in_the_rehearsal(
    tmp_path: Path, tables: dict[str, Any], said: str
) -> None:
    target = load_target(target_file(tmp_path, "http://127.0.0.1:9", **tables))
    rehearsed = rehearse(target, ("PA-PAT-READ",))
    assert said in rehearsed.without_token
    (finding,) = [item for item in rehearsed.run.findings if item.clause == "PA-PAT-READ"]
    assert said in finding.message
    assert "flexcheck-rehearsal" not in finding.message
    assert dict(rehearsed.run.exchanges) == {}


def test_a_rehearsal_that_cannot_run_says_why(tmp_path: Path) -> None:
    target = load_target(target_file(tmp_path, "http://127.0.0.1:9"))
    with pytest.raises(RehearsalFailed, match="--only NO-SUCH: no clause or area of that name"):
        rehearse(target, ("NO-SUCH",))


def test_a_terminal_sees_eighty_columns(tmp_path: Path) -> None:
    path = target_file(tmp_path, "http://127.0.0.1:9")
    result = invoke("--target", str(path), "--only", "DIR-METADATA")
    assert result.exit_code == 0
    assert result.stdout.startswith("What a run on live would send\nAn estimate: nothing was sent")
    assert "Provider Directory\n     1  GET  metadata\n             capability" in result.stdout
    assert "tiers: safe" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_json_without_a_plan_is_wrong_usage() -> None:
    result = CliRunner().invoke(run, ["--json"])
    assert result.exit_code == 2
    assert "--plan" in result.stderr


def exchange(number: int, path: str, purpose: str, body: str = "{}") -> Exchange:
    url = f"http://h/R4/{path}"
    return Exchange(str(number), purpose, "", 0.0, Request("GET", url), Response(200, body=body))


@pytest.mark.parametrize(
    ("limits", "most"),
    [
        (Limits(page_size=50, crawl_rows=1000, max_pages=100), 20 + 100 + 1),
        (Limits(page_size=50, crawl_rows=1000, max_pages=3), 3 + 3 + 1),
        (Limits(request_budget=7), 7),
        (Limits(request_budget=7000), 20 + 100 + 1),
    ],
)
def test_the_bound_is_all_pages_of_each_search_within_the_limits(
    tmp_path: Path, limits: Limits, most: int
) -> None:
    path = tmp_path / "t.toml"
    text = '[target]\nname = "x"\ndeployment = "tooele"\nenvironment = "sandbox"\n'
    path.write_text(f'{text}directory_base = "http://h/R4"\n')
    target = load_target(path)
    bundle = '{"type": "searchset"}'
    found = [
        exchange(1, "Location?_count=50", "what the server holds: Location", bundle),
        exchange(2, "?_getpages=x", "what the server holds: Location, page 2", bundle),
        exchange(3, "Location?name=x", "search Location by name", bundle),
        exchange(4, "Location/1", "read Location"),
    ]
    rehearsed = Run({}, {}, {item.id: item for item in found}, ())

    planned = plan_of(replace(target, limits=limits), Rehearsal(rehearsed, target))
    assert (planned.requests, planned.most) == (4, most)
    assert [(item.path, item.requests) for item in planned.endpoints] == [
        ("Location", 2),
        ("Location/[id]", 1),
        ("[base] (a next page)", 1),
    ]
