"""A target is examined before a run: what is wrong, what to do, which clauses will be judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomli_w
from click.testing import CliRunner, Result

from conformance.auth.token_store import FileStore, Kept
from conformance.cli.doctor import doctor
from conformance.doctor.access import access
from conformance.target import load_target

if TYPE_CHECKING:
    from collections.abc import Callable

ABOUT = {
    "name": "live",
    "deployment": "uhc",
    "environment": "sandbox",
    "fhir_base": "https://fhir.invalid/R4",
    "authorization_base": "https://authz.invalid",
}
CLIENT = {
    "id": "app",
    "secret_file": "secret",
    "redirect_uri": "http://localhost:3000/cb",
    "scopes": ["patient/Patient.read"],
}


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(**tables: dict[str, Any] | None) -> Path:
        (tmp_path / "secret").write_text("planted-secret")
        (tmp_path / "secret").chmod(0o600)
        base: dict[str, Any] = {"target": ABOUT, "client": CLIENT, "login": {"store": "file"}}
        merged = {
            name: {**base.get(name, {}), **(tables.get(name) or {})}
            for name in {**base, **tables}
            if tables.get(name, {}) is not None
        }
        path = tmp_path / "live.toml"
        path.write_bytes(tomli_w.dumps(merged).encode())
        return path

    return write


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(doctor, arguments)


def notes(path: Path) -> list[tuple[str, str, str]]:
    return [(note.topic, note.severity.value, note.said) for note in access(load_target(path))]


def one(path: Path, topic: str, severity: str) -> str:
    return next(said for name, grave, said in notes(path) if (name, grave) == (topic, severity))


def test_a_good_target_is_told_clause_by_area_and_exits_0() -> None:
    result = invoke("--target", "mock:uhc", "--only", "PA-PAT", "--only", "USE")
    assert result.exit_code == 0, result.output
    assert "1 hint. Exit code 0." in result.stdout
    assert "  area        judged  skipped   n/a" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_a_public_directory_needs_no_client() -> None:
    path = Path(__file__).parents[2] / "targets" / "tooele-directory-production.toml"
    assert [(topic, grave) for topic, grave, _ in notes(path)] == [
        ("samples", "ok"),
        ("tiers", "ok"),
    ]


def test_json_has_notes_and_clauses(written: Callable[..., Path]) -> None:
    result = invoke("--target", str(written()), "--only", "PA-PAT", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["exit_code"]) == (3, 3)
    assert told["clauses"]["areas"]["PA"]["judged"] == 0
    assert told["clauses"]["inconclusive"] == ["no clause of area PA was judged"]
    why = told["clauses"]["skipped"]
    assert "flexcheck login --target" in max(why, key=why.get)
    assert not any("rehearsal" in reason for reason in why)
    topics = {note["topic"]: note["severity"] for note in told["notes"]}
    assert topics["DNS fhir.invalid"] == "failed"
    assert "planted" not in result.output


def test_without_a_rehearsal_clauses_are_not_told(written: Callable[..., Path]) -> None:
    result = invoke("--target", str(written()), "--no-rehearsal", "--json")
    assert json.loads(result.stdout)["clauses"] is None
    assert result.exit_code == 3


def test_a_mistake_in_the_file_is_2_before_anything_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text('[target]\nname = "x"\n')
    result = invoke("--target", str(path))
    assert result.exit_code == 2
    assert "deployment is missing" in result.stderr
    assert invoke("--only", "NO-SUCH").exit_code == 2


@pytest.mark.parametrize(
    ("tables", "topic", "said"),
    [
        ({"client": None}, "client", "no [client]"),
        ({"client": {"secret_file": "absent"}}, "client", "absent cannot be read"),
        ({"client": {"id_env": "FLEX_NOT_SET"}}, "client", "FLEX_NOT_SET is not set"),
        (
            {"target": {"environment": "production"}},
            "client redirect_uri",
            "(AUTH-REDIRECT-HTTPS)",
        ),
        (
            {"target": {"environment": "production"}},
            "client redirect_uri",
            "http://localhost:3000/cb is not https",
        ),
        (
            {"client": {"scopes": ["patient/*.read"]}},
            "client scopes",
            "patient/*.read is a wildcard (SCOPE-UNLISTED)",
        ),
        (
            {"client": {"scopes": ["patient/Device.read"]}},
            "client scopes",
            "the document lists no scope patient/Device.read",
        ),
        ({"public_client": {"id_env": "FLEX_NOT_SET"}}, "public client", "FLEX_NOT_SET"),
        ({"samples": {"Location": {"name": "x"}}}, "samples", "the document has no Location"),
        (
            {"samples": {"Patient": {"colour": "x"}}},
            "samples",
            "neither the document nor FHIR has a parameter colour of Patient",
        ),
    ],
)
def test_what_is_wrong_in_the_file_is_told(
    written: Callable[..., Path], tables: dict[str, Any], topic: str, said: str
) -> None:
    path = written(**tables)
    assert said in one(path, topic, "wrong")
    result = invoke("--target", str(path), "--no-rehearsal")
    assert result.exit_code == 2


def test_a_client_without_secret_is_wrong_where_the_document_wants_one(
    written: Callable[..., Path],
) -> None:
    path = written()
    path.write_text(path.read_text().replace('secret_file = "secret"\n', ""))
    assert "confidential clients only" in one(path, "client", "wrong")


@pytest.mark.parametrize(
    ("tables", "topic", "said"),
    [
        ({}, "public client", "there is none"),
        ({"client": {"scopes": []}}, "client scopes", "none are named"),
        ({}, "login", "log in once with `flexcheck login --target"),
        (
            {"login": {"method": "refresh-token", "refresh_token_env": "FLEX_NOT_SET"}},
            "login",
            "FLEX_NOT_SET is not set",
        ),
        ({}, "samples", "clinical only"),
        (
            {"target": {"environment": "production"}, "safety": {"tiers": ["safe", "negative"]}},
            "tiers",
            "and this is production",
        ),
    ],
)
def test_what_a_run_can_do_without_is_a_hint(
    written: Callable[..., Path], tables: dict[str, Any], topic: str, said: str
) -> None:
    assert said in one(written(**tables), topic, "hint")


def test_a_token_that_was_kept_is_told_and_not_shown(
    written: Callable[..., Path], tmp_path: Path
) -> None:
    path = written(login={"store": "file", "store_file": "kept.json"})
    FileStore(tmp_path / "kept.json").keep(Kept("planted", saved="2026-01-01T00:00:00+00:00"))
    said = one(path, "login", "ok")
    assert f"a refresh token in the file {tmp_path}/kept.json, kept 2026-01-01" in said
    assert "planted" not in str(notes(path))


def test_where_a_login_comes_back_to_is_told(written: Callable[..., Path]) -> None:
    assert one(written(), "client redirect_uri", "ok") == "http://localhost:3000/cb, listened for"
    pasted = written(client={"redirect_uri": "https://app.example.com/cb"})
    assert one(pasted, "client redirect_uri", "ok").endswith(", pasted after a login")
