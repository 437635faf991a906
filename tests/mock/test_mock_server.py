"""Starting and stopping the mock, its target file, and the command `flexcheck mock`."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest
from click.testing import CliRunner

from conformance.cli.mock import mock
from conformance.mock import start_mock
from conformance.mock.data.store import BUILDERS
from conformance.mock.defects import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.mock.data.plan import Plan

    Builder = Callable[[Plan, int], dict[str, Any]]

KEYS = {
    "fhir_base",
    "directory_base",
    "authorization_base",
    "client_id",
    "client_secret",
    "target_file",
}


def test_rows_are_built_when_their_type_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    built: Counter[str] = Counter()

    def counting(kind: str, build: Builder) -> Builder:
        def counted(plan: Plan, row: int) -> dict[str, Any]:
            built[kind] += 1
            return build(plan, row)

        return counted

    for kind, build in BUILDERS.items():
        monkeypatch.setitem(BUILDERS, kind, counting(kind, build))
    with start_mock() as running:
        httpx.get(f"{running.directory_base}/metadata")
        assert not built
        bundle = httpx.get(f"{running.directory_base}/Practitioner").json()
    assert bundle["total"] == 2000
    assert built == {"Practitioner": 2000}


def test_stopping_leaves_no_thread_no_port_and_no_file() -> None:
    before = threading.active_count()
    with start_mock(practitioners=50) as running:
        assert threading.active_count() == before + 1
        port = int(running.origin.rpartition(":")[2])
        httpx.get(f"{running.directory_base}/metadata").raise_for_status()
        assert running.target_file.exists()
    assert not running.target_file.parent.exists()
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
    running.stop()


def test_two_mocks_serve_side_by_side() -> None:
    with start_mock(practitioners=50) as one, start_mock(practitioners=50, seed=7) as two:
        ids = [
            httpx.get(f"{m.directory_base}/Location?_count=1").json()["entry"][0]["resource"]["id"]
            for m in (one, two)
        ]
    assert ids[0] != ids[1]


def test_the_target_file_names_the_directory_and_is_private() -> None:
    with start_mock(practitioners=50, environment="production") as running:
        target = tomllib.loads(running.target_file.read_text())
        assert running.target_file.is_absolute()
        assert running.target_file.parent.stat().st_mode & 0o077 == 0 or sys.platform == "win32"
    assert target["target"] == {
        "name": "Mock of tooele (production)",
        "deployment": "tooele",
        "environment": "production",
        "fhir_base": running.fhir_base,
        "directory_base": running.directory_base,
        "authorization_base": running.authorization_base,
    }
    assert target["limits"] == {
        "requests_per_second": 0,
        "concurrency": 8,
        "crawl_rows": 5000,
        "page_size": 200,
        "code_seconds": 60,
    }


def test_the_uhc_deployment_has_no_public_directory() -> None:
    with start_mock(deployment="uhc") as running:
        assert running.directory_base is None
        assert running.announcement()["directory_base"] is None
        assert "directory_base" not in tomllib.loads(running.target_file.read_text())["target"]
        assert httpx.get(f"{running.origin}/fhirpublic/R4/metadata").status_code == 404


def test_the_announcement_has_the_six_keys() -> None:
    with start_mock(practitioners=50) as running:
        announced = running.announcement()
    assert set(announced) == KEYS
    assert announced["directory_base"] == f"{running.origin}/fhirpublic/R4"
    assert announced["fhir_base"] == f"{running.origin}/fhir/R4"
    assert announced["authorization_base"] == f"{running.origin}/authz"
    assert None not in announced.values()


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"defects": ["location-state-ignord"]}, "location-state-ignored"),
        ({"deployment": "toele"}, "tooele"),
        ({"environment": "sandboxx"}, "sandbox"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(wrong: dict[str, Any], hint: str) -> None:
    with pytest.raises(ValueError, match=f"Did you mean '{hint}'"):
        start_mock(**wrong)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_port_in_use_is_the_callers_error(taken_port: int) -> None:
    with pytest.raises(OSError, match="in use"):
        start_mock(port=taken_port)


def test_the_command_says_what_to_do_about_a_port_in_use(taken_port: int) -> None:
    result = CliRunner().invoke(mock, ["--port", str(taken_port)])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"127.0.0.1:{taken_port}" in result.stderr
    assert "--port" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--defect", "location-state-ignord"],
        ["--deployment", "x"],
        ["--port", "99999"],
        ["--public-url", "flex.example"],
        ["--no-such-option"],
    ],
)
def test_wrong_input_ends_with_two_and_a_message(arguments: list[str]) -> None:
    result = CliRunner().invoke(mock, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error" in result.stderr


def test_help_has_an_example() -> None:
    result = CliRunner().invoke(mock, ["--help"])
    assert result.exit_code == 0
    assert "flexcheck mock --port 8080 --defect" in result.stdout


def test_defects_are_listed_for_people_in_eighty_columns() -> None:
    lines = CliRunner().invoke(mock, ["--list-defects"]).stdout.splitlines()
    assert max(len(line) for line in lines) < 80
    assert set(REGISTRY) <= set(lines)


def test_defects_are_listed_for_machines() -> None:
    listed = orjson.loads(CliRunner().invoke(mock, ["--list-defects", "--json"]).stdout)
    assert [item["name"] for item in listed] == list(REGISTRY)
    assert all(set(item) == {"name", "does", "breaks"} for item in listed)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_announces_itself_once_and_ends_cleanly_on_a_signal(number: int) -> None:
    code = "from conformance.cli.mock import mock; mock()"
    command = [sys.executable, "-W", "error", "-c", code, "--practitioners", "50"]
    root = Path(__file__).parents[2]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=root, stdout=pipe, stderr=pipe) as process:  # noqa: S603
        assert process.stdout
        announced = orjson.loads(process.stdout.readline())
        assert set(announced) == KEYS
        assert httpx.get(f"{announced['directory_base']}/metadata").status_code == 200
        process.send_signal(number)
        rest, errors = process.communicate(timeout=60)
    assert (process.returncode, rest, errors) == (0, b"", b"")
    assert not Path(announced["target_file"]).exists()
