"""The doctor tries the token that a login kept, and leaves it as good as it was."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

import tomli_w
from click.testing import CliRunner
from login_browser import free_port, live_file
from login_live import run
from login_tokens import refresh_token_of, rotation

from conformance.auth.token_store import FileStore, Kept
from conformance.cli.doctor import doctor
from conformance.mock.server import start_mock

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from conformance.mock.server import RunningMock

GRANTED = ("patient/Coverage.read", "patient/ExplanationOfBenefit.read", "patient/Patient.read")


def kept_target(mock: RunningMock, folder: Path, **tables: Any) -> Path:
    target = live_file(mock, folder, **{"login": {"store_file": "kept.json"}, **tables})
    FileStore(folder / "kept.json").keep(Kept(refresh_token_of(mock), scopes=GRANTED))
    return target


def examined(target: Path) -> tuple[int, dict[str, list[tuple[str, str, str]]], str]:
    result = CliRunner().invoke(doctor, ["--target", str(target), "--no-rehearsal", "--json"])
    notes: dict[str, list[tuple[str, str, str]]] = {}
    for note in json.loads(result.stdout)["notes"]:
        notes.setdefault(note["topic"], []).append((note["severity"], note["said"], note["fix"]))
    return result.exit_code, notes, result.output


def kept(folder: Path) -> str:
    found = FileStore(folder / "kept.json").read()
    assert found
    return found.refresh


def test_a_good_token_is_told_with_scopes_time_and_patient(
    mock: RunningMock, tmp_path: Path
) -> None:
    more = {"scopes": [*GRANTED, "patient/Encounter.read"]}
    target = kept_target(mock, tmp_path, client=more)
    before = kept(tmp_path)
    code, notes, output = examined(target)
    assert code == 0, output
    assert notes["token"] == [("ok", "a refresh gave an access token; it lives 300 s", "")]
    (good, missing) = notes["token scopes"]
    assert good == ("ok", " ".join(GRANTED), "")
    assert missing[:2] == (
        "hint",
        "not granted: patient/Encounter.read; clauses that need them are skipped",
    )
    assert f"flexcheck login --target {target}" in missing[2]
    ((grave, patient, _),) = notes["token patient"]
    assert grave == "ok"
    assert patient
    assert output.count(patient) == 1
    assert kept(tmp_path) == before
    assert before not in output


def test_in_production_the_patient_is_not_named(tmp_path: Path) -> None:
    with start_mock(deployment="uhc", environment="production", practitioners=5) as mock:
        _, notes, _ = examined(kept_target(mock, tmp_path))
    assert notes["token patient"] == [("ok", "named", "")]


def test_a_token_that_is_no_longer_good_is_3_with_the_command(
    mock: RunningMock, tmp_path: Path
) -> None:
    target = kept_target(mock, tmp_path)
    FileStore(tmp_path / "kept.json").keep(Kept("planted-old-token-0123456789"))
    code, notes, output = examined(target)
    assert code == 3
    ((grave, said, fix),) = notes["token"]
    assert (grave, said) == ("failed", "a refresh gave no access: 400, error invalid_grant")
    assert fix == f"log in anew with `flexcheck login --target {target}`"
    assert "planted" not in output


def test_a_wrong_secret_is_told_apart_from_an_old_token(mock: RunningMock, tmp_path: Path) -> None:
    target = kept_target(mock, tmp_path)
    (tmp_path / "client-secret").write_text("planted-wrong-secret")
    code, notes, output = examined(target)
    assert code == 3
    assert "are they those of the login?" in notes["token"][0][2]
    assert "planted" not in output


def test_an_endpoint_that_cannot_be_reached_is_3(mock: RunningMock, tmp_path: Path) -> None:
    gone = {"authorization_base": f"http://127.0.0.1:{free_port()}"}
    code, notes, _ = examined(kept_target(mock, tmp_path, target=gone))
    assert code in {2, 3}
    assert notes["token"][0][0] == "failed"
    assert notes["token"][0][1].startswith("it could not be tried: ")


def test_a_token_that_is_replaced_is_kept(
    mock: RunningMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotation(monkeypatch)
    target = kept_target(mock, tmp_path)
    before = kept(tmp_path)
    _, notes, _ = examined(target)
    said = "the server gives another refresh token each time; the new one is kept"
    assert ("ok", said, "") in notes["token"]
    assert kept(tmp_path) != before


def test_a_token_of_the_environment_stays_good_for_the_run(
    mock: RunningMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotation(monkeypatch)
    token = refresh_token_of(mock)
    monkeypatch.setenv("FLEX_REFRESH", token)
    target = kept_target(mock, tmp_path)
    tables = tomllib.loads(target.read_text()) | {"login": {"refresh_token_env": "FLEX_REFRESH"}}
    target.write_bytes(tomli_w.dumps(tables).encode())
    _, notes, _ = examined(target)
    ((grave, said, fix),) = notes["token"]
    assert grave == "hint"
    assert "not tried" in said
    assert "refresh_token_file" in fix
    code, found, printed = run(target, "--only", "PA-PAT-READ", FLEX_REFRESH=token)
    assert code == 0, printed
    assert "pass" in {finding.outcome.value for finding in found.findings}


def test_without_the_tier_it_is_not_tried_and_that_is_told(
    mock: RunningMock, tmp_path: Path
) -> None:
    target = kept_target(mock, tmp_path, safety={"tiers": []})
    _, notes, _ = examined(target)
    ((grave, said, _),) = notes["token"]
    assert grave == "hint"
    assert "tier safe" in said


def test_where_a_run_logs_in_by_itself_or_nobody_has_there_is_nothing_to_try(
    mock: RunningMock, tmp_path: Path
) -> None:
    assert "token" not in examined(mock.target_file)[1]
    assert "token" not in examined(live_file(mock, tmp_path, login={"store": "file"}))[1]
