"""Whole runs on a live target: without a token, with one, with two workers, with few tiers."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import tomli_w
from login_browser import live_file
from login_live import run
from login_tokens import refresh_token_of, rotation

from conformance.auth.token_store import FileStore, Kept
from conformance.mock.server import start_mock

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.mock.server import RunningMock
    from conformance.runlog import Run


def outcomes(found: Run) -> set[str]:
    return {finding.outcome.value for finding in found.findings}


def test_without_a_token_members_are_skipped_with_the_command_and_the_run_is_inconclusive(
    mock: RunningMock, tmp_path: Path
) -> None:
    target = live_file(mock, tmp_path, login={"store": "file"})
    code, found, printed = run(target, "--only", "PA-PAT", "--only", "PA-COV")
    assert code == 3
    assert outcomes(found) == {"skip"}
    assert all(
        f"flexcheck login --target {target}" in item.message
        or "not asked: the target allows no" in item.message
        or "judged where they need no person" in item.message
        for item in found.findings
    )
    assert found.footer["reasons"] == ["no clause of area PA was judged"]
    assert f"flexcheck login --target {target}" in " ".join(printed.split())
    asked = [item.request.url for item in found.exchanges.values()]
    assert not [url for url in asked if url.startswith(str(mock.fhir_base))]


def test_a_pipeline_runs_on_the_token_of_its_environment(mock: RunningMock, tmp_path: Path) -> None:
    target = live_file(mock, tmp_path, login={"refresh_token_env": "FLEX_REFRESH"})
    token = refresh_token_of(mock)
    code, found, printed = run(target, "--only", "PA-PAT", FLEX_REFRESH=token)
    assert code == 0, printed
    assert "pass" in outcomes(found)
    texts = [path.read_text(errors="replace") for path in tmp_path.rglob("out/**/*.*")]
    assert texts
    assert not any(token in text for text in [*texts, printed])


def test_two_workers_take_turns_where_each_token_is_good_once(
    mock: RunningMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotation(monkeypatch)
    target = live_file(mock, tmp_path, login={"store_file": "kept.json"})
    store = FileStore(tmp_path / "kept.json")
    store.keep(Kept(refresh_token_of(mock)))
    before = store.read()
    only = ("--only", "PA-PAT", "--only", "PA-COV")
    code, found, printed = run(target, *only, "--", "-n", "3")
    assert code == 0, printed
    # Two requests at once are what the target allows without [limits] concurrency.
    assert {name[:6] for name in found.exchanges} == {"ex-gw0", "ex-gw1"}
    assert store.read() != before
    used = [item for item in found.exchanges.values() if "refresh" in item.purpose]
    assert len(used) >= 2
    assert {item.status for item in used} == {200}


@pytest.mark.parametrize("deployment", ["tooele", "uhc"])
def test_safe_requests_of_authorization_are_never_refused(tmp_path: Path, deployment: str) -> None:
    with start_mock(deployment=deployment, environment="production", practitioners=5) as mock:
        tables: dict[str, Any] = tomllib.loads(mock.target_file.read_text())
        tables["safety"] = {"tiers": ["safe"]}
        target = tmp_path / "safe.toml"
        target.write_bytes(tomli_w.dumps(tables).encode())
        areas = ("AUTH", "TOKEN", "SCOPE", "REFRESH", "USE")
        _, found, _ = run(target, *(part for area in areas for part in ("--only", area)))
    refused = {
        (item.purpose, item.status) for item in found.exchanges.values() if item.status >= 400
    }
    # A request without credentials, and the documented one that lacks a patient (USE-EXAMPLE).
    assert refused <= {("no token", 401), ("documented request", 400)}
    assert len(found.exchanges) > 20
    asked = [item for item in found.findings if "the target allows no" in item.message]
    assert len(asked) > 20
